"""The hosts that an Envoy sends to, with their health (`/clusters?format=json` of its admin API): rows and trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from istioctl.api.schema.casing import camel_case as json_name
from istioctl.golang.sorting import sort_by
from istioctl.proxies.endpoints import EndpointFilter, socket_or_other
from istioctl.proxies.json_parts import Part, Reader, open_json
from istioctl.proxies.tables import Table

T = TypeVar("T")

MESSAGE = "envoy.admin.v3.ClusterStatus"
HEADER = ("ENDPOINT", "STATUS", "OUTLIER CHECK", "CLUSTER")
_LIST = "cluster_statuses"


class ClusterStatuses:
    """What an Envoy says of its clusters' hosts.

    Args:
        data: the JSON text.
        source: where it comes from, for messages.

    Attributes:
        is_complete: whether the document has such a list; a configuration dump, for instance, has none.

    Raises:
        InputError: it is not JSON.
    """

    def __init__(self, data: bytes, source: str) -> None:
        self.source = source
        self.reader, document = open_json(data, source)
        found = self.reader.lists(document, _LIST, json_name(_LIST))
        self.is_complete = bool(found)
        self._is_camel = json_name(_LIST) in found
        self._parts: list[Part] = [part for parts in found.values() for part in parts]

    def every(self) -> Iterator[dict[str, Any]]:
        """The clusters one by one, with the schema's names."""
        from istioctl.proxies.protobuf_json import proto_names

        reader: Reader = self.reader
        for part in self._parts:
            members = reader.object(part)
            whole = {name: reader.value(each) for name, each in members.items()}
            yield proto_names(whole, MESSAGE) if self._is_camel else whole


def table(statuses: ClusterStatuses, wanted: EndpointFilter) -> Table:
    """A row a host, by address, port and cluster."""
    found = [
        ((address, port, cluster), status, "FAILED" if _is_outlier(host) else "OK")
        for host, cluster in _hosts(statuses)
        for address, port in [_place(host)]
        for status in [_status(host)]
        if wanted.matches([address], port, cluster, status)
    ]
    rows = [
        [f"{address}:{port}" if port else address, status, check, cluster]
        for (address, port, cluster), status, check in sort_by(found, lambda each: each[0])
    ]
    return Table(HEADER, rows)


def trees(statuses: ClusterStatuses, wanted: EndpointFilter, keep: Callable[[Any], T]) -> list[T]:
    """Each cluster with a host that is meant, in protobuf's JSON, in the order it came in.

    Args:
        keep: what is kept of each, so that not all need be in memory at once.
    """
    from istioctl.proxies.protobuf_json import camel_case

    return [
        keep(camel_case(cluster, MESSAGE))
        for cluster in statuses.every()
        if any(
            wanted.matches([_place(host)[0]], _place(host)[1], str(cluster.get("name") or ""), _status(host))
            for host in cluster.get("host_statuses") or []
        )
    ]


def _hosts(statuses: ClusterStatuses) -> Iterator[tuple[dict[str, Any], str]]:
    for cluster in statuses.every():
        for host in cluster.get("host_statuses") or []:
            yield host, str(cluster.get("name") or "")


def _place(host: dict[str, Any]) -> tuple[str, int]:
    return socket_or_other(host.get("address") or {}, "unix://")


def _status(host: dict[str, Any]) -> str:
    return str((host.get("health_status") or {}).get("eds_health_status") or "UNKNOWN")


def _is_outlier(host: dict[str, Any]) -> bool:
    return bool((host.get("health_status") or {}).get("failed_outlier_check"))
