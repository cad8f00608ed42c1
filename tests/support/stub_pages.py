"""What the servers in the stub's pods show: istiod, Envoy, ztunnel and add-ons, each page with one thing on it.

One of each, so that whoever bends an answer also bends what is within it.
"""

from __future__ import annotations

from typing import Any

from tests.support.stub_dump import UPDATED, clusters, config_dump

PROXY = "web-1.shop"
_IDENTITY = "spiffe://cluster.local/ns/shop/sa/default"
_UID = "Kubernetes//Pod/shop/web-1"
_TYPES = (
    "cluster.v3.Cluster",
    "listener.v3.Listener",
    "route.v3.RouteConfiguration",
    "endpoint.v3.ClusterLoadAssignment",
)


def pages() -> dict[str, Any]:
    """By path, without the query: data that becomes JSON, or a text."""
    return {
        "/debug/syncz": [_synced()],
        "/debug/clusterz": [{"id": "one", "secretName": "a/b", "syncStatus": "synced"}],
        "/debug/config_dump": config_dump(),
        "/debug/configz": [_config("VirtualService", "web"), _config("Gateway", "public")],
        "/debug/list": ["/debug/syncz", "/debug/configz"],
        "/config_dump": config_dump() | _of_ztunnel(),
        "/clusters": clusters(),
        "/logging": "active loggers:\n  admin: warning\n  upstream: info\n",
        "/scopej/": [{"name": "ads", "description": "the server", "output_level": "info", "stack_trace_level": "none"}],
        "/certs": {"certificates": []},
        "/api/v1/targets": {"data": {"activeTargets": [{"labels": {"job": "pods"}, "health": "up"}]}},
        "/api/v1/query": {
            "status": "success",
            "data": {"resultType": "vector", "result": [{"metric": {}, "value": [1767225600, "0.5"]}]},
        },
        "/api/services": {"data": ["web"]},
        "/api/health": {"database": "ok"},
        "/kiali/api/status": {"externalServices": [{"name": "Prometheus", "version": "1"}]},
        "/stats": {"stats": [{"name": "server.live", "value": 1}]},
        "/server_info": {"version": "1", "state": "LIVE"},
        "/version": "1.30.3-abc-Clean",
    }


def _synced() -> dict[str, Any]:
    status = {"sent": "1", "acked": "1", "sentTime": UPDATED, "ackedTime": UPDATED}
    return {
        "proxy": PROXY,
        "cluster_id": "Kubernetes",
        "istio_version": "1.30.3",
        "proxy_type": "sidecar",
        "resources": {f"type.googleapis.com/envoy.config.{each}": status for each in _TYPES},
    }


def _config(kind: str, name: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop", "generation": 1}
    return {"kind": kind, "apiVersion": "networking.istio.io/v1", "metadata": metadata, "spec": {}}


def _of_ztunnel() -> dict[str, Any]:
    workload = {
        "uid": _UID,
        "name": "web-1",
        "namespace": "shop",
        "serviceAccount": "default",
        "workloadIps": ["10.0.0.1"],
        "waypoint": {"destination": "/10.0.0.9"},
        "protocol": "HBONE",
        "node": "one",
        "locality": {"region": "r"},
    }
    service = {
        "name": "web",
        "namespace": "shop",
        "hostname": "web.shop.svc.cluster.local",
        "vips": ["/10.0.0.9"],
        "ports": {"80": 8080},
        "endpoints": {_UID: {"workloadUid": _UID, "service": "", "port": {"80": 8080}}},
    }
    match = {"namespaces": [{"Exact": "shop"}], "destinationPorts": [80]}
    policy = {"name": "p", "namespace": "shop", "scope": "Namespace", "action": "Allow", "rules": [[[match]]]}
    certificate = {"pem": "", "serialNumber": "7", "validFrom": UPDATED, "expirationTime": "2036-01-01T00:00:00Z"}
    certificates = {"identity": _IDENTITY, "state": "Available", "certChain": [certificate], "rootCerts": [certificate]}
    connection = {"src": "10.0.0.2:5", "originalDst": None, "actualDst": "10.0.0.1:80", "protocol": "HBONE"}
    state = {
        "state": "Up",
        "connections": {"inbound": [connection], "outbound": []},
        "info": {"name": "web-1", "namespace": "shop", "trustDomain": "cluster.local", "serviceAccount": "default"},
    }
    return {
        "workloads": {"/10.0.0.1": workload},
        "services": {"/10.0.0.9": service},
        "policies": [policy],
        "certificates": [certificates],
        "workloadState": {"one": state},
    }
