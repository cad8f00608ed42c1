"""How a function that templates may call is declared.

A function table maps names to `istioctl.golang.types.Function` entries. An entry is a Python callable with Go's
parameter types spelled in a string, so that the compiler can check arity, turn literals into the right type and emit a
direct call:

    TABLE = FunctionTable()

    @TABLE.function("indent", "int, string")            # func(int, string) string
    def indent(spaces: int, text: str) -> str: ...

    @TABLE.function("list", "...any")                    # func(...interface{}) []interface{}
    def make_list(*items: object) -> list[object]: ...

    @TABLE.function("include", "string, any", context=True)
    def include(execution: Execution, name: str, data: object) -> str: ...

What the callable can rely on:

- Each argument already has the declared type, or the template has failed as Go says it (`wrong type for value; expected
  string; got int`, `cannot assign nil to string`, `expected integer; found "x"`). `any` takes everything; an absent
  value and nil arrive as None. A nil for `map[string]any`, `[]string`, … arrives as an empty value whose class says
  `is_nil`. Number parameters arrive as an `int`/`float` of any class: `int(n)` when the class must go.
- The number of arguments is right; a variadic's last declared type is that of each further argument.
- With `context=True` the running `Execution` comes first: `execution.include(name, data)`, and `execution.charge(n)`
  before a loop of n steps.
- What is returned is counted by the engine (its own size, not that of what it holds), unless the entry says with
  `passes=True` that nothing new is made. What is larger meanwhile, or holds new things, goes through
  `istioctl.golang.budget`: `check_size(n)` before building n characters or items, `take(n)` for n bytes, `work(n)` in
  loops of n steps.

What it returns must be a value of the model in `istioctl.golang.values` with the Go result's type: `Int(n)` for
Go's `int`, a plain `int` for `int64`, `make(SLICE_STRING, [...])` for `[]string`, and so on.

It fails with `CallError(text)` where the Go function returns an error or panics; the engine puts the place and `error
calling NAME:` before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TypeVar

from istioctl.golang.types import Function, function

_F = TypeVar("_F", bound=Callable[..., object])


class FunctionTable(Mapping[str, Function]):
    """Functions by name, filled by decorators."""

    def __init__(self, *tables: Mapping[str, Function]) -> None:
        self._entries: dict[str, Function] = {}
        for table in tables:
            self._entries.update(table)

    def function(self, name: str, signature: str, *, context: bool = False, passes: bool = False) -> Callable[[_F], _F]:
        """Declares the decorated callable under `name`; stack decorators to give it several names."""

        def declare(call: _F) -> _F:
            self._entries[name] = function(name, signature, call, context=context, passes=passes)
            return call

        return declare

    def __getitem__(self, name: str) -> Function:
        return self._entries[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
