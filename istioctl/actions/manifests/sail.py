"""Turning an installation into the resources of the Sail operator.

Source of the rules: `api/v1` and `chart/crds` of istio-ecosystem/sail-operator. What its resources hold is chart
values, but for those named here; the operator makes no gateways and applies no overlays, so these are told instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from istioctl.actions.manifests.helm_settings import helm_settings
from istioctl.actions.manifests.manifest_translate import values_over_default
from istioctl.api.names import DEFAULT_REVISION
from istioctl.api.release import VERSION
from istioctl.api.trees import Values, copy_of, lookup, merge
from istioctl.rendering.components.parts import Part, parts_of
from istioctl.rendering.specification.build import Specification, SpecificationInputs, build_specification
from istioctl.rendering.text.value_text import go_text

API_VERSION = "sailoperator.io/v1"
#: The profiles that the resources may name, and what others are there: the operator installs no gateways of its own.
_PROFILES = {
    **{name: name for name in ("ambient", "default", "demo", "empty", "openshift", "openshift-ambient", "preview")},
    **{name: name for name in ("remote", "stable")},
    "minimal": "default",
}
#: Values that an Istio resource does not have; those without an advice are said by other means.
_ELSEWHERE = {
    "base.enableCRDTemplates": "the operator installs the custom resource definitions",
    "base.enableIstioConfigCRDs": "the operator installs the custom resource definitions",
    "base.validateGateway": "nothing takes its place",
    "gateways": "install gateways with the chart `gateway`, or by Gateway objects",
    "istio_cni": "set values.pilot.cni",
    "ownerName": "the operator owns the objects",
    "pilot.cni.chained": "set values.cni.chained",
    "cni": "",
    "defaultRevision": "",
    "profile": "",
    "revision": "",
    "revisionTags": "",
    "ztunnel": "",
}
_CNI_ELSEWHERE = {
    "enabled": "",
    "logLevel": "set values.global.logging.level",
    "pspClusterRole": "nothing takes its place",
    "resourceQuotas": "set values.cni.resource_quotas",
}
_GLOBAL = ("defaultResources", "hub", "imagePullPolicy", "imagePullSecrets", "logAsJson", "logging", "platform", "tag")
_GLOBALS = {"Cni": (*_GLOBAL, "nativeNftables", "variant"), "Ztunnel": (*_GLOBAL, "variant")}
#: Mappings whose values the resources have as text.
_TEXTS = frozenset({"daemonSetLabels", "deploymentLabels", "env", "nodeSelector", "podAnnotations", "podLabels",
                    "proxyMetadata", "serviceAccountAnnotations", "serviceAnnotations"})  # fmt: skip
_ALWAYS_TEXT = frozenset({"tag"})


@dataclass(frozen=True, slots=True)
class SailResources:
    """An installation for the Sail operator.

    Attributes:
        resources: the objects, in the order in which they are applied.
        notes: what has no place in them, one sentence each.
    """

    resources: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]


def translate_to_sail(inputs: SpecificationInputs) -> SailResources:
    """Translate a specification.

    Raises:
        InputError, SpecError: it is wrong.
    """
    specification = build_specification(inputs)
    notes = list(specification.warnings)
    if lookup(specification.spec, "installPackagePath"):
        notes.append(f"the resources name Istio v{VERSION}, whatever is in spec.installPackagePath")
    profile = _PROFILES.get(specification.profile, "")
    if not profile:
        notes.append(f"the operator has no profile '{specification.profile}': its settings are in the values")
    shared = _as_text(values_over_default(specification))
    resources = []
    for part in parts_of(specification.data):
        name = part.component.name
        settings, left = helm_settings(part)
        notes += [f"{part.path}.k8s.{path} has no place in the operator's resources" for path in left]
        if name == "Pilot":
            resources.append(_istio(specification, part, shared, _as_text(settings), profile, notes))
        elif name in _GLOBALS:
            resources.append(_node_agent(part, shared, _as_text(settings), profile, notes))
        elif not part.component.published_chart:
            notes.append(f"{part.path} has no place there: {_ELSEWHERE['gateways']}")
    resources += _tags(specification)
    return SailResources(tuple(resources), tuple(notes))


def _resource(kind: str, name: str, **spec: Any) -> dict[str, Any]:
    said = {key: value for key, value in spec.items() if value}
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": said}


def _istio(
    specification: Specification, part: Part, shared: Values, settings: Values, profile: str, notes: list[str]
) -> dict[str, Any]:
    values = copy_of(shared)
    merge(values, {"pilot": settings} if settings else {})
    notes += _without(values, _ELSEWHERE, "values")
    name = specification.revision or DEFAULT_REVISION
    version = f"v{VERSION}"
    return _resource("Istio", name, namespace=part.namespace, profile=profile, values=values, version=version)


def _node_agent(part: Part, shared: Values, settings: Values, profile: str, notes: list[str]) -> dict[str, Any]:
    """What runs on every node: the CNI plug-in or ztunnel."""
    component, root = part.component.name, part.component.key
    own = copy_of(shared[root]) if isinstance(shared.get(root), dict) else {}
    assert isinstance(own, dict)  # noqa: S101 - it was looked at
    merge(own, settings)
    if component == "Cni":
        notes += _without(own, _CNI_ELSEWHERE, "values.cni")
    own.pop("enabled", None)
    given = shared.get("global")
    shared_settings = (
        {key: given[key] for key in _GLOBALS[component] if key in given} if isinstance(given, dict) else {}
    )
    values = {key: value for key, value in ((root, own), ("global", shared_settings)) if value}
    version = f"v{VERSION}"
    if component == "Cni":
        return _resource(
            "IstioCNI", "default", namespace=part.namespace, profile=profile, values=values, version=version
        )
    return _resource("ZTunnel", "default", namespace=part.namespace, values=values, version=version)


def _tags(specification: Specification) -> Iterator[dict[str, Any]]:
    """A tag for each name that leads to a control plane of another name."""
    revision = specification.revision
    if not revision:
        return
    tags = lookup(specification.spec, "values", "revisionTags")
    names = [str(tag) for tag in tags] if isinstance(tags, list) else []
    if lookup(specification.spec, "values", "defaultRevision") == revision:
        names.append(DEFAULT_REVISION)
    for name in dict.fromkeys(names):
        yield _resource("IstioRevisionTag", name, targetRef={"kind": "Istio", "name": revision})


def _without(values: Values, elsewhere: Mapping[str, str], path: str) -> Iterator[str]:
    """Take out what has no place, in place, and say so."""
    for place, instead in elsewhere.items():
        *above, key = place.split(".")
        trail: list[Any] = [values]
        for step in above:
            trail.append(trail[-1].get(step) if isinstance(trail[-1], dict) else None)
        if not isinstance(trail[-1], dict) or key not in trail[-1]:
            continue
        del trail[-1][key]
        for step, outer in zip(reversed(above), reversed(trail[:-1]), strict=True):
            if not outer[step]:
                del outer[step]
        if instead:
            yield f"{path}.{place} has no place there: {instead}"


def _as_text(tree: Values) -> Values:
    """Values with texts where the resources demand them."""
    found: Values = {}
    for key, value in tree.items():
        if isinstance(value, dict):
            made = _as_text(value)
            found[key] = {name: _text(item) for name, item in made.items()} if key in _TEXTS else made
        else:
            found[key] = _text(value) if key in _ALWAYS_TEXT else value
    return found


def _text(value: Any) -> Any:
    return value if isinstance(value, str | dict | list) or value is None else go_text(value)
