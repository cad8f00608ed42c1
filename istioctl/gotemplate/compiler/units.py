"""Texts to code objects, each compiled once: kept in memory, and large ones in the cache folder.

With everything in the cache, neither the compiler's modules nor those of functions that no template calls are imported.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import CodeType
from typing import Final, NamedTuple

from istioctl.golang.types import Function
from istioctl.gotemplate.compiler import cache
from istioctl.gotemplate.errors import ParseError
from istioctl.gotemplate.functions import function_at, homes_of
from istioctl.gotemplate.limits import MAX_TEXT
from istioctl.gotemplate.running.execution import Site

_units: OrderedDict[tuple[str, str, str], Unit] = OrderedDict()
_MOST_UNITS: Final = 512
_MOST_TEXT: Final = 4 << 20  # characters of all their texts


class Unit(NamedTuple):
    """One compiled text.

    Attributes:
        code: defines the templates' functions.
        lines, sites, templates: see `emitter.Source`.
        functions: the functions it calls, each with its module in `istioctl.gotemplate.functions`, or nothing for those
            given from above.
    """

    code: CodeType
    lines: list[int]
    sites: list[Site]
    templates: list[tuple[str, str, bool]]
    functions: list[tuple[str, str]]


class Functions(Mapping[str, Function]):
    """What the templates of a set may call: a dialect's functions and others that come before them.

    Only the modules of functions that are asked for by name are imported.
    """

    def __init__(self, dialect: str, more: Mapping[str, Function]) -> None:
        self.dialect = dialect
        self.more = more

    @cached_property
    def key(self) -> str:
        """What tells these functions from others: the dialect's are fixed."""
        spelled = (
            f"{name}({','.join(param.name for param in entry.params)})"
            f"{'...' * entry.variadic}{'X' * entry.context}{'P' * entry.passes}"
            for name, entry in sorted(self.more.items())
        )
        return f"{self.dialect} {' '.join(spelled)}"

    @cached_property
    def _homes(self) -> Mapping[str, str]:
        return {**homes_of(self.dialect), **dict.fromkeys(self.more, "")}

    def __contains__(self, name: object) -> bool:
        return name in self._homes

    def __getitem__(self, name: str) -> Function:
        return self.find(name, self._homes[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._homes)

    def __len__(self) -> int:
        return len(self._homes)

    def home(self, name: str) -> str:
        """The module of a function, empty if it was given from above."""
        return self._homes[name]

    def find(self, name: str, home: str) -> Function:
        """One function by its name and home."""
        return function_at(home, name) if home else self.more[name]


def compile_text(name: str, text: str, functions: Functions, *, keep: bool = True) -> Unit:
    """One text as code, from memory or the cache folder if it was compiled before.

    Args:
        name: the template's name.
        text: its text.
        functions: what it may call.
        keep: whether the cache folder may hold it; not for texts that templates make up.

    Raises:
        ParseError: the text is not a template, or longer than `limits.MAX_TEXT`.
    """
    known = _units.get((functions.key, name, text))
    if known is not None:
        return known
    if len(text) > MAX_TEXT:
        raise ParseError(f"template: {name}:1: size limit exceeded: a text has at most {MAX_TEXT} characters")
    key = cache.key_of(functions.key, name, text) if keep and len(text) >= cache.SMALLEST else ""
    kept = cache.load(key) if key else None
    unit = Unit(*kept) if kept is not None else _compile(name, text, functions)  # type: ignore[arg-type]
    if key and kept is None:
        cache.store(key, tuple(unit))
    _keep((functions.key, name, text), unit)
    return unit


def _keep(key: tuple[str, str, str], unit: Unit) -> None:
    """Remembers a unit, and forgets the oldest where that is too much."""
    _units[key] = unit
    while len(_units) > _MOST_UNITS or (len(_units) > 1 and sum(len(text) for _, _, text in _units) > _MOST_TEXT):
        _units.popitem(last=False)


def _compile(name: str, text: str, functions: Functions) -> Unit:
    from istioctl.gotemplate.compiler.codegen import generate
    from istioctl.gotemplate.language.parser import parse

    try:
        source = generate(name, text, parse(name, text, functions), functions)
        code = compile(source.text, "<template>", "exec", dont_inherit=True, optimize=0)
    except ParseError:
        raise
    except (RecursionError, MemoryError):
        raise ParseError(f"template: {name}:1: depth limit exceeded: actions are nested too deeply") from None
    except Exception as error:  # whatever the bug, callers see one kind of error
        raise ParseError(f"template: {name}:1: internal error: {type(error).__name__}: {error}") from error
    called = [(name, functions.home(name)) for name in source.functions]
    return Unit(code, source.lines, source.sites, source.templates, called)
