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
        for line in __loader__.get_data(__file__.rpartition(".")[0] + ".pyi").decode().splitlines():
            match line.split():  # a pattern would have to be compiled, and every import of a module comes here
                case ["from", module, "import", attribute, "as", name]:
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
