"""Envoy's API as istiod knows it: which message has which fields.

`envoy.txt` holds a line a message: its name and `field=type` for each field; enums start with `#`. A type in brackets
is a list, in braces a map by text. Capital and small letters are scalars: `b` true or false, `s` text, `y` bytes, `i`,
`u`, `I` and `U` whole numbers (signed or not, of 32 or 64 bits), `d` a number; `D` is a duration, `T` a time, `A` an
Any, `S`, `V` and `L` a struct, a value and a list of JSON. `#Name` is an enum, everything else a message; a name that
starts with a dot is of the same package. Names, fields and types are those of envoyproxy/go-control-plane.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

WELL_KNOWN = {
    "google.protobuf.Duration": "D", "google.protobuf.Timestamp": "T", "google.protobuf.Any": "A",
    "google.protobuf.Struct": "S", "google.protobuf.Value": "V", "google.protobuf.ListValue": "L",
    "google.protobuf.BoolValue": "b", "google.protobuf.StringValue": "s", "google.protobuf.BytesValue": "y",
    "google.protobuf.UInt32Value": "u", "google.protobuf.Int32Value": "i", "google.protobuf.UInt64Value": "U",
    "google.protobuf.Int64Value": "I", "google.protobuf.DoubleValue": "d", "google.protobuf.FloatValue": "d",
}  # fmt: skip
"""The scalar that stands for a message of protobuf's own."""


@cache
def _lines() -> dict[str, tuple[str, str]]:
    """What follows each name, and the package it is in."""
    found = {}
    package = ""
    for line in (Path(__file__).parent / "envoy.txt").read_text(encoding="utf-8").splitlines()[1:]:
        name, _, rest = line.partition(" ")
        if name == "package":
            package = rest
        elif name[0] == "#":
            found[f"#{package}.{name[1:]}"] = (rest, package)
        else:
            found[f"{package}.{name}"] = (rest, package)
    return found


@cache
def fields_of(message: str) -> dict[str, str]:
    """The types of a message's fields, by their names in protobuf."""
    rest, package = _lines()[message]
    pairs = (pair.split("=", 1) for pair in rest.split())
    return {name: re.sub(r"(?<=[\[{#])\.|^\.", f"{package}.", type_) for name, type_ in pairs}


def is_message(name: str) -> bool:
    """Whether there is such a message, protobuf's own aside."""
    return name in _lines()


def enum_names(type_: str) -> list[str]:
    """The values of an enum, given as `#Name`, in the order of their numbers from 0 on."""
    return _lines()[type_][0].split()
