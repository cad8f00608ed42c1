"""Writing files whole."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, TypeVar

from istioctl.errors import InputError

_Result = TypeVar("_Result")


def write_file(name: str, write: Callable[[BinaryIO], _Result]) -> _Result:
    """Write a file so that it is there whole, or as it was before.

    Args:
        name: the file; what is not a plain file, such as a device, is written directly.
        write: writes the contents.

    Returns:
        What `write` gives.

    Raises:
        InputError: the file can't be written; and what `write` raises.
    """
    from tempfile import mkstemp

    target = Path(name)
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as sink:
                return write(sink)
        target = target.resolve()
        handle, draft = mkstemp(prefix=f".{target.name}.", dir=target.parent)
    except OSError as error:
        raise InputError(f"the file can't be written: {error.strerror}", where=name) from None
    try:
        with os.fdopen(handle, "wb") as sink:
            result = write(sink)
        Path(draft).chmod(target.stat().st_mode & 0o7777 if target.exists() else 0o666 & ~_umask())
        Path(draft).replace(target)
    except OSError as error:
        raise InputError(f"the file can't be written: {error.strerror}", where=name) from None
    finally:
        Path(draft).unlink(missing_ok=True)  # where it has become the file there is none any more
    return result


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
