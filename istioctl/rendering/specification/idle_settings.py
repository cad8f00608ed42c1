"""Settings of an installation that are taken and then have no effect, or a smaller one than their name says.

Found by setting each value of the schema in turn and comparing what istioctl 1.30.3 generates, and by looking for those
that nothing shows in upstream's charts, injection templates and injector.
"""

from __future__ import annotations

from collections.abc import Iterator

from istioctl.api.components import GATEWAYS
from istioctl.api.trees import Values, lookup, lookup_text
from istioctl.errors import SpecError
from istioctl.rendering.specification.origins import Origins, Path, dotted
from istioctl.rendering.specification.problems import Problems
from istioctl.rendering.specification.profiles import value_overlay

_POLICIES = "Kubernetes has no PodSecurityPolicies any more"
_INGRESS, _EGRESS = "components.ingressGateways", "components.egressGateways"

#: By the path below `spec.values`: what does the same, or why nothing is needed; empty where nothing is known.
_IDLE = {
    "base.enableIstioConfigCRDs": "",
    "base.validateGateway": "",
    "cni.ambient.configDir": "",
    "cni.enabled": "set components.cni.enabled instead",
    "cni.logLevel": "set values.cni.logging.level instead",
    "cni.privileged": "",
    "cni.pspClusterRole": _POLICIES,
    "cni.psp_cluster_role": _POLICIES,
    "cni.repair.createEvents": "",
    "cni.repair.hub": "set values.cni.hub instead",
    "cni.repair.image": "set values.cni.image instead",
    "cni.repair.tag": "set values.cni.tag instead",
    "cni.resource_quotas": "set values.cni.resourceQuotas instead",
    "cni.rollingMaxUnavailable": "",
    "gateways.enabled": f"set enabled under {_INGRESS} and {_EGRESS} instead",
    "gateways.istio-egressgateway.enabled": f"set enabled under {_EGRESS} instead",
    "gateways.istio-egressgateway.labels": f"set label under {_EGRESS} instead",
    "gateways.istio-egressgateway.memory": "",
    "gateways.istio-egressgateway.name": f"set name under {_EGRESS} instead",
    "gateways.istio-ingressgateway.enabled": f"set enabled under {_INGRESS} instead",
    "gateways.istio-ingressgateway.labels": f"set label under {_INGRESS} instead",
    "gateways.istio-ingressgateway.memory": "",
    "gateways.istio-ingressgateway.name": f"set name under {_INGRESS} instead",
    "global.jwtPolicy": "tokens are always those of third parties",
    "global.multiCluster.enabled": "values.global.multiCluster.clusterName counts alone",
    "global.multiCluster.globalDomainSuffix": "",
    "global.multiCluster.includeEnvoyFilter": "",
    "global.podDNSSearchNamespaces": "set dnsConfig on the pods instead",
    "global.proxy.enableCoreDump": "",
    "global.proxy_init.resources": "set values.global.proxy.resources instead",
    "global.waypoint.toleration": "",
    "istio_cni": "set values.pilot.cni instead",
    "pilot.cni.chained": "set values.cni.chained instead",
    "pilot.enabled": "set components.pilot.enabled instead",
    "sidecarInjectorWebhook.injectionURL": "set values.istiodRemote.injectionURL instead",
}
#: Defaults that only gateways heed, and the setting of istiod that one would expect to follow.
_FOR_GATEWAYS = {
    "global.arch": "affinity",
    "global.defaultNodeSelector": "nodeSelector",
    "global.defaultTolerations": "tolerations",
}
#: Where replicas are fixed in vain while the number follows the load, which is the charts' default.
_SCALED = ("pilot", "gateways.istio-ingressgateway", "gateways.istio-egressgateway")


def warn_of_idle_values(merged: Values, origins: Origins, problems: Problems) -> None:
    """Warn of values that a user set and that nothing reads, before the specification is translated.

    Args:
        merged: the whole document.
        origins: who set what; what a profile says is not warned of.
        problems: where warnings go.
    """
    values = lookup(merged, "spec", "values")
    for path, message in _idle(values if isinstance(values, dict) else {}, merged):
        place = ("spec", "values", *path)
        origin = origins.of(place)
        if origin.kind in ("file", "flag"):
            problems.warn(f"{dotted(place[1:])} {message}", str(origin))


def _idle(values: Values, merged: Values) -> Iterator[tuple[Path, str]]:
    for name, instead in _IDLE.items():
        path = tuple(name.split("."))
        value = lookup(values, *path)
        if value not in (None, {}, []) and not _is_so_anyway(name, value, lookup(merged, "spec", "components")):
            yield path, f"has no effect; {instead}" if instead else "has no effect in this release"
    for name, expected in _FOR_GATEWAYS.items():
        path = tuple(name.split("."))
        own = lookup(values, "pilot", expected), lookup(merged, "spec", "components", "pilot", "k8s", expected)
        if lookup(values, *path) and not any(own):
            yield path, f"is for gateways only; for istiod set components.pilot.k8s.{expected}"
    for name in _SCALED:
        path = (*name.split("."), "replicaCount")
        switch = f"{name}.autoscaleEnabled"
        if lookup(values, *path) is not None and lookup(values, *switch.split(".")) is not False:
            yield path, f"has no effect while values.{switch} is true, which is the default"


def _is_so_anyway(name: str, value: object, components: object) -> bool:
    """Whether a switch that has no effect says what its component says."""
    if name in ("pilot.enabled", "cni.enabled"):
        return value is lookup(components, name.partition(".")[0], "enabled")
    for field, chart in GATEWAYS.items():
        if name == f"gateways.{chart}.enabled":
            given = lookup(components, field)
            gateways = given if isinstance(given, list) else []
            return value is any(lookup(gateway, "enabled") is True for gateway in gateways)
    return False


def warn_of_providers(merged: Values, origins: Origins, problems: Problems) -> None:
    """Warn of default providers that no extension provider of the mesh configuration is.

    Args:
        merged: the whole document, translated or not.
        origins, problems: as for `warn_of_idle_values`.
    """
    mesh: Values = {}
    places = (("spec", "values", "meshConfig"), ("spec", "meshConfig"))
    for place in places:
        if isinstance(given := lookup(merged, *place), dict):
            mesh |= given
    if not mesh.get("defaultProviders"):
        return
    from istioctl.api.mesh import mesh_over_defaults, passed_over
    from istioctl.api.mesh_rules import unknown_default_providers

    if "extensionProviders" not in mesh:
        mesh["extensionProviders"] = _of_profile(merged)
    for path, name, known in unknown_default_providers(mesh_over_defaults(mesh, passed_over)):
        place = next((*place, *path) for place in reversed(places) if lookup(merged, *place, "defaultProviders"))
        origin = origins.of(place)
        if origin.kind in ("file", "flag"):
            problems.warn(f"{dotted(place[1:])}: no extension provider is '{name}'; there are {known}", str(origin))


def _of_profile(merged: Values) -> object:
    """The extension providers that come with the profile of a document."""
    given = lookup(merged, "spec", "values")
    values = dict(given) if isinstance(given, dict) else {}
    if profile := lookup_text(merged, "spec", "profile"):
        values.setdefault("profile", profile)
    try:
        return lookup(value_overlay(values), "meshConfig", "extensionProviders") or []
    except SpecError:  # there is no such profile, which is said elsewhere
        return []
