"""Taking private keys and tokens out of texts of any kind, before they are written anywhere."""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any

from istioctl.patterns import lazy_pattern

HIDDEN = b"[redacted]"

_PEM = lazy_pattern(rb"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?(?:-----END \1-----|\Z)", re.DOTALL)
_JWT = lazy_pattern(rb"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*")
_BEARER = lazy_pattern(rb"(?i)(\bbearer\s+)[A-Za-z0-9._~+/-]{12,}=*")
#: A setting by a name that is a secret's, in YAML, JSON or `key=value`.
_NAMED = lazy_pattern(
    rb"(?i)((?:\\?[\"'])?\b(?:client-key-data|private[-_]?key|password|passwd|client[-_]?secret|secret[-_]?key"
    rb"|api[-_]?key|(?:access|refresh|id|bearer|auth)[-_]?token|token)\b(?:\\?[\"'])?\s*[:=](?!=)\s*)"
    rb"(\"(?:[^\"\\]|\\.)*\"|\\\"[^\"\\]*\\\"|'[^']*'|[^\s,{}\[\]\"'\\]+)"
)
#: One of these is in each name that `_NAMED` knows: without them its search, the slowest by far, is left out.
_IN_NAMES = (b"key", b"passw", b"secret", b"token")
_BASE64 = lazy_pattern(rb"\bLS0tLS1CRUdJTi[A-Za-z0-9+/]{16,}={0,2}")
_HARMLESS = frozenset((b"null", b"true", b"false", b'""', b"''", b"{}"))


def redact(data: bytes) -> bytes:
    """The text without private keys (PEM, also in base64), JSON web tokens, and values that are named as secrets."""
    data = _PEM.sub(HIDDEN, data)
    data = _BASE64.sub(_decoded, data)
    data = _JWT.sub(HIDDEN, data)
    lowered = data.lower()
    if b"bearer" in lowered:
        data = _BEARER.sub(rb"\1" + HIDDEN, data)
    return _NAMED.sub(_value, data) if any(word in lowered for word in _IN_NAMES) else data


def redact_secret(secret: dict[str, Any]) -> dict[str, Any]:
    """A Secret with the sizes of its values instead of these; annotations that repeat them go, too."""
    found = json.loads(json.dumps(secret))
    for key in ("data", "stringData"):
        values = found.get(key)
        if isinstance(values, dict):
            found[key] = {name: f"[redacted, {len(str(value))} characters]" for name, value in values.items()}
    annotations = (found.get("metadata") or {}).get("annotations")
    if isinstance(annotations, dict):
        annotations.pop("kubectl.kubernetes.io/last-applied-configuration", None)
    return dict(found)


def _decoded(found: re.Match[bytes]) -> bytes:
    try:
        text = base64.b64decode(found[0] + b"=" * (-len(found[0]) % 4))
    except (binascii.Error, ValueError):
        return HIDDEN
    return HIDDEN if b"PRIVATE KEY" in text else found[0]


def _value(found: re.Match[bytes]) -> bytes:
    value = found[2]
    if value in _HARMLESS or HIDDEN in value:
        return found[0]
    quote = value[:2] if value[:1] == b"\\" else value[:1] if value[:1] in (b'"', b"'") else b""
    return found[1] + quote + HIDDEN + quote
