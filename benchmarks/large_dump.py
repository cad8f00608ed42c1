"""The configuration dump of a sidecar in a mesh of any size, in the shapes that istiod gives to its resources."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

_TYPE = "type.googleapis.com/envoy"
_TLS = f"{_TYPE}.extensions.transport_sockets.tls.v3"
_UPDATED = "2026-01-01T00:00:00.000Z"
_PORTS = (8080, 9090)
_ENDPOINTS = 4
_LIMITS = dict.fromkeys(("max_connections", "max_pending_requests", "max_requests", "max_retries"), 4294967295)


def dump(services: int) -> bytes:
    """The dump as Envoy writes it: about 17 KB for each service."""
    hosts = [f"service-{n}.team-{n % 40}.svc.cluster.local" for n in range(services)]
    node = {"id": "sidecar~10.0.0.1~web-1.shop~shop.svc.cluster.local", "metadata": {"ISTIO_VERSION": "1.30.3"}}
    clusters = [_cluster(host, port) for host in hosts for port in _PORTS]
    listeners = [_listener(n, host) for n, host in enumerate(hosts)]
    routes = [_routes(port, hosts) for port in _PORTS]
    endpoints = [_endpoints(n, host, port) for n, host in enumerate(hosts) for port in _PORTS]
    sections = {
        "Bootstrap": {"bootstrap": {"node": node}, "last_updated": _UPDATED},
        "Clusters": {"dynamic_active_clusters": clusters},
        "Endpoints": {"dynamic_endpoint_configs": endpoints},
        "Listeners": {"dynamic_listeners": listeners},
        "Routes": {"dynamic_route_configs": routes},
        "Secrets": {"dynamic_active_secrets": []},
    }
    configs = [{"@type": f"{_TYPE}.admin.v3.{name}ConfigDump", **section} for name, section in sections.items()]
    return json.dumps({"configs": configs}, indent=1).encode()


def _cluster(host: str, port: int) -> dict[str, Any]:
    name = f"outbound|{port}||{host}"
    service, namespace = host.split(".")[:2]
    sds = {
        "api_config_source": {
            "api_type": "GRPC",
            "grpc_services": [{"envoy_grpc": {"cluster_name": "sds-grpc"}}],
            "set_node_on_first_message_only": True,
            "transport_api_version": "V3",
        },
        "initial_fetch_timeout": "0s",
        "resource_api_version": "V3",
    }
    tls = {
        "@type": f"{_TLS}.UpstreamTlsContext",
        "common_tls_context": {
            "alpn_protocols": ["istio-peer-exchange", "istio", "h2"],
            "tls_certificate_sds_secret_configs": [{"name": "default", "sds_config": sds}],
            "combined_validation_context": {
                "default_validation_context": {
                    "match_subject_alt_names": [{"exact": f"spiffe://cluster.local/ns/{namespace}/sa/{service}"}]
                },
                "validation_context_sds_secret_config": {"name": "ROOTCA", "sds_config": sds},
            },
        },
        "sni": f"outbound_.{port}_._.{host}",
    }
    plain = {"@type": f"{_TYPE}.extensions.transport_sockets.raw_buffer.v3.RawBuffer"}
    cluster = {
        "@type": f"{_TYPE}.config.cluster.v3.Cluster",
        "name": name,
        "type": "EDS",
        "eds_cluster_config": {
            "eds_config": {"ads": {}, "initial_fetch_timeout": "0s", "resource_api_version": "V3"},
            "service_name": name,
        },
        "connect_timeout": "10s",
        "lb_policy": "LEAST_REQUEST",
        "circuit_breakers": {"thresholds": [_LIMITS]},
        "metadata": {
            "filter_metadata": {"istio": {"services": [{"host": host, "name": service, "namespace": namespace}]}}
        },
        "transport_socket_matches": [
            {
                "name": "tlsMode-istio",
                "match": {"tlsMode": "istio"},
                "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": tls},
            },
            {
                "name": "tlsMode-disabled",
                "match": {},
                "transport_socket": {"name": "envoy.transport_sockets.raw_buffer", "typed_config": plain},
            },
        ],
    }
    return {"version_info": "2026-01-01T00:00:00Z/1", "cluster": cluster, "last_updated": _UPDATED}


def _listener(number: int, host: str) -> dict[str, Any]:
    address = f"10.{96 + number // 65536}.{number // 256 % 256}.{number % 256}"
    log = {
        "name": "envoy.access_loggers.file",
        "typed_config": {
            "@type": f"{_TYPE}.extensions.access_loggers.file.v3.FileAccessLog",
            "path": "/dev/stdout",
            "log_format": {"text_format_source": {"inline_string": "[%START_TIME%] %RESPONSE_CODE% " * 12}},
        },
    }
    proxy = {
        "@type": f"{_TYPE}.extensions.filters.network.tcp_proxy.v3.TcpProxy",
        "stat_prefix": f"outbound|3306||{host}",
        "cluster": f"outbound|3306||{host}",
        "access_log": [log],
    }
    listener = {
        "@type": f"{_TYPE}.config.listener.v3.Listener",
        "name": f"{address}_3306",
        "address": {"socket_address": {"address": address, "port_value": 3306}},
        "filter_chains": [{"filters": [{"name": "envoy.filters.network.tcp_proxy", "typed_config": proxy}]}],
        "traffic_direction": "OUTBOUND",
        "bind_to_port": False,
    }
    state = {"version_info": "2026-01-01T00:00:00Z/1", "listener": listener, "last_updated": _UPDATED}
    return {"name": f"{address}_3306", "active_state": state}


def _routes(port: int, hosts: list[str]) -> dict[str, Any]:
    routes = {
        "@type": f"{_TYPE}.config.route.v3.RouteConfiguration",
        "name": str(port),
        "virtual_hosts": [_virtual_host(host, port) for host in hosts],
        "validate_clusters": False,
    }
    return {"version_info": "2026-01-01T00:00:00Z/1", "route_config": routes, "last_updated": _UPDATED}


def _virtual_host(host: str, port: int) -> dict[str, Any]:
    service, namespace = host.split(".")[:2]
    retry = {
        "retry_on": "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes",
        "num_retries": 2,
        "retry_host_predicate": [
            {
                "name": "envoy.retry_host_predicates.previous_hosts",
                "typed_config": {"@type": f"{_TYPE}.extensions.retry.host.previous_hosts.v3.PreviousHostsPredicate"},
            }
        ],
        "host_selection_retry_max_attempts": "5",
    }
    action = {"cluster": f"outbound|{port}||{host}", "timeout": "0s", "retry_policy": retry}
    path = f"/apis/networking.istio.io/v1/namespaces/{namespace}/virtual-service/{service}"
    return {
        "name": f"{host}:{port}",
        "domains": [host, service, f"{service}.{namespace}.svc", f"{service}.{namespace}", "10.96.0.1"],
        "routes": [
            {
                "name": "default",
                "match": {"prefix": "/"},
                "route": action,
                "metadata": {"filter_metadata": {"istio": {"config": path}}},
                "decorator": {"operation": f"{host}:{port}/*"},
            }
        ],
        "include_request_attempt_count": True,
    }


def _endpoints(number: int, host: str, port: int) -> dict[str, Any]:
    service, namespace = host.split(".")[:2]
    endpoints = [
        {
            "endpoint": {
                "address": {
                    "socket_address": {"address": f"10.{n}.{number // 250}.{number % 250}", "port_value": port}
                },
                "health_check_config": {},
            },
            "health_status": "HEALTHY",
            "metadata": {
                "filter_metadata": {
                    "envoy.transport_socket_match": {"tlsMode": "istio"},
                    "istio": {"workload": f"{service};{namespace};{service};v1;Kubernetes"},
                }
            },
            "load_balancing_weight": 1,
        }
        for n in range(_ENDPOINTS)
    ]
    assignment = {
        "@type": f"{_TYPE}.config.endpoint.v3.ClusterLoadAssignment",
        "cluster_name": f"outbound|{port}||{host}",
        "endpoints": [{"locality": {}, "lb_endpoints": endpoints, "load_balancing_weight": _ENDPOINTS}],
        "policy": {"overprovisioning_factor": 140},
    }
    return {"endpoint_config": assignment}


if __name__ == "__main__":
    Path(sys.argv[2]).write_bytes(dump(int(sys.argv[1])))
