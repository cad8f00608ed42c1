"""`proxy-status` over real port-forwards, to istiods that answer as the test says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from istioctl.proxies.xds_types import CLUSTER, ROUTE
from tests.support.cluster import Cluster, ControlPlane, wait_for
from tests.support.pod_server import pod_server

pytestmark = pytest.mark.cluster

_ADMIN = "type.googleapis.com/envoy.admin.v3"
_SENT = {"sent": "a", "acked": "a", "sentTime": "2026-11-26T23:04:56Z"}


def _pod(name: str, **labels: str) -> dict[str, Any]:
    container = {"name": "main", "image": "none"}
    metadata = {"name": name, "namespace": "istio-system", "labels": labels}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": [container]}}


def _syncz(*names: str) -> bytes:
    entries = [{"cluster_id": "Kubernetes", "proxy": name, "resources": {CLUSTER: _SENT}} for name in names]
    return json.dumps(entries).encode()


@pytest.fixture
def replicas(empty: Cluster, control_plane: ControlPlane) -> Iterator[Cluster]:
    """Two istiods and a proxy, `web`, that is connected to the second."""
    if "istio-system" not in empty.names("Namespace"):
        empty.namespace("istio-system")
    for name, rest in (("istiod-a", {"app": "istiod", "istio.io/rev": "default"}), ("istiod-b", {"app": "istiod"})):
        empty.create(_pod(name, which=name, **rest))
    empty.create(_pod("web", which="web"))
    page = "/debug/config_dump?proxyID=web.istio-system&types=CDS,LDS,RDS"
    cluster = {"name": "c", "connectTimeout": "10s"}
    known = {"configs": [{"@type": CLUSTER, **cluster}, {"@type": ROUTE, "name": "80"}]}
    own = {"name": "c", "connect_timeout": "10s"}
    dump = [
        {"@type": f"{_ADMIN}.ClustersConfigDump", "dynamic_active_clusters": [{"cluster": own}]},
        {"@type": f"{_ADMIN}.ListenersConfigDump"},
        {"@type": f"{_ADMIN}.RoutesConfigDump", "dynamic_route_configs": [{"route_config": {"name": "81"}}]},
    ]  # fmt: skip
    with ExitStack() as servers:
        a = servers.enter_context(pod_server({"/debug/syncz": _syncz("b.shop")}))
        b = servers.enter_context(pod_server({"/debug/syncz": _syncz("a.x"), page: json.dumps(known).encode()}))
        web = servers.enter_context(pod_server({"/config_dump": json.dumps({"configs": dump}).encode()}))
        control_plane.behave(
            {"selector": "which=istiod-a", "ports": {"15014": a}},
            {"selector": "which=istiod-b", "ports": {"15014": b}},
            {"selector": "which=web", "ports": {"15000": web}},
        )
        wait_for(lambda: all(_is_ready(empty, name) for name in ("istiod-a", "istiod-b", "web")))
        yield empty
    for name in ("istiod-a", "istiod-b", "web"):
        empty.session.send("DELETE", f"/api/v1/namespaces/istio-system/pods/{name}", query={"gracePeriodSeconds": "0"})


def _is_ready(cluster: Cluster, name: str) -> bool:
    pod = cluster.get("v1", "Pod", name)
    return any(
        each["type"] == "Ready" and each["status"] == "True" for each in pod.get("status", {}).get("conditions", [])
    )


def test_all_replicas_are_asked(replicas: Cluster) -> None:
    done = replicas.run("proxy-status")
    assert (done.status, done.stderr) == (0, "")
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    assert [(row[0], row[2]) for row in rows] == [("a.x", "istiod-b"), ("b.shop", "istiod-a")]


def test_one_revision(replicas: Cluster) -> None:
    done = replicas.run("ps", "--revision", "default", "-o", "json")
    assert [each["istiod"] for each in json.loads(done.stdout)["resources"]] == ["istiod-a"]
    assert "no istiod of revision" in replicas.run("ps", "--revision", "none").stderr


def test_an_istiod_that_restarts_hides_no_other(replicas: Cluster, control_plane: ControlPlane) -> None:
    with pod_server({"/debug/syncz": _syncz("a.x")}) as address:
        control_plane.behave(
            {"selector": "which=istiod-a", "ports": {"15014": "127.0.0.1:1"}},
            {"selector": "which=istiod-b", "ports": {"15014": address}},
        )
        done = replicas.run("ps")
    assert done.status == 1
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["NAME", "a.x"]
    assert done.stderr.count("Warning: the proxies of one istiod are missing") == 1


def test_debug_pages_that_are_off(replicas: Cluster, control_plane: ControlPlane) -> None:
    with pod_server({}) as address:
        control_plane.behave({"selector": "app=istiod", "ports": {"15014": address}})
        done = replicas.run("ps")
    assert done.status == 1
    assert done.stdout == ""


def test_difference_of_one_proxy(replicas: Cluster) -> None:
    done = replicas.run("ps", "web.istio-system")
    assert done.status == 1, done.stderr
    assert done.stdout.splitlines() == [
        "Clusters Match", "Listeners Match", "Routes Don't Match", "only Istiod has 80", "only Envoy has 81",
    ]  # fmt: skip


def test_a_proxy_that_no_istiod_knows(replicas: Cluster, control_plane: ControlPlane) -> None:
    with pod_server({"/config_dump": b'{"configs": []}'}) as web, pod_server({}) as silent:
        control_plane.behave(
            {"selector": "which=web", "ports": {"15000": web}}, {"selector": "app=istiod", "ports": {"15014": silent}}
        )
        done = replicas.run("ps", "web.istio-system")
    assert done.status == 1
    assert done.stdout == ""


def test_rights(replicas: Cluster) -> None:
    done = replicas.run("ps", "--context", "nobody")
    assert done.status == 1
    assert done.stdout == ""
    assert "cannot list resource" in done.stderr
