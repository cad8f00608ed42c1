"""The functions templates may call, in tables by dialect: text/template's own, sprig's, Helm's, Istio's.

An entry is described in `istioctl.gotemplate.signatures`. No function here reads files, the network or YAML; what needs
those is given from above.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Final

from istioctl.gotemplate.signatures import Function, FunctionTable

_SPRIG: Final = ("strings", "collections", "numbers")
_MODULES: Final[dict[str, tuple[str, ...]]] = {
    "go": ("builtin", *_SPRIG),
    "helm": ("builtin", *_SPRIG),
    "istio": ("builtin", *_SPRIG),
}


@cache
def functions_of(dialect: str) -> Mapping[str, Function]:
    """All functions of a dialect; a later module's replace an earlier one's."""
    modules = (import_module(f"{__name__}.{name}") for name in _MODULES[dialect])
    return FunctionTable(*(module.TABLE for module in modules))
