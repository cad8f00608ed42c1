"""Long `List`s, cut by their text alone: what `kubectl get -o yaml` prints is one document, however large the cluster.

Only a list in block style is cut, and none with anchors, which may lead from item to item. Of JSON the items are told
apart where each begins on a line of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise
from json import JSONDecoder
from typing import NamedTuple

from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc.reader import load

LONG_LIST = 1 << 20
"""How many characters make a list long."""
_JSON_ITEMS = lazy_pattern(r'\s*\{\s*(?:"(?:apiVersion|kind)":\s*"[^"\\]*",\s*)*"items":\s*\[\s*')
_JOINT = lazy_pattern(r",\s*")
_DECODER = JSONDecoder(strict=False)
_ITEMS = lazy_pattern(r"^items:[ \t]*\r?\n( *)-[ \r\n]", re.MULTILINE)


class LongList(NamedTuple):
    """A list in a text.

    Attributes:
        starts: where each item begins, with the spaces before its dash.
        end: where the last one ends.
        indent: how many spaces are before a dash.
    """

    starts: list[int]
    end: int
    indent: int


def long_list(text: str, body: int = 0) -> LongList | None:
    """The long `List` that a document is; None where it is something else, or can't be cut.

    Args:
        body: where the document's own text starts, behind its `---`.
    """
    found = _ITEMS.search(text, body) if len(text) > LONG_LIST and "&" not in text else None
    if found is None:
        return None
    begin, spaces = found.start(1), found[1]
    outside = re.compile(rf"^(?!{spaces}[ -]|[ \t]*(?:#|\r?$))", re.MULTILINE).search(text, begin)
    end = outside.start() if outside else len(text)
    if not _is_list(text[:begin].removeprefix("\ufeff") + text[end:]):
        return None
    starts = [item.start() for item in re.compile(rf"^{spaces}-(?=[ \r\n])", re.MULTILINE).finditer(text, begin, end)]
    return LongList(starts, end, len(spaces))


def items_apart(text: str) -> Iterator[tuple[str, int]]:
    """The items of a long `List` as documents of their own, or the one document that a text is.

    Each comes with the number of lines before it; its columns are those it has in the list.
    """
    found = long_list(text)
    if found is None:
        yield from _json_items(text) or [(text, 0)]
        return
    line = text.count("\n", 0, found.starts[0])
    for start, end in pairwise((*found.starts, found.end)):
        dash = start + found.indent
        yield f"{text[start:dash]} {text[dash + 1 : end]}", line
        line += text.count("\n", start, end)


def _json_items(text: str) -> Iterator[tuple[str, int]] | None:
    """The same for JSON; None where it is none, or can't be cut."""
    found = _JSON_ITEMS.match(text) if len(text) > LONG_LIST else None
    if found is None:
        return None
    places: list[tuple[int, int]] = []
    at = found.end()
    try:
        while text.startswith("{", at):
            _, end = _DECODER.raw_decode(text, at)
            places.append((text.rindex("\n", 0, at) + 1, end))
            if not text[places[-1][0] : at].isspace():
                return None
            following = _JOINT.match(text, end)
            at = following.end() if following else end
    except (ValueError, RecursionError):
        return None
    if not places or not _is_list(text[: found.end()] + text[places[-1][1] :]):
        return None
    return _with_lines(text, places)


def _with_lines(text: str, places: list[tuple[int, int]]) -> Iterator[tuple[str, int]]:
    line = done = 0
    for start, end in places:
        line += text.count("\n", done, start)
        done = start
        yield text[start:end], line


def _is_list(text: str) -> bool:
    """Whether a document is a `List` without items."""
    try:
        data = load(text)
    except InputError:
        return False
    return isinstance(data, dict) and data.get("kind") == "List" and not data.get("items")
