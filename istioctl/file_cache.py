"""What is kept between runs, as files in the user's cache folder.

An entry is a marshalled tuple, named by a hash of all that it depends on. Code from it runs as ours, so the folder must
belong to the user and be writable to nobody else. Where there is no such folder, or anything about it fails, nothing is
kept.
"""

from __future__ import annotations

import contextlib
import marshal
import os
from functools import cache
from pathlib import Path
from typing import Final

try:  # the algorithm alone, as the standard library's own `random` does it: hashlib also loads all of OpenSSL
    from _blake2 import blake2b
except ImportError:
    from hashlib import blake2b

_MOST: Final = 256  # entries


def fingerprint(*parts: str) -> str:
    """A text of hexadecimal digits that changes whenever one of `parts` does."""
    digest = blake2b(digest_size=32)
    for part in parts:
        digest.update(f"{len(part)}:".encode())
        digest.update(part.encode("utf-8", "surrogatepass"))
    return digest.hexdigest()


@cache
def _folder() -> Path | None:
    """The user's cache folder, None if it can't be trusted or had."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    try:
        folder = (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "istioctl" / "entries"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except (OSError, RuntimeError):
        return None
    private = not hasattr(os, "getuid") or (found.st_uid == os.getuid() and not found.st_mode & 0o022)
    return folder if private else None


def load(key: str) -> tuple[object, ...] | None:
    """The entry `key`, None if there is none."""
    folder = _folder()
    if folder is None:
        return None
    try:
        found = marshal.loads((folder / key).read_bytes())  # noqa: S302 - see the module's docstring
    except (OSError, EOFError, ValueError, TypeError):
        return None
    return found if isinstance(found, tuple) else None


def store(key: str, entry: tuple[object, ...]) -> None:
    """Keeps `entry` under `key`, whole or not at all."""
    folder = _folder()
    if folder is None:
        return
    name = folder / f"{key}.{os.urandom(8).hex()}"  # importing tempfile takes longer than storing
    with contextlib.suppress(OSError):
        try:
            with open(name, "xb", opener=_only_for_the_user) as file:
                file.write(marshal.dumps(entry))  # type: ignore[arg-type]
            os.replace(name, folder / key)  # noqa: PTH105 - Path.replace would build another path
        except BaseException:  # an interrupt, too, leaves no draft behind
            name.unlink(missing_ok=True)
            raise
        _prune(folder)


def _only_for_the_user(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _prune(folder: Path) -> None:
    entries = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime)
    for path in entries[:-_MOST]:
        path.unlink(missing_ok=True)
