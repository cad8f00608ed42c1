"""Reading YAML streams into plain data, as Kubernetes reads them.

`load` and `load_all` give dicts with string keys, lists, str, int, float, bool and None: what JSON can say, since
Kubernetes turns YAML into JSON first. `compose_all` gives nodes that know their place in the text, for error
messages, origins and edits.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from istioctl.yamldoc import parsing, plain
from istioctl.yamldoc.nesting import DEEPEST
from istioctl.yamldoc.pyyaml import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    MarkedYAMLError,
    ScalarEvent,
    SequenceEndEvent,
    YAMLError,
)


class Node:
    """One node of a document.

    Attributes:
        kind: `scalar`, `mapping` or `sequence`.
        value: a scalar's text; a mapping's list of (key node, value node); a sequence's list of nodes.
        line, column: where it starts, counted from 0.
        start, end: its extent in the text, in characters; a block collection ends where its last child ends.
        style: a scalar's quote (`'`, `"`, `|`, `>` or empty); for a collection, `flow` or empty.
        tag: the explicit tag, or None.
        anchor: the name of the node's own anchor, or None.
        alias: true where the node was written as `*name`; it then shares `value` with the anchored node.
        size: how many nodes it stands for, itself included, aliases expanded.
    """

    __slots__ = ("alias", "anchor", "column", "end", "kind", "line", "size", "start", "style", "tag", "value")

    def __init__(
        self,
        kind: str,
        value: Any,
        line: int,
        column: int,
        start: int,
        end: int,
        style: str = "",
        tag: str | None = None,
        *,
        alias: bool = False,
        size: int = 1,
    ) -> None:
        self.kind = kind
        self.value = value
        self.line = line
        self.column = column
        self.start = start
        self.end = end
        self.style = style
        self.tag = tag
        self.anchor: str | None = None
        self.alias = alias
        self.size = size


class Document(NamedTuple):
    """One document of a stream.

    Attributes:
        root: its node, or None where the document is empty.
        start, end: its extent in the text in characters, from its `---` (or first character) to the next one.
        line: the line its content starts on, counted from 0.
        known: its data, where they were read together with its nodes; then it has no key twice.
        is_canonical: whether it is known that each plain scalar is spelled as its value is printed (see `scalars`).
    """

    root: Node | None
    start: int
    end: int
    line: int
    source: str = "<input>"
    known: dict[str, Any] | None = None
    is_canonical: bool = False

    @property
    def data(self) -> Any:
        """The document as plain data."""
        if self.known is not None:
            return self.known
        return None if self.root is None else to_data(self.root, self.source)


def load(text: str | bytes, source: str = "<input>") -> Any:
    """The first document of `text` as plain data; None where there is none. What follows it is not read.

    Raises:
        InputError: the text is not YAML; `where` is `source:line`.
    """
    return next(plain.read_documents(text, source), None)


def load_all(text: str | bytes, source: str = "<input>") -> list[Any]:
    """Every document of `text` as plain data, empty documents as None.

    Raises:
        InputError: the text is not YAML; `where` is `source:line`.
    """
    return list(plain.read_documents(text, source))


def compose_all(text: str | bytes, source: str = "<input>") -> Iterator[Document]:
    """The documents of `text` one by one, as nodes with places.

    Raises:
        InputError: the text is not YAML; `where` is `source:line`.
    """
    try:
        yield from parsing.documents(
            text, lambda parser, event: _Composer(parser, source).document(event), parsing.MOST_PLACES
        )
    except MarkedYAMLError as error:
        raise plain.unreadable(error, source) from None
    except (YAMLError, UnicodeError) as error:
        raise plain.no_text(error, source) from None
    except RecursionError:
        raise plain.too_deep(source) from None


class _Composer:
    """Builds the nodes of one document from parser events."""

    def __init__(self, parser: Any, source: str) -> None:
        self._next: Callable[[], Any] = parser.get_event
        self._source = source
        self._anchors: dict[str, Node] = {}
        self._open: set[str] = set()
        self._decoded = 0
        self._aliased = 0
        self._depth = 0

    def document(self, start: Any) -> Document:
        event = self._next()
        root = None if isinstance(event, DocumentEndEvent) else self._node(event)
        end = event if root is None else self._next()
        if root is not None and root.kind == "scalar" and root.start == root.end and not root.style and not root.tag:
            root = None  # an empty document is read as an empty plain scalar
        line = root.line if root else start.end_mark.line
        if root is not None and self._aliased and _is_too_deep(root):
            raise plain.too_deep(self._source, root.line)
        return Document(root, start.start_mark.index, end.end_mark.index, line, self._source)

    def _node(self, event: Any) -> Node:
        mark, kind = event.start_mark, type(event)
        if kind is AliasEvent:
            return self._alias(event)
        if kind is ScalarEvent:
            end, style = event.end_mark.index, event.style or ""
            node = Node("scalar", event.value, mark.line, mark.column, mark.index, end, style, event.tag)
        else:
            word = "mapping" if kind is MappingStartEvent else "sequence"
            style = "flow" if event.flow_style else ""
            node = Node(word, [], mark.line, mark.column, mark.index, mark.index, style, event.tag)
        self._decoded += 1
        if event.anchor:
            node.anchor = event.anchor
            self._anchors[event.anchor] = node
        if kind is not ScalarEvent:
            self._children(node, kind)
        return node

    def _children(self, node: Node, kind: type[Any]) -> None:
        if node.anchor:
            self._open.add(node.anchor)
        self._depth += 1
        if self._depth > DEEPEST:
            raise plain.too_deep(self._source, node.line)
        if kind is MappingStartEvent:
            self._mapping(node)
        else:
            self._sequence(node)
        self._depth -= 1
        if node.anchor:
            self._open.discard(node.anchor)

    def _alias(self, event: Any) -> Node:
        mark = event.start_mark
        target = self._anchors.get(event.anchor)
        if target is None:
            raise plain.bad(f"unknown anchor '{event.anchor}' referenced", self._source, mark.line)
        if event.anchor in self._open:
            raise plain.bad(f"anchor '{event.anchor}' value contains itself", self._source, mark.line)
        self._decoded += 1 + target.size
        self._aliased += target.size
        if plain.excessive_aliasing(self._decoded, self._aliased):
            raise plain.alias_bomb(self._source, mark.line)
        return Node(
            target.kind, target.value, mark.line, mark.column, mark.index, event.end_mark.index,
            target.style, target.tag, alias=True, size=target.size,
        )  # fmt: skip

    def _mapping(self, node: Node) -> None:
        pairs, following, made = node.value, self._next, self._node
        while type(event := following()) is not MappingEndEvent:
            key = made(event)
            value = made(following())
            pairs.append((key, value))
            node.size += key.size + value.size
        if node.style:
            node.end = _end(event)
        elif pairs:
            node.end = max(pairs[-1][0].end, pairs[-1][1].end)

    def _sequence(self, node: Node) -> None:
        while type(event := self._next()) is not SequenceEndEvent:
            item = self._node(event)
            node.value.append(item)
            node.size += item.size
        if node.style:
            node.end = _end(event)
        elif node.value:
            node.end = node.value[-1].end


def _is_too_deep(root: Node) -> bool:
    """Whether collections nest too deep once aliases are expanded."""
    level = [root]
    for _ in range(DEEPEST):
        children = (child for node in level for child in _children_of(node) if child.kind != "scalar")
        level = list({id(child.value): child for child in children}.values())
        if not level:
            return False
    return True


def _children_of(node: Node) -> Iterator[Node]:
    for item in node.value:
        if node.kind == "mapping":
            yield from item
        else:
            yield item


def _end(event: Any) -> int:
    end: int = event.end_mark.index
    return end


def to_data(node: Node, source: str = "<input>") -> Any:
    """A node as plain data: what sigs.k8s.io/yaml gives once it is JSON.

    Raises:
        InputError: the node holds what JSON can't say, such as a mapping as a key.
    """
    if node.kind == "scalar":
        if node.style and node.tag is None:
            return node.value
        try:
            return plain.scalar_value(node.value, node.tag, not node.style)
        except ValueError as error:
            raise plain.bad(str(error), source, node.line) from None
    if node.kind == "sequence":
        return [to_data(item, source) for item in node.value]
    result: dict[str, Any] = {}
    for key, value in node.value:
        if key.value == "<<" and is_merge(key):
            for merged in reversed(_merge_sources(value, source)):
                result.update(merged)
        else:
            try:
                text = key_text(key)
            except ValueError as error:
                raise plain.bad(str(error), source, key.line) from None
            result[text] = to_data(value, source)
    return result


def is_merge(key: Node) -> bool:
    """Whether a mapping's key is the merge key `<<`."""
    return key.kind == "scalar" and key.value == "<<" and (not key.style or key.tag == plain.MERGE_TAG)


def _merge_sources(value: Node, source: str) -> list[dict[str, Any]]:
    nodes = value.value if value.kind == "sequence" and not value.alias else [value]
    if any(node.kind != "mapping" for node in nodes):
        raise plain.bad("map merge requires map or sequence of maps as the value", source, value.line)
    return [to_data(node, source) for node in nodes]


def key_text(key: Node) -> str:
    """A mapping key as JSON has it: always text.

    Raises:
        ValueError: it is a collection, a null or a number beyond int64.
    """
    if key.kind != "scalar":
        raise ValueError("a key must be text, a number or a boolean")
    return plain.scalar_key(key.value, key.tag, not key.style)
