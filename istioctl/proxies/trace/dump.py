"""The parts of a configuration dump that decide over requests, found by their names."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern
from istioctl.proxies.trace.request import IP

Config = dict[str, Any]

_OBJECT = lazy_pattern(r"/apis/([^/]+)/([^/]+)/namespaces/([^/]+)/([^/]+)/([^/]+)\Z")
_WORD = lazy_pattern(r"(?<=[a-z0-9])([A-Z])")


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
    routes: dict[str, Config] = field(default_factory=dict)
    clusters: dict[str, Config] = field(default_factory=dict)
    endpoints: dict[str, Config] = field(default_factory=dict)
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
    try:
        data = json.loads(body)
    except ValueError as problem:
        raise InputError(f"the configuration dump is not JSON: {problem}", where=source) from problem
    configs = data.get("configs") if isinstance(data, dict) else None
    if not isinstance(configs, list):
        raise InputError(
            "this is not a configuration dump", where=source,
            hint="Make one with `istioctl proxy-config all POD -o json`.",
        )  # fmt: skip
    if b'"dynamicListeners"' in body or b'"dynamicActiveClusters"' in body:
        configs = _with_underscores(configs)
    dump = Dump()
    for config in configs:
        if isinstance(config, dict):
            _add(dump, config)
    if not dump.listeners:
        raise InputError("the dump holds no listeners", where=source, hint="Take the whole /config_dump?include_eds.")
    return dump


def _add(dump: Dump, config: Config) -> None:
    kind = str(config.get("@type", "")).rpartition(".")[2]
    match kind:
        case "BootstrapConfigDump":
            dump.node = (config.get("bootstrap") or {}).get("node") or {}
        case "ListenersConfigDump":
            dynamic = [
                (each.get("active_state") or {}).get("listener") for each in _entries(config, "dynamic_listeners")
            ]
            static = [each.get("listener") for each in _entries(config, "static_listeners")]
            dump.listeners += [each for each in (*dynamic, *static) if each]
        case "RoutesConfigDump":
            for key in ("static_route_configs", "dynamic_route_configs"):
                for entry in _entries(config, key):
                    route = entry.get("route_config") or {}
                    dump.routes.setdefault(str(route.get("name", "")), route)
        case "ClustersConfigDump":
            for key in ("dynamic_active_clusters", "static_clusters"):
                for entry in _entries(config, key):
                    cluster = entry.get("cluster") or {}
                    dump.clusters.setdefault(str(cluster.get("name", "")), cluster)
        case "EndpointsConfigDump":
            dump.has_endpoints = True
            for key in ("dynamic_endpoint_configs", "static_endpoint_configs"):
                for entry in _entries(config, key):
                    endpoint = entry.get("endpoint_config") or {}
                    dump.endpoints.setdefault(str(endpoint.get("cluster_name", "")), endpoint)


def _entries(config: Config, key: str) -> Iterator[Config]:
    found = config.get(key)
    return (each for each in (found if isinstance(found, list) else []) if isinstance(each, dict))


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


def _with_underscores(value: Any) -> Any:
    """With the schema's own names instead of JSON's; the keys of metadata stay as they are."""
    if isinstance(value, list):
        return [_with_underscores(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {
        (name := _WORD.sub(lambda found: "_" + found[1].lower(), key)): (
            inner if name == "filter_metadata" else _with_underscores(inner)
        )
        for key, inner in value.items()
    }
