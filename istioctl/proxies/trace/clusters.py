"""Where a cluster sends a request: its subset, its endpoints, and the TLS towards each of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from istioctl.proxies.trace.dump import Config, Dump, Origin, origin_of, services_of

#: Health states of an endpoint with which Envoy still sends requests there.
_HEALTHY = frozenset(("UNKNOWN", "HEALTHY", "DEGRADED"))


@dataclass(frozen=True, slots=True)
class Tls:
    """How a connection to an endpoint is protected.

    Attributes:
        mode: `mutual TLS`, `TLS`, or `none`.
        server_name: the SNI.
        names: the identities that the server may have; none means any.
    """

    mode: str
    server_name: str = ""
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        sni = f", SNI {self.server_name}" if self.server_name else ""
        names = f", server has to be {' or '.join(self.names)}" if self.names else ""
        return f"{self.mode}{sni}{names}"

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {"mode": self.mode, "sni": self.server_name, "serverNames": list(self.names)}


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint of a cluster.

    Attributes:
        weight: its share against the others of its locality.
        locality: `REGION/ZONE/SUBZONE`, as far as they are said.
        priority: 0 is used first.
    """

    address: str
    health: str
    weight: int
    locality: str
    priority: int
    tls: Tls

    @property
    def is_healthy(self) -> bool:
        """Whether Envoy sends requests there."""
        return self.health in _HEALTHY

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {
            "address": self.address,
            "health": self.health,
            "weight": self.weight,
            "locality": self.locality,
            "priority": self.priority,
            "tls": self.tls.as_data(),
        }


@dataclass(frozen=True, slots=True)
class Target:
    """A cluster as the end of a request's way.

    Attributes:
        kind: how Envoy finds its endpoints, such as `EDS` or `ORIGINAL_DST`; empty where there is no such cluster.
        subset: of the DestinationRule; empty for none.
        endpoints: None where the dump does not hold them.
        rule: the DestinationRule that set it up, if one did.
    """

    name: str
    kind: str
    policy: str
    subset: str
    endpoints: tuple[Endpoint, ...] | None
    rule: Origin | None
    services: tuple[Origin, ...]

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {
            "cluster": self.name,
            "type": self.kind,
            "loadBalancing": self.policy,
            "subset": self.subset,
            "endpoints": None if self.endpoints is None else [each.as_data() for each in self.endpoints],
            "destinationRule": self.rule.as_data() if self.rule else None,
            "services": [each.as_data() for each in self.services],
        }


def find_target(dump: Dump, name: str, destination: str) -> Target:
    """A cluster by its name.

    Args:
        destination: `ADDRESS:PORT` that the client connected to, where a cluster of type ORIGINAL_DST sends requests.
    """
    cluster = dump.clusters.get(name)
    if cluster is None:
        return Target(name, "", "", "", (), None, ())
    parts = name.split("|")
    subset = parts[2] if len(parts) == 4 else ""
    kind = str(cluster.get("type") or (cluster.get("cluster_type") or {}).get("name") or "STATIC")
    return Target(
        name, kind, str(cluster.get("lb_policy", "ROUND_ROBIN")), subset,
        _endpoints(dump, cluster, kind, destination), origin_of(cluster), tuple(services_of(cluster)),
    )  # fmt: skip


def _endpoints(dump: Dump, cluster: Config, kind: str, destination: str) -> tuple[Endpoint, ...] | None:
    if kind == "ORIGINAL_DST":
        return (Endpoint(destination, "UNKNOWN", 1, "", 0, _tls(cluster, {})),)
    if kind == "EDS":
        name = str((cluster.get("eds_cluster_config") or {}).get("service_name") or cluster.get("name", ""))
        assignment = dump.endpoints.get(name)
        if assignment is None:
            return () if dump.has_endpoints else None
    else:
        assignment = cluster.get("load_assignment") or {}
    return tuple(_of_assignment(cluster, assignment))


def _of_assignment(cluster: Config, assignment: Config) -> Iterator[Endpoint]:
    for group in assignment.get("endpoints") or []:
        place = group.get("locality") or {}
        locality = "/".join(str(place[key]) for key in ("region", "zone", "sub_zone") if place.get(key))
        for entry in group.get("lb_endpoints") or []:
            metadata = (entry.get("metadata") or {}).get("filter_metadata") or {}
            address = ((entry.get("endpoint") or {}).get("address")) or {}
            yield Endpoint(
                _address(address), str(entry.get("health_status", "UNKNOWN")),
                int(entry.get("load_balancing_weight", 1)), locality, int(group.get("priority", 0)),
                _tls(cluster, metadata.get("envoy.transport_socket_match") or {}),
            )  # fmt: skip


def _address(address: Config) -> str:
    socket = address.get("socket_address") or {}
    if socket:
        host = str(socket.get("address", ""))
        return f"[{host}]:{socket.get('port_value')}" if ":" in host else f"{host}:{socket.get('port_value')}"
    if "pipe" in address:
        return f"unix:{address['pipe'].get('path')}"
    internal = address.get("envoy_internal_address") or {}
    return f"envoy:{internal.get('server_listener_name', '')}/{internal.get('endpoint_id', '')}" if internal else "?"


def _tls(cluster: Config, labels: Mapping[str, Any]) -> Tls:
    """The TLS towards an endpoint: the first transport socket whose labels the endpoint has, else the cluster's own."""
    for entry in cluster.get("transport_socket_matches") or []:
        wanted = entry.get("match") or {}
        if all(labels.get(key) == value for key, value in wanted.items()):
            return _of_socket(entry.get("transport_socket") or {})
    return _of_socket(cluster.get("transport_socket") or {})


def _of_socket(socket: Config) -> Tls:
    config = socket.get("typed_config") or {}
    if "transport_socket" in config:  # one that wraps another
        return _of_socket(config["transport_socket"])
    if not str(config.get("@type", socket.get("name", ""))).endswith((".UpstreamTlsContext", ".tls")):
        return Tls("none")
    common = config.get("common_tls_context") or {}
    mutual = common.get("tls_certificate_sds_secret_configs") or common.get("tls_certificates")
    context = common.get("combined_validation_context") or {}
    validation = context.get("default_validation_context") or common.get("validation_context") or {}
    matchers = [*(validation.get("match_subject_alt_names") or [])]
    matchers += [each.get("matcher") or {} for each in validation.get("match_typed_subject_alt_names") or []]
    names = [str(each.get("exact") or each.get("prefix") or each.get("suffix") or "") for each in matchers]
    return Tls("mutual TLS" if mutual else "TLS", str(config.get("sni", "")), tuple(name for name in names if name))
