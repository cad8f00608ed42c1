"""Ending on SIGTERM and SIGHUP as on Ctrl-C: what was begun is put back or put away before the process goes."""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import NoReturn


class Ended(KeyboardInterrupt):
    """A signal asks the process to end.

    Args:
        number: the signal's.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.status = 128 + number


def end_on_signals() -> None:
    """From now on SIGTERM and SIGHUP raise `Ended` in the main thread, but where told to ignore them."""
    for name in ("SIGTERM", "SIGHUP"):  # Windows lacks the second
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def ignore_signals() -> None:
    """From now on nothing interrupts: all is done, and the process leaves with the status that this has."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if (number := getattr(signal, name, None)) is not None:
            signal.signal(number, signal.SIG_IGN)


def _end(number: int, _frame: object) -> NoReturn:
    if number != signal.SIGTERM:
        _leave_terminal()
    raise Ended(number)


def _leave_terminal() -> None:
    """Reads and writes nothing where the terminal was: it is gone, and each try would fail."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            if os.isatty(stream.fileno()):
                os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
