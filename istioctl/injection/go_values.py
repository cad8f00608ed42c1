"""Objects and messages as the Go values that templates see: structs with Go's field names and methods.

Types are declared when they are first needed. What is unset is Go's zero: empty text, a nil map, a nil pointer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from istioctl.api.schema.catalog import enum_values, message
from istioctl.api.schema.decode import Data, is_zero
from istioctl.api.schema.encode import to_json
from istioctl.api.schema.notation import Field
from istioctl.golang import types, values
from istioctl.golang.durations import SECOND
from istioctl.golang.types import Function, GoType
from istioctl.injection import typed

_SCALARS = {
    "string": types.STRING,
    "bool": types.BOOL,
    "int32": types.INT32,
    "int64": types.INT64,
    "uint32": types.UINT32,
    "uint64": types.UINT64,
    "double": types.FLOAT64,
    "quantity": types.STRING,
    "time": types.STRING,
    "int-or-string": types.ANY,
    "value": types.ANY,
    "struct": types.ANY,
}
#: What every protobuf message is to Go.
MESSAGE = types.named(
    "protoreflect.ProtoMessage", types.ANY, methods=[Function("ProtoReflect", lambda message: message)]
)


@cache
def kube_type(of: str) -> GoType:
    """The Go type of a type as `typed` spells it, such as `Container`, `[]Container` or `*int64`."""
    if of.startswith("*"):
        return types.pointer_to(kube_type(of[1:]))
    if of.startswith("[]"):
        return types.slice_of(kube_type(of[2:]))
    if of.startswith("{}"):
        return types.map_of(types.STRING, kube_type(of[2:]))
    if not typed.is_struct(of):
        return _SCALARS[of]

    def declare(declared: GoType) -> None:
        for field in typed.shape(of).fields.values():
            declared.fields[field.go] = kube_type(field.of)

    declared = types.struct_to_come(f"v1.{of.rpartition('.')[2]}", declare)
    declared.json = types.pointer_to(declared).json = _json_writer(of)
    return declared


def _json_writer(of: str) -> Callable[[object], object]:
    fields: list[tuple[str, str, bool, bool]] = []

    def write(value: Any) -> dict[str, object]:
        from istioctl.golang.json_text import view

        if not fields:
            fields.extend(
                (field.json, field.go, field.optional and not field.struct, field.omit)
                for field in typed.shape(of).fields.values()
            )
        result = {}
        for name, go, may_lack, omit in fields:
            entry = value[go]
            if not (may_lack and ((omit and not entry) or values.is_nil(entry))):
                result[name] = view(entry)
        return result

    return write


@cache
def _kube_zeros(of: str) -> dict[str, object]:
    return {name: values.zero(field) for name, field in kube_type(of).fields.items()}


def kube_value(data: Any, of: str) -> object:
    """Data in the one form of `typed` as a Go value of the type `of`."""
    return _maker(of)(data)


@cache
def _maker(of: str) -> Callable[[Any], object]:
    """What makes a Go value of one type."""
    if of.startswith("*"):
        inner = of[1:]
        wrap = values.class_of(kube_type(of)) if typed.is_struct(inner) else values.pointer
        return lambda data: wrap(_maker(inner)(data))
    if of.startswith("[]"):
        item, listed = of[2:], values.class_of(kube_type(of))
        return lambda data: listed(map(_maker(item), data))
    if of.startswith("{}"):
        entry, mapped = of[2:], values.class_of(kube_type(of))
        if entry == "string":
            return mapped
        return lambda data: mapped({name: _maker(entry)(value) for name, value in data.items()})
    if typed.is_struct(of):
        return _struct_maker(of)
    if of in ("int32", "uint32"):
        return lambda data: values.make(_SCALARS[of], data)
    if of == "int-or-string":
        return lambda data: values.Int32(data) if isinstance(data, int) else data
    return lambda data: data


def _struct_maker(of: str) -> Callable[[Any], object]:
    made, fields = values.class_of(kube_type(of)), typed.shape(of).fields
    makers: dict[str, tuple[str, Callable[[Any], object]]] = {}  # by field; some types hold themselves

    def make(data: Mapping[str, Any]) -> object:
        result = made(_kube_zeros(of))
        for name, entry in data.items():
            known = makers.get(name)
            if known is None:
                known = makers[name] = fields[name].go, _maker(fields[name].of)
            go, maker = known
            result[go] = maker(entry)
        return result

    return make


_DURATION = types.struct("durationpb.Duration", {"Seconds": types.INT64, "Nanos": types.INT32})


_NAMES: dict[str, str] = {}  # of messages, by the names of their Go structs


@cache
def message_type(name: str) -> GoType:
    """The Go struct of a message, by its full name; values are pointers to it."""

    def declare(declared: GoType) -> None:
        declared.pointer_methods.update(MESSAGE.methods)
        for field in message(name).fields.values():
            go, of = _go_name(field), _field_type(field)
            if not field.group:
                declared.fields[go] = of
            getter = f"Get{go}"
            declared.pointer_methods.setdefault(getter, Function(getter, _getter(go, of)))

    go_name = _type_name(name)
    _NAMES[go_name] = name
    declared = types.struct_to_come(go_name, declare)
    types.pointer_to(declared).json = lambda value: json.loads(to_json(message_data(value, name), name))
    return declared


def _type_name(name: str) -> str:
    """The Go type of a message or enum: `v1alpha1.MeshConfig_CA` for `istio.mesh.v1alpha1.MeshConfig.CA`."""
    steps = name.split(".")
    first = next(index for index, step in enumerate(steps) if step[0].isupper())
    return f"{steps[first - 1]}.{'_'.join(steps[first:])}"


def _go_name(field: Field) -> str:
    return field.name[0].upper() + field.name[1:]


def _getter(go: str, of: GoType) -> Callable[[Any], object]:
    def get(receiver: Any) -> object:
        found = None if values.is_nil(receiver) else receiver.get(go)
        return values.zero(of) if found is None else found

    return get


def _field_type(field: Field) -> GoType:
    if field.sort == "message":
        one = types.pointer_to(message_type(field.of))
    elif field.of == "duration":
        one = types.pointer_to(_DURATION)
    elif field.sort == "enum":
        one = _enum_type(field.of)
    elif field.nullable:
        one = types.pointer_to(_wrapper_type(field.of))
    else:
        one = _SCALARS[field.of]
    if field.many == "list":
        return types.slice_of(one)
    return types.map_of(types.STRING, one) if field.many else one


@cache
def _wrapper_type(of: str) -> GoType:
    name = {"bool": "Bool", "int32": "Int32", "int64": "Int64", "uint32": "UInt32", "uint64": "UInt64"}.get(of)
    declared = types.struct(f"wrapperspb.{name or of.capitalize()}Value", {"Value": _SCALARS[of]})
    declared.pointer_methods.setdefault("GetValue", Function("GetValue", _getter("Value", _SCALARS[of])))
    return declared


@cache
def _enum_type(name: str) -> GoType:
    words = {number: word for word, number in enum_values(name).items()}

    def string(receiver: Any) -> str:
        return words.get(int(receiver), str(int(receiver)))

    return types.named(_type_name(name), types.INT32, methods=[Function("String", string)])


def message_value(data: Mapping[str, Any], name: str) -> object:
    """Decoded data of a message as a pointer to its Go struct."""
    shape = message_type(name)
    result = {go: values.zero(of) for go, of in shape.fields.items()}
    for key, field in message(name).fields.items():
        if key in data:
            result[_go_name(field)] = _field_value(data[key], field)
    return values.class_of(types.pointer_to(shape))(result)


def _field_value(data: Any, field: Field) -> object:
    if field.many == "list":
        return values.class_of(_field_type(field))([_one_value(item, field) for item in data])
    if field.many:
        return values.class_of(_field_type(field))({name: _one_value(item, field) for name, item in data.items()})
    return _one_value(data, field)


def _one_value(data: Any, field: Field) -> object:
    if field.sort == "message":
        return message_value(data, field.of)
    if field.of == "duration":
        seconds, nanos = divmod(abs(data), SECOND)
        sign = -1 if data < 0 else 1
        parts = {"Seconds": sign * seconds, "Nanos": values.Int32(sign * nanos)}
        return values.class_of(types.pointer_to(_DURATION))(parts)
    if field.sort == "enum":
        number = enum_values(field.of).get(data)
        return values.make(_enum_type(field.of), int(data) if number is None else number)
    plain = data if field.of in ("struct", "value", "string", "bool") else values.make(_SCALARS[field.of], data)
    if field.nullable:
        return values.class_of(types.pointer_to(_wrapper_type(field.of)))({"Value": plain})
    return plain


def message_data(value: Any, name: str) -> Data:
    """A message's Go struct as decoded data again."""
    result = {}
    for key, field in message(name).fields.items():
        entry = value.get(_go_name(field))
        if entry is None or values.is_nil(entry):
            continue
        if field.many == "list":
            data: Any = [_one_data(item, field) for item in entry]
        elif field.many:
            data = {text: _one_data(item, field) for text, item in entry.items()}
        else:
            data = _one_data(entry, field)
        if not is_zero(data, field):
            result[key] = data
    return result


def _one_data(entry: Any, field: Field) -> Any:
    if field.sort == "message":
        return message_data(entry, field.of)
    if field.of == "duration":
        return entry["Seconds"] * SECOND + entry["Nanos"]
    if field.sort == "enum":
        words = {number: word for word, number in enum_values(field.of).items()}
        return words.get(int(entry), str(int(entry)))
    return entry["Value"] if field.nullable else entry


def message_name(value: object) -> str | None:
    """The full name of the message whose Go struct (or a pointer to it) a value is."""
    of = values.type_of(value)
    return _NAMES.get(of.elem.name) if of is not None and of.elem is not None else None
