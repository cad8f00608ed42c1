"""Services and ServiceEntries: what their ports declare."""

from __future__ import annotations

from istioctl.analysis.analyzers import pods
from istioctl.analysis.findings import Findings
from istioctl.analysis.mesh_settings import proxy_metadata
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.analysis.validation import protocols
from istioctl.api.names import GATEWAY_MANAGED, WAYPOINT_CONTROLLER
from istioctl.api.trees import listing, mapping, mappings, text

_MANAGED = ("istio.io-gateway-controller", WAYPOINT_CONTROLLER, "istio.io-eastwest-controller")


def analyze_port_names(snapshot: Snapshot, findings: Findings) -> None:
    """Ports of Services that declare no protocol."""
    for service in snapshot.all("Service"):
        if pods.is_control_plane(service) or service.labels.get(GATEWAY_MANAGED) in _MANAGED:
            continue
        is_external = service.spec.get("type") == "ExternalName"
        for i, port in enumerate(listing(service.spec.get("ports"))):
            name = text(mapping(port).get("name"))
            if protocols.of_service_port(mapping(port)) and not (is_external and name == "tcp"):
                continue
            at = ("spec", "ports", i, "port")
            if is_external:
                findings.report("ExternalNameServiceTypeInvalidPortName", service, path=at)
            else:
                number, target = mapping(port).get("port"), mapping(port).get("targetPort") or 0
                findings.report("PortNameIsNotUnderNamingConvention", service, name, number, target, path=at)


def analyze_addresses(snapshot: Snapshot, findings: Findings) -> None:
    """TCP ports of ServiceEntries that have no address to be told apart by."""
    metadata = proxy_metadata(snapshot.mesh)
    allocates = any(
        metadata.get(name) == "true" for name in ("ISTIO_META_DNS_AUTO_ALLOCATE", "PILOT_ENABLE_IP_AUTOALLOCATE")
    )
    if metadata.get("ISTIO_META_DNS_CAPTURE") == "true" and allocates:
        return
    for entry in snapshot.all("ServiceEntry"):
        if entry.spec.get("addresses") or _has_allocated(entry):
            continue
        for i, port in enumerate(entry.spec.get("ports", [])):
            if port.get("protocol", "").upper() in ("", "TCP"):
                findings.report("ServiceEntryAddressesRequired", entry, path=("spec", "ports", i, "name"))


def _has_allocated(entry: Resource) -> bool:
    return bool(mappings(mapping(entry.data.get("status")).get("addresses")))
