"""sprig's JSON, base64, base32 and checksums (`defaults.go`, `strings.go`, `crypto.go`)."""

from __future__ import annotations

import base64
import re

from istioctl.golang import json_text
from istioctl.golang.budget import ITEM, check_size, take
from istioctl.golang.json_text import JSONError
from istioctl.golang.types import CallError
from istioctl.golang.values import decode, encode
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.patterns import lazy_pattern

TABLE = FunctionTable()

_PAD = ord("=")
_BASE64 = lazy_pattern(rb"[A-Za-z0-9+/]*={0,2}")
_BASE32_DIGITS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_BASE32 = lazy_pattern(  # what follows enough padding, if it is short, is not looked at
    rb"((?:[A-Z2-7]{8})*(?:[A-Z2-7]{2}={6}|[A-Z2-7]{4}={4}|[A-Z2-7]{5}={3}|[A-Z2-7]{7}=|))(?:(?<==).{1,7})?", re.DOTALL
)


@TABLE.function("toJson", "any")
def to_json(value: object) -> str:
    """The value as JSON; an empty text where JSON can't say it."""
    try:
        return json_text.write(value)
    except JSONError:
        return ""


@TABLE.function("mustToJson", "any")
def must_to_json(value: object) -> str:
    """The value as JSON."""
    return _written(value)


@TABLE.function("toPrettyJson", "any")
def to_pretty_json(value: object) -> str:
    """The value as JSON in lines; an empty text where JSON can't say it."""
    try:
        return json_text.write(value, indent="  ")
    except JSONError:
        return ""


@TABLE.function("mustToPrettyJson", "any")
def must_to_pretty_json(value: object) -> str:
    """The value as JSON in lines."""
    return _written(value, indent="  ")


@TABLE.function("toRawJson", "any")
@TABLE.function("mustToRawJson", "any")
def to_raw_json(value: object) -> str:
    """The value as JSON with `<`, `>` and `&` as they are."""
    return _written(value, escape_html=False)


def _written(value: object, *, indent: str | None = None, escape_html: bool = True) -> str:
    try:
        return json_text.write(value, indent=indent, escape_html=escape_html)
    except JSONError as error:
        raise CallError(str(error)) from None


@TABLE.function("fromJson", "string")
def from_json(text: str) -> object:
    """The value that a JSON text says, nil if it is none."""
    try:
        return json_text.read(text)
    except JSONError:
        return None


@TABLE.function("mustFromJson", "string")
def must_from_json(text: str) -> object:
    """The value that a JSON text says."""
    try:
        return json_text.read(text)
    except JSONError as error:
        raise CallError(str(error)) from None


@TABLE.function("b64enc", "string")
def b64enc(text: str) -> str:
    """In base64."""
    raw = encode(text)
    check_size(len(raw) * 4 // 3)
    return base64.b64encode(raw).decode()


@TABLE.function("b64dec", "string")
def b64dec(text: str) -> str:
    """Out of base64; Go's error text if it is none."""
    try:
        return decode(decode_base64(text))
    except ValueError as error:
        return str(error)


@TABLE.function("b32enc", "string")
def b32enc(text: str) -> str:
    """In base32."""
    raw = encode(text)
    check_size(len(raw) * 8 // 5)
    return base64.b32encode(raw).decode()


@TABLE.function("b32dec", "string")
def b32dec(text: str) -> str:
    """Out of base32; Go's error text if it is none."""
    raw = encode(text).replace(b"\r", b"").replace(b"\n", b"")
    take(ITEM * (len(raw) // 8))
    found = _BASE32.fullmatch(raw)
    if found is None or len(raw) - len(found[1].rstrip(b"=")) > 8:
        return _base32_problem(raw)
    return decode(base64.b32decode(found[1]))


def decode_base64(text: str) -> bytes:
    """base64.StdEncoding.DecodeString.

    Raises:
        ValueError: Go's message, with the place.
    """
    raw = encode(text)
    kept = raw.replace(b"\r", b"").replace(b"\n", b"")
    if len(kept) % 4 or not _BASE64.fullmatch(kept):
        raise ValueError(f"illegal base64 data at input byte {_base64_problem(raw)}")
    return base64.b64decode(kept)


def _base64_problem(raw: bytes) -> int:
    """Where Go's decoder finds that `raw` is not base64."""
    take(ITEM * len(raw))
    places = [at for at, byte in enumerate(raw) if byte not in b"\r\n"] + [len(raw)]
    for number, at in enumerate(places[:-1]):
        if _BASE64.fullmatch(raw[at : at + 1]) and raw[at] != _PAD:
            continue
        in_quantum = number % 4
        if raw[at] != _PAD or in_quantum < 2:
            return at
        following = places[number + 1]
        if in_quantum == 2:
            if following == len(raw):
                return following
            if raw[following] != _PAD:
                return following - 1
            following = places[number + 2]
        return following
    return len(raw) - (len(places) - 1) % 4


def _base32_problem(raw: bytes) -> str:
    for at, byte in enumerate(raw):
        in_quantum, left = at % 8, len(raw) - at - 1
        if byte == _PAD and in_quantum >= 2 and left < 8:
            pads = raw[at + 1 : at + 8 - in_quantum]
            wrong = next((place for place, pad in enumerate(pads) if pad != _PAD), None)
            if left + in_quantum < 7:
                at = len(raw)
            elif wrong is not None:
                at += wrong
            return f"illegal base32 data at input byte {at}"
        if byte not in _BASE32_DIGITS:
            return f"illegal base32 data at input byte {at}"
    return f"illegal base32 data at input byte {len(raw) - len(raw) % 8}"


@TABLE.function("sha1sum", "string")
def sha1sum(text: str) -> str:
    """The SHA-1 of a text in hexadecimal."""
    import hashlib

    return hashlib.sha1(encode(text), usedforsecurity=False).hexdigest()


@TABLE.function("sha256sum", "string")
def sha256sum(text: str) -> str:
    """The SHA-256 of a text in hexadecimal."""
    import hashlib

    return hashlib.sha256(encode(text)).hexdigest()


@TABLE.function("sha512sum", "string")
def sha512sum(text: str) -> str:
    """The SHA-512 of a text in hexadecimal."""
    import hashlib

    return hashlib.sha512(encode(text)).hexdigest()


@TABLE.function("adler32sum", "string")
def adler32sum(text: str) -> str:
    """The Adler-32 of a text in decimal."""
    import zlib

    return str(zlib.adler32(encode(text)))
