"""What sprig's functions have in common: turning any value into text, a number or a list of items, and comparing.

Sources: sprig 3.3 (`strings.go`, `numeric.go`, `defaults.go`) and spf13/cast 1.10, whose conversions it uses.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from istioctl.golang import types
from istioctl.golang.budget import ITEM, take, work
from istioctl.golang.fmt import show
from istioctl.golang.strconv import parse_float, parse_int, truncate, wrap
from istioctl.golang.types import CallError, GoType
from istioctl.golang.values import Func, Pointer, deref, is_nil, kind, type_name, type_of
from istioctl.patterns import lazy_pattern

NIL_DEREFERENCE = "runtime error: invalid memory address or nil pointer dereference"
NEGATIVE_REPEAT = "strings: negative Repeat count"

_TRUTHFUL = frozenset((str, bool, int, float, dict, list))  # empty to Go where they are false to Python
_DECIMALS = lazy_pattern(r"([-+]?[0-9]*)\.[0-9]*\Z")


def _followed(value: object) -> object:
    while isinstance(value, Pointer) and not value.is_nil:
        value = value.target
    return value


def to_int64(value: object) -> int:
    """cast.ToInt64: 0 for what is not a number."""
    if type(value) is int:
        return value
    value = _followed(value)
    if isinstance(value, int):
        return wrap(int(value))
    if isinstance(value, float):
        return truncate(value)
    if isinstance(value, str):
        try:
            decimals = _DECIMALS.match(value)
            return parse_int((decimals[1] if decimals[1].strip("+-") else "0") if decimals else value)
        except (ValueError, OverflowError):
            return 0
    return 0


def to_float64(value: object) -> float:
    """cast.ToFloat64: 0 for what is not a number."""
    value = _followed(value)
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, str):
        try:
            return parse_float(value)
        except (ValueError, OverflowError):
            return 0.0
    return 0.0


def to_text(value: object) -> str:
    """sprig's strval: texts and bytes as they are, everything else by `%v`."""
    if type(value) is str:
        return value
    if type(value) is bytes:
        return value.decode("utf-8", "surrogateescape")
    return show(value)


def is_empty(value: object) -> bool:
    """sprig's empty: zero numbers, "", false, nil, and collections without items; a struct never is."""
    if value is None:
        return True
    if type(value) in _TRUTHFUL:
        return not value
    of = cast("GoType", type_of(value))
    if of.kind in {"slice", "map", "string"}:
        return len(cast("str", value)) == 0
    if of.kind == "struct":
        return False
    if of.kind in types.NILABLE or isinstance(value, Func):
        return is_nil(value)
    return not value


def items_of(value: object, refusal: str) -> list[object]:
    """The items of a slice of any type.

    Args:
        value: the slice.
        refusal: the error for another type, with `{}` for its kind.

    Raises:
        CallError: it is not a slice.
    """
    if isinstance(value, list):
        return value
    if isinstance(value, bytes):
        from istioctl.golang.values import Uint8

        take(ITEM * len(value))
        return [Uint8(byte) for byte in value]
    if value is None:
        raise CallError(NIL_DEREFERENCE)
    raise CallError(refusal.format(kind(value)))


def texts_of(value: object) -> list[str]:
    """sprig's strslice: the items of a list as texts without nils, or the one value."""
    if isinstance(value, (list, bytes)):
        take(8 * len(value))
        return [item if type(item) is str else _made(item) for item in items_of(value, "") if item is not None]
    return [] if value is None else [to_text(value)]


def _made(item: object) -> str:
    text = to_text(item)
    take(text.__sizeof__())
    return text


def deep_equal(left: object, right: object) -> bool:
    """reflect.DeepEqual: same types, same contents; a nil list is not an empty one."""
    of = type_of(left)
    if of is not type_of(right):
        return False
    if of is None or of.kind == "string" or of.kind == "bool":
        return left == right
    if of.kind == "slice":
        if is_nil(left) != is_nil(right):
            return False
        if isinstance(left, bytes):
            return left == right
        a, b = cast("list[object]", left), cast("list[object]", right)
        work(len(a))
        return len(a) == len(b) and all(map(deep_equal, a, b))
    if of.kind in {"map", "struct"} and isinstance(left, dict) and isinstance(right, dict):
        if is_nil(left) != is_nil(right) or len(left) != len(right):
            return False
        work(len(left))
        return all(key in right and deep_equal(value, right[key]) for key, value in left.items())
    if of.kind == "ptr":
        if left is right:
            return True
        return not is_nil(left) and not is_nil(right) and deep_equal(deref(left), deref(right))
    return left == right


class DistinctItems:
    """Items already met, to find whether another one is deeply equal to any of them."""

    def __init__(self, items: Iterable[object] = ()) -> None:
        self._plain: set[tuple[type, object]] = set()
        self._others: list[object] = []
        for item in items:
            self.add(item)

    def add(self, item: object) -> None:
        """Remembers `item`."""
        take(2 * ITEM)
        if type(item) in _HASHABLE:
            self._plain.add((type(item), item))
        else:
            self._others.append(item)

    def __contains__(self, item: object) -> bool:
        if type(item) in _HASHABLE:
            return (type(item), item) in self._plain
        work(len(self._others))
        return any(deep_equal(item, other) for other in self._others)


_HASHABLE = frozenset((str, int, bool, type(None)))


def not_asserted(value: object, wanted: str) -> CallError:
    """Go's panic where a function takes a value for what it isn't."""
    name = "nil" if value is None else type_name(value)
    return CallError(f"interface conversion: interface {{}} is {name}, not {wanted}")
