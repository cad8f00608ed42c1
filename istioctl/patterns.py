"""Regular expressions that are compiled when they are first used.

A run uses a few of those that its modules define, and compiling one takes up to a millisecond, as long as importing a
module: altogether a quarter of a short run.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, AnyStr, cast

_METHODS = ("finditer", "fullmatch", "match", "search", "split", "sub", "subn", "findall")


class _Pattern:
    """Stands in for the compiled pattern, and hands out its methods; each is looked up here once."""

    def __init__(self, text: Any, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        compiled = re.compile(self._text, self._flags)
        self.__dict__.update({method: getattr(compiled, method) for method in _METHODS})
        return getattr(compiled, name)


def lazy_pattern(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What `re.compile` gives, but compiled later; for definitions in a module.

    The functions of `re` do not take it in the place of a pattern, its own methods do all that they do.
    """
    return cast("re.Pattern[AnyStr]", _Pattern(text, flags))


#: Whether nobody but this program runs in the process; `istioctl.cli.main` says so.
own_process = False


@contextmanager
def compiled_later(package: str) -> Iterator[None]:
    """Meanwhile the patterns that modules of a package define are left for later; for importing it.

    Whoever else calls `re.compile` gets what they always get. In a process that is not this program's own nothing is
    left for later: others may hand the package's patterns to the functions of `re`.

    Args:
        package: its name; its modules use the patterns by their methods alone.
    """
    if not own_process:
        yield
        return
    compiled = re.compile

    def compile_or_wait(pattern: Any, flags: int = 0) -> Any:
        module = str(sys._getframe(1).f_globals.get("__name__"))
        return lazy_pattern(pattern, flags) if module.partition(".")[0] == package else compiled(pattern, flags)

    re.compile = compile_or_wait
    try:
        yield
    finally:
        re.compile = compiled
