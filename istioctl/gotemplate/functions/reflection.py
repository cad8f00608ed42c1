"""sprig's questions about types (`reflect.go`)."""

from __future__ import annotations

from istioctl.golang.values import kind, type_name
from istioctl.gotemplate.functions.casting import deep_equal
from istioctl.gotemplate.functions.table import FunctionTable

TABLE = FunctionTable()


@TABLE.function("typeOf", "any", passes=True)
def type_of(value: object) -> str:
    """The value's Go type."""
    return type_name(value)


@TABLE.function("typeIs", "string, any", passes=True)
def type_is(name: str, value: object) -> bool:
    """Whether the value has the Go type."""
    return type_name(value) == name


@TABLE.function("typeIsLike", "string, any", passes=True)
def type_is_like(name: str, value: object) -> bool:
    """Whether the value has the Go type or is a pointer to it."""
    return type_name(value) in (name, f"*{name}")


@TABLE.function("kindOf", "any", passes=True)
def kind_of(value: object) -> str:
    """The value's kind, such as `map` or `int64`."""
    return kind(value)


@TABLE.function("kindIs", "string, any", passes=True)
def kind_is(name: str, value: object) -> bool:
    """Whether the value has the kind."""
    return kind(value) == name


TABLE.function("deepEqual", "any, any", passes=True)(deep_equal)
