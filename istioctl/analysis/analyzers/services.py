"""Services and ServiceEntries: what their ports declare."""

from __future__ import annotations

from istioctl.analysis.analyzers import pods
from istioctl.analysis.findings import Findings
from istioctl.analysis.mesh_settings import proxy_metadata
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.analysis.validation import protocols
from istioctl.api.names import GATEWAY_MANAGED
from istioctl.api.trees import listing, mapping, mappings, text

_MANAGED = ("istio.io-gateway-controller", "istio.io-mesh-controller", "istio.io-eastwest-controller")
#: SMTP, DNS, MySQL and MongoDB: ports whose protocol is known to start with the server's words.
_TCP_PORTS = (25, 53, 3306, 27017)
_KUBERNETES_PROTOCOLS = ("kubernetes.io/h2c", "kubernetes.io/ws", "kubernetes.io/wss")


def analyze_port_names(snapshot: Snapshot, findings: Findings) -> None:
    """Ports of Services that declare no protocol."""
    for service in snapshot.all("Service"):
        if pods.is_control_plane(service) or service.labels.get(GATEWAY_MANAGED) in _MANAGED:
            continue
        is_external = service.spec.get("type") == "ExternalName"
        for i, port in enumerate(listing(service.spec.get("ports"))):
            name = text(mapping(port).get("name"))
            if _declares_protocol(mapping(port)) and not (is_external and name == "tcp"):
                continue
            at = ("spec", "ports", i, "port")
            if is_external:
                findings.report("ExternalNameServiceTypeInvalidPortName", service, path=at)
            else:
                number, target = mapping(port).get("port"), mapping(port).get("targetPort") or 0
                findings.report("PortNameIsNotUnderNamingConvention", service, name, number, target, path=at)


def _declares_protocol(port: dict[str, object]) -> bool:
    """Whether a port's protocol is known (istio `pkg/config/kube/conversion.go`)."""
    declared = port.get("appProtocol")
    name = declared if isinstance(declared, str) else text(port.get("name"))
    if port.get("protocol") == "UDP" or declared in _KUBERNETES_PROTOCOLS or name.lower().startswith("grpc-web"):
        return True
    return bool(protocols.of_port_name(name)) or port.get("port") in _TCP_PORTS


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
