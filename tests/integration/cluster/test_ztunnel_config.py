"""`ztunnel-config` over real port-forwards, to ztunnels that answer as the test says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import yaml

from istioctl.cluster.session import MERGE
from tests.support.cluster import Cluster, ControlPlane, wait_for
from tests.support.faulty_proxy import FaultyProxy
from tests.support.pod_server import pod_server
from tests.support.run import run_cli

pytestmark = pytest.mark.cluster

Seen = list[tuple[str, str, bytes]]


def _dump(name: str) -> bytes:
    """A dump that tells which ztunnel it is of; each knows the workload `web` and one of its own."""
    connection = {"src": "10.9.9.9:1", "actualDst": "10.0.0.1:80", "protocol": "HBONE"}
    states = {
        each: {"info": {"name": each, "namespace": "shop"}, "connections": {"inbound": [connection]}}
        for each in ("web", f"only-{name}")
    }
    workloads = [{"name": each, "namespace": "shop", "workloadIps": ["10.0.0.1"]} for each in states]
    certificate = {"identity": f"spiffe://{name}", "state": "Initializing"}
    return json.dumps({"workloads": workloads, "workloadState": states, "certificates": [certificate]}).encode()


def _pods(cluster: Cluster, namespace: str) -> list[dict[str, Any]]:
    return cluster.session.get(f"/api/v1/namespaces/{namespace}/pods")["items"]


def _is_ready(pod: dict[str, Any]) -> bool:
    conditions = pod.get("status", {}).get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


class Ambient:
    """A cluster with two ztunnels, `a` and `b`, and a pod `web.shop` on the node of the second."""

    def __init__(self, cluster: Cluster, plane: ControlPlane) -> None:
        self.cluster, self.plane = cluster, plane
        self.seen: Seen = []
        self.names: dict[str, str] = {}
        self.addresses: dict[str, str] = {}

    def answer(self, **addresses: str) -> None:
        self.plane.behave(
            *({"selector": f"which={which}", "ports": {"15000": address}} for which, address in addresses.items())
        )


@pytest.fixture
def ambient(both_nodes: Ambient) -> Ambient:
    """It, with ztunnels that answer as they should."""
    both_nodes.answer(**both_nodes.addresses)
    both_nodes.seen.clear()
    return both_nodes


@pytest.fixture(scope="module")
def both_nodes(cluster: Cluster, control_plane: ControlPlane) -> Iterator[Ambient]:
    cluster.clear(namespaces=True)
    for namespace in ("istio-system", "shop"):
        cluster.namespace(namespace)
    container = {"name": "istio-proxy", "image": "none", "args": ["proxy", "ztunnel"]}
    template = {"metadata": {"labels": {"app": "ztunnel"}}, "spec": {"containers": [container]}}
    cluster.create({
        "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "ztunnel", "namespace": "istio-system"},
        "spec": {"selector": {"matchLabels": {"app": "ztunnel"}}, "template": template},
    })  # fmt: skip
    made = Ambient(cluster, control_plane)
    wait_for(lambda: len([pod for pod in _pods(cluster, "istio-system") if _is_ready(pod)]) == 2)
    pods = sorted(_pods(cluster, "istio-system"), key=lambda pod: str(pod["metadata"]["name"]))
    for which, pod in zip("ab", pods, strict=True):
        name = made.names[which] = pod["metadata"]["name"]
        patch = {"metadata": {"labels": {"which": which}}}
        cluster.session.send("PATCH", f"/api/v1/namespaces/istio-system/pods/{name}", patch, None, MERGE)
    spec = {"nodeName": pods[1]["spec"]["nodeName"], "containers": [{"name": "main", "image": "none"}]}
    cluster.create({
        "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "namespace": "shop"}, "spec": spec
    })  # fmt: skip
    with ExitStack() as servers:
        for which in "ab":
            level = f"current log level is {which}=info\n".encode()
            answers = {
                "/config_dump": _dump(which),
                "POST /logging?level=": level,
                "POST /logging?level=info&reset": level,
                "POST /logging?level=access:warn,debug": level,
            }
            made.addresses[which] = servers.enter_context(pod_server(answers, made.seen))
        yield made
    cluster.clear(namespaces=True)


def _rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_one_is_asked_where_all_know_the_same(ambient: Ambient) -> None:
    done = ambient.cluster.run("zc", "workload")
    assert (done.status, done.stderr) == (0, "")
    assert _rows(done.stdout)[0][:3] == ["NAMESPACE", "POD", "NAME"]
    assert [row[1] for row in _rows(done.stdout)[1:]] == ["only-a", "web"]


def test_all_are_asked_for_what_each_has_of_its_own(ambient: Ambient) -> None:
    done = ambient.cluster.run("zc", "certificate")
    assert (done.status, done.stderr) == (0, "")
    a, b = (f"{ambient.names[which]}.istio-system" for which in "ab")
    assert [row[:2] for row in _rows(done.stdout)] == [
        ["ZTUNNEL", "CERTIFICATE"], [a, "spiffe://a"], [b, "spiffe://b"],
    ]  # fmt: skip
    found = yaml.safe_load(ambient.cluster.run("zc", "cert", "-o", "yaml").stdout)
    assert {key: entry[0]["identity"] for key, entry in found.items()} == {
        f"istio-system/{ambient.names[which]}": f"spiffe://{which}" for which in "ab"
    }


def test_by_name_node_and_workload(ambient: Ambient) -> None:
    run = ambient.cluster.run
    node = ambient.cluster.get("v1", "Pod", ambient.names["b"])["spec"]["nodeName"]
    for flags in ([ambient.names["b"]], ["--node", node], [f"pod/{ambient.names['b']}.istio-system"]):
        found = json.loads(run("zc", "cert", *flags, "-o", "json").stdout)
        assert [each["identity"] for each in found] == ["spiffe://b"]
    done = run("zc", "workload", "web.shop", "-o", "json")
    assert [each["name"] for each in json.loads(done.stdout)] == ["web"], done.stderr
    assert len(_rows(run("zc", "connections", "web", "-n", "shop").stdout)) == 2
    both = json.loads(run("zc", "connections", "web.shop", ambient.names["b"], "-o", "json").stdout)
    assert [len(states) for states in both.values()] == [1, 2]


def test_every_one_with_all(ambient: Ambient) -> None:
    done = ambient.cluster.run("zc", "all", "--all")
    ztunnels = {row[0] for row in _rows(done.stdout) if row and row[0].startswith("ztunnel-")}
    assert ztunnels == {f"{name}.istio-system" for name in ambient.names.values()}
    assert set(json.loads(ambient.cluster.run("zc", "all", "--all", "-o", "json").stdout)) == {
        f"istio-system/{name}" for name in ambient.names.values()
    }


def test_what_they_log(ambient: Ambient) -> None:
    run = ambient.cluster.run
    shown = run("zc", "log")
    assert shown.status == 0, shown.stderr
    assert f"{ambient.names['a']}.istio-system:\ncurrent log level is a=info\n" in shown.stdout
    assert json.loads(run("zc", "log", ambient.names["b"], "-o", "json").stdout) == {
        f"istio-system/{ambient.names['b']}": ["current log level is b=info"]
    }
    ambient.seen.clear()
    assert run("zc", "log", "--level", "access:warning,debug").status == 0
    assert run("zc", "log", ambient.names["a"], "--reset").status == 0
    assert [(method, path) for method, path, _ in ambient.seen] == [
        ("POST", "/logging?level=access:warn,debug"), ("POST", "/logging?level=access:warn,debug"),
        ("POST", "/logging?level=info&reset"),
    ]  # fmt: skip
    refused = run("zc", "log", "web.shop")
    assert (refused.status, refused.stdout) == (65, "")
    assert "web.shop: this is not a ztunnel" in refused.stderr


def test_one_that_does_not_answer_hides_no_other(ambient: Ambient) -> None:
    with pod_server({"/config_dump": _dump("b")}) as address:
        ambient.answer(a="127.0.0.1:1", b=address)
        for flags in ([], ["-o", "json"]):
            done = ambient.cluster.run("zc", "cert", *flags)
            assert done.status == 1
            assert "spiffe://b" in done.stdout
            assert done.stderr.count("Error:") == 1
            assert ambient.names["a"] in done.stderr
    ambient.answer(a="127.0.0.1:1", b="127.0.0.1:1")
    done = ambient.cluster.run("zc", "cert", "-o", "json")
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.count("Error:") == 2


def test_a_name_that_is_wrong_hides_no_other(ambient: Ambient) -> None:
    done = ambient.cluster.run("zc", "cert", "missing.shop", ambient.names["b"], "box/a", "-o", "json")
    assert done.status != 0
    assert list(json.loads(done.stdout)) == [f"istio-system/{ambient.names['b']}"]
    assert done.stderr.count("Error:") == 2


def test_an_answer_that_is_not_a_dump(ambient: Ambient) -> None:
    with pod_server({"/config_dump": b"try later"}) as address:
        ambient.answer(a=address, b=address)
        done = ambient.cluster.run("zc", "workload", ambient.names["a"])
    assert done.stdout == ""
    assert f"what {ambient.names['a']}.istio-system answers:1:1: this is not JSON" in done.stderr


def test_what_is_not_there(ambient: Ambient) -> None:
    run = ambient.cluster.run
    for argv, message in (
        (("zc", "w", "missing.shop"), 'pods "missing" not found'),
        (("zc", "w", "--node", "nowhere"), "node nowhere: no ztunnel runs there"),
        (("zc", "w", "-n", "shop"), 'daemonsets.apps "ztunnel" not found'),
        (("zc", "w", "box/web"), '"box" has no pods'),
    ):
        done = run(*argv)
        assert done.status != 0
        assert (done.stdout, done.stderr.count("Error:")) == ("", 1)
        assert message in done.stderr


def test_rights(ambient: Ambient) -> None:
    done = ambient.cluster.run("zc", "cert", "--context", "nobody")
    assert (done.status, done.stdout, done.stderr.count("Error:")) == (1, "", 1)
    assert 'cannot list resource "pods"' in done.stderr


def test_port_forwards_that_are_refused(ambient: Ambient, tmp_path: Any) -> None:
    with FaultyProxy(
        ambient.cluster.kubeconfig, tmp_path, lambda _, path: 503 if "portforward" in path else None
    ) as proxy:
        done = run_cli("zc", "workload", "--kubeconfig", str(proxy.kubeconfig))
    assert (done.status, done.stdout, done.stderr.count("Error:")) == (1, "", 1)
