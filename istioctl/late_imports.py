"""Modules that libraries import and hardly ever use, imported once something of them is."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any


@contextmanager
def imported_later(name: str, *functions: str) -> Iterator[None]:
    """Meanwhile something stands in for a module that is not imported yet; for importing what imports it.

    Args:
        name: of the module.
        functions: those of its functions that are taken from it, and import it when they are called; all else of it
            imports it at once.
    """
    if name in sys.modules:
        yield
        return
    stand_in = sys.modules[name] = _StandIn(name, functions)
    try:
        yield
    finally:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]


#: Modules of the standard library that others import as a whole, and use where something is wrong or rarely asked for.
RARELY_USED = ("calendar", "inspect", "ipaddress", "mimetypes", "random", "selectors", "traceback")


def import_later(*names: str) -> None:
    """From now on something stands in for those of these modules that are not imported yet, until they are used.

    It is for a process of this program's own, before others import them: what they import with them is a twentieth of
    a short run.
    """
    for name in names:
        if name not in sys.modules:
            sys.modules[name] = _StandIn(name, ())


@contextmanager
def left_out(name: str) -> Iterator[None]:
    """Meanwhile a module that is not imported yet can't be; for importing what does without it as well."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # what imports then find there
    try:
        yield
    finally:
        del sys.modules[name]


class _StandIn(ModuleType):
    def __init__(self, name: str, functions: tuple[str, ...]) -> None:
        super().__init__(name)
        self._functions = functions

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__all__":  # the import system looks for these
            raise AttributeError(name)
        if name in self._functions:
            return lambda *args, **named: getattr(self._module(), name)(*args, **named)
        return getattr(self._module(), name)

    def _module(self) -> ModuleType:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return importlib.import_module(self.__name__)
