"""What a certificate says of itself: whose it is, and how long it counts.

Only these few facts are read, and nothing is verified. The library that could tell them, too, takes as long to load as
everything else that a table of certificates needs.

A certificate is DER (X.690): values within values, each a tag, a length and a content. Which stands where is told in
RFC 5280, section 4.1.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from istioctl.patterns import lazy_pattern

_PEM = lazy_pattern(rb"-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]+)-----END \1-----")
_TIME = lazy_pattern(r"[0-9]{14}Z")
_SEQUENCE, _INTEGER, _BOOLEAN, _BYTES, _NAME = 0x30, 0x02, 0x01, 0x04, 0x06
_VERSION, _EXTENSIONS, _URI = 0xA0, 0xA3, 0x86
_UTC_TIME, _LONG_TIME = 0x17, 0x18
_BASIC_CONSTRAINTS, _ALTERNATIVE_NAMES = bytes.fromhex("551d13"), bytes.fromhex("551d11")


class CertificateFacts(NamedTuple):
    """What one certificate says.

    Attributes:
        der: the certificate itself.
        is_ca: whether it may sign others.
        uris: the URIs that it stands for.
    """

    der: bytes
    serial: int
    not_before: datetime
    not_after: datetime
    is_ca: bool
    uris: tuple[str, ...]


def pem_certificates(text: bytes) -> Iterator[CertificateFacts]:
    """The certificates of a PEM text.

    Raises:
        ValueError: a block is not a certificate; those before it have been given.
    """
    for _, content in _PEM.findall(text):
        try:
            der = base64.b64decode(b"".join(content.split()), validate=True)
        except binascii.Error as problem:
            raise ValueError(str(problem)) from None
        yield read_certificate(der)


def read_certificate(der: bytes) -> CertificateFacts:
    """What a certificate says.

    Raises:
        ValueError: it is not a certificate.
    """
    (certificate,) = _expect(_values(der), _SEQUENCE)
    fields = list(_values(_first(certificate, _SEQUENCE)))
    if fields and fields[0][0] == _VERSION:
        del fields[0]
    if len(fields) < 6 or fields[0][0] != _INTEGER or fields[3][0] != _SEQUENCE:
        raise ValueError("not a certificate")
    times = [_time(tag, content) for tag, content in _values(fields[3][1])]
    if len(times) != 2:
        raise ValueError("no period of validity")
    begin, end = times
    extensions = dict(_extensions(next((content for tag, content in fields if tag == _EXTENSIONS), b"")))
    constraints = (
        list(_values(_first(extensions[_BASIC_CONSTRAINTS], _SEQUENCE))) if _BASIC_CONSTRAINTS in extensions else []
    )
    names = _values(_first(extensions[_ALTERNATIVE_NAMES], _SEQUENCE)) if _ALTERNATIVE_NAMES in extensions else ()
    return CertificateFacts(
        der,
        int.from_bytes(fields[0][1], "big", signed=True),
        begin,
        end,
        is_ca=bool(constraints and constraints[0][0] == _BOOLEAN and any(constraints[0][1])),
        uris=tuple(content.decode("ascii") for tag, content in names if tag == _URI),
    )


def _values(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The values that stand one behind the other, each with its tag."""
    at = 0
    while at < len(content):
        if at + 2 > len(content) or content[at] & 0x1F == 0x1F:
            raise ValueError("not DER")
        tag, length, at = content[at], content[at + 1], at + 2
        if length & 0x80:
            count = length & 0x7F
            if not 0 < count <= 4:
                raise ValueError("not DER")
            length, at = int.from_bytes(content[at : at + count], "big"), at + count
        if at + length > len(content):
            raise ValueError("cut off")
        yield tag, content[at : at + length]
        at += length


def _expect(values: Iterator[tuple[int, bytes]], tag: int) -> list[bytes]:
    found = list(values)
    if len(found) != 1 or found[0][0] != tag:
        raise ValueError("not a certificate")
    return [content for _, content in found]


def _first(content: bytes, tag: int) -> bytes:
    """The first of the values in a content, which has to have this tag."""
    own, inner = next(_values(content), (0, b""))
    if own != tag:
        raise ValueError("not a certificate")
    return inner


def _extensions(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The extensions by their identifiers."""
    for _, extension in _values(_first(content, _SEQUENCE)) if content else ():
        parts = list(_values(extension))
        if len(parts) < 2 or parts[0][0] != _NAME or parts[-1][0] != _BYTES:
            raise ValueError("not an extension")
        yield parts[0][1], parts[-1][1]


def _time(tag: int, content: bytes) -> datetime:
    """A time; of years in two digits, those from 50 on are of the twentieth century."""
    text = content.decode("ascii")
    if tag == _UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    if tag not in (_UTC_TIME, _LONG_TIME) or not _TIME.fullmatch(text):
        raise ValueError("not a time")
    year, month, day, hour, minute, second = int(text[:4]), *(int(text[at : at + 2]) for at in range(4, 14, 2))
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC)
