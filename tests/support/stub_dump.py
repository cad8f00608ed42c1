"""The configuration of an Envoy in its smallest useful form: one listener, one route, one cluster, one certificate."""

from __future__ import annotations

import base64
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.support.certificates import make_certificate

_ADMIN = "type.googleapis.com/envoy.admin.v3"
_CONFIG = "type.googleapis.com/envoy.config"
_CONNECTIONS = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
_SECRET = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"  # noqa: S105 - a type

UPDATED = "2026-01-01T00:00:00Z"
CLUSTER = "outbound|80||web.shop.svc.cluster.local"


def config_dump(key: bytes = b"") -> dict[str, Any]:
    """What `/config_dump` answers.

    Args:
        key: a private key that Envoy should have held back.
    """
    address = {"socket_address": {"address": "0.0.0.0", "port_value": 80}}  # noqa: S104 - in a text
    route = {
        "@type": f"{_CONFIG}.route.v3.RouteConfiguration",
        "name": "80",
        "virtual_hosts": [
            {
                "name": "web.shop.svc.cluster.local:80",
                "domains": ["web.shop.svc.cluster.local", "web.shop", "web"],
                "routes": [{"match": {"prefix": "/"}, "route": {"cluster": CLUSTER}}],
            }
        ],
    }
    manager = {"@type": _CONNECTIONS, "stat_prefix": "x", "rds": {"route_config_name": "80"}, "http_filters": []}
    chain = {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
    listener = {
        "@type": f"{_CONFIG}.listener.v3.Listener",
        "name": "0.0.0.0_80",
        "address": address,
        "filter_chains": [chain],
    }
    cluster = {"@type": f"{_CONFIG}.cluster.v3.Cluster", "name": CLUSTER, "type": "EDS"}
    endpoint = {"endpoint": {"address": address}, "health_status": "HEALTHY"}
    assignment = {
        "@type": f"{_CONFIG}.endpoint.v3.ClusterLoadAssignment",
        "cluster_name": CLUSTER,
        "endpoints": [{"lb_endpoints": [endpoint]}],
    }
    certificate = {
        "certificate_chain": {"inline_bytes": base64.b64encode(b"no certificate").decode()},
        "private_key": {"inline_bytes": base64.b64encode(key).decode()},
    }
    secret = {"@type": _SECRET, "name": "default", "tls_certificate": certificate}
    root = {"trusted_ca": {"inline_bytes": base64.b64encode(_root()).decode()}}
    trusted = {"@type": _SECRET, "name": "ROOTCA", "validation_context": root}
    node = {"id": "sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local", "metadata": {"ISTIO_VERSION": "1.30.3"}}
    sections: list[tuple[str, dict[str, Any]]] = [
        ("Bootstrap", {"bootstrap": {"node": node}, "last_updated": UPDATED}),
        ("Clusters", {"dynamic_active_clusters": [{"cluster": cluster, "last_updated": UPDATED}]}),
        ("Endpoints", {"dynamic_endpoint_configs": [{"endpoint_config": assignment}]}),
        (
            "Listeners",
            {
                "dynamic_listeners": [
                    {"name": "0.0.0.0_80", "active_state": {"listener": listener, "last_updated": UPDATED}}
                ]
            },
        ),
        ("Routes", {"dynamic_route_configs": [{"route_config": route, "last_updated": UPDATED}]}),
        (
            "Secrets",
            {
                "dynamic_active_secrets": [
                    {"name": each["name"], "secret": each, "last_updated": UPDATED} for each in (secret, trusted)
                ]
            },
        ),
        ("Ecds", {"ecds_filters": []}),
    ]
    return {"configs": [{"@type": f"{_ADMIN}.{name}ConfigDump", **section} for name, section in sections]}


def clusters() -> dict[str, Any]:
    """What `/clusters?format=json` answers."""
    host = {"address": {"socket_address": {"address": "10.0.0.9", "port_value": 80}}, "health_status": {}}
    return {"cluster_statuses": [{"name": CLUSTER, "host_statuses": [host]}]}


@cache
def _root() -> bytes:
    """The certificate that the mesh trusts, in PEM."""
    with TemporaryDirectory() as folder:
        return Path(make_certificate(Path(folder))[0]).read_bytes()
