"""Saying what is being waited for, once it takes longer than a moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from math import inf

Report = Callable[[str], None]
"""Takes one line for the user; may be called from several threads."""

_MOMENT = 0.8
_QUIET = 3.0


class Patience:
    """Reports waits that last longer than a moment; each once, and not too many of them.

    Args:
        report: where the lines go; without it nothing is watched.
    """

    def __init__(self, report: Report | None) -> None:
        self._report = report
        self._waits: dict[int, tuple[float, str]] = {}
        self._changed = threading.Condition()
        self._watcher: threading.Thread | None = None

    @contextmanager
    def waiting_for(self, what: str) -> Iterator[None]:
        """While the block runs, it counts as waiting for `what`, such as `https://host to answer GET /version`."""
        if self._report is None:
            yield
            return
        token = threading.get_ident()
        with self._changed:
            self._waits[token] = (time.monotonic() + _MOMENT, what)
            if self._watcher is None:
                self._watcher = threading.Thread(target=self._watch, daemon=True)
                self._watcher.start()
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._waits.pop(token, None)

    def say(self, line: str) -> None:
        """Reports a line at once."""
        if self._report is not None:
            self._report(line)

    def _watch(self) -> None:
        quiet_until = -inf
        while True:
            with self._changed:
                now = time.monotonic()
                late = {token: what for token, (due, what) in self._waits.items() if due <= now}
                for token, what in late.items():
                    self._waits[token] = (inf, what)
                if not late:
                    due = min((due for due, _ in self._waits.values()), default=inf)
                    self._changed.wait(None if due == inf else due - now)
            if late and time.monotonic() >= quiet_until:
                first, *others = sorted(set(late.values()))
                self.say(f"waiting for {first}" + (f", and for {len(others)} more requests" if others else ""))
                quiet_until = time.monotonic() + _QUIET
