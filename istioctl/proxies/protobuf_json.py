"""Protobuf messages as JSON, in either spelling of their fields' names.

Envoy writes names as they stand in the schema (`typed_config`), protobuf's canonical form is camel case
(`typedConfig`), and readers take both. What a map or a struct holds has keys of its own, which stay as they are; so the
conversion follows the schema. As in the real tool, fields that the schema does not know are left out, as are nulls.

No private key, password or token passes: Envoy itself writes `[redacted]` in their place, and so does this module where
a dump comes from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

from istioctl.proxies.redaction import INLINE, REDACTED, SECRET_HEADERS, SECRET_SOURCES, SECRET_TEXTS

if TYPE_CHECKING:
    from istioctl.api.schema.notation import Field

Convert = Callable[[Any], Any]

_HEADER, _SOURCE = "envoy.config.core.v3.HeaderValue", "envoy.config.core.v3.DataSource"


def camel_case(value: Any, message: str) -> Any:
    """A message's JSON in protobuf's canonical form.

    Args:
        value: the message as plain data, in either spelling.
        message: its full name, such as `envoy.config.cluster.v3.Cluster`.
    """
    return _message(message, True)(value)


def proto_names(value: Any, message: str) -> Any:
    """A message's JSON with the names of the schema, as Envoy writes them."""
    return _message(message, False)(value)


class _Entry(NamedTuple):
    """What becomes of a field.

    Attributes:
        name: how it is written.
        change: what becomes of its value; None where that stays as it is.
        zero: the value that means as much as the field's absence, so that it is left out; None where there is none.
        is_many: whether it is a list or a map; empty ones are left out.
    """

    name: str
    change: Convert | None
    zero: object
    is_many: bool


@cache
def _message(message: str, camel: bool) -> Convert:
    """The conversion of a message. What becomes of a field is found out when it is first met: messages recurse."""
    from istioctl.api.schema.catalog import fields_by_any_name

    fields = fields_by_any_name(message)
    known: dict[str, _Entry | None] = {}

    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        result = {}
        for key, inner in value.items():
            if key not in known:
                known[key] = _entry(fields[key], camel) if key in fields else None
            entry = known[key]
            if entry is None or inner is None or inner == entry.zero or (entry.is_many and not inner):
                continue
            result[entry.name] = inner if entry.change is None else entry.change(inner)
        return result

    return _header(convert) if message == _HEADER else convert


def _entry(field: Field, camel: bool) -> _Entry:
    from istioctl.api.schema.notation import proto_name

    own = proto_name(field)
    change = _secret(own, field, camel) or _each(field, _converter(field.of, field.sort, camel))
    is_plain = not (field.many or field.nullable or field.group)
    return _Entry(field.name if camel else own, change, _zero(field) if is_plain else None, bool(field.many))


def _zero(field: Field) -> object:
    if field.sort == "enum":
        from istioctl.api.schema.catalog import enum_values

        return next(iter(enum_values(field.of)))
    return _ZEROS.get(field.of)


def _each(field: Field, change: Convert | None) -> Convert | None:
    """A conversion for each value of a list or a map."""
    if change is None or not field.many:
        return change
    each = change
    if field.many == "list":
        return lambda value: [each(item) for item in value] if isinstance(value, list) else value
    return lambda value: {k: each(v) for k, v in value.items()} if isinstance(value, dict) else value


def _converter(of: str, sort: str, camel: bool) -> Convert | None:
    """What becomes of a value of a type; None where it stays as it is."""
    if sort == "enum":
        return _enum(of)
    if sort == "message":
        return _message(of, camel)
    return _any(camel) if of == "any" else _SCALARS.get(of)


@cache
def _any(camel: bool) -> Convert:
    from istioctl.api.schema.catalog import is_message

    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        url = value.get("@type")
        message = str(url).rpartition("/")[2]
        if not is_message(message):  # protobuf's own have a `value`; of others nothing is known
            return value
        return {"@type": url, **_message(message, camel)({k: v for k, v in value.items() if k != "@type"})}

    return convert


@cache
def _enum(of: str) -> Convert:
    from istioctl.api.schema.catalog import enum_values

    names = {number: name for name, number in enum_values(of).items()}
    return lambda value: names.get(value, value) if isinstance(value, int) else value


def _duration(value: Any) -> Any:
    """With no fraction, or one of three, six or nine digits."""
    if not isinstance(value, str) or "." not in value:
        return value
    whole, _, fraction = value.removesuffix("s").partition(".")
    fraction = fraction.rstrip("0")
    digits = -(-len(fraction) // 3) * 3
    return f"{whole}.{fraction.ljust(digits, '0')}s" if fraction else f"{whole}s"


def _long(value: Any) -> Any:
    """Numbers of 64 bits are texts in JSON."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _short(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.lstrip("-").isdecimal() else value


_SCALARS: dict[str, Convert] = {
    "duration": _duration, "int64": _long, "uint64": _long, "int32": _short, "uint32": _short
}  # fmt: skip
_ZEROS: dict[str, object] = {
    "string": "", "bytes": "", "bool": False, "int64": "0", "uint64": "0",
    **dict.fromkeys(("int32", "uint32", "double", "float"), 0),
}  # fmt: skip


def _secret(name: str, field: Field, camel: bool) -> Convert | None:
    """The conversion of a field that holds a secret; None for every other field."""
    if field.of == "string" and not field.many and name in SECRET_TEXTS:
        return lambda _: REDACTED
    if field.of == _SOURCE and name in SECRET_SOURCES:
        return _each(field, _without_inline(_message(_SOURCE, camel)))
    return None


def _header(change: Convert) -> Convert:
    """Of a header, hides the value where it is a credential."""

    def convert(value: Any) -> Any:
        found = change(value)
        if isinstance(found, dict) and str(found.get("key", "")).lower() in SECRET_HEADERS:
            return {name: inner if name == "key" else REDACTED for name, inner in found.items()}
        return found

    return convert


def _without_inline(source: Convert) -> Convert:
    """Of a data source, keeps where it is read from, and hides what it holds."""

    def convert(value: Any) -> Any:
        found = source(value)
        return {k: INLINE.get(k, inner) for k, inner in found.items()} if isinstance(found, dict) else found

    return convert
