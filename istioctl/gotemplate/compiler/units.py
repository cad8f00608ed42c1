"""Texts to code objects, each compiled once: kept in memory, and large ones in the cache folder.

The program's own large templates come compiled with the wheel (see `istioctl.prebuilt`). Where everything was compiled
before, neither the compiler's modules nor those of functions that no template calls are imported.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from types import CodeType
from typing import TYPE_CHECKING, Final, NamedTuple

from istioctl import file_cache, prebuilt
from istioctl.golang.types import Function
from istioctl.gotemplate.compiler.engine import engine
from istioctl.gotemplate.errors import ParseError
from istioctl.gotemplate.functions import function_at, homes_of
from istioctl.gotemplate.limits import MAX_TEXT
from istioctl.gotemplate.running import runtime
from istioctl.gotemplate.running.execution import Site

if TYPE_CHECKING:
    from istioctl.gotemplate.compiler.emitter import Source

SMALLEST: Final = 4096  # characters; shorter texts compile faster than a file is read
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
    lines: Sequence[int]
    sites: Sequence[Site]
    templates: Sequence[tuple[str, str, bool]]
    functions: Sequence[tuple[str, str]]


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
    unit = _known(name, text, functions) if keep and len(text) >= SMALLEST else _compile(name, text, functions)
    _keep((functions.key, name, text), unit)
    return unit


def _keep(key: tuple[str, str, str], unit: Unit) -> None:
    """Remembers a unit, and forgets the oldest where that is too much."""
    _units[key] = unit
    while len(_units) > _MOST_UNITS or (len(_units) > 1 and sum(len(text) for _, _, text in _units) > _MOST_TEXT):
        _units.popitem(last=False)


def _known(name: str, text: str, functions: Functions) -> Unit:
    """A large text: as it came with the program, or was kept by an earlier run; otherwise compiled and kept."""
    own = _prebuilt_key(name, text, functions)
    code = prebuilt.code(own)
    if code is not None:
        space: dict[str, object] = {"__builtins__": {}, **runtime.NAMES}
        exec(code, space)  # noqa: S102 - as in `TemplateSet`
        return Unit(code, *space["PARTS"])  # type: ignore[misc]
    key = file_cache.fingerprint(engine(), own)
    kept = file_cache.load(key)
    if kept is not None:
        return Unit(*kept)  # type: ignore[arg-type]
    unit = _compile(name, text, functions)
    file_cache.store(key, tuple(unit))
    return unit


def _prebuilt_key(name: str, text: str, functions: Functions) -> str:
    return file_cache.fingerprint("template", functions.key, name, text)


def prebuilt_module(name: str, text: str, functions: Functions) -> tuple[str, str]:
    """The key and the text of the module that the wheel carries for one text (see `istioctl.prebuilt`)."""
    source, called = _generate(name, text, functions)
    parts = tuple(source.lines), tuple(source.sites), tuple(source.templates), tuple(called)
    return _prebuilt_key(name, text, functions), f"{source.text}PARTS = {parts!r}\n"


def _compile(name: str, text: str, functions: Functions) -> Unit:
    try:
        source, called = _generate(name, text, functions)
        code = compile(source.text, "<template>", "exec", dont_inherit=True, optimize=0)
    except ParseError:
        raise
    except (RecursionError, MemoryError):
        raise ParseError(f"template: {name}:1: depth limit exceeded: actions are nested too deeply") from None
    except Exception as error:  # whatever the bug, callers see one kind of error
        raise ParseError(f"template: {name}:1: internal error: {type(error).__name__}: {error}") from error
    return Unit(code, source.lines, source.sites, source.templates, called)


def _generate(name: str, text: str, functions: Functions) -> tuple[Source, list[tuple[str, str]]]:
    """The Python source of one text, and the functions that it calls, each with its home."""
    from istioctl.gotemplate.compiler.codegen import generate
    from istioctl.gotemplate.language.parser import parse

    source = generate(name, text, parse(name, text, functions), functions)
    return source, [(called, functions.home(called)) for called in source.functions]
