"""The public face: compile template texts into a set, and run it many times.

    >>> render({"main": "Hello {{ .name }}"}, "main", {"name": "world"})
    'Hello world'

Each text is compiled once (see `istioctl.gotemplate.compiler.units`).
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Literal, NamedTuple, cast

from istioctl.golang.budget import LimitError
from istioctl.golang.quoting import quote
from istioctl.golang.types import CallError, Function
from istioctl.golang.values import UnknownValueError, readable
from istioctl.gotemplate.compiler.units import Functions, Unit, compile_text
from istioctl.gotemplate.errors import EvaluationError, ExecutionError, FailureError, ParseError, Place
from istioctl.gotemplate.given import given
from istioctl.gotemplate.limits import DEFAULT, Limits
from istioctl.gotemplate.running import runtime
from istioctl.gotemplate.running.execution import DYNAMIC, Compiled, Execution, settle

Dialect = Literal["go", "helm", "istio"]
MissingKey = Literal["default", "zero", "error"]

_UNIT: Final = "U"  # the global of generated code that leads to its _Linked


class _Linked(NamedTuple):
    name: str
    unit: Unit


class TemplateSet:
    """Templates that may call each other, compiled for many runs.

    Args:
        templates: texts by name, parsed in this order; a later definition replaces an earlier one of its name unless it
            is empty.
        dialect: whose functions there are: `go` (text/template and sprig), `helm` or `istio`.
        functions: more functions, or others for names of the dialect, such as those that need YAML.
        limits: the bounds of each run.

    Raises:
        ParseError: a text is no template.
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
        space: dict[str, object] = {"__builtins__": {}, **runtime.NAMES, _UNIT: _Linked(name, unit)}
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
            if sys.getrecursionlimit() != execution.recursion_limit:
                sys.setrecursionlimit(execution.recursion_limit)
        return readable(text)

    def run_within(self, execution: Execution, name: str, data: object) -> str:
        """The output of a template within a run (see `Execution.include`)."""
        if execution.includes >= execution.limits.includes:
            raise LimitError(
                f"depth limit exceeded: more than {execution.limits.includes} templates include each other"
            )
        kept = execution.owner, execution.templates, execution.depth
        execution.owner, execution.templates = self, self.compiled
        execution.includes += 1
        execution.charge()
        settle(execution)
        text = self._run(execution, name, data)
        execution.includes -= 1
        execution.owner, execution.templates, execution.depth = kept
        settle(execution)
        return text

    def _run(self, execution: Execution, name: str, data: object) -> str:
        template = self.compiled.get(name)
        if template is None:
            raise CallError(f"template: no template {quote(name)} associated with template {quote(name)}")
        out: list[str] = []
        try:
            template(execution, data, out.append)
            size = sum(map(len, out))
            if size > execution.limits.output:
                raise LimitError(
                    f"output limit exceeded: {size} characters, at most {execution.limits.output} are allowed"
                )
            return "".join(out)
        except EvaluationError as error:
            category, reason = "exec", error.text
            found = _find(error.__traceback__, execution.site, error.site)
            if isinstance(error, runtime.UnprintableError) and found:
                reason = f"can't print {found[2]} of type {reason}"
        except CallError as error:
            category, reason, found = "call", error.text, _find(error.__traceback__, execution.site)
            if isinstance(error, FailureError):
                category = "fail"
            raise _error(category, reason, found, error.function, reason) from None
        except ExecutionError as error:
            found = _find(error.__traceback__, execution.site)
            raise _error(error.category, error.message, found, "", error.reason) from None
        except ParseError as error:
            raise _error("call", error.message, _find(error.__traceback__, execution.site), "", error.message) from None
        except (LimitError, UnknownValueError) as error:
            category, reason, found = "limit", error.text, _find(error.__traceback__, execution.site)
        except RecursionError as error:
            category, found = "limit", _find(error.__traceback__, execution.site)
            reason = "depth limit exceeded: templates or data are nested too deeply"
        except MemoryError as error:
            category, reason, found = "limit", "memory limit exceeded", _find(error.__traceback__, execution.site)
        raise _error(category, reason, found, None, reason)


def _find(traceback: TracebackType | None, dynamic: int, site: int | None = None) -> tuple[Place, str, str, str] | None:
    """The innermost template action in a traceback: its place, template, text, and the function it calls.

    Args:
        traceback: the traceback of what was raised.
        dynamic: the site of a line that has no fixed one.
        site: the site if it is known better.
    """
    found: tuple[Place, str, str, str] | None = None
    while traceback is not None:
        linked = traceback.tb_frame.f_globals.get(_UNIT)
        if isinstance(linked, _Linked):
            unit = linked.unit
            index = unit.lines[traceback.tb_lineno] if site is None else site
            if index == DYNAMIC:
                index = dynamic
            if index >= 0:
                template, line, column, text, call = unit.sites[index]
                found = Place(linked.name, line, column), unit.templates[template][0], text, call
        traceback = traceback.tb_next
    return found


def _error(
    category: str, text: str, found: tuple[Place, str, str, str] | None, function: str | None, reason: str
) -> ExecutionError:
    """The error that callers see; `function` None means that no function call failed."""
    if found is None:
        return ExecutionError(text, category=category, place=None, reason=reason)
    place, template, action, call = found
    if function is not None:
        text = f"error calling {function or call}: {text}"
    message = f"template: {place}: executing {quote(template)} at <{action}>: {text}"
    return ExecutionError(readable(message), category=category, place=place, reason=reason)


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
        functions: more functions, such as those that need YAML; if None those that the dialect was given (see `given`).
        limits: the bounds of the run.

    Raises:
        TemplateError: a text is no template (`ParseError`), or it failed (`ExecutionError`).
    """
    if functions is None:
        functions = given(dialect)
    ordered = {name: templates[name] for name in sorted(templates)}
    compiled = TemplateSet(ordered, dialect=dialect, functions=functions, limits=limits)
    return compiled.render(entry, data, missing_key=missing_key)
