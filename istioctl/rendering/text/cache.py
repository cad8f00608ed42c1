"""What is made of the program's own files, slowly: it comes with the wheel, or is kept between runs.

See `istioctl.prebuilt` and `istioctl.file_cache`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar, cast

from istioctl import prebuilt
from istioctl.file_cache import fingerprint, load, store

_Prepared = TypeVar("_Prepared")


def prepared(name: str, sources: Iterable[Path], build: Callable[[], _Prepared]) -> _Prepared:
    """Data that `build` makes of `sources`, if it was not made of the same ones before.

    Args:
        name: tells this result from others that come from the same sources.
        sources: the files that the result depends on.
        build: makes the result: plain data.

    Raises:
        OSError: a source is missing.
    """
    files = list(sources)
    known = prebuilt.entry(_content_key(name, files))
    return cast(_Prepared, known) if known is not None else kept(name, files, build)


def kept(name: str, sources: Iterable[Path], build: Callable[[], _Prepared]) -> _Prepared:
    """As `prepared`, for what may hold code, too, and from the cache folder alone."""
    key = f"{name}-{_fingerprint(sources)}"
    found = load(key)
    if found is not None:
        return cast(_Prepared, found[0])
    result = build()
    store(key, (result,))
    return result


def prebuilt_module(name: str, sources: Iterable[Path], build: Callable[[], object]) -> tuple[str, str]:
    """The key and the text of the module that the wheel carries for what `prepared` would give."""
    return _content_key(name, sources), prebuilt.module(build())


def _content_key(name: str, sources: Iterable[Path]) -> str:
    """Changes whenever the content of a source does, or what it is called; the folder does not count."""
    return fingerprint(name, *(part for file in sources for part in (file.name, file.read_text(encoding="utf-8"))))


def _fingerprint(sources: Iterable[Path]) -> str:
    """Changes whenever a source does: its place, its size or the time it was written."""
    lines = [sys.version]
    for source in sources:
        status = os.stat(source)  # noqa: PTH116 - for some thirty files on every run
        lines.append(f"{source} {status.st_mtime_ns} {status.st_size}")
    return fingerprint(*lines)
