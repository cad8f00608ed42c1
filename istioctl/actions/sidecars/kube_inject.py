"""kube-inject: sidecars into the workloads of files, in the user's own text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, NamedTuple

from istioctl.errors import InputError
from istioctl.injection import streams
from istioctl.injection.inject import InjectionResult, inject_stream, uninject_piece
from istioctl.injection.injector import ObjectInjector
from istioctl.injection.report import Entry
from istioctl.injection.streams import Piece
from istioctl.injection.text_edit import is_json

_SUFFIXES = (".yaml", ".yml", ".json")
#: Bytes of a result that are kept in memory; the rest goes to a temporary file.
_SPOOL = 8 << 20
#: What is put between JSON values in a row: they stood on lines of their own, or on one line.
_SEPARATORS = ("--- # kube-inject\n", "--- # kube-inject: on one line\n")

Transform = Callable[[Iterable[Piece]], Iterator[tuple[Piece, InjectionResult]]]


class Report(NamedTuple):
    """What was done.

    Attributes:
        entries: the objects with pods, in their order.
        foreign: how many other objects passed.
    """

    entries: tuple[Entry, ...]
    foreign: int


def injected_with(injector: ObjectInjector) -> Transform:
    """What puts sidecars into a stream."""
    return lambda pieces: inject_stream(pieces, injector)


def uninjected(pieces: Iterable[Piece]) -> Iterator[tuple[Piece, InjectionResult]]:
    """What takes sidecars out of a stream."""
    held: tuple[Piece, InjectionResult] | None = None
    for piece in pieces:
        result = uninject_piece(piece)
        if held is not None:
            before, result = _joined_again(held[1], result)
            yield held[0], before
        held = piece, result
    if held is not None:
        yield held


def _joined_again(first: InjectionResult, second: InjectionResult) -> tuple[InjectionResult, InjectionResult]:
    """Two JSON values without the line that injection put between them."""
    found = next((line for line in _SEPARATORS if second.text.startswith(line)), None)
    rest = second.text.removeprefix(found or "")
    if found is None or not (is_json(first.text.removeprefix("\ufeff")) and rest.startswith("{")):
        return first, second
    before = first.text if found == _SEPARATORS[0] else first.text.removesuffix("\n")
    return first._replace(text=before), second._replace(text=rest)


def transform(inputs: Iterable[str], stdin: BinaryIO, change: Transform, sink: BinaryIO) -> Report:
    """Write the inputs, changed, to `sink`.

    Args:
        inputs: files, folders, URLs, or `-` for stdin.
        stdin: the bytes of stdin.
        change: what is done to each document.
        sink: where the result goes, all of it at the end: nothing is written where anything fails.

    Raises:
        InputError: an input can't be read, or a document is malformed; `where` is `file:line`.
        TemplateError, ClusterError: injection fails.
    """
    entries: list[Entry] = []
    foreign = 0
    encoding, was_changed, ends_line = "", False, True
    with Spool() as spool:
        for piece, result in change(_joined(_pieces(inputs, stdin))):
            encoding = encoding or piece.encoding  # of several inputs, the first says how all are written
            is_changed = result.text != piece.text
            text = result.text
            if piece.is_apart and (is_changed or was_changed):  # what is now YAML has to be told from the next value
                text = (_SEPARATORS[0] if ends_line else "\n" + _SEPARATORS[1]) + text
            spool.write(text.encode(encoding))
            was_changed, ends_line = is_changed, text.endswith("\n")
            entries += result.entries
            foreign += result.foreign
        spool.pour_into(sink)
    return Report(tuple(entries), foreign)


class Spool:
    """Keeps what is written until it is asked for: a little in memory, more in a file."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._size = 0
        self._file: IO[bytes] | None = None

    def write(self, chunk: bytes) -> None:
        """Add to what is kept."""
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > _SPOOL:
            from tempfile import TemporaryFile

            self._file = self._file or TemporaryFile()  # noqa: SIM115 - closed at the end
            self._file.writelines(self._chunks)
            self._chunks, self._size = [], 0

    def pour_into(self, sink: BinaryIO) -> None:
        """Give all that was kept, in order."""
        if self._file is not None:
            from shutil import copyfileobj

            self._file.seek(0)
            copyfileobj(self._file, sink)
        sink.writelines(self._chunks)

    def lines(self) -> Iterator[bytes]:
        """What was kept, line by line; every `write` has to end with a line."""
        if self._file is not None:
            self._file.seek(0)
            yield from self._file
        for chunk in self._chunks:
            yield from BytesIO(chunk)

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()


def differences(
    inputs: Iterable[str], stdin: BinaryIO, change: Transform, verb: str
) -> Iterator[tuple[list[str], InjectionResult]]:
    """The lines of a unified diff for each input, document by document, and what became of each.

    Args:
        inputs, stdin, change: as for `transform`.
        verb: what the change does, as in `injected`.
    """
    source, added, named = "", 0, False
    for piece, result in change(_pieces(inputs, stdin)):
        if _begins_an_input(piece):
            source, added, named = piece.source, 0, False
        lines: list[str] = []
        if result.text != piece.text:
            lines = list(_hunks(piece.text, result.text, piece.line, piece.line + added))
            if not named:
                lines = [f"--- {source}", f"+++ {source} ({verb})", *lines]
                named = True
        added += result.text.count("\n") - piece.text.count("\n")
        yield lines, result


def _hunks(before: str, after: str, before_line: int, after_line: int) -> Iterator[str]:
    from difflib import SequenceMatcher

    old, new = before.splitlines(), after.splitlines()
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for group in matcher.get_grouped_opcodes(3):
        first, last = group[0], group[-1]
        spans = (
            f"-{before_line + first[1]},{last[2] - first[1]}",
            f"+{after_line + first[3]},{last[4] - first[3]}",
        )
        yield f"@@ {' '.join(spans)} @@"
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from (f" {line}" for line in old[old_from:old_to])
            else:
                yield from (f"-{line}" for line in old[old_from:old_to])
                yield from (f"+{line}" for line in new[new_from:new_to])


def _pieces(inputs: Iterable[str], stdin: BinaryIO) -> Iterator[Piece]:
    """The documents of all inputs."""
    for name, opened in _opened(inputs, stdin):
        with opened as stream:
            yield from streams.pieces(stream, name)


def _begins_an_input(piece: Piece) -> bool:
    return piece.line == 1 and not piece.is_apart


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The documents as one stream, each input beginning with a `---` line if another came before it."""
    last: Piece | None = None
    for piece in pieces:
        if last is not None and _begins_an_input(piece):
            lead = "" if last.text.endswith("\n") else "\n"
            lead += "" if piece.body else "---\n"
            added = lead.count("\n")
            piece = piece._replace(text=lead + piece.text, body=piece.body + len(lead), line=piece.line - added)
        yield piece
        last = piece


def _opened(inputs: Iterable[str], stdin: BinaryIO) -> Iterator[tuple[str, AbstractContextManager[BinaryIO]]]:
    for name in inputs:
        if name == "-":
            yield "<stdin>", nullcontext(stdin)
        elif name.startswith(("http://", "https://")):
            from istioctl.cluster.download import fetched

            yield name, fetched(name)
        else:
            for file in _files(Path(name)):
                try:
                    yield str(file), file.open("rb")
                except OSError as error:
                    raise InputError(f"the file can't be read: {error.strerror}", where=str(file)) from None


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.iterdir() if file.suffix in _SUFFIXES and file.is_file())
    if not found:
        raise InputError("the folder has no .yaml, .yml or .json file", where=str(path))
    return found
