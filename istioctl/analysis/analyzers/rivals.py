"""Objects that claim the same host, of which istiod heeds the oldest."""

from __future__ import annotations

import json
from collections.abc import Iterator

from istioctl.analysis.analyzers.hosts import EVERYWHERE, full_host
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.analysis.validation.decode import Spec

_MESH = "mesh"


def analyze_gateway_hosts(snapshot: Snapshot, findings: Findings) -> None:
    """VirtualServices for the same host on one gateway.

    istiod joins the routes of VirtualServices for a host of a gateway, the oldest first: those with different matches
    complement each other, and of those with the same only the first is ever used (`pkg/model/push_context.go`).
    """
    claims: dict[tuple[str, str, str], dict[str, list[Resource]]] = {}
    sharing: dict[tuple[str, str], list[Resource]] = {}
    for service in snapshot.all("VirtualService"):
        for reference in dict.fromkeys(service.spec.get("gateways", [])):
            if reference == _MESH:
                continue
            gateway = reference if "/" in reference else f"{service.namespace}/{reference}"
            for host in dict.fromkeys(full_host(service.namespace, h) for h in service.spec.get("hosts", [])):
                sharing.setdefault((gateway, host), []).append(service)
                for protocol, request in dict.fromkeys(_requests(service.spec, reference)):
                    owners = claims.setdefault((gateway, host, protocol), {})
                    owners.setdefault(request, []).append(service)
    said: set[tuple[Resource, str, str]] = set()
    disputed = set()
    for (gateway, host, _), by_request in claims.items():
        for services in by_request.values():
            names = ", ".join(sorted(service.full_name for service in services))
            for service in services if len(services) > 1 else ():
                disputed.add((gateway, host))
                if (service, gateway, host) not in said:
                    said.add((service, gateway, host))
                    place = ("metadata", "name")
                    findings.report("ConflictingGatewayVirtualServices", service, names, host, gateway, path=place)
    for (gateway, host), services in sharing.items():
        if len(services) > 1 and (gateway, host) not in disputed:
            _report_shared("SharedGatewayHost", services, (host, gateway), findings)


def _report_shared(name: str, resources: list[Resource], words: tuple[str, ...], findings: Findings) -> None:
    """Say once, of the first of them, that several objects share a host."""
    resources = sorted(resources, key=lambda resource: resource.full_name)
    names = ", ".join(resource.full_name for resource in resources)
    findings.report(name, resources[0], names, *words, path=("metadata", "name"))


def _requests(spec: Spec, gateway: str) -> Iterator[tuple[str, str]]:
    """Which requests the rules take that hold on a gateway, each spelled in one way; empty for all."""
    for protocol in ("http", "tls", "tcp"):
        for rule in spec.get(protocol, []):
            matches = [match for match in rule.get("match", []) if gateway in (match.get("gateways") or [gateway])]
            if not rule.get("match"):
                yield protocol, ""
            for match in matches:
                wanted = {field: value for field, value in match.items() if field not in ("gateways", "name")}
                if wanted == {"uri": {"prefix": "/"}}:
                    wanted = {}
                yield protocol, json.dumps(wanted, sort_keys=True) if wanted else ""


def analyze_service_entries(snapshot: Snapshot, findings: Findings) -> None:
    """ServiceEntries for the same host that are at odds, for workloads that see them together.

    Those of one namespace that agree are joined (`pkg/model/sidecar.go`), of others the oldest counts.
    """
    by_host: dict[str, list[Resource]] = {}
    for entry in snapshot.all("ServiceEntry"):
        for host in dict.fromkeys(full_host(entry.namespace, host) for host in entry.spec.get("hosts", [])):
            by_host.setdefault(host, []).append(entry)
    for host, entries in by_host.items():
        disputed = False
        for entry in entries:
            rivals = [other for other in entries if other is not entry and _clash(entry, other)]
            if rivals:
                disputed = True
                names = ", ".join(sorted(rival.full_name for rival in (entry, *rivals)))
                findings.report("ConflictingServiceEntries", entry, names, host, path=("metadata", "name"))
        by_namespace: dict[str, list[Resource]] = {}
        for entry in () if disputed else entries:
            by_namespace.setdefault(entry.namespace, []).append(entry)
        for joined in by_namespace.values():
            if len(joined) > 1:
                _report_shared("SharedServiceEntryHost", joined, (host,), findings)


def _clash(one: Resource, other: Resource) -> bool:
    if one.namespace != other.namespace:
        return bool(_scopes(one) & _scopes(other))
    first, second = _ports(one), _ports(other)
    if one.spec.get("resolution", "NONE") != other.spec.get("resolution", "NONE"):
        return True
    if any(first[number] != second[number] for number in first.keys() & second.keys()):
        return True
    return first.keys() != second.keys() and _terms(one) != _terms(other)


def _scopes(entry: Resource) -> set[str]:
    """The namespaces in which an entry is seen, `*` for all."""
    given = entry.spec.get("exportTo", [])
    return {entry.namespace if scope == "." else scope for scope in given or [EVERYWHERE]} - {"~"}


def _ports(entry: Resource) -> dict[int, tuple[str, int]]:
    ports = entry.spec.get("ports", [])
    return {p.get("number", 0): (p.get("protocol", "").upper(), p.get("targetPort", 0)) for p in ports}


def _terms(entry: Resource) -> tuple[object, ...]:
    """What has to be the same of two entries for their ports to be joined."""
    selected = entry.spec.get("workloadSelector", {}).get("labels", {})
    return entry.labels, selected, set(entry.spec.get("exportTo", []))
