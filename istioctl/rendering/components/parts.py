"""The parts an installation has, and which of them a specification asks for, with what settings.

Source of the rules: upstream `operator/pkg/component/component.go` and `operator/pkg/render/manifest.go`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from istioctl.api.components import COMPONENTS, Component
from istioctl.api.names import SYSTEM_NAMESPACE
from istioctl.api.trees import Values, copy_of, lookup, lookup_text, merge
from istioctl.rendering.specification.set_flags import parse_value
from istioctl.rendering.text.value_text import go_text


class Part(NamedTuple):
    """One component as a specification asks for it; of gateways there may be several.

    Attributes:
        component: what it is.
        namespace: where it goes.
        settings: its entry under `spec.components`; empty where it has none.
        path: where that entry is, such as `spec.components.ingressGateways[0]`.
    """

    component: Component
    namespace: str
    settings: Mapping[str, Any] = MappingProxyType({})
    path: str = ""

    @property
    def name(self) -> str:
        """The name the specification gives, or empty."""
        return lookup_text(dict(self.settings), "name")

    @property
    def kubernetes(self) -> Mapping[str, Any]:
        """The `k8s:` settings."""
        found = self.settings.get("k8s")
        return found if isinstance(found, dict) else {}


def parts_of(document: Values) -> list[Part]:
    """The parts that a merged specification document asks for, in the order of `COMPONENTS` and of its lists."""
    return [part for component in COMPONENTS for part in _parts(component, document)]


def _parts(component: Component, document: Values) -> list[Part]:
    namespace = lookup_text(document, "metadata", "namespace")
    path = f"spec.components.{component.key}"
    forced = component.is_list and lookup(document, "spec", "values", *component.values_root, "enabled") is True
    entry = lookup(document, "spec", "components", component.key)
    if isinstance(entry, list):
        entries = [(f"{path}[{index}]", item) for index, item in enumerate(entry)]
    elif isinstance(entry, dict):
        entries = [(path, entry)]
    else:
        return [Part(component, namespace or SYSTEM_NAMESPACE, path=path)] if component.default or forced else []
    return [
        Part(component, settings.get("namespace") or namespace or SYSTEM_NAMESPACE, settings, place)
        for place, settings in entries
        if isinstance(settings, dict) and (settings.get("enabled") is not False or forced)
    ]


def part_values(part: Part, document: Values) -> Values:
    """`spec.values` as the part's manifests take them: with its own name, labels, ports, hub and tag.

    The result is a tree of its own.
    """
    given = lookup(document, "spec", "values")
    values: Values = copy_of(given) if isinstance(given, dict) else {}
    own: Values = {}
    settings = part.settings
    if part.component.is_list:
        own |= {"name": part.name, "labels": dict(settings.get("label") or {})}
        if ports := lookup(dict(part.kubernetes), "service", "ports"):
            own["ports"] = [_service_port(port) for port in ports] if isinstance(ports, list) else ports
    if settings.get("hub"):
        own["hub"] = _as_flag(settings["hub"])
    if settings.get("tag") is not None:
        own["tag"] = _as_flag(settings["tag"])
    if own:
        _set(values, part.component.values_root, own)
    return flattened(values, part.component) if part.component.flattened else values


def _as_flag(value: object) -> object:
    """A hub or tag as `--set` would read it, unless that would be printed otherwise: `"1.30"` stays what it is."""
    text = go_text(value)
    read = parse_value(text)
    if isinstance(read, float) and not math.isfinite(read):
        return value
    return read if go_text(read) == text else value


def _set(values: Values, path: tuple[str, ...], entries: Values) -> None:
    """Replace the entries of the mapping at `path`, which is made where it is missing."""
    for key in path:
        below = values.get(key)
        if not isinstance(below, dict):
            below = values[key] = {}
        values = below
    values.update(entries)


def _service_port(port: Any) -> Any:
    """A Service's port as Kubernetes's own type writes it: a target port is always there, 0 where none was given."""
    if not isinstance(port, dict):
        return port
    return {"targetPort": 0} | port


def flattened(values: Values, component: Component) -> Values:
    """Values for a chart that has its settings at the top: those that are not mappings, `global`, and its own."""
    own = lookup(values, *component.values_root)
    if not isinstance(own, dict):
        return values
    result: Values = {"global": values.get("global") or {}}
    merge(result, {key: value for key, value in values.items() if not isinstance(value, dict)})
    result.update(own)
    return result
