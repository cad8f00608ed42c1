"""A description of a pod or a service as text, laid out as the original's `describe`, with what it leaves out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from istioctl.api.trees import mapping, mappings, text

if TYPE_CHECKING:
    from istioctl.analysis.describing.description import Description, PodFacts, PortFacts, RuleFacts, ServiceFacts
    from istioctl.analysis.describing.routes import RouteOwner
    from istioctl.cli.screen.outline import Node

#: How lines that begin so are shown where a terminal shows colour.
LINE_STYLES = {"WARNING:": "red"}
_PODS = "Pods: "
_RULER = "-" * 20
_STEP = "   "


def describe_lines(found: Description, namespace: str, *, is_pod: bool) -> Iterator[str]:
    """The lines of the report.

    Args:
        namespace: objects of this one are named without it.
        is_pod: whether a pod was asked for; otherwise a service.
    """
    if is_pod:
        for pod in found.pods:
            yield from _pod(pod, namespace)
            yield _RULER
    for index, service in enumerate(found.services):
        if index:
            yield _RULER
        yield from _service(service, namespace)
        if not is_pod:
            count = len(found.pods)
            yield f"{_STEP}{_PODS}{count}" + (
                f" ({sum(bool(pod.proxy) for pod in found.pods)} in the mesh)" if count else ""
            )
    if found.server is not None:
        yield _RULER
        yield "Effective PeerAuthentication:"
        yield f"{_STEP}Workload mTLS mode: {found.server.workload.mode}"
        if found.server.by_port:
            yield f"{_STEP}Port Level mTLS mode:"
            for port, mode in sorted(found.server.by_port.items()):
                yield f"{_STEP * 2}{port}: {mode.mode}"
        yield f"{_STEP}Set by: {found.server.workload.source}"
        if found.server.applied:
            yield "Applied PeerAuthentication:"
            yield f"{_STEP}{', '.join(found.server.applied)}"
    for kind, names in found.policies.items():
        yield f"Applied {kind}:"
        yield f"{_STEP}{', '.join(names)}"
    for service in found.services:
        for owner in service.routes:
            yield from _gateways(owner)
    if found.problems:
        yield _RULER
        yield from (f"WARNING: {problem}" for problem in found.problems)


def describe_outline(found: Description, namespace: str, *, is_pod: bool) -> Node:
    """The report as a tree; a service's pods, which the lines tell of behind its routes, are below it."""
    from istioctl.cli.screen.outline import outline

    root = outline(describe_lines(found, namespace, is_pod=is_pod))
    for owner in list(root.children):
        for child in list(owner.children):
            if child.text.startswith(_PODS):
                owner.children.remove(child)
                root.children.insert(0, child)
    return root


def _pod(pod: PodFacts, namespace: str) -> Iterator[str]:
    yield f"Pod: {_name(pod.name, pod.namespace, namespace)}"
    yield f"{_STEP}Pod Revision: {pod.revision}"
    yield f"{_STEP}Pod Ports: {', '.join(pod.ports)}" if pod.ports else f"{_STEP}Pod does not expose ports"
    if pod.proxy not in ("", "sidecar"):
        yield f"{_STEP}Pod Proxy: {pod.proxy}"


def _service(service: ServiceFacts, namespace: str) -> Iterator[str]:
    yield f"Service: {_name(service.name, service.namespace, namespace)}"
    for port in service.ports:
        target = f"targets pod port {port.target}" if port.target else "has no target in the pods"
        yield f"{_STEP}Port: {port.name} {port.number}/{port.protocol} {target}"
        yield from _clients(port)
    for rule in service.rules:
        yield from _rule(rule, namespace)
    for owner in service.routes:
        yield from _routes(owner, namespace)


def _clients(port: PortFacts) -> Iterator[str]:
    plain = port.clients.get("")
    for subset, mode in port.clients.items():
        if subset and mode == plain:
            continue
        words = f" for subset {subset}" if subset else ""
        yield f"{_STEP * 2}Clients use{words}: {mode.mode} ({mode.source})"
    if port.server is not None and port.clients:
        yield f"{_STEP * 2}Pods accept: {port.server.mode} ({port.server.source})"


def _rule(facts: RuleFacts, namespace: str) -> Iterator[str]:
    rule = facts.rule
    yield f'DestinationRule: {_name(rule.name, rule.namespace, namespace)} for "{text(rule.spec.get("host"))}"'
    if facts.with_pods or facts.without_pods:
        yield f"{_STEP}Matching subsets: {','.join(facts.with_pods)}"
        if facts.without_pods:
            yield f"{_STEP * 2}(Non-matching subsets {','.join(facts.without_pods)})"
    policy = rule.spec.get("trafficPolicy")
    if not isinstance(policy, dict):
        yield f"{_STEP}No Traffic Policy"
        return
    yield from _policy(policy, "Traffic Policy TLS Mode", _STEP)
    levels = mappings(policy.get("portLevelSettings"))
    if levels:
        yield f"{_STEP}Port Level Settings:"
    for level in levels:
        yield f"    {mapping(level.get('port')).get('number')}:"
        yield from _policy(level, "TLS Mode", _STEP * 2)


def _policy(policy: dict[str, object], title: str, indent: str) -> Iterator[str]:
    if isinstance(policy.get("tls"), dict):
        yield f"{indent}{title}: {text(mapping(policy.get('tls')).get('mode')) or 'DISABLE'}"
    names = {
        "loadBalancer": "load balancer",
        "connectionPool": "connection pool",
        "outlierDetection": "outlier detection",
    }
    if others := [name for key, name in names.items() if policy.get(key) is not None]:
        yield f"{indent}Policies: {'/'.join(others)}"


def _routes(owner: RouteOwner, namespace: str) -> Iterator[str]:
    resource = owner.resource
    where = "" if owner.in_mesh else " (through gateways only)"
    yield f"{resource.kind}: {_name(resource.name, resource.namespace, namespace)}{where}"
    for route in owner.routes:
        for each in route.destinations:
            yield f"{_STEP}Route to {each}"
        facts = [*route.notes, *(f"Match: {match}" for match in route.matches)]
        if facts:
            yield f"{_STEP}{', '.join(facts)}"
    if owner.elsewhere:
        yield f"{_STEP}{owner.elsewhere} additional destination(s) that will not reach this pod"


def _gateways(owner: RouteOwner) -> Iterator[str]:
    for gateway in owner.gateways:
        yield _RULER
        yield f"Exposed on {gateway.kind.removeprefix('Kubernetes')} {gateway.name} by {owner.resource.friendly_name}"
        yield f"{_STEP}Hosts: {', '.join(gateway.hosts)}"
        for server in gateway.servers:
            yield f"{_STEP}Server: {server}"
        if gateway.addresses:
            yield f"{_STEP}Addresses: {', '.join(gateway.addresses)}"


def _name(name: str, namespace: str, here: str) -> str:
    return name if namespace == here else f"{name}.{namespace}"
