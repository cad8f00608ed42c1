"""Protobuf's wire format, for the few messages that are written and read by hand (protobuf.dev, "Encoding")."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Value = int | bytes
_VARINT, _FIXED64, _LENGTH, _FIXED32 = 0, 1, 2, 5


def text_field(number: int, text: str) -> bytes:
    """A string field; nothing for an empty one."""
    return bytes_field(number, text.encode()) if text else b""


def bytes_field(number: int, data: bytes) -> bytes:
    """A field with a length: bytes, or a message."""
    return _varint(number << 3 | _LENGTH) + _varint(len(data)) + data


def struct_of(values: Mapping[str, str]) -> bytes:
    """A google.protobuf.Struct of texts."""
    entries = [text_field(1, key) + bytes_field(2, text_field(3, value)) for key, value in values.items()]
    return b"".join(bytes_field(1, entry) for entry in entries)


def fields(data: bytes) -> Iterator[tuple[int, Value]]:
    """The fields of a message in their order: number and value.

    Raises:
        ValueError: these bytes are not a message.
    """
    position = 0
    while position < len(data):
        key, position = _read_varint(data, position)
        number, kind = key >> 3, key & 7
        value: Value
        if kind == _VARINT:
            value, position = _read_varint(data, position)
        elif kind in (_LENGTH, _FIXED64, _FIXED32):
            length = 8 if kind == _FIXED64 else 4
            if kind == _LENGTH:
                length, position = _read_varint(data, position)
            value, position = data[position : position + length], position + length
            if position > len(data):
                raise ValueError("a field is cut off")
        else:
            raise ValueError(f"there is no wire type {kind}")
        yield number, value


def message(data: bytes) -> dict[int, list[Value]]:
    """The fields of a message by their numbers."""
    found: dict[int, list[Value]] = {}
    for number, value in fields(data):
        found.setdefault(number, []).append(value)
    return found


def one_bytes(found: Mapping[int, list[Any]], number: int) -> bytes:
    """The last value of a field with a length; empty where there is none."""
    value = found.get(number, [b""])[-1]
    return value if isinstance(value, bytes) else b""


def one_text(found: Mapping[int, list[Any]], number: int) -> str:
    """The last value of a string field; empty where there is none."""
    return one_bytes(found, number).decode("utf-8", "replace")


def one_int(found: Mapping[int, list[Any]], number: int) -> int:
    """The last value of a number's field; 0 where there is none."""
    value = found.get(number, [0])[-1]
    return value if isinstance(value, int) else 0


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read_varint(data: bytes, position: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        if position >= len(data) or shift > 63:
            raise ValueError("a number is cut off")
        byte = data[position]
        number |= (byte & 127) << shift
        position += 1
        if byte < 128:
            return number, position
        shift += 7
