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
def functions_of(dialect: str) -> Mapping[str, Function]:
    """All functions of a dialect; a later module's replace an earlier one's."""
    modules = (import_module(f"{__name__}.{name}") for name in _MODULES[dialect])
    table = {name: entry for module in modules for name, entry in module.TABLE.items()}
    return FunctionTable({name: entry for name, entry in table.items() if name not in _MISSING.get(dialect, ())})
