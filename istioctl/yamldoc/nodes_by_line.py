"""Documents in plain block style as nodes with places, composed line by line: what `by_line` is to plain data.

A line is looked at once, however often it comes: what stands in which of its columns. A document's nodes are made from
that in a third of the time that the events of a parser take.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from istioctl.yamldoc import by_line
from istioctl.yamldoc.reader import Document, Node
from istioctl.yamldoc.scalars import is_canonical, resolve


class _Spot(NamedTuple):
    """Where in a line stands what.

    Attributes:
        dash, column, key: as `by_line` says.
        value: the text of its value; empty where the line has none, or one in braces or brackets.
        style: the value's quote, or empty.
        start, end: the columns that the value takes up; behind the colon, and nothing, where there is none.
        is_open: whether there is nothing behind the key.
        flow: the value in braces or brackets, as a node of a text that is it alone.
        data: the value as plain data.
        is_canonical: as `reader.Document` has it.
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
    data: Any
    is_canonical: bool


_NOTHING = _Spot(-1, -1, None, "", "", 0, 0, False, None, None, True)


def compose_by_line(text: str, place: int, number: int, source: str = "<input>") -> Document | None:
    """A document that is a mapping, its data known.

    Args:
        text: the document, without its `---`.
        place: where it starts in the text that places are counted in.
        number: its first line there, counted from 0.
        source: names the text in errors.

    Returns:
        What `reader.compose_all` gives; None where that has to be asked, since the document is in another style, is no
        mapping, has a key twice, or is not YAML.
    """
    if len(text) > by_line.LONGEST_TEXT:
        return None
    root: Node | None = None
    known: dict[str, Any] = {}
    canonical = True
    first = place
    here: Node | None = None  # the mapping or list that the lines are in, its data, its column, and those around it
    data: Any = known
    column = -1
    around: list[tuple[Node | None, Any, int]] = []
    open_key: str | None = None  # the key above, where it has no value yet
    number -= 1
    for line in text.split("\n"):
        spot = _SPOTS[line]
        begin, place, number = place, place + len(line) + 1, number + 1
        if spot is _NOTHING:
            continue
        if spot is None:
            return None
        dash, at, key, value, style, start, end, is_open, flow, said, spelled = spot
        if not spelled:
            canonical = False
        if here is None:
            if dash >= 0 or key is None:
                return None
            around.append((None, None, -1))
            root = here = Node("mapping", [], number, at, begin + at, begin + at)
            column = at
        elif dash >= 0:
            if open_key is not None and dash >= column:
                around.append((here, data, column))
                here, column = _below(here, Node("sequence", [], number, dash, begin + dash, begin + dash)), dash
                data[open_key] = data = []
            while dash < column:
                here, data, column = _closed(here, around)
            if dash != column or here is None or here.kind != "sequence":
                return None
            if key is not None:
                around.append((here, data, column))
                item = Node("mapping", [], number, at, begin + at, begin + at)
                here.value.append(item)
                below: dict[str, Any] = {}
                data.append(below)
                here, data, column = item, below, at
        elif open_key is not None and at > column:
            around.append((here, data, column))
            here, column = _below(here, Node("mapping", [], number, at, begin + at, begin + at)), at
            data[open_key] = data = {}
        else:
            while here is not None and (at < column or (at == column and here.kind == "sequence")):
                here, data, column = _closed(here, around)
            if at != column:
                return None
        if len(around) - 1 > by_line.DEEPEST:
            return None
        assert here is not None  # noqa: S101 - the column of what is around the root is the column of no line
        if flow is None:
            node = Node("scalar", value, number, start, begin + start, begin + end, style)
        else:
            node = _moved(flow, begin + start, number, start)
            said = by_line.copied(said)
        if key is None:
            here.value.append(node)
            data.append(said)
        elif key in data:
            return None
        else:
            here.value.append((Node("scalar", key, number, at, begin + at, begin + at + len(key)), node))
            data[key] = said
        open_key = key if is_open else None
    while here is not None:
        here, _, column = _closed(here, around)
    return None if root is None else Document(root, first, place - 1, root.line, source, known, canonical)


def _below(mapping: Node, node: Node) -> Node:
    """The node, now the value of a mapping's last key."""
    pairs = mapping.value
    pairs[-1] = (pairs[-1][0], node)
    return node


def _closed(node: Node | None, around: list[tuple[Node | None, Any, int]]) -> tuple[Node | None, Any, int]:
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
    text = line[behind:].lstrip(" ")
    start = len(line) - len(text)
    text = text.rstrip(" ")
    value = style = ""
    canonical = True
    if said.is_open:
        start = end = behind
    elif said.flow is not None:
        end = start + len(text)
        canonical = _has_canonical(said.flow)
    elif text[0] in "\"'":
        value, style = str(said.value), text[0]
        end = start + len(value) + 2
    else:
        value = by_line.without_comment(text)
        end = start + len(value)
        canonical = is_canonical(value, said.value)
    where = said.dash, said.column, said.key
    return _Spot(*where, value, style, start, end, said.is_open, said.flow, said.value, canonical)


def _has_canonical(node: Node) -> bool:
    """Whether the plain scalars that are values in a node are all canonical."""
    if node.kind == "scalar":
        return bool(node.style) or is_canonical(node.value, resolve(node.value))
    return all(_has_canonical(item[1] if isinstance(item, tuple) else item) for item in node.value)
