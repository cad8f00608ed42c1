"""What generated code calls, and the state of one execution.

The generated code does the common case itself and comes here for the rest: `field` when a plain look-up missed,
`coerce` when an argument isn't plainly of its parameter's type, `show` for what isn't text. Faults are raised without
a place; `istioctl.gotemplate.template` finds it from the traceback.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Final, cast

from istioctl.gotemplate import fmt, types
from istioctl.gotemplate.errors import CallError, EvaluationError, LimitError
from istioctl.gotemplate.floats import format_float
from istioctl.gotemplate.limits import Limits
from istioctl.gotemplate.quoting import quote
from istioctl.gotemplate.signatures import Function
from istioctl.gotemplate.types import GoType, parse_type
from istioctl.gotemplate.values import (
    Func,
    Int,
    class_of,
    deref,
    is_nil,
    make,
    nil,
    type_of,
    zero,
)

if TYPE_CHECKING:
    from istioctl.gotemplate.template import TemplateSet

Compiled = Callable[["Execution", object, Callable[[str], None]], object]
ABSENT: Final = object()
BOXED_NIL: Final = object()  # what evaluates an argument found a nil within an interface
MAX_DEPTH: Final = 100_000  # as Go's own, for {{template}}
MISSED: Final = (KeyError, TypeError)
_UNWATCHED = 64  # iterations that need no look at the clock


class UnprintableError(EvaluationError):
    """A function's value was to be printed; the message needs the action's text, which the place knows."""


class Execution:
    """One run: what its functions may ask for, and what it has left to spend.

    Attributes:
        templates: the compiled templates by name.
        owner: the set that runs.
        missing_key: what a key that a map lacks gives: `default`, `zero` or `error`.
        limits: the bounds of the run.
        depth: how deep {{template}} calls are nested.
        includes: how deep include and tpl are nested.
        state: for functions that keep something between calls, such as Helm's count of nested includes.
    """

    __slots__ = (
        "_deadline",
        "_steps",
        "depth",
        "includes",
        "limits",
        "missing_key",
        "owner",
        "recursion_limit",
        "site",
        "state",
        "templates",
    )

    def __init__(self, owner: TemplateSet, missing_key: str, limits: Limits) -> None:
        self.owner = owner
        self.templates: Mapping[str, Compiled] = owner.compiled
        self.missing_key = missing_key
        self.limits = limits
        self.depth = 0
        self.includes = 0
        self.site = -1  # where evaluation is, set by code that can't tell by its line
        self.state: dict[str, object] = {}
        self.recursion_limit = sys.getrecursionlimit()
        self._steps = limits.steps
        self._deadline = time.monotonic() + limits.seconds

    def charge(self, steps: int = 1) -> None:
        """Takes `steps` from what the run may spend, and looks at the clock.

        Raises:
            LimitError: nothing is left.
        """
        self._steps -= steps
        if self._steps < 0:
            raise LimitError(f"step limit exceeded: more than {self.limits.steps} loop iterations")
        if time.monotonic() > self._deadline:
            raise LimitError(f"time limit exceeded: more than {self.limits.seconds:g} seconds")

    def include(self, name: str, data: object) -> str:
        """The output of the template `name` on `data`, for functions such as Helm's include.

        Raises:
            ExecutionError: it failed; the engine adds the caller's place.
            LimitError: includes are nested too deeply.
        """
        return self.owner.run_within(self, name, data)

    def render_text(self, name: str, text: str, data: object) -> str:
        """The output of `text` as a template `name` that sees the set's others, for functions such as Helm's tpl.

        Raises:
            ParseError: the text is no template.
            ExecutionError: it failed.
            LimitError: templates are nested too deeply.
        """
        return self.owner.extended(name, text).run_within(self, name, data)


# Fields


def field(execution: Execution, value: object, names: Iterable[str], boxed: bool) -> object:
    """`.A.B` on `value`, where a plain look-up gave nothing."""
    for name in names:
        value, boxed = _step(execution, value, name, boxed)
    return value


def field_boxed(execution: Execution, value: object, names: Iterable[str], boxed: bool) -> bool:
    """Whether what `field` gives has the static type `interface {}`."""
    for name in names:
        value, boxed = _step(execution, value, name, boxed)
    return boxed


def _step(execution: Execution, value: object, name: str, boxed: bool) -> tuple[object, bool]:
    """One field of `value`, and whether it is boxed."""
    if value is None:
        if boxed:
            raise EvaluationError(f"nil pointer evaluating interface {{}}.{name}")
        if execution.missing_key == "error":
            raise EvaluationError(f"nil data; no entry for key {quote(name)}")
        return None, False
    of = type_of(value)
    while of is not None and of.kind == "ptr" and of.elem.kind == "ptr" and not is_nil(value):
        value = deref(value)
        of = type_of(value)
    if of is None:
        return None, False
    called = of.method(name)
    if called is not None:
        return _call_method(execution, value, of, called, (), ABSENT), False
    static = "interface {}" if boxed else of.name
    return _element(execution, value, of, name, static)


def _element(execution: Execution, value: object, of: GoType, name: str, static: str) -> tuple[object, bool]:
    """A struct's field or a map's entry."""
    pointed = of.elem if of.kind == "ptr" else of
    if pointed.kind == "struct" and not is_nil(value):
        if name in pointed.fields and isinstance(value, dict):
            return value[name], pointed.fields[name].kind == "interface"
        if name in pointed.hidden:
            raise EvaluationError(f"{name} is an unexported field of struct type {static}")
    elif pointed.kind == "map" and not is_nil(value) and types.STRING.assignable_to(pointed.key):
        entries = cast("dict[object, object]", value if of is pointed else deref(value))
        boxed = pointed.elem.kind == "interface"
        if name in entries:
            return entries[name], boxed
        if execution.missing_key == "error":
            raise EvaluationError(f"map has no entry for key {quote(name)}")
        return (None, False) if execution.missing_key == "default" else (zero(pointed.elem), boxed)
    elif of.kind == "map" and types.STRING.assignable_to(of.key):  # a nil map
        if execution.missing_key == "error":
            raise EvaluationError(f"map has no entry for key {quote(name)}")
        zeroed = execution.missing_key == "zero"
        return (zero(of.elem), of.elem.kind == "interface") if zeroed else (None, False)
    elif of.kind == "ptr" and is_nil(value) and (pointed.kind != "struct" or _has_field(pointed, name)):
        raise EvaluationError(f"nil pointer evaluating {static}.{name}")
    raise EvaluationError(f"can't evaluate field {name} in type {static}")


def _has_field(struct: GoType, name: str) -> bool:
    return name in struct.fields or name in struct.hidden


def method(
    execution: Execution,
    value: object,
    boxed: bool,
    name: str,
    args: tuple[tuple[int, tuple[str, str, object] | None, Callable[[], object] | None], ...],
    final: object = ABSENT,
) -> object:
    """`value.name` with arguments, which only a method takes.

    Args:
        execution: the run.
        value: the receiver.
        boxed: whether its static type is `interface {}`.
        name: the method.
        args: for each argument its site, and either the literal (kind, text, values) or what evaluates it.
        final: the value of the pipeline before it, if any.
    """
    if value is None:
        return _step(execution, value, name, boxed)[0]
    of = type_of(value)
    if of is None:
        return None
    called = of.method(name)
    if called is not None:
        return _call_method(execution, value, of, called, args, final)
    shape = of.elem if of.kind == "ptr" else of
    static = "interface {}" if boxed else of.name
    if shape.kind == "struct" and not is_nil(value) and name in shape.fields:
        raise EvaluationError(f"{name} has arguments but cannot be invoked as function")
    if shape.kind == "map" and types.STRING.assignable_to(shape.key):
        raise EvaluationError(f"{name} is not a method but has arguments")
    return _element(execution, value, of, name, static)[0]


def _call_method(
    execution: Execution,
    value: object,
    of: GoType,
    called: Function,
    args: tuple[tuple[int, tuple[str, str, object] | None, Callable[[], object] | None], ...],
    final: object,
) -> object:
    given = len(args) + (final is not ABSENT)
    if called.variadic and given < called.fixed:
        raise EvaluationError(f"wrong number of args for {called.name}: want at least {called.fixed} got {len(args)}")
    if not called.variadic and given != len(called.params):
        raise EvaluationError(f"wrong number of args for {called.name}: want {len(called.params)} got {given}")
    ready: list[object] = [execution] if called.context else []
    for at, (site, literal, thunk) in enumerate(args):
        wanted = called.params[min(at, len(called.params) - 1)]
        found = thunk() if thunk is not None else None
        boxed = found is BOXED_NIL
        try:
            ready.append(
                coerce(None if boxed else found, wanted, boxed) if literal is None else _literal(literal, wanted)
            )
        except EvaluationError as error:
            error.site = site
            raise
    if final is not ABSENT:
        ready.append(coerce(final, called.params[min(len(args), len(called.params) - 1)]))
    receiver = value
    if of.kind == "ptr" and called.name not in of.elem.pointer_methods:
        if is_nil(value):
            word = (
                f"value method {of.elem.name}.{called.name} called using nil *{of.elem.name.rpartition('.')[2]} pointer"
            )
            raise CallError(word, called.name)
        receiver = deref(value)
    try:
        return called.call(receiver, *ready)
    except CallError as error:
        error.function = called.name
        raise


def _literal(literal: tuple[str, str, object], wanted: GoType) -> object:
    """A literal as a value of a type that is known only now."""
    word, text, value = literal
    kind = wanted.kind
    if word == "nil":
        if wanted.nilable:
            return nil(wanted)
        raise EvaluationError(f"cannot assign nil to {wanted.name}")
    if kind == "interface":
        return _open_number(text, cast("_Numbers", value)) if word == "number" else value
    if kind in {"string", "bool"}:
        if word != kind:
            raise EvaluationError(f"expected {kind}; found {text}")
        return make(wanted, value)
    groups = (
        (types.SIGNED, "integer"),
        (types.UNSIGNED, "unsigned integer"),
        (types.FLOATS, "float"),
        (types.COMPLEX, "complex"),
    )
    for at, (kinds, name) in enumerate(groups):
        if kind in kinds:
            number = cast("_Numbers", value)[at] if word == "number" else None
            if number is None:
                raise EvaluationError(f"expected {name}; found {text}")
            return make(wanted, number)
    raise EvaluationError(f"can't handle {text} for arg of type {wanted.name}")


_Numbers = tuple[int | None, int | None, float | None, complex | None]


def _open_number(text: str, values: _Numbers) -> object:
    integer, _, real, complex_value = values
    if complex_value is not None:
        return complex_value
    if real is not None and text[0] != "'" and "x" not in text and set(".eEpP").intersection(text):
        return real
    if integer is None:
        raise EvaluationError(f"{text} overflows int")
    return Int(integer)


# Conversions


def coerce(value: object, wanted: GoType, boxed: bool = False) -> object:
    """`value` as an argument for a parameter of type `wanted`."""
    if value is None:
        if wanted.kind == "interface" and not wanted.methods:
            return None
        if boxed:
            raise EvaluationError(f"wrong type for value; expected {wanted.name}; got interface {{}}")
        if wanted.nilable:
            return nil(wanted)
        raise EvaluationError(f"invalid value; expected {wanted.name}")
    of = type_of(value)
    if of is None or of.assignable_to(wanted):
        return value
    if of.kind == "ptr" and of.elem.assignable_to(wanted):
        if is_nil(value):
            raise EvaluationError(f"dereference of nil pointer of type {wanted.name}")
        return deref(value)
    raise EvaluationError(f"wrong type for value; expected {wanted.name}; got {of.name}")


def show(value: object) -> str:
    """What an action writes for `value`."""
    plain = type(value)
    if plain is str:
        return cast("str", value)
    if plain is bool:
        return "true" if value else "false"
    if plain is int or plain is Int:
        return fmt.integer_text(cast("int", value))
    if plain is float:
        return format_float(cast("float", value))
    if value is None:
        return "<no value>"
    if isinstance(value, Func):
        raise UnprintableError(value.go_type.name)
    return fmt.show(printable(value))


def printable(value: object) -> object:
    """`value` with pointers followed, unless the pointer prints itself."""
    of = type_of(value)
    while of is not None and of.kind == "ptr" and not is_nil(value):
        if of.elem.kind == "struct" and any(name in of.elem.pointer_methods for name in ("Error", "String")):
            break
        value = deref(value)
        of = type_of(value)
    return value


def reflect_string(value: object) -> str:
    """reflect's String of a value: text as it is, else its type."""
    if value is None:
        return "<invalid Value>"
    of = type_of(value)
    return str(value) if isinstance(value, str) else f"<{of.name if of else ''} Value>"


# Loops


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
        return _bounded(execution, [keyed[key] for key in fmt.sorted_keys(keyed)])
    if of.kind in types.SIGNED or of.kind in types.UNSIGNED:
        return _numbers(execution, cast("int", value))
    raise EvaluationError(f"range can't iterate over {fmt.show(value)}")


def pairs(execution: Execution, value: object) -> Iterable[object]:
    """What `range` visits with two variables."""
    value, of = _concrete(value)
    if of is None:
        return ()
    if of.kind == "slice":
        elements = _elements(value)
        return _bounded(execution, [(Int(at), element) for at, element in enumerate(elements)])
    if of.kind == "map":
        keyed = cast("dict[object, object]", value)
        return _bounded(execution, [(key, keyed[key]) for key in fmt.sorted_keys(keyed)])
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


def _bounded(execution: Execution, found: list[object]) -> Iterable[object]:
    if len(found) <= _UNWATCHED:
        execution.charge(len(found))
        return found
    return _Watched(execution, found)


def _numbers(execution: Execution, count: int) -> Iterable[object]:
    if count <= 0:
        return ()
    made = type(count)
    return _Watched(execution, map(made, range(count)))


def holds_any(value: object) -> bool:
    """Whether the elements of what is ranged over have the static type `interface {}`."""
    of = _concrete(value)[1]
    return of is not None and of.kind in {"slice", "map"} and of.elem.kind == "interface"


_SHALLOW: Final = 64  # levels that need no more stack than there is
_INCLUDE_FRAMES: Final = 8
_ROOM: Final = 1000  # Python frames that functions may use on top of nested templates


def settle(execution: Execution) -> None:
    """Keeps the interpreter's recursion limit a fixed distance above the templates at work.

    Generated code needs one Python frame for each nested template, so that Go's own limit can be kept; but the limit
    also guards the C stack while functions work on deeply nested data, so it never is higher than need be.
    """
    level = execution.depth + _INCLUDE_FRAMES * execution.includes
    sys.setrecursionlimit(execution.recursion_limit + (level + _ROOM if level >= _SHALLOW else 0))


def template(execution: Execution, name: str) -> Compiled:
    """The template that {{template}} calls, one level deeper."""
    found = execution.templates.get(name)
    if found is None:
        raise EvaluationError(f"template {quote(name)} not defined")
    if execution.depth == MAX_DEPTH:
        raise EvaluationError(f"exceeded maximum template depth ({MAX_DEPTH})")
    execution.depth += 1
    if not execution.depth & 63:
        settle(execution)
    execution.charge()
    return found


NAMES: Final[dict[str, object]] = {
    **{plain.__name__: plain for plain in (bool, dict, float, int, list, str, type)},
    "BOXED_NIL": BOXED_NIL,
    "EvaluationError": EvaluationError,
    "Int": Int,
    "MISSED": MISSED,
    "class_of": class_of,
    "coerce": coerce,
    "field": field,
    "field_boxed": field_boxed,
    "holds_any": holds_any,
    "items": items,
    "make": make,
    "method": method,
    "nil": nil,
    "pairs": pairs,
    "parse_type": parse_type,
    "reflect_string": reflect_string,
    "settle": settle,
    "show": show,
    "template": template,
}
