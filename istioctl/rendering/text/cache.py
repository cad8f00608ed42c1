"""What is slow to prepare and depends only on the program's own files, kept between runs.

The entries lie beside those of the template engine, see `istioctl.gotemplate.compiler.cache`: where there is no folder
that can be trusted, nothing is kept.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar, cast

from istioctl.gotemplate.compiler.cache import fingerprint, load, store

_Prepared = TypeVar("_Prepared")


def prepared(name: str, sources: Iterable[Path], build: Callable[[], _Prepared]) -> _Prepared:
    """What `build` makes of `sources`, from the cache where that is as new as they are.

    Args:
        name: tells this result from others that come from the same sources.
        sources: the files that the result depends on.
        build: makes the result out of what `marshal` can write: plain data and code.

    Raises:
        OSError: a source is missing.
    """
    key = f"{name}-{_fingerprint(sources)}"
    kept = load(key)
    if kept is not None:
        return cast(_Prepared, kept[0])
    result = build()
    store(key, (result,))
    return result


def _fingerprint(sources: Iterable[Path]) -> str:
    """Changes whenever a source does: its place, its size or the time it was written."""
    lines = [sys.version]
    for source in sources:
        status = os.stat(source)  # noqa: PTH116 - for some thirty files on every run
        lines.append(f"{source} {status.st_mtime_ns} {status.st_size}")
    return fingerprint(*lines)
