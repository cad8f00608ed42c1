"""The comments of a ruamel.yaml tree, each with the entry that it belongs to.

ruamel keeps a comment with the token before it: what stands above a key hangs on the last value of the key before. So a
key that moves would leave its comments behind and take those of its neighbour along. `gather` hands each comment to the
entry that a reader sees it with, and `scatter` puts them back where ruamel writes them.

An *entry* is a key of a mapping or an item of a list. Comments between two entries belong to the second one, but for
those that stand deeper than it, such as a line commented out at the end of a mapping.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import CommentMark
from ruamel.yaml.scalarstring import FoldedScalarString, LiteralScalarString
from ruamel.yaml.tokens import CommentToken

from istioctl.patterns import lazy_pattern

_DASH = 2
#: A line of YAML: a key, and nothing or one word behind it.
_SETTING = lazy_pattern(r"\s*[a-z][\w./-]*:(?:\s+(?:[^\s'\"]+|'[^']*'|\"[^\"]*\"))?\s*")
#: A collection and one of its keys or indexes.
Entry = tuple[Any, Any]


class Line(NamedTuple):
    """A line that is empty or holds nothing but a comment.

    Attributes:
        column: where the comment starts.
        text: the comment with its `#`; empty for an empty line.
    """

    column: int
    text: str

    def shifted(self, columns: int) -> Line:
        """The line moved to the right, or to the left where `columns` is negative."""
        return Line(max(self.column + columns, 0), self.text) if self.text else self


class Notes:
    """What is written around one entry.

    Attributes:
        before: the lines above it.
        beside: the comment at the end of its first line, or None.
        after: the lines below all of it that belong to nothing else.
    """

    __slots__ = ("after", "before", "beside")

    def __init__(self) -> None:
        self.before: list[Line] = []
        self.beside: Line | None = None
        self.after: list[Line] = []

    def shift(self, columns: int, beside: int | None = None) -> None:
        """Move all of it to the right, or to the left where a number is negative.

        Args:
            columns: how far.
            beside: how far the comment at the line's end goes, where that is not as far.
        """
        self.before = [line.shifted(columns) for line in self.before]
        self.after = [line.shifted(columns) for line in self.after]
        if self.beside is not None:
            self.beside = self.beside.shifted(columns if beside is None else beside)


class Place(NamedTuple):
    """An entry in its tree.

    Attributes:
        chain: the entries that lead to it from the root, itself the last.
        is_leaf: whether no entries of a block collection follow below it.
    """

    chain: tuple[Entry, ...]
    is_leaf: bool


class TreeNotes:
    """The notes of the entries of one tree."""

    def __init__(self) -> None:
        self._notes: dict[tuple[int, Any], Notes] = {}

    def __getitem__(self, entry: Entry) -> Notes:
        """The notes of an entry, to be read or changed."""
        return self._notes.setdefault((id(entry[0]), entry[1]), Notes())

    def take(self, entry: Entry) -> Notes:
        """The notes of an entry that goes."""
        return self._notes.pop((id(entry[0]), entry[1]), Notes())

    def put(self, entry: Entry, notes: Notes) -> None:
        """Give an entry its notes."""
        self._notes[id(entry[0]), entry[1]] = notes


def is_block(value: object) -> bool:
    """Whether a value is a collection that stands in lines of its own."""
    return isinstance(value, CommentedMap | CommentedSeq) and len(value) > 0 and value.fa.flow_style() is not True


def own_keys(collection: Any) -> list[Any]:
    """The keys or indexes that a collection itself has, not those that it has from a merge key."""
    if isinstance(collection, CommentedMap):
        return [key for key in collection if key in collection._ok]
    return list(range(len(collection)))


def places(collection: Any, above: tuple[Entry, ...] = (), seen: set[int] | None = None) -> Iterator[Place]:
    """Every entry below a block collection in the order of the text; what is there again by an alias is a leaf."""
    seen = set() if seen is None else seen
    seen.add(id(collection))
    for key in own_keys(collection):
        chain, value = (*above, (collection, key)), collection[key]
        is_leaf = not is_block(value) or id(value) in seen
        yield Place(chain, is_leaf)
        if not is_leaf:
            yield from places(value, chain, seen)


def gather(root: Any) -> TreeNotes:
    """Take the comments out of a tree that was just read."""
    book = TreeNotes()
    found = list(places(root))
    kept = [_kept(place.chain[-1]) for place in found]
    above_all = root.ca.comment[1] if root.ca.comment and len(root.ca.comment) > 1 else None
    if found:
        book[found[0].chain[0]].before = [*_all_lines(above_all), *_all_lines(kept[0].above)]
    for index, (place, tokens) in enumerate(zip(found, kept, strict=True)):
        collection, key = place.chain[-1]
        lines: list[Line] = []
        if tokens.beside is not None:
            lines = _lines(tokens.beside)
            if not _ends_its_line(collection[key]):
                first, *lines = lines
                book[collection, key].beside = first if first.text else None
        lines += _all_lines(tokens.below)
        if place.is_leaf:
            lines += [line for closed in _closed(place.chain) for line in _all_lines(closed.ca.end)]
        following = None
        if index + 1 < len(found):
            following = found[index + 1]
            lines += _all_lines(kept[index + 1].above)
        _hand_out(lines, place, following, book)
    return book


class _Kept(NamedTuple):
    """The comment tokens that ruamel keeps at an entry: above it, at the end of its line and on, and below its key."""

    above: Any
    beside: Any
    below: Any


def _kept(entry: Entry) -> _Kept:
    collection, key = entry
    found = [*(collection.ca.items.pop(key, None) or []), None, None, None, None]
    if isinstance(collection, CommentedMap):
        return _Kept(found[1], found[2], found[3])
    value = collection[key]
    is_annotated = is_block(value) and value.ca.comment and len(value.ca.comment) > 1
    return _Kept(found[1], found[0], value.ca.comment[1] if is_annotated else None)


def _ends_its_line(value: object) -> bool:
    """Whether a scalar's own text ends with a line break, so that what follows is on a line of its own."""
    return isinstance(value, LiteralScalarString | FoldedScalarString)


def _closed(chain: tuple[Entry, ...]) -> Iterator[Any]:
    """The collections that end with the last entry of a chain, the innermost first."""
    for collection, key in reversed(chain):
        if own_keys(collection)[-1] != key:
            return
        yield collection


def _hand_out(lines: list[Line], place: Place, following: Place | None, book: TreeNotes) -> None:
    """Give the lines between two places to the entries that they belong to."""
    start, chain = len(lines), place.chain
    if following is not None:
        column = following.chain[-1][0].lc.col
        while start and (not place.is_leaf or not lines[start - 1].text or lines[start - 1].column <= column):
            start -= 1
        book[following.chain[-1]].before += lines[start:]
    depth, outermost = len(chain), 1 if following is None else len(following.chain)
    empty: list[Line] = []  # they go with the comment below them
    for line in lines[:start]:
        empty.append(line)
        if line.text:
            while depth > outermost and _is_above(line, chain[:depth]):
                depth -= 1
            book[chain[depth - 1]].after += empty
            empty = []
    book[chain[depth - 1]].after += empty


def _is_above(line: Line, chain: tuple[Entry, ...]) -> bool:
    """Whether a comment below an entry is of what the entry's collection is in.

    Dashes may stand in the column of the key above them; then only what looks like an item is of the list.
    """
    collection = chain[-1][0]
    if line.column != collection.lc.col or not isinstance(collection, CommentedSeq) or len(chain) < 2:
        return bool(line.column < collection.lc.col)
    is_item = line.text.lstrip("# ").startswith("-")
    return bool(chain[-2][0].lc.col == line.column and isinstance(chain[-2][0], CommentedMap) and not is_item)


def about_nothing(lines: list[Line]) -> list[Line]:
    """Of the lines above an entry those that are not about it: settings that are commented out."""
    found: list[Line] = []
    depth: int | None = None  # of the setting that the line may belong to
    for line in lines:
        if not line.text:
            depth = None
            continue
        words = line.text.lstrip("#")
        column = len(words) - len(words.lstrip())
        is_below = depth is not None and (column > depth or (column == depth and words.lstrip().startswith("- ")))
        if not is_below:
            depth = column if _SETTING.fullmatch(words) else None
        if depth is not None:
            found.append(line)
    return found


def scatter(root: Any, book: TreeNotes) -> None:
    """Put comments into a tree that is to be written."""
    root.ca.comment = None
    for place in places(root):
        collection, key = place.chain[-1]
        value, notes = collection[key], book[collection, key]
        collection.ca.items.pop(key, None)
        collection.ca.end = []
        if not place.is_leaf:
            value.ca.comment = None
        below = list(_closing(place.chain, book)) if place.is_leaf else []
        end = _end_token(notes.beside, below, _ends_its_line(value)) if notes.beside or below else None
        above = [_above_token(line) for line in _above(place, book)] or None
        if end or above:
            collection.ca.items[key] = (
                [None, above, end, None] if isinstance(collection, CommentedMap) else [end, above]
            )


def _above(place: Place, book: TreeNotes) -> list[Line]:
    """The lines above an entry; above the first one of a list's item they stand above the item's dash."""
    collection, key = place.chain[-1]
    if len(place.chain) > 1 and isinstance(place.chain[-2][0], CommentedSeq) and own_keys(collection)[0] == key:
        return []
    lines, value = list(book[collection, key].before), collection[key]
    inside = collection
    while isinstance(inside, CommentedSeq) and is_block(value) and not place.is_leaf:
        first = own_keys(value)[0]
        lines += [line.shifted(-_DASH) for line in book[value, first].before]
        inside, value = value, value[first]
    return lines


def _closing(chain: tuple[Entry, ...], book: TreeNotes) -> Iterator[Line]:
    """The lines after all the entries that end with the last one of a chain, the innermost first."""
    ending = 1 + len(list(_closed(chain)))  # the last key of a mapping ends the entry that the mapping is the value of
    for entry in list(reversed(chain))[:ending]:
        yield from book[entry].after


def _all_lines(tokens: Any) -> list[Line]:
    return [line for token in tokens or () for line in _lines(token)]


def _lines(token: Any) -> list[Line]:
    """A comment token as lines: the first starts at the token's column, the others hold their own."""
    first, *others = token.value.removesuffix("\n").split("\n")
    return [
        Line(token.start_mark.column, first.strip()),
        *(Line(len(other) - len(other.lstrip()), other.strip()) for other in others),
    ]


def _above_token(line: Line) -> Any:
    return CommentToken(line.text + "\n", CommentMark(line.column), None)


def _end_token(beside: Line | None, below: list[Line], is_literal: bool) -> Any:
    """What stands at the end of an entry's line and below it, as one token."""
    rows = [" " * line.column + line.text if line.text else "" for line in below]
    if is_literal:
        text, column = "\n".join([rows[0].lstrip(), *rows[1:]]), below[0].column
    else:
        text, column = "\n".join([beside.text if beside else "", *rows]), beside.column if beside else 0
    return CommentToken(text + "\n", CommentMark(column), None)
