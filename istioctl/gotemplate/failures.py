"""From whatever a running template raised to the one error that callers see, with the place in the template.

Nothing but an `ExecutionError` leaves the engine: an exception that no part of it means to raise is a bug of the
engine's, and becomes an error of the category `bug` that names the place, too.
"""

from types import TracebackType
from typing import Final, NamedTuple

from istioctl.errors import IstioctlError
from istioctl.golang.budget import LimitError
from istioctl.golang.quoting import quote
from istioctl.golang.types import CallError
from istioctl.golang.values import UnknownValueError, readable
from istioctl.gotemplate.compiler.units import Unit
from istioctl.gotemplate.errors import EvaluationError, ExecutionError, FailureError, ParseError, Place
from istioctl.gotemplate.running.execution import DYNAMIC
from istioctl.gotemplate.running.runtime import UnprintableError

UNIT: Final = "U"  # the global of generated code that leads to its Linked


class Linked(NamedTuple):
    """What the functions of one text came from: its name and its code."""

    name: str
    unit: Unit


class _Action(NamedTuple):
    """An action of a template: where it is, the template around it, its text, and the function it calls."""

    place: Place
    template: str
    text: str
    call: str


def explained(error: Exception, dynamic: int) -> ExecutionError:
    """The error that callers see for what a template raised.

    Args:
        error: what was raised while the template ran.
        dynamic: the site where evaluation was, for lines that have no fixed one.
    """
    site = error.site if isinstance(error, EvaluationError) else None
    found = _find(error.__traceback__, dynamic, site)
    match error:
        case UnprintableError() if found:
            reason = f"can't print {found.text} of type {error.text}"
            return _placed("exec", reason, found, None, reason)
        case EvaluationError():
            return _placed("exec", error.text, found, None, error.text)
        case CallError():
            category = "fail" if isinstance(error, FailureError) else "call"
            return _placed(category, error.text, found, error.function, error.text)
        case ExecutionError():
            return _placed(error.category, error.message, found, "", error.reason)
        case ParseError():
            return _placed("call", error.message, found, "", error.message)
        case LimitError() | UnknownValueError():
            return _placed("limit", error.text, found, None, error.text)
        case RecursionError():
            reason = "depth limit exceeded: templates or data are nested too deeply"
            return _placed("limit", reason, found, None, reason)
        case MemoryError():
            return _placed("limit", "memory limit exceeded", found, None, "memory limit exceeded")
        case IstioctlError():
            return _placed("call", error.message, found, "", error.message)
    reason = f"internal error: {type(error).__name__}: {error}"
    return _placed("bug", reason, found, None, reason)


def _find(traceback: TracebackType | None, dynamic: int, site: int | None) -> _Action | None:
    """The innermost action in a traceback; `site` is its site if it is known better.

    Both numbers are those of the innermost code: the code of another text, which called it, has sites of its own.
    """
    frames: list[tuple[Linked, int]] = []
    while traceback is not None:
        linked = traceback.tb_frame.f_globals.get(UNIT)
        if isinstance(linked, Linked):
            frames.append((linked, traceback.tb_lineno))
        traceback = traceback.tb_next
    for (name, unit), line_of_code in reversed(frames):
        index = unit.lines[line_of_code] if site is None else site
        if index == DYNAMIC:
            index = dynamic
        if index >= 0:
            template, line, column, text, call = unit.sites[index]
            return _Action(Place(name, line, column), unit.templates[template][0], text, call)
    return None


def _placed(category: str, text: str, found: _Action | None, function: str | None, reason: str) -> ExecutionError:
    """The error with its place before it; `function` None means that no function call failed."""
    if found is None:
        return ExecutionError(readable(text), category=category, place=None, reason=reason)
    if function is not None:
        text = f"error calling {function or found.call}: {text}"
    message = f"template: {found.place}: executing {quote(found.template)} at <{found.text}>: {text}"
    return ExecutionError(readable(message), category=category, place=found.place, reason=reason)
