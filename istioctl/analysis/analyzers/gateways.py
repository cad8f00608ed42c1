"""Gateways: their ports, certificates and Secrets, and whether two of them get in each other's way."""

from __future__ import annotations

from typing import Any

from istioctl.analysis.analyzers.certificates import holds_certificate
from istioctl.analysis.analyzers.pods import is_gateway
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api import selectors
from istioctl.api.trees import mappings, texts

#: A server's host and the address it is bound to.
Bound = tuple[str, str]


def _selected(gateway: Resource, snapshot: Snapshot) -> list[Resource]:
    wanted = gateway.spec.get("selector", {})
    return [pod for pod in snapshot.all("Pod") if selectors.picks(wanted, pod.labels)]


def _report_no_pods(gateway: Resource, snapshot: Snapshot, findings: Findings) -> None:
    """Report a gateway that selects no pods; of files, only where they hold pods of other gateways."""
    if snapshot.is_whole or any(pod.source and is_gateway(pod) for pod in snapshot.all("Pod")):
        wanted = selectors.format_equal(gateway.spec.get("selector", {}))
        findings.report("ReferencedResourceNotFound", gateway, "selector", wanted, path=("spec", "selector"))


def analyze_ports(snapshot: Snapshot, findings: Findings) -> None:
    """Ports of a gateway that no Service in front of its pods has."""
    for gateway in snapshot.all("Gateway"):
        pods = _selected(gateway, snapshot)
        if not pods:
            _report_no_pods(gateway, snapshot, findings)
            continue
        if pods[0].source and not snapshot.knows("Service", pods[0].namespace):
            continue
        reachable = {number for pod in pods for number in _service_ports(pod, snapshot)}
        for i, server in enumerate(gateway.spec.get("servers", [])):
            if "port" in server and (number := server["port"].get("number", 0)) not in reachable:
                wanted = selectors.format_equal(gateway.spec.get("selector", {}))
                at = ("spec", "servers", i, "port")
                findings.report("GatewayPortNotDefinedOnService", gateway, number, wanted, path=at)


def _service_ports(pod: Resource, snapshot: Snapshot) -> set[int]:
    """The ports, and where they lead, of all Services that select a pod."""
    numbers: set[int] = set()
    for service in snapshot.all("Service"):
        if service.namespace != pod.namespace or not selectors.picks(texts(service.spec.get("selector")), pod.labels):
            continue
        for port in mappings(service.spec.get("ports")):
            if port.get("protocol", "TCP") == "TCP":
                given = (port.get("port"), port.get("targetPort"))
                numbers.update(int(str(number)) for number in given if str(number).isdecimal())
    return numbers


def analyze_duplicate_certificates(snapshot: Snapshot, findings: Findings) -> None:
    """Gateways on the same pods that present the same certificate."""
    gateways = list(snapshot.all("Gateway"))
    for gateway in gateways:
        wanted = gateway.spec.get("selector", {})
        for other in gateways:
            if other is not gateway and selectors.picks(wanted, other.spec.get("selector", {})):
                for index in _shared_certificates(gateway.spec, other.spec):
                    at = ("spec", "servers", index, "tls")
                    findings.report(
                        "GatewayDuplicateCertificate", gateway, f"[{gateway.full_name} {other.full_name}]", path=at
                    )
                    break


def _shared_certificates(spec: dict[str, Any], other: dict[str, Any]) -> list[int]:
    """The servers that present a certificate which a server of another gateway presents, too."""
    theirs = {_certificate(server.get("tls", {})) for server in other.get("servers", [])} - {None}
    return [i for i, server in enumerate(spec.get("servers", [])) if _certificate(server.get("tls", {})) in theirs]


def _certificate(tls: dict[str, Any]) -> tuple[str, ...] | None:
    if tls.get("credentialName"):
        return (tls["credentialName"],)
    files = (tls.get("serverCertificate", ""), tls.get("privateKey", ""))
    return files if all(files) else None


def analyze_secrets(snapshot: Snapshot, findings: Findings) -> None:
    """Secrets that a gateway's servers name: they exist, and hold a certificate with its key."""
    for gateway in snapshot.all("Gateway"):
        pods = _selected(gateway, snapshot)
        if not pods:
            _report_no_pods(gateway, snapshot, findings)
            continue
        for i, server in enumerate(gateway.spec.get("servers", [])):
            name = server.get("tls", {}).get("credentialName")
            if name and snapshot.knows("Secret"):
                _check_secret(gateway, name, [pod.namespace for pod in pods], i, snapshot, findings)


def _check_secret(
    gateway: Resource, name: str, namespaces: list[str], server: int, snapshot: Snapshot, findings: Findings
) -> None:
    at = ("spec", "servers", server, "tls", "credentialName")
    owner, slash, own = name.partition("/")
    places = [(owner, own)] if slash else [(namespace, name) for namespace in namespaces]
    secret = next(filter(None, (snapshot.find("Secret", *place) for place in places)), None)
    if secret is None:
        findings.report("ReferencedResourceNotFound", gateway, "credentialName", name, path=at)
    elif not holds_certificate(secret):
        findings.report("InvalidGatewayCredential", gateway, gateway.name, secret.namespace, path=at)


def analyze_conflicts(snapshot: Snapshot, findings: Findings) -> None:
    """Gateways that serve the same host on the same port of the same pods."""
    gateways = list(snapshot.all("Gateway"))
    served = {gateway: _bound_hosts(gateway) for gateway in gateways}
    for gateway in gateways:
        wanted = gateway.spec.get("selector", {})
        rivals = [other for other in gateways if other is not gateway and _share_pods(gateway, other, snapshot)]
        for i, server in enumerate(gateway.spec.get("servers", [])):
            number = server.get("port", {}).get("number", 0)
            hosts = {(host, server.get("bind", "")) for host in server.get("hosts", [])}
            conflicting = sorted(other.full_name for other in rivals if hosts & served[other].get(number, set()))
            if conflicting:
                shown = ",".join(server.get("hosts", []))
                at = ("spec", "servers", i)
                findings.report(
                    "ConflictingGateways",
                    gateway,
                    ",".join(conflicting),
                    selectors.format_equal(wanted),
                    number,
                    shown,
                    path=at,
                )


def _bound_hosts(gateway: Resource) -> dict[int, set[Bound]]:
    """The hosts of a gateway by port; of several servers on one port the last counts, as upstream has it."""
    bound: dict[int, set[Bound]] = {}
    for server in gateway.spec.get("servers", []):
        number = server.get("port", {}).get("number", 0)
        bound[number] = {(host, server.get("bind", "")) for host in server.get("hosts", [])}
    return bound


def _share_pods(one: Resource, other: Resource, snapshot: Snapshot) -> bool:
    """Whether two gateways have the same selector, or one contains the other and both pick a common pod."""
    first, second = one.spec.get("selector", {}), other.spec.get("selector", {})
    if first == second:
        return True
    texts_of = selectors.format_equal(first), selectors.format_equal(second)
    if texts_of[0] not in texts_of[1] and texts_of[1] not in texts_of[0]:
        return False
    both = {**first, **second}
    if any(first[key] != second[key] for key in first.keys() & second.keys()):
        return False
    return any(selectors.picks(both, pod.labels) for pod in snapshot.all("Pod"))


def is_internal(name: str) -> bool:
    """Whether a gateway's name is one istiod makes for a Kubernetes Gateway."""
    return "~istio-autogenerated-k8s-gateway~" in name


def served_hosts(gateway: Resource, namespace: str) -> list[str]:
    """The hosts that a gateway serves for VirtualServices of a namespace."""
    hosts = []
    for server in gateway.spec.get("servers", []):
        for entry in server.get("hosts", []):
            owner, slash, host = entry.partition("/")
            if not slash:
                hosts.append(entry)
            elif owner in ("*", namespace) or (owner == "." and gateway.namespace == namespace):
                hosts.append(host)
    return hosts
