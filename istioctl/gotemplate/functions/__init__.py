"""The functions templates may call, in tables by dialect: text/template's own, sprig's, Helm's, Istio's.

An entry is described in `table`. No function here reads files, the network or YAML; what needs
those is given from above.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Final

from istioctl.golang.types import Function
from istioctl.gotemplate.functions.table import FunctionTable

_SPRIG: Final = (
    "strings", "collections", "numbers", "encoding", "dates", "regex", "semver", "paths", "reflection", "crypto",
    "system",
)  # fmt: skip
_MODULES: Final[dict[str, tuple[str, ...]]] = {
    "go": ("builtin", *_SPRIG),
    "helm": ("builtin", *_SPRIG, "helm"),
    "istio": ("builtin", *_SPRIG),
}
#: What a dialect takes away from sprig: Helm's charts must not read the environment.
_MISSING: Final = {"helm": frozenset(("env", "expandenv"))}


@cache
def homes_of(dialect: str) -> Mapping[str, str]:
    """The module of each function of a dialect; a later module's functions replace an earlier one's."""
    missing = _MISSING.get(dialect, ())
    return {name: module for module in _MODULES[dialect] for name in _table(module) if name not in missing}


@cache
def functions_of(dialect: str) -> Mapping[str, Function]:
    """All functions of a dialect, which imports all their modules."""
    return FunctionTable({name: _table(module)[name] for name, module in homes_of(dialect).items()})


def function_at(module: str, name: str) -> Function:
    """The function `name` of one module, which alone is imported."""
    return _table(module)[name]


def _table(module: str) -> Mapping[str, Function]:
    table: Mapping[str, Function] = import_module(f"{__name__}.{module}").TABLE
    return table
