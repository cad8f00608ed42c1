"""Which service a host name means, and from where it is visible."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from istioctl.analysis.resources import Resource, Snapshot, mappings, text

_SERVICE = re.compile(r"(.+)\.(.+)\.svc\.cluster\.local\Z", re.DOTALL)
EVERYWHERE = "*"


@dataclass(slots=True)
class Host:
    """A service behind a host.

    Attributes:
        ports: the numbers of its ports.
        selector: the labels of the workloads that a ServiceEntry selects.
        has_pods: whether it is a Service that selects pods.
    """

    ports: list[int] = field(default_factory=list)
    selector: dict[str, str] = field(default_factory=dict)
    has_pods: bool = False


#: Hosts by the namespace they are visible in (`*` for all) and their full name.
Hosts = dict[tuple[str, str], Host]


def full_host(namespace: str, host: str) -> str:
    """A host as a full name: a short one is a Service of the namespace."""
    return host if host.startswith("*") or "." in host else f"{host}.{namespace}.svc.cluster.local"


def service_name(namespace: str, host: str) -> tuple[str, str]:
    """The namespace and name of the service a host means."""
    found = _SERVICE.match(host)
    return (found[2], found[1]) if found else (namespace, host)


def known_hosts(snapshot: Snapshot) -> Hosts:
    """The hosts of all ServiceEntries and Services."""
    hosts: Hosts = {}
    for entry in snapshot.all("ServiceEntry"):
        ports = [port.get("number", 0) for port in entry.spec.get("ports", [])]
        service = Host(ports, entry.spec.get("workloadSelector", {}).get("labels", {}))
        for host in entry.spec.get("hosts", []):
            for scope in _scopes(entry.spec.get("exportTo", []), entry.namespace):
                hosts[scope, full_host(entry.namespace, host)] = service
    for resource in snapshot.all("Service"):
        numbers = [port["port"] for port in mappings(resource.spec.get("ports")) if isinstance(port.get("port"), int)]
        given = text(resource.annotations.get("networking.istio.io/exportTo"))
        for scope in _scopes([part.strip() for part in given.split(",")] if given else [], resource.namespace):
            hosts[scope, full_host(resource.namespace, resource.name)] = Host(
                numbers, has_pods=bool(resource.spec.get("selector"))
            )
    return hosts


def _scopes(export_to: list[str], namespace: str) -> list[str]:
    if not export_to or EVERYWHERE in export_to:
        return [EVERYWHERE]
    return [namespace if entry == "." else entry for entry in export_to]


def is_known_missing(owner: Resource, host: str, snapshot: Snapshot) -> bool:
    """Whether a host that was not found does not exist: only what the inputs hold any of can be missing from them."""
    if snapshot.knows("Service"):
        return True
    return snapshot.knows("ServiceEntry") and not _SERVICE.match(full_host(owner.namespace, host))


def find_host(owner: Resource, host: str, hosts: Hosts) -> Host | None:
    """The service that a host means in an object; None where there is none visible to it."""
    namespace, name = owner.namespace, full_host(owner.namespace, host)
    for entry in (EVERYWHERE, *(owner.spec.get("exportTo") or ["."])):
        scope = namespace if entry == "." else entry
        if (scope, name) in hosts:
            return hosts[scope, name]
    for (scope, known), service in hosts.items():
        if known.startswith("*") and scope in (EVERYWHERE, namespace) and host.removeprefix("*").endswith(known[1:]):
            return service
    return None
