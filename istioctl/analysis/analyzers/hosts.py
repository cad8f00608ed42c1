"""Which service a host name means, and from where it is visible."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.trees import lookup_text, mapping, mappings, text, texts
from istioctl.api.webhooks import INJECTOR_NAME
from istioctl.patterns import lazy_pattern

_DEFAULT_DOMAIN = "cluster.local"
_SERVICE = lazy_pattern(r"(.+)\.(.+)\.svc\.cluster\.local\Z", re.DOTALL)
_IN_ANY_DOMAIN = lazy_pattern(r"([^.]+\.[^.]+\.svc)\.(.+)")
EVERYWHERE = "*"


@dataclass(slots=True)
class Host:
    """A service behind a host.

    Attributes:
        ports: the numbers of its ports.
        selector: the labels of the workloads that a ServiceEntry selects.
    """

    ports: list[int] = field(default_factory=list)
    selector: dict[str, str] = field(default_factory=dict)


class Hosts(dict[tuple[str, str], Host]):
    """Hosts by the namespace they are visible in (`*` for all) and their full name.

    Attributes:
        domain: that of the cluster's Services; empty where nothing tells.
    """

    def __init__(self, domain: str) -> None:
        super().__init__()
        self.domain = domain


def cluster_domain(snapshot: Snapshot) -> str:
    """The domain of the cluster's Services, by the injector or the mesh's trust domain; empty where neither tells."""
    for config_map in snapshot.all("ConfigMap"):
        if config_map.name.startswith(INJECTOR_NAME):
            try:
                values = mapping(json.loads(texts(config_map.data.get("data")).get("values", "")))
            except ValueError:
                continue
            if domain := lookup_text(values, "global", "proxy", "clusterDomain"):
                return domain
    trusted = text(snapshot.mesh.get("trustDomain"))
    return trusted if trusted != _DEFAULT_DOMAIN else ""


def full_host(namespace: str, host: str) -> str:
    """A host as a full name: a short one is a Service of the namespace."""
    return host if host.startswith("*") or "." in host else f"{host}.{namespace}.svc.cluster.local"


def service_name(namespace: str, host: str) -> tuple[str, str]:
    """The namespace and name of the service a host means."""
    found = _SERVICE.match(host)
    return (found[2], found[1]) if found else (namespace, host)


def known_hosts(snapshot: Snapshot) -> Hosts:
    """The hosts of all ServiceEntries and Services."""
    hosts = Hosts(cluster_domain(snapshot))
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
            hosts[scope, full_host(resource.namespace, resource.name)] = Host(numbers)
    return hosts


def _scopes(export_to: list[str], namespace: str) -> list[str]:
    if not export_to or EVERYWHERE in export_to:
        return [EVERYWHERE]
    return [namespace if entry == "." else entry for entry in export_to]


def is_known_missing(owner: Resource, host: str, snapshot: Snapshot) -> bool:
    """Whether a host that was not found does not exist: only what the inputs hold any of can be missing from them."""
    found = _IN_ANY_DOMAIN.fullmatch(host)
    if found and found[2] != _DEFAULT_DOMAIN and not snapshot.is_whole and not cluster_domain(snapshot):
        return False  # it may be a Service of a cluster whose domain nothing tells
    namespace = namespace_of_service(owner.namespace, host)
    return snapshot.knows("Service", namespace) if namespace else snapshot.knows("ServiceEntry")


def namespace_of_service(namespace: str, host: str) -> str:
    """The namespace of the Service that a host means in a namespace, in whichever domain; empty for other hosts."""
    found = _IN_ANY_DOMAIN.fullmatch(full_host(namespace, host))
    return found[1].split(".")[1] if found else ""


def find_host(owner: Resource, host: str, hosts: Hosts) -> Host | None:
    """The service that a host means in an object; None where there is none visible to it."""
    namespace, name = owner.namespace, full_host(owner.namespace, host)
    found = _IN_ANY_DOMAIN.fullmatch(name)
    is_named_so = any((scope, name) in hosts for scope in (EVERYWHERE, namespace))
    if found and not is_named_so and hosts.domain in ("", found[2]):
        name = f"{found[1]}.{_DEFAULT_DOMAIN}"
    for entry in (EVERYWHERE, *(owner.spec.get("exportTo") or ["."])):
        scope = namespace if entry == "." else entry
        if (scope, name) in hosts:
            return hosts[scope, name]
    for (scope, known), service in hosts.items():
        if known.startswith("*") and scope in (EVERYWHERE, namespace) and host.removeprefix("*").endswith(known[1:]):
            return service
    return None


def is_wildcard_of(host: str, hosts: Hosts) -> bool:
    """Whether a host is a wildcard under which any of the others is."""
    if not host.startswith("*"):
        return False
    end = host[1:]
    if hosts.domain and end.endswith(hosts.domain):
        end = end.removesuffix(hosts.domain) + _DEFAULT_DOMAIN
    return any(known.endswith(end) for _, known in hosts)
