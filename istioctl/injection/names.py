"""Names that pods, the injector and the proxy share: containers, annotations, labels, environment variables."""

from __future__ import annotations

PROXY = "istio-proxy"
INIT = "istio-init"
VALIDATION = "istio-validation"
CORE_DUMP = "enable-core-dump"

INJECT = "sidecar.istio.io/inject"
STATUS = "sidecar.istio.io/status"
TEMPLATES = "inject.istio.io/templates"
PROXY_CONFIG = "proxy.istio.io/config"
PROXY_OVERRIDES = "proxy.istio.io/overrides"
PROXY_IMAGE_TYPE = "sidecar.istio.io/proxyImageType"
NATIVE_SIDECAR = "sidecar.istio.io/nativeSidecar"
INTERCEPTION_MODE = "sidecar.istio.io/interceptionMode"
REWRITE_PROBES = "sidecar.istio.io/rewriteAppHTTPProbers"
STATUS_PORT = "status.sidecar.istio.io/port"
MERGE_METRICS = "prometheus.istio.io/merge-metrics"

NETWORK_LABEL = "topology.istio.io/network"
REVISION_LABEL = "istio.io/rev"

CLUSTER_ENV = "ISTIO_META_CLUSTER_ID"
NETWORK_ENV = "ISTIO_META_NETWORK"
PROBERS_ENV = "ISTIO_KUBE_APP_PROBERS"
SCRAPE_ENV = "ISTIO_PROMETHEUS_ANNOTATIONS"
