"""The error family: every failure a user can meet is one of these records.

    IstioctlError
    ├── UsageError          the command line itself is wrong
    ├── InputError          a file, a stream or a value given by the user can't be read or used
    │   └── SpecError       an IstioOperator specification breaks its schema
    ├── TemplateError       a template can't be parsed or fails while it runs
    ├── ClusterError        the cluster can't be reached, refuses, or does not get ready
    └── InternalError       a promise inside this program is broken (a bug)

An error knows what happened, where, and what to do; it knows neither exit statuses nor how it is printed: those are
`istioctl.cli.screen.exit_status` and `istioctl.cli.screen.terminal`. Foreign exceptions are translated where they
arise.
"""

from __future__ import annotations


class IstioctlError(Exception):
    """One failure, as a record.

    Args:
        message: what is wrong, one sentence without the trailing period, naming the value at fault.
        where: the place to fix: `file:line`, `file:line:column`, a flag (`--set a.b=c`) or an object's name.
        hint: what to do about it: sentences, with a capital and a period, so that a stranger finds them by search.
        id: a short stable word for scripts, such as `unknown-field`; defaults to the class's own.
    """

    default_id = "error"

    def __init__(
        self,
        message: str,
        *,
        where: str | None = None,
        hint: str | None = None,
        id: str | None = None,  # noqa: A002 - the record's own field name
    ) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint
        self.id = id or self.default_id

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


class UsageError(IstioctlError):
    """The command line can't be understood: an unknown flag, a missing value, flags that exclude each other."""

    default_id = "usage"


class InputError(IstioctlError):
    """What the user gave can't be read or used: a missing file, bad YAML, a value out of range."""

    default_id = "input"


class SpecError(InputError):
    """An IstioOperator specification breaks its schema: an unknown field or a wrong type."""

    default_id = "spec"


class TemplateError(IstioctlError):
    """A template can't be parsed, or fails while it runs."""

    default_id = "template"


class ClusterError(IstioctlError):
    """The cluster can't be reached, refuses a request, or does not get ready in time."""

    default_id = "cluster"


class OutputError(IstioctlError):
    """The result can't be written: its reader went away, or the disk is full."""

    default_id = "output"


class InternalError(IstioctlError):
    """A promise inside the program is broken; please report it."""

    default_id = "internal"


class ErrorGroup(IstioctlError):  # noqa: N818 - several errors, named as Python names a group of them
    """Several failures found in one go, none of which is the cause of another.

    Args:
        errors: the failures in the order of their places; at least one.
    """

    default_id = "several"

    def __init__(self, errors: list[IstioctlError]) -> None:
        super().__init__("; ".join(str(error) for error in errors))
        self.errors = errors
