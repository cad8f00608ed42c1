"""istioctl in Python: install Istio, inject its sidecar, check clusters; a library and a command line.

>>> from istioctl import InjectionSettings, inject
>>> settings = InjectionSettings.read(templates, mesh_text, values_text)
>>> inject(open("app.yaml").read(), settings).text
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.gotemplate.given import give

if TYPE_CHECKING:
    from istioctl.injection.inject import InjectionResult, inject
    from istioctl.injection.settings import Settings as InjectionSettings

__all__ = ["InjectionResult", "InjectionSettings", "inject"]

_HOMES = {
    "inject": ("istioctl.injection.inject", "inject"),
    "InjectionResult": ("istioctl.injection.inject", "InjectionResult"),
    "InjectionSettings": ("istioctl.injection.settings", "Settings"),
}

give("helm", "istioctl.rendering.helm.engine", "yaml_functions")
give("istio", "istioctl.injection.template_functions", "injection_functions")


def __getattr__(name: str) -> object:
    """What the library offers, imported when it is first asked for."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module 'istioctl' has no attribute '{name}'")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
