"""What is slow to prepare and depends only on the program's own files: kept between runs, as Python keeps bytecode.

The cache is a help, never a need: an unreadable, stale or damaged one is as good as none, and where nothing can be
written nothing is. It lives in `$XDG_CACHE_HOME/istioctl`, or `~/.cache/istioctl`.
"""

from __future__ import annotations

import marshal
import os
import sys
import zlib
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

_Prepared = TypeVar("_Prepared")


def prepared(name: str, sources: Iterable[Path], build: Callable[[], _Prepared]) -> _Prepared:
    """What `build` makes of `sources`, from the cache where that is as new as they are.

    Args:
        name: the cache file's name; one name stands for one `build`.
        sources: the files that the result depends on.
        build: makes the result out of what `marshal` can write: plain data and code.

    Raises:
        OSError: a source is missing.
    """
    key = _fingerprint(sources)
    file = _folder() / f"{name}-{sys.implementation.cache_tag}.bin"
    with suppress(OSError, ValueError, EOFError, TypeError):
        content = file.read_bytes()
        head, check, body = content[: len(key)], content[len(key) : len(key) + 4], content[len(key) + 4 :]
        if head == key and check == zlib.crc32(body).to_bytes(4, "big"):
            found: _Prepared = marshal.loads(body)  # noqa: S302 - the user's own file, as with __pycache__
            return found
    result = build()
    with suppress(OSError):
        _write(file, key, marshal.dumps(cast("Any", result)))
    return result


def _folder() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")  # noqa: PTH111, PTH118
    return Path(base, "istioctl")


def _fingerprint(sources: Iterable[Path]) -> bytes:
    """Changes whenever a source does: its place, its size or the time it was written."""
    lines = [sys.version]
    for source in sources:
        status = os.stat(source)  # noqa: PTH116 - called for every source on every run
        lines.append(f"{source} {status.st_mtime_ns} {status.st_size}")
    text = "\n".join(lines).encode()
    return b"%08x%08x" % (zlib.crc32(text), zlib.adler32(text))


def _write(file: Path, key: bytes, body: bytes) -> None:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = file.with_suffix(f".{os.getpid()}")
    draft.write_bytes(key + zlib.crc32(body).to_bytes(4, "big") + body)
    draft.replace(file)
