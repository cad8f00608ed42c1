"""The archive: a gzipped tar file that is written while things come in, so that no more than a few are in memory."""

from __future__ import annotations

import io
import math
import tarfile
import threading
import time
from pathlib import Path
from types import TracebackType

from istioctl.errors import InputError

ROOT = "bug-report"


class Archive:
    """An archive under way; it takes its name once it is complete.

    Args:
        path: the file to make.
        scratch: the folder for the unfinished file; that of `path` if left out.

    Raises:
        InputError: it can't be written.
    """

    def __init__(self, path: Path, scratch: Path | None = None) -> None:
        self.path = path
        self.names: list[str] = []
        self.size = 0
        self._lock = threading.Lock()
        self._draft = (scratch or path.parent) / f".{path.name}.partial"
        self._now = int(time.time())
        try:
            self._draft.parent.mkdir(parents=True, exist_ok=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            self._tar = tarfile.open(self._draft, "w:gz", compresslevel=6)  # noqa: SIM115 - closed by __exit__
        except OSError as problem:
            raise InputError(f"can't be written: {problem.strerror}", where=str(self._draft)) from problem
        self._draft.chmod(0o600)

    def add(self, name: str, data: bytes, until: float = math.inf) -> bool:
        """Add a file; may be called from several threads, one of which packs at a time.

        Args:
            until: the monotonic time after which nothing more is added.

        Returns:
            Whether its turn came in time.

        Raises:
            InputError: the disk is full, or the like.
        """
        entry = tarfile.TarInfo(f"{ROOT}/{name}")
        entry.size, entry.mtime, entry.mode = len(data), self._now, 0o600
        with self._lock:
            if time.monotonic() > until:
                return False
            try:
                self._tar.addfile(entry, io.BytesIO(data))
            except OSError as problem:
                raise InputError(f"can't be written: {problem.strerror}", where=str(self._draft)) from problem
            self.names.append(name)
            self.size += len(data)
        return True

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        try:
            self._tar.close()
            if kind is None:
                import shutil

                shutil.move(self._draft, self.path)
        except OSError as problem:
            raise InputError(f"can't be written: {problem.strerror}", where=str(self.path)) from problem
        finally:
            self._draft.unlink(missing_ok=True)
