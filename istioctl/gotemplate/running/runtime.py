"""What generated code calls.

The generated code does the common case itself and comes here for the rest: `show` for what isn't text, `fields` when a
plain look-up missed or an argument isn't plainly of its parameter's type, `loops` for what `range` visits. Faults are
raised without a place; `istioctl.gotemplate.template` finds it from the traceback.
"""

from __future__ import annotations

from typing import Final, cast

from istioctl.golang import fmt
from istioctl.golang.quoting import quote
from istioctl.golang.strconv import format_float
from istioctl.golang.types import parse_type
from istioctl.golang.values import Func, Int, class_of, deref, is_nil, make, nil, type_of
from istioctl.gotemplate.errors import EvaluationError
from istioctl.gotemplate.running.execution import Compiled, Execution, settle
from istioctl.gotemplate.running.fields import BOXED_NIL, coerce, field, field_boxed, method
from istioctl.gotemplate.running.loops import holds_any, items, pairs

MAX_DEPTH: Final = 100_000  # as Go's own, for {{template}}
MISSED: Final = (KeyError, TypeError)


class UnprintableError(EvaluationError):
    """A function's value was to be printed; the message needs the action's text, which the place knows."""


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
