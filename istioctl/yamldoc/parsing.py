"""The one place where libyaml is started: events of a text, documents one by one.

The parser is PyYAML's binding of libyaml 0.2. The one bundled with ruamel.yaml is older and refuses a colon inside a
plain scalar of a flow mapping, as in `{address: zipkin:9411}`, which Kubernetes accepts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from istioctl.patterns import lazy_pattern
from istioctl.yamldoc.pyyaml import (
    AliasEvent,
    CParser,
    DocumentStartEvent,
    MappingStartEvent,
    MarkedYAMLError,
    ScalarEvent,
    SequenceStartEvent,
    StreamEndEvent,
    YAMLError,
)

T = TypeVar("T")

#: A colon that ends a plain scalar before a bracket, brace or comma, as in `[fd00::, x]`. go-yaml reads it as part of
#: the scalar, libyaml refuses it. Behind a quote it is the colon of a JSON mapping.
_LAST_COLON = lazy_pattern(r"(?<![\s\[\]{},\"'])(:)(?=[\[\]{},])")

_REFUSED = "found unexpected ':'"

MOST_NODES = 2_000_000
"""How many mappings, lists and scalars a document may have: as plain data they take some 0.1 KB each, so 0.2 GB."""
MOST_PLACES = 600_000
"""How many it may have where their places are kept: with these they take some 0.35 KB each, so 0.2 GB."""
_SHORTEST_NODE = 2  # characters
_NODES = frozenset({AliasEvent, MappingStartEvent, ScalarEvent, SequenceStartEvent})


class TooManyNodesError(MarkedYAMLError):
    """A document has more nodes than may be.

    Attributes:
        most: how many may be.
    """

    def __init__(self, most: int, mark: Any) -> None:
        super().__init__(problem="a document is too large", problem_mark=mark)
        self.most = most


class _Counted:
    """Events of a text so long that its documents may have too many nodes."""

    def __init__(self, parser: Any, most: int) -> None:
        self._next: Callable[[], Any] = parser.get_event
        self._most = self._left = most

    def get_event(self) -> Any:
        event = self._next()
        kind = type(event)
        if kind is DocumentStartEvent:
            self._left = self._most
        elif kind in _NODES:
            self._left -= 1
            if self._left < 0:
                raise TooManyNodesError(self._most, event.start_mark)
        return event


class _Respelled:
    """Events of a text in which a character stands for each colon that libyaml would refuse."""

    def __init__(self, text: str, stand_in: str) -> None:
        self._parser = CParser(_LAST_COLON.sub(stand_in, text))
        self._stand_in = stand_in

    def raw_parse(self) -> None:
        self._parser.raw_parse()

    def get_event(self) -> Any:
        event = self._parser.get_event()
        if type(event) is ScalarEvent and self._stand_in in event.value:
            event.value = event.value.replace(self._stand_in, ":")
        return event


def documents(text: str | bytes, read: Callable[[Any, Any], T], most: int) -> Iterator[T]:
    """What `read` makes of each document of a stream.

    Args:
        text: the stream.
        read: gets the parser (its `get_event` gives the event after) and the event that starts a document; it takes
            the events up to the one that ends it.
        most: how many nodes a document may have: `MOST_NODES` or `MOST_PLACES`.

    Raises:
        YAMLError, UnicodeError: the text is not YAML.
    """
    done = 0
    try:
        for made in _each(_bounded(CParser(text), text, most), read):
            yield made
            done += 1
        return
    except MarkedYAMLError as error:
        again = _respelled(text) if error.problem == _REFUSED else None
        if again is None:
            raise
    for index, made in enumerate(_each(_bounded(again, text, most), read)):
        if index >= done:
            yield made


def _bounded(parser: Any, text: str | bytes, most: int) -> Any:
    """The parser, which ends with an error where a document has more nodes than `most`."""
    return _Counted(parser, most) if len(text) > most * _SHORTEST_NODE else parser


def _each(parser: Any, read: Callable[[Any, Any], T]) -> Iterator[T]:
    parser.get_event()  # the start of the stream
    while type(event := parser.get_event()) is not StreamEndEvent:
        yield read(parser, event)


def _respelled(text: str | bytes) -> _Respelled | None:
    """A parser of the text with stand-ins of one character, so that every place stays where it is."""
    whole = text if isinstance(text, str) else text.decode("utf-8", "replace")
    stand_in = next((char for char in map(chr, range(0xE000, 0xF8FF)) if char not in whole), None)
    return _Respelled(whole, stand_in) if stand_in and _LAST_COLON.search(whole) else None


def is_well_formed(text: str | bytes) -> bool:
    """Whether every document of a stream can be parsed; anchors and duplicate keys are not looked at.

    This builds nothing, and so costs a hundredth of reading the text.
    """
    for parser in (CParser, _respelled):
        try:
            started = parser(text)
            if started is None:
                return False
            started.raw_parse()
        except MarkedYAMLError as error:
            if error.problem != _REFUSED:
                return False
        except (YAMLError, UnicodeError):
            return False
        else:
            return True
    return False
