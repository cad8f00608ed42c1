"""Injectors for tests: with the program's own templates, or with templates of the test."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any

from istioctl.injection.injector import Injector
from istioctl.injection.settings import Settings, Templates, read_templates
from istioctl.injection.templates import TemplateRenderer

SIDECAR = """
metadata:
  labels:
    mesh: {{ .MeshConfig.TrustDomain }}
  annotations:
    owner: {{ .TypeMeta.Kind }}/{{ .DeploymentMeta.Name }}
spec:
  containers:
  - name: istio-proxy
    image: {{ .ProxyImage }}
    env:
    - name: APP
      value: {{ (index .Spec.Containers 0).Name | quote }}
  volumes:
  - name: istio-data
    emptyDir: {}
"""


def small_injector(
    template: str = SIDECAR, *, mesh: str = "", values: str = "global: {hub: h, tag: t}", **settings: Any
) -> Injector:
    """An injector with one template and few values."""
    made = Settings.read(Templates({"sidecar": template}), mesh, values)._replace(**settings)
    return Injector(made, TemplateRenderer(made))


@cache
def builtin_injector(native: bool = False) -> Injector:
    """The injector of an installation of the default profile, with the program's own templates."""
    from istioctl.actions.sidecars.injector_sources import InjectorOptions, load_injector

    environ = {"ENABLE_NATIVE_SIDECARS": "true"} if native else {}
    found = load_injector(InjectorOptions(offline=True), environ, lambda line: None)
    assert isinstance(found, Injector)
    return found


@cache
def injector_of(inject: str, mesh: str, values: str, revision: str = "", native: bool = False) -> Injector:
    """An injector whose configuration stands in texts."""
    settings = Settings.read(read_templates(inject, "inject"), mesh, values, revision=revision, native_sidecars=native)
    return Injector(settings, TemplateRenderer(settings))


_QUANTITY = re.compile(r"([+-]?[0-9.]+)(m|k|[KMGTPE]i?)?")
_SCALE = {"m": Decimal("0.001"), "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15, "E": 10**18}
_EMPTY = ("metadata", "status", "strategy", "updateStrategy", "resources", "securityContext")


def as_stored(node: Any, key: str = "", parent: str = "") -> Any:
    """An object without what a round trip through Go's structs adds, its scalars in one spelling."""
    if isinstance(node, dict):
        kept = {}
        for name, value in node.items():
            value = as_stored(value, name, key)
            if value is None or value == "" or (name in _EMPTY and not value) or (name == "status" and not key):
                continue
            kept[name] = value
        return kept
    if isinstance(node, list):
        return ["" if item is None else as_stored(item, "" if key == "items" else "[]", key) for item in node]
    if parent in ("requests", "limits") or key in ("cpu", "memory", "storage"):
        return _quantity(str(node))
    if isinstance(node, bool):
        return str(node).lower()
    return str(node) if isinstance(node, (int, float)) else node


def _quantity(text: str) -> Any:
    found = _QUANTITY.fullmatch(text)
    if not found:
        return text
    number, suffix = found.groups()
    scale = 1024 ** ("KMGTPE".index(suffix[0]) + 1) if (suffix or "").endswith("i") else _SCALE.get(suffix or "", 1)
    return str((Decimal(number) * scale).normalize())
