"""Pods and workloads as Hypothesis makes them: what injection looks at, in all its forms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hypothesis import strategies as st

_names = st.sampled_from(["app", "web", "istio-proxy", "db"])
_probes = st.sampled_from([
    {"httpGet": {"path": "/x", "port": "http"}, "periodSeconds": 5},
    {"tcpSocket": {"port": 80}},
    {"exec": {"command": ["true"]}},
    {"grpc": {"port": 9000}},
])  # fmt: skip
_containers = st.lists(
    st.fixed_dictionaries(
        {"name": _names, "image": st.sampled_from(["a:1", "auto"])},
        optional={
            "ports": st.just([{"containerPort": 80, "name": "http"}]),
            "readinessProbe": _probes,
            "livenessProbe": _probes,
            "env": st.just([{"name": "A", "value": "x\ny\n"}, {"name": "B", "value": ""}]),
            "resources": st.just({"limits": {"cpu": "1", "memory": "1Gi"}}),
            "securityContext": st.just({"runAsUser": 7}),
        },
    ),
    max_size=3,
    unique_by=lambda item: item["name"],
)
_PROXY_CONFIG = "proxy.istio.io/config"


def pods(labels: Iterable[str] = (), annotations: Iterable[str] = ()) -> st.SearchStrategy[dict[str, Any]]:
    """Pods: their metadata, if any, and their specification.

    Args:
        labels, annotations: more names that theirs may have.
    """
    given_labels = st.dictionaries(
        st.sampled_from(["app", "version", "x/y", *labels]), st.sampled_from(["a", "1", "true", "x y"]), max_size=3
    )
    given_annotations = st.dictionaries(
        st.sampled_from(["prometheus.io/port", "prometheus.io/scrape", _PROXY_CONFIG, "note", *annotations]),
        st.sampled_from(["true", "80"]),
        max_size=2,
    ).map(lambda found: found | ({_PROXY_CONFIG: "{concurrency: 1}"} if _PROXY_CONFIG in found else {}))
    metadata = st.fixed_dictionaries({}, optional={"labels": given_labels, "annotations": given_annotations})
    specification = st.fixed_dictionaries(
        {"containers": _containers},
        optional={
            "initContainers": st.just([{"name": "setup", "image": "s"}]),
            "volumes": st.just([{"name": "data", "emptyDir": {}}]),
            "hostNetwork": st.just(True),
        },
    )
    return st.fixed_dictionaries({"spec": specification}, optional={"metadata": metadata})


def workload(kind: str, pod: dict[str, Any]) -> dict[str, Any]:
    """An object of a kind with a pod in it."""
    head = {"apiVersion": "x/v1", "kind": kind}
    if kind == "Pod":
        return {**head, **pod, "metadata": {"name": "p", **pod.get("metadata", {})}}
    spec: dict[str, Any] = {"template": pod}
    if kind == "CronJob":
        spec = {"schedule": "* * * * *", "jobTemplate": {"spec": {"template": pod}}}
    return {**head, "metadata": {"name": "w", "namespace": "ns"}, "spec": spec}
