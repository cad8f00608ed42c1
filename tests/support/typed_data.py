"""Reads the data of recorded template cases: JSON in which `{"$t": TYPE, "v": VALUE}` is a value of a Go type."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

from istioctl.golang import types
from istioctl.golang.durations import nanoseconds
from istioctl.golang.strconv import to_float32
from istioctl.golang.times import DURATION, Time
from istioctl.golang.types import CallError, GoType, function, map_of, parse_type, pointer_to, slice_of
from istioctl.golang.values import HIDDEN, Pointer, is_nil, make, nil, pointer, zero

COLOUR = types.named("gt.Colour", types.INT)
COLOUR.methods["String"] = function("String", "", lambda colour: f"colour#{int(colour)}")

SHIP = types.struct(
    "gt.Ship",
    {
        "Name": types.STRING,
        "Tons": types.INT,
        "Speed": types.FLOAT64,
        "Active": types.BOOL,
        "Tags": types.SLICE_STRING,
        "Meta": types.MAP_STRING,
    },
    hidden={"secret": types.STRING},
)
SHIP.fields |= {"Next": pointer_to(SHIP), "Limit": pointer_to(types.INT), "Any": types.ANY}


def _check(ship: Mapping[str, object], ok: bool) -> str:
    if not ok:
        raise CallError(f"ship {ship['Name']} is not seaworthy")
    return "fine"


SHIP.methods |= {
    "Label": function("Label", "", lambda ship: f"<{ship['Name']}>"),
    "Hail": function("Hail", "string", lambda ship, who: f"{ship['Name']} hails {who}"),
    "Check": function("Check", "bool", _check),
}


def _pointer_name(ship: object) -> str:
    if is_nil(ship):
        raise CallError("runtime error: invalid memory address or nil pointer dereference")
    return f"ptr:{cast('dict[str, object]', ship)['Name']}"


SHIP.pointer_methods["PtrName"] = function("PtrName", "", _pointer_name)

ERROR_STRING = types.struct("errors.errorString", {}, hidden={"s": types.STRING})
ERROR_STRING.pointer_methods["Error"] = function("Error", "", lambda error: error[HIDDEN + "s"])


def read(value: object) -> object:
    """Plain JSON as template data: whole numbers int64, others float64."""
    if isinstance(value, list):
        return [read(item) for item in value]
    if not isinstance(value, dict):
        return value
    if set(value) == {"$t", "v"}:
        return typed(cast("str", value["$t"]), value["v"])
    return {key: read(item) for key, item in value.items()}


def typed(name: str, value: object) -> object:
    """`value` as a value of the type `name`."""
    special = SPECIAL.get(name)
    if special is not None:
        return special(value)
    short = {"Ship": SHIP, "*Ship": pointer_to(SHIP), "[]*Ship": slice_of(pointer_to(SHIP)), "Colour": COLOUR}
    return of_type(short.get(name) or parse_type(name), value)


def of_type(go_type: GoType, value: object) -> object:
    """Plain JSON as a value of `go_type`."""
    if go_type.kind == "interface":
        return read(value)
    if value is None:
        return zero(go_type)
    match go_type.kind:
        case "slice":
            return make(go_type, [of_type(go_type.elem, item) for item in cast("list[object]", value)])
        case "map":
            entries = cast("dict[str, object]", value)
            whole = go_type.key.kind in types.SIGNED
            return make(
                go_type,
                {
                    make(go_type.key, int(key) if whole else key): of_type(go_type.elem, item)
                    for key, item in entries.items()
                },
            )
        case "struct":
            given = cast("dict[str, object]", value)
            fields = {key: of_type(go_type.fields[key], item) for key, item in given.items()}
            return make(go_type, fields | dict.fromkeys(go_type.hidden, "hidden"))
        case "ptr":
            return pointer(of_type(go_type.elem, value)) if go_type.elem.kind == "struct" else _pointer(go_type, value)
        case "float32":
            return make(go_type, to_float32(float(cast("float", value))))
        case "float64":
            return float(cast("str", value))
    return make(go_type, value)


def _pointer(go_type: GoType, value: object) -> object:
    return Pointer(go_type, of_type(go_type.elem, value))


def _any_map(pairs: object) -> object:
    of = map_of(types.ANY, types.ANY)
    return make(of, {read(key): read(item) for key, item in cast("list[list[object]]", pairs)})


SPECIAL: dict[str, Callable[[object], object]] = {
    "[]byte": lambda value: nil(types.BYTES) if value is None else base64.b64decode(cast("str", value)),
    "map[any]any": _any_map,
    "time": lambda value: Time(datetime.fromisoformat(cast("str", value))),
    "duration": lambda value: make(DURATION, nanoseconds(cast("str", value))),
    "error": lambda value: make(pointer_to(ERROR_STRING), {"s": value}),
}
