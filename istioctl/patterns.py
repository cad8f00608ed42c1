"""Regular expressions that are compiled when they are first used.

A run uses a few of those that its modules define, and compiling one takes up to a millisecond, as long as importing a
module: altogether a quarter of a short run.
"""

from __future__ import annotations

import re
import sys
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


#: Packages whose patterns wait as well, in a process of this program's own: none of them hands a pattern of its own to
#: the functions of `re`.
PATIENT = frozenset({
    "dataclasses", "email", "encodings", "http", "jinja2", "json", "locale", "logging", "platform", "string",
    "textwrap", "tokenize", "urllib", "urllib3", "yaml",
})  # fmt: skip


def compile_later() -> None:
    """From now on the patterns that modules of these packages define are left for later; before they are imported.

    Whoever else calls `re.compile` gets what they always get. In a process that is not this program's own nothing is
    to be left for later: others may hand those packages' patterns to the functions of `re`.
    """
    compiled = re.compile

    def compile_or_wait(pattern: Any, flags: int = 0) -> Any:
        module = str(sys._getframe(1).f_globals.get("__name__"))
        return lazy_pattern(pattern, flags) if module.partition(".")[0] in PATIENT else compiled(pattern, flags)

    re.compile = compile_or_wait
