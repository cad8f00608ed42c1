"""What nobody may see of a proxy's configuration: private keys, passwords, tokens; and JSON without it.

Envoy itself writes `[redacted]` in the place of secrets. A dump that comes from elsewhere may hold them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from istioctl.api.schema.casing import camel_case
from istioctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from istioctl.proxies.json_parts import Part, Reader

REDACTED, _REDACTED_BYTES = "[redacted]", "W3JlZGFjdGVkXQ=="
#: Fields of texts that nobody may see.
SECRET_TEXTS = frozenset([
    "access_token", "authorization_token", "backend_token", "google_refresh_token", "json_key", "password",
    "secret_access_key", "session_token", "token",
])  # fmt: skip
#: Fields that say where a secret is read from, or hold it themselves (`udpa.annotations.sensitive` in the schema).
SECRET_SOURCES = frozenset([
    "access_token", "auth_password", "downstream_auth_password", "downstream_auth_passwords", "keys", "password",
    "private_key", "secret", "secret_data", "secrets", "users", "web_identity_token_data_source",
])  # fmt: skip
#: What a data source itself holds, and what is shown instead.
INLINE = {
    "inline_bytes": _REDACTED_BYTES, "inlineBytes": _REDACTED_BYTES, "inline_string": REDACTED,
    "inlineString": REDACTED,
}  # fmt: skip
#: Headers whose values let their bearer in.
SECRET_HEADERS = frozenset(("authorization", "cookie", "proxy-authorization", "x-api-key"))


def _spellings(names: Iterable[str]) -> frozenset[str]:
    return frozenset(spelling for name in names for spelling in (name, camel_case(name)))


_HIDDEN_TEXTS, _HIDDEN_SOURCES = _spellings(SECRET_TEXTS), _spellings(SECRET_SOURCES)
_HEADER_NAME, _HEADER_VALUES = "key", _spellings(("value", "raw_value"))
#: Members whose meaning depends on the object that has them: such an object is looked at as a whole.
_TELLING = _HIDDEN_TEXTS | _HIDDEN_SOURCES | {_HEADER_NAME}

#: One of these is in every text with a secret: the name of a field or of a header, or a letter of it as an escape.
_NAME = f'"(?:{"|".join(sorted(_HIDDEN_TEXTS | _HIDDEN_SOURCES))}|(?i:{"|".join(sorted(SECRET_HEADERS))}))"'.encode()
_ESCAPE = rb"\\u00(?:2[dD]|3[0-9]|[46][1-9a-fA-F]|5[0-9aAfF]|7[0-9aA])"
_NAMES, _ESCAPES = lazy_pattern(_NAME), lazy_pattern(_ESCAPE)
_SPLIT = 20_000
"""Bytes of a part that is not decoded whole because of one secret in it."""


def may_hold_secrets(text: bytes) -> bool:
    """Whether JSON in UTF-8 may hold what nobody may see, as a quick look tells."""
    return bool(_NAMES.search(text) or _ESCAPES.search(text))


@cache
def _quick_patterns() -> tuple[Any, Any]:
    """The same for large documents: RE2 is ten times as quick, and takes as long to import as a megabyte."""
    import re2

    return re2.compile(_NAME), re2.compile(_ESCAPE)


def redacted(reader: Reader, part: Part) -> Part:
    """A part of a document in which secrets are hidden, told by their fields' names alone.

    What holds none stays a part. Of the rest, what is large becomes collections of parts, and only their small parts
    with secrets become data.
    """
    text = reader.undecoded(part)
    if text is None:
        return without_secrets(part)
    if not any(pattern.search(text) for pattern in _quick_patterns()):
        return part
    view = memoryview(text)
    if len(view) > _SPLIT and view[0] == ord("["):
        return [redacted(reader, item) for item in reader.list(part)]
    if len(view) > _SPLIT and view[0] == ord("{"):
        members = reader.object(part)
        if members.keys().isdisjoint(_TELLING):
            return {name: redacted(reader, member) for name, member in members.items()}
    return without_secrets(reader.value(part))


def without_secrets(value: Any) -> Any:
    """JSON of any shape in which secrets are hidden, told by their fields' names alone."""
    if isinstance(value, list):
        return [without_secrets(item) for item in value]
    if not isinstance(value, dict):
        return value
    is_header = _HEADER_NAME in value and str(value[_HEADER_NAME]).lower() in SECRET_HEADERS
    result = {}
    for key, inner in value.items():
        if isinstance(inner, str) and (key in _HIDDEN_TEXTS or (is_header and key in _HEADER_VALUES)):
            result[key] = REDACTED
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
    if value.keys() & INLINE.keys():
        return {key: INLINE.get(key, inner) for key, inner in value.items()}
    return {key: _hidden(inner) for key, inner in value.items()} if _holds_sources(value) else without_secrets(value)


def _holds_sources(value: dict[str, Any]) -> bool:
    """Whether it is a map of data sources."""
    return all(isinstance(inner, dict) and inner.keys() & INLINE.keys() for inner in value.values())
