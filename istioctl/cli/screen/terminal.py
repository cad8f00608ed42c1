"""The streams of one run, as one object: nothing else touches stdin, stdout or stderr.

Results go to stdout, everything else to stderr. Colour appears only on a terminal, and never where `NO_COLOR` is set.

What others wrote (names, messages, files) may hold what terminals obey: escape sequences, carriage returns, marks that
turn the direction of writing. On its way to a terminal, and to stderr in any case, it is made visible. So that our own
colours survive this, they travel as noncharacters, which no text has, and become escape sequences at the very end.
"""

from __future__ import annotations

import io
import os
import re
import sys
from contextlib import contextmanager, nullcontext, suppress
from contextvars import ContextVar
from types import MappingProxyType
from typing import TYPE_CHECKING

from istioctl.errors import ErrorGroup, IstioctlError, OutputError, UsageError
from istioctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from contextlib import AbstractContextManager
    from typing import Protocol, TextIO

    from _typeshed import ReadableBuffer as Buffer

    class Region(Protocol):
        """Lines at the foot of the screen that are drawn anew again and again."""

        def aside(self) -> AbstractContextManager[None]:
            """Within, they are not on the screen."""


_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "cyan": "36"}
_BEGIN, _MIDDLE, _END = "\ufdd0", "\ufdd1", "\ufdd2"
_STYLED = lazy_pattern(f"{_BEGIN}([0-9;]+){_MIDDLE}|{_END}")
_OBEYED = lazy_pattern("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_DUMB = ("dumb", "unknown")
_WIDTH = 80

#: Without the bytes that are not UTF-8, as Python carries them: those go out as they came.
_UNPAIRED = lazy_pattern("[\ud800-\udc7f\udd00-\udfff]")


def visible(text: str) -> str:
    """Text that a terminal only shows: `\\x1b` for what it would obey; line breaks and tabs stay."""
    return _OBEYED.sub(_spelled, text) if _OBEYED.search(text) else text


def styled(text: str, *names: str) -> str:
    """`text` in the named styles, once it is written by a `Terminal`."""
    return f"{_BEGIN}{';'.join(_CODES[name] for name in names)}{_MIDDLE}{text}{_END}"


def _spelled(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, as Python carries it
        code -= 0xDC00
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _coloured(text: str) -> str:
    if _BEGIN not in text:
        return text
    return _STYLED.sub(lambda match: f"\x1b[{match[1]}m" if match[1] else "\x1b[0m", text)


class Terminal:
    """Where a run reads from and writes to.

    Attributes:
        stdin, stdout, stderr: text streams; bytes go through their `.buffer`.
        environ: the environment, asked for `NO_COLOR` and `TERM`.
        region: what is drawn at the foot of the screen at the moment; all else is written above it.
        quiet: whether `say` says nothing, as `--quiet` asks: only errors, warnings and questions are on stderr.
        headers: whether tables have their header, unless `--no-headers` says otherwise.
    """

    __slots__ = ("environ", "headers", "quiet", "region", "stderr", "stdin", "stdout")

    def __init__(
        self, stdin: TextIO, stdout: TextIO, stderr: TextIO, environ: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self.stdin = stdin
        self.stdout = stdout
        self.stderr = stderr
        self.environ = environ
        self.region: Region | None = None
        self.quiet = False
        self.headers = True

    def aside(self) -> AbstractContextManager[None]:
        """Within, whoever writes to the streams or reads from them has the screen for himself."""
        return nullcontext() if self.region is None else self.region.aside()

    def write(self, text: str) -> None:
        """Result text to stdout; for programs as it is, for a terminal with what that would obey made visible."""
        if not self.stdout.isatty():
            if not text.isascii():  # a server's JSON can spell what UTF-8 can't
                text = _UNPAIRED.sub("\N{REPLACEMENT CHARACTER}", text)
            self.stdout.write(_coloured(text))
            return
        with self.aside():
            self.stdout.write(_coloured(visible(text)))
            if self.region is not None:
                self.stdout.flush()

    def write_utf8(self, text: memoryview) -> None:
        """Result text that is UTF-8 already; to programs it goes without being decoded and encoded again."""
        if self.stdout.isatty():
            self.write(str(text, "utf-8", "replace"))
        else:
            self.stdout.flush()
            self.stdout.buffer.write(text)

    def redraw(self, text: str) -> None:
        """Result text in the place of all that a terminal shows."""
        self.stdout.write("\x1b[H\x1b[2J")
        self.write(text)

    def say(self, text: str) -> None:
        """One line of status to stderr, at once, unless that is not wanted."""
        if not self.quiet:
            self.insist(text)

    def insist(self, text: str) -> None:
        """One line to stderr that has to be read: an error, a warning, what a question is about."""
        self.show_on_stderr(text + "\n")

    def show_on_stderr(self, text: str) -> None:
        """Text to stderr without a line break, at once.

        What nobody can read (a pipe that closed, a full disk) is no reason to leave an installation half done.
        """
        with self.aside(), suppress(OSError):
            self.stderr.write(_coloured(visible(text)))
            self.stderr.flush()

    def warn(self, text: str) -> None:
        """One warning to stderr."""
        self.insist(f"{self.style('Warning:', 'yellow')} {text}")

    def style(self, text: str, *names: str, stdout: bool = False) -> str:
        """`text` in the named styles where the stream shows colour, else unchanged."""
        if not self.has_colour(stdout=stdout):
            return text
        return styled(text, *names)

    def has_colour(self, *, stdout: bool = False) -> bool:
        """Whether the stream (stderr unless `stdout`) is a terminal that may show colour."""
        stream = self.stdout if stdout else self.stderr
        return not self.environ.get("NO_COLOR") and self.environ.get("TERM") not in _DUMB and stream.isatty()

    @property
    def width(self) -> int:
        """How many columns the terminal has that stdout is; 80 where it does not say."""
        given = self.environ.get("COLUMNS", "")
        if given.isdecimal() and int(given):
            return int(given)
        try:
            return os.get_terminal_size(self.stdout.fileno()).columns or _WIDTH
        except (OSError, ValueError):
            return _WIDTH

    def read_input(self) -> str:
        """All of stdin as text, in whatever encoding its first bytes tell.

        Raises:
            InputError: it is not a text.
        """
        from istioctl.yamldoc.texts import LARGEST, text_of

        raw = getattr(self.stdin, "buffer", None)
        return self.stdin.read() if raw is None else text_of(raw.read(LARGEST + 1), "<stdin>")

    def confirm(self, question: str, *, flag: str) -> bool:
        """Ask a yes-or-no question; anything but y or yes is no. A piped answer counts, as in `yes | istioctl install`.

        Raises:
            UsageError: stdin is empty or closed; the hint names `flag`, which answers beforehand.
        """
        with self.aside():
            self._ask(f"{question} (y/N) ")
            try:
                answer = self.stdin.readline()
            except ValueError:  # it is closed
                answer = ""
        if not answer:
            self.insist("")
            raise UsageError(
                f"there is nobody to ask: {question}",
                hint=f"Pass {flag} to go on without asking.",
                id="no-terminal",
            )
        return answer.strip().lower() in ("y", "yes")

    def _ask(self, question: str) -> None:
        """The question to stderr, and to the person at the terminal where stderr goes elsewhere (`2>log`)."""
        self.show_on_stderr(question)
        if not self.stdin.closed and self.stdin.isatty() and not self.stderr.isatty():
            try:
                with open(os.ttyname(self.stdin.fileno()), "w") as screen:  # noqa: PTH123 - pathlib takes long to import
                    screen.write(visible(question))
            except (OSError, ValueError):
                self.stdout.flush()  # there is no way to that terminal; it waits for an answer all the same

    def show_error(self, error: IstioctlError) -> None:
        """An error record as text: `Error: where: message`, then a `Hint:` line."""
        for record in error.errors if isinstance(error, ErrorGroup) else [error]:
            self.insist(f"{self.style('Error:', 'red')} {record}")
            if record.hint:
                self.insist(f"{self.style('Hint:', 'cyan')} {record.hint}")


class _Stdout(io.FileIO):
    """The process's stdout, whose failures are told."""

    def write(self, data: Buffer, /) -> int:
        """Write what there is room for, waiting until there is some.

        Raises:
            OutputError: it can't be written.
        """
        while True:
            try:
                written: int | None = super().write(data)
            except OSError as problem:
                raise unwritten(problem) from problem
            if written is not None:
                return written
            from select import select  # whoever started us has made it return at once where it is full

            select([], [self], [])


def unwritten(problem: OSError) -> OutputError:
    """What to say where stdout did not take all."""
    if isinstance(problem, BrokenPipeError):
        return OutputError("the output was closed before all of it was written")
    return OutputError(f"the output can't be written: {problem.strerror}")


def system_terminal() -> Terminal:
    """The process's own streams, with stdout able to print any character.

    stdout is opened anew with a buffer: without one, as PYTHONUNBUFFERED makes it, Python drops what a pipe that closes
    does not take, and tells nobody. A stream that is closed gets something in its place, so that no file or connection
    takes its number: stdin is empty then, stderr goes nowhere, and writing to stdout fails.
    """
    for number, mode in enumerate((os.O_RDONLY, os.O_RDONLY, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, mode), True)
    if sys.stdout is not None:
        sys.stdout.flush()
    if os.name == "nt":  # its console wants other calls than a file, which Python knows
        sys.stdout = open(1, "w", encoding="utf-8", errors="surrogateescape", closefd=False)  # noqa: SIM115
    else:
        raw = _Stdout(1, "w", closefd=False)
        sys.stdout = io.TextIOWrapper(
            io.BufferedWriter(raw), encoding="utf-8", errors="surrogateescape", line_buffering=raw.isatty()
        )
    sys.stdin = sys.stdin or open(0, closefd=False)  # noqa: SIM115 - it lives as long as the process
    sys.stderr = sys.stderr or open(2, "w", closefd=False)  # noqa: SIM115
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
