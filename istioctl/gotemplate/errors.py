"""What can go wrong in a template.

Functions raise `golang.types.CallError` (or `FailureError`), the runtime `EvaluationError`, and what costs too much
`golang.budget.LimitError`; none knows where it happened.
The engine finds the place and raises one of the two that callers see, both `istioctl.errors.TemplateError`:

    TemplateError
    ├── ParseError            the text is not a template
    └── ExecutionError        it failed while it ran; `category` is exec, call, fail, limit or bug
"""

from typing import NamedTuple

from istioctl.errors import TemplateError
from istioctl.golang.types import CallError


class FailureError(CallError):
    """The template's author asked for the failure (Helm's `fail` and `required`)."""


class EvaluationError(Exception):
    """The engine can't evaluate an action.

    Args:
        text: what Go says, without the place.
        site: the index of the place if it isn't the statement that runs.
    """

    def __init__(self, text: str, site: int | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.site = site


class Place(NamedTuple):
    """Where in a template: `line` counts from 1, `column` in bytes from 0, as Go counts them."""

    template: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.template}:{self.line}:{self.column}"


class ParseError(TemplateError):
    """The text is not a template. The message is Go's, with template and line."""

    default_id = "template-syntax"


class ExecutionError(TemplateError):
    """The template failed while it ran.

    Args:
        message: Go's whole message.
        category: `exec` (the engine), `call` (a function), `fail` (the author's own `fail`/`required`), `limit`,
            `bug` (the engine's own fault).
        place: the outermost place of the failure.
        reason: the innermost error's own words.
    """

    default_id = "template-execution"

    def __init__(self, message: str, *, category: str, place: Place | None, reason: str) -> None:
        super().__init__(message)
        self.category = category
        self.place = place
        self.reason = reason
