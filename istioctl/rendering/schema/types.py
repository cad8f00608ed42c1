"""Reading the tables of fields.

A table gives each message one text of `name:type` pairs. A type is

    text bool int32 int64 uint32 number     a scalar
    quantity intstr duration time           a scalar with a form of its own
    any struct                              anything; any mapping
    Probe                                   a message or an enum of the same table
    kubernetes:Probe                        one of another table
    Probe[] Probe{}                         a list of them; a mapping from text to them

and `|group` after it says that only one field of the group may be set. A message is read when it is first needed:
most runs meet a few of them.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import NamedTuple

SCALARS = frozenset(
    ("text", "bool", "int32", "int64", "uint32", "number", "quantity", "intstr", "duration", "time", "any", "struct")
)

#: Tables whose messages are read as protobuf's JSON form; the others are plain Go structs.
PROTOBUF_TABLES = frozenset(("chart_values", "mesh"))


class Type(NamedTuple):
    """The type of a field.

    Attributes:
        table: the table its name belongs to.
        name: a scalar, a message or an enum.
        wrapped: `[]` for a list of these, `{}` for a mapping, else empty.
        group: the group of which only one field may be set, or empty.
    """

    table: str
    name: str
    wrapped: str = ""
    group: str = ""

    @property
    def element(self) -> Type:
        """What a list or a mapping holds."""
        return Type(self.table, self.name)


@cache
def message(table: str, name: str) -> dict[str, Type] | None:
    """The fields of a message; None where the name is an enum's."""
    text = import_module(f"istioctl.rendering.schema.{table}").MESSAGES.get(name)
    if text is None:
        return None
    pairs = (pair.partition(":") for pair in text.split())
    return {field: _type(rest, table) for field, _, rest in pairs}


def find_field(fields: dict[str, Type], key: str, table: str) -> str | None:
    """The field a key stands for: itself, or in the mesh configuration its camel-case form; None where there is none.

    Chart values have camel-case names to begin with; where they don't, the table says so.
    """
    if key in fields:
        return key
    if table != "mesh" or "_" not in key:
        return None
    head, *rest = key.split("_")
    camel = head + "".join(part[:1].upper() + part[1:] for part in rest)
    return camel if camel in fields else None


@cache
def enum(table: str, name: str) -> dict[str, int]:
    """The values of an enum."""
    values: dict[str, int] = {}
    for index, word in enumerate(import_module(f"istioctl.rendering.schema.{table}").ENUMS[name].split()):
        value, _, number = word.partition("=")
        values[value] = int(number) if number else index
    return values


def _type(text: str, table: str) -> Type:
    text, _, group = text.partition("|")
    wrapped = text[-2:] if text.endswith(("[]", "{}")) else ""
    other, colon, name = text.removesuffix(wrapped).rpartition(":")
    return Type(other if colon else table, name, wrapped, group)
