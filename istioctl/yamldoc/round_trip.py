"""Changing the structure of a user's YAML document: keys move with their comments, all else stays as it was written.

ruamel.yaml reads and writes the document; it is slow, so only files that a user hands over to be rewritten come here.
"""

from __future__ import annotations

import json
import re
import warnings
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from io import StringIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from istioctl.errors import InputError
from istioctl.yamldoc.reader import load

if TYPE_CHECKING:
    from ruamel.yaml.comments import CommentedMap

    from istioctl.yamldoc.notes import Line, Notes

#: A place in a document: keys of mappings and indexes of lists.
Path = Sequence[str | int]

_HEAD = re.compile(r"(?:(?:%[^\n]*|[ \t]*#[^\n]*|[ \t]*)\n)*---[ \t]*(?:#[^\n]*)?\n")
_TAIL = re.compile(r"^(?:\.\.\.|---)(?=[ \t\n]|\Z)", re.MULTILINE)
#: A block text that keeps the empty lines behind it.
_KEPT_BREAKS = re.compile(r"[|>][1-9]?\+")


class RoundTrip:
    """One document that is changed.

    Args:
        text: the document; line ends are `\\n`.
        source: names it in errors.
        line: the line in `source` that `text` starts on, counted from 1.

    Raises:
        InputError: ruamel.yaml can't read it, or it is not a mapping.
    """

    def __init__(self, text: str, source: str = "<input>", line: int = 1) -> None:
        from istioctl.yamldoc.notes import gather
        from istioctl.yamldoc.ruamel_setup import configured

        self._source = source
        head = _HEAD.match(text)
        self._head = head[0] if head else ""
        body = text[len(self._head) :]
        tail = _TAIL.search(body)
        self._tail = body[tail.start() :] if tail else ""
        self._body = body[: len(body) - len(self._tail)]
        if not _KEPT_BREAKS.search(self._body):  # empty lines at the end are of the document, not of its last entry
            break_ = self._body.find("\n", len(self._body.rstrip(" \t\n")))
            if break_ >= 0:
                self._body, self._tail = self._body[: break_ + 1], self._body[break_ + 1 :] + self._tail
        self._is_ended = self._body.endswith("\n")
        if not self._is_ended:
            self._body += "\n"
        self._line = line + self._head.count("\n")
        self._yaml, self._indentation = configured(self._body, source)
        self._root = self._read()
        self._book = gather(self._root)
        self._align()
        self._before = self._written()

    def _read(self) -> CommentedMap:
        from ruamel.yaml.comments import CommentedMap
        from ruamel.yaml.error import ReusedAnchorWarning, YAMLError

        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", ReusedAnchorWarning)  # YAML lets an anchor be given again
                root = self._yaml.load(self._body)
        except (YAMLError, ValueError, RecursionError) as error:
            mark = getattr(error, "problem_mark", None)
            where = f"{self._source}:{self._line + mark.line}" if mark else self._source
            raise InputError(
                f"the file can't be rewritten: {getattr(error, 'problem', None) or error}", where=where, id="unreadable"
            ) from None
        if not isinstance(root, CommentedMap):
            raise InputError("the document is not a mapping", where=f"{self._source}:{self._line}", id="unreadable")
        return root

    def _align(self) -> None:
        """Put the comments where the writer's indentation wants them, which may not be the user's at each place."""
        from istioctl.yamldoc.notes import places

        for place in places(self._root):
            collection = place.chain[-1][0]
            columns = self._column([key for _, key in place.chain]) - collection.lc.col
            self._book[place.chain[-1]].shift(columns)

    def line(self, path: Path) -> int:
        """The line in the source that the deepest entry of `path` stands on, counted from 1."""
        here: Any = self._root
        found = 0
        for step in path:
            place = here.lc.data.get(step) if hasattr(here, "lc") and here.lc.data else None
            if place is None:
                break
            found, here = place[0], here[step]
        return self._line + found

    def move(self, path: Path, to: Path) -> None:
        """Move the entry at `path`, which is there, with its comments to `to`, which is not.

        Mappings on the way to `to` are made; those that `path` leaves empty go, and their comments go along.
        """
        from istioctl.yamldoc.notes import is_block

        value, notes, column = self._cut(path)
        parent = self._holder(to)
        key = to[-1]
        shift = self._column(to) - column
        notes.before = _without_edges(notes.before)
        notes.shift(shift, shift + len(str(key)) - len(str(path[-1])))
        if is_block(value):
            self._shift(value, shift)
        self._append(parent, key, value)
        notes.after += self._book[parent, key].after
        self._book.put((parent, key), notes)

    def remove(self, path: Path) -> None:
        """Remove the entry at `path`, which is there, with its comments, and the mappings that it leaves empty.

        What stands above it and is not about it, such as settings that are commented out, goes to its neighbour.
        """
        from istioctl.yamldoc.notes import about_nothing, own_keys

        while len(path) > 1 and not isinstance(path[-2], int) and len(self._at(path[:-1])) == 1:
            self._book[self._at(path[:-2]), path[-2]].before += self._book.take((self._at(path[:-1]), path[-1])).before
            path = path[:-1]
        parent, keys = self._at(path[:-1]), own_keys(self._at(path[:-1]))
        if path[-1] not in keys:
            raise KeyError(path[-1])  # a merge key brings it in
        place = keys.index(path[-1])
        _, notes, _ = self._cut(path)
        if not (left := about_nothing(notes.before)):
            return
        if place + 1 < len(keys):
            following = self._book[parent, path[-1] if isinstance(path[-1], int) else keys[place + 1]]
            following.before = left + following.before
        elif place:
            self._book[parent, keys[place - 1]].after += left

    def put(self, path: Path, value: object) -> None:
        """Set the value at `path`; what is new goes to the end of its mapping, what is there keeps its comments.

        The comments in a mapping or list that is set anew stand above it then.
        """
        from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

        parent, key = self._holder(path), path[-1]
        is_new = key >= len(parent) if isinstance(key, int) else key not in parent._ok
        if is_new:
            self._append(parent, key, self._new(value))
            return
        old = parent[key]
        self._lift_comments(path)
        if isinstance(value, str) and isinstance(old, DoubleQuotedScalarString | SingleQuotedScalarString):
            parent[key] = type(old)(value)
        else:
            parent[key] = self._new(value)
        if isinstance(old, str) and isinstance(parent[key], str):
            self._shift_beside(path, _width(parent[key]) - _width(old))

    def _lift_comments(self, path: Path) -> None:
        """Put the comments in the collection at `path` above it."""
        from istioctl.yamldoc.notes import Line, is_block, places

        parent, key = self._at(path[:-1]), path[-1]
        if not is_block(parent[key]):
            return
        found: list[Line] = []
        for place in places(parent[key]):
            notes = self._book.take(place.chain[-1])
            found += [*notes.before, *([notes.beside] if notes.beside else []), *notes.after]
        column = self._column(path)
        self._book[parent, key].before += [Line(column, line.text) for line in found if line.text]

    def _shift_beside(self, path: Path, columns: int) -> None:
        """Keep the distance of the comment in the line of an entry, which may be that of braces around it."""
        for end in range(1, len(path) + 1):
            parent = self._at(path[: end - 1])
            value = parent[path[end - 1]]
            if end == len(path) or value.fa.flow_style():
                self._book[parent, path[end - 1]].shift(0, columns)
                return

    def take(self, other: RoundTrip) -> None:
        """Become what another document is."""
        self.__dict__.update(other.__dict__)

    def spell_out(self) -> bool:
        """Write what aliases and merge keys stand for in their places, so that each can differ.

        Returns:
            Whether there were any.
        """
        return _spelled_out(self._root, set())

    @property
    def text(self) -> str:
        """The document as it is now."""
        body = self._changed_body()
        return self._head + (body if self._is_ended else body.removesuffix("\n")) + self._tail

    def _changed_body(self) -> str:
        after = self._written()
        if after == self._before:
            return self._body
        if (indent := _json_indent(self._body)) is not None:
            return json.dumps(load(after), indent=indent or None, ensure_ascii=False) + "\n"
        from istioctl.yamldoc.line_merge import merged

        before, own, changed = (text.split("\n") for text in (self._before, self._body, after))
        for keep_blanks in (True, False):
            laid_over = "\n".join(merged(before, own, changed, keep_blanks=keep_blanks))
            if self._says_the_same(laid_over, after):
                return laid_over
        return after

    def _says_the_same(self, first: str, second: str) -> bool:
        try:
            return bool(load(first) == load(second)) and _comments(first) == _comments(second)
        except InputError:
            return False

    def _written(self) -> str:
        from istioctl.yamldoc.notes import scatter

        scatter(self._root, self._book)
        sink = StringIO()
        self._yaml.dump(self._root, sink)
        return sink.getvalue()

    def _at(self, path: Path) -> Any:
        here: Any = self._root
        for step in path:
            here = here[step]
        return here

    def _cut(self, path: Path) -> tuple[Any, Notes, int]:
        """Take an entry out: its value, its comments with those of mappings that became empty, its column."""
        parent, key = self._at(path[:-1]), path[-1]
        column = self._column(path)
        notes = self._book.take((parent, key))
        self._leave_ending(parent, key, column, notes)
        value = parent.pop(key)
        if isinstance(key, int):
            for index in range(key, len(parent)):  # those behind it move up
                self._book.put((parent, index), self._book.take((parent, index + 1)))
        above = path[:-1]
        while not parent and above and not isinstance(above[-1], int):
            parent, key = self._at(above[:-1]), above[-1]
            emptied = self._book.take((parent, key))
            self._leave_ending(parent, key, self._column(above), emptied)
            beside = [emptied.beside] if emptied.beside else []
            emptied.before += beside
            emptied.shift(column - self._column(above))
            notes.before = emptied.before + notes.before
            notes.after += emptied.after
            del parent[key]
            above = above[:-1]
        if not parent:
            parent.fa.set_flow_style()
        return value, notes, column

    def _leave_ending(self, parent: Any, key: Any, column: int, notes: Notes) -> None:
        """Leave the comments at the end of a mapping there, where its last entry goes."""
        from istioctl.yamldoc.notes import own_keys

        keys = own_keys(parent)
        if len(keys) > 1 and keys[-1] == key:
            place = next((i for i, line in enumerate(notes.after) if line.text and line.column <= column), None)
            if place is None:
                return
            while place and not notes.after[place - 1].text:
                place -= 1
            self._book[parent, keys[-2]].after += notes.after[place:]
            del notes.after[place:]

    def _holder(self, path: Path) -> Any:
        """The collection that has the entry at `path` or will have it, made where it is missing."""
        here: Any = self._root
        for step, following in pairwise(path):
            is_there = step < len(here) if isinstance(step, int) else step in here._ok
            if not is_there or here[step] is None or not hasattr(here[step], "fa"):
                made = self._collection(is_list=isinstance(following, int))
                if is_there:
                    here[step] = made
                else:
                    self._append(here, step, made)
            here = here[step]
        return here

    def _collection(self, *, is_list: bool) -> Any:
        from ruamel.yaml.comments import CommentedMap, CommentedSeq

        return CommentedSeq() if is_list else CommentedMap()

    def _append(self, parent: Any, key: Any, value: Any) -> None:
        from istioctl.yamldoc.notes import own_keys

        keys = own_keys(parent)
        if not keys:
            parent.fa.set_block_style()
        else:  # what ends the mapping ends it still
            last = self._book[parent, keys[-1]]
            self._book[parent, key].after, last.after = last.after, []
        if isinstance(key, int):
            parent.append(value)
        else:
            parent[next(iter(self._new({key: None})))] = value

    def _new(self, value: object) -> Any:
        """Plain data as ruamel has it, written as this program writes YAML."""
        from istioctl.yamldoc.writer import dump

        return self._yaml.load(dump({"value": value}, sort_keys=False))["value"]

    def _column(self, path: Path) -> int:
        """Where the entry at `path` is written."""
        column = 0
        for above, step in pairwise(path):
            if isinstance(above, int):
                column += self._indentation.item
            else:
                column += self._indentation.dash if isinstance(step, int) else self._indentation.mapping
        return column

    def _shift(self, collection: Any, columns: int) -> None:
        from istioctl.yamldoc.notes import places

        for place in places(collection):
            self._book[place.chain[-1]].shift(columns)


def _spelled_out(collection: Any, seen: set[int]) -> bool:
    from ruamel.yaml.comments import CommentedMap, merge_attrib

    found = False
    seen.add(id(collection))
    if isinstance(collection, CommentedMap) and collection.merge:
        found = True
        inherited = {key: collection[key] for key in collection if key not in collection._ok}
        delattr(collection, merge_attrib)
        for key, value in inherited.items():
            collection[key] = value
    for key in list(collection) if isinstance(collection, CommentedMap) else range(len(collection)):
        value = collection[key]
        if not hasattr(value, "fa"):
            continue
        if id(value) in seen:
            found = True
            value = collection[key] = deepcopy(value)
        if value.anchor is not None:
            value.anchor.value = None
        found |= _spelled_out(value, seen)
    return found


def _width(scalar: str) -> int:
    """How many columns a scalar is written in, but for escapes."""
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, SingleQuotedScalarString

    return len(scalar) + 2 * isinstance(scalar, DoubleQuotedScalarString | SingleQuotedScalarString)


def _without_edges(lines: list[Line]) -> list[Line]:
    """Lines above an entry without the empty ones above them."""
    start = 0
    while start < len(lines) and not lines[start].text:
        start += 1
    return lines[start:]


def _json_indent(text: str) -> int | None:
    """The indentation of a JSON text, 0 where it is one line; None where it is not JSON."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        json.loads(text)
    except ValueError:
        return None
    found = re.search(r"\{\n( *)", text)
    return len(found[1]) if found else 0


def _comments(text: str) -> Counter[str]:
    """The comments that have lines of their own, and how often each is there."""
    return Counter(line.strip() for line in text.split("\n") if line.lstrip().startswith("#"))
