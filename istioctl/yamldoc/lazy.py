"""Nodes that are composed once somebody asks for a place: of most documents nobody does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.yamldoc.reader import compose_all

if TYPE_CHECKING:
    from istioctl.yamldoc.reader import Node


class LazyNode:
    """The root of a document whose data were read by other ways.

    Args:
        text: the document, which can be parsed and is not empty.
        source: names it in errors.
    """

    __slots__ = ("_node", "_source", "_text")

    def __init__(self, text: str, source: str) -> None:
        self._text = text
        self._source = source
        self._node: Node | None = None

    @classmethod
    def of(cls, node: Node) -> LazyNode:
        """A node that is there."""
        made = cls("", "")
        made._node = node
        return made

    @property
    def node(self) -> Node:
        """The node; it is composed once."""
        if self._node is None:
            document = next(compose_all(self._text, self._source))
            assert document.root is not None  # noqa: S101 - so the caller says
            self._node = document.root
        return self._node
