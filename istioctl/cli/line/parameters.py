"""The parameters of a command's function, as its signature declares them.

A parameter annotated with a class that `flag_group` marks stands for all flags of that class, and receives an instance
of it; so flags that belong together are declared once for all commands that take them.
"""

from collections.abc import Callable, Mapping
from functools import cache
from types import FunctionType
from typing import Any, NamedTuple, TypeVar, cast, get_args, get_type_hints

from istioctl.cli.line.declare import Context, Declaration

#: The default of a parameter that has none.
REQUIRED = object()
_Group = TypeVar("_Group", bound=tuple[Any, ...])
_groups: set[type] = set()


class Parameter(NamedTuple):
    """One flag or positional word.

    Attributes:
        kind: the type of its value.
        default: its value where it is not given, or `REQUIRED`.
        declaration: how it is written on a command line; None where the annotation has none.
    """

    name: str
    kind: Any
    default: object
    declaration: Declaration | None


def flag_group(group: type[_Group]) -> type[_Group]:
    """Mark a named tuple whose fields are declared flags, each with a default."""
    _groups.add(group)
    return group


def parameters(function: Callable[..., Any]) -> list[Parameter]:
    """The flags and words that a function takes, in order; those of its groups in their place."""
    found = []
    for name, annotation, default in _signature(function):
        if annotation in _groups:
            found += group_parameters(annotation)
        elif annotation is not Context:
            found.append(_parameter(name, annotation, default))
    return found


def group_parameters(group: type[tuple[Any, ...]]) -> list[Parameter]:
    """The flags of a named tuple whose fields are declared flags, each with a default."""
    declared: Any = group
    hints, defaults = get_type_hints(declared, include_extras=True), declared._field_defaults
    return [_parameter(field, hints[field], defaults[field]) for field in declared._fields]


class Call(NamedTuple):
    """What a command line means: a command's function, and what it is called with.

    Attributes:
        values: a value for each of its `parameters`.
        context: for the parameter that takes it, if there is one.
    """

    function: Callable[..., Any]
    values: Mapping[str, Any]
    context: Context

    def run(self) -> Any:
        """Call the function, with the logs that the global flags ask for."""
        given: dict[str, Any] = {}
        for name, annotation, _ in _signature(self.function):
            if annotation in _groups:
                given[name] = annotation(*(self.values[field] for field in annotation._fields))
            else:
                given[name] = self.context if annotation is Context else self.values[name]
        options = self.context.options
        if not (options.vklog or options.log_output_level or options.log_stacktrace_level or options.log_target):
            return self.function(**given)
        from istioctl.cli.line.logs import logging_as

        with logging_as(options):
            return self.function(**given)


def _parameter(name: str, annotation: Any, default: object) -> Parameter:
    kind, *extras = get_args(annotation) or (annotation,)
    declaration = next((extra for extra in extras if isinstance(extra, Declaration)), None)
    return Parameter(name, kind, default, declaration)


@cache
def _signature(function: Callable[..., Any]) -> tuple[tuple[str, Any, object], ...]:
    """Name, annotation and default of each parameter, as `inspect.signature` has them, which is slow to import."""
    plain = cast(FunctionType, function)
    code, defaults = plain.__code__, plain.__defaults__ or ()
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    given = dict(zip(names[code.co_argcount - len(defaults) : code.co_argcount], defaults, strict=True))
    given |= plain.__kwdefaults__ or {}
    hints = get_type_hints(plain, include_extras=True)
    return tuple((name, hints[name], given.get(name, REQUIRED)) for name in names)
