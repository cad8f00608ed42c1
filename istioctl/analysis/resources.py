"""Objects under analysis: what a document says about itself, and the set of all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from istioctl.analysis.validation.report import is_value, locate
from istioctl.api.names import SYSTEM_NAMESPACE
from istioctl.api.schema.paths import Path
from istioctl.api.workloads import template_path

if TYPE_CHECKING:
    from istioctl.yamldoc.lazy import LazyNode

#: Kinds of other groups that analyzers read, by group and kind. Istio's own kinds go by their name.
FOREIGN = {
    ("", "ConfigMap"): "ConfigMap",
    ("", "Namespace"): "Namespace",
    ("", "Node"): "Node",
    ("", "Pod"): "Pod",
    ("", "Secret"): "Secret",
    ("", "Service"): "Service",
    ("apps", "Deployment"): "Deployment",
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"): "MutatingWebhookConfiguration",
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): "ValidatingWebhookConfiguration",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "CustomResourceDefinition",
    ("gateway.networking.k8s.io", "Gateway"): "KubernetesGateway",
    ("gateway.networking.k8s.io", "GRPCRoute"): "GRPCRoute",
    ("gateway.networking.k8s.io", "HTTPRoute"): "HTTPRoute",
}
CLUSTER_WIDE = frozenset(
    ("Namespace", "Node", "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration", "CustomResourceDefinition")
)


@dataclass(frozen=True, slots=True, eq=False)
class Resource:
    """One object.

    Attributes:
        kind: the key in a snapshot; `KubernetesGateway` for the Gateway API's.
        namespace: empty for cluster-wide objects.
        spec: decoded by the schema for Istio's kinds, plain data for others.
        data: the whole object as plain data.
        source: the file it is from; empty for objects of a cluster.
        line: where it starts in the file, counted from 1.
        derived: made from the pod template of a workload.
        cluster: the cluster it is from, where there are several.
        is_implied: whether it names no namespace itself, and messages name none either.
    """

    kind: str
    name: str
    namespace: str
    spec: dict[str, Any]
    data: dict[str, Any]
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)
    source: str = ""
    line: int = 0
    offset: int = 0
    root: LazyNode | None = None
    derived: bool = False
    cluster: str = ""
    is_implied: bool = False

    @property
    def full_name(self) -> str:
        """`namespace/name`, or the name alone."""
        return f"{self.namespace}/{self.name}" if self.namespace and not self.is_implied else self.name

    @property
    def friendly_name(self) -> str:
        """The kind and the full name, as messages and suppressions name it."""
        return f"{self.kind.removeprefix('Kubernetes')} {self.full_name}"

    def line_of(self, path: Path) -> tuple[int, int]:
        """The line and column of a field, counted from 1; of the object where there is no such field."""
        if self.root is None:
            return self.line, 0
        if not path:
            return self.line, 1
        root = self.root.node
        place = locate(root, path)
        if place is root:
            return self.line, 1
        return place.line + 1 + self.offset, place.column + 1

    def holds_value(self, path: Path) -> bool:
        """Whether the object, as it is written in a file, has a single value at a path."""
        return self.root is not None and bool(path) and is_value(self.root.node, path)


class Snapshot:
    """All objects under analysis.

    Attributes:
        mesh: the mesh configuration as plain data, defaults filled in.
        mesh_networks: the mesh networks as plain data.
        mesh_source: the object or file that the mesh configuration is from; None where it is not known, and Istio's
            defaults stand for it.
        is_live: whether the objects of a cluster are among them.
        is_whole: whether they are all there are, so that what is missing does not exist.
        istio_namespace: the control plane's.
    """

    def __init__(
        self,
        mesh: dict[str, Any],
        mesh_networks: dict[str, Any],
        *,
        is_live: bool = False,
        is_whole: bool = False,
        istio_namespace: str = SYSTEM_NAMESPACE,
    ) -> None:
        self.istio_namespace = istio_namespace
        self.mesh = mesh
        self.mesh_networks = mesh_networks
        self.mesh_source: Resource | None = None
        self.is_live = is_live
        self.is_whole = is_live or is_whole
        self._by_kind: dict[str, dict[tuple[str, str, str], Resource]] = {}

    def add(self, resource: Resource) -> None:
        """Add an object; it replaces one of the same name, and an object of a file one of the cluster."""
        found = self._by_kind.setdefault(resource.kind, {})
        key = (resource.cluster, resource.namespace, resource.name)
        if not resource.derived or key not in found:
            found[key] = resource

    def all(self, kind: str, *, derived: bool = True) -> Iterator[Resource]:
        """The objects of a kind; `derived` says whether pods made from templates count."""
        for resource in self._by_kind.get(kind, {}).values():
            if derived or not resource.derived:
                yield resource

    def workloads(self) -> Iterator[Resource]:
        """The pods that were given as such, and all objects that make pods."""
        for found in self._by_kind.values():
            for resource in found.values():
                makes_pods = resource.kind == "Pod" or template_path(resource.data) is not None
                if makes_pods and not resource.derived:
                    yield resource

    def find(self, kind: str, namespace: str, name: str) -> Resource | None:
        """The object of that name."""
        return self._by_kind.get(kind, {}).get(("", namespace, name))

    def knows(self, kind: str, namespace: str | None = None) -> bool:
        """Whether objects of a kind are given, so that one that is not among them may be called missing.

        Files are a part of a mesh: objects of a kind that they hold none of are elsewhere.

        Args:
            namespace: where one would be; None for anywhere. It counts where it holds others, or is given itself.
        """
        if self.is_whole:
            return True
        held = {found.namespace for found in self._by_kind.get(kind, {}).values() if found.source}
        return bool(held) and (
            namespace is None or namespace in held or self.find("Namespace", "", namespace) is not None
        )

    def __len__(self) -> int:
        return sum(len(found) for found in self._by_kind.values())
