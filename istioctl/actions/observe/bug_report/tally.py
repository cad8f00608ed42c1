"""How far the gathering is, folder by folder of the archive."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from istioctl.actions.progress import Progress, Stage


class Tally:
    """Counts the pieces of each folder, and tells it.

    Args:
        progress: takes it: the folder is the component, and the pieces under way are what it waits for.
    """

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._total: Counter[str] = Counter()
        self._done: Counter[str] = Counter()
        self._under_way: dict[str, dict[str, str]] = {}
        self._lock = threading.Lock()

    def expect(self, names: Sequence[str]) -> None:
        """These pieces are to be gathered, too."""
        with self._lock:
            folders = dict.fromkeys(map(_folder, names))
            self._total.update(map(_folder, names))
            for folder in folders:
                self._under_way.setdefault(folder, {})
                self._tell(folder)

    @contextmanager
    def gathering(self, name: str) -> Iterator[None]:
        """While the block runs, the piece is under way."""
        folder = _folder(name)
        with self._lock:
            self._under_way[folder][_rest(name)] = ""
            self._tell(folder)
        try:
            yield
        finally:
            with self._lock:
                del self._under_way[folder][_rest(name)]
                self._done[folder] += 1
                self._tell(folder)

    def _tell(self, folder: str) -> None:
        count = self._done[folder], self._total[folder]
        stage = Stage.READY if count[0] == count[1] else Stage.GATHERING
        self._progress.working(folder, stage, dict(sorted(self._under_way[folder].items())), count)


def _folder(name: str) -> str:
    return name.partition("/")[0]


def _rest(name: str) -> str:
    return name.partition("/")[2] or name
