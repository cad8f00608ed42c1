"""Keys that a mapping has twice: YAML forbids them, Kubernetes takes the last."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from istioctl.yamldoc.reader import Node


class Duplicate(NamedTuple):
    """A key that is there again.

    Attributes:
        key: its text.
        first_line: where it is first, counted from 0.
        line, column: where it is again, counted from 0.
    """

    key: str
    first_line: int
    line: int
    column: int


def duplicate_keys(node: Node) -> Iterator[Duplicate]:
    """The keys that mappings of a document have more than once, in the order of the text."""
    return _found(node) if _has_any(node) else iter(())


def _has_any(node: Node) -> bool:
    """Whether there are any, which takes much less time to say than to say which."""
    left = [node]
    while left:
        node = left.pop()
        if node.alias:
            continue
        if node.kind == "mapping":
            keys = [key.value for key, _ in node.value if key.kind == "scalar"]
            if len(set(keys)) != len(keys):
                return True
            left += [value for _, value in node.value if value.kind != "scalar"]
        elif node.kind == "sequence":
            left += [item for item in node.value if item.kind != "scalar"]
    return False


def _found(node: Node) -> Iterator[Duplicate]:
    if node.alias:
        return  # what its anchor holds is looked at there
    if node.kind == "sequence":
        for item in node.value:
            yield from _found(item)
    elif node.kind == "mapping":
        seen: dict[str, Node] = {}
        for key, value in node.value:
            if key.kind == "scalar" and (first := seen.setdefault(key.value, key)) is not key:
                yield Duplicate(key.value, first.line, key.line, key.column)
            yield from _found(value)
