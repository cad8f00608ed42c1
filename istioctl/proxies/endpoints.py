"""The endpoints that an Envoy was given, by cluster: rows and trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from istioctl.golang.sorting import sort_by
from istioctl.proxies.config_dump import ENDPOINTS, ConfigDump, resource
from istioctl.proxies.names import locality_text, same_word, sort_key
from istioctl.proxies.tables import Table

T = TypeVar("T")

MESSAGE = "envoy.config.endpoint.v3.ClusterLoadAssignment"
HEADER = ("NAME", "STATUS", "LOCALITY", "CLUSTER")


class EndpointFilter(NamedTuple):
    """Which endpoints are meant; what is empty or 0 matches all.

    Attributes:
        address: as the table shows it; letters may be of either case, as in the others.
        status: `HEALTHY`, `UNHEALTHY` and the like.
    """

    address: str = ""
    port: int = 0
    cluster: str = ""
    status: str = ""

    def matches(self, addresses: list[str], port: int, cluster: str, status: str) -> bool:
        """Whether an endpoint is meant."""
        return (
            (not self.address or any(same_word(each, self.address) for each in addresses))
            and self.port in (0, port)
            and (not self.cluster or same_word(cluster, self.cluster))
            and (not self.status or same_word(status, self.status))
        )


def table(dump: ConfigDump, wanted: EndpointFilter, *, typed: bool = False) -> Table:
    """A row an endpoint, by its cluster; none where the dump has no endpoints (it was made without `include_eds`).

    Args:
        typed: with names marked `endpoint/`.
    """
    rows = []
    for assignment in sort_by(_wanted(dump, wanted), _order):
        for group in assignment.get("endpoints") or []:
            locality = locality_text(group.get("locality"))
            for endpoint in group["lb_endpoints"]:
                name = ",".join(_addresses(endpoint))
                shown = f"endpoint/{name}" if typed else name
                rows.append([shown, _status(endpoint), locality, str(assignment.get("cluster_name") or "")])
    return Table(HEADER, rows)


def trees(dump: ConfigDump, wanted: EndpointFilter, keep: Callable[[Any], T]) -> list[T]:
    """The endpoints of each cluster in protobuf's JSON, in the order of the table.

    Args:
        keep: what is kept of each, so that not all need be in memory at once.
    """
    from istioctl.proxies.protobuf_json import camel_case

    found = [(_order(each), keep(camel_case(each, MESSAGE))) for each in _wanted(dump, wanted)]
    return [kept for _, kept in sort_by(found, lambda pair: pair[0])]


def socket_or_other(address: dict[str, Any], pipe_prefix: str = "") -> tuple[str, int]:
    """An address and its port; a pipe and an internal listener have the port 0.

    Args:
        pipe_prefix: stands before the path of a pipe.
    """
    if (socket := address.get("socket_address")) is not None:
        return str(socket.get("address") or ""), int(socket.get("port_value") or 0)
    if (pipe := address.get("pipe")) is not None:
        return f"{pipe_prefix}{pipe.get('path', '')}", 0
    internal = address.get("envoy_internal_address") or {}
    if "server_listener_name" in internal:
        return f"envoy://{internal['server_listener_name']}/{internal.get('endpoint_id', '')}", 0
    return "unknown", 0


def _wanted(dump: ConfigDump, wanted: EndpointFilter) -> Iterator[dict[str, Any]]:
    """The clusters' endpoints that are meant, without the clusters that have none of these."""
    section = dump.find(ENDPOINTS)
    if section is None:
        return
    for name, message in (
        ("dynamic_endpoint_configs", "DynamicEndpointConfig"),
        ("static_endpoint_configs", "StaticEndpointConfig"),
    ):
        for entry in section.entries(name, message):
            assignment = resource(entry, "endpoint_config") or {}
            assignment.pop("@type", None)
            cluster = str(assignment.get("cluster_name") or "")
            for group in assignment.get("endpoints") or []:
                group["lb_endpoints"] = [
                    each
                    for each in group.get("lb_endpoints") or []
                    if wanted.matches(_addresses(each), _port(each), cluster, _status(each))
                ]
            if any(group["lb_endpoints"] for group in assignment.get("endpoints") or []):
                yield assignment


def _order(assignment: dict[str, Any]) -> tuple[str, str, int, str]:
    return sort_key(str(assignment.get("cluster_name") or ""))


def _addresses(endpoint: dict[str, Any]) -> list[str]:
    own = endpoint.get("endpoint") or {}
    found = [own.get("address") or {}, *(each.get("address") or {} for each in own.get("additional_addresses") or [])]
    return [_shown(each) for each in found]


def _shown(address: dict[str, Any]) -> str:
    name, port = socket_or_other(address)
    return f"{name}:{port}" if "socket_address" in address else name


def _port(endpoint: dict[str, Any]) -> int:
    address = (endpoint.get("endpoint") or {}).get("address") or {}
    return int((address.get("socket_address") or {}).get("port_value") or 0)


def _status(endpoint: dict[str, Any]) -> str:
    return str(endpoint.get("health_status") or "UNKNOWN")
