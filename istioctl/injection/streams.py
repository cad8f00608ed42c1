"""Cutting a stream of YAML documents into its documents, one at a time, without reading it whole.

A line that starts with `---` begins a document, and so does a JSON object behind another. Each piece is text as it
stands, its `---` line included, so that the pieces joined are the stream. A piece may also be a run of empty documents,
or some items of a long `List`: what `kubectl get -o yaml` prints is one document, however large the cluster.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import BinaryIO, NamedTuple

from istioctl.errors import InputError
from istioctl.injection.reverse_patch import LEAD
from istioctl.yamldoc.json_values import further_values
from istioctl.yamldoc.long_lists import long_list
from istioctl.yamldoc.texts import UTF_8, decoded, encoding_of

#: The largest document that is read, in bytes. The largest object a cluster takes is 3 MiB; a list may hold many.
MAX_DOCUMENT = 64 << 20
_MARKER = b"---"
#: So many characters of items of a long `List` go together.
_GROUP = 256 << 10
_RUN = 64 << 10


class Piece(NamedTuple):
    """One document of a stream.

    Attributes:
        text: all of its text.
        body: where the document's own text starts in it, behind the `---` line.
        line: the line that `text` starts on, counted from 1.
        source: where the stream comes from.
        encoding: the stream's own.
        is_apart: whether it follows the one before it without a `---`, as JSON values may.
        around: what makes a document of it, where it is a part of one: the text before it and that behind it.
    """

    text: str
    body: int
    line: int
    source: str
    encoding: str = UTF_8
    is_apart: bool = False
    around: tuple[str, str] = ("", "")

    @property
    def whole(self) -> Piece:
        """As a document."""
        before, after = self.around
        return self._replace(text=f"{before}{self.text}{after}", line=self.line - before.count("\n"), around=("", ""))

    def place(self, line: int) -> str:
        """`source:line` for a line of `text`, counted from 0."""
        return f"{self.source}:{self.line + line}"


def pieces(stream: BinaryIO, source: str) -> Iterator[Piece]:
    """The documents of a stream, or parts of them.

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
            if lines and size == body < _RUN:
                body += len(line)  # nothing but markers so far
            else:
                if lines:
                    yield from _pieces(lines, body, first, source, encoding)
                lines, size, body, first = [], 0, len(line), number
        elif size == body and len(lines) > 1:
            yield from _pieces(lines[:-1], size, first, source, encoding)
            lines, first = lines[-1:], number - 1
            size = body = len(lines[0])
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
        yield from _groups(Piece(text, body, first, source, encoding))
        return
    start, mark = 0, text.startswith("\ufeff", body)
    for further in further_values(text[body + mark :], source, first + text.count("\n", 0, body)):
        end = body + mark + further
        yield Piece(text[start:end], max(body - start, 0), first, source, encoding, start > 0)
        first += text.count("\n", start, end)
        start = end
    yield Piece(text[start:], max(body - start, 0), first, source, encoding, start > 0)


def _groups(piece: Piece) -> Iterator[Piece]:
    """The piece, or groups of items of the long `List` that it is."""
    found = long_list(piece.text, piece.body)
    if found is None:
        yield piece
        return
    text, begin = piece.text, found.starts[0]
    before = text[:begin].removeprefix("\ufeff")
    after = "".join(line for line in text[found.end :].splitlines(keepends=True) if not line.startswith(LEAD))
    start, line = 0, piece.line
    is_noted = LEAD in text
    for item in found.starts:
        if is_noted:  # the groups that were injected, each of which ends with its note
            is_full = text.startswith(LEAD, text.rfind("\n", 0, item - 1) + 1)
        else:
            is_full = item - max(start, begin) > _GROUP
        if is_full:
            around = (before if start else "", after)
            yield piece._replace(text=text[start:item], body=0 if start else piece.body, line=line, around=around)
            line += text.count("\n", start, item)
            start = item
    yield piece._replace(text=text[start:], body=0, line=line, around=(before if start else "", ""))
