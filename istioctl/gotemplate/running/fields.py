"""Fields, methods and arguments where the plain case of the generated code does not hold (exec.go's eval functions).

Go's static type of a value shows in its errors alone: *boxed* says that it is `interface {}`, because the value came
out of a map or slice of them and no pipeline has unpacked it yet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, cast

from istioctl.golang import types
from istioctl.golang.quoting import quote
from istioctl.golang.types import CallError, Function, GoType
from istioctl.golang.values import deref, is_nil, make, nil, type_of, zero
from istioctl.gotemplate.errors import EvaluationError
from istioctl.gotemplate.running.execution import Execution

ABSENT: Final = object()
BOXED_NIL: Final = object()  # what evaluates an argument found a nil within an interface
#: What it is (string, bool, number or nil), how it is written, its value or its values as int, uint, float and complex,
#: and its value where any type will do.
Literal = tuple[str, str, object, object]
#: An argument that waits for its parameter's type: its site, and the literal or what evaluates it.
Argument = tuple[int, Literal | None, Callable[[], object] | None]


def field(execution: Execution, value: object, names: Iterable[str], boxed: bool) -> object:
    """`.A.B` on `value`, where a plain look-up gave nothing."""
    for name in names:
        if type(value) is dict and name in value:
            value, boxed = value[name], True
        elif type(value) is dict and execution.missing_key == "default":
            value, boxed = None, False
        else:
            value, boxed = _step(execution, value, name, boxed)
    return value


def field_boxed(execution: Execution, value: object, names: Iterable[str], boxed: bool) -> bool:
    """Whether what `field` gives has the static type `interface {}`."""
    for name in names:
        value, boxed = _step(execution, value, name, boxed)
    return boxed


def _step(execution: Execution, value: object, name: str, boxed: bool) -> tuple[object, bool]:
    """One field of `value`, and whether it is boxed."""
    if type(value) is dict:  # map[string]interface {}
        if name in value:
            return value[name], True
        if execution.missing_key == "default":
            return None, False
    if value is None:
        if boxed:
            raise EvaluationError(f"nil pointer evaluating interface {{}}.{name}")
        if execution.missing_key == "error":
            raise EvaluationError(f"nil data; no entry for key {quote(name)}")
        return None, False
    of = type_of(value)
    if of is not None and isinstance(value, dict) and name in value and of.kind != "map":  # a struct's field
        return value[name], (of.elem if of.kind == "ptr" else of).fields[name].kind == "interface"
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
        entries: Any = value if of is pointed else deref(value)
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
    args: tuple[Argument, ...],
    final: object = ABSENT,
) -> object:
    """`value.name` with arguments, which only a method takes.

    Args:
        execution: the run.
        value: the receiver.
        boxed: whether its static type is `interface {}`.
        name: the method.
        args: the arguments, unevaluated.
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
    args: tuple[Argument, ...],
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
        result = called.call(receiver, *ready)
    except CallError as error:
        error.function = called.name
        raise
    if not called.passes:
        execution.made(result)
    return result


def _literal(literal: Literal, wanted: GoType) -> object:
    """A literal as a value of a type that is known only now."""
    word, text, value, open_value = literal
    kind = wanted.kind
    if word == "nil":
        if wanted.nilable:
            return nil(wanted)
        raise EvaluationError(f"cannot assign nil to {wanted.name}")
    if kind == "interface":
        if open_value is None:
            raise EvaluationError(f"{text} overflows int")
        return open_value
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
            number = cast("tuple[object, ...]", value)[at] if word == "number" else None
            if number is None:
                raise EvaluationError(f"expected {name}; found {text}")
            return make(wanted, number)
    raise EvaluationError(f"can't handle {text} for arg of type {wanted.name}")


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
