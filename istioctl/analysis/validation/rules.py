"""Where the semantic rules of each Istio kind are."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import cast

#: For each kind that istiod checks, the module in this package, and the function if it is not called `check`.
RULES = {
    "AuthorizationPolicy": "security:check_authorization_policy",
    "DestinationRule": "destination_rule",
    "EnvoyFilter": "envoy_filter",
    "Gateway": "gateway",
    "PeerAuthentication": "security:check_peer_authentication",
    "ProxyConfig": "telemetry:check_proxy_config",
    "RequestAuthentication": "security:check_request_authentication",
    "ServiceEntry": "service_entry",
    "Sidecar": "sidecar",
    "Telemetry": "telemetry",
    "TrafficExtension": "extensions:check_traffic_extension",
    "VirtualService": "virtual_service",
    "WasmPlugin": "extensions:check_wasm_plugin",
    "WorkloadEntry": "service_entry:check_workload_entry",
    "WorkloadGroup": "service_entry:check_workload_group",
}


def rules_of(kind: str) -> Callable[..., None]:
    """The function that checks a kind's decoded spec, its `objects.Metadata` and its `Place`; imported now."""
    module, _, function = RULES[kind].partition(":")
    return cast("Callable[..., None]", getattr(import_module(f"{__package__}.{module}"), function or "check"))
