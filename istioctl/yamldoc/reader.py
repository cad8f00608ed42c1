"""Reading YAML streams into plain data, as Kubernetes reads them.

`load` and `load_all` give dicts with string keys, lists, str, int, float, bool and None: what JSON can say, since
Kubernetes turns YAML into JSON first. `compose_all` gives nodes that know their place in the text, for error
messages, origins and edits.

The parser is PyYAML's binding of libyaml 0.2: the one bundled with ruamel.yaml is older and refuses a colon inside a
plain scalar of a flow mapping, as in `{address: zipkin:9411}`, which Kubernetes accepts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from yaml.cyaml import CParser
from yaml.error import MarkedYAMLError, YAMLError
from yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)

from istioctl.errors import InputError
from istioctl.yamldoc.scalars import resolve

#: How many nodes all aliases of a document may stand for before it counts as an alias bomb.
MAX_ALIASED_NODES = 1_000_000

_STRING_TAG = "tag:yaml.org,2002:str"


@dataclass(slots=True)
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

    kind: str
    value: Any
    line: int
    column: int
    start: int
    end: int
    style: str = ""
    tag: str | None = None
    anchor: str | None = None
    alias: bool = False
    size: int = 1


@dataclass(slots=True)
class Document:
    """One document of a stream.

    Attributes:
        root: its node, or None where the document is empty.
        start, end: its extent in the text in characters, from its `---` (or first character) to the next one.
        line: the line its content starts on, counted from 0.
    """

    root: Node | None
    start: int
    end: int
    line: int
    source: str = field(default="<input>")

    @property
    def data(self) -> Any:
        """The document as plain data."""
        return None if self.root is None else to_data(self.root, self.source)


def load(text: str | bytes, source: str = "<input>") -> Any:
    """The first document of `text` as plain data; None where there is none.

    Raises:
        InputError: the text is no YAML; `where` is `source:line`.
    """
    return next(iter(load_all(text, source)), None)


def load_all(text: str | bytes, source: str = "<input>") -> list[Any]:
    """Every document of `text` as plain data, empty documents as None.

    Raises:
        InputError: the text is no YAML; `where` is `source:line`.
    """
    return [document.data for document in compose_all(text, source)]


def compose_all(text: str | bytes, source: str = "<input>") -> Iterator[Document]:
    """The documents of `text` one by one, as nodes with places.

    Raises:
        InputError: the text is no YAML; `where` is `source:line`.
    """
    try:
        parser = CParser(text)
        event = parser.get_event()
        while not isinstance(event, StreamEndEvent):
            if isinstance(event, DocumentStartEvent):
                yield _Composer(parser, source).document(event)
            elif not isinstance(event, StreamStartEvent):
                raise InputError("a document was expected here", where=f"{source}:{event.start_mark.line + 1}")
            event = parser.get_event()
    except MarkedYAMLError as error:
        raise _unreadable(error, source) from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise InputError(f"not a YAML text: {str(error).splitlines()[0]}", where=source) from None


def _unreadable(error: MarkedYAMLError, source: str) -> InputError:
    mark = error.problem_mark or error.context_mark
    where = f"{source}:{mark.line + 1}:{mark.column + 1}" if mark else source
    reason = error.problem or error.context or "it can't be parsed"
    return InputError(f"bad YAML: {reason}", where=where, id="bad-yaml")


class _Composer:
    """Builds the nodes of one document from parser events."""

    def __init__(self, parser: CParser, source: str) -> None:
        self._next = parser.get_event
        self._source = source
        self._anchors: dict[str, Node] = {}
        self._aliased = 0

    def document(self, start: DocumentStartEvent) -> Document:
        event = self._next()
        root = None if isinstance(event, DocumentEndEvent) else self._node(event)
        end = event if root is None else self._next()
        if root is not None and root.kind == "scalar" and root.start == root.end and not root.style and not root.tag:
            root = None  # an empty document is read as an empty plain scalar
        line = root.line if root else start.end_mark.line
        return Document(root, start.start_mark.index, end.end_mark.index, line, self._source)

    def _node(self, event: Any) -> Node:
        mark, kind = event.start_mark, type(event)
        if kind is AliasEvent:
            return self._alias(event)
        if kind is ScalarEvent:
            node = Node("scalar", event.value, mark.line, mark.column, mark.index, event.end_mark.index)
            node.style = event.style or ""
        else:
            is_map = kind is MappingStartEvent
            node = Node("mapping" if is_map else "sequence", [], mark.line, mark.column, mark.index, mark.index)
            node.style = "flow" if event.flow_style else ""
        node.tag = event.tag if isinstance(event.tag, str) or event.tag is None else str(event.tag)
        if event.anchor:
            node.anchor = event.anchor
            self._anchors[event.anchor] = node
        if kind is MappingStartEvent:
            self._mapping(node)
        elif kind is SequenceStartEvent:
            self._sequence(node)
        return node

    def _alias(self, event: AliasEvent) -> Node:
        mark = event.start_mark
        where = f"{self._source}:{mark.line + 1}"
        target = self._anchors.get(event.anchor)
        if target is None:
            raise InputError(f"bad YAML: unknown anchor '{event.anchor}' referenced", where=where, id="bad-yaml")
        self._aliased += target.size
        if self._aliased > MAX_ALIASED_NODES:
            raise InputError("bad YAML: the document's aliases expand to too much", where=where, id="alias-bomb")
        return Node(
            target.kind, target.value, mark.line, mark.column, mark.index, event.end_mark.index,
            target.style, target.tag, alias=True, size=target.size,
        )  # fmt: skip

    def _mapping(self, node: Node) -> None:
        pairs = node.value
        while not isinstance(event := self._next(), MappingEndEvent):
            key = self._node(event)
            value = self._node(self._next())
            pairs.append((key, value))
            node.size += key.size + value.size
        node.end = event.end_mark.index if node.style else (max(pairs[-1][0].end, pairs[-1][1].end) if pairs else node.start)

    def _sequence(self, node: Node) -> None:
        while not isinstance(event := self._next(), SequenceEndEvent):
            item = self._node(event)
            node.value.append(item)
            node.size += item.size
        node.end = event.end_mark.index if node.style else (node.value[-1].end if node.value else event.start_mark.index)


def to_data(node: Node, source: str = "<input>") -> Any:
    """A node as plain data: what sigs.k8s.io/yaml gives once it is JSON."""
    if node.kind == "scalar":
        return _scalar(node)
    if node.kind == "sequence":
        return [to_data(item, source) for item in node.value]
    result: dict[str, Any] = {}
    for key, value in node.value:
        if key.kind == "scalar" and key.value == "<<" and not key.style:
            for merged in _merge_sources(value, source):
                for name, inherited in merged.items():
                    result.setdefault(name, inherited)
    for key, value in node.value:
        if key.kind != "scalar":
            raise InputError("bad YAML: a key must be a scalar", where=f"{source}:{key.line + 1}", id="bad-yaml")
        if key.value == "<<" and not key.style:
            continue
        result[key_text(key)] = to_data(value, source)
    return result


def _merge_sources(value: Node, source: str) -> list[dict[str, Any]]:
    nodes = value.value if value.kind == "sequence" else [value]
    if any(node.kind != "mapping" for node in nodes):
        raise InputError("bad YAML: map merge requires map or sequence of maps as the value",
                         where=f"{source}:{value.line + 1}", id="bad-yaml")  # fmt: skip
    return [to_data(node, source) for node in nodes]


def key_text(key: Node) -> str:
    """A mapping key as JSON has it: always text."""
    value = _scalar(key)
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return "null" if value is None else str(value)


def _scalar(node: Node) -> Any:
    tag = node.tag
    if tag is None:
        return node.value if node.style else resolve(node.value)
    if tag in (_STRING_TAG, "!"):
        return node.value
    value = resolve(node.value)
    if tag == "tag:yaml.org,2002:float" and isinstance(value, int):
        return float(value)
    if tag == "tag:yaml.org,2002:binary":
        import base64

        return base64.b64decode(node.value).decode("utf-8", "replace")
    return value
