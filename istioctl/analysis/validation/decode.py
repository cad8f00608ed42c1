"""From a node to typed data, as istiod decodes an object, finding what breaks the schema on the way.

The rules are those of protobuf's older JSON decoder (github.com/golang/protobuf/jsonpb): fields under their JSON or
their proto name (the first wins), numbers also as text, enums by name or number, durations as text, null as absent, and
of a oneof the field declared last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from istioctl.analysis.schema.catalog import schema
from istioctl.analysis.schema.language import Field, Message, Type
from istioctl.analysis.validation.report import Place, json_name
from istioctl.errors import InputError
from istioctl.golang.durations import read_duration
from istioctl.yamldoc.reader import is_merge, key_text, to_data

if TYPE_CHECKING:
    from istioctl.yamldoc.reader import Node

#: Decoded data of a message: JSON names to values. Enums are names, durations nanoseconds, absent fields are missing.
Spec = dict[str, Any]

_RANGES = {"int32": (-(1 << 31), (1 << 31) - 1), "uint32": (0, (1 << 32) - 1)}
_RANGES |= {"int64": (-(1 << 63), (1 << 63) - 1), "uint64": (0, (1 << 64) - 1)}
_WHOLE = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_REAL = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
#: Fields whose names in the `.proto` files do not follow from those in JSON.
_PROTO_NAMES = {
    "consecutive5xxErrors": "consecutive_5xx_errors",
    "targetRef": "targetRef",
    "targetRefs": "targetRefs",
}
#: What JSON allows around a number.
_BLANK = " \t\r\n"
_NAMES = {dict: "a mapping", list: "a list", str: "text", bool: "a boolean", int: "a number", float: "a number"}


class _Skip(Exception):  # noqa: N818 - it unwinds out of one value and reports nothing
    """The value is unusable; the problem is recorded."""


def decode(node: Node | None, message: str, place: Place) -> Spec:
    """The data of a message; what can't be used is left out and reported as an error.

    Args:
        node: the message's node; None and null are an empty message.
        message: its name in the schema.
        place: where problems are reported.
    """
    if node is None or _is_null(node):
        return {}
    try:
        return _message(node, schema().messages[message], place)
    except _Skip:
        return {}


def entries(node: Node) -> Iterable[tuple[str, Node]]:
    """The entries of a mapping as (key as text, value), merge keys expanded, later ones winning."""
    found: dict[str, Node] = {}
    for key, value in node.value:
        if is_merge(key):
            for source in reversed(value.value if value.kind == "sequence" else [value]):
                if source.kind == "mapping":
                    found.update(entries(source))
        else:
            found[key_text(key)] = value
    return found.items()


def _is_null(node: Node) -> bool:
    return node.kind == "scalar" and not node.style and node.value in ("", "~", "null", "Null", "NULL") and not node.tag


def _wrong(place: Place, wanted: str, value: Any) -> _Skip:
    shown = (
        f" {value!r}"
        if isinstance(value, (str, int, float)) and not isinstance(value, bool) and len(str(value)) < 60
        else ""
    )
    hint = "Quote it to make it text." if wanted == "text" and not isinstance(value, (dict, list)) else ""
    place.error(f"must be {wanted}, not {_NAMES.get(type(value), 'null')}{shown}", hint)
    return _Skip()


def _message(node: Node, message: Message, place: Place) -> Spec:
    if node.kind != "mapping":
        raise _wrong(place, "a mapping", to_data(node))
    result: Spec = {}
    given = dict(entries(node))
    for name, value in given.items():
        field = message.fields.get(name) or _by_proto_name(name, message)
        if field is None:
            _unknown(name, message, place)
        elif not _is_null(value) and (name == field.name or field.name not in given):
            try:
                result[field.name] = _value(value, field.type, place / field.name)
            except _Skip:
                continue
    for group in message.oneofs:
        _settle_oneof(group, result, message, place)
    return result


def _by_proto_name(name: str, message: Message) -> Field | None:
    """The field of this name in the `.proto` file: `mirror_percent` for `mirrorPercent`, but for a few."""
    field = message.fields.get(json_name(name)) if "_" in name else None
    return field if field and name == _PROTO_NAMES.get(field.name, _proto_name(field.name)) else None


def _proto_name(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _unknown(name: str, message: Message, place: Place) -> None:
    hint = f"Did you mean {near}?" if (near := nearest(name, message)) else ""
    known = "" if near else f"; there are {', '.join(sorted(message.fields))}" if len(message.fields) <= 12 else ""
    (place / name).error(f'unknown field "{name}"{known}', hint)


def nearest(name: str, message: Message) -> str:
    """The field a misspelt name most likely stands for; empty where nothing is near."""
    from difflib import get_close_matches

    lowered = {field.lower(): field for field in message.fields}
    found = get_close_matches(json_name(name).lower(), lowered, n=1, cutoff=0.6)
    return lowered[found[0]] if found else ""


def _settle_oneof(group: list[str], result: Spec, message: Message, place: Place) -> None:
    given = [name for name in message.fields if name in group and name in result]
    for ignored in given[:-1]:
        (place / ignored).warn(f"is ignored: only one of {', '.join(group)} can be set, and {given[-1]} is, too")
        del result[ignored]


def _value(node: Node, type_: Type, place: Place) -> Any:
    name = type_.name
    if name == "list":
        return _list(node, type_, place)
    if name == "map":
        return _map(node, type_, place)
    known = schema()
    if name in known.messages:
        return {} if _is_null(node) else _message(node, known.messages[name], place)
    value = _data(node, place)
    if name in known.enums:
        return _enum(value, known.enums[name].values, place)
    return _scalar(value, name, place)


def _data(node: Node, place: Place) -> Any:
    try:
        return to_data(node)
    except InputError as error:
        place.error(error.message)
        raise _Skip from None


def _list(node: Node, type_: Type, place: Place) -> list[Any]:
    if node.kind != "sequence":
        raise _wrong(place, "a list", _data(node, place))
    assert type_.item is not None  # noqa: S101 - the schema's parser gives every list an item
    result = []
    for i, item in enumerate(node.value):
        try:
            result.append(_value(item, type_.item, place / i))
        except _Skip:
            continue
    return result


def _map(node: Node, type_: Type, place: Place) -> dict[Any, Any]:
    if node.kind != "mapping":
        raise _wrong(place, "a mapping", _data(node, place))
    assert type_.item is not None  # noqa: S101 - the schema's parser gives every map an item
    result: dict[Any, Any] = {}
    for name, value in entries(node):
        try:
            key = name if type_.key == "string" else _scalar(name, type_.key, place / name)
            result[key] = _value(value, type_.item, place / name)
        except _Skip:
            continue
    return result


def _enum(value: Any, names: dict[str, int], place: Place) -> str:
    if isinstance(value, str):
        if value not in names:
            from difflib import get_close_matches

            near = get_close_matches(value.upper(), names, n=1)
            hint = f"Did you mean {near[0]}?" if near else ""
            place.error(f'"{value}" is not one of {", ".join(names)}', hint)
            raise _Skip
        return value
    if value is None:
        return next(iter(names))
    number = _whole(value, "int32", place)
    return next((name for name, own in names.items() if own == number), str(number))


def _scalar(value: Any, name: str, place: Place) -> Any:
    if name == "string":
        if value is None:
            return ""
        if not isinstance(value, str):
            raise _wrong(place, "text", value)
        return value
    if name == "bool":
        if value is not None and not isinstance(value, bool):
            raise _wrong(place, "true or false", value)
        return bool(value)
    if name in _RANGES:
        return _whole(value, name, place)
    if name in ("double", "float"):
        return _real(value, place)
    if name in ("duration", "any-duration"):
        return _duration(value, place)
    if name == "bytes":
        return _bytes(value, place)
    if name == "struct" and not isinstance(value, dict):
        raise _wrong(place, "a mapping", value)
    return value


def _whole(value: Any, name: str, place: Place) -> int:
    if isinstance(value, str):
        value = value.strip(_BLANK)
    if value in (None, "null"):
        return 0
    if (isinstance(value, float) and value == int(value)) or (isinstance(value, str) and _WHOLE.match(value)):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong(place, "a whole number", value)
    low, high = _RANGES[name]
    if not low <= value <= high:
        place.error(f"{value} is out of range: {low} to {high}")
        raise _Skip
    return value


def _real(value: Any, place: Place) -> float:
    if isinstance(value, str):
        value = value.strip(_BLANK)
    if value == "null":
        return 0.0
    if isinstance(value, str) and (_REAL.match(value) or value in ("NaN", "Infinity", "-Infinity")):
        return float(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _wrong(place, "a number", value)
    return float(value)


def _duration(value: Any, place: Place) -> int:
    if not isinstance(value, str):
        raise _wrong(place, "a duration such as 5s or 300ms", value)
    try:
        return read_duration(value)
    except InputError as error:
        place.error(error.message, error.hint or "")
        raise _Skip from None


def _bytes(value: Any, place: Place) -> bytes:
    import base64
    import binascii

    if value is None:
        return b""
    if not isinstance(value, str):
        raise _wrong(place, "text in base64", value)
    try:
        return base64.b64decode(value.replace("\n", "").replace("\r", ""), validate=True)
    except (binascii.Error, ValueError):
        place.error("must be text in base64")
        raise _Skip from None
