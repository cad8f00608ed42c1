"""Which namespaces ask for sidecars, and whether their pods have them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from istioctl.api.identity import ObjectKey
from istioctl.api.labels import VERSION, annotations_of, labels_of
from istioctl.api.names import DEFAULT_REVISION, INJECT, INJECTION, KUBERNETES_NAMESPACES, REVISION, STATUS, TAG
from istioctl.api.pods import image_tag, injected_by, proxy_of
from istioctl.api.webhooks import INJECTOR
from istioctl.cluster.apply import TOOL_OWNER
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.patience import Report
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import MERGE, Client, open_session
from istioctl.cluster.wait import now_and_then, wait_until_ready
from istioctl.errors import ClusterError

_WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")


@dataclass(frozen=True, slots=True)
class PodStatus:
    """A pod that is not as its namespace asks.

    Attributes:
        problem: what is wrong, such as `has no sidecar`.
    """

    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class NamespaceStatus:
    """Injection in one namespace.

    Attributes:
        label: that decides, such as `istio-injection=enabled`; empty where none does.
        revision: that injects; empty where none does.
        injected: how many of the `pods` have a sidecar.
        problems: the pods that have none though they should, or an outdated one.
    """

    namespace: str
    label: str
    revision: str
    pods: int
    injected: int
    problems: tuple[PodStatus, ...]

    def as_data(self) -> dict[str, Any]:
        """The status for `-o json` and `-o yaml`."""
        return {
            "namespace": self.namespace,
            "label": self.label,
            "revision": self.revision,
            "pods": self.pods,
            "injected": self.injected,
            "problems": [{"pod": pod.name, "problem": pod.problem} for pod in self.problems],
        }


def set_injection(
    client: Client, namespace: str, *, enabled: bool, revision: str = "", report: Report | None = None
) -> bool:
    """Labels a namespace, so that pods created from now on get a sidecar, or none; whether that changed anything.

    Args:
        revision: or tag that shall inject; empty means the default one.

    Raises:
        ClusterError: there is no such namespace or revision, or the server refuses.
    """
    session = open_session(client, report=report)
    found = session.find(f"/api/v1/namespaces/{namespace}")
    if found is None:
        raise ClusterError(f"there is no namespace {namespace!r}", where=session.server, id="no-namespace")
    wanted: dict[str, str | None] = {INJECTION: "enabled" if enabled else "disabled", REVISION: None}
    if enabled and revision:
        known = _revisions(list_objects(session, *INJECTOR))
        if revision not in known:
            raise ClusterError(
                f"there is no revision or tag {revision!r}: pods would not start with a sidecar",
                where=session.server,
                hint=f"Choose one of {', '.join(sorted(known))}." if known else "Install a control plane first.",
                id="no-revision",
            )
        wanted = {INJECTION: None, REVISION: revision}
    labels = labels_of(found)
    if all(labels.get(key) == value for key, value in wanted.items()):
        return False
    patch = {"metadata": {"labels": wanted}}
    session.send("PATCH", f"/api/v1/namespaces/{namespace}", patch, {"fieldManager": TOOL_OWNER}, MERGE)
    return True


def restart_workloads(client: Client, namespace: str, timeout: float, report: Report) -> list[ObjectKey]:
    """Starts the pods of all workloads anew, and waits until they are ready; the workloads.

    Raises:
        ClusterError: one is not ready within `timeout` seconds, or the server refuses.
        ErrorGroup: several are not.
    """
    session = open_session(client, report=report)
    keys = [
        ObjectKey.of(item)
        for kind in _WORKLOADS
        for item in list_objects(session, "apps/v1", kind, namespace=namespace, metadata_only=True)
    ]
    stamp = {"kubectl.kubernetes.io/restartedAt": datetime.now(UTC).isoformat(timespec="seconds")}
    patch = {"spec": {"template": {"metadata": {"annotations": stamp}}}}
    in_parallel([partial(session.send, "PATCH", session.discovery.path(key), patch, None, MERGE) for key in keys])
    wait_until_ready(
        session,
        keys,
        timeout,
        now_and_then(lambda names: report(f"waiting for {', '.join(names)} to be ready")),
    )
    return keys


def injection_status(client: Client, namespace: str = "", report: Report | None = None) -> list[NamespaceStatus]:
    """Injection in one namespace, or in all that are not Kubernetes' own.

    Raises:
        ClusterError: there is no such namespace, or the cluster can't be asked.
    """
    session = open_session(client, report=report)
    hooks, istiods, namespaces, pods = in_parallel(
        [
            partial(list_objects, session, *INJECTOR),
            partial(list_objects, session, "apps/v1", "Deployment", labels="app=istiod"),
            partial(list_objects, session, "v1", "Namespace"),
            partial(list_objects, session, "v1", "Pod", namespace=namespace),
        ]
    )
    chosen = [item for item in namespaces if item["metadata"]["name"] == namespace or not namespace]
    if namespace and not chosen:
        raise ClusterError(f"there is no namespace {namespace!r}", where=session.server, id="no-namespace")
    revisions = _revisions(hooks)
    versions = {labels_of(item).get(REVISION, DEFAULT_REVISION): labels_of(item).get(VERSION, "") for item in istiods}
    statuses = []
    for item in chosen:
        name = item["metadata"]["name"]
        if namespace or name not in KUBERNETES_NAMESPACES:
            own = [pod for pod in pods if pod["metadata"]["namespace"] == name]
            statuses.append(_status(item, own, revisions, versions))
    return statuses


def _revisions(hooks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Tags and revisions, and the revision that each stands for."""
    found = {}
    for hook in hooks:
        labels = labels_of(hook)
        if REVISION in labels:
            found[labels.get(TAG) or labels[REVISION]] = labels[REVISION]
    return found


def _status(
    namespace: Mapping[str, Any],
    pods: Sequence[dict[str, Any]],
    revisions: Mapping[str, str],
    versions: Mapping[str, str],
) -> NamespaceStatus:
    labels = labels_of(namespace)
    label, asked = "", ""
    if INJECTION in labels:  # it wins over the revision's label
        label = f"{INJECTION}={labels[INJECTION]}"
        asked = DEFAULT_REVISION if labels[INJECTION] == "enabled" else ""
    elif REVISION in labels:
        label, asked = f"{REVISION}={labels[REVISION]}", labels[REVISION]
    revision = revisions.get(asked, "")
    running = [pod for pod in pods if (pod.get("status") or {}).get("phase") not in ("Succeeded", "Failed")]
    problems = [
        PodStatus(pod["metadata"]["name"], problem)
        for pod in running
        if (problem := _problem(pod, asked, revision, revisions, versions)) is not None
    ]
    injected = sum(proxy_of(pod["spec"]) is not None for pod in running)
    return NamespaceStatus(namespace["metadata"]["name"], label, revision, len(running), injected, tuple(problems))


def _problem(
    pod: Mapping[str, Any],
    asked: str,
    revision: str,
    revisions: Mapping[str, str],
    versions: Mapping[str, str],
) -> str | None:
    annotations = annotations_of(pod)
    choice = labels_of(pod).get(INJECT) or annotations.get(INJECT)
    asked = asked or (DEFAULT_REVISION if choice == "true" else "")
    wanted = bool(asked) and choice != "false" and not pod["spec"].get("hostNetwork")
    sidecar = proxy_of(pod["spec"])
    if sidecar is None:
        return "has no sidecar" if wanted else None
    if not wanted:
        return "has a sidecar that its namespace does not ask for" if STATUS in annotations else None
    revision = revision or revisions.get(asked, "")
    if not revision:
        return f"asks for {asked}, which no control plane answers to"
    own = injected_by(annotations)
    if own and revisions.get(own, own) != revision:
        return f"has a sidecar of revision {own}, not {revision}"
    version, wanted_version = image_tag(str(sidecar.get("image", ""))), versions.get(revision, "")
    if version and wanted_version and not version.startswith(wanted_version):
        return f"has a sidecar of version {version}, not {wanted_version}"
    return None
