"""The values templates work on.

Plain Python values are Go values:

    None   untyped nil              int    int64           dict   map[string]interface {} (string keys)
    bool   bool                     float  float64         list   []interface {}
    str    string                   bytes  []uint8         complex complex128

Where Go's static type matters there is a class for each type, made on demand and always a subclass of the plain one:
number kinds (`Int`, `Uint8`, `Float32`, …), typed slices and maps (`make(SLICE_STRING, items)`), named types
(`make(type, value)`), structs (`make(struct_type, fields)`) and pointers (`pointer(value)`, `nil(type)`). So a
function may treat any of them as the plain value, and tells them apart by `type_of`.

A struct and a pointer to one are dicts of their fields, which makes `.Field` one lookup; unexported ones stand under
`HIDDEN` and their name, which no template can spell. They are true whatever they hold. A str stands for Go's bytes: a
byte that is not UTF-8 is a lone surrogate (PEP 383), see `encode`.
"""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from typing import ClassVar, cast

from istioctl.golang import types
from istioctl.golang.types import Function, GoType, pointer_to
from istioctl.patterns import lazy_pattern

_PLAIN: dict[type, GoType] = {
    bool: types.BOOL,
    int: types.INT64,
    float: types.FLOAT64,
    str: types.STRING,
    complex: types.COMPLEX128,
    bytes: types.BYTES,
    list: types.SLICE_ANY,
    dict: types.MAP_ANY,
}


HIDDEN = "\0"


class UnknownValueError(Exception):
    """A Python value that stands for no Go value reached a template; `text` says which."""

    def __init__(self, value: object) -> None:
        super().__init__()
        self.text = f"no Go value: {type(value).__name__}"


class Slice(list[object]):
    """A slice that isn't []interface {}; the classes made for a type set `go_type`."""

    __slots__ = ()
    go_type: ClassVar[GoType]
    is_nil: ClassVar[bool] = False


class Map(dict[object, object]):
    """A map that isn't map[string]interface {}."""

    __slots__ = ()
    go_type: ClassVar[GoType]
    is_nil: ClassVar[bool] = False


class Struct(dict[str, object]):
    """A struct, or a pointer to one (`go_type` tells): the fields by name."""

    __slots__ = ()
    go_type: ClassVar[GoType]
    is_nil: ClassVar[bool] = False

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if self.go_type.kind == "ptr":
            return self is other
        return type(self) is type(other) and dict.__eq__(self, other)

    def __ne__(self, other: object) -> bool:  # dict has its own
        return not self == other

    def __hash__(self) -> int:  # type: ignore[override]  # a struct may be a map's key
        return id(self) if self.go_type.kind == "ptr" else hash(tuple(self.values()))


class Pointer:
    """A pointer to something that is not a struct, or a nil pointer (`target` None) of any type."""

    __slots__ = ("go_type", "target")

    def __init__(self, go_type: GoType, target: object) -> None:
        self.go_type = go_type
        self.target = target

    @property
    def is_nil(self) -> bool:
        """Whether it leads nowhere."""
        return self.target is None

    def __bool__(self) -> bool:
        return self.target is not None


class NilPointer(Pointer):
    """A nil pointer; two of one type are equal."""

    __slots__ = ()

    def __init__(self, go_type: GoType) -> None:
        super().__init__(go_type, None)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, NilPointer) and other.go_type is self.go_type

    def __hash__(self) -> int:
        return hash(self.go_type)


class Func:
    """A function as a value, for the builtin `call`."""

    __slots__ = ("function", "go_type")

    def __init__(self, function: Function, go_type: GoType) -> None:
        self.function = function
        self.go_type = go_type


_BASES: dict[str, type] = {
    **dict.fromkeys(types.SIGNED | types.UNSIGNED, int),
    **dict.fromkeys(types.FLOATS, float),
    **dict.fromkeys(types.COMPLEX, complex),
    "string": str,
    "bool": int,  # bool can't be subclassed
    "slice": Slice,
    "map": Map,
    "struct": Struct,
    "ptr": Struct,
}


def class_of(go_type: GoType) -> type:
    """The Python class of the (non-nil) values of `go_type`."""
    made = go_type.value_class
    if made is None:
        for plain, of in _PLAIN.items():
            if of is go_type:
                made = plain
                break
        else:
            base = bytes if go_type.underlying is types.BYTES else _BASES[go_type.kind]
            made = type(go_type.name, (base,), {"__slots__": (), "go_type": go_type, "is_nil": False})
        go_type.value_class = made
    return made


def make(go_type: GoType, value: object) -> object:
    """`value` as a value of `go_type`.

    Args:
        go_type: any type but a pointer to something that is not a struct and an interface.
        value: a number, text, an iterable of elements, a mapping of entries; for a struct (or a pointer to one) its
            fields, where those left out become zero. Elements are taken as they are.
    """
    if go_type.kind in {"struct", "ptr"}:
        given = cast("Mapping[str, object]", value)
        shape = go_type if go_type.kind == "struct" else go_type.elem
        value = {name: given[name] if name in given else zero(of) for name, of in shape.fields.items()}
        value |= {HIDDEN + name: given[name] if name in given else zero(of) for name, of in shape.hidden.items()}
    return class_of(go_type)(value)


Int = class_of(types.INT)
Int8, Int16, Int32 = class_of(types.INT8), class_of(types.INT16), class_of(types.INT32)
Uint, Uint8, Uint16 = class_of(types.UINT), class_of(types.UINT8), class_of(types.UINT16)
Uint32, Uint64 = class_of(types.UINT32), class_of(types.UINT64)
Float32 = class_of(types.FLOAT32)


def pointer(value: object) -> object:
    """A pointer to `value`: to a struct it is a struct itself, to anything else a `Pointer`."""
    of = type_of(value)
    if of is None:
        raise UnknownValueError(value)
    if of.kind == "struct":
        return class_of(pointer_to(of))(value)
    return Pointer(pointer_to(of), value)


_nil_classes: dict[GoType, type] = {}


def nil(go_type: GoType) -> object:
    """The nil of a type that has one; None for an interface."""
    if go_type.kind == "interface":
        return None
    if go_type.kind not in {"slice", "map"}:
        return NilPointer(go_type)
    made = _nil_classes.get(go_type)
    if made is None:
        base = bytes if go_type.underlying is types.BYTES else _BASES[go_type.kind]
        made = _nil_classes[go_type] = type(
            go_type.name, (base,), {"__slots__": (), "go_type": go_type, "is_nil": True}
        )
    return made()


_ZEROS: dict[str, object] = {"string": "", "bool": False}


def zero(go_type: GoType) -> object:
    """The zero value of `go_type`."""
    if go_type.nilable:
        return nil(go_type)
    if go_type.kind == "struct":
        return make(go_type, {})
    made = class_of(go_type)
    return made(_ZEROS.get(go_type.kind, 0))


def deref(value: object) -> object:
    """What a non-nil pointer leads to."""
    if isinstance(value, Pointer):
        return value.target
    of = type_of(value)
    return value if of is None else class_of(of.elem)(value)


def type_of(value: object) -> GoType | None:
    """The Go type of `value`, None for nil.

    Raises:
        UnknownValueError: a Python value that stands for no Go value.
    """
    plain = _PLAIN.get(type(value))
    if plain is not None:
        return plain
    if value is None:
        return None
    of: object = getattr(value, "go_type", None)
    if isinstance(of, GoType):
        return of
    raise UnknownValueError(value)


def type_name(value: object) -> str:
    """`%T` of `value`: `int64`, `map[string]interface {}`, `<nil>`, …"""
    of = type_of(value)
    return "<nil>" if of is None else of.name


def kind(value: object) -> str:
    """reflect's kind of `value`: `int64`, `slice`, `map`, `struct`, `ptr`, …; `invalid` for nil."""
    of = type_of(value)
    return "invalid" if of is None else of.kind


def is_nil(value: object) -> bool:
    """Whether `value` is nil, typed or not."""
    return value is None or getattr(value, "is_nil", False) is True


def _escape_bytes(error: UnicodeError) -> tuple[bytes, int]:
    """An encoding error handler: PEP 383 surrogates become their bytes, other surrogates U+FFFD as in Go."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    raw = bytearray()
    for char in error.object[error.start : error.end]:
        code = ord(char)
        raw += bytes([code - 0xDC00]) if 0xDC80 <= code <= 0xDCFF else b"\xef\xbf\xbd"
    return bytes(raw), error.end


codecs.register_error("istioctl.gobytes", _escape_bytes)


def encode(text: str) -> bytes:
    """The bytes that Go holds for `text`."""
    return text.encode("utf-8", "istioctl.gobytes")


_SURROGATE = lazy_pattern("[\ud800-\udfff]")


def readable(text: str) -> str:
    """`text` with bytes that complete each other joined, and U+FFFD for each that is not UTF-8."""
    if text.isascii() or not _SURROGATE.search(text):
        return text
    return _SURROGATE.sub("\ufffd", decode(encode(text)))


def decode(raw: bytes) -> str:
    """The str that stands for Go's bytes `raw`, be they UTF-8 or not."""
    return raw.decode("utf-8", "surrogateescape")
