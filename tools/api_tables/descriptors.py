"""Messages and enums out of Go modules: the descriptors that protobuf's compiler puts into `*.pb.go` files."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from google.protobuf.descriptor_pb2 import DescriptorProto, EnumDescriptorProto, FieldDescriptorProto
from google.protobuf.descriptor_pb2 import FileDescriptorProto as File

_CONSTANT = re.compile(rb'_rawDesc = ""((?:\s*\+\s*"(?:[^"\\]|\\.)*")+)')
#: As older compilers wrote it.
_BYTES = re.compile(rb"_rawDesc = \[\]byte\{([0-9a-fx,\s]*)\}")
_LITERAL = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(rb"\\(x[0-9a-f]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)")
_LETTERS = {b"n": b"\n", b"t": b"\t", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"r": b"\r", b"v": b"\v"}

#: The scalars of the notation by protobuf's type.
_SCALARS = {
    FieldDescriptorProto.TYPE_STRING: "string",
    FieldDescriptorProto.TYPE_BOOL: "bool",
    FieldDescriptorProto.TYPE_BYTES: "bytes",
    FieldDescriptorProto.TYPE_DOUBLE: "double",
    FieldDescriptorProto.TYPE_FLOAT: "float",
    FieldDescriptorProto.TYPE_INT32: "int32",
    FieldDescriptorProto.TYPE_SINT32: "int32",
    FieldDescriptorProto.TYPE_SFIXED32: "int32",
    FieldDescriptorProto.TYPE_INT64: "int64",
    FieldDescriptorProto.TYPE_SINT64: "int64",
    FieldDescriptorProto.TYPE_SFIXED64: "int64",
    FieldDescriptorProto.TYPE_UINT32: "uint32",
    FieldDescriptorProto.TYPE_FIXED32: "uint32",
    FieldDescriptorProto.TYPE_UINT64: "uint64",
    FieldDescriptorProto.TYPE_FIXED64: "uint64",
}
#: Messages whose JSON form is not that of a message.
_WELL_KNOWN = {
    "Duration": "duration", "Timestamp": "time", "Any": "any", "Struct": "struct", "Value": "value",
    "ListValue": "list", "BoolValue": "bool?", "StringValue": "string?", "BytesValue": "bytes?",
    "UInt32Value": "uint32?", "Int32Value": "int32?", "UInt64Value": "uint64?", "Int64Value": "int64?",
    "DoubleValue": "double?", "FloatValue": "float?",
}  # fmt: skip


class ProtoField(NamedTuple):
    """One field of a message.

    Attributes:
        name, json: its name in the `.proto` file and in JSON.
        of: its type in the notation, with the full name of a message or enum.
        many: `list`, `map` or empty.
        key: the type of a map's keys.
        group: the `oneof` it belongs to, or empty.
    """

    name: str
    json: str
    of: str
    many: str
    key: str
    group: str


class ProtoMessage(NamedTuple):
    """A message: its full name, the package it is in, and its fields."""

    name: str
    package: str
    fields: list[ProtoField]


class Protos(NamedTuple):
    """Messages by full name, and enums: full name to package and values by name."""

    messages: dict[str, ProtoMessage]
    enums: dict[str, tuple[str, dict[str, int]]]


def files_of(folder: Path) -> Iterator[File]:
    """The descriptors of all `.proto` files that a module's Go code was made from, in order of their paths."""
    for path in sorted(folder.rglob("*.pb.go")):
        code = path.read_bytes()
        if found := _CONSTANT.search(code):
            yield File.FromString(b"".join(_ESCAPE.sub(_plain, text) for text in _LITERAL.findall(found[1])))
        elif found := _BYTES.search(code):
            yield File.FromString(bytes(int(number, 16) for number in found[1].replace(b",", b" ").split()))


def _plain(found: re.Match[bytes]) -> bytes:
    text = found[1]
    if text[:1] == b"x":
        return bytes([int(text[1:], 16)])
    if text[:1] in (b"u", b"U"):
        return chr(int(text[1:], 16)).encode()
    if text.isdigit():
        return bytes([int(text, 8)])
    return _LETTERS.get(text, text)


def protos(files: Iterator[File]) -> Protos:
    """The messages and enums of some files."""
    found = Protos({}, {})
    for file in files:
        for enum in file.enum_type:
            _add_enum(enum, file.package, file.package, found)
        for message in file.message_type:
            _add_message(message, file.package, file.package, found)
    return found


def _add_enum(enum: EnumDescriptorProto, above: str, package: str, found: Protos) -> None:
    found.enums[f"{above}.{enum.name}"] = (package, {value.name: value.number for value in enum.value})


def _add_message(message: DescriptorProto, above: str, package: str, found: Protos) -> None:
    name = f"{above}.{message.name}"
    entries = {f".{name}.{inner.name}": inner for inner in message.nested_type if inner.options.map_entry}
    for enum in message.enum_type:
        _add_enum(enum, name, package, found)
    for inner in message.nested_type:
        if not inner.options.map_entry:
            _add_message(inner, name, package, found)
    fields = [_field(field, message, entries) for field in message.field]
    found.messages[name] = ProtoMessage(name, package, fields)


def _field(field: FieldDescriptorProto, message: DescriptorProto, entries: dict[str, DescriptorProto]) -> ProtoField:
    group = ""
    if field.HasField("oneof_index") and not field.proto3_optional:
        group = message.oneof_decl[field.oneof_index].name
    if entry := entries.get(field.type_name):
        key, value = entry.field
        return ProtoField(field.name, field.json_name, _type(value), "map", _type(key), group)
    many = "list" if field.label == FieldDescriptorProto.LABEL_REPEATED else ""
    return ProtoField(field.name, field.json_name, _type(field), many, "string", group)


def _type(field: FieldDescriptorProto) -> str:
    name = str(field.type_name).removeprefix(".")
    if field.type == FieldDescriptorProto.TYPE_ENUM:
        return f"#{name}"
    if field.type not in (FieldDescriptorProto.TYPE_MESSAGE, FieldDescriptorProto.TYPE_GROUP):
        return _SCALARS[field.type]
    package, _, last = name.rpartition(".")
    return _WELL_KNOWN.get(last, name) if package == "google.protobuf" else name


def closure(start: list[str], known: Protos) -> set[str]:
    """The messages and enums (behind `#`) that some messages need, themselves included."""
    found: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            if name[0] != "#":
                waiting += [field.of for field in known.messages[name].fields if "." in field.of]
    return found
