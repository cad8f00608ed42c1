"""What the process's exit status says."""

from __future__ import annotations

from enum import IntEnum

from istioctl.errors import ErrorGroup, InputError, IstioctlError, SpecError, UsageError


class ExitStatus(IntEnum):
    """The statuses of every command; 64 and 65 as in sysexits.h, 79 as the real tool has it."""

    OK = 0
    FAILED = 1
    DIFFERENT = 1  # of the diff commands: both sides were read, and they differ
    TROUBLE = 2  # of the diff commands: there was no comparing
    USAGE = 64
    UNREADABLE = 65
    FINDINGS = 79
    INTERRUPTED = 130


_BY_ERROR: tuple[tuple[type[IstioctlError], ExitStatus], ...] = (
    (UsageError, ExitStatus.USAGE),
    (SpecError, ExitStatus.FAILED),
    (InputError, ExitStatus.UNREADABLE),
)


def exit_status_of(error: IstioctlError) -> ExitStatus:
    """The status an error ends the process with; of a group, that of its first member."""
    if isinstance(error, ErrorGroup):
        return exit_status_of(error.errors[0])
    return next((status for kind, status in _BY_ERROR if isinstance(error, kind)), ExitStatus.FAILED)
