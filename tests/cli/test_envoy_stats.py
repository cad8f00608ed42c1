"""`istioctl experimental envoy-stats`, with Envoys that are stubs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.run import Done, run_cli
from tests.support.stub_cluster import Answer, Asked, StubCluster

PAGES = {
    "/stats": b"server.live: 1\n",
    "/stats?format=json": b'{"stats": [{"name": "server.live", "value": 1}]}',
    "/clusters": b"a::observability_name::a\n",
    "/clusters?format=json": b'{"cluster_statuses": []}',
    "/stats/prometheus": b"# TYPE live gauge\nlive 1\n",
    "/own/metrics": b"own 2",
}


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[StubCluster]:
    with StubCluster(tmp_path) as cluster:
        cluster.pods = lambda path: Answer(200, PAGES[path])
        yield cluster


def _pod(stub: StubCluster, name: str = "web-1") -> dict[str, Any]:
    return stub.objects[f"/api/v1/namespaces/shop/pods/{name}"]


def _second_pod(stub: StubCluster) -> None:
    pod = json.loads(json.dumps(_pod(stub)))
    pod["metadata"]["name"] = "web-2"
    stub.objects["/api/v1/namespaces/shop/pods/web-2"] = pod


def _stats(stub: StubCluster, *argv: str) -> Done:
    return run_cli("x", "envoy-stats", *argv, "--kubeconfig", str(stub.kubeconfig))


@pytest.mark.parametrize(
    ("argv", "text"),
    [
        ([], "\nThe result of pod web-1:\n\nserver.live: 1\n"),
        (["--type", "cluster"], "\nThe result of pod web-1:\n\na::observability_name::a\n"),
        (["-o", "prom"], "# The result of pod web-1:\n\n# TYPE live gauge\nlive 1\n"),
        (["-o", "prom-merged"], "# The result of pod web-1:\n\n# TYPE live gauge\nlive 1\n"),
    ],
)
def test_texts(stub: StubCluster, argv: list[str], text: str) -> None:
    done = _stats(stub, "web-1.shop", *argv)
    assert (done.status, done.stdout, done.stderr) == (0, text, "")


def test_merged_metrics_come_from_where_annotations_lead(stub: StubCluster) -> None:
    ports: list[str] = []

    def bend(asked: Asked, answer: Answer) -> Answer:
        ports.extend([asked.server] if asked.server != "api" else [])
        return answer

    stub.bend = bend
    assert _stats(stub, "web-1.shop", "-o", "prom-merged").status == 0
    _pod(stub)["metadata"]["annotations"] = {"prometheus.io/path": "own/metrics", "prometheus.io/port": "9999"}
    assert _stats(stub, "web-1.shop", "-o", "prom-merged").stdout.endswith("own 2\n")
    assert ports == ["15020", "9999"]


def test_documents(stub: StubCluster) -> None:
    one = json.loads(_stats(stub, "web-1.shop", "-o", "json").stdout)
    assert one == {"stats": [{"name": "server.live", "value": 1}]}
    _second_pod(stub)
    several = yaml.safe_load(_stats(stub, "-l", "app=web", "-n", "shop", "-t", "clusters", "-o", "yaml").stdout)
    assert several == {key: {"cluster_statuses": []} for key in ("shop/web-1", "shop/web-2")}


def test_one_that_does_not_answer_hides_no_other(stub: StubCluster) -> None:
    _second_pod(stub)
    stub.bend = lambda asked, answer: replace(answer, status=503) if "web-1/portforward" in asked.path else answer
    for form, shown in (("short", "The result of pod web-2.shop:"), ("json", '"shop/web-2"')):
        done = _stats(stub, "--all", "-n", "shop", "-o", form)
        assert done.status == 1
        assert shown in done.stdout
        assert "web-1" not in done.stdout
        assert done.stderr.count("Error:") == 1


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "no proxy is named"),
        (["web-1", "-l", "app=web"], "exclude each other"),
        (["web-1", "-t", "clusters", "-o", "prom"], "clusters can't be printed as prom"),
        (["web-1", "-o", "wide"], "wide"),
        (["-l", "app=none", "-n", "shop"], "no pod matches app=none"),
        (["box/a"], '"box" has no pods'),
    ],
)
def test_misuse(stub: StubCluster, argv: list[str], message: str) -> None:
    done = _stats(stub, *argv)
    assert done.status != 0
    assert (done.stdout, done.stderr.count("Error:")) == ("", 1)
    assert message in done.stderr
