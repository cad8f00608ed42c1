"""Documents in plain block style as nodes with places, composed line by line: what `by_line` is to plain data.

A line is looked at once, however often it comes: what stands in which of its columns. A document's nodes are made from
that in a third of the time that the events of a parser take.
"""

from __future__ import annotations

from typing import NamedTuple

from istioctl.yamldoc import by_line
from istioctl.yamldoc.reader import Node


class _Spot(NamedTuple):
    """Where in a line stands what.

    Attributes:
        dash, column, key: as `by_line` says.
        value: the text of its value; empty where the line has none, or one in braces or brackets.
        style: the value's quote, or empty.
        start, end: the columns that the value takes up; behind the colon, and nothing, where there is none.
        is_open: whether there is nothing behind the key.
        flow: the value in braces or brackets, as a node of a text that is it alone.
    """

    dash: int
    column: int
    key: str | None
    value: str
    style: str
    start: int
    end: int
    is_open: bool
    flow: Node | None


_NOTHING = _Spot(-1, -1, None, "", "", 0, 0, False, None)


def compose_by_line(text: str, place: int, number: int) -> Node | None:
    """The root of a document that is a mapping.

    Args:
        text: the document, without its `---`.
        place: where it starts in the text that places are counted in.
        number: its first line there, counted from 0.

    Returns:
        What `reader.compose_all` gives; None where that has to be asked, since the document is in another style, is no
        mapping, or is not YAML.
    """
    if len(text) > by_line.LONGEST_TEXT:
        return None
    root: Node | None = None
    here: Node | None = None  # the mapping or list that the lines are in, its column, and those around it
    column = -1
    around: list[tuple[Node | None, int]] = []
    was_open = False  # whether the key above has no value yet
    number -= 1
    for line in text.split("\n"):
        spot = _SPOTS[line]
        begin, place, number = place, place + len(line) + 1, number + 1
        if spot is _NOTHING:
            continue
        if spot is None:
            return None
        dash, at, key, value, style, start, end, is_open, flow = spot
        if here is None:
            if dash >= 0 or key is None:
                return None
            around.append((None, -1))
            root = here = Node("mapping", [], number, at, begin + at, begin + at)
            column = at
        elif dash >= 0:
            if was_open and dash >= column:
                around.append((here, column))
                here, column = _below(here, Node("sequence", [], number, dash, begin + dash, begin + dash)), dash
            while dash < column:
                here, column = _closed(here, around)
            if dash != column or here is None or here.kind != "sequence":
                return None
            if key is not None:
                around.append((here, column))
                item = Node("mapping", [], number, at, begin + at, begin + at)
                here.value.append(item)
                here, column = item, at
        elif was_open and at > column:
            around.append((here, column))
            here, column = _below(here, Node("mapping", [], number, at, begin + at, begin + at)), at
        else:
            while here is not None and (at < column or (at == column and here.kind == "sequence")):
                here, column = _closed(here, around)
            if at != column:
                return None
        if len(around) - 1 > by_line.DEEPEST:
            return None
        assert here is not None  # noqa: S101 - the column of what is around the root is the column of no line
        if flow is None:
            node = Node("scalar", value, number, start, begin + start, begin + end, style)
        else:
            node = _moved(flow, begin + start, number, start)
        if key is None:
            here.value.append(node)
        else:
            here.value.append((Node("scalar", key, number, at, begin + at, begin + at + len(key)), node))
        was_open = is_open
    while here is not None:
        here, column = _closed(here, around)
    return root


def _below(mapping: Node, node: Node) -> Node:
    """The node, now the value of a mapping's last key."""
    pairs = mapping.value
    pairs[-1] = (pairs[-1][0], node)
    return node


def _closed(node: Node | None, around: list[tuple[Node | None, int]]) -> tuple[Node | None, int]:
    """What is around a node to which nothing is added any more."""
    if node is not None:
        if node.kind == "mapping":
            node.size += len(node.value) + sum([value.size for _, value in node.value])
            node.end = node.value[-1][1].end
        else:
            node.size += sum([item.size for item in node.value])
            node.end = node.value[-1].end
    return around.pop()


def _moved(node: Node, place: int, line: int, column: int) -> Node:
    """A node of another text, which has one line, as it is where that text starts elsewhere."""
    value = node.value
    if node.kind == "mapping":
        value = [(_moved(key, place, line, column), _moved(item, place, line, column)) for key, item in value]
    elif node.kind == "sequence":
        value = [_moved(item, place, line, column) for item in value]
    return Node(
        node.kind, value, line, node.column + column, node.start + place, node.end + place,
        node.style, node.tag, size=node.size,
    )  # fmt: skip


class _Spots(dict[str, "_Spot | None"]):
    """Lines that were looked at before."""

    def __missing__(self, line: str) -> _Spot | None:
        if len(self) > by_line.MOST_REMEMBERED:
            self.clear()
        found = self[line] = _read(line)
        return found


_SPOTS = _Spots()


def _read(line: str) -> _Spot | None:
    """What stands where in a line; None unless it is beyond doubt."""
    said = by_line.LINES[line]
    if said is by_line.NOTHING:
        return _NOTHING
    if said is by_line.ODD or said.goes_on:
        return None
    behind = said.column + (0 if said.key is None else len(said.key) + 1)
    text = line[behind:].strip(" ")
    start = len(line) - len(line[behind:].lstrip(" "))
    value = style = ""
    if said.is_open:
        start = end = behind
    elif said.flow is not None:
        end = start + len(text)
    elif text[0] in "\"'":
        value, style = str(said.value), text[0]
        end = start + len(value) + 2
    else:
        value = by_line.without_comment(text)
        end = start + len(value)
    return _Spot(said.dash, said.column, said.key, value, style, start, end, said.is_open, said.flow)
