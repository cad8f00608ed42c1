"""What a CRD adds to istiod's rules: required fields, sizes, patterns and CEL rules, which the API server enforces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from istioctl.analysis.validation.cel import holds
from istioctl.api.schema.catalog import message, patterns, rules
from istioctl.errors import InputError
from istioctl.yamldoc.reader import to_data

if TYPE_CHECKING:
    from istioctl.api.schema.catalog import Kind
    from istioctl.api.schema.notation import Field, Limits
    from istioctl.api.schema.paths import Path
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
        yield from _message(data, kind.message, ("spec",))
        yield from _rules(data, kind.rules, ("spec",))


def _message(data: dict[str, Any], name: str, path: Path) -> Iterator[tuple[Path, str]]:
    of = message(name)
    for field in of.fields.values():
        value = data.get(field.name, data.get(field.alias) if field.alias else None)
        if value is not None:
            yield from _field(value, field, (*path, field.name))
        elif field.required:
            yield path, f"{field.name} is required"
    for group in of.groups.values():
        given = [name for name in group if name in data]
        if len(given) > 1:
            yield (*path, given[1]), f"only one of {', '.join(group)} can be set"
    yield from _limits(data, of.limits, path)


def _field(value: Any, field: Field, path: Path) -> Iterator[tuple[Path, str]]:
    yield from _limits(value, field.limits, path)
    inside: Iterable[tuple[str | int, Any]] = ()
    if not field.many:
        yield from _inner(value, field, path)
    elif field.many == "list" and isinstance(value, list):
        inside = enumerate(value)
    elif field.many == "map" and isinstance(value, dict):
        inside = value.items()
    for step, item in inside:
        if item is not None:
            yield from _limits(item, field.item_limits, (*path, step))
            yield from _inner(item, field, (*path, step))


def _inner(value: Any, field: Field, path: Path) -> Iterator[tuple[Path, str]]:
    if field.sort == "message" and isinstance(value, dict):
        yield from _message(value, field.of, path)


def _limits(value: Any, limits: Limits, path: Path) -> Iterator[tuple[Path, str]]:
    for keyword, limit in limits.items():
        if isinstance(limit, tuple):
            yield from _rules(value, limit, path)
        elif problem := _broken(value, keyword, limit):
            yield path, problem


def _rules(value: Any, names: Iterable[str], path: Path) -> Iterator[tuple[Path, str]]:
    for name in names:
        rule = rules()[name]
        if not holds(rule.expression, value):
            yield path, rule.message


def _broken(value: Any, keyword: str, limit: str | int) -> str:
    """What a limit says against a value; empty where it is kept, or the value is of another type."""
    if isinstance(limit, str):
        if keyword == "pattern" and isinstance(value, str) and not re.search(patterns()[limit], value):
            return f'"{value}" does not match {patterns()[limit]}'
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
