"""The types of configuration that istiod sends, and the short names people know them by."""

from __future__ import annotations

_PREFIX = "type.googleapis.com/"

CLUSTER = f"{_PREFIX}envoy.config.cluster.v3.Cluster"
ENDPOINT = f"{_PREFIX}envoy.config.endpoint.v3.ClusterLoadAssignment"
LISTENER = f"{_PREFIX}envoy.config.listener.v3.Listener"
ROUTE = f"{_PREFIX}envoy.config.route.v3.RouteConfiguration"
SECRET = f"{_PREFIX}envoy.extensions.transport_sockets.tls.v3.Secret"
EXTENSION = f"{_PREFIX}envoy.config.core.v3.TypedExtensionConfig"
ADDRESS = f"{_PREFIX}istio.workload.Address"
DEBUG = "istio.io/debug"

#: By type URL (upstream `pkg/model/xds.go`, GetShortType).
_SHORT = {
    CLUSTER: "CDS",
    LISTENER: "LDS",
    ENDPOINT: "EDS",
    ROUTE: "RDS",
    SECRET: "SDS",
    EXTENSION: "ECDS",
    f"{_PREFIX}istio.networking.nds.v1.NameTable": "NDS",
    f"{_PREFIX}istio.mesh.v1alpha1.ProxyConfig": "PCDS",
    ADDRESS: "WDS",
    f"{_PREFIX}istio.workload.Workload": "WDS",
    f"{_PREFIX}istio.security.Authorization": "WADS",
}

#: The order in which people expect them; others follow by their type URL (upstream `writer/pilot/status.go`).
ORDER = (CLUSTER, LISTENER, ENDPOINT, ROUTE)

#: Those that the verbose table of `proxy-status` shows even where no proxy asks for them.
ALWAYS_SHOWN = (CLUSTER, LISTENER, ENDPOINT, ROUTE, EXTENSION)


def short_type(type_url: str) -> str:
    """`CDS` and the like; the URL itself where there is no short name."""
    return _SHORT.get(type_url, type_url)


def in_order(types: set[str]) -> list[str]:
    """Type URLs in the order in which people expect them."""
    return [each for each in ORDER if each in types] + sorted(types.difference(ORDER))
