"""istioctl in Python: install Istio, inject its sidecar, check clusters; a library and a command line.

>>> from istioctl import InjectionSettings, inject
>>> settings = InjectionSettings.read(templates, mesh_text, values_text)
>>> inject(open("app.yaml").read(), settings).text

The public names stand in `__init__.pyi` beside this file, and nowhere else.
"""

from __future__ import annotations

_homes: dict[str, tuple[str, str]] = {}


def _public() -> dict[str, tuple[str, str]]:
    """The module of each public name, and what it is called there."""
    if not _homes:
        import re

        text = __loader__.get_data(__file__.rpartition(".")[0] + ".pyi").decode()
        for module, attribute, name in re.findall(r"^from (\S+) import (\S+) as (\S+)$", text, re.MULTILINE):
            _homes[name] = module, attribute
    return _homes


def __getattr__(name: str) -> object:
    """What the library offers, imported when it is first asked for."""
    if name == "__all__":
        return sorted(_public())
    if name.startswith("_") or name not in _public():
        raise AttributeError(f"module 'istioctl' has no attribute '{name}'")
    from importlib import import_module

    module, attribute = _homes[name]
    found = globals()[name] = getattr(import_module(module), attribute)
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_public()})
