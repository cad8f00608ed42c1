"""What a CRD adds to istiod's rules: required fields, sizes, patterns and CEL rules, which the API server enforces."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from istioctl.analysis.schema.catalog import schema
from istioctl.analysis.schema.cel import holds
from istioctl.analysis.validation.report import Path
from istioctl.errors import InputError
from istioctl.yamldoc.reader import to_data

if TYPE_CHECKING:
    from istioctl.analysis.schema.language import Kind, Message, Type
    from istioctl.yamldoc.reader import Node

_SIZES = {
    "minLength": "shorter than {} characters",
    "maxLength": "longer than {} characters",
    "minItems": "fewer than {} entries",
    "maxItems": "more than {} entries",
    "minProperties": "fewer than {} entries",
    "maxProperties": "more than {} entries",
}


def broken_limits(node: Node | None, kind: Kind) -> Iterator[tuple[Path, str]]:
    """Where a spec breaks its CRD, and how; types and unknown fields are not looked at.

    Args:
        node: the spec's node, as the user wrote it: the API server knows JSON names only.
    """
    try:
        data = to_data(node) if node is not None else None
    except InputError:
        return
    if data is None:
        if kind.spec_required:
            yield ("spec",), "the spec is missing"
        return
    if isinstance(data, dict):
        yield from _message(data, schema().messages[kind.name], ("spec",))


def _message(data: dict[str, Any], message: Message, path: Path) -> Iterator[tuple[Path, str]]:
    for field in message.fields.values():
        value = data.get(field.name, data.get(field.alias) if field.alias else None)
        if value is not None:
            yield from _value(value, field.type, (*path, field.name))
        elif field.required:
            yield path, f"{field.name} is required"
    for group in message.oneofs:
        given = [name for name in group if name in data]
        if len(given) > 1:
            yield (*path, given[1]), f"only one of {', '.join(group)} can be set"
    yield from _rules(data, message.rules, path)


def _rules(value: Any, names: list[str], path: Path) -> Iterator[tuple[Path, str]]:
    for name in names:
        rule = schema().rules[name]
        if not holds(rule.expression, value):
            yield path, rule.message


def _value(value: Any, type_: Type, path: Path) -> Iterator[tuple[Path, str]]:
    known = schema()
    for keyword, limit in type_.limits.items():
        if problem := _broken(value, keyword, limit):
            yield path, problem
    yield from _rules(value, type_.rules, path)
    if type_.name == "duration":
        yield from _rules(value, ["duration"], path)
    elif type_.name in known.messages and isinstance(value, dict):
        yield from _message(value, known.messages[type_.name], path)
    elif type_.name == "list" and type_.item and isinstance(value, list):
        for i, item in enumerate(value):
            if item is not None:
                yield from _value(item, type_.item, (*path, i))
    elif type_.name == "map" and type_.item and isinstance(value, dict):
        for key, item in value.items():
            if item is not None:
                yield from _value(item, type_.item, (*path, key))


def _broken(value: Any, keyword: str, limit: str | int) -> str:
    """What a limit says against a value; empty where it is kept, or the value is of another type."""
    if isinstance(limit, str):
        if keyword == "pattern" and isinstance(value, str) and not re.search(schema().patterns[limit], value):
            return f'"{value}" does not match {schema().patterns[limit]}'
        if keyword == "mapKey" and isinstance(value, list):
            keys = [item.get(limit) for item in value if isinstance(item, dict)]
            return "" if len(keys) == len({str(key) for key in keys}) else f"two entries have the same {limit}"
        return ""
    if keyword in _SIZES:
        sized = isinstance(value, str if keyword.endswith("Length") else (list, dict))
        wrong = sized and (len(value) < limit if keyword.startswith("min") else len(value) > limit)
        return "it has " + _SIZES[keyword].format(limit) if wrong else ""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ""
    wrong = value < limit if keyword == "minimum" else value > limit
    return f"{value} is {'less' if keyword == 'minimum' else 'more'} than {limit}" if wrong else ""
