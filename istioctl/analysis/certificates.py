"""Whether a certificate is one, and valid now: as much of X.509 as that takes."""

from __future__ import annotations

import base64
import binascii
from datetime import UTC, datetime

_BEGIN, _END = b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----"
_SEQUENCE, _SHORT_TIME, _LONG_TIME, _VERSION = 0x30, 0x17, 0x18, 0xA0


def is_valid_now(pem: bytes) -> bool:
    """Whether the first certificate of a PEM text can be read, has begun and has not ended."""
    start, stop = pem.find(_BEGIN), pem.find(_END)
    if start < 0 or stop < start:
        return False
    try:
        body = base64.b64decode(b"".join(pem[start + len(_BEGIN) : stop].split()), validate=True)
        begin, end = _validity(body)
    except (binascii.Error, ValueError, IndexError):
        return False
    return begin <= datetime.now(UTC) <= end


def _validity(certificate: bytes) -> tuple[datetime, datetime]:
    """The times between which a DER certificate is valid (RFC 5280, 4.1).

    Raises:
        ValueError, IndexError: it is no certificate.
    """
    whole = _element(certificate, 0)
    if whole[0] != _SEQUENCE or whole[2] != len(certificate):
        raise ValueError("not a sequence as long as the text")
    signed = _element(certificate, whole[1])
    position = signed[1]
    if certificate[position] == _VERSION:
        position = _element(certificate, position)[2]
    for _ in ("serial number", "signature algorithm", "issuer"):
        position = _element(certificate, position)[2]
    validity = _element(certificate, position)
    first = _element(certificate, validity[1])
    second = _element(certificate, first[2])
    return _time(certificate, first), _time(certificate, second)


def _element(data: bytes, position: int) -> tuple[int, int, int]:
    """The tag of the DER element at a position, where its content starts, and where it ends."""
    size, content = data[position + 1], position + 2
    if size & 0x80:
        width = size & 0x7F
        size = int.from_bytes(data[content : content + width], "big")
        content += width
    if content + size > len(data):
        raise ValueError("an element ends after the text")
    return data[position], content, content + size


def _time(data: bytes, element: tuple[int, int, int]) -> datetime:
    tag, start, end = element
    text = data[start:end].decode("ascii")
    if tag == _SHORT_TIME:
        text = ("20" if int(text[:2]) < 50 else "19") + text
    elif tag != _LONG_TIME:
        raise ValueError("not a time")
    return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
