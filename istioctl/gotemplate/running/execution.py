"""The state of one run: what its functions may ask for, and what it has left to spend."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final, Protocol

from istioctl.golang.budget import Budget, LimitError
from istioctl.gotemplate.limits import COMPILED, Limits

Compiled = Callable[["Execution", object, Callable[[str], None]], object]
Site = tuple[int, int, int, str, str]  # index of the template, line, column, the action's text, the function called
_MANY_PIECES: Final = 4096
DYNAMIC: Final = -2  # the site of a line that only the running execution knows


class Renderer(Protocol):
    """A set of templates that a run can go through, as `istioctl.gotemplate.template` has it."""

    @property
    def compiled(self) -> Mapping[str, Compiled]:
        """Its templates by name."""

    def run_within(self, execution: Execution, name: str, data: object) -> str:
        """The output of one of its templates within a run."""

    def extended(self, name: str, text: str) -> Renderer:
        """The set with one more text."""


class Output:
    """What one template, include or tpl has written: `pieces` is where generated code adds to it.

    Many small pieces become one now and then (`settle`), so that they take no more memory than their text.
    """

    __slots__ = ("_chunks", "_size", "pieces")

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self._chunks: list[str] = []
        self._size = 0

    def settle(self, execution: Execution) -> None:
        """Joins the pieces.

        Raises:
            LimitError: the output is too long, or memory for it is not left.
        """
        self._size += sum(map(len, self.pieces))
        if self._size > execution.limits.output:
            raise LimitError(
                f"output limit exceeded: {self._size} characters, at most {execution.limits.output} are allowed"
            )
        if self.pieces:
            self._chunks.append("".join(self.pieces))
            self.pieces.clear()
            execution.made(self._chunks[-1])

    def text(self, execution: Execution) -> str:
        """All of it.

        Raises:
            LimitError: as for `settle`.
        """
        self.settle(execution)
        return self._chunks[0] if len(self._chunks) == 1 else "".join(self._chunks)


class Execution(Budget):
    """One run: what its functions may ask for, and what it has left to spend.

    Attributes:
        templates: the compiled templates by name.
        owner: the set that runs.
        missing_key: what a key that a map lacks gives: `default`, `zero` or `error`.
        limits: the bounds of the run.
        depth: how deep {{template}} calls are nested.
        includes: how deep include and tpl are nested.
        output: what the innermost of them has written.
        state: for functions that keep something between calls, such as Helm's count of nested includes.
    """

    __slots__ = (
        "depth",
        "includes",
        "limits",
        "missing_key",
        "output",
        "owner",
        "recursion_limit",
        "site",
        "state",
        "templates",
    )

    def __init__(self, owner: Renderer, missing_key: str, limits: Limits) -> None:
        super().__init__(limits.memory, limits.steps, limits.seconds)
        self.owner = owner
        self.templates = owner.compiled
        self.missing_key = missing_key
        self.limits = limits
        self.depth = 0
        self.includes = 0
        self.output = Output()
        self.site = -1  # where evaluation is, set by code that can't tell by its line
        self.state: dict[str, object] = {}
        self.recursion_limit = sys.getrecursionlimit()

    def charge(self, steps: int = 1) -> None:
        """Takes `steps` from what the run may spend, and looks at the clock and at the output.

        Raises:
            LimitError: nothing is left.
        """
        self._steps_left -= steps
        if self._steps_left < 0 or monotonic() > self._deadline:
            self._refuse()
        if len(self.output.pieces) > _MANY_PIECES:
            self.output.settle(self)

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
            ParseError: the text is not a template.
            ExecutionError: it failed.
            LimitError: templates are nested too deeply.
        """
        self.take(len(text) * COMPILED)
        return self.owner.extended(name, text).run_within(self, name, data)


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
