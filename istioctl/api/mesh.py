"""Istio's mesh configuration: its defaults, and laying one configuration over another.

Everything here is decoded data (`istioctl.api.schema.decode`): JSON names, durations as nanoseconds, enums by name. A
field that holds its type's zero is left out.

Source: `pkg/config/mesh/mesh.go` of Istio. Unknown fields are passed over, a given field replaces the one before as a
whole, but for the few that merge.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from istioctl.api import ports
from istioctl.api.components import INGRESS_GATEWAY
from istioctl.api.names import SYSTEM_NAMESPACE
from istioctl.api.schema.catalog import message
from istioctl.api.schema.decode import Data, Mismatch, decode, is_zero
from istioctl.api.schema.paths import Path
from istioctl.golang.durations import SECOND

Report = Callable[[Mismatch], None]

MESH_MESSAGE = "istio.mesh.v1alpha1.MeshConfig"
PROXY_MESSAGE = "istio.mesh.v1alpha1.ProxyConfig"
PROXY_DEFAULTS: Data = {
    "configPath": "./etc/istio/proxy",
    "serviceCluster": "istio-proxy",
    "drainDuration": 45 * SECOND,
    "terminationDrainDuration": 5 * SECOND,
    "proxyAdminPort": ports.ENVOY_ADMIN,
    "controlPlaneAuthPolicy": "MUTUAL_TLS",
    "discoveryAddress": f"istiod.istio-system.svc:{ports.XDS}",
    "binaryPath": "/usr/local/bin/envoy",
    "statNameLength": 189,
    "statusPort": ports.AGENT_METRICS,
}
MESH_DEFAULTS: Data = {
    "enableTracing": True,
    "protocolDetectionTimeout": 0,
    "ingressService": INGRESS_GATEWAY,
    "ingressControllerMode": "STRICT",
    "ingressClass": "istio",
    "trustDomain": "cluster.local",
    "enableAutoMtls": True,
    "outboundTrafficPolicy": {"mode": "ALLOW_ANY"},
    "inboundTrafficPolicy": {},
    "localityLbSetting": {"enabled": True},
    "rootNamespace": SYSTEM_NAMESPACE,
    "proxyListenPort": ports.ENVOY_OUTBOUND,
    "proxyInboundListenPort": ports.ENVOY_INBOUND,
    "connectTimeout": 10 * SECOND,
    "defaultServiceExportTo": ["*"],
    "defaultVirtualServiceExportTo": ["*"],
    "defaultDestinationRuleExportTo": ["*"],
    "dnsRefreshRate": 60 * SECOND,
    "enablePrometheusMerge": True,
    "defaultProviders": {},
    "extensionProviders": [
        {"name": "prometheus", "prometheus": {}},
        {"name": "stackdriver", "stackdriver": {}},
        {"name": "envoy", "envoyFileAccessLog": {"path": "/dev/stdout"}},
    ],
    "defaultConfig": PROXY_DEFAULTS,
}
#: What `MergeProxyConfig` takes over from the headers before.
_INHERITED_HEADERS = ("forwardedClientCert", "requestId", "attemptCount", "server", "envoyDebugHeaders")


def passed_over(mismatch: Mismatch) -> None:
    """The report of those who look at types elsewhere: nothing."""


def mesh_over_defaults(given: Mapping[str, Any], report: Report, *, lists_as_given: bool = False) -> Data:
    """A mesh configuration over Istio's defaults.

    Args:
        given: plain data, as in the `mesh` key of the `istio` ConfigMap.
        report: takes what does not fit.
        lists_as_given: leave given lists alone, so that places in them are those in `given`.
    """
    mesh = decode(given, MESH_MESSAGE, report, drop_zeros=True)
    fields = message(MESH_MESSAGE).fields
    result = {name: value for name, value in (MESH_DEFAULTS | mesh).items() if not is_zero(value, fields[name])}
    result["defaultConfig"] = PROXY_DEFAULTS
    if isinstance(own := given.get("defaultConfig"), dict):
        result["defaultConfig"] = proxy_over(PROXY_DEFAULTS, own, report, ("defaultConfig",))
    result["defaultProviders"] = mesh.get("defaultProviders", {}) if "defaultProviders" in given else {}
    if lists_as_given:
        return result
    providers = {provider.get("name", ""): provider for provider in MESH_DEFAULTS["extensionProviders"]}
    providers.update((provider.get("name", ""), provider) for provider in mesh.get("extensionProviders", ()))
    result["extensionProviders"] = list(providers.values())
    if aliases := result.get("trustDomainAliases"):
        result["trustDomainAliases"] = sorted(set(aliases))
    return result


def proxy_over(base: Data, given: Mapping[str, Any], report: Report, path: Path = ()) -> Data:
    """`base` with a proxy configuration laid over it.

    Fields replace, but for `proxyMetadata` and the known parts of `proxyHeaders`, which merge.

    Args:
        given: plain data.
        report: takes what does not fit.
        path: where `given` stands.
    """
    patch = decode(given, PROXY_MESSAGE, report, path, drop_zeros=True)
    fields = message(PROXY_MESSAGE).fields
    groups = {fields[name].group for name in patch} - {""}
    result = {name: value for name, value in base.items() if fields[name].group not in groups} | patch
    if base.get("proxyMetadata") and patch.get("proxyMetadata") is not None:
        result["proxyMetadata"] = {**base["proxyMetadata"], **patch["proxyMetadata"]}
    if base.get("proxyHeaders") and patch.get("proxyHeaders"):
        inherited = {name: value for name, value in base["proxyHeaders"].items() if name in _INHERITED_HEADERS}
        result["proxyHeaders"] = {**inherited, **patch["proxyHeaders"]}
    return {name: value for name, value in result.items() if not is_zero(value, fields[name])}


def without_defaults(proxy: Data) -> Data:
    """A proxy configuration without what equals Istio's defaults, as it is handed to the proxy (`protoToJSON`)."""
    cleared = (*PROXY_DEFAULTS, "envoyMetricsService", "envoyAccessLogService", "tracing", "concurrency")
    return {
        name: value
        for name, value in proxy.items()
        if not (name in cleared and value == PROXY_DEFAULTS.get(name)) and not (name == "proxyMetadata" and not value)
    }
