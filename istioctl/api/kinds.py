"""Where the kinds that Istio installs or reads live in the API, so that most work needs no discovery request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Resource:
    """One collection of the API: `deployments` of `apps/v1`, in namespaces."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def group(self) -> str:
        """The API group, empty for the core group."""
        return self.api_version.rpartition("/")[0]

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path of the collection, or of one object in it; without a namespace, of all namespaces."""
        root = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        middle = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{middle}/{self.plural}" + (f"/{name}" if name else "")


_NAMESPACED = {
    "v1": ("ConfigMap", "Endpoints", "Event", "PersistentVolumeClaim", "Pod", "Secret", "Service", "ServiceAccount"),
    "apps/v1": ("DaemonSet", "Deployment", "ReplicaSet", "StatefulSet"),
    "batch/v1": ("CronJob", "Job"),
    "autoscaling/v2": ("HorizontalPodAutoscaler",),
    "policy/v1": ("PodDisruptionBudget",),
    "networking.k8s.io/v1": ("Ingress", "NetworkPolicy"),
    "rbac.authorization.k8s.io/v1": ("Role", "RoleBinding"),
    "networking.istio.io/v1": (
        "DestinationRule",
        "Gateway",
        "ProxyConfig",
        "ServiceEntry",
        "Sidecar",
        "VirtualService",
        "WorkloadEntry",
        "WorkloadGroup",
    ),
    "networking.istio.io/v1alpha3": ("EnvoyFilter",),
    "security.istio.io/v1": ("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"),
    "telemetry.istio.io/v1": ("Telemetry",),
    "extensions.istio.io/v1alpha1": ("TrafficExtension", "WasmPlugin"),
    "gateway.networking.k8s.io/v1": ("Gateway", "GRPCRoute", "HTTPRoute"),
}
_CLUSTER_WIDE = {
    "v1": ("Namespace", "Node", "PersistentVolume"),
    "apiextensions.k8s.io/v1": ("CustomResourceDefinition",),
    "admissionregistration.k8s.io/v1": (
        "MutatingWebhookConfiguration",
        "ValidatingWebhookConfiguration",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
    ),
    "rbac.authorization.k8s.io/v1": ("ClusterRole", "ClusterRoleBinding"),
    "networking.k8s.io/v1": ("IngressClass",),
    "storage.k8s.io/v1": ("StorageClass",),
    "scheduling.k8s.io/v1": ("PriorityClass",),
    "gateway.networking.k8s.io/v1": ("GatewayClass",),
}


def plural_of(kind: str) -> str:
    """The usual plural of a kind: the rule by which code generators make it, too."""
    word = kind.lower()
    if word == "endpoints":
        return word
    if word.endswith(("s", "x", "ch", "sh")):
        return f"{word}es"
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return f"{word[:-1]}ies"
    return f"{word}s"


_KNOWN = {
    (api_version, kind): Resource(api_version, kind, plural_of(kind), namespaced)
    for table, namespaced in ((_NAMESPACED, True), (_CLUSTER_WIDE, False))
    for api_version, kinds in table.items()
    for kind in kinds
}


def api_version_of(kind: str, version: str) -> str:
    """The group and version in which a kind is, of which the version is known: `apps/v1` for a Deployment of `v1`."""
    found = (known for known, name in _KNOWN if name == kind and known.rpartition("/")[2] == version)
    return next(found, version)


def known_resource(api_version: str, kind: str) -> Resource | None:
    """The collection of a kind this program knows by heart; for the others ask the cluster (`cluster.discovery`)."""
    return _KNOWN.get((api_version, kind))
