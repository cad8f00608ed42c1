"""What generated code calls, and the state of one execution.

The generated code does the common case itself and comes here for the rest: `show` for what isn't text, `fields` when a
plain look-up missed or an argument isn't plainly of its parameter's type, `loops` for what `range` visits. Faults are
raised without a place; `istioctl.gotemplate.template` finds it from the traceback.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, cast

from istioctl.golang.floats import format_float
from istioctl.golang.quoting import quote
from istioctl.golang.types import parse_type
from istioctl.golang.values import Func, Int, class_of, deref, is_nil, make, nil, type_of
from istioctl.gotemplate.errors import EvaluationError, LimitError
from istioctl.gotemplate.limits import Limits
from istioctl.gotemplate.running import fmt
from istioctl.gotemplate.running.fields import BOXED_NIL, coerce, field, field_boxed, method
from istioctl.gotemplate.running.loops import holds_any, items, pairs

if TYPE_CHECKING:
    from istioctl.gotemplate.template import TemplateSet

Compiled = Callable[["Execution", object, Callable[[str], None]], object]
Site = tuple[int, int, int, str, str]  # index of the template, line, column, the action's text, the function called
DYNAMIC: Final = -2  # the site of a line that only the running execution knows
MAX_DEPTH: Final = 100_000  # as Go's own, for {{template}}
MISSED: Final = (KeyError, TypeError)


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


_SHALLOW: Final = 16  # levels that need no more stack than there is
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
    if not execution.depth & 15:
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
