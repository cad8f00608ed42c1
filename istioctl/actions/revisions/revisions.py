"""The control plane revisions of a cluster, and what belongs to each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from istioctl.actions.revisions.control_planes import istiod_version
from istioctl.api.identity import ObjectKey
from istioctl.api.labels import COMPONENT, labels_of
from istioctl.api.names import DEFAULT_REVISION, INJECTION, REVISION, SYSTEM_NAMESPACE, TAG
from istioctl.api.webhooks import INJECTOR, tag_injector_name
from istioctl.cluster.clients import takes_client
from istioctl.cluster.errors import ApiError
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.patience import Report
from istioctl.cluster.queries import list_objects
from istioctl.cluster.readiness import is_ready
from istioctl.cluster.session import Client, Session, open_session
from istioctl.errors import ClusterError

_GATEWAYS = frozenset({"IngressGateways", "EgressGateways"})

Objects = Sequence[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision.

    Attributes:
        version: of its istiod; empty where none is in the cluster.
        tags: other names it has.
        webhooks: the names of its injection webhook configurations.
        control_plane, gateways: its pods, each `namespace/name` with `ready` or what it is instead.
        namespaces: whose pods it injects.
    """

    name: str
    version: str
    tags: tuple[str, ...]
    webhooks: tuple[str, ...]
    control_plane: dict[str, str]
    gateways: dict[str, str]
    namespaces: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """For `-o json` and `-o yaml`."""
        return {
            "revision": self.name,
            "version": self.version,
            "tags": list(self.tags),
            "webhooks": list(self.webhooks),
            "controlPlanePods": self.control_plane,
            "gatewayPods": self.gateways,
            "namespaces": list(self.namespaces),
        }


def list_revisions(client: Client, report: Report | None = None) -> list[Revision]:
    """All revisions, by name.

    Raises:
        ClusterError: the cluster can't be asked.
    """
    session = open_session(client, report=report)
    read = partial(list_objects, session)
    reads: list[Callable[[], Objects]] = [
        partial(read, *INJECTOR, labels=REVISION),
        partial(read, "apps/v1", "Deployment", labels=f"app=istiod,{REVISION}"),
        partial(read, "v1", "Pod", labels=f"{REVISION},{COMPONENT}"),
        partial(read, "v1", "Namespace"),
    ]
    hooks, istiods, pods, namespaces = in_parallel(reads)
    names = sorted({labels_of(item)[REVISION] for item in (*hooks, *istiods)})
    return [_revision(name, hooks, istiods, pods, namespaces) for name in names]


def describe_revision(client: Client, name: str, report: Report | None = None) -> Revision:
    """One revision, by its name or one of its tags.

    Raises:
        ClusterError: there is no such revision, or the cluster can't be asked.
    """
    found = list_revisions(client, report)
    for revision in found:
        if name == revision.name or name in revision.tags:
            return revision
    known = ", ".join(revision.name for revision in found)
    raise ClusterError(
        f"there is no revision {name!r}",
        hint=f"Choose one of {known}." if known else "No control plane is installed.",
        id="no-revision",
    )


@takes_client
def default_revision(session: Session) -> str:
    """The revision that the tag `default` points to; `default` itself where there is no such tag, or none may look.

    Raises:
        Unreachable: no answer came.
    """
    try:
        name = tag_injector_name(
            DEFAULT_REVISION, SYSTEM_NAMESPACE
        )  # upstream looks for this name whatever the namespace
        hook = session.find(session.discovery.path(ObjectKey(*INJECTOR, "", name)))
    except ApiError as problem:
        if problem.status not in (401, 403):
            raise
        hook = None
    return labels_of(hook or {}).get(REVISION) or DEFAULT_REVISION


def _revision(name: str, hooks: Objects, istiods: Objects, pods: Objects, namespaces: Objects) -> Revision:
    own_hooks = [item for item in hooks if labels_of(item)[REVISION] == name]
    tags = sorted({labels_of(item)[TAG] for item in own_hooks if TAG in labels_of(item)})
    versions = [istiod_version(item) for item in istiods if labels_of(item)[REVISION] == name]
    own_pods = [item for item in pods if labels_of(item)[REVISION] == name]
    return Revision(
        name=name,
        version="".join(versions[:1]),
        tags=tuple(tags),
        webhooks=tuple(item["metadata"]["name"] for item in own_hooks),
        control_plane=_states([item for item in own_pods if labels_of(item)[COMPONENT] == "Pilot"]),
        gateways=_states([item for item in own_pods if labels_of(item)[COMPONENT] in _GATEWAYS]),
        namespaces=tuple(item["metadata"]["name"] for item in namespaces if _asks_for(item, {name, *tags})),
    )


def _asks_for(namespace: dict[str, Any], names: set[str]) -> bool:
    labels = labels_of(namespace)
    if INJECTION in labels:
        return labels[INJECTION] == "enabled" and DEFAULT_REVISION in names
    return labels.get(REVISION) in names


def _states(pods: Objects) -> dict[str, str]:
    found = {}
    for pod in pods:
        name = f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"
        found[name] = "ready" if is_ready(pod) else str((pod.get("status") or {}).get("phase", "unknown"))
    return found
