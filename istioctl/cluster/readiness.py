"""When an object counts as ready, and if not, why. Pure rules over objects as the server shows them.

The rules for rollouts are those of `kubectl rollout status` (`pkg/polymorphichelpers/rollout_status.go` of kubectl):
they hold only for the generation that was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Status = dict[str, Any]


def why_not_ready(obj: dict[str, Any]) -> str | None:
    """None where the object is ready; else what is missing, such as `1 of 2 replicas are available`.

    A kind without a rule of its own is ready once it exists.
    """
    rule = _RULES.get(obj.get("kind", ""))
    if rule is None:
        return None
    status: Status = obj.get("status") or {}
    return rule(obj.get("spec") or {}, status, int((obj.get("metadata") or {}).get("generation") or 0))


def has_readiness(kind: str) -> bool:
    """Whether objects of the kind take time to get ready."""
    return kind in _RULES


def condition(status: Status, kind: str) -> dict[str, Any]:
    """The condition of a type, or an empty one."""
    return next((entry for entry in status.get("conditions") or [] if entry.get("type") == kind), {})


def is_ready(obj: Status) -> bool:
    """Whether a pod or a node says that it is ready."""
    return condition(obj.get("status") or {}, "Ready").get("status") == "True"


def _deployment(spec: Status, status: Status, generation: int) -> str | None:
    if int(status.get("observedGeneration") or 0) < generation:
        return "its latest change is not yet seen by the controller"
    wanted = int(spec.get("replicas", 1))
    progressing = condition(status, "Progressing")
    stuck = f" ({progressing.get('message')})" if progressing.get("reason") == "ProgressDeadlineExceeded" else ""
    updated, total = int(status.get("updatedReplicas") or 0), int(status.get("replicas") or 0)
    available = int(status.get("availableReplicas") or 0)
    if updated < wanted:
        failure = condition(status, "ReplicaFailure")
        reason = f": {failure['message']}" if failure.get("status") == "True" and failure.get("message") else ""
        return f"{updated} of {wanted} replicas are created{reason}{stuck}"
    if available < wanted:
        return f"{available} of {wanted} replicas are available{stuck}"
    if total > updated:
        return f"{total - updated} old replicas are still there{stuck}"
    return None


def _daemon_set(spec: Status, status: Status, generation: int) -> str | None:
    if int(status.get("observedGeneration") or 0) < generation:
        return "its latest change is not yet seen by the controller"
    wanted = int(status.get("desiredNumberScheduled") or 0)
    if not wanted:
        return "no node takes its pods"
    updated, ready = int(status.get("updatedNumberScheduled") or 0), int(status.get("numberReady") or 0)
    if updated < wanted:
        return f"{updated} of {wanted} nodes have its current pod"
    return f"{ready} of {wanted} pods are ready" if ready < wanted else None


def _stateful_set(spec: Status, status: Status, generation: int) -> str | None:
    if int(status.get("observedGeneration") or 0) < generation:
        return "its latest change is not yet seen by the controller"
    wanted = int(spec.get("replicas", 1))
    partition = int(((spec.get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition") or 0)
    updated, ready = int(status.get("updatedReplicas") or 0), int(status.get("readyReplicas") or 0)
    on_delete = (spec.get("updateStrategy") or {}).get("type") == "OnDelete"
    if not on_delete and updated < wanted - partition:
        return f"{updated} of {wanted - partition} replicas are updated"
    return f"{ready} of {wanted} replicas are ready" if ready < wanted else None


def _job(spec: Status, status: Status, generation: int) -> str | None:
    failed = condition(status, "Failed")
    if failed.get("status") == "True":
        return f"it failed: {failed.get('message') or failed.get('reason')}"
    return None if condition(status, "Complete").get("status") == "True" else "it is still running"


def _definition(spec: Status, status: Status, generation: int) -> str | None:
    accepted = condition(status, "NamesAccepted")
    if accepted.get("status") == "False":
        return f"its names are taken: {accepted.get('message')}"
    return None if condition(status, "Established").get("status") == "True" else "it is not yet established"


def _namespace(spec: Status, status: Status, generation: int) -> str | None:
    phase = status.get("phase")
    return None if phase == "Active" else f"it is {phase or 'not yet active'}"


def _pod(spec: Status, status: Status, generation: int) -> str | None:
    ready = condition(status, "Ready")
    return None if ready.get("status") == "True" else str(ready.get("message") or "it is not ready")


def _claim(spec: Status, status: Status, generation: int) -> str | None:
    phase = status.get("phase")
    return None if phase == "Bound" else f"the volume claim is {phase or 'pending'}"


_RULES: dict[str, Callable[[Status, Status, int], str | None]] = {
    "CustomResourceDefinition": _definition,
    "DaemonSet": _daemon_set,
    "Deployment": _deployment,
    "Job": _job,
    "Namespace": _namespace,
    "PersistentVolumeClaim": _claim,
    "Pod": _pod,
    "StatefulSet": _stateful_set,
}


def pod_trouble(pod: dict[str, Any]) -> str | None:
    """What keeps a pod from being ready, such as `container istio-proxy: ImagePullBackOff: no such image`."""
    status: Status = pod.get("status") or {}
    for entry in [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]:
        state = entry.get("state") or {}
        waiting, ended = state.get("waiting"), state.get("terminated")
        if waiting and waiting.get("reason") not in (None, "PodInitializing", "ContainerCreating"):
            words = [f"container {entry.get('name')}", waiting.get("reason"), waiting.get("message")]
            return ": ".join(str(word) for word in words if word)
        if ended and ended.get("exitCode"):
            return f"container {entry.get('name')}: ended with code {ended['exitCode']}"
    scheduled = condition(status, "PodScheduled")
    if scheduled.get("status") == "False":
        return f"not scheduled: {scheduled.get('message') or scheduled.get('reason')}"
    ready = condition(status, "Ready")
    if ready.get("status") == "True":
        return None
    return str(ready.get("message") or ready.get("reason") or f"phase {status.get('phase', 'unknown')}")
