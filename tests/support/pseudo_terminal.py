"""A program on a pseudo-terminal, and what a person would see there."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyte

_LONGEST = 60.0
_SCROLLED = 1000
_WIDE = 400


class PseudoTerminal:
    """`istioctl ARGV` on a terminal of its own; what it draws is read as a terminal would.

    Args:
        environ: besides the test's own environment.
        stdout: where results go instead of the terminal.
        columns, lines: the terminal's size.
    """

    def __init__(
        self,
        *argv: str,
        environ: dict[str, str] | None = None,
        stdout: Path | None = None,
        columns: int = 80,
        lines: int = 24,
    ) -> None:
        own = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
        self._controller, self._own = pty.openpty()
        self.screen = pyte.HistoryScreen(columns, lines, history=_SCROLLED, ratio=0.001)
        self._wide = pyte.HistoryScreen(_WIDE, lines, history=_SCROLLED, ratio=0.001)
        self._streams = [pyte.ByteStream(screen) for screen in (self.screen, self._wide)]
        self.raw = b""
        self.frames: list[list[str]] = []
        self._set_size(columns, lines)
        sink = stdout.open("wb") if stdout else None
        self.process = subprocess.Popen(
            [sys.executable, "-m", "istioctl", *argv],
            stdin=self._own,
            stdout=sink or self._own,
            stderr=self._own,
            env=own | {"TERM": "xterm-256color"} | (environ or {}),
            start_new_session=True,
        )
        if sink:
            sink.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, problem: Any, trace: TracebackType | None) -> None:
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        os.close(self._own)
        os.close(self._controller)

    def resize(self, columns: int, lines: int = 24) -> None:
        """Give the terminal another size; what is too long then is cut off, as the oldest terminals do."""
        self.screen.resize(lines, columns)
        self._set_size(columns, lines)

    def type(self, text: str) -> None:
        """Type on its keyboard."""
        os.write(self._controller, text.encode())

    def until(self, seen: Callable[[PseudoTerminal], bool]) -> list[str]:
        """Reads until something is seen, and what is on the screen then."""
        deadline = time.monotonic() + _LONGEST
        while not seen(self):
            assert time.monotonic() < deadline, "\n".join(self.lines())
            if not self._read(0.05) and self.process.poll() is not None and not seen(self):
                raise AssertionError(f"it has ended ({self.process.returncode}):\n" + "\n".join(self.lines()))
        return self.lines()

    def shows(self, text: str) -> list[str]:
        """Reads until a text is on the screen."""
        return self.until(lambda terminal: any(text in line for line in terminal.texts()))

    def end(self) -> int:
        """Reads until the program has ended; its exit status."""
        deadline = time.monotonic() + _LONGEST
        while self._read(0.05) or self.process.poll() is None:
            assert time.monotonic() < deadline, "\n".join(self.lines())
        return self.process.wait()

    def lines(self) -> list[str]:
        """All lines from the first to the cursor's, with those that have left the screen at its top."""
        return _lines(self.screen)

    def texts(self) -> list[str]:
        """The lines as they were written: as on a terminal that is wide enough for the longest."""
        return _lines(self._wide)

    def colours(self, text: str) -> set[str]:
        """The foreground colours of the cells of the first line that holds a text, there."""
        for number, line in enumerate(self.screen.display):
            if text in line:
                start = line.index(text)
                row = self.screen.buffer[number]
                return {row[column].fg for column in range(start, start + len(text)) if row[column].data != " "}
        raise AssertionError(f"{text!r} is not on the screen")

    def _set_size(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._own, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def _read(self, seconds: float) -> bool:
        if not select.select([self._controller], [], [], seconds)[0]:
            return False
        data = os.read(self._controller, 65536)
        self.raw += data
        for stream in self._streams:
            stream.feed(data)
        self.frames.append(self.lines())
        return True


def _lines(screen: pyte.HistoryScreen) -> list[str]:
    above = ["".join(row[column].data for column in range(screen.columns)) for row in screen.history.top]
    return [line.rstrip() for line in [*above, *screen.display[: screen.cursor.y + 1]]]
