"""Walking a document along the tables of fields, and saying what does not fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from istioctl.rendering.schema.types import PROTOBUF_TABLES, SCALARS, Type, enum, find_field, message
from istioctl.rendering.specification.origins import Path

_NUMBER = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?"
_WHOLE = r"-?(?:0|[1-9][0-9]{0,20})"
#: As Kubernetes reads a resource quantity; see `k8s.io/apimachinery/pkg/api/resource`.
_QUANTITY = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]+)?"
_TIME = r"(?a:\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d))"

_RANGES = {
    "int32": (-(1 << 31), (1 << 31) - 1),
    "int64": (-(1 << 63), (1 << 63) - 1),
    "uint32": (0, (1 << 32) - 1),
}
_WANTED = {
    "text": "text",
    "bool": "true or false",
    "number": "a number",
    "quantity": "a quantity such as 100m or 1Gi",
    "intstr": "a whole number or a text",
    "duration": "a duration such as 10s or 1m30s",
    "time": "a time such as 2026-01-31T12:00:00Z",
    "struct": "a mapping",
}


class Violation(NamedTuple):
    """One place where a document does not fit its schema.

    Attributes:
        kind: `unknown-field`, `wrong-type` or `only-one`.
        path: where, from the document's top.
        message: what is wrong, without the place.
        known: for an unknown field, the names that would be known there.
        table: the table whose message was broken.
    """

    kind: str
    path: Path
    message: str
    known: tuple[str, ...] = ()
    table: str = ""


def check(data: object, expected: Type, path: Path = (), *, loose_text: bool = False) -> Iterator[Violation]:
    """Every place in `data` that does not fit, in document order.

    Null fits everywhere: it means unset.

    Args:
        loose_text: whether a number or a boolean counts as text.
    """
    if data is None or expected.name == "any":
        return
    if expected.wrapped == "[]":
        if not isinstance(data, list):
            yield _wrong(path, "a list", data, expected)
            return
        for index, item in enumerate(data):
            yield from check(item, expected.element, (*path, index), loose_text=loose_text)
    elif expected.wrapped == "{}":
        if not isinstance(data, dict):
            yield _wrong(path, "a mapping", data, expected)
            return
        for key, value in data.items():
            yield from check(value, expected.element, (*path, key), loose_text=loose_text)
    elif expected.name in SCALARS:
        if not (loose_text and expected.name == "text" and isinstance(data, int | float)) and (
            wanted := _scalar_problem(data, expected)
        ):
            yield _wrong(path, wanted, data, expected)
    elif message(expected.table, expected.name) is not None:
        yield from _check_message(data, expected, path, loose_text)
    elif wanted := _enum_problem(data, expected):
        yield _wrong(path, wanted, data, expected)


def _check_message(data: object, expected: Type, path: Path, loose_text: bool) -> Iterator[Violation]:
    fields = message(expected.table, expected.name)
    assert fields is not None  # noqa: S101 - the caller looked
    if not isinstance(data, dict):
        yield _wrong(path, "a mapping", data, expected)
        return
    groups: dict[str, str] = {}
    for key, value in data.items():
        name = find_field(fields, key, expected.table)
        if name is None:
            yield Violation("unknown-field", (*path, key), f"unknown field '{key}'", tuple(fields), expected.table)
            continue
        inner = fields[name]
        if inner.group and value is not None:
            if other := groups.get(inner.group):
                yield Violation(
                    "only-one", (*path, key), f"'{other}' and '{key}' exclude each other", (), expected.table
                )
            groups[inner.group] = key
        # What values hold for Kubernetes is read as YAML there, which takes any scalar where a text is wanted.
        loose = loose_text or (expected.table in PROTOBUF_TABLES and inner.table == "kubernetes")
        yield from check(value, inner, (*path, key), loose_text=loose)


def _scalar_problem(data: object, expected: Type) -> str | None:
    """What was wanted instead, or None where the value fits."""
    name, protobuf = expected.name, expected.table in PROTOBUF_TABLES
    if name == "bool":
        fits = isinstance(data, bool)
    elif name == "text":
        fits = isinstance(data, str)
    elif name == "struct":
        fits = isinstance(data, dict)
    elif name in _RANGES:
        return _whole_problem(data, name, quoted_too=protobuf)
    elif name == "number":
        fits = _is_number(data) or (protobuf and isinstance(data, str) and bool(re.fullmatch(_NUMBER, data)))
    elif name == "quantity":
        fits = _is_number(data) or (isinstance(data, str) and bool(re.fullmatch(_QUANTITY, data)))
    elif name == "intstr":
        fits = isinstance(data, str) or _whole_problem(data, "int32", quoted_too=False) is None
    elif name == "duration":
        fits = isinstance(data, str) and _is_duration(data)
    else:
        fits = isinstance(data, str) and bool(re.fullmatch(_TIME, data))
    return None if fits else _WANTED[name]


def _whole_problem(data: object, name: str, *, quoted_too: bool) -> str | None:
    low, high = _RANGES[name]
    if quoted_too and isinstance(data, str) and re.fullmatch(_WHOLE, data):
        data = int(data)
    if isinstance(data, float) and data.is_integer():
        data = int(data)
    if isinstance(data, int) and not isinstance(data, bool) and low <= data <= high:
        return None
    return f"a whole number from {low} to {high}"


def _is_duration(text: str) -> bool:
    """Whether it is a duration of Go's, which has 64 bits of nanoseconds."""
    from istioctl.golang.durations import nanoseconds

    try:
        nanoseconds(text)
    except ValueError:
        return False
    return True


def _is_number(data: object) -> bool:
    return isinstance(data, int | float) and not isinstance(data, bool)


def _enum_problem(data: object, expected: Type) -> str | None:
    values = enum(expected.table, expected.name)
    if isinstance(data, str):
        fits = data in values
    else:  # the manifests compare texts, so a number has no meaning there
        fits = expected.table != "chart_values" and _whole_problem(data, "int32", quoted_too=False) is None
    if fits:
        return None
    return f"one of {', '.join(values)}"


def _wrong(path: Path, wanted: str, data: object, expected: Type) -> Violation:
    if isinstance(data, dict):
        found = "a mapping"
    elif isinstance(data, list):
        found = "a list"
    elif isinstance(data, bool):
        found = str(data).lower()
    else:
        found = repr(data)
    return Violation("wrong-type", path, f"must be {wanted}, not {found}", (), expected.table)
