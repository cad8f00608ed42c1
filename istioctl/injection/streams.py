"""Cutting a stream of YAML documents into its documents, one at a time, without reading it whole.

A line that starts with `---` begins a document. Each piece is text as it stands, its `---` line included, so that the
pieces joined are the stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from istioctl.errors import InputError

#: The largest document that is read, in bytes. The largest object a cluster takes is 3 MiB; a list may hold many.
MAX_DOCUMENT = 64 << 20
_MARKER = b"---"


class Piece(NamedTuple):
    """One document of a stream.

    Attributes:
        text: all of its text.
        body: where the document's own text starts in it, behind the `---` line.
        line: the line that `text` starts on, counted from 1.
        source: where the stream comes from.
    """

    text: str
    body: int
    line: int
    source: str

    def place(self, line: int) -> str:
        """`source:line` for a line of `text`, counted from 0."""
        return f"{self.source}:{self.line + line}"


def pieces(stream: BinaryIO, source: str) -> Iterator[Piece]:
    """The documents of a stream.

    Args:
        stream: is read line by line.
        source: names it in errors.

    Raises:
        InputError: the stream is no UTF-8 text, a document is too large, or something stands behind a `---`.
    """
    lines: list[bytes] = []
    size = body = 0
    first = number = 1
    while line := stream.readline(MAX_DOCUMENT + 1):
        if line.startswith(_MARKER):
            _check_marker(line, source, number)
            if lines:
                yield _piece(lines, body, first, source)
            lines, size, body, first = [], 0, len(line), number
        lines.append(line)
        size += len(line)
        number += 1
        if size > MAX_DOCUMENT:
            raise InputError(f"a document is larger than {MAX_DOCUMENT >> 20} MiB", where=f"{source}:{first}")
    if lines:
        yield _piece(lines, body, first, source)


def _check_marker(line: bytes, source: str, number: int) -> None:
    rest = line[len(_MARKER) :].strip()
    if rest and not rest.startswith(b"#"):
        said = rest.decode("utf-8", "replace")
        raise InputError(
            f"only a comment may follow '---' on its line, not '{said[:40]}'",
            where=f"{source}:{number}",
            hint="Put the text on a line of its own.",
        )


def _piece(lines: list[bytes], body: int, first: int, source: str) -> Piece:
    raw = b"".join(lines)
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        line = first + raw.count(b"\n", 0, error.start)
        raise InputError("this is no UTF-8 text", where=f"{source}:{line}", hint="Is it a binary file?") from None
    return Piece(text, len(raw[:body].decode()), first, source)
