"""The public face: compile template texts into a set, and run it many times.

    >>> render({"main": "Hello {{ .name }}"}, "main", {"name": "world"})
    'Hello world'

Each text is compiled once (see `istioctl.gotemplate.compiler.units`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Literal, cast

from istioctl.golang import budget
from istioctl.golang.budget import LimitError
from istioctl.golang.quoting import quote
from istioctl.golang.types import CallError, Function
from istioctl.golang.values import readable
from istioctl.gotemplate.compiler.units import Functions, compile_text
from istioctl.gotemplate.errors import ExecutionError
from istioctl.gotemplate.failures import UNIT, Linked, explained
from istioctl.gotemplate.functions import further_functions_of
from istioctl.gotemplate.limits import DEFAULT, Limits
from istioctl.gotemplate.running import runtime
from istioctl.gotemplate.running.execution import Compiled, Execution, Output, settle

Dialect = Literal["go", "helm", "istio"]
MissingKey = Literal["default", "zero", "error"]
_PIECES_TO_LEAVE = 256  # of an output, while a template within it writes its own


class TemplateSet:
    """Templates that may call each other, compiled for many runs.

    Args:
        templates: texts by name, parsed in this order; a later definition replaces an earlier one of its name unless it
            is empty.
        dialect: whose functions there are: `go` (text/template and sprig), `helm` or `istio`.
        functions: more functions, or others for names of the dialect, such as those that need YAML.
        limits: the bounds of each run.

    Raises:
        ParseError: a text is not a template.
    """

    def __init__(
        self,
        templates: Mapping[str, str],
        *,
        dialect: Dialect = "go",
        functions: Mapping[str, Function] | None = None,
        limits: Limits = DEFAULT,
    ) -> None:
        self.dialect = dialect
        self.limits = limits
        self.functions = Functions(dialect, functions or {})
        self.compiled: dict[str, Compiled] = {}
        for name, text in templates.items():
            self._add(name, text)

    def _add(self, name: str, text: str, *, keep: bool = True) -> None:
        unit = compile_text(name, text, self.functions, keep=keep)
        space: dict[str, object] = {"__builtins__": {}, **runtime.NAMES, UNIT: Linked(name, unit)}
        for called, home in unit.functions:
            space[f"f_{called}"] = self.functions.find(called, home).call
        exec(unit.code, space)  # noqa: S102 - our own code, which sees nothing but `space`
        for defined, function, empty in unit.templates:
            if empty and defined in self.compiled:
                continue
            self.compiled[defined] = cast("Compiled", space[function])

    def extended(self, name: str, text: str) -> TemplateSet:
        """This set with one more text, without changing it."""
        other = TemplateSet({}, dialect=self.dialect, limits=self.limits)
        other.functions = self.functions
        other.compiled = dict(self.compiled)
        other._add(name, text, keep=False)
        return other

    def render(self, entry: str, data: object, *, missing_key: MissingKey = "default") -> str:
        """The output of the template `entry` with `data` as dot.

        Args:
            entry: the template's name.
            data: a value of the model in `istioctl.golang.values`.
            missing_key: what a key that a map lacks gives: no value, the zero value, or an error.

        Raises:
            ExecutionError: it failed, or went beyond the limits.
        """
        execution = Execution(self, missing_key, self.limits)
        held = budget.hold(execution)
        try:
            text = self._run(execution, entry, data)
        except ExecutionError as error:
            if error.category == "fail" and self.dialect == "helm":
                error.args = (f"execution error at ({error.place}): {error.reason}",)
                error.message = error.args[0]
            raise
        except CallError as error:
            raise ExecutionError(error.text, category="exec", place=None, reason=error.text) from None
        finally:
            budget.release(held)
            if sys.getrecursionlimit() != execution.recursion_limit:
                sys.setrecursionlimit(execution.recursion_limit)
        return readable(text)

    def run_within(self, execution: Execution, name: str, data: object) -> str:
        """The output of a template within a run (see `Execution.include`)."""
        if execution.includes >= execution.limits.includes:
            raise LimitError(
                f"depth limit exceeded: more than {execution.limits.includes} templates include each other"
            )
        kept = execution.owner, execution.templates, execution.depth, execution.output
        if len(execution.output.pieces) > _PIECES_TO_LEAVE:
            execution.output.settle(execution)
        execution.owner, execution.templates = self, self.compiled
        execution.includes += 1
        execution.charge()
        settle(execution)
        text = self._run(execution, name, data)
        execution.includes -= 1
        execution.owner, execution.templates, execution.depth, execution.output = kept
        settle(execution)
        return text

    def _run(self, execution: Execution, name: str, data: object) -> str:
        template = self.compiled.get(name)
        if template is None:
            raise CallError(f"template: no template {quote(name)} associated with template {quote(name)}")
        output = execution.output = Output()
        try:
            template(execution, data, output.pieces.append)
            return output.text(execution)
        except Exception as error:  # whatever the bug, callers see one kind of error
            failure = explained(error, execution.site)
            if failure.category == "bug":
                raise failure from error
        try:
            raise failure  # out here, for it must not hold the errors of all templates within
        finally:
            del failure  # nor itself


def render(
    templates: Mapping[str, str],
    entry: str,
    data: object,
    *,
    dialect: Dialect = "go",
    missing_key: MissingKey = "default",
    functions: Mapping[str, Function] | None = None,
    limits: Limits = DEFAULT,
) -> str:
    """The output of `entry`, one of `templates`, with `data` as dot.

    Args:
        templates: texts by name, parsed in the order of their names.
        entry: the template to run.
        data: plain Python values, or those of `istioctl.golang.values`.
        dialect: whose functions there are: `go` (text/template and sprig), `helm` or `istio`.
        missing_key: what a key that a map lacks gives: no value, the zero value, or an error.
        functions: more functions, such as those that need YAML; if None those of `further_functions_of`.
        limits: the bounds of the run.

    Raises:
        TemplateError: a text is not a template (`ParseError`), or it failed (`ExecutionError`).
    """
    if functions is None:
        functions = further_functions_of(dialect)
    ordered = {name: templates[name] for name in sorted(templates)}
    compiled = TemplateSet(ordered, dialect=dialect, functions=functions, limits=limits)
    return compiled.render(entry, data, missing_key=missing_key)
