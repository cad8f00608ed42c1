"""`istioctl experimental metrics`, with a Prometheus that is a stub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.run import Done, run_cli
from tests.support.stub_cluster import Answer, StubCluster

POD = {
    "apiVersion": "v1", "kind": "Pod", "spec": {"containers": [{"name": "p", "image": "p"}]},
    "metadata": {"name": "prom", "namespace": "istio-system", "labels": {"app.kubernetes.io/name": "prometheus"}},
    "status": {"phase": "Running"},
}  # fmt: skip


class Prometheus:
    """Answers queries; `values` by a part of the query, the first that fits."""

    def __init__(self) -> None:
        self.queries: list[str] = []
        self.values: dict[str, str] = {}

    def answer(self, path: str) -> Answer:
        query = parse_qs(urlsplit(path).query)["query"][0]
        self.queries.append(query)
        value = next((value for part, value in self.values.items() if part in query), None)
        result = [] if value is None else [{"metric": {}, "value": [1.5, value]}]
        return Answer(
            200, json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}}).encode()
        )


@pytest.fixture
def prometheus() -> Prometheus:
    return Prometheus()


@pytest.fixture
def stub(tmp_path: Path, prometheus: Prometheus) -> Iterator[StubCluster]:
    with StubCluster(tmp_path) as cluster:
        cluster.objects["/api/v1/namespaces/istio-system/pods/prom"] = json.loads(json.dumps(POD))
        cluster.pods = prometheus.answer
        yield cluster


def _metrics(stub: StubCluster, *argv: str) -> Done:
    return run_cli("x", "metrics", *argv, "--kubeconfig", str(stub.kubeconfig))


def test_table(stub: StubCluster, prometheus: Prometheus) -> None:
    prometheus.values = {
        "response_code": "0.25", "istio_requests_total": "2.5",
        "0.500000": "4.9", "0.900000": "1234", "0.990000": "NaN",
    }  # fmt: skip
    done = _metrics(stub, "web-v1.shop", "-d", "90s")
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].split() == ["web-v1.shop", "2.500", "0.250", "4ms", "1.234s", "0s"]
    assert len(prometheus.queries) == 5
    for query in prometheus.queries:
        assert 'destination_workload=~"web-v1.*", destination_workload_namespace=~"shop.*"' in query
        assert 'reporter="destination"' in query
        assert "[1m30s]" in query


def test_nothing_is_known(stub: StubCluster) -> None:
    rows = [line.split() for line in _metrics(stub, "a", "b").stdout.splitlines()]
    assert rows[1:] == [["a", "0.000", "0.000", "0s", "0s", "0s"], ["b", "0.000", "0.000", "0s", "0s", "0s"]]


def test_json(stub: StubCluster, prometheus: Prometheus) -> None:
    prometheus.values = {"0.990000": "+Inf", "histogram": "7.5", "": "1"}
    assert json.loads(_metrics(stub, "a", "-o", "json").stdout) == [
        {
            "workload": "a",
            "requestsPerSecond": 1.0,
            "errorsPerSecond": 1.0,
            "latencyMilliseconds": {"p50": 7.5, "p90": 7.5, "p99": None},
        }
    ]


def test_one_that_can_not_be_asked_hides_no_other(stub: StubCluster, prometheus: Prometheus) -> None:
    prometheus.values = {'"bad.*"': "many", "": "1"}
    done = _metrics(stub, "bad", "good")
    assert done.status == 1
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["WORKLOAD", "good"]
    assert "the answer holds no number" in done.stderr
    assert done.stderr.count("Error:") == 1


@pytest.mark.parametrize("body", [b"", b"[]", b'{"status": "success", "data": {}}', b"<html>login</html>"])
def test_another_program_at_the_port(stub: StubCluster, body: bytes) -> None:
    stub.pods = lambda path: Answer(200, body)
    done = _metrics(stub, "a")
    assert (done.status, done.stdout, done.stderr.count("Error:")) == (1, "", 1)


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (['a"}'], "can't name a workload"),
        (["a.b.c"], "'a.b.c' can't name a workload"),
        (["a", "-d", "soon"], "soon"),
        (["a", "-d", "0s"], "a time above zero is needed"),
        (["a", "-i", "elsewhere"], "no pod matches app.kubernetes.io/name=prometheus"),
    ],
)
def test_misuse(stub: StubCluster, argv: list[str], message: str) -> None:
    done = _metrics(stub, *argv)
    assert done.status != 0
    assert (done.stdout, done.stderr.count("Error:")) == ("", 1)
    assert message in done.stderr
