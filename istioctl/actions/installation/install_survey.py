"""What an installation finds in the cluster before it changes anything."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from istioctl.api.identity import ObjectKey
from istioctl.api.install_order import CLUSTER_REMOVALS, NAMESPACED_REMOVALS
from istioctl.api.labels import COMPONENT, MANAGED, OWNER_NAMESPACE, OWNER_NOT_PRUNED, labels_of
from istioctl.api.labels import VERSION as VERSION_LABEL
from istioctl.api.names import DEFAULT_REVISION, REVISION, TAG
from istioctl.api.release import VERSION
from istioctl.api.webhooks import INJECTOR, VALIDATOR
from istioctl.cluster.clients import takes_client
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Session

MINIMUM_MINOR = 32
"""The oldest minor version of Kubernetes that Istio 1.30 supports (`istioctl/pkg/install/k8sversion` upstream)."""


@dataclass(frozen=True, slots=True)
class Survey:
    """The state of a cluster.

    Attributes:
        namespace_exists: whether the control plane's namespace is there.
        owned: name, labels and resource version of each object that an installation of this revision may remove.
        definitions: the same of the custom resource definitions, which are never removed by an installation.
        webhooks: all injection webhook configurations.
        validators: all validating webhook configurations.
    """

    namespace_exists: bool
    owned: tuple[dict[str, Any], ...]
    definitions: tuple[dict[str, Any], ...]
    webhooks: tuple[dict[str, Any], ...]
    validators: tuple[dict[str, Any], ...]

    def resource_versions(self) -> dict[tuple[str, str, str, str], str]:
        """The resource version of each object surveyed, by versionless key."""
        items = (*self.owned, *self.definitions, *self.webhooks, *self.validators)
        return {ObjectKey.of(item).versionless: str(item["metadata"].get("resourceVersion")) for item in items}

    def validator(self, name: str) -> dict[str, Any] | None:
        """The validating webhook configuration of this name, if there is one."""
        return next((hook for hook in self.validators if hook["metadata"]["name"] == name), None)

    @property
    def has_default_tag(self) -> bool:
        """Whether some installation is the default one already."""
        return any(
            labels_of(hook).get("app") == "sidecar-injector" and labels_of(hook).get(TAG) == DEFAULT_REVISION
            for hook in self.webhooks
        )

    def version_warning(self) -> str | None:
        """What to say where this installation takes the place of another version."""
        deployments = [labels_of(item) for item in self.owned if item["kind"] == "Deployment"]
        found = {labels.get(VERSION_LABEL, VERSION) for labels in deployments if labels.get("app") == "istiod"}
        others = ", ".join(sorted(found - {VERSION}))
        return f"Istio {others} is replaced by {VERSION}; `istioctl upgrade` would check first" if others else None

    def stale(self, wanted: set[tuple[str, str, str, str]], namespace: str) -> list[ObjectKey]:
        """The owned objects that are not `wanted` (versionless keys), in the order in which they are removed.

        Args:
            namespace: that owns them; objects of another installation's namespace are left alone.
        """
        found = []
        for item in self.owned:
            labels, key = labels_of(item), ObjectKey.of(item)
            owned = labels.get(OWNER_NAMESPACE) == namespace and labels.get(OWNER_NOT_PRUNED) != "true"
            if owned and key.versionless not in wanted:
                found.append(key)
        return found


@takes_client
def kubernetes_version(session: Session) -> str:
    """The server's version, such as `v1.34.2`.

    Raises:
        ClusterError: the server can't be reached or refuses.
    """
    return str(session.get("/version").get("gitVersion", ""))


def survey(session: Session, namespace: str, revision: str) -> Survey:
    """Reads, all at once, what an installation of `revision` into `namespace` has to know.

    Raises:
        ClusterError: the server can't be reached or refuses.
        ErrorGroup: it refuses several things.
    """
    selector = f"{COMPONENT},{REVISION}={revision or DEFAULT_REVISION},{MANAGED}=Reconcile"
    definitions = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    kinds = (*NAMESPACED_REMOVALS, *CLUSTER_REMOVALS)
    reads: list[Callable[[], Any]] = [
        lambda: session.find(f"/api/v1/namespaces/{namespace}"),
        lambda: list_objects(session, *INJECTOR),
        lambda: list_objects(session, *VALIDATOR),
        partial(list_objects, session, *definitions, labels=COMPONENT, metadata_only=True),
        *(partial(list_objects, session, *kind, labels=selector, metadata_only=True) for kind in kinds),
    ]
    found_namespace, webhooks, validators, crds, *lists = in_parallel(reads)
    return Survey(
        namespace_exists=found_namespace is not None,
        owned=tuple(item for items in lists for item in items),
        definitions=tuple(crds),
        webhooks=tuple(webhooks),
        validators=tuple(validators),
    )


def kubernetes_warning(version: str) -> str | None:
    """What to say of a server that is older than Istio supports; installing goes on all the same."""
    parts = version.removeprefix("v").split(".")
    try:
        minor = int(parts[1].rstrip("+"))
    except (IndexError, ValueError):
        return None  # an unusual version text says nothing about its age
    if parts[0] != "1" or minor >= MINIMUM_MINOR:
        return None
    return f"Kubernetes {version} is older than Istio {VERSION} supports (1.{MINIMUM_MINOR}): expect problems"
