"""Ending on SIGTERM and SIGHUP as on Ctrl-C: what was begun is put back or put away before the process goes."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from functools import partial
from typing import NoReturn


class Ended(KeyboardInterrupt):
    """A signal asks the process to end.

    Args:
        number: the signal's.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


_SOON = 0.01  # seconds


def end_on_signals() -> None:
    """From now on SIGTERM and SIGHUP raise `Ended` in the main thread, but where told to ignore them.

    What they and Ctrl-C raise while an object is freed, where Python would print and forget it, is raised after that.
    """
    sys.unraisablehook = _unraisable
    for name in ("SIGTERM", "SIGHUP"):  # Windows lacks the second
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def ignore_signals() -> None:
    """From now on nothing interrupts: all is done, and the process leaves with the status that this has."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGALRM"):
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, signal.SIG_IGN)


def _end(number: int, _frame: object) -> NoReturn:
    if number != signal.SIGTERM:
        _leave_terminal()
    raise Ended(number)


def _unraisable(what: sys.UnraisableHookArgs) -> None:
    end = what.exc_value
    if not isinstance(end, KeyboardInterrupt):
        sys.__unraisablehook__(what)
    elif hasattr(signal, "setitimer"):  # Windows lacks it: there the user has to press Ctrl-C again
        signal.signal(signal.SIGALRM, partial(_end_after_all, end))
        signal.setitimer(signal.ITIMER_REAL, _SOON)


def _end_after_all(end: KeyboardInterrupt, _number: int, _frame: object) -> NoReturn:
    raise end


def _leave_terminal() -> None:
    """Reads and writes nothing where the terminal was: it is gone, and each try would fail."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            if os.isatty(stream.fileno()):
                os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
