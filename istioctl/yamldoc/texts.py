"""Bytes to text, as kubectl reads files: UTF-8, or UTF-16 with its mark, which PowerShell's `>` writes."""

from __future__ import annotations

import codecs
from pathlib import Path

from istioctl.errors import InputError

UTF_8 = "utf-8"
LARGEST = 128 * 1024 * 1024
"""Bytes of a text that is read whole: what is made of it takes some times as much memory."""
_MARKS = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


def encoding_of(raw: bytes) -> str:
    """The encoding that the first bytes of a text tell: UTF-8 where they hold no mark of another."""
    return next((name for mark, name in _MARKS if raw.startswith(mark)), UTF_8)


def decoded(raw: bytes, source: str, *, line: int = 1) -> str:
    """The text that bytes stand for, its mark (U+FEFF) included.

    Args:
        source: names it in errors.
        line: the line in it that `raw` starts on, counted from 1.

    Raises:
        InputError: they are not a text; `where` is `source:line`.
    """
    encoding = encoding_of(raw)
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        at = line + raw[: error.start].decode(encoding, "replace").count("\n")
        problem = f"this is not {encoding.upper().removesuffix('-LE').removesuffix('-BE')} text"
        raise InputError(problem, where=f"{source}:{at}", hint="Is it a binary file?", id="unreadable") from None


def text_of(raw: bytes, source: str) -> str:
    """The text that bytes stand for, without its mark.

    Raises:
        InputError: they are not a text, `where` is `source:line`; or they are too many.
    """
    if len(raw) > LARGEST:
        raise InputError(
            f"this is larger than {LARGEST >> 20} MiB",
            where=source,
            hint="Split it into several files.",
            id="too-large",
        )
    return decoded(raw, source).removeprefix("\ufeff")


def read_text(path: str | Path) -> str:
    """The text of a file, without its mark.

    Raises:
        InputError: it can't be read, is not a text, or is too large.
    """
    return text_of(read_bytes(path), str(path))


def read_bytes(path: str | Path) -> bytes:
    """The bytes of a file, of one that is too large the first ones.

    Raises:
        InputError: it can't be read.
    """
    try:
        with Path(path).open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        raise InputError(f"the file can't be read: {error.strerror}", where=str(path), id="unreadable") from None
    except ValueError:
        raise InputError("the file can't be read: its name holds a null character", where=repr(str(path))) from None
