"""What a component's own settings are in the values of Istio's charts: `hub`, `tag`, and those of `k8s:`.

Source: the values that the templates under upstream `manifests/charts` read, and `operator/pkg/render/postprocess.go`
for what the settings mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from istioctl.rendering.components.parts import Part

Found = Iterator[tuple[str, Any, str]]
"""Values by name; an empty name goes with the path of what has no counterpart."""

#: Fields of a component that say where its image comes from.
IMAGES = ("hub", "tag")
_POD = ("affinity", "podAnnotations", "resources", "tolerations")
_SAME = {
    "Pilot": (*_POD, "nodeSelector", "replicaCount", "serviceAnnotations"),
    "Cni": _POD,
    "Ztunnel": (*_POD, "imagePullPolicy", "nodeSelector"),
}
"""Settings that a chart knows by the same name."""


def helm_settings(part: Part) -> tuple[dict[str, Any], list[str]]:
    """The settings of a part as values of its chart, and the paths below `k8s` of those without a counterpart."""
    component = part.component.name
    images = IMAGES if component in _SAME else ()
    values: dict[str, Any] = {key: part.settings[key] for key in images if part.settings.get(key)}
    left = []
    for setting, value in sorted(part.kubernetes.items()):
        if setting in _SAME.get(component, ()):
            values[setting] = value
            continue
        translate = _OTHERS.get((component, setting))
        if translate is None:
            left.append(setting)
            continue
        for name, item, path in translate(value):
            if name:
                values[name] = item
            else:
                left.append(f"{setting}{path}")
    return values, left


def _env(value: Any, *, references: bool) -> Found:
    plain: dict[str, Any] = {}
    others: list[Any] = []
    for index, item in enumerate(value if isinstance(value, list) else []):
        if isinstance(item, Mapping) and item.keys() == {"name", "value"}:
            plain[str(item["name"])] = item["value"]
        elif references and isinstance(item, Mapping) and item.keys() == {"name", "valueFrom"}:
            others.append(item)
        else:
            yield "", None, f"[{index}]"
    if plain:
        yield "env", plain, ""
    if others:
        yield "envVarFrom", others, ""


def _renamed(names: Mapping[str, str], prefix: str = "") -> Callable[[Any], Found]:
    def translate(value: Any) -> Found:
        for key, item in value.items() if isinstance(value, Mapping) else ():
            if key in names:
                yield names[key], item, ""
            elif not (key == "type" and item == "RollingUpdate"):
                yield "", None, f"{prefix}.{key}"

    return translate


def _strategy(value: Any) -> Found:
    if not isinstance(value, Mapping):
        return
    rolling = _renamed({"maxSurge": "rollingMaxSurge", "maxUnavailable": "rollingMaxUnavailable"}, ".rollingUpdate")
    yield from rolling(value.get("rollingUpdate"))
    yield from _renamed({})({key: item for key, item in value.items() if key != "rollingUpdate"})


_OTHERS: dict[tuple[str, str], Callable[[Any], Found]] = {
    ("Pilot", "env"): lambda value: _env(value, references=True),
    ("Cni", "env"): lambda value: _env(value, references=False),
    ("Ztunnel", "env"): lambda value: _env(value, references=False),
    ("Pilot", "hpaSpec"): _renamed(
        {"behavior": "autoscaleBehavior", "maxReplicas": "autoscaleMax", "minReplicas": "autoscaleMin"}
    ),
    ("Pilot", "strategy"): _strategy,
    ("Cni", "imagePullPolicy"): lambda value: iter([("pullPolicy", value, "")]),
}
"""Settings that a chart knows in another form."""
