"""What `range` visits (exec.go's walkRange)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import cast

from istioctl.golang import fmt, types
from istioctl.golang.printing import sorted_keys
from istioctl.golang.types import GoType
from istioctl.golang.values import Int, deref, is_nil, make, type_of
from istioctl.gotemplate.errors import EvaluationError
from istioctl.gotemplate.running.execution import Execution

_UNWATCHED = 64  # iterations that need no look at the clock
_INDICES = tuple(map(Int, range(_UNWATCHED)))


class _Watched:
    """The items of a long loop, with a look at the clock now and then."""

    __slots__ = ("_execution", "_items")

    def __init__(self, execution: Execution, items: Iterable[object]) -> None:
        self._execution = execution
        self._items = items

    def __iter__(self) -> Iterator[object]:
        charge = self._execution.charge
        for count, item in enumerate(self._items):
            if not count % _UNWATCHED:
                charge(_UNWATCHED)
            yield item


def items(execution: Execution, value: object) -> Iterable[object]:
    """What `range` visits with at most one variable; false if that is nothing."""
    plain = type(value)
    if plain is list:
        return _bounded(execution, cast("list[object]", value))
    if plain is dict:
        entries = cast("dict[str, object]", value)
        return _bounded(execution, [entries[key] for key in sorted(entries)])
    value, of = _concrete(value)
    if of is None:
        return ()
    if of.kind == "slice":
        return _bounded(execution, _elements(value))
    if of.kind == "map":
        keyed = cast("dict[object, object]", value)
        return _bounded(execution, [keyed[key] for key in sorted_keys(keyed)])
    if of.kind in types.SIGNED or of.kind in types.UNSIGNED:
        return _numbers(execution, cast("int", value))
    raise EvaluationError(f"range can't iterate over {fmt.show(value)}")


def pairs(execution: Execution, value: object) -> Iterable[object]:
    """What `range` visits with two variables."""
    if isinstance(value, list) and len(value) <= _UNWATCHED:
        execution.charge(len(value))
        return list(zip(_INDICES, value, strict=False))
    value, of = _concrete(value)
    if of is None:
        return ()
    if of.kind == "slice":
        elements = _elements(value)
        return _bounded(execution, elements, lambda: zip(map(Int, range(len(elements))), elements, strict=True))
    if of.kind == "map":
        keyed = cast("dict[object, object]", value)
        keys = sorted_keys(keyed)
        found = [keyed[key] for key in keys]
        return _bounded(execution, keys, lambda: zip(keys, found, strict=True))
    if of.kind in types.SIGNED or of.kind in types.UNSIGNED:
        raise EvaluationError(f"can't use {fmt.show(value)} to iterate over more than one variable")
    raise EvaluationError(f"range can't iterate over {fmt.show(value)}")


def _concrete(value: object) -> tuple[object, GoType | None]:
    of = type_of(value)
    while of is not None and of.kind == "ptr" and not is_nil(value):
        value = deref(value)
        of = type_of(value)
    return value, of


def _elements(value: object) -> list[object]:
    if isinstance(value, bytes):
        return [make(types.UINT8, byte) for byte in value]
    return cast("list[object]", value)


def _bounded(
    execution: Execution, found: list[object], visited: Callable[[], Iterable[object]] | None = None
) -> Iterable[object]:
    """What is visited of the items that are found, all of them at once where they are few."""
    if len(found) <= _UNWATCHED:
        execution.charge(len(found))
        return list(visited()) if visited else found
    execution.take(8 * len(found))
    return _Watched(execution, visited() if visited else found)


def _numbers(execution: Execution, count: int) -> Iterable[object]:
    if count <= 0:
        return ()
    made = type(count)
    return _Watched(execution, map(made, range(count)))


def holds_any(value: object) -> bool:
    """Whether the elements of what is ranged over have the static type `interface {}`."""
    of = _concrete(value)[1]
    return of is not None and of.kind in {"slice", "map"} and of.elem.kind == "interface"
