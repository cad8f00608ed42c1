"""`istioctl admin log`, with istiods that are stubs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.run import Done, run_cli
from tests.support.stub_cluster import Answer, Asked, StubCluster

SCOPES = [
    {"name": "xds", "description": "what is sent", "output_level": "debug", "stack_trace_level": "none"},
    {"name": "ads", "description": "discovery", "output_level": "info", "stack_trace_level": "error"},
    {"name": "two words"},
]  # fmt: skip


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[StubCluster]:
    with StubCluster(tmp_path) as cluster:
        cluster.pods = lambda path: Answer(200, json.dumps(SCOPES).encode()) if path == "/scopej/" else Answer(202)
        yield cluster


def _log(stub: StubCluster, *argv: str) -> Done:
    return run_cli("admin", "log", *argv, "--kubeconfig", str(stub.kubeconfig))


def _puts(stub: StubCluster) -> list[str]:
    """From now on, the paths of PUT requests."""
    paths: list[str] = []

    def watch(asked: Asked, answer: Answer) -> Answer:
        if asked.method == "PUT":
            paths.append(asked.path)
        return answer

    stub.bend = watch
    return paths


def _second_istiod(stub: StubCluster) -> None:
    path = "/api/v1/namespaces/istio-system/pods/istiod-"
    pod = json.loads(json.dumps(stub.objects[f"{path}1"]))
    pod["metadata"]["name"] = "istiod-2"
    stub.objects[f"{path}2"] = pod


def test_table_by_name(stub: StubCluster) -> None:
    done = _log(stub)
    assert (done.status, done.stderr) == (0, "")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["ACTIVE", "SCOPE", "DESCRIPTION", "LOG", "LEVEL", "STACK", "TRACE", "LEVEL"],
        ["ads", "discovery", "info", "error"], ["two", "words"], ["xds", "what", "is", "sent", "debug", "none"],
    ]  # fmt: skip


def test_json(stub: StubCluster) -> None:
    found = json.loads(_log(stub, "-o", "json").stdout)
    assert found[0] == {
        "scope_name": "ads", "log_level": "info", "stack_trace_level": "error", "description": "discovery",
    }  # fmt: skip


def test_all_istiods_are_shown_and_changed(stub: StubCluster) -> None:
    _second_istiod(stub)
    rows = [line.split()[:2] for line in _log(stub).stdout.splitlines()[1:]]
    assert rows[0] == ["istiod-1.istio-system", "ads"]
    assert rows[3] == ["istiod-2.istio-system", "ads"]
    assert {each["istiod"] for each in json.loads(_log(stub, "-o", "json").stdout)} == {
        "istio-system/istiod-1", "istio-system/istiod-2",
    }  # fmt: skip
    puts = _puts(stub)
    assert _log(stub, "istiod-2", "--level", "ads:debug").stderr == "istiod-2.istio-system: 1 scopes changed\n"
    assert puts == ["/scopej/ads"]
    assert _log(stub, "--level", "ads:debug,xds:info", "--stack-trace-level", "ads:warn").status == 0
    assert sorted(puts[1:]) == ["/scopej/ads", "/scopej/ads", "/scopej/xds", "/scopej/xds"]


@pytest.mark.parametrize(
    ("flag", "paths"),
    [
        ("--reset", ["/scopej/ads", "/scopej/two%20words", "/scopej/xds"]),
        ("--log-reset", ["/scopej/two%20words", "/scopej/xds"]),
        ("--stack-trace-reset", ["/scopej/ads", "/scopej/two%20words"]),
    ],
)
def test_reset_changes_what_is_not_at_its_default(stub: StubCluster, flag: str, paths: list[str]) -> None:
    puts = _puts(stub)
    assert _log(stub, flag).stderr == f"istiod-1.istio-system: {len(paths)} scopes changed\n"
    assert sorted(puts) == paths


def test_one_that_does_not_answer_hides_no_other(stub: StubCluster) -> None:
    _second_istiod(stub)

    def bend(asked: Asked, answer: Answer) -> Answer:
        return replace(answer, status=503) if "pods/istiod-1/" in asked.path else answer

    stub.bend = bend
    done = _log(stub)
    assert done.status == 1
    assert {line.split()[0] for line in done.stdout.splitlines()[1:]} == {"istiod-2.istio-system"}
    assert done.stderr.count("Error:") == 1


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--level", "ads"], "--level: 'ads' is not a scope with a level"),
        (["--level", "ads:debugging"], "'ads:debugging' is not a scope with a level"),
        (["--stack-trace-level", "a:loud"], "--stack-trace-level: 'a:loud'"),
        (["--level", "ads:info", "--log-reset"], "--level cannot be combined with --reset, --log-reset"),
        (["--stack-trace-level", "ads:info", "--reset"], "--stack-trace-level cannot be combined with --reset"),
        (["--ctrlz_port", "0"], "port number 0 must be in the range 1..65535"),
        (["-r", "Bad_Name"], "invalid revision specified: Bad_Name"),
        (["-r", "gone"], "no pod matches app=istiod,istio.io/rev=gone"),
        (["istiod-9"], "it does not exist"),
    ],
)
def test_misuse(stub: StubCluster, argv: list[str], message: str) -> None:
    done = _log(stub, *argv)
    assert done.status != 0
    assert (done.stdout, done.stderr.count("Error:")) == ("", 1)
    assert message in done.stderr


def test_the_selector_may_stand_before_the_name(stub: StubCluster) -> None:
    done = run_cli("admin", "--selector", "app=other", "log", "--kubeconfig", str(stub.kubeconfig))
    assert "no pod matches app=other,istio.io/rev=default" in done.stderr


def test_another_program_at_the_port(stub: StubCluster) -> None:
    stub.pods = lambda path: Answer(200, b'[{"name": 3}]')
    done = _log(stub)
    assert done.stdout == ""
    assert "[0].name is a number, not a text" in done.stderr
