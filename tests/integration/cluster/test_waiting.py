"""Applying, waiting and removing on a real API server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from istioctl.api.identity import ObjectKey
from istioctl.cluster.apply import Desired, apply, delete, ensure_namespace
from istioctl.cluster.errors import ApiError
from istioctl.cluster.queries import list_objects, read_all
from istioctl.cluster.wait import wait_until_gone, wait_until_ready
from istioctl.errors import ClusterError
from tests.support.cluster import Cluster, wait_for

pytestmark = pytest.mark.cluster

NAMESPACE = "trial"


@pytest.fixture(scope="module")
def trial(cluster: Cluster) -> Iterator[Cluster]:
    """A namespace to try things in."""
    assert ensure_namespace(cluster.session, NAMESPACE, {"for": "tests"}, "tests")
    yield cluster
    cluster.session.send("DELETE", f"/api/v1/namespaces/{NAMESPACE}")
    wait_for(lambda: NAMESPACE not in cluster.names("Namespace"), 60)


def config_map(name: str, **data: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def desired(obj: dict[str, Any]) -> Desired:
    return Desired(ObjectKey.of(obj), json.dumps(obj).encode())


def test_namespace_is_made_once(trial: Cluster) -> None:
    assert not ensure_namespace(trial.session, NAMESPACE, {}, "tests")
    assert trial.get("v1", "Namespace", NAMESPACE, "")["metadata"]["labels"]["for"] == "tests"


def test_apply_owns_its_fields_only(trial: Cluster) -> None:
    first = apply(trial.session, desired(config_map("shared", a="1", b="1")))
    other = apply(trial.session, desired(config_map("shared", c="1")), "somebody-else")
    assert other["data"] == {"a": "1", "b": "1", "c": "1"}
    second = apply(trial.session, desired(config_map("shared", a="2")))
    assert second["data"] == {"a": "2", "c": "1"}
    again = apply(trial.session, desired(config_map("shared", a="2")))
    assert again["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"]
    assert first["metadata"]["uid"] == again["metadata"]["uid"]


def test_kinds_that_nobody_knows_by_heart(trial: Cluster) -> None:
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "l", "namespace": NAMESPACE}}
    apply(trial.session, desired(lease))
    found = list_objects(trial.session, "coordination.k8s.io/v1", "Lease", namespace=NAMESPACE)
    assert [item["metadata"]["name"] for item in found] == ["l"]
    unknown = {"apiVersion": "example.com/v1", "kind": "Thing", "metadata": {"name": "a"}}
    with pytest.raises(ApiError, match="no kind 'Thing' in example"):
        apply(trial.session, desired(unknown))
    assert list_objects(trial.session, "example.com/v1", "Thing") == []


def test_reading_what_is_and_what_is_not(trial: Cluster) -> None:
    keys = [ObjectKey("v1", "ConfigMap", NAMESPACE, name) for name in ("kube-root-ca.crt", "none")]
    keys.append(ObjectKey("example.com/v1", "Thing", NAMESPACE, "none"))
    wait_for(lambda: "kube-root-ca.crt" in trial.names("ConfigMap", namespace=NAMESPACE))
    found, *missing = read_all(trial.session, keys)
    assert found is not None
    assert missing == [None, None]


def held(name: str) -> dict[str, Any]:
    obj = config_map(name)
    obj["metadata"]["finalizers"] = ["example.com/wait"]
    return obj


def release(cluster: Cluster, name: str) -> None:
    patch = {"metadata": {"finalizers": None}}
    path = f"/api/v1/namespaces/{NAMESPACE}/configmaps/{name}"
    cluster.session.send("PATCH", path, patch, None, "application/merge-patch+json")


def test_removal_is_waited_for(trial: Cluster) -> None:
    obj = held("slow")
    apply(trial.session, desired(obj))
    key = ObjectKey.of(obj)
    assert delete(trial.session, key)
    with pytest.raises(ClusterError, match=r"not gone after 1s; it is held by example\.com/wait"):
        wait_until_gone(trial.session, [key], 1)
    threading.Timer(0.5, release, (trial, "slow")).start()
    wait_until_gone(trial.session, [key], 20)
    assert not delete(trial.session, key)


def test_what_is_being_removed_is_made_anew(trial: Cluster) -> None:
    obj = held("again")
    first = apply(trial.session, desired(obj))
    delete(trial.session, ObjectKey.of(obj))
    threading.Timer(0.5, release, (trial, "again")).start()
    second = apply(trial.session, desired(config_map("again", a="1")))
    assert second["metadata"]["uid"] != first["metadata"]["uid"]
    assert trial.get("v1", "ConfigMap", "again", NAMESPACE)["data"] == {"a": "1"}


def test_object_that_comes_later_is_waited_for(trial: Cluster) -> None:
    pod = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "app", "image": "app:1"}]}}
    spec = {"selector": {"matchLabels": {"a": "b"}}, "template": pod}
    metadata = {"name": "late", "namespace": NAMESPACE}
    obj = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec}
    told: list[Mapping[str, str]] = []

    def hear(why: Mapping[str, str]) -> None:
        if not told:
            trial.create(obj)
        told.append(why)

    wait_until_ready(trial.session, [ObjectKey.of(obj)], 30, hear)
    assert trial.get("apps/v1", "Deployment", "late", NAMESPACE)["status"]["readyReplicas"] == 1
    assert told[0] == {"Deployment/trial/late": "it does not exist"}
    assert told[-1] == {}


def test_object_that_never_comes(trial: Cluster) -> None:
    with pytest.raises(ClusterError, match="not ready after 1s: it does not exist"):
        wait_until_ready(trial.session, [ObjectKey("apps/v1", "Deployment", NAMESPACE, "never")], 1)
