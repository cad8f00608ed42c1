"""Finding pods by what people call them: their name, their workload, or a label selector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from istioctl.api.labels import annotations_of
from istioctl.api.names import GATEWAY_NAME
from istioctl.cluster.clients import takes_client
from istioctl.cluster.queries import list_objects
from istioctl.cluster.readiness import is_ready
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, InputError

#: Where each type of workload lives; `{}` are namespace and name.
_WORKLOADS = {
    "deployment": "/apis/apps/v1/namespaces/{}/deployments/{}",
    "daemonset": "/apis/apps/v1/namespaces/{}/daemonsets/{}",
    "statefulset": "/apis/apps/v1/namespaces/{}/statefulsets/{}",
    "replicaset": "/apis/apps/v1/namespaces/{}/replicasets/{}",
    "replicationcontroller": "/api/v1/namespaces/{}/replicationcontrollers/{}",
    "job": "/apis/batch/v1/namespaces/{}/jobs/{}",
    "service": "/api/v1/namespaces/{}/services/{}",
    "gateway": "/apis/gateway.networking.k8s.io/v1/namespaces/{}/gateways/{}",
}
_SHORT = {
    "po": "pod", "deploy": "deployment", "ds": "daemonset", "sts": "statefulset", "rs": "replicaset",
    "rc": "replicationcontroller", "svc": "service", "gtw": "gateway",
}  # fmt: skip


def split_reference(reference: str, namespace: str) -> tuple[str, str, str]:
    """The type (`pod` unless said, in its long singular form), name and namespace of `[TYPE/]NAME[.NAMESPACE]`.

    A name that itself holds dots keeps them where the type is not a pod's short form with a namespace behind: the part
    after the last dot counts as the namespace, as the real tool reads it. A type may carry its group, as in
    `deployments.apps/web`.

    Raises:
        InputError: the type is none that has pods.
    """
    kind, slash, rest = reference.partition("/")
    if not slash:
        kind, rest = "pod", reference
    word = kind.lower().partition(".")[0]
    kind = _SHORT.get(word, word.removesuffix("s"))
    if kind != "pod" and kind not in _WORKLOADS:
        known = f"pod, {', '.join(list(_WORKLOADS)[:-1])} or {list(_WORKLOADS)[-1]}"
        raise InputError(f'"{word}" has no pods', where=reference, hint=f"Use {known}.")
    name, dot, given = rest.rpartition(".")
    return (kind, name, given) if dot and name else (kind, rest, namespace)


@takes_client
def find_pod(session: Session, reference: str, namespace: str) -> dict[str, Any]:
    """The pod that `[TYPE/]NAME[.NAMESPACE]` means; of a workload, a running one.

    Raises:
        InputError: the type is none that has pods.
        ClusterError: there is no such object, or it has no pod.
    """
    kind, name, namespace = split_reference(reference, namespace)
    if kind == "pod":
        return session.get(f"/api/v1/namespaces/{namespace}/pods/{name}")
    return first_pod(session, workload_selector(session, kind, name, namespace), (namespace,))


def workload_selector(session: Session, kind: str, name: str, namespace: str) -> str:
    """The label selector, as text, of the pods that belong to a workload.

    Args:
        kind: a type other than `pod`, as `split_reference` gives it.

    Raises:
        InputError: the workload selects no pods.
        ClusterError: there is no such object, or the server refuses.
    """
    workload = session.get(_WORKLOADS[kind].format(namespace, name))
    spec = workload.get("spec") or {}
    if kind == "gateway":
        _refuse_unmanaged(spec, f"{kind}/{name}.{namespace}")
        return f"{GATEWAY_NAME}={name}"
    selector = spec.get("selector") or {}
    plain = kind in ("service", "replicationcontroller")
    text = selector_text({"matchLabels": selector} if plain else selector)
    if not text:
        raise InputError("it selects no pods", where=f"{kind}/{name}.{namespace}", hint="Name a pod, or a workload.")
    return text


def selector_text(selector: Mapping[str, Any]) -> str:
    """A LabelSelector (`matchLabels`, `matchExpressions`) as the API's text, such as `app=web,tier in (a,b)`."""
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for expression in selector.get("matchExpressions") or []:
        key, values = expression.get("key"), ",".join(expression.get("values") or [])
        match expression.get("operator"):
            case "In":
                parts.append(f"{key} in ({values})")
            case "NotIn":
                parts.append(f"{key} notin ({values})")
            case "Exists":
                parts.append(f"{key}")
            case "DoesNotExist":
                parts.append(f"!{key}")
    return ",".join(parts)


def first_pod(session: Session, selector: str, namespaces: tuple[str, ...]) -> dict[str, Any]:
    """A pod that the selector matches, from the first of the namespaces that has one; running ones first.

    Raises:
        ClusterError: there is none.
    """
    for namespace in dict.fromkeys(namespaces):
        pods = list_objects(session, "v1", "Pod", namespace=namespace, labels=selector)
        living = [pod for pod in pods if not pod["metadata"].get("deletionTimestamp")]
        if living:
            return best_pod(living)
    raise no_pod(selector, tuple(dict.fromkeys(namespaces)))


def no_pod(selector: str, namespaces: tuple[str, ...]) -> ClusterError:
    """The error for a selector that matches nothing; `namespaces` is empty where all were looked at."""
    return ClusterError(
        f"no pod matches {selector}",
        where=f"namespace {', '.join(namespaces)}" if namespaces else "all namespaces",
        hint=f"See which pods there are: kubectl get pods -A -l {quote(selector, safe='=,/.!')}",
        id="no-pod",
    )


def best_pod(pods: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The most useful of some pods, at least one: one that runs and is ready, if there is any."""
    return min(pods, key=_by_use)


def scraped_port(pod: dict[str, Any], default: int) -> int:
    """The port at which a pod's annotation says that Prometheus finds its metrics.

    Of an istiod it serves the debug pages as well (upstream `pkg/kube`, FindIstiodMonitoringPort).
    """
    text = annotations_of(pod).get("prometheus.io/port", "")
    return int(text) if text.isdecimal() else default


def _by_use(pod: dict[str, Any]) -> tuple[bool, bool, str]:
    """Sorts pods: running before others, ready before others, then by name."""
    status = pod.get("status") or {}
    return status.get("phase") != "Running", not is_ready(pod), pod["metadata"]["name"]


def _refuse_unmanaged(spec: Mapping[str, Any], where: str) -> None:
    """A Gateway that is bound to an existing Service has no pods of its own (upstream `gatewaycommon.IsManaged`)."""
    addresses = spec.get("addresses") or []
    if len(addresses) > 1 or (addresses and addresses[0].get("type", "IPAddress") != "IPAddress"):
        raise InputError(
            "Istio does not manage this gateway's pods", where=where, hint="Name the deployment that serves it."
        )
