"""What is wrong with a specification, gathered so that a user sees all of it at once."""

from __future__ import annotations

from istioctl.errors import ErrorGroup, IstioctlError


class Problems:
    """Errors and warnings in the order they were found.

    Args:
        force: whether `refuse` only warns.
    """

    def __init__(self, force: bool = False) -> None:
        self._force = force
        self._errors: list[IstioctlError] = []
        self.warnings: list[str] = []

    def refuse(self, error: IstioctlError, *, always: bool = False) -> None:
        """Note an error; with `force`, a warning, unless it is `always` one."""
        if self._force and not always:
            self.warnings.append(f"{error} (let through by --force)")
        else:
            self._errors.append(error)

    def warn(self, message: str, where: str | None = None) -> None:
        """Note something that may be meant."""
        self.warnings.append(f"{where}: {message}" if where else message)

    def raise_errors(self) -> None:
        """Raise what was refused.

        Raises:
            IstioctlError: the one error there is.
            ErrorGroup: there are several.
        """
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            raise ErrorGroup(list(self._errors))
