"""Documents in plain block style, read line by line: what most streams of objects consist of.

Each line of such a document is a key, an item of a list, or both, with its whole value; so it means the same wherever
it stands, and is looked at once however often it comes. That takes a fifth of the time that the events of a parser
take. It gives plain data and no places: whoever needs the place of a value composes the one document it is in.

Every answer is either what `reader` gives, or None, which says nothing: the document has to be parsed.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc import plain
from istioctl.yamldoc.duplicates import duplicate_keys
from istioctl.yamldoc.reader import Node, compose_all, to_data
from istioctl.yamldoc.scalars import Scalar, resolve

_KEY = lazy_pattern(r"( *)((?:- +)?)([A-Za-z_][\w./-]{0,200}):(?: +(\S.*)| *)", re.ASCII)
#: What most lines are that come once only: names and images. They are told in a third of the time.
_WORD = lazy_pattern(r"( *)((?:- +)?)([A-Za-z_][\w./-]{0,200}): ([A-Za-z][\w./-]{0,200})", re.ASCII)
_ITEM = lazy_pattern(r"( *)(- +)(\S.*)")
_COMMENT = lazy_pattern(r" +#.*")
_QUOTED = lazy_pattern(r"""(?:"([^"\\]*)"|'([^']*)')(?: +#.*)?""")
_OPENED = lazy_pattern(r"(\|-?)(?: +#.*)?|[{[]")
_PLAIN_START = lazy_pattern(r"[\w./~$]|-[\w-]")
#: A mapping or a list in braces or brackets, without anchors, aliases, tags, merge keys and comments.
_FLOW = lazy_pattern(r"\{[^&*!#<%]*\}|\[[^&*!#<%]*\]")
#: A mapping of plain words in braces.
_WORDS = lazy_pattern(r"\{[A-Za-z_][\w./-]*: [\w./][\w./-]*(?:, [A-Za-z_][\w./-]*: [\w./][\w./-]*)*\}", re.ASCII)

_OPENERS = frozenset("|{[")
_NOTHING_STARTS = frozenset(("", "#"))
_LONGEST_LINE = 1000  # characters; of what is before a colon, YAML takes 1024
LONGEST_TEXT = 1_000_000
DEEPEST = 50
"""Levels in block style. With those that a line may hold in braces they stay below `nesting.DEEPEST`."""
_MOST_BRACES = 20
_MOST_LINES = 1000
"""Lines of a value in braces or brackets."""
MOST_REMEMBERED = 20_000


class _Line(NamedTuple):
    """What a line says.

    Attributes:
        dash: the column of its dash; -1 without one.
        column: the column of its key; where it is an item without one, that of the item.
        key: its key, or None.
        value: its value; None where it is null or stands in the lines below.
        is_open: whether there is nothing behind the key.
        flow: the value as a node of a text that is it alone, where it is a mapping or a list.
        goes_on: whether its value stands in the lines below, as a text behind `|` or `|-`, or in braces or brackets
            that are opened here; `value` is what opens it.
    """

    dash: int
    column: int
    key: str | None
    value: Any = None
    is_open: bool = False
    flow: Node | None = None
    goes_on: bool = False


#: A line that is not understood here, and one that says nothing.
ODD = _Line(-1, -1, None)
NOTHING = _Line(-2, -1, None)


def read_by_line(text: str) -> tuple[dict[str, Any], int] | None:
    """A document that is a mapping as plain data, and the line of its first key, counted from 0.

    Args:
        text: one document, without its `---`.

    Returns:
        None where it is in another style, is no mapping, has a key twice, or is not YAML.
    """
    if len(text) > LONGEST_TEXT:
        return None
    root: dict[str, Any] = {}
    here: Any = root  # the mapping or list that the lines are in, its column, and those around it
    column = 0
    around: list[tuple[Any, int]] = [(None, -1)]  # a line to the left of the first one leads out of the root
    open_key: str | None = None  # the key above, where it has no value yet
    first = None
    lines = text.split("\n")
    numbered = enumerate(lines)
    for number, line in numbered:
        said = LINES[line]
        if said is NOTHING:
            continue
        dash, at, key, value, is_open, flow, goes_on = said
        if dash >= 0:
            if open_key is not None and dash >= column:
                around.append((here, column))
                items: list[Any] = []
                here[open_key] = items
                here, column = items, dash
            while dash < column:
                here, column = around.pop()
            if dash != column or type(here) is not list:
                return None
            if key is None:
                here.append(value if flow is None else copied(value))
                open_key = None
                continue
            around.append((here, column))
            item: dict[str, Any] = {}
            here.append(item)
            here, column = item, at
        elif at < 0:
            return None
        elif open_key is not None and at > column:
            around.append((here, column))
            below: dict[str, Any] = {}
            here[open_key] = below
            here, column = below, at
        else:
            while at < column or (at == column and type(here) is list):
                here, column = around.pop()
            if at != column:
                if first is not None:
                    return None
                column = at
        if first is None:
            first = number
        if key in here:
            return None
        if goes_on:
            taken = _taken(lines, number + 1, at, value)
            if taken is None:
                return None
            value, end = taken
            for _ in range(number + 1, end):
                next(numbered)
        here[key] = value if flow is None else copied(value)
        open_key = key if is_open else None
        if len(around) - 1 > DEEPEST:
            return None
    return None if first is None else (root, first)


def _taken(lines: list[str], start: int, column: int, opener: str) -> tuple[Any, int] | None:
    """A value that goes on in the lines below its key, and the line behind it; None where it is not beyond doubt.

    Args:
        lines: those of the document.
        start: the first line below the key.
        column: the key's.
        opener: what stands behind the key.
    """
    if opener[0] == "|":
        return _text(lines, start, column, opener)
    closer = "}" if opener == "{" else "]"
    for end, line in enumerate(lines[start : start + _MOST_LINES], start):
        if not line.isprintable() or (line and line[0] != " " and line != closer):
            break
        if line.strip(" ") == closer:
            try:
                return _flow("\n".join([opener, *lines[start:end], closer]))[0], end + 1
            except ValueError:
                break
    return None


def _text(lines: list[str], start: int, column: int, style: str) -> tuple[str, int] | None:
    """A text of several lines, without empty ones."""
    margin = _margin(lines[start]) if start < len(lines) else 0
    if margin <= column:
        return None
    end, pad = start, " " * margin
    while end < len(lines) and lines[end].startswith(pad):
        if not lines[end].isprintable() or len(lines[end].rstrip(" ")) <= margin:
            return None
        end += 1
    if end == len(lines) or (end < len(lines) - 1 and not lines[end].strip(" ")):
        return None
    text = "\n".join([line[margin:] for line in lines[start:end]])
    return (text if style == "|-" else text + "\n"), end


def _margin(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


class _Lines(dict[str, _Line]):
    """Lines that were looked at before."""

    def __missing__(self, line: str) -> _Line:
        if len(self) > MOST_REMEMBERED:
            self.clear()
        found = self[line] = _read(line)
        return found


LINES = _Lines()


def _read(line: str) -> _Line:
    """What a line says; `ODD` unless it is beyond doubt."""
    if (found := _WORD.fullmatch(line)) and len(line) <= _LONGEST_LINE and type(resolve(found[3])) is str:
        margin, dash, key, word = found.groups()
        return _Line(len(margin) if dash else -1, len(margin) + len(dash), key, resolve(word))
    if not line.isprintable() or len(line) > _LONGEST_LINE:
        return ODD
    if line.lstrip(" ")[:1] in _NOTHING_STARTS:
        return NOTHING
    try:
        if found := _KEY.fullmatch(line):
            margin, dash, key, text = found[1], found[2], found[3], found[4]
            if type(resolve(key)) is not str:  # such as `on`
                return ODD
            at = len(margin) if dash else -1
            if text is None or text[0] == "#":
                return _Line(at, len(margin) + len(dash), key, is_open=True)
            text = text.rstrip(" ")
            if text[0] in _OPENERS and (opened := _OPENED.fullmatch(text)):
                return _Line(at, len(margin) + len(dash), key, opened[1] or opened[0], goes_on=True)
            value, flow = _value(text)
            return _Line(at, len(margin) + len(dash), key, value, flow=flow)
        if found := _ITEM.fullmatch(line):
            margin, dash, text = found.groups()
            value, flow = _value(text.rstrip(" "))
            return _Line(len(margin), len(margin) + len(dash), None, value, flow=flow)
    except ValueError:
        pass
    return ODD


def _value(text: str) -> tuple[Any, Node | None]:
    """The value that stands in a line, and its node where it is a mapping or a list.

    Raises:
        ValueError: it is not beyond doubt.
    """
    if text[0] in "\"'":
        found = _QUOTED.fullmatch(text)
        if found is None:
            raise ValueError
        return found[1] if found[1] is not None else found[2], None
    if text[0] in "{[":
        return _words(text) or _flow(text)
    text = without_comment(text)
    if not _PLAIN_START.match(text) or ": " in text or text[-1] == ":":
        raise ValueError
    value: Scalar = resolve(text)
    if type(value) is float:
        value = plain.scalar_value(text, None, True)
    return value, None


def without_comment(text: str) -> str:
    """A plain scalar in a line without the comment behind it."""
    comment = _COMMENT.search(text) if "#" in text else None
    return text[: comment.start()] if comment else text


def _flow(text: str) -> tuple[Any, Node]:
    """A mapping or a list in braces or brackets."""
    if not _FLOW.fullmatch(text) or text.count("{") + text.count("[") > _MOST_BRACES:
        raise ValueError
    try:
        root = next(compose_all(text)).root
        if root is None or root.end != len(text) or any(duplicate_keys(root)):
            raise ValueError
        return to_data(root), root
    except InputError:
        raise ValueError from None


def _words(text: str) -> tuple[Any, Node] | None:
    """A mapping of plain words in braces, in a third of the time of `_flow`; None where it takes more than a look."""
    if not _WORDS.fullmatch(text):
        return None
    pairs = []
    data: dict[str, Any] = {}
    place = 1
    for entry in text[1:-1].split(", "):
        key, _, word = entry.partition(": ")
        value = resolve(word)
        if type(resolve(key)) is not str or type(value) is float:
            return None
        data[key] = value
        start = place + len(key) + len(": ")
        end = place + len(entry)
        pairs.append(
            (Node("scalar", key, 0, place, place, place + len(key)), Node("scalar", word, 0, start, start, end))
        )
        place = end + len(", ")
    if len(data) < len(pairs):
        return None
    return data, Node("mapping", pairs, 0, 0, 0, len(text), "flow", size=1 + 2 * len(pairs))


def copied(value: Any) -> Any:
    """A value that nobody shares, so that whoever changes it changes this one alone."""
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    return [copied(item) for item in value] if type(value) is list else value
