"""Functions that packages above give to a dialect: named at the start, imported when a template may call them.

The engine knows neither YAML nor Kubernetes, yet whoever only calls `render` expects the whole dialect. So the top of
the program says once where the rest is (see `istioctl.__init__`), and nothing here imports upwards by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from istioctl.golang.types import Function

_homes: dict[str, tuple[str, str]] = {}


def give(dialect: str, module: str, name: str) -> None:
    """Adds functions to a dialect.

    Args:
        dialect: the dialect that gets them; it has one such source at most.
        module: the module that is imported when they are asked for.
        name: there, a function without arguments that returns them by name.
    """
    _homes[dialect] = module, name


@cache
def given(dialect: str) -> Mapping[str, Function]:
    """The functions that a dialect was given, by name."""
    if dialect not in _homes:
        return {}
    from importlib import import_module

    module, name = _homes[dialect]
    return cast("Mapping[str, Function]", getattr(import_module(module), name)())
