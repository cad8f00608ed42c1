"""What can go wrong in a template.

Functions raise `CallError` (or `FailureError`), the runtime `EvaluationError`; neither knows where it happened.
The engine finds the place and raises one of the two that callers see, both `istioctl.errors.TemplateError`:

    TemplateError
    ├── ParseError            the text is no template
    └── ExecutionError        it failed while it ran; `category` is exec, call, fail or limit
"""

from __future__ import annotations

from typing import NamedTuple

from istioctl.errors import TemplateError


class CallError(Exception):
    """A function refuses its arguments: Go's returned error or panic.

    Args:
        text: the error's own text, without `error calling …`.
        function: what was called, where the place does not tell.
    """

    def __init__(self, text: str, function: str = "") -> None:
        super().__init__(text)
        self.text = text
        self.function = function


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


class LimitError(Exception):
    """A template asks for more than it may have; `text` names the limit."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class Place(NamedTuple):
    """Where in a template: `line` counts from 1, `column` in bytes from 0, as Go counts them."""

    template: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.template}:{self.line}:{self.column}"


class ParseError(TemplateError):
    """The text is no template. The message is Go's, with template and line."""

    default_id = "template-syntax"


class ExecutionError(TemplateError):
    """The template failed while it ran.

    Args:
        message: Go's whole message.
        category: `exec` (the engine), `call` (a function), `fail` (the author's own `fail`/`required`), `limit`.
        place: the outermost place of the failure.
        reason: the innermost error's own words.
    """

    default_id = "template-execution"

    def __init__(self, message: str, *, category: str, place: Place | None, reason: str) -> None:
        super().__init__(message)
        self.category = category
        self.place = place
        self.reason = reason
