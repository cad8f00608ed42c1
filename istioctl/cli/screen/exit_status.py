"""What the process's exit status says."""

from __future__ import annotations

from istioctl.errors import ErrorGroup, InputError, IstioctlError, SpecError, UsageError


class ExitStatus:
    """The statuses of every command, see `MEANINGS`; 64 and 65 as in sysexits.h, 79 as the real tool has it.

    Plain numbers: every command starts with this module, and making an enumeration takes as long as two such modules.
    """

    OK = 0
    FAILED = 1
    NOT_WELL = 1
    DIFFERENT = 1
    TROUBLE = 2
    USAGE = 64
    UNREADABLE = 65
    FINDINGS = 79
    HANGUP = 129
    INTERRUPTED = 130
    TERMINATED = 143


#: What each status says, on every command. The page on them is written from this.
MEANINGS: dict[int, str] = {
    ExitStatus.OK: "Done. Of a check: all is well. Of a comparison: the two sides are the same.",
    ExitStatus.FAILED: (
        "Failed, also where an IstioOperator breaks its schema; or not done because somebody answered no. Of a check: "
        "something is not as it should be, or can't be known. Of a comparison: the two sides were read, and they "
        "differ."
    ),
    ExitStatus.TROUBLE: "Of a comparison only: it failed, so nothing is said about a difference.",
    ExitStatus.USAGE: "The command line is wrong: an unknown flag, a missing value, flags that exclude each other.",
    ExitStatus.UNREADABLE: "What was given can't be read or used: a file, stdin, the kubeconfig, a value of a flag.",
    ExitStatus.FINDINGS: "Of `analyze` only: a finding is as bad as `--failure-threshold` or worse.",
    ExitStatus.HANGUP: "Ended by SIGHUP. What was begun has been put back or put away.",
    ExitStatus.INTERRUPTED: (
        "Ended by Ctrl-C (SIGINT), likewise. A `dashboard` that was open, which has no other end, ends with 0."
    ),
    ExitStatus.TERMINATED: "Ended by SIGTERM, likewise.",
}

_BY_ERROR: tuple[tuple[type[IstioctlError], int], ...] = (
    (UsageError, ExitStatus.USAGE),
    (SpecError, ExitStatus.FAILED),
    (InputError, ExitStatus.UNREADABLE),
)


def exit_status_of(error: IstioctlError) -> int:
    """The status an error ends the process with; of a group, that of its first member."""
    if isinstance(error, ErrorGroup):
        return exit_status_of(error.errors[0])
    return next((status for kind, status in _BY_ERROR if isinstance(error, kind)), ExitStatus.FAILED)


def status_of(end: KeyboardInterrupt) -> int:
    """The status that a signal ends the process with."""
    return int(getattr(end, "status", ExitStatus.INTERRUPTED))  # see `istioctl.cli.signals.Ended`


def trouble_of(error: IstioctlError) -> int:
    """The status an error ends a comparison with: never the one that says that the sides differ."""
    return max(exit_status_of(error), ExitStatus.TROUBLE)
