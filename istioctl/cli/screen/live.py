"""A live region: lines at the foot of a terminal, drawn by Rich, while other lines come to stand above them.

One thread draws, and only that one: an interrupt, which Python raises in the main thread, cannot leave half a drawing.
The cursor is never hidden, so that not even a kill leaves a terminal without one.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType, Segment

from istioctl.cli.screen.terminal import Terminal

if TYPE_CHECKING:
    from rich.console import ConsoleOptions, RenderableType, RenderResult

_SHORTEST_PAUSE = 0.125
_PAUSE = 0.5
"""Seconds between two drawings: where things change, and where only time goes on."""


class LiveRegion:
    """What `render` returns, at the foot of the screen from the first `changed` until `remove`.

    Args:
        terminal: the streams of the run; stderr has to be a terminal.
        render: gives what is to be seen, None where that is nothing; called from the drawing thread.
    """

    def __init__(self, terminal: Terminal, render: Callable[[], RenderableType | None]) -> None:
        self._terminal = terminal
        self._render = render
        self._console = _console(terminal)
        self._lines = _Lines()
        self._state = threading.Condition()
        self._wanted, self._drawn, self._stale = True, False, False
        self._pauses = 0
        self._thread: threading.Thread | None = None

    @property
    def height(self) -> int:
        """How many lines there is room for."""
        return max(1, self._console.height - 1)

    @property
    def width(self) -> int:
        """How many columns a line has."""
        return self._console.width

    def changed(self) -> None:
        """There is something else to be seen; the region appears where it is not there yet, but not after `remove`."""
        with self._state:
            self._stale = True
            if self._thread is None and self._wanted:
                self._terminal.region = self
                self._thread = threading.Thread(target=self._draw_on, daemon=True)
                self._thread.start()
            self._state.notify_all()

    def remove(self) -> None:
        """Leave the screen as if the region had not been there, for good."""
        with self._state:
            thread, self._wanted = self._thread, False
            self._state.notify_all()
        if thread is not None:
            thread.join()
        with self._state:
            self._terminal.region = self._thread = None

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Within, the region is not on the screen; the cursor is where its first line began."""
        try:
            with self._state:
                self._pauses += 1
                self._state.notify_all()
                while self._drawn:
                    self._state.wait()
            yield
        finally:
            with self._state:
                self._pauses -= 1
                self._state.notify_all()

    def _draw_on(self) -> None:
        live: Live | None = None
        drawn_at = 0.0
        try:
            with self._state:
                while self._wanted or live:
                    now = time.monotonic()
                    due = drawn_at + (_SHORTEST_PAUSE if self._stale or not live else _PAUSE)
                    seen = live is not None and self._wanted and not self._pauses
                    if self._wanted and not self._pauses and now >= due:
                        self._lines.content = self._render()
                        seen = self._lines.content is not None
                        if seen:
                            live = self._draw(live)
                        drawn_at, self._drawn, self._stale = now, seen, False
                    if live is not None and not seen:
                        self._erase(live)
                        live, self._drawn = None, False
                        self._state.notify_all()
                    if self._wanted:
                        self._state.wait(None if self._pauses else max(0.0, due - now) or _SHORTEST_PAUSE)
        except (OSError, ValueError):
            pass  # the terminal is gone
        finally:
            with self._state:
                self._drawn = False
                self._state.notify_all()

    def _draw(self, live: Live | None) -> Live:
        if live is None:
            live = Live(
                self._lines,
                console=self._console,
                auto_refresh=False,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
                vertical_overflow="crop",
            )
            live.start(refresh=True)
        else:
            self._go_to_last_line()
            live.refresh()
        return live

    def _erase(self, live: Live) -> None:
        self._go_to_last_line()
        live.stop()

    def _go_to_last_line(self) -> None:
        """Where the terminal has become narrower and wrapped lines, erase what Rich does not know of."""
        more = self._lines.wrapped_at(self._console.width)
        if more and _wraps(self._terminal):
            codes = [(ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1)] * more
            self._console.control(Control(ControlType.CARRIAGE_RETURN, *codes))


class _Lines:
    """A renderable that remembers how long the lines were in which it was last drawn."""

    def __init__(self) -> None:
        self.content: RenderableType | None = None
        self._lengths: list[int] = []

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = console.render_lines(self.content or "", options, pad=False)
        lines = lines[: max(1, options.size.height - 1)]
        lines = [_stripped(line) for line in lines]
        self._lengths = [Segment.get_line_length(line) for line in lines]
        for number, line in enumerate(lines):
            if number:
                yield Segment.line()
            yield from line

    def wrapped_at(self, width: int) -> int:
        """How many lines more they take on a terminal that is this wide, in columns."""
        return sum(max(0, -(-length // width) - 1) for length in self._lengths)


class _Console(Console):
    """Rich's way to stderr; leaves the cursor alone."""

    def show_cursor(self, show: bool = True) -> bool:
        return False


def _stripped(line: list[Segment]) -> list[Segment]:
    """Without blanks at the end, which a terminal that becomes narrower would wrap."""
    while line and not line[-1].text.strip():
        line = line[:-1]
    return [*line[:-1], Segment(line[-1].text.rstrip(), line[-1].style)] if line else []


def _console(terminal: Terminal) -> Console:
    return _Console(
        file=terminal.stderr,
        force_terminal=True,
        force_interactive=True,
        color_system="standard",
        legacy_windows=False,
        markup=False,
        emoji=False,
        highlight=False,
        _environ=terminal.environ,
    )


def _wraps(terminal: Terminal) -> bool:
    """Whether the terminal wraps lines anew that no longer fit, as most do; some of the oldest cut them off."""
    name = terminal.environ.get("TERM", "")
    cuts = name.startswith(("linux", "rxvt", "vt")) or (name.startswith("screen") and "TMUX" not in terminal.environ)
    return not cuts and "XTERM_VERSION" not in terminal.environ
