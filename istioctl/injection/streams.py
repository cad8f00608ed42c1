"""Cutting a stream of YAML documents into its documents, one at a time, without reading it whole.

A line that starts with `---` begins a document, and so does a JSON object behind another. Each piece is text as it
stands, its `---` line included, so that the pieces joined are the stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

from istioctl.errors import InputError
from istioctl.yamldoc.json_values import further_values
from istioctl.yamldoc.texts import UTF_8, decoded, encoding_of

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
        encoding: the stream's own.
        is_apart: whether it follows the one before it without a `---`, as JSON values may.
    """

    text: str
    body: int
    line: int
    source: str
    encoding: str = UTF_8
    is_apart: bool = False

    def place(self, line: int) -> str:
        """`source:line` for a line of `text`, counted from 0."""
        return f"{self.source}:{self.line + line}"


def pieces(stream: BinaryIO, source: str) -> Iterator[Piece]:
    """The documents of a stream.

    Args:
        stream: is read line by line.
        source: names it in errors.

    Raises:
        InputError: the stream is not a text, a document is too large, something stands behind a `---`, or behind a
            JSON object.
    """
    lines: list[bytes] = []
    size = body = 0
    first = number = 1
    encoding = UTF_8
    while line := stream.readline(MAX_DOCUMENT + 1):
        if number == 1 and (encoding := encoding_of(line)) != UTF_8:
            stream = BytesIO(decoded(line + stream.read(), source).encode())
            line = stream.readline()
        if line.startswith(_MARKER):
            _check_marker(line, source, number)
            if lines:
                yield from _pieces(lines, body, first, source, encoding)
            lines, size, body, first = [], 0, len(line), number
        lines.append(line)
        size += len(line)
        number += 1
        if size > MAX_DOCUMENT:
            raise InputError(f"a document is larger than {MAX_DOCUMENT >> 20} MiB", where=f"{source}:{first}")
    if lines:
        yield from _pieces(lines, body, first, source, encoding)


def _check_marker(line: bytes, source: str, number: int) -> None:
    rest = line[len(_MARKER) :].strip()
    if rest and not rest.startswith(b"#"):
        said = rest.decode("utf-8", "replace")
        raise InputError(
            f"only a comment may follow '---' on its line, not '{said[:40]}'",
            where=f"{source}:{number}",
            hint="Put the text on a line of its own.",
        )


def _pieces(lines: list[bytes], body: int, first: int, source: str, encoding: str) -> Iterator[Piece]:
    raw = b"".join(lines)
    text = decoded(raw, source, line=first)
    body = len(raw[:body].decode())
    if not text.startswith(("{", "\ufeff"), body) and not text[body : body + 1].isspace():
        yield Piece(text, body, first, source, encoding)
        return
    start, mark = 0, text.startswith("\ufeff", body)
    for further in further_values(text[body + mark :], source, first + text.count("\n", 0, body)):
        end = body + mark + further
        yield Piece(text[start:end], max(body - start, 0), first, source, encoding, start > 0)
        first += text.count("\n", start, end)
        start = end
    yield Piece(text[start:], max(body - start, 0), first, source, encoding, start > 0)
