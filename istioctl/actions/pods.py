"""Finding a pod by what people call it: its name, its workload, or a label selector."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, InputError

_WORKLOADS = {
    **dict.fromkeys(("deployment", "deployments", "deploy"), "/apis/apps/v1/namespaces/{}/deployments/{}"),
    **dict.fromkeys(("daemonset", "daemonsets", "ds"), "/apis/apps/v1/namespaces/{}/daemonsets/{}"),
    **dict.fromkeys(("statefulset", "statefulsets", "sts"), "/apis/apps/v1/namespaces/{}/statefulsets/{}"),
    **dict.fromkeys(("replicaset", "replicasets", "rs"), "/apis/apps/v1/namespaces/{}/replicasets/{}"),
    **dict.fromkeys(("job", "jobs"), "/apis/batch/v1/namespaces/{}/jobs/{}"),
    **dict.fromkeys(("service", "services", "svc"), "/api/v1/namespaces/{}/services/{}"),
}
_PODS = frozenset(("pod", "pods", "po"))


def split_reference(reference: str, namespace: str) -> tuple[str, str, str]:
    """The type (`pod` unless said), name and namespace of `[TYPE/]NAME[.NAMESPACE]`.

    A name that itself holds dots keeps them where the type is not a pod's short form with a namespace behind: the part
    after the last dot counts as the namespace, as the real tool reads it.

    Raises:
        InputError: the type is none that has pods.
    """
    kind, slash, rest = reference.partition("/")
    if not slash:
        kind, rest = "pod", reference
    if kind not in _WORKLOADS and kind not in _PODS:
        known = "pod, deployment, daemonset, statefulset, replicaset, job or service"
        raise InputError(f'"{kind}" has no pods', where=reference, hint=f"Use {known}.")
    name, dot, given = rest.rpartition(".")
    return (kind, name, given) if dot and name else (kind, rest, namespace)


def find_pod(session: Session, reference: str, namespace: str) -> dict[str, Any]:
    """The pod that `[TYPE/]NAME[.NAMESPACE]` means; of a workload, a running one.

    Raises:
        InputError: the type is none that has pods.
        ClusterError: there is no such object, or it has no pod.
    """
    kind, name, namespace = split_reference(reference, namespace)
    if kind in _PODS:
        return session.get(f"/api/v1/namespaces/{namespace}/pods/{name}")
    workload = session.get(_WORKLOADS[kind].format(namespace, name))
    selector = workload.get("spec", {}).get("selector") or {}
    labels: dict[str, str] = selector if kind.startswith(("service", "svc")) else selector.get("matchLabels") or {}
    return first_pod(session, ",".join(f"{key}={value}" for key, value in sorted(labels.items())), (namespace,))


def first_pod(session: Session, selector: str, namespaces: tuple[str, ...]) -> dict[str, Any]:
    """A pod that the selector matches, from the first of the namespaces that has one; running ones first.

    Raises:
        ClusterError: there is none.
    """
    for namespace in dict.fromkeys(namespaces):
        path = f"/api/v1/namespaces/{namespace}/pods"
        pods = session.get(path, {"labelSelector": selector}).get("items") or []
        living = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
        if living:
            return min(
                living, key=lambda pod: (pod.get("status", {}).get("phase") != "Running", pod["metadata"]["name"])
            )
    raise ClusterError(
        f"no pod matches {selector}",
        where=f"namespace {', '.join(dict.fromkeys(namespaces))}",
        hint=f"See which pods there are: kubectl get pods -A -l {quote(selector, safe='=,/.!')}",
        id="no-pod",
    )
