"""The mesh as a whole: its networks and clusters, and what is deprecated."""

from __future__ import annotations

from typing import Any

from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.trees import lookup, mapping, mappings, text

_REGISTRIES = ("Mock", "Kubernetes", "External")
_REMOTE_SECRET = "istio/multiCluster"  # noqa: S105 - a label's name
_REMOVED_GROUP = "rbac.istio.io"
_REMOVED_KINDS = ("ClusterRbacConfig", "RbacConfig", "ServiceRole", "ServiceRoleBinding")


def analyze_networks(snapshot: Snapshot, findings: Findings) -> None:
    """Registries that a network names, and no cluster has."""
    known = set(_REGISTRIES)
    for secret in snapshot.all("Secret"):
        if secret.labels.get(_REMOTE_SECRET) == "true":
            known.update(mapping(secret.data.get("data")))
    networks = mapping(snapshot.mesh_networks.get("networks"))
    owner = Resource("MeshNetworks", "meshnetworks", snapshot.istio_namespace, {}, snapshot.mesh_networks)
    for name, network in networks.items():
        for i, endpoint in enumerate(mappings(mapping(network).get("endpoints"))):
            registry = endpoint.get("fromRegistry")
            if isinstance(registry, str) and registry not in known:
                at = ("networks", name, "endpoints", i)
                findings.report("UnknownMeshNetworksServiceRegistry", owner, registry, name, path=at)


def analyze_clusters(snapshot: Snapshot, findings: Findings) -> None:
    """Services of the same name that are different ones in different clusters."""
    by_name: dict[str, dict[str, Resource]] = {}
    for service in snapshot.all("Service"):
        by_name.setdefault(service.full_name, {})[service.cluster] = service
    for services in by_name.values():
        if len(services) > 1:
            reasons = _differences(list(services.values()))
            if reasons:
                first = next(iter(services.values()))
                clusters = " ".join(sorted(services))
                report = "MultiClusterInconsistentService"
                findings.report(report, first, first.name, first.namespace, clusters, "; ".join(reasons))


def _differences(services: list[Resource]) -> list[str]:
    def differ(values: list[Any]) -> bool:
        return any(value != values[0] for value in values)

    specs = [service.spec for service in services]
    reasons = []
    if differ([spec.get("clusterIP") == "None" for spec in specs]):
        reasons.append("some are headless")
    if differ([spec.get("type") or "ClusterIP" for spec in specs]):
        reasons.append("their types differ")
    if differ([sorted(map(str, mappings(spec.get("ports")))) for spec in specs]):
        reasons.append("their ports differ")
    return reasons


def analyze_deprecations(snapshot: Snapshot, findings: Findings) -> None:
    """Kinds and fields on their way out."""
    for service in snapshot.all("VirtualService"):
        for i, route in enumerate(service.spec.get("http", [])):
            if route.get("fault", {}).get("delay", {}).get("percent", 0) > 0:
                words = "HTTPRoute.fault.delay.percent is deprecated; use HTTPRoute.fault.delay.percentage"
                findings.report("Deprecated", service, words, path=("spec", "http", i, "fault", "delay", "percent"))
    for sidecar in snapshot.all("Sidecar"):
        if "egressProxy" in sidecar.spec.get("outboundTrafficPolicy", {}):
            at = ("spec", "outboundTrafficPolicy", "egressProxy")
            findings.report("Deprecated", sidecar, "OutboundTrafficPolicy.egressProxy is ignored", path=at)
    for crd in snapshot.all("CustomResourceDefinition"):
        kind = text(lookup(crd.spec, "names", "kind"))
        if crd.spec.get("group") == _REMOVED_GROUP and kind in _REMOVED_KINDS:
            findings.report("Deprecated", crd, f"the kind {kind} of {_REMOVED_GROUP} has been removed")
