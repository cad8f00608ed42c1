"""Turning an installation into the resources of the Sail operator.

Source of the rules: `api/v1` and `chart/crds` of istio-ecosystem/sail-operator. What its resources hold is chart
values, but for those named here; the operator makes no gateways and applies no overlays, so these are told instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from istioctl.actions.manifests.helm_settings import helm_settings
from istioctl.actions.manifests.manifest_translate import values_over_default
from istioctl.api.components import COMPONENTS
from istioctl.api.names import DEFAULT_REVISION
from istioctl.api.release import VERSION
from istioctl.api.schema.casing import snake_case
from istioctl.api.schema.decode import Mismatch, decode
from istioctl.api.trees import Values, assign, copy_of, lookup, merge
from istioctl.rendering.components.parts import Part, parts_of
from istioctl.rendering.specification.build import Specification, SpecificationInputs, build_specification
from istioctl.rendering.specification.origins import Path, shown_path
from istioctl.rendering.specification.set_flags import parse_value
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
    "logLevel": "set values.global.logging.level",
    "pspClusterRole": "nothing takes its place",
    "resourceQuotas": "set values.cni.resource_quotas",
    "tolerations": "nothing takes its place",
}
#: The fields of `values.ztunnel` that a ZTunnel resource has.
_ZTUNNEL = frozenset({
    "affinity", "annotations", "caAddress", "dnsConfig", "dnsPolicy", "env", "hub", "image", "imagePullPolicy",
    "imagePullSecrets", "istioNamespace", "labels", "logAsJson", "logLevel", "multiCluster", "network", "nodeSelector",
    "peerCaCrl", "podAnnotations", "podLabels", "resourceName", "resourceQuotas", "resources", "revision",
    "seLinuxOptions", "tag", "terminationGracePeriodSeconds", "tolerations", "updateStrategy", "variant",
    "volumeMounts", "volumes", "xdsAddress",
})  # fmt: skip
_GLOBAL = ("defaultResources", "hub", "imagePullPolicy", "imagePullSecrets", "logAsJson", "logging", "platform", "tag")
_GLOBALS = {"Cni": (*_GLOBAL, "nativeNftables", "variant"), "Ztunnel": (*_GLOBAL, "variant")}
#: Mappings whose values the resources have as text.
_TEXTS = frozenset({"daemonSetLabels", "deploymentLabels", "env", "nodeSelector", "podAnnotations", "podLabels",
                    "proxyMetadata", "serviceAccountAnnotations", "serviceAnnotations"})  # fmt: skip
_ALWAYS_TEXT = frozenset({"tag"})
#: Values of which an empty text says nothing, and which the resources have no empty text of.
_NEVER_EMPTY = frozenset({"imagePullPolicy"})
_VALUES, _NETWORKS = "istio.values.Values", "istio.mesh.v1alpha1.MeshNetworks"


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
    shared = values_over_default(specification)
    named = shared.get("profile") or specification.profile
    profile = _PROFILES.get(str(named), "")
    if not profile:
        notes.append(f"the operator has no profile '{named}': its settings are in the values")
    shared = _typed(shared, notes)
    parts = parts_of(specification.data)
    resources = []
    for part in parts:
        name = part.component.name
        settings, left = helm_settings(part)
        left += [key for key in settings if name == "Cni" and key in _CNI_ELSEWHERE]
        settings = {key: value for key, value in settings.items() if key not in left}
        notes += [f"{part.path}.k8s.{path} has no place in the operator's resources" for path in left]
        if name == "Pilot":
            resources.append(_istio(specification, part, shared, settings, profile, notes))
        elif name in _GLOBALS:
            resources.append(_node_agent(part, shared, settings, profile, notes))
        elif not part.component.published_chart:
            notes.append(f"{part.path} has no place there: {_ELSEWHERE['gateways']}")
    notes += _of_what_is_off(specification, [part.path for part in parts], shared)
    resources += _tags(specification)
    return SailResources(tuple(resources), tuple(notes))


def _typed(values: Values, notes: list[str]) -> Values:
    """Values in the types of their fields, as the resources demand them; what can't be there goes into the notes."""
    path = ("values",)
    notes += [f"{shown_path(place)} is null, which the resources can't say" for place in _nulls(values, path)]
    mismatches: list[Mismatch] = []
    found = decode(values, _VALUES, mismatches.append, path)
    if isinstance(networks := lookup(found, "global", "meshNetworks"), dict):  # a struct among the values
        typed = decode({"networks": networks}, _NETWORKS, mismatches.append, (*path, "global", "meshNetworks"))
        assign(found, typed["networks"], "global", "meshNetworks")
    notes += [f"{shown_path(one.path)} has no place there: {one.message}" for one in mismatches]
    return _as_text(_as_given(found, values))


def _as_given(found: Any, given: Any) -> Any:
    """What was decoded, but durations as texts."""
    if isinstance(found, dict) and isinstance(given, dict):
        return {key: _as_given(value, given.get(key, given.get(snake_case(key)))) for key, value in found.items()}
    if isinstance(found, list) and isinstance(given, list):
        return [_as_given(*both) for both in zip(found, given, strict=False)]
    return given if isinstance(given, str) and not isinstance(parse_value(given), int | float) else found


def _nulls(tree: Any, path: Path) -> Iterator[Path]:
    for key, value in tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ():
        if value is None:
            yield (*path, key)
        yield from _nulls(value, (*path, key))


def _of_what_is_off(specification: Specification, on: Sequence[str], shared: Values) -> Iterator[str]:
    """What is said of components that are not installed."""
    components = lookup(specification.spec, "components")
    for component in COMPONENTS:
        given = components.get(component.key) if isinstance(components, dict) else None
        path = f"spec.components.{component.key}"
        entries = enumerate(given) if isinstance(given, list) else [(None, given)]
        for index, entry in entries:
            place = path if index is None else f"{path}[{index}]"
            if place not in on and isinstance(entry, dict) and entry.keys() - {"enabled", "name"}:
                yield f"{place} is off: its settings have no place there"
        key = component.values_root[0] if component.values_root else ""
        if component.name in _GLOBALS and path not in on and shared.get(key):
            yield f"values.{key} has no place there: {path} is off"
    pilot = "spec.components.pilot"
    if pilot not in on:
        yield from (f"values.{key} has no place there: {pilot} is off" for key in shared if _ELSEWHERE.get(key, key))


def _resource(kind: str, name: str, **spec: Any) -> dict[str, Any]:
    said = {key: value for key, value in spec.items() if value}
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": said}


def _istio(
    specification: Specification, part: Part, shared: Values, settings: Values, profile: str, notes: list[str]
) -> dict[str, Any]:
    values = copy_of(shared)
    merge(values, _as_text({"pilot": copy_of(settings)}) if settings else {})
    notes += _without(values, _ELSEWHERE, "values")
    name = specification.revision or DEFAULT_REVISION
    version = f"v{VERSION}"
    return _resource("Istio", name, namespace=part.namespace, profile=profile, values=values, version=version)


def _node_agent(part: Part, shared: Values, settings: Values, profile: str, notes: list[str]) -> dict[str, Any]:
    """What runs on every node: the CNI plug-in or ztunnel."""
    component, root = part.component.name, part.component.key
    own = copy_of(shared[root]) if isinstance(shared.get(root), dict) else {}
    assert isinstance(own, dict)  # noqa: S101 - it was looked at
    merge(own, _as_text(copy_of(settings)))
    own.pop("enabled", None)
    if component == "Cni":
        notes += _without(own, _CNI_ELSEWHERE, "values.cni")
    else:
        unknown = {key: "the resource has no such field" for key in own if key not in _ZTUNNEL}
        notes += _without(own, unknown, "values.ztunnel")
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
    """Values with texts where the resources demand them, without nulls."""
    found: Values = {}
    for key, value in tree.items():
        if value is None or (key in _NEVER_EMPTY and value == ""):
            continue
        if isinstance(value, dict):
            made = _as_text(value)
            found[key] = {name: _text(item) for name, item in made.items()} if key in _TEXTS else made
        else:
            found[key] = _text(value) if key in _ALWAYS_TEXT else value
    return found


def _text(value: Any) -> Any:
    return value if isinstance(value, str | dict | list) or value is None else go_text(value)
