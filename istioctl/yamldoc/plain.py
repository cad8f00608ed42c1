"""Parser events to plain data, without nodes: the fast way from a YAML text to what Kubernetes reads in it.

Works as go-yaml v2 decodes into an untyped value and sigs.k8s.io/yaml turns that into JSON: keys become text, a later
duplicate wins, and a merge key writes its entries where it stands, so that it overrides what came before it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from typing import Any

from istioctl.errors import InputError
from istioctl.yamldoc import parsing
from istioctl.yamldoc.nesting import DEEPEST, is_too_deep
from istioctl.yamldoc.pyyaml import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    MarkedYAMLError,
    ScalarEvent,
    ScannerError,
    SequenceEndEvent,
    SequenceStartEvent,
    YAMLError,
)
from istioctl.yamldoc.scalars import Scalar, json_number, resolve, resolve_tagged, single_float_text

MERGE_TAG = "tag:yaml.org,2002:merge"
#: Characters of a key that is not remembered.
_LONG_KEY = 60


class _Open:
    """What stands for an anchored collection that has not ended yet."""


_OPEN = _Open()


def read_documents(text: str | bytes, source: str) -> Iterator[Any]:
    """The documents of a stream as plain data, one by one, empty ones as None.

    Raises:
        InputError: the text is not YAML, or holds what JSON can't; `where` is `source:line`.
    """
    try:
        yield from parsing.documents(text, lambda parser, _: _Reader(parser, source).document(), parsing.MOST_NODES)
    except MarkedYAMLError as error:
        raise unreadable(error, source) from None
    except (YAMLError, UnicodeError) as error:
        raise no_text(error, source) from None


def no_text(error: Exception, source: str) -> UnreadableError:
    """The error of bytes or characters that no YAML text holds."""
    problem = str(error).splitlines()[0]
    return UnreadableError(
        f"not a YAML text: {problem}", where=source, go_text="yaml: control characters are not allowed"
    )


class UnreadableError(InputError):
    """A text can't be read as YAML.

    Attributes:
        go_text: what go-yaml says of it, with a line only where it finds one.
    """

    def __init__(
        self,
        message: str,
        *,
        where: str,
        go_text: str,
        hint: str | None = None,
        id: str = "bad-yaml",  # noqa: A002
    ) -> None:
        super().__init__(message, where=where, hint=hint, id=id)
        self.go_text = go_text


def unreadable(error: MarkedYAMLError, source: str) -> UnreadableError:
    """A parser's error as this program's."""
    mark = error.problem_mark or error.context_mark
    if isinstance(error, parsing.TooManyNodesError):
        return UnreadableError(
            f"a document has more than {error.most:,} values; split it into several",
            where=f"{source}:{mark.line + 1}" if mark else source,
            go_text="yaml: a document is too large",
            hint="A List may have any length in block style, as `kubectl get -o yaml` prints it.",
            id="too-large",
        )
    where = f"{source}:{mark.line + 1}:{mark.column + 1}" if mark else source
    problem = error.problem or error.context or "it can't be parsed"
    if "nesting depth" in problem:  # PyYAML 6.0.4 and later count it; before, Python's own stack ended first
        return too_deep(where)
    return UnreadableError(f"bad YAML: {problem}", where=where, go_text=f"yaml: {_go_line(error)}{problem}")


def _go_line(error: MarkedYAMLError) -> str:
    """The line as go-yaml v2 counts it: from 0 where its parser, from 1 where its scanner found the error."""
    line = 0
    if error.problem_mark and error.problem_mark.line:
        line = error.problem_mark.line + isinstance(error, ScannerError)
    elif error.context_mark:
        line = error.context_mark.line
    return f"line {line}: " if line else ""


def bad(problem: str, source: str, line: int) -> UnreadableError:
    """The error of a text that parses but can't be read as data; `line` counts from 0."""
    return UnreadableError(f"bad YAML: {problem}", where=f"{source}:{line + 1}", go_text=f"yaml: {problem}")


def too_deep(source: str, line: int | None = None) -> UnreadableError:
    """The error of a document that nests deeper than it can be read; `line` counts from 0."""
    where = source if line is None else f"{source}:{line + 1}"
    return UnreadableError(
        f"bad YAML: it nests more than {DEEPEST} levels deep", where=where, go_text="yaml: exceeded max depth"
    )


def _line(event: Any) -> int:
    line: int = event.start_mark.line
    return line


def _null_key(source: str, line: int, value: Any) -> UnreadableError:
    shown = json.dumps(value, ensure_ascii=False)
    return UnreadableError(
        "bad YAML: a key must be text, a number or a boolean",
        where=f"{source}:{line + 1}",
        go_text=f"unsupported map key of type: %!s(<nil>), key: <nil>, value: {shown}",
    )


def alias_bomb(source: str, line: int) -> UnreadableError:
    """The error of a document whose aliases stand for too much; `line` counts from 0."""
    return UnreadableError(
        "bad YAML: the document's aliases expand to too much",
        where=f"{source}:{line + 1}",
        go_text="yaml: document contains excessive aliasing",
        id="alias-bomb",
    )


def scalar_value(text: str, tag: str | None, plain: bool) -> Scalar:
    """A scalar as JSON has it.

    Raises:
        ValueError: its tag says what it is not, or JSON can't say it.
    """
    value: Scalar = text
    if tag is not None:
        value = resolve_tagged(text, tag)
    elif plain:
        value = resolve(text)
    return json_number(value) if type(value) is float else value


def key_text(value: Scalar) -> str:
    """A scalar as a mapping key, which JSON wants to be text.

    Raises:
        ValueError: null and numbers beyond int64 are not keys.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return single_float_text(value)
    if value is None or value >= 1 << 63:
        raise ValueError("a key must be text, a number or a boolean")
    return str(value)


def scalar_key(text: str, tag: str | None, plain: bool) -> str:
    """A scalar node as a mapping key.

    Raises:
        ValueError: it can't be one.
    """
    if tag is None:
        if not plain:
            return text
        return _usual_key(text) if len(text) <= _LONG_KEY else key_text(resolve(text))
    return key_text(scalar_value(text, tag, plain))


@lru_cache(4096)
def _usual_key(text: str) -> str:
    return key_text(resolve(text))


def excessive_aliasing(decoded: int, aliased: int) -> bool:
    """Whether a document of so many nodes, aliases expanded, holds too many that come from aliases (go-yaml's rule)."""
    if aliased <= 100 or decoded <= 1000:
        return False
    allowed = 0.99 - 0.89 * (min(max(decoded, 400_000), 4_000_000) - 400_000) / 3_600_000
    return aliased / decoded > allowed


class _Reader:
    """Reads one document."""

    def __init__(self, parser: Any, source: str) -> None:
        self._next: Callable[[], Any] = parser.get_event
        self._source = source
        self._anchors: dict[str, tuple[Any, int] | _Open] = {}
        self._decoded = 0
        self._aliased = 0
        self._depth = 0

    def document(self) -> Any:
        event = self._next()
        if type(event) is DocumentEndEvent:
            return None
        try:
            data = self._value(event)
        except RecursionError:
            raise too_deep(self._source) from None
        if self._aliased and is_too_deep(data):
            raise too_deep(self._source, event.start_mark.line)
        self._next()
        return data

    def _value(self, event: Any) -> Any:
        kind = type(event)
        if kind is ScalarEvent:
            self._decoded += 1
            if event.tag is None and event.anchor is None:
                if not event.implicit[0]:
                    return event.value
                value = resolve(event.value)
                if type(value) is not float:
                    return value
            return self._scalar(event)
        if kind is AliasEvent:
            return self._alias(event)
        before = self._decoded
        self._decoded += 1
        if event.anchor is not None:
            self._anchors[event.anchor] = _OPEN
        self._depth += 1
        if self._depth > DEEPEST:
            raise too_deep(self._source, event.start_mark.line)
        data = self._mapping() if kind is MappingStartEvent else self._sequence()
        self._depth -= 1
        if event.anchor is not None:
            self._anchors[event.anchor] = data, self._decoded - before
        return data

    def _scalar(self, event: Any) -> Scalar:
        try:
            value = scalar_value(event.value, event.tag, event.implicit[0])
        except ValueError as error:
            raise bad(str(error), self._source, event.start_mark.line) from None
        if event.anchor is not None:
            self._anchors[event.anchor] = value, 1
        return value

    def _alias(self, event: Any) -> Any:
        line = event.start_mark.line
        target = self._anchors.get(event.anchor)
        if target is None:
            raise bad(f"unknown anchor '{event.anchor}' referenced", self._source, line)
        if isinstance(target, _Open):
            raise bad(f"anchor '{event.anchor}' value contains itself", self._source, line)
        data, size = target
        self._decoded += 1 + size
        self._aliased += size
        if excessive_aliasing(self._decoded, self._aliased):
            raise alias_bomb(self._source, line)
        from copy import deepcopy

        return deepcopy(data)  # an alias must not share lists and mappings with its anchor

    def _sequence(self) -> list[Any]:
        following, value = self._next, self._value
        items = []
        while type(event := following()) is not SequenceEndEvent:
            items.append(value(event))
        return items

    def _mapping(self) -> dict[str, Any]:
        following, value = self._next, self._value
        result: dict[str, Any] = {}
        null_key: tuple[int, Any] | None = None  # go-yaml reads a null key, but JSON can't have it
        while type(event := following()) is not MappingEndEvent:
            if type(event) is not ScalarEvent:
                key = self._unusual_key(event)
            elif event.value == "<<" and (event.implicit[0] or event.tag == MERGE_TAG):
                self._merge(result, following())
                continue
            else:
                self._decoded += 1
                key = event.value
                if event.implicit[0] or event.tag is not None or event.anchor is not None:
                    if event.tag is None and resolve(key) is None:
                        null_key = _line(event), value(following())
                        continue
                    key = self._key(event)
            result[key] = value(following())
        if null_key is not None:
            raise _null_key(self._source, *null_key)
        return result

    def _key(self, event: Any) -> str:
        try:
            key = scalar_key(event.value, event.tag, event.implicit[0])
        except ValueError as error:
            raise bad(str(error), self._source, event.start_mark.line) from None
        if event.anchor is not None:
            self._scalar(event)
        return key

    def _unusual_key(self, event: Any) -> str:
        value = self._value(event)
        if type(event) is AliasEvent and not isinstance(value, (dict, list)):
            with suppress(ValueError):
                return key_text(value)
        raise bad("a key must be text, a number or a boolean", self._source, event.start_mark.line)

    def _merge(self, into: dict[str, Any], event: Any) -> None:
        line = event.start_mark.line
        kind = type(event)
        data = self._value(event)
        sources = data if kind is SequenceStartEvent else [data]
        if not all(isinstance(entry, dict) for entry in sources):
            raise bad("map merge requires map or sequence of maps as the value", self._source, line)
        for entry in reversed(sources):
            into.update(entry)
