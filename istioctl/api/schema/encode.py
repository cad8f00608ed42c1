"""From the data of a message to protobuf's JSON."""

from __future__ import annotations

import base64
from typing import Any

from istioctl.api.schema.catalog import enum_values, message
from istioctl.api.schema.decode import Data
from istioctl.api.schema.notation import Field
from istioctl.golang import json_text
from istioctl.golang.durations import SECOND


def to_json(data: Data, name: str) -> str:
    """Decoded data of a message as JSON text: fields in the order of the `.proto` file, no blanks.

    Args:
        data: what `decode` gives.
        name: the full name of the message.
    """
    fields = ((field, data[key]) for key, field in message(name).fields.items() if key in data)
    return "{" + ",".join(f'"{field.name}":{_field(value, field)}' for field, value in fields) + "}"


def duration_text(nanoseconds: int) -> str:
    """A duration as protobuf's JSON has it: seconds with no decimals, or three, six or nine."""
    sign = "-" if nanoseconds < 0 else ""
    whole, part = divmod(abs(nanoseconds), SECOND)
    decimals = f"{part:09d}".rstrip("0")
    return f"{sign}{whole}.{decimals.ljust(-(-len(decimals) // 3) * 3, '0')}s" if decimals else f"{sign}{whole}s"


def _field(value: Any, field: Field) -> str:
    if field.many == "list":
        return "[" + ",".join(_value(item, field) for item in value) + "]"
    if field.many == "map":
        entries = (f"{json_text.write(str(key))}:{_value(value[key], field)}" for key in sorted(value))
        return "{" + ",".join(entries) + "}"
    return _value(value, field)


def _value(value: Any, field: Field) -> str:
    if field.sort == "message":
        return to_json(value, field.of)
    if field.of == "duration":
        return f'"{duration_text(value)}"'
    if field.sort == "enum" and value not in enum_values(field.of):
        return str(value)
    if field.of in ("int64", "uint64"):
        return f'"{value}"'
    return json_text.write(base64.b64encode(value).decode() if isinstance(value, bytes) else value)
