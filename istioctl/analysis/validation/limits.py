"""What a CRD adds to istiod's rules: required fields, sizes, patterns and CEL rules, which the API server enforces."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from istioctl.analysis.validation.cel import holds
from istioctl.api.schema.catalog import message, patterns, rules

if TYPE_CHECKING:
    from istioctl.api.schema.catalog import Kind
    from istioctl.api.schema.notation import Field, Limits
    from istioctl.api.schema.paths import Path

_SIZES = {
    "minLength": "shorter than {} characters",
    "maxLength": "longer than {} characters",
    "minItems": "fewer than {} entries",
    "maxItems": "more than {} entries",
    "minProperties": "fewer than {} entries",
    "maxProperties": "more than {} entries",
}


def broken_limits(spec: object, kind: Kind) -> Iterator[tuple[Path, str]]:
    """Where a spec breaks its CRD, and how; types and unknown fields are not looked at.

    Args:
        spec: as the user wrote it: the API server knows JSON names only.
    """
    if spec is None:
        if kind.spec_required:
            yield ("spec",), "the spec is missing"
        return
    if isinstance(spec, dict):
        yield from _message(spec, kind.message, ("spec",))
        yield from _rules(spec, kind.rules, ("spec",))


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
    if of.limits:
        yield from _limits(data, of.limits, path)


def _field(value: Any, field: Field, path: Path) -> Iterator[tuple[Path, str]]:
    if field.limits:
        yield from _limits(value, field.limits, path)
    inside: Iterable[tuple[str | int, Any]] = ()
    if not field.many:
        if field.sort == "message" and isinstance(value, dict):
            yield from _message(value, field.of, path)
    elif field.many == "list" and isinstance(value, list):
        inside = enumerate(value)
    elif field.many == "map" and isinstance(value, dict):
        inside = value.items()
    for step, item in inside:
        if item is not None:
            yield from _limits(item, field.item_limits, (*path, step))
            if field.sort == "message" and isinstance(item, dict):
                yield from _message(item, field.of, (*path, step))


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
