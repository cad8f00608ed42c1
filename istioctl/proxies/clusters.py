"""The clusters of an Envoy: rows and trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from istioctl.golang.sorting import sort_by
from istioctl.proxies.config_dump import CLUSTERS, ConfigDump, at_least_one, resource
from istioctl.proxies.names import managed_by, sort_key, subset_key
from istioctl.proxies.tables import Table

T = TypeVar("T")

MESSAGE = "envoy.config.cluster.v3.Cluster"
HEADER = ("SERVICE FQDN", "PORT", "SUBSET", "DIRECTION", "TYPE", "DESTINATION RULE")


class ClusterFilter(NamedTuple):
    """Which clusters are meant; what is empty or 0 matches all.

    Attributes:
        fqdn, subset, direction: found anywhere in the cluster's name.
    """

    fqdn: str = ""
    port: int = 0
    subset: str = ""
    direction: str = ""

    def matches(self, name: str) -> bool:
        """Whether a cluster of this name is meant."""
        port = f"|{self.port}|" if self.port else ""
        return all(part in name for part in (self.fqdn, self.direction, self.subset, port))


def table(dump: ConfigDump, wanted: ClusterFilter, *, typed: bool = False) -> Table:
    """A row a cluster, by host.

    Args:
        typed: with the name first, and names marked `cluster/`, as where several kinds are shown.

    Raises:
        InputError: the dump has no clusters.
    """
    rows = [
        (sort_key(name := str(cluster.get("name", ""))), _row(cluster, name, typed=typed))
        for cluster in at_least_one(_clusters(dump), "clusters", dump.source)
        if wanted.matches(str(cluster.get("name", "")))
    ]
    header = ("NAME", *HEADER) if typed else HEADER
    return Table(header, [row for _, row in sort_by(rows, lambda pair: pair[0])])


def trees(dump: ConfigDump, wanted: ClusterFilter, keep: Callable[[Any], T]) -> list[T]:
    """Each cluster in protobuf's JSON, in the order of the table.

    Args:
        keep: what is kept of each, so that not all need be in memory at once.
    """
    from istioctl.proxies.protobuf_json import camel_case

    found = [
        (sort_key(str(cluster.get("name", ""))), keep(camel_case(cluster, MESSAGE)))
        for cluster in _clusters(dump)
        if wanted.matches(str(cluster.get("name", "")))
    ]
    return [kept for _, kept in sort_by(found, lambda pair: pair[0])]


def _clusters(dump: ConfigDump) -> Iterator[dict[str, Any]]:
    section = dump.section(CLUSTERS)
    for name, message in (("dynamic_active_clusters", "DynamicCluster"), ("static_clusters", "StaticCluster")):
        for entry in section.entries(name, message):
            if (found := resource(entry, "cluster")) is not None:
                found.pop("@type", None)
                yield found


def _row(cluster: dict[str, Any], name: str, *, typed: bool) -> list[str]:
    rest = [str(cluster.get("type", "STATIC")), managed_by(cluster.get("metadata"))]
    key = subset_key(name)
    shown = f"cluster/{name}" if typed and (key or name) else name
    if key is None:
        row = [shown, "-", "-", "-", *rest]
    else:
        row = [key.host, str(key.port), key.subset or "-", key.direction, *rest]
    return [shown, *row] if typed else row
