"""Go's types and the signatures of functions, as far as a template can tell them apart.

A `GoType` is interned: two equal types are the same object, so identity is type identity. Plain Python values have
the types named in `istioctl.golang.values`; every other type makes a Python class for its values (`value_class`),
whose `go_type` leads back here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple

from istioctl.patterns import lazy_pattern

SIGNED: Final = frozenset({"int", "int8", "int16", "int32", "int64"})
UNSIGNED: Final = frozenset({"uint", "uint8", "uint16", "uint32", "uint64", "uintptr"})
FLOATS: Final = frozenset({"float32", "float64"})
COMPLEX: Final = frozenset({"complex64", "complex128"})
NILABLE: Final = frozenset({"slice", "map", "ptr", "interface", "func", "chan"})


class CallError(Exception):
    """A function or method refuses its arguments: Go's returned error or panic.

    Args:
        text: the error's own text.
        function: what was called, where the caller can't tell.
    """

    def __init__(self, text: str, function: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.function = function


class Function(NamedTuple):
    """One function or method.

    Attributes:
        name: what it is called by.
        call: the callable; a method takes its receiver first. It raises `CallError`.
        params: the parameter types; a variadic's last one is the type of each further argument.
        variadic: whether the last parameter repeats.
        context: whether the state of the run that calls it is handed in before everything else.
        passes: whether it makes nothing that a budget would count: what it returns was there before, or is tiny.
    """

    name: str
    call: Callable[..., object]
    params: tuple[GoType, ...] = ()
    variadic: bool = False
    context: bool = False
    passes: bool = False

    @property
    def fixed(self) -> int:
        """How many arguments it needs at least."""
        return len(self.params) - self.variadic


class GoType:
    """One Go type.

    Attributes:
        name: as `%T` and Go's error texts print it, such as `map[string]interface {}` or `*v1.Pod`.
        kind: reflect's word for its shape: `int64`, `string`, `slice`, `map`, `struct`, `ptr`, `interface`, `func`, …
        elem: what a slice, map or pointer leads to; the type itself where it leads nowhere.
        key: a map's key type, else the type itself.
        named: declared with a name of its own, which matters to assignability.
        fields: a struct's exported fields in order.
        hidden: a struct's unexported fields, which print but can't be read.
        methods: callable on a value.
        pointer_methods: callable on a pointer to it only.
        json: gives a value as the plain data that encoding/json prints for it, where that isn't field by field.
    """

    __slots__ = (
        "elem",
        "fields",
        "hidden",
        "json",
        "key",
        "kind",
        "methods",
        "name",
        "named",
        "pointer_methods",
        "underlying",
        "value_class",
    )

    def __init__(
        self,
        name: str,
        kind: str,
        *,
        elem: GoType | None = None,
        key: GoType | None = None,
        underlying: GoType | None = None,
        fields: Mapping[str, GoType] | None = None,
        hidden: Mapping[str, GoType] | None = None,
    ) -> None:
        self.name = name
        self.kind = kind
        self.elem: GoType = elem or self
        self.key: GoType = key or self
        self.named = underlying is not None or kind == "struct" or kind not in {"slice", "map", "ptr", "func"}
        self.underlying: GoType = underlying or self
        self.fields: dict[str, GoType] = dict(fields or {})
        self.hidden: dict[str, GoType] = dict(hidden or {})
        self.methods: dict[str, Function] = {}
        self.pointer_methods: dict[str, Function] = {}
        self.value_class: type | None = None
        self.json: Callable[[object], object] | None = None

    def __repr__(self) -> str:
        return f"<Go type {self.name}>"

    @property
    def nilable(self) -> bool:
        """Whether nil is a value of it."""
        return self.kind in NILABLE

    @property
    def comparable(self) -> bool:
        """Whether `==` is defined for its values."""
        if self.kind == "struct":
            return all(field.comparable for field in (*self.fields.values(), *self.hidden.values()))
        return self.kind not in {"slice", "map", "func"}

    def method(self, name: str) -> Function | None:
        """The method `name` that a value of this type can be asked for, through a pointer as well."""
        if self.kind == "ptr":
            return self.elem.methods.get(name) or self.elem.pointer_methods.get(name)
        return self.methods.get(name)

    def assignable_to(self, target: GoType) -> bool:
        """Go's assignability of a value of this type to a variable of type `target`."""
        if self is target:
            return True
        if target.kind == "interface":
            return all(self.method(name) is not None for name in target.methods)
        return self.underlying is target.underlying and not (self.named and target.named)


class _StructToCome(GoType):
    """A struct whose fields and methods are declared when somebody first asks for them."""

    __slots__ = ("_declare",)

    def __init__(self, name: str, declare: Callable[[GoType], None]) -> None:
        super().__init__(name, "struct")
        self._declare = declare
        del self.fields, self.pointer_methods

    def __getattr__(self, name: str) -> object:  # called for what is not set
        if name not in ("fields", "pointer_methods"):
            raise AttributeError(name)
        self.fields, self.pointer_methods = {}, {}
        self._declare(self)
        return getattr(self, name)


_interned: dict[str, GoType] = {}


def _basic(name: str) -> GoType:
    return _interned.setdefault(name, GoType(name, name))


BOOL, STRING = _basic("bool"), _basic("string")
INT, INT8, INT16, INT32, INT64 = (_basic(name) for name in ("int", "int8", "int16", "int32", "int64"))
UINT, UINT8, UINT16, UINT32, UINT64 = (_basic(name) for name in ("uint", "uint8", "uint16", "uint32", "uint64"))
FLOAT32, FLOAT64 = _basic("float32"), _basic("float64")
COMPLEX128 = _basic("complex128")
ANY = _interned.setdefault("interface {}", GoType("interface {}", "interface"))
ERROR = _interned.setdefault("error", GoType("error", "interface"))
STRINGER = _interned.setdefault("fmt.Stringer", GoType("fmt.Stringer", "interface"))


def slice_of(elem: GoType) -> GoType:
    """`[]elem`."""
    name = f"[]{elem.name}"
    return _interned.get(name) or _interned.setdefault(name, GoType(name, "slice", elem=elem))


def map_of(key: GoType, elem: GoType) -> GoType:
    """`map[key]elem`."""
    name = f"map[{key.name}]{elem.name}"
    return _interned.get(name) or _interned.setdefault(name, GoType(name, "map", key=key, elem=elem))


def pointer_to(elem: GoType) -> GoType:
    """`*elem`."""
    name = f"*{elem.name}"
    return _interned.get(name) or _interned.setdefault(name, GoType(name, "ptr", elem=elem))


def named(name: str, underlying: GoType, *, methods: Iterable[Function] = ()) -> GoType:
    """A declared type such as `time.Duration`; declaring the name again gives the first declaration."""
    known = _interned.get(name)
    if known is None:
        known = GoType(
            name, underlying.kind, elem=underlying.elem, key=underlying.key, underlying=underlying.underlying
        )
        known.methods = {method.name: method for method in methods}
        _interned[name] = known
    return known


def struct(
    name: str,
    fields: Mapping[str, GoType],
    *,
    hidden: Mapping[str, GoType] | None = None,
    methods: Iterable[Function] = (),
    pointer_methods: Iterable[Function] = (),
) -> GoType:
    """A declared struct type with `fields` in order; declaring the name again gives the first declaration.

    A field may refer to the struct itself: add it to `fields` of the result afterwards.
    """
    known = _interned.get(name)
    if known is None:
        known = GoType(name, "struct", fields=fields, hidden=hidden)
        known.methods = {method.name: method for method in methods}
        known.pointer_methods = {method.name: method for method in pointer_methods}
        _interned[name] = known
    return known


def struct_to_come(name: str, declare: Callable[[GoType], None]) -> GoType:
    """A declared struct type that few programs look into; declaring the name again gives the first declaration.

    Args:
        declare: fills `fields` and `pointer_methods` of the type it is given, when they are first needed.
    """
    return _interned.get(name) or _interned.setdefault(name, _StructToCome(name, declare))


SLICE_ANY, SLICE_STRING, SLICE_INT = slice_of(ANY), slice_of(STRING), slice_of(INT)
BYTES = slice_of(UINT8)
MAP_ANY, MAP_STRING = map_of(STRING, ANY), map_of(STRING, STRING)

_ALIASES: Final = {"any": ANY, "value": ANY, "byte": UINT8, "rune": INT32, "[]byte": BYTES}
_MAP = lazy_pattern(r"map\[([^\]]+)\](.+)")


def parse_type(text: str) -> GoType:
    """The type that `text` spells in Go (`any` for `interface {}`, `value` for `reflect.Value`, which takes all).

    Raises:
        KeyError: it names a type nobody declared.
    """
    text = text.strip()
    known = _ALIASES.get(text) or _interned.get(text)
    if known is not None:
        return known
    if text.startswith("[]"):
        return slice_of(parse_type(text[2:]))
    if text.startswith("*"):
        return pointer_to(parse_type(text[1:]))
    spelled = _MAP.fullmatch(text)
    if spelled:
        return map_of(parse_type(spelled[1]), parse_type(spelled[2]))
    raise KeyError(text)


def function(
    name: str, signature: str, call: Callable[..., object], *, context: bool = False, passes: bool = False
) -> Function:
    """A function from a signature of its parameters such as `"string, ...any"`."""
    spelled = [part.strip() for part in signature.split(",")] if signature.strip() else []
    variadic = bool(spelled) and spelled[-1].startswith("...")
    params = tuple(parse_type(part.removeprefix("...")) for part in spelled)
    return Function(name, call, params, variadic, context, passes)
