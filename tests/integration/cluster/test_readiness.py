from __future__ import annotations

from typing import Any

import pytest

from istioctl.cluster.readiness import has_readiness, pod_trouble, why_not_ready

READY = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "readyReplicas": 2, "observedGeneration": 3}
STUCK = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded", "message": "timed out"}
SPREAD = {"desiredNumberScheduled": 2, "updatedNumberScheduled": 2, "numberReady": 2, "observedGeneration": 3}


def obj(kind: str, spec: dict[str, Any], status: dict[str, Any]) -> dict[str, Any]:
    return {"kind": kind, "metadata": {"generation": 3}, "spec": spec, "status": status}


def established(value: str) -> dict[str, Any]:
    return {"conditions": [{"type": "Established", "status": value}]}


@pytest.mark.parametrize(
    ("kind", "spec", "status", "why"),
    [
        ("Deployment", {"replicas": 2}, READY, None),
        (
            "Deployment",
            {},
            {"observedGeneration": 3, "updatedReplicas": 1, "replicas": 1, "availableReplicas": 1},
            None,
        ),
        ("Deployment", {"replicas": 2}, READY | {"observedGeneration": 2}, "its latest change is not yet seen"),
        ("Deployment", {"replicas": 2}, READY | {"updatedReplicas": 1}, "1 of 2 replicas are created"),
        ("Deployment", {"replicas": 2}, READY | {"availableReplicas": 0}, "0 of 2 replicas are available"),
        ("Deployment", {"replicas": 2}, READY | {"replicas": 3}, "1 old replicas are still there"),
        ("Deployment", {"replicas": 2}, READY | {"availableReplicas": 1, "conditions": [STUCK]}, "timed out"),
        ("Deployment", {"replicas": 0}, {"observedGeneration": 3}, None),
        ("DaemonSet", {}, SPREAD, None),
        ("DaemonSet", {}, SPREAD | {"desiredNumberScheduled": 0}, "no node takes its pods"),
        ("DaemonSet", {}, SPREAD | {"updatedNumberScheduled": 1}, "1 of 2 nodes have its current pod"),
        ("DaemonSet", {}, SPREAD | {"numberReady": 0}, "0 of 2 pods are ready"),
        ("StatefulSet", {"replicas": 2}, READY, None),
        ("StatefulSet", {"replicas": 2}, READY | {"readyReplicas": 1}, "1 of 2 replicas are ready"),
        (
            "StatefulSet",
            {"replicas": 2, "updateStrategy": {"rollingUpdate": {"partition": 1}}},
            READY | {"updatedReplicas": 1},
            None,
        ),
        ("StatefulSet", {"replicas": 2}, READY | {"updatedReplicas": 1}, "1 of 2 replicas are updated"),
        ("Job", {}, {"conditions": [{"type": "Complete", "status": "True"}]}, None),
        ("Job", {}, {"conditions": [{"type": "Failed", "status": "True", "message": "boom"}]}, "it failed: boom"),
        ("Job", {}, {}, "it is still running"),
        ("CustomResourceDefinition", {}, established("True"), None),
        ("CustomResourceDefinition", {}, established("False"), "not yet established"),
        ("Namespace", {}, {"phase": "Terminating"}, "it is Terminating"),
        ("PersistentVolumeClaim", {}, {"phase": "Bound"}, None),
        ("PersistentVolumeClaim", {}, {"phase": "Pending"}, "Pending"),
        ("Pod", {}, {"conditions": [{"type": "Ready", "status": "False", "message": "wait"}]}, "wait"),
        ("ConfigMap", {}, {}, None),
    ],
)
def test_rules(kind: str, spec: dict[str, Any], status: dict[str, Any], why: str | None) -> None:
    found = why_not_ready(obj(kind, spec, status))
    if why is None:
        assert found is None
    else:
        assert found is not None
        assert why in found


def test_kinds_that_take_time() -> None:
    assert has_readiness("Deployment")
    assert not has_readiness("Service")


def container(**state: Any) -> dict[str, Any]:
    return {"status": {"containerStatuses": [{"name": "app", "state": state}]}}


@pytest.mark.parametrize(
    ("pod", "trouble"),
    [
        (container(waiting={"reason": "ImagePullBackOff", "message": "no such image"}),
         "container app: ImagePullBackOff: no such image"),
        (container(waiting={"reason": "ContainerCreating"}), "phase unknown"),
        (container(terminated={"exitCode": 3}), "container app: ended with code 3"),
        ({"status": {"conditions": [{"type": "PodScheduled", "status": "False", "message": "no room"}]}},
         "not scheduled: no room"),
        ({"status": {"conditions": [{"type": "Ready", "status": "True"}]}}, None),
        ({"status": {"phase": "Pending"}}, "phase Pending"),
    ],
)  # fmt: skip
def test_what_keeps_a_pod(pod: dict[str, Any], trouble: str | None) -> None:
    assert pod_trouble(pod) == trouble
