"""VirtualServices: whether what they refer to exists, and whether they get in each other's way."""

from __future__ import annotations

from collections.abc import Iterator

from istioctl.analysis.analyzers import gateways
from istioctl.analysis.analyzers.hosts import (
    EVERYWHERE,
    Host,
    find_host,
    full_host,
    is_known_missing,
    known_hosts,
    service_name,
)
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.analysis.validation.decode import Spec
from istioctl.analysis.validation.virtual_service import is_claim
from istioctl.api import selectors
from istioctl.api.formats import hosts_overlap
from istioctl.api.names import SYSTEM_NAMESPACE
from istioctl.api.schema.paths import Path

_MESH = "mesh"


def _destinations(service: Resource) -> Iterator[tuple[Spec, Path]]:
    """The destinations of all routes."""
    for field in ("tcp", "tls", "http"):
        for i, route in enumerate(service.spec.get(field, [])):
            for j, target in enumerate(route.get("route", [])):
                yield target.get("destination", {}), ("spec", field, i, "route", j, "destination", "host")


def _mirrors(service: Resource) -> Iterator[tuple[Spec, Path]]:
    """The destinations that get copies."""
    for i, route in enumerate(service.spec.get("http", [])):
        if "mirror" in route:
            yield route["mirror"], ("spec", "http", i, "mirror", "host")
        for j, mirror in enumerate(route.get("mirrors", [])):
            yield mirror.get("destination", {}), ("spec", "http", i, "mirrors", j, "destination")


def analyze_destinations(snapshot: Snapshot, findings: Findings) -> None:
    """Destinations that do not exist, or leave open which port is meant."""
    hosts = known_hosts(snapshot)
    for service in snapshot.all("VirtualService"):
        for kind, found in (("host", _destinations(service)), ("mirror host", _mirrors(service))):
            for destination, path in found:
                host = destination.get("host", "")
                target = find_host(service, host, hosts)
                if target is not None:
                    _check_port(service, destination, target, path, findings)
                elif is_known_missing(service, host, snapshot):
                    findings.report("ReferencedResourceNotFound", service, kind, host, path=path)
    _unaffected(snapshot, findings)


def _check_port(service: Resource, destination: Spec, target: Host, path: Path, findings: Findings) -> None:
    host = destination.get("host", "")
    if "port" not in destination:
        if len(target.ports) > 1:
            listed = " ".join(map(str, target.ports))
            findings.report("VirtualServiceDestinationPortSelectorRequired", service, host, f"[{listed}]", path=path)
        return
    number = destination["port"].get("number", 0)
    if number not in target.ports:
        findings.report("ReferencedResourceNotFound", service, "host:port", f"{host}:{number}", path=path)


def _unaffected(snapshot: Snapshot, findings: Findings) -> None:
    """Routes of gateways to hosts whose subset another VirtualService chooses, to no effect."""
    choosers: dict[str, list[str]] = {}
    for service in snapshot.all("VirtualService"):
        for destination, path in _destinations(service):
            if (
                path[1] == "http"
                and destination.get("subset")
                and destination.get("host") in service.spec.get("hosts", [])
            ):
                choosers.setdefault(destination["host"], []).append(service.full_name)
    for service in snapshot.all("VirtualService"):
        for destination, path in _destinations(service) if service.spec.get("gateways") else ():
            if path[1] == "http" and not destination.get("subset"):
                for chooser in choosers.get(destination.get("host", ""), []):
                    findings.report("IngressRouteRulesNotAffected", service, chooser, service.full_name, path=path)


def analyze_subsets(snapshot: Snapshot, findings: Findings) -> None:
    """Destinations whose subset no DestinationRule defines."""
    known = {
        (*service_name(rule.namespace, rule.spec.get("host", "")), subset.get("name", ""))
        for rule in snapshot.all("DestinationRule")
        for subset in rule.spec.get("subsets", [])
    }
    for service in snapshot.all("VirtualService"):
        for kind, found in (("host", _destinations(service)), ("mirror", _mirrors(service))):
            for destination, path in found:
                host, subset = destination.get("host", ""), destination.get("subset", "")
                if subset and (*service_name(service.namespace, host), subset) not in known:
                    what = f"{kind}+subset in destinationrule"
                    findings.report("ReferencedResourceNotFound", service, what, f"{host}+{subset}", path=path)


def _gateway_name(reference: str, namespace: str) -> tuple[str, str]:
    owner, slash, name = reference.partition("/")
    return (owner, name) if slash else (namespace, reference)


def analyze_gateways(snapshot: Snapshot, findings: Findings) -> None:
    """Gateways that do not exist, or serve none of the hosts."""
    for service in snapshot.all("VirtualService"):
        hosts = service.spec.get("hosts", [])
        for i, reference in enumerate(service.spec.get("gateways", [])):
            at = ("spec", "gateways", i)
            if reference == _MESH:
                continue
            if gateways.is_internal(reference.rpartition("/")[2]):
                findings.report("ReferencedInternalGateway", service, service.full_name, reference, path=at)
                continue
            namespace, name = _gateway_name(reference, service.namespace)
            gateway = snapshot.find("Gateway", namespace, name)
            if gateway is None:
                findings.report("ReferencedResourceNotFound", service, "gateway", reference, path=at)
            served = gateways.served_hosts(gateway, service.namespace) if gateway else []
            if not any(hosts_overlap(one, other) for one in served for other in hosts):
                shown, full_name = f"[{' '.join(hosts)}]", f"{namespace}/{name}" if namespace else name
                findings.report(
                    "VirtualServiceHostNotFoundInGateway", service, shown, service.full_name, full_name, path=at
                )


def analyze_delegates(snapshot: Snapshot, findings: Findings) -> None:
    """Delegates that do not exist, or are none.

    Only a VirtualService without hosts is a delegate (`pkg/model/virtualservice.go`). In files one can be missing where
    its namespace has others.
    """
    services = list(snapshot.all("VirtualService"))
    held = {service.namespace for service in services if service.source and not service.spec.get("hosts")}
    for service in services:
        for i, route in enumerate(service.spec.get("http", [])):
            if "delegate" not in route:
                continue
            namespace = route["delegate"].get("namespace") or service.namespace
            name = route["delegate"].get("name", "")
            delegate = snapshot.find("VirtualService", namespace, name)
            problem = ""
            if delegate is None:
                problem = "does not exist" if snapshot.is_whole or namespace in held else ""
            elif delegate.spec.get("hosts"):
                problem = "has hosts, which a delegate must not have"
            elif not {EVERYWHERE, service.namespace} & set(_scopes(delegate)):
                problem = f"is not exported to the namespace {service.namespace}"
            if problem:
                at = ("spec", "http", i, "delegate", "name")
                findings.report("DelegateNotFound", service, f"{namespace}/{name}", problem, path=at)


def analyze_claims(snapshot: Snapshot, findings: Findings) -> None:
    """Routing by claims of a token that nobody checks at the gateway."""
    policies = [
        (policy.namespace, policy.spec.get("selector", {}).get("matchLabels", {}))
        for policy in snapshot.all("RequestAuthentication")
    ]
    for service in snapshot.all("VirtualService"):
        claim = next(_claims(service), "")
        for i, reference in enumerate(service.spec.get("gateways", []) if claim else ()):
            if reference == _MESH:
                continue
            gateway = snapshot.find("Gateway", *_gateway_name(reference, service.namespace))
            for pod in snapshot.all("Pod") if gateway else ():
                if not gateway or not selectors.picks(gateway.spec.get("selector", {}), pod.labels):
                    continue
                applying = (wanted for namespace, wanted in policies if namespace in (SYSTEM_NAMESPACE, pod.namespace))
                if not any(selectors.picks(wanted, pod.labels) for wanted in applying):
                    name, at = "JwtClaimBasedRoutingWithoutRequestAuthN", ("spec", "gateways", i)
                    findings.report(name, service, claim, gateway.full_name, pod.name, path=at)


def _claims(service: Resource) -> Iterator[str]:
    for route in service.spec.get("http", []):
        for match in route.get("match", []):
            for field in ("headers", "withoutHeaders"):
                yield from (name for name in match.get(field, {}) if is_claim(name))


def analyze_conflicts(snapshot: Snapshot, findings: Findings) -> None:
    """VirtualServices that route the same host inside the mesh."""
    by_host: dict[tuple[str, str], list[Resource]] = {}
    for service in snapshot.all("VirtualService"):
        if not service.spec.get("gateways") or _MESH in service.spec["gateways"]:
            for scope in _scopes(service):
                for host in service.spec.get("hosts", []):
                    by_host.setdefault((scope, full_host(service.namespace, host)), []).append(service)
    reported: set[Resource] = set()
    for (scope, host), services in by_host.items():
        rivals = list(dict.fromkeys(services))  # two hosts of one VirtualService may mean the same name
        if scope != EVERYWHERE:
            for (other_scope, other), others in by_host.items():
                if other_scope == EVERYWHERE and hosts_overlap(host, other):
                    rivals += [service for service in others if service not in rivals]
        for service in rivals if len(rivals) > 1 else ():
            if service not in reported:
                reported.add(service)
                names = ",".join(sorted(rival.full_name for rival in rivals))
                at, name = ("metadata", "name"), "ConflictingMeshGatewayVirtualServiceHosts"
                findings.report(name, service, names, f"{scope}/{host}", path=at)


def _scopes(service: Resource) -> list[str]:
    """The namespaces in which a VirtualService routes."""
    given = service.spec.get("exportTo", [])
    if not given or EVERYWHERE in given:
        return [EVERYWHERE]
    return list(dict.fromkeys(service.namespace if entry == "." else entry for entry in given))
