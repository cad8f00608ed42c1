"""check-inject: why a pod is, or will be, injected or not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from istioctl.actions.pods import find_pod
from istioctl.api.labels import labels_of
from istioctl.api.names import IGNORED_NAMESPACES
from istioctl.api.pods import proxy_of
from istioctl.api.webhooks import INJECTOR
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Client, open_session
from istioctl.errors import InputError
from istioctl.injection import workloads
from istioctl.injection.webhooks import Verdict, verdicts

if TYPE_CHECKING:
    from istioctl.cluster.session import Session


class CheckOptions(NamedTuple):
    """What to check.

    Args:
        client: the cluster.
        namespace: of the pod, or of the labels; empty means `default`, and all of them where nothing is named.
        reference: `[TYPE/]NAME[.NAMESPACE]`; empty means the labels, or else every pod.
        labels: `key=value` pairs by comma, of a pod that may not be there yet.
    """

    client: Client
    namespace: str = ""
    reference: str = ""
    labels: str = ""


class PodCheck(NamedTuple):
    """What was found out about one pod of the cluster.

    Attributes:
        workload: what made the pod, as `Kind/name`.
        has_proxy: whether it runs a sidecar now.
        verdict: of the webhook that would inject it, else of the first one; None where there is none.
    """

    namespace: str
    name: str
    workload: str
    has_proxy: bool
    verdict: Verdict | None

    @property
    def reason(self) -> str:
        """Why it is, or would be, injected or not."""
        if self.namespace in IGNORED_NAMESPACES:
            return f"the namespace {self.namespace} belongs to Kubernetes"
        return self.verdict.reason if self.verdict else "no injection webhook is installed"

    @property
    def will_be_injected(self) -> bool:
        """Whether it would get a sidecar if it were made now."""
        return self.verdict is not None and self.verdict.injects and self.namespace not in IGNORED_NAMESPACES


def check_one(options: CheckOptions) -> list[Verdict]:
    """What each injection webhook does with one pod, or with labels.

    Raises:
        InputError: the labels or the reference are malformed.
        ClusterError: the cluster can't be reached, or there is no such pod.
    """
    session = open_session(options.client)
    namespace = options.namespace or session.namespace
    if options.reference:
        pod = find_pod(session, options.reference, namespace)
        namespace, labels = pod["metadata"]["namespace"], labels_of(pod)
    else:
        labels = _parsed(options.labels)
    found = session.get(f"/api/v1/namespaces/{namespace}")
    return verdicts(_webhooks(session), labels, labels_of(found))


def check_all(options: CheckOptions) -> list[PodCheck]:
    """What happens to every pod of the cluster, or of one namespace.

    Raises:
        ClusterError: the cluster can't be reached.
    """
    session = open_session(options.client)
    namespaces = {
        item["metadata"]["name"]: labels_of(item)
        for item in list_objects(session, "v1", "Namespace", metadata_only=True)
    }
    webhooks = _webhooks(session)
    checks = []
    for pod in list_objects(session, "v1", "Pod", namespace=options.namespace):
        metadata = pod["metadata"]
        found = verdicts(webhooks, labels_of(pod), namespaces.get(metadata["namespace"], {}))
        owner = workloads.owner_of_pod(pod)
        has_proxy = proxy_of(pod.get("spec") or {}) is not None
        verdict = next((verdict for verdict in found if verdict.injects), found[0] if found else None)
        name = f"{owner.kind}/{owner.name}"
        checks.append(PodCheck(metadata["namespace"], metadata["name"], name, has_proxy, verdict))
    return sorted(checks)


def _webhooks(session: Session) -> list[dict[str, Any]]:
    return list_objects(session, *INJECTOR)


def _parsed(text: str) -> dict[str, str]:
    labels = {}
    for pair in text.split(","):
        key, equals, value = pair.strip().partition("=")
        if not key or not equals:
            raise InputError(f"'{pair.strip()}' is not a label", where="--labels", hint="Write key=value, by comma.")
        labels[key] = value
    return labels
