"""Go's text/template for Python, compiled to Python code. Knows neither Kubernetes nor YAML.

A text passes through stages that can be used alone: `lexer` (tokens), `parser` (trees of `nodes`), `codegen` (Python
source, with the variables settled by `scopes`), `template` (compiled sets that run on `runtime`). Values are plain
Python values or those of `values`; what templates may call stands in tables in `functions`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from istioctl.gotemplate.template import TemplateSet, render

__all__ = ["TemplateSet", "render"]


def __getattr__(name: str) -> object:
    """Imports the engine when it is first asked for."""
    if name not in __all__:
        raise AttributeError(name)
    from istioctl.gotemplate import template

    return getattr(template, name)
