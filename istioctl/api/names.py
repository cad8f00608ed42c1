"""Names that recur: namespaces, containers, annotations, labels and environment variables of Kubernetes and Istio."""

from __future__ import annotations

SYSTEM_NAMESPACE = "istio-system"
#: Namespaces that every Kubernetes cluster has for itself.
KUBERNETES_NAMESPACES = ("kube-system", "kube-public", "kube-node-lease")
#: Namespaces whose pods never get a sidecar, and which are not analyzed (`pkg/config/analysis/analyzers/util` and
#: `pkg/kube/inject/inject.go` upstream).
IGNORED_NAMESPACES = (*KUBERNETES_NAMESPACES, "local-path-storage")

PROXY = "istio-proxy"
INIT = "istio-init"
VALIDATION = "istio-validation"
CORE_DUMP = "enable-core-dump"
#: The user and group that the proxy runs as.
PROXY_USER = 1337

#: A pod's word on injection: a label, or the older annotation of the same name.
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
AMBIENT_REDIRECTION = "ambient.istio.io/redirection"

#: Names the control plane revision of an object, or asks for it; on some objects it is an annotation.
REVISION = "istio.io/rev"
#: What a control plane without a revision is called, and the tag that makes one the default.
DEFAULT_REVISION = "default"
TAG = "istio.io/tag"
#: The ConfigMap with the mesh configuration of the control plane without a revision.
MESH_CONFIG_MAP = "istio"
#: A namespace's word on injection.
INJECTION = "istio-injection"
NETWORK = "topology.istio.io/network"
#: Where a node stands, the widest place first.
LOCALITY = ("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone")
DATAPLANE_MODE = "istio.io/dataplane-mode"
#: Names the waypoint that a namespace, service or pod uses.
USE_WAYPOINT = "istio.io/use-waypoint"
GATEWAY_NAME = "gateway.networking.k8s.io/gateway-name"
#: Names the controller that manages a Gateway's workload.
GATEWAY_MANAGED = "gateway.istio.io/managed"
WAYPOINT_CONTROLLER = "istio.io-mesh-controller"
#: The label that each namespace has of its own name.
NAMESPACE_NAME = "kubernetes.io/metadata.name"

#: What Kubernetes recommends to label the objects of an application with.
APP_NAME, APP_VERSION = "app.kubernetes.io/name", "app.kubernetes.io/version"
APP_INSTANCE = "app.kubernetes.io/instance"
PART_OF, MANAGED_BY = "app.kubernetes.io/part-of", "app.kubernetes.io/managed-by"
#: By what telemetry calls a workload and its version.
CANONICAL_NAME, CANONICAL_REVISION = "service.istio.io/canonical-name", "service.istio.io/canonical-revision"

CLUSTER_ENV = "ISTIO_META_CLUSTER_ID"
NETWORK_ENV = "ISTIO_META_NETWORK"
PROBERS_ENV = "ISTIO_KUBE_APP_PROBERS"
SCRAPE_ENV = "ISTIO_PROMETHEUS_ANNOTATIONS"
