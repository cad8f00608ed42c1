"""What holds for a pod or a service: its ports, routes, mTLS on both sides, policies, and what would not work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from istioctl.analysis.analyzers import pods as meshed
from istioctl.analysis.analyzers.hosts import full_host
from istioctl.analysis.describing.ingresses import ingress_routes
from istioctl.analysis.describing.mutual_tls import (
    Mode,
    ServerMode,
    client_mode,
    conflict,
    destination_rules,
    server_mode,
)
from istioctl.analysis.describing.routes import RouteOwner, gateway_routes, virtual_services
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.analysis.validation import protocols
from istioctl.api.names import PROXY, PROXY_USER
from istioctl.api.pods import containers, injected_by, proxy_of
from istioctl.api.selectors import picks
from istioctl.api.trees import lookup, mapping, mappings, text, texts

#: The kinds that a description is made from, as keys of a snapshot.
KINDS = (
    "Pod", "Service", "Namespace", "VirtualService", "DestinationRule", "Gateway", "PeerAuthentication",
    "RequestAuthentication", "AuthorizationPolicy", "Sidecar", "HTTPRoute", "GRPCRoute", "KubernetesGateway",
    "Ingress",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PodFacts:
    """A pod.

    Attributes:
        revision: the control plane that injected it; empty where none did.
        ports: `NUMBER[/PROTOCOL] (CONTAINER)` each.
        proxy: `sidecar`, `ambient`, `gateway`, or empty.
    """

    name: str
    namespace: str
    revision: str
    ports: tuple[str, ...]
    phase: str
    proxy: str

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {
            "name": self.name,
            "namespace": self.namespace,
            "revision": self.revision,
            "ports": list(self.ports),
            "phase": self.phase,
            "proxy": self.proxy or None,
        }


@dataclass(frozen=True, slots=True)
class PortFacts:
    """A port of a service.

    Attributes:
        protocol: as istiod reads it; `auto-detect` where nothing declares it.
        target: the port of the pods; 0 where they have none of that name.
        server: what the pods accept there.
        clients: what clients use by subset; the empty one is for calls without a subset.
    """

    name: str
    number: int
    protocol: str
    target: int
    server: Mode | None
    clients: dict[str, Mode]

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {
            "name": self.name,
            "port": self.number,
            "protocol": self.protocol,
            "targetPort": self.target or None,
            "server": self.server.as_data() if self.server else None,
            "clients": {subset: mode.as_data() for subset, mode in self.clients.items()},
        }


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A DestinationRule of a service: which of its subsets have pods, and what it sets."""

    rule: Resource
    with_pods: tuple[str, ...]
    without_pods: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {
            "name": self.rule.name,
            "namespace": self.rule.namespace,
            "host": self.rule.spec.get("host"),
            "matchingSubsets": list(self.with_pods),
            "otherSubsets": list(self.without_pods),
        }


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """A service with all that leads to it."""

    name: str
    namespace: str
    ports: tuple[PortFacts, ...]
    rules: tuple[RuleFacts, ...]
    routes: tuple[RouteOwner, ...]

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {
            "name": self.name,
            "namespace": self.namespace,
            "ports": [port.as_data() for port in self.ports],
            "destinationRules": [rule.as_data() for rule in self.rules],
            "routes": [owner.as_data() for owner in self.routes],
        }


@dataclass(slots=True)
class Description:
    """All that is said; `server` is None where there is no pod, `problems` are sentences."""

    pods: list[PodFacts] = field(default_factory=list)
    services: list[ServiceFacts] = field(default_factory=list)
    server: ServerMode | None = None
    policies: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {
            "pods": [pod.as_data() for pod in self.pods],
            "services": [service.as_data() for service in self.services],
            "mtls": self.server.as_data() if self.server else None,
            "policies": self.policies,
            "problems": self.problems,
        }


def describe(
    pods: Sequence[Resource], services: Sequence[Resource], snapshot: Snapshot, *, check_mesh: bool
) -> Description:
    """The description of pods that belong together, and of the services in question.

    Args:
        pods: one pod, or those behind one service.
        snapshot: all objects of `KINDS` that could be read.
        check_mesh: whether pods outside the mesh are a problem.
    """
    found = Description()
    for pod in pods:
        facts = _pod(pod, snapshot)
        found.pods.append(facts)
        found.problems += _pod_problems(pod, facts, check_mesh=check_mesh)
    root = text(snapshot.mesh.get("rootNamespace")) or snapshot.istio_namespace
    if pods:
        policies = list(snapshot.all("PeerAuthentication"))
        found.server = server_mode(policies, pods[0].labels, pods[0].namespace, root)
        found.policies = _policies(pods[0], root, snapshot)
    for service in services:
        found.services.append(_service(service, pods, found, root, snapshot))
    found.problems = list(dict.fromkeys(found.problems))
    return found


def protocol_of(port: dict[str, Any]) -> str:
    """The protocol of a Service's port, as istiod reads it."""
    if port.get("protocol") != "UDP" and not text(port.get("name")) and port.get("appProtocol") is None:
        return "auto-detect"
    return protocols.of_service_port(port) or "UnsupportedProtocol"


def _pod(pod: Resource, snapshot: Snapshot) -> PodFacts:
    ports = []
    own = containers(pod.spec)
    for container in own:
        for port in mappings(container.get("ports")):
            protocol = text(port.get("protocol")) or "TCP"
            shown = "" if protocol == "TCP" else f"/{protocol}"
            ports.append(f"{port.get('containerPort')}{shown} ({container.get('name')})")
    proxy = ""
    if proxy_of(pod.spec) is not None:
        proxy = "sidecar" if len(own) > 1 or pod.spec.get("initContainers") else "gateway"
    elif meshed.pod_is_ambient(pod) or meshed.namespace_is_ambient(snapshot.find("Namespace", "", pod.namespace)):
        proxy = "ambient"
    phase = text(lookup(pod.data, "status", "phase"))
    return PodFacts(pod.name, pod.namespace, injected_by(pod.annotations), tuple(ports), phase, proxy)


def _pod_problems(pod: Resource, facts: PodFacts, *, check_mesh: bool) -> Iterator[str]:
    name = pod.friendly_name
    if facts.phase not in ("", "Running"):
        yield f"{name} is not running ({facts.phase})"
        return
    for key in ("initContainerStatuses", "containerStatuses"):
        for status in mappings(lookup(pod.data, "status", key)):
            ended = lookup(status, "state", "terminated", "exitCode") == 0
            if status.get("ready") is False and not ended:
                yield f"{name}: container {status.get('name')} is not ready"
    if not check_mesh:
        return
    if not facts.proxy:
        yield f"{name} is not part of the mesh: it has no sidecar and is not in ambient mode"
        return
    users = [lookup(each, "securityContext", "runAsUser") for each in containers(pod.spec)
             if each.get("name") != PROXY]  # fmt: skip
    if facts.proxy == "sidecar" and PROXY_USER in (*users, lookup(pod.spec, "securityContext", "runAsUser")):
        yield f"{name}: a container runs as user {PROXY_USER}, the sidecar's own, so its traffic bypasses the sidecar"


def _policies(pod: Resource, root: str, snapshot: Snapshot) -> dict[str, list[str]]:
    """The policies that select a pod, by kind."""
    found: dict[str, list[str]] = {}
    for kind in ("AuthorizationPolicy", "RequestAuthentication", "Sidecar"):
        key = "workloadSelector" if kind == "Sidecar" else "selector"
        for policy in sorted(snapshot.all(kind), key=lambda each: (each.namespace, each.name)):
            if policy.namespace not in (pod.namespace, root) or policy.spec.get("targetRefs"):
                continue
            selector = mapping(policy.spec.get(key))
            if picks(texts(selector.get("labels" if kind == "Sidecar" else "matchLabels")), pod.labels):
                action = f" ({text(policy.spec.get('action')) or 'ALLOW'})" if kind == "AuthorizationPolicy" else ""
                found.setdefault(kind, []).append(f"{policy.name}.{policy.namespace}{action}")
    return found


def _service(
    service: Resource, pods: Sequence[Resource], found: Description, root: str, snapshot: Snapshot
) -> ServiceFacts:
    host = full_host(service.namespace, service.name)
    rules = destination_rules(snapshot.all("DestinationRule"), host, service.namespace, root)
    effective = next((rule for rule in rules if rule.namespace in (service.namespace, root)), None)
    facts = [_rule(rule, pods) for rule in rules]
    owners = [
        *virtual_services(service, snapshot),
        *gateway_routes(service, snapshot),
        *ingress_routes(service, snapshot),
    ]
    named = {each.subset for owner in owners for route in owner.routes for each in route.destinations if each.is_here}
    ports = []
    for port in mappings(service.spec.get("ports")):
        if (text(port.get("protocol")) or "TCP") != "TCP":
            continue  # Istio leaves UDP alone
        ports.append(_port(service, port, pods, effective, sorted(named | {""}), found, snapshot))
    for owner in owners:
        found.problems += owner.problems
        found.problems += _destination_problems(owner, service, facts, bool(pods))
    return ServiceFacts(service.name, service.namespace, tuple(ports), tuple(facts), tuple(owners))


def _rule(rule: Resource, pods: Sequence[Resource]) -> RuleFacts:
    with_pods, without = list[str](), list[str]()
    for subset in mappings(rule.spec.get("subsets")):
        some = any(picks(texts(subset.get("labels")), pod.labels) for pod in pods)
        (with_pods if some else without).append(text(subset.get("name")))
    return RuleFacts(rule, tuple(with_pods), tuple(without))


def _port(
    service: Resource,
    port: dict[str, Any],
    pods: Sequence[Resource],
    rule: Resource | None,
    subsets: Sequence[str],
    found: Description,
    snapshot: Snapshot,
) -> PortFacts:
    number = port.get("port") if isinstance(port.get("port"), int) else 0
    target = _target(port, pods[0]) if pods else 0
    name, where = text(port.get("name")), f"{service.friendly_name}: port {number}"
    server = found.server.at(target) if found.server and pods else None
    clients: dict[str, Mode] = {}
    if server is not None:
        has_proxy = all(pod.proxy for pod in found.pods)
        if not target:
            found.problems.append(f"{where} targets port {port.get('targetPort')!r}, which the pods do not have")
        automatic = snapshot.mesh.get("enableAutoMtls", True) is not False
        for subset in subsets:
            client = client_mode(rule, number or 0, subset, server=server, has_proxy=has_proxy, automatic=automatic)
            clients[subset] = client
            if why := conflict(client, server, has_proxy=has_proxy):
                found.problems.append(f"{where}{f', subset {subset}' if subset else ''}: {why}")
    protocol = protocol_of(port)
    if protocol == "UnsupportedProtocol":
        found.problems.append(f"{where}: its name {name!r} declares no protocol, so it is detected, and TCP in doubt")
    return PortFacts(name, number or 0, protocol, target, server, clients)


def _target(port: dict[str, Any], pod: Resource) -> int:
    """The pod's port behind a service's port; 0 where there is none."""
    target = port.get("targetPort") or port.get("port")
    if isinstance(target, int):
        return target
    for container in containers(pod.spec, init=True):
        for own in mappings(container.get("ports")):
            if own.get("name") == target and isinstance(own.get("containerPort"), int):
                return int(own["containerPort"])
    return 0


def _destination_problems(
    owner: RouteOwner, service: Resource, rules: Sequence[RuleFacts], has_pods: bool
) -> Iterator[str]:
    numbers = {port.get("port") for port in mappings(service.spec.get("ports"))}
    for route in owner.routes:
        where = f"{owner.resource.friendly_name}: {route.kind}[{route.index}]"
        for each in route.destinations:
            if not each.is_here:
                continue
            if each.port and each.port not in numbers:
                yield f"{where} leads to port {each.port}, which {service.friendly_name} does not have"
            elif not each.port and len(numbers) > 1 and owner.gateways and route.kind != "rules":
                yield f"{where} names no port, and {service.friendly_name} has several"
            if each.subset:
                defined = [rule for rule in rules if each.subset in (*rule.with_pods, *rule.without_pods)]
                if not rules:
                    yield f"{where} leads to subset {each.subset}, but no DestinationRule defines subsets"
                elif not defined:
                    names = ", ".join(rule.rule.full_name for rule in rules)
                    yield f"{where} leads to subset {each.subset}, which DestinationRule {names} does not define"
                elif has_pods and each.subset in defined[0].without_pods and each.weight:
                    yield f"{where} leads to subset {each.subset}, which has no pod here"
