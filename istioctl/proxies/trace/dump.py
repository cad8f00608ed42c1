"""The parts of a configuration dump that decide over requests, found by their names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern
from istioctl.proxies.config_dump import (
    BOOTSTRAP,
    CLUSTERS,
    ENDPOINTS,
    LISTENERS,
    ROUTES,
    ConfigDump,
    Resources,
    Section,
    not_a_dump,
)
from istioctl.proxies.trace.request import IP
from istioctl.proxies.views import made

Config = dict[str, Any]

_OBJECT = lazy_pattern(r"/apis/([^/]+)/([^/]+)/namespaces/([^/]+)/([^/]+)/([^/]+)\Z")


@dataclass(frozen=True, slots=True)
class Origin:
    """The Istio or Kubernetes object that made a part of the configuration, such as `VirtualService shop/web`."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"

    def as_data(self) -> dict[str, str]:
        """For `-o json`."""
        return {"kind": self.kind, "namespace": self.namespace, "name": self.name}


@dataclass(slots=True)
class Dump:
    """What a proxy does with requests.

    Attributes:
        node: of the bootstrap: the proxy's id, and its metadata.
        listeners: those that are active, in the dump's order.
        routes, clusters: by name; of clusters also the static ones.
        endpoints: what EDS gave a cluster, by the name it is asked for.
        has_endpoints: whether the dump holds endpoints at all (`include_eds`).
    """

    node: Config = field(default_factory=dict)
    listeners: list[Config] = field(default_factory=list)
    routes: Mapping[str, Config] = field(default_factory=dict)
    clusters: Mapping[str, Config] = field(default_factory=dict)
    endpoints: Mapping[str, Config] = field(default_factory=dict)
    has_endpoints: bool = False

    @property
    def proxy_id(self) -> str:
        """`POD.NAMESPACE`."""
        parts = str(self.node.get("id", "")).split("~")
        return parts[2] if len(parts) > 2 else str(self.node.get("id", ""))

    @property
    def is_gateway(self) -> bool:
        """Whether the proxy is a gateway, so that requests come from outside."""
        return str(self.node.get("id", "")).startswith("router~")

    @property
    def address(self) -> IP | None:
        """The pod's own address."""
        parts = str(self.node.get("id", "")).split("~")
        try:
            return ip_address(parts[1])
        except (IndexError, ValueError):
            return None

    @property
    def domain(self) -> str:
        """The DNS domain that its short names stand in, such as `shop.svc.cluster.local`."""
        parts = str(self.node.get("id", "")).split("~")
        return parts[3] if len(parts) > 3 else "default.svc.cluster.local"


def read_dump(body: bytes, source: str) -> Dump:
    """A dump as Envoy's admin page gives it (`/config_dump?include_eds`), or istioctl's JSON of it.

    Raises:
        InputError: it is not one.
    """
    dump = ConfigDump(body, source)
    if not dump.is_dump:
        raise not_a_dump(source)
    return made(_dump, dump)


def _dump(page: ConfigDump) -> Dump:
    bootstrap = page.find(BOOTSTRAP)
    node = (bootstrap.whole().get("bootstrap") or {}).get("node") if bootstrap else None
    listeners: list[Config] = []
    for section in _sections(page, LISTENERS):
        dynamic = section.entries("dynamic_listeners", "DynamicListener", kept=True)
        static = section.entries("static_listeners", "StaticListener", kept=True)
        states = (*(each.get("active_state") or {} for each in dynamic), *static)
        listeners += [state["listener"] for state in states if state.get("listener")]
    if not listeners:
        raise InputError(
            "the dump holds no listeners", where=page.source, hint="Take the whole /config_dump?include_eds."
        )
    routes, clusters, endpoints = Resources(), Resources(), Resources()
    for section in _sections(page, ROUTES):
        routes.add(section.resources("static_route_configs", "StaticRouteConfig", "route_config"))
        routes.add(section.resources("dynamic_route_configs", "DynamicRouteConfig", "route_config"))
    for section in _sections(page, CLUSTERS):
        clusters.add(section.resources("dynamic_active_clusters", "DynamicCluster", "cluster"))
        clusters.add(section.resources("static_clusters", "StaticCluster", "cluster"))
    of_endpoints = _sections(page, ENDPOINTS)
    for section in of_endpoints:
        for kind in ("Dynamic", "Static"):
            items, message = f"{kind.lower()}_endpoint_configs", f"{kind}EndpointConfig"
            endpoints.add(section.resources(items, message, "endpoint_config", "cluster_name"))
    return Dump(node or {}, listeners, routes, clusters, endpoints, has_endpoints=bool(of_endpoints))


def _sections(page: ConfigDump, kind: str) -> list[Section]:
    return page.sections(kind) if page.find(kind) else []


def origin_of(part: Mapping[str, Any]) -> Origin | None:
    """The object that made a route, a cluster or a filter chain, as istiod notes it in the metadata."""
    metadata = ((part.get("metadata") or {}).get("filter_metadata") or {}).get("istio") or {}
    found = _OBJECT.search(str(metadata.get("config", "")))
    if found is None:
        return None
    kind = "".join(word.capitalize() for word in found[4].split("-"))
    names = {"Httproute": "HTTPRoute", "Grpcroute": "GRPCRoute", "Tcproute": "TCPRoute", "Tlsroute": "TLSRoute"}
    return Origin(names.get(kind, kind), found[3], found[5])


def services_of(cluster: Mapping[str, Any]) -> list[Origin]:
    """The Services behind a cluster, as istiod notes them; of a ServiceEntry it notes the host alone."""
    metadata = ((cluster.get("metadata") or {}).get("filter_metadata") or {}).get("istio") or {}
    return [
        Origin(
            "Service" if ".svc." in str(each.get("host", "")) else "ServiceEntry for",
            str(each.get("namespace", "")),
            str(each.get("name", "")),
        )
        for each in metadata.get("services") or []
        if isinstance(each, dict)
    ]
