"""Values of settings that moved, in the form that they have at the new place.

`FORMS` holds a function for each name that `form` has in `gone_settings.TABLE`: it gets the old value and the path that
it moved to, and gives what to set there and elsewhere. An empty answer says that the value meant nothing, as
`enabled: false` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from istioctl.api.trees import copy_of

#: A place in a document: keys of mappings and indexes of lists.
Path = tuple[str | int, ...]
Settings = list[tuple[Path, Any]]

_MESH: Path = ("spec", "meshConfig")
_AFFINITIES = {
    "required": "requiredDuringSchedulingIgnoredDuringExecution",
    "preferred": "preferredDuringSchedulingIgnoredDuringExecution",
}


def _networks(value: Any, to: Path) -> Settings:
    """Networks by their names, which once stood one level deeper."""
    found = value.get("networks", value) if isinstance(value, Mapping) else None
    return [(to, copy_of(dict(found)))] if isinstance(found, Mapping) and found else []


def _nothing(_: Any, __: Path) -> Settings:
    """Of what can't be said any more."""
    return []


def _text(value: Any, to: Path) -> Settings:
    """A text that says something even where it is empty: no file, no format."""
    return [(to, value)]


def _name(value: Any, to: Path) -> Settings:
    """A name where a switch stood, which nothing obeyed."""
    return [(to, value)] if isinstance(value, str) else []


def _variable(value: Any, to: Path) -> Settings:
    """A switch as an environment variable of istiod's; that it is on, is usual."""
    return [] if value is True or value is None else [(to, str(value).lower())]


def _address(value: Any, to: Path) -> Settings:
    """Of a host and a port: one text."""
    if not isinstance(value, Mapping) or value.get("enabled") is False or not value.get("host"):
        return []
    port = value.get("port")
    return [(to, f"{value['host']}:{port}" if port else str(value["host"]))]


def _service(value: Any, to: Path) -> Settings:
    """An Envoy service: its address, and how to reach it."""
    settings: Settings = _address(value, (*to, "address"))
    if not settings:
        return []
    settings += [((*to, key), copy_of(value[key])) for key in ("tlsSettings", "tcpKeepalive") if value.get(key)]
    if to[-1] == "envoyAccessLogService":
        settings.append(((*_MESH, "enableEnvoyAccessLogService"), True))
    return settings


def _anti_affinity(strength: str) -> Callable[[Any, Path], Settings]:
    def form(value: Any, to: Path) -> Settings:
        terms = [_term(item) for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
        if not terms:
            return []
        weighted = terms if strength == "required" else [{"weight": 100, "podAffinityTerm": term} for term in terms]
        return [((*to, "podAntiAffinity", _AFFINITIES[strength]), weighted)]

    return form


def _term(selector: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the old selector, whose values are a text with commas, as a term of Kubernetes' affinity."""
    expression: dict[str, Any] = {"key": selector.get("key"), "operator": selector.get("operator", "In")}
    values = selector.get("values")
    if values:
        listed = values if isinstance(values, list) else str(values).split(",")
        expression["values"] = [str(item).strip() for item in listed]
    topology = selector.get("topologyKey") or "kubernetes.io/hostname"
    return {"labelSelector": {"matchExpressions": [expression]}, "topologyKey": topology}


def _component(value: Any, to: Path) -> Settings:
    """A feature of the oldest format, as its one component."""
    if not isinstance(value, Mapping):
        return []
    below = value.get("components")
    inner = below.get(to[-1]) if isinstance(below, Mapping) else None
    return _parts(_old_component(inner, value), to)


def _parts(component: Mapping[str, Any], to: Path) -> Settings:
    return [((*to, str(key)), item) for key, item in component.items()]


def _old_component(component: Any, feature: Mapping[str, Any]) -> dict[str, Any]:
    """What a component says, with the switch of its feature where it has none of its own."""
    found = dict(copy_of(component)) if isinstance(component, Mapping) else {}
    if "enabled" in feature:
        found["enabled"] = bool(feature["enabled"]) and found.get("enabled") is not False
    return {key: found[key] for key in ("enabled", "namespace", "k8s") if found.get(key) is not None}


def _gateways(value: Any, to: Path) -> Settings:
    """The feature with both gateways, as a list for each kind."""
    if not isinstance(value, Mapping):
        return []
    below = value.get("components")
    settings: Settings = []
    for key in ("ingressGateway", "egressGateway"):
        inner = below.get(key) if isinstance(below, Mapping) else None
        if inner is None and key != "ingressGateway":
            continue
        gateway = {"name": f"istio-{key.lower()}", **_old_component(inner, value)}
        settings.append(((*to[:-1], f"{key}s"), [gateway]))
    return settings


def _proxy(value: Any, to: Path) -> Settings:
    """The sidecar as a component: what it asks of the node has a place among the values."""
    kubernetes = value.get("k8s") if isinstance(value, Mapping) else None
    resources = kubernetes.get("resources") if isinstance(kubernetes, Mapping) else None
    return [((*to, "resources"), copy_of(resources))] if resources else []


FORMS: dict[str, Callable[[Any, Path], Settings]] = {
    "address": _address,
    "component": _component,
    "gateways": _gateways,
    "name": _name,
    "networks": _networks,
    "nothing": _nothing,
    "preferred-anti-affinity": _anti_affinity("preferred"),
    "proxy": _proxy,
    "required-anti-affinity": _anti_affinity("required"),
    "service": _service,
    "text": _text,
    "variable": _variable,
}


def metric_of_today(metric: Mapping[str, Any]) -> dict[str, Any] | None:
    """A metric of a HorizontalPodAutoscaler in the form of autoscaling/v2; None where it has it already.

    Source of the rules: Kubernetes' conversions from autoscaling/v2beta1.
    """
    found = copy_of(dict(metric))
    has_changed = False
    for kind, change in _METRICS.items():
        source = found.get(kind)
        if isinstance(source, dict):
            has_changed |= change(source)
    return found if has_changed else None


def _resource(source: dict[str, Any]) -> bool:
    return _target(source, {"targetAverageUtilization": "Utilization", "targetAverageValue": "AverageValue"})


def _pods(source: dict[str, Any]) -> bool:
    return _named(source, "selector") | _target(source, {"targetAverageValue": "AverageValue"})


def _external(source: dict[str, Any]) -> bool:
    fields = {"targetValue": "Value", "targetAverageValue": "AverageValue"}
    return _named(source, "metricSelector") | _target(source, fields)


def _object(source: dict[str, Any]) -> bool:
    if "metricName" not in source:
        return False
    if isinstance(source.get("target"), dict) and "type" not in source["target"]:
        source["describedObject"] = source.pop("target")
    return _named(source, "selector") | _target(source, {"targetValue": "Value", "averageValue": "AverageValue"})


def _named(source: dict[str, Any], selector: str) -> bool:
    """Put the name and the selector of a metric together."""
    if "metricName" not in source:
        return False
    metric = {"name": source.pop("metricName")}
    if source.get(selector):
        metric["selector"] = source.pop(selector)
    source["metric"] = metric
    return True


def _target(source: dict[str, Any], fields: Mapping[str, str]) -> bool:
    """Write a target as a value with its type; of two, the average counts, as it did."""
    given = [field for field in fields if field in source]
    for field in given:
        value, kind = source.pop(field), fields[field]
        source["target"] = {"type": kind, kind[0].lower() + kind[1:] if kind != "Utilization" else _UTILIZATION: value}
    return bool(given)


_UTILIZATION = "averageUtilization"
_METRICS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "containerResource": _resource,
    "external": _external,
    "object": _object,
    "pods": _pods,
    "resource": _resource,
}
