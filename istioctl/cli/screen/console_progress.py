"""Progress of an installation on stderr: a line for each thing done, as the guide shows them."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from shutil import get_terminal_size

from istioctl.api.identity import ObjectKey
from istioctl.cli.screen.terminal import Terminal

_WIDTH = 100
_NAMED = 3


class ConsoleProgress:
    """Writes progress as it happens. On a terminal, what is under way is one line that is written over.

    Args:
        console: the streams of the run.
        removals_on_stdout: whether the names of removed objects are the command's result.
        prefix: goes before each line, where several clusters are installed at once.
    """

    def __init__(self, console: Terminal, *, removals_on_stdout: bool = True, prefix: str = "") -> None:
        self._console = console
        self._removals_on_stdout = removals_on_stdout
        self._prefix = prefix
        self._moving = console.has_colour() and not prefix
        self._last = ""
        self._open = False
        self._lock = threading.Lock()

    def note(self, text: str) -> None:
        """Something to know."""
        self._line(f"- {text[:1].upper()}{text[1:]}")

    def warn(self, text: str) -> None:
        """Something to take care of."""
        self._line(f"{self._console.style('Warning:', 'yellow')} {text}")

    def processing(self, components: Sequence[str], waiting: Sequence[str]) -> None:
        """These components are under way, and these objects are waited for."""
        text = f"Processing resources for {', '.join(components)}."
        if waiting:
            more = f" and {len(waiting) - _NAMED} more" if len(waiting) > _NAMED else ""
            text += f" Waiting for {', '.join(waiting[:_NAMED])}{more}"
        self._status(text)

    def installed(self, component: str) -> None:
        """A component is in place and ready."""
        self._line(f"{self._console.style('✔', 'green')} {component} installed")

    def failed(self, component: str, reason: str) -> None:
        """A component could not be installed."""
        self._line(f"{self._console.style('✘', 'red')} {component} encountered an error: {reason}")

    def pruning(self) -> None:
        """What is no longer wanted is being removed."""
        self._status("Pruning removed resources")

    def removed(self, key: ObjectKey, *, pretended: bool) -> None:
        """An object is removed, or would be."""
        text = f"Not pruning object {key.long_name} because of dry run." if pretended else f"  Removed {key.long_name}."
        if not self._removals_on_stdout:
            self._line(text)
            return
        with self._lock:
            self._close()
            self._console.write(f"{self._prefix}{text}\n")

    def complete(self, text: str) -> None:
        """All is done."""
        self._line(f"{self._console.style('✔', 'green')} {text}")

    def end(self) -> None:
        """Leave the line that is written over, if any."""
        with self._lock:
            self._close()

    def _status(self, text: str) -> None:
        with self._lock:
            width = min(get_terminal_size().columns, _WIDTH) if self._moving else _WIDTH
            line = f"- {text}" if len(text) + 2 <= width else f"- {text[: width - 5]}..."
            if line == self._last:
                return
            self._last = line
            if self._moving:
                self._console.say_in_place(line)
                self._open = True
            else:
                self._console.say(self._prefix + line)

    def _line(self, text: str) -> None:
        with self._lock:
            if self._open:
                self._console.say_in_place("")
                self._open = False
            self._last = ""
            self._console.say(self._prefix + text)

    def _close(self) -> None:
        if self._open:
            self._console.say("")
            self._open = False
