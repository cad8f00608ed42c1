"""Configuration dumps in Envoy's form, made of the resources that a test is about."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from istioctl.proxies.config_dump import ConfigDump

CONFIG = "type.googleapis.com/envoy.config"
NETWORK = "type.googleapis.com/envoy.extensions.filters.network"
_ADMIN = "type.googleapis.com/envoy.admin.v3"

Resource = Mapping[str, Any]


def section(kind: str, **members: Any) -> dict[str, Any]:
    """One kind of configuration, such as `Clusters`."""
    return {"@type": f"{_ADMIN}.{kind}ConfigDump", **members}


def clusters(*found: Resource, static: Sequence[Resource] = ()) -> dict[str, Any]:
    """Clusters that came by XDS, and others."""
    typed = [{"cluster": {"@type": f"{CONFIG}.cluster.v3.Cluster", **each}} for each in found]
    own = [{"cluster": {"@type": f"{CONFIG}.cluster.v3.Cluster", **each}} for each in static]
    return section("Clusters", dynamic_active_clusters=typed, static_clusters=own)


def listeners(*found: Resource, static: Sequence[Resource] = ()) -> dict[str, Any]:
    """Listeners that came by XDS, and others."""
    typed = [
        {"name": each.get("name"), "active_state": {"listener": {"@type": f"{CONFIG}.listener.v3.Listener", **each}}}
        for each in found
    ]
    own = [{"listener": {"@type": f"{CONFIG}.listener.v3.Listener", **each}} for each in static]
    return section("Listeners", dynamic_listeners=typed, static_listeners=own)


def routes(*found: Resource) -> dict[str, Any]:
    """Route configurations that came by XDS."""
    typed = [{"route_config": {"@type": f"{CONFIG}.route.v3.RouteConfiguration", **each}} for each in found]
    return section("Routes", dynamic_route_configs=typed)


def endpoints(*found: Resource) -> dict[str, Any]:
    """Endpoints that came by XDS."""
    typed = [{"endpoint_config": {"@type": f"{CONFIG}.endpoint.v3.ClusterLoadAssignment", **each}} for each in found]
    return section("Endpoints", dynamic_endpoint_configs=typed)


def text(*sections: Resource) -> bytes:
    """The dump as Envoy writes it."""
    return json.dumps({"configs": list(sections)}, indent=1).encode()


def dump(*sections: Resource) -> ConfigDump:
    """The dump, opened."""
    return ConfigDump(text(*sections), "the dump")


def at(address: str, port: int) -> dict[str, Any]:
    """A socket's address."""
    return {"socket_address": {"address": address, "port_value": port}}


def http_filter(**config: Any) -> dict[str, Any]:
    """A filter that speaks HTTP."""
    kind = f"{NETWORK}.http_connection_manager.v3.HttpConnectionManager"
    return {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": {"@type": kind, **config},
    }


def tcp_filter(cluster: str) -> dict[str, Any]:
    """A filter that passes bytes on to a cluster."""
    config = {"@type": f"{NETWORK}.tcp_proxy.v3.TcpProxy", "stat_prefix": cluster, "cluster": cluster}
    return {"name": "envoy.filters.network.tcp_proxy", "typed_config": config}
