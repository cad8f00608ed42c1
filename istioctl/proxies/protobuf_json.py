"""Protobuf messages as JSON, in either spelling of their fields' names.

Envoy writes names as they stand in the schema (`typed_config`), protobuf's canonical form is camel case
(`typedConfig`), and readers take both. What a map or a struct holds has keys of its own, which stay as they are; so the
conversion follows the schema. As in the real tool, fields that the schema does not know are left out, as are nulls.

No private key, password or token passes: Envoy itself writes `[redacted]` in their place, and so does this module where
a dump comes from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from istioctl.api.schema.envoy import WELL_KNOWN, enum_names, fields_of, is_message

Convert = Callable[[Any], Any]

_REDACTED, _REDACTED_BYTES = "[redacted]", "W3JlZGFjdGVkXQ=="
#: Fields of texts that nobody may see.
_SECRET_TEXTS = frozenset(
    "access_token authorization_token backend_token google_refresh_token json_key password secret_access_key"
    " session_token token".split()
)
#: Fields that say where a secret is read from, or hold it themselves (`udpa.annotations.sensitive` in the schema).
_SECRET_SOURCES = frozenset(
    "access_token auth_password downstream_auth_password downstream_auth_passwords keys password private_key secret"
    " secret_data secrets users web_identity_token_data_source".split()
)


_INLINE = {
    "inline_bytes": _REDACTED_BYTES, "inlineBytes": _REDACTED_BYTES, "inline_string": _REDACTED,
    "inlineString": _REDACTED,
}  # fmt: skip
#: Headers whose values let their bearer in.
_SECRET_HEADERS = frozenset(("authorization", "cookie", "proxy-authorization", "x-api-key"))
_HEADER = "envoy.config.core.v3.HeaderValue"


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


def may_hold_secrets(text: bytes) -> bool:
    """Whether JSON may hold what nobody may see, as a quick look tells."""
    return any(mark in text for mark in _MARKS)


def without_secrets(value: Any) -> Any:
    """JSON of any shape in which secrets are hidden, told by their fields' names alone."""
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    is_header = "key" in value and str(value["key"]).lower() in _SECRET_HEADERS
    result = {}
    for key, inner in value.items():
        if isinstance(inner, str) and (key in _HIDDEN_TEXTS or (is_header and key in _HEADER_VALUES)):
            result[key] = _REDACTED
        elif key in _HIDDEN_SOURCES:
            result[key] = _hidden(inner)
        else:
            result[key] = without_secrets(inner)
    return result


def _hidden(value: Any) -> Any:
    """A data source, or several, without what they hold; anything else of that name as `without_secrets` has it."""
    if isinstance(value, list):
        return [_hidden(item) for item in value]
    if not isinstance(value, dict):
        return value
    if value.keys() & _INLINE.keys():
        return {key: _INLINE.get(key, inner) for key, inner in value.items()}
    return {key: _hidden(inner) for key, inner in value.items()} if _holds_sources(value) else without_secrets(value)


def _holds_sources(value: dict[str, Any]) -> bool:
    """Whether it is a map of data sources."""
    return all(isinstance(inner, dict) and inner.keys() & _INLINE.keys() for inner in value.values())


def json_name(name: str) -> str:
    """The canonical JSON name of a field: an underscore falls away, and the letter behind it becomes a capital."""
    first, *others = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in others)


def _spellings(names: Iterable[str]) -> frozenset[str]:
    return frozenset(spelling for name in names for spelling in (name, json_name(name)))


_HIDDEN_TEXTS, _HIDDEN_SOURCES = _spellings(_SECRET_TEXTS), _spellings(_SECRET_SOURCES)
_HEADER_VALUES = _spellings(("value", "raw_value"))
#: Of these, at least one stands in every JSON text that holds a secret.
_MARKS = (b'"inline', b'oken"', b'_key"', b'Key"', b'assword"', b'uthorization"', b'ookie"', b'-api-key"')


@cache
def _message(message: str, camel: bool) -> Convert:
    """The conversion of a message. Its fields' own conversions are made when they are first met: messages recurse."""
    fields = fields_of(message)
    by_json = {json_name(name): name for name in fields}
    known: dict[str, tuple[str, Convert | None] | None] = {}

    def entry(key: str) -> tuple[str, Convert | None] | None:
        name = key if key in fields else by_json.get(key)
        found = None
        if name is not None:
            convert = _secret(name, fields[name], camel) or _converter(fields[name], camel)
            found = (json_name(name) if camel else name, convert)
        known[key] = found
        return found

    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        result = {}
        for key, inner in value.items():
            how = known[key] if key in known else entry(key)
            if how is not None and inner is not None:
                name, change = how
                result[name] = inner if change is None else change(inner)
        return result

    return _header(convert) if message == _HEADER else convert


@cache
def _converter(type_: str, camel: bool) -> Convert | None:
    """How a value of a type changes; None where it stays as it is."""
    first = type_[0]
    if first in "[{":
        inner = _converter(type_[1:-1], camel)
        if inner is None:
            return None
        change = inner
        if first == "[":
            return lambda value: [change(item) for item in value] if isinstance(value, list) else value
        return lambda value: {k: change(v) for k, v in value.items()} if isinstance(value, dict) else value
    if first == "#":
        return _enum(type_)
    if len(type_) == 1:
        return _any(camel) if type_ == "A" else _SCALARS.get(type_)
    return _message(type_, camel)


def _any(camel: bool) -> Convert:
    def convert(value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        url = value.get("@type")
        message = str(url).rpartition("/")[2]
        if message in WELL_KNOWN:
            scalar = _converter(WELL_KNOWN[message], camel)
            inner = value.get("value")
            return {"@type": url, "value": inner if scalar is None else scalar(inner)}
        if not is_message(message):
            return value
        return {"@type": url, **_message(message, camel)({k: v for k, v in value.items() if k != "@type"})}

    return convert


def _enum(type_: str) -> Convert:
    names = enum_names(type_)

    def convert(value: Any) -> Any:
        return names[value] if isinstance(value, int) and 0 <= value < len(names) else value

    return convert


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


_SCALARS: dict[str, Convert] = {"D": _duration, "I": _long, "U": _long, "i": _short, "u": _short}


def _secret(name: str, type_: str, camel: bool) -> Convert | None:
    """The conversion of a field that holds a secret; None for every other field."""
    if type_ == "s" and name in _SECRET_TEXTS:
        return lambda _: _REDACTED
    source = "envoy.config.core.v3.DataSource"
    if name not in _SECRET_SOURCES or source not in type_:
        return None
    change = _without_inline(_message(source, camel))
    if type_[0] == "[":
        return lambda value: [change(item) for item in value] if isinstance(value, list) else value
    if type_[0] == "{":
        return lambda value: {k: change(v) for k, v in value.items()} if isinstance(value, dict) else value
    return change


def _header(change: Convert) -> Convert:
    """Of a header, hides the value where it is a credential."""

    def convert(value: Any) -> Any:
        found = change(value)
        if isinstance(found, dict) and str(found.get("key", "")).lower() in _SECRET_HEADERS:
            return {name: inner if name == "key" else _REDACTED for name, inner in found.items()}
        return found

    return convert


def _without_inline(source: Convert) -> Convert:
    """Of a data source, keeps where it is read from, and hides what it holds."""

    def convert(value: Any) -> Any:
        found = source(value)
        return {k: _INLINE.get(k, inner) for k, inner in found.items()} if isinstance(found, dict) else found

    return convert
