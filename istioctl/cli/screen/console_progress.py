"""Progress of an installation as lines on stderr: one for each thing done, as the guide shows them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from istioctl.actions.progress import Progress
from istioctl.api.identity import ObjectKey
from istioctl.cli.screen.terminal import Terminal

_WIDTH = 100
_NAMED = 3


class ConsoleProgress(Progress):
    """Writes progress as it happens.

    Args:
        console: the streams of the run.
        removals_on_stdout: whether the names of removed objects are the command's result.
        prefix: goes before each line, where several clusters are installed at once.
    """

    def __init__(self, console: Terminal, *, removals_on_stdout: bool = True, prefix: str = "") -> None:
        self._console = console
        self._removals_on_stdout = removals_on_stdout
        self._prefix = prefix
        self._last = ""
        self._lock = threading.Lock()

    def note(self, text: str) -> None:
        """Something to know."""
        self._line(f"- {text[:1].upper()}{text[1:]}")

    def warn(self, text: str) -> None:
        """Something to take care of."""
        self._line(f"{self._console.style('Warning:', 'yellow')} {text}", self._console.insist)

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
        mark = self._console.style("✘", "red")
        self._line(f"{mark} {component} encountered an error: {reason}", self._console.insist)

    def pruning(self) -> None:
        """What is no longer wanted is being removed."""
        self._status("Pruning removed resources")

    def removed(self, key: ObjectKey, *, pretended: bool) -> None:
        """An object is removed, or would be."""
        text = f"Not pruning object {key.long_name} because of dry run." if pretended else f"  Removed {key.long_name}."
        if self._removals_on_stdout:
            self._console.write(f"{self._prefix}{text}\n")
        else:
            self._line(text)

    def complete(self, text: str) -> None:
        """All is done."""
        self._line(f"{self._console.style('✔', 'green')} {text}")

    def _status(self, text: str) -> None:
        with self._lock:
            line = f"- {text}" if len(text) + 2 <= _WIDTH else f"- {text[: _WIDTH - 5]}..."
            if line == self._last:
                return
            self._last = line
            self._console.say(self._prefix + line)

    def _line(self, text: str, say: Callable[[str], None] | None = None) -> None:
        with self._lock:
            self._last = ""
            (say or self._console.say)(self._prefix + text)
