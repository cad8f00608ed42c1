"""The streams of one run, as one object: nothing else touches stdin, stdout or stderr.

Results go to stdout, everything else to stderr. Colour appears only on a terminal, and never where `NO_COLOR` is set.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING, TextIO

from istioctl.errors import ErrorGroup, IstioctlError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_CODES = {"bold": "1", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}


class Terminal:
    """Where a run reads from and writes to.

    Attributes:
        stdin, stdout, stderr: text streams; bytes go through their `.buffer`.
        environ: the environment, asked for `NO_COLOR` and `TERM`.
    """

    __slots__ = ("environ", "stderr", "stdin", "stdout")

    def __init__(
        self, stdin: TextIO, stdout: TextIO, stderr: TextIO, environ: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.environ = environ

    def write(self, text: str) -> None:
        """Result text to stdout, as it is."""
        self.stdout.write(text)

    def say(self, text: str) -> None:
        """One line of status to stderr, at once."""
        self.stderr.write(text + "\n")
        self.stderr.flush()

    def warn(self, text: str) -> None:
        """One warning to stderr."""
        self.say(f"{self.style('Warning:', 'yellow')} {text}")

    def style(self, text: str, *names: str, stdout: bool = False) -> str:
        """`text` in the named styles where the stream shows colour, else unchanged."""
        if not self.has_colour(stdout=stdout):
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"

    def has_colour(self, *, stdout: bool = False) -> bool:
        """Whether the stream (stderr unless `stdout`) is a terminal that may show colour."""
        stream = self.stdout if stdout else self.stderr
        return not self.environ.get("NO_COLOR") and self.environ.get("TERM") != "dumb" and stream.isatty()

    @property
    def is_interactive(self) -> bool:
        """Whether somebody can be asked: stdin and stderr are a terminal."""
        return self.stdin.isatty() and self.stderr.isatty()

    def confirm(self, question: str, *, flag: str) -> bool:
        """Ask a yes-or-no question; anything but y or yes is no.

        Raises:
            UsageError: nobody can be asked; the hint names `flag`, which answers beforehand.
        """
        if not self.is_interactive:
            raise UsageError(
                f"there is no terminal to ask: {question}",
                hint=f"Pass {flag} to go on without asking.",
                id="no-terminal",
            )
        self.stderr.write(f"{question} (y/N) ")
        self.stderr.flush()
        return self.stdin.readline().strip().lower() in ("y", "yes")

    def show_error(self, error: IstioctlError) -> None:
        """An error record as text: `Error: where: message`, then a `Hint:` line."""
        for record in error.errors if isinstance(error, ErrorGroup) else [error]:
            self.say(f"{self.style('Error:', 'red')} {record}")
            if record.hint:
                self.say(f"{self.style('Hint:', 'cyan')} {record.hint}")


def system_terminal() -> Terminal:
    """The process's own streams, with stdout able to print any character.

    stdout is opened anew with a buffer: without one, as PYTHONUNBUFFERED makes it, Python drops what a pipe that closes
    does not take, and tells nobody.
    """
    sys.stdout.flush()
    sys.stdout = open(sys.stdout.fileno(), "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115 - it lives as long as the process
    if (reconfigure := getattr(sys.stderr, "reconfigure", None)) is not None:
        reconfigure(encoding="utf-8", errors="surrogateescape")
    return Terminal(sys.stdin, sys.stdout, sys.stderr, dict(os.environ))


_current: ContextVar[Terminal] = ContextVar("terminal")


def terminal() -> Terminal:
    """The streams of the run in progress."""
    return _current.get()


@contextmanager
def using(streams: Terminal) -> Iterator[None]:
    """Make `streams` those of the run within."""
    token = _current.set(streams)
    try:
        yield
    finally:
        _current.reset(token)
