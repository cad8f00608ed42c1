"""The functions of text/template itself: logic, comparison, indexing, printing, escaping (funcs.go)."""

from __future__ import annotations

from typing import Any, Final, NoReturn, cast
from urllib.parse import quote_plus

from istioctl.errors import InternalError
from istioctl.golang import fmt, types
from istioctl.golang.budget import Text, pieces, translated
from istioctl.golang.types import CallError, GoType
from istioctl.golang.values import Func, Int, class_of, decode, deref, encode, is_nil, make, nil, type_of, zero
from istioctl.gotemplate.functions.table import FunctionTable
from istioctl.gotemplate.running.runtime import printable

TABLE: Final = FunctionTable()


# Logic


@TABLE.function("and", "any, ...any", passes=True)
@TABLE.function("or", "any, ...any", passes=True)
def _short_circuit(*_: object) -> NoReturn:
    """Never called: the table only gives their names and arguments, the compiler evaluates them in place."""
    raise InternalError("a template called and/or as a function")


@TABLE.function("not", "any", passes=True)
def negate(value: object) -> bool:
    """Whether `value` is empty."""
    return not value


# Comparison

_GROUPS: Final = {
    "bool": "bool",
    "string": "string",
    **dict.fromkeys(types.SIGNED, "int"),
    **dict.fromkeys(types.UNSIGNED, "uint"),
    **dict.fromkeys(types.FLOATS, "float"),
    **dict.fromkeys(types.COMPLEX, "complex"),
}


def _group(of: GoType | None) -> str:
    return _GROUPS.get(of.kind, "") if of else ""


@TABLE.function("eq", "any, ...any", passes=True)
def equal(first: object, *others: object) -> bool:
    """Whether `first` equals any of the others."""
    if not others:
        raise CallError("missing argument for comparison")
    return any(_equal(first, other) for other in others)


def _equal(left: object, right: object) -> bool:
    if type(left) is str and type(right) is str:
        return left == right
    first, second = type_of(left), type_of(right)
    one, two = _group(first), _group(second)
    if one != two:
        if {one, two} != {"int", "uint"} and first and second:
            raise CallError(f"incompatible types for comparison: {first.name} and {second.name}")
        return first is not None and second is not None and left == right
    if one:
        return left == right
    if first is None or second is None:
        return is_nil(left) and is_nil(right)
    if first.kind != second.kind:
        shown = f"{_reflect_text(left)}: {first.name}, {second.name}: {fmt.show(right)}"
        raise CallError(f"non-comparable types {shown}")
    if is_nil(left) or is_nil(right):
        return is_nil(left) and is_nil(right)
    if not second.comparable:
        raise CallError(f"non-comparable type {_reflect_text(right)}: {second.name}")
    return first is second and left == right


def _reflect_text(value: object) -> str:
    """A reflect.Value under %s."""
    return fmt.sprintf("%s", value)


@TABLE.function("ne", "any, any", passes=True)
def unequal(left: object, right: object) -> bool:
    """Whether the two differ."""
    return not _equal(left, right)


@TABLE.function("lt", "any, any", passes=True)
def less(left: object, right: object) -> bool:
    """Whether `left` comes before `right`."""
    first, second = type_of(left), type_of(right)
    one, two = _group(first), _group(second)
    if not one or not two or (one == two and one in {"bool", "complex"}):
        raise CallError("invalid type for comparison")
    if one != two and {one, two} != {"int", "uint"}:
        raise CallError(f"incompatible types for comparison: {_name(first)} and {_name(second)}")
    if isinstance(left, str) and isinstance(right, str):
        if left.isascii() and right.isascii():
            return left < right
        return encode(left) < encode(right)
    return cast("float", left) < cast("float", right)


def _name(of: GoType | None) -> str:
    return of.name if of else "<nil>"


@TABLE.function("le", "any, any", passes=True)
def less_or_equal(left: object, right: object) -> bool:
    """Whether `left` comes before `right` or equals it."""
    return less(left, right) or _equal(left, right)


@TABLE.function("gt", "any, any", passes=True)
def greater(left: object, right: object) -> bool:
    """Whether `left` comes after `right`, which for NaN is so."""
    return not less_or_equal(left, right)


@TABLE.function("ge", "any, any", passes=True)
def greater_or_equal(left: object, right: object) -> bool:
    """Whether `left` does not come before `right`."""
    return not less(left, right)


# Indexing


_WHOLE: Final = frozenset((int, Int))
_STRINGS: Final = frozenset((class_of(types.MAP_STRING), type(nil(types.MAP_STRING))))


@TABLE.function("index", "any, ...any", passes=True)
def index(item: object, *keys: object) -> object:
    """`item[key][key]…`."""
    if len(keys) == 1:
        plain: Any = item
        key: Any = keys[0]
        if type(key) is str:
            if type(item) in _STRINGS:
                return plain.get(key, "")
            if type(item) is dict:
                return plain.get(key)
        elif type(key) in _WHOLE and type(item) is list and 0 <= key < len(item):
            return plain[key]
    if item is None:
        raise CallError("index of untyped nil")
    boxed = False
    for key in keys:
        item, boxed = _index(item, key, boxed)
    return item


def _index(item: object, key: object, boxed: bool) -> tuple[object, bool]:
    item, of = _followed(item, "index of nil pointer")
    if of is None:
        raise CallError("index of nil pointer")
    if of.kind == "string":
        raw = encode(cast("str", item))
        at = _position(key, len(raw))
        _in_range(at, len(raw), "string")
        return make(types.UINT8, raw[at]), False
    if of.kind == "slice":
        elements = cast("list[object]", item)
        at = _position(key, len(elements))
        _in_range(at, len(elements), "slice")
        element = make(types.UINT8, elements[at]) if isinstance(item, bytes) else elements[at]
        return element, of.elem.kind == "interface"
    if of.kind == "map":
        return _entry(cast("dict[object, object]", item), of, key)
    raise CallError(f"can't index item of type {of.name}")


def _in_range(at: int, length: int, word: str) -> None:
    if at == length:  # passes Go's own check, and then reflect panics
        raise CallError(f"reflect: {word} index out of range")


def _entry(entries: dict[object, object], of: GoType, key: object) -> tuple[object, bool]:
    key_type = type_of(key)
    if key_type is None:
        if not of.key.nilable:
            raise CallError(f"value is nil; should be of type {of.key.name}")
    elif not key_type.assignable_to(of.key):
        if not (_is_whole(key_type) and _is_whole(of.key)):
            raise CallError(f"value has type {key_type.name}; should be {of.key.name}")
        key = class_of(of.key)(key)
    if key_type is not None and not key_type.comparable:
        raise CallError(f"hash of unhashable type: {key_type.name}")
    found = entries.get(key, _NO_ENTRY)
    boxed = of.elem.kind == "interface"
    return (zero(of.elem) if found is _NO_ENTRY else found), boxed


_NO_ENTRY: Final = object()


def _is_whole(of: GoType) -> bool:
    return of.kind in types.SIGNED or of.kind in types.UNSIGNED


def _position(key: object, limit: int) -> int:
    of = type_of(key)
    if of is None:
        raise CallError("cannot index slice/array with nil")
    if not _is_whole(of):
        raise CallError(f"cannot index slice/array with type {of.name}")
    at = int(cast("int", key))
    if at >= 1 << 63:
        at -= 1 << 64
    if not 0 <= at <= limit:
        raise CallError(f"index out of range: {at}")
    return at


def _followed(item: object, fault: str) -> tuple[object, GoType | None]:
    """What pointers lead to."""
    of = type_of(item)
    while of is None or of.kind == "ptr":
        if is_nil(item):
            raise CallError(fault)
        item = deref(item)
        of = type_of(item)
    return item, of


@TABLE.function("slice", "any, ...any")
def slice_item(item: object, *bounds: object) -> object:
    """`item[low:high:max]`."""
    if item is None:
        raise CallError("slice of untyped nil")
    item, of = _followed(item, "slice of nil pointer")
    if len(bounds) > 3:
        raise CallError(f"too many slice indexes: {len(bounds)}")
    kind = of.kind if of else ""
    if kind == "string":
        if len(bounds) == 3:
            raise CallError("cannot 3-index slice a string")
        whole: bytes | list[object] = encode(cast("str", item))
    elif kind == "slice":
        whole = cast("list[object]", item)
    else:
        raise CallError(f"can't slice item of type {_name(of)}")
    at = [0, len(whole), len(whole)]
    for position, bound in enumerate(bounds):
        at[position] = _position(bound, len(whole))
    if at[0] > at[1]:
        raise CallError(f"invalid slice index: {at[0]} > {at[1]}")
    if len(bounds) == 3 and at[1] > at[2]:
        raise CallError(f"invalid slice index: {at[1]} > {at[2]}")
    part = whole[at[0] : at[1]]
    if kind == "string":
        text = decode(cast("bytes", part))
        return text if type(item) is str else class_of(cast("GoType", of))(text)
    return class_of(cast("GoType", of))(part)


@TABLE.function("len", "any", passes=True)
def length(item: object, boxed: bool = False) -> object:
    """How many bytes, items or entries `item` has; `boxed` tells a nil within an interface from no value."""
    if type(item) is list or type(item) is dict:
        return Int(len(item))
    if item is None and not boxed:
        raise CallError("reflect: call of reflect.Value.Type on zero Value")
    item, of = _followed(item, "len of nil pointer")
    if of is not None and of.kind in {"slice", "map"}:
        return Int(len(cast("list[object]", item)))
    if of is not None and of.kind == "string":
        text = cast("str", item)
        return Int(len(text) if text.isascii() else len(encode(text)))
    raise CallError(f"len of type {_name(of)}")


# Printing


TABLE.function("print", "...any")(fmt.sprint)
TABLE.function("println", "...any")(fmt.sprintln)
TABLE.function("printf", "string, ...any")(fmt.sprintf)


def _texts(args: tuple[object, ...]) -> str:
    if len(args) == 1 and isinstance(args[0], str):
        return args[0]
    return fmt.sprint(*("<no value>" if arg is None else printable(arg) for arg in args))


_HTML: Final = str.maketrans({'"': "&#34;", "'": "&#39;", "&": "&amp;", "<": "&lt;", ">": "&gt;", "\0": "\ufffd"})


@TABLE.function("html", "...any")
def escape_html(*args: object) -> str:
    """The arguments printed, with HTML's special characters escaped."""
    return translated(_texts(args), _HTML)


_JS: Final = {"\\": r"\\", "'": r"\'", '"': r"\"", "<": r"\u003C", ">": r"\u003E", "&": r"\u0026", "=": r"\u003D"}


@TABLE.function("js", "...any")
def escape_js(*args: object) -> str:
    """The arguments printed, as the inside of a JavaScript string."""
    return translated(decode(encode(_texts(args))), _ESCAPED_JS)


class _Escapes(dict[int, str]):
    """How each character stands inside a JavaScript string, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        text = _js_character(chr(code))
        if code < 0x3000:
            self[code] = text
        return text


_ESCAPED_JS: Final = _Escapes()


def _js_character(char: str) -> str:
    if char in _JS:
        return _JS[char]
    if char < " ":
        return f"\\u00{ord(char):02X}"
    if "\udc80" <= char <= "\udcff":
        return "\\uFFFD"
    return char if char < "\x80" or (char.isprintable()) else f"\\u{ord(char):04X}"


@TABLE.function("urlquery", "...any")
def escape_query(*args: object) -> str:
    """The arguments printed, escaped for a URL's query."""
    escaped = Text()
    for part in pieces(_texts(args)):
        escaped.write(quote_plus(encode(part), safe=""))
    return str(escaped)


# Calls


@TABLE.function("call", "any, ...any")
def call(name: str, function: object, *args: object) -> object:
    """Calls a function that the data hold; the compiler adds how the template names it."""
    if function is None:
        raise CallError("call of nil")
    of = type_of(function)
    if not isinstance(function, Func):
        raise CallError(f"non-function {name} of type {_name(of)}")
    target = function.function
    if target.variadic and len(args) < target.fixed:
        raise CallError(f"wrong number of args for {name}: got {len(args)} want at least {target.fixed}")
    if not target.variadic and len(args) != len(target.params):
        raise CallError(f"wrong number of args for {name}: got {len(args)} want {len(target.params)}")
    ready: list[object] = []
    for at, arg in enumerate(args):
        wanted = target.params[min(at, len(target.params) - 1)]
        given = type_of(arg)
        if given is None:
            if not wanted.nilable:
                raise CallError(f"arg {at}: value is nil; should be of type {wanted.name}")
            arg = zero(wanted)
        elif not given.assignable_to(wanted):
            if not (_is_whole(given) and _is_whole(wanted)):
                raise CallError(f"arg {at}: value has type {given.name}; should be {wanted.name}")
            arg = class_of(wanted)(arg)
        ready.append(arg)
    return target.call(*ready)


AND, OR, NOT, EQ, NE, LEN, CALL = (TABLE[name] for name in ("and", "or", "not", "eq", "ne", "len", "call"))
