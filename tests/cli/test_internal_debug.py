"""`istioctl experimental internal-debug`, with istiods that are stubs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from istioctl.actions.observe.debug_pages import page_of
from tests.support.run import Done, run_cli
from tests.support.stub_cluster import Answer, Asked, StubCluster

PAGES = {
    "/debug/list": b'["mesh", "edsz"]',
    "/debug/mesh": b'{"a": "\xc3\xa9"}',
    "/debug/plain": b"some text",
}


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[StubCluster]:
    def answer(path: str) -> Answer:
        if path == "/debug/edsz":
            return Answer(400, b"You must provide a proxyID in the query string")
        return Answer(200, PAGES[path]) if path in PAGES else Answer(404, b"404 page not found\n")

    with StubCluster(tmp_path) as cluster:
        cluster.pods = answer
        yield cluster


def _debug(stub: StubCluster, *argv: str) -> Done:
    return run_cli("x", "internal-debug", *argv, "--kubeconfig", str(stub.kubeconfig))


def test_pages(stub: StubCluster) -> None:
    assert _debug(stub, "mesh").stdout == '{\n  "a": "é"\n}\n'
    assert _debug(stub, "/debug/mesh").stdout == _debug(stub, "mesh").stdout
    assert _debug(stub, "plain").stdout == "some text\n"
    assert yaml.safe_load(_debug(stub, "mesh", "-o", "yaml").stdout) == {"a": "é"}
    assert json.loads(_debug(stub, "--list").stdout) == ["mesh", "edsz"]


def test_all_istiods(stub: StubCluster) -> None:
    path = "/api/v1/namespaces/istio-system/pods/istiod-"
    pod = json.loads(json.dumps(stub.objects[f"{path}1"]))
    pod["metadata"]["name"] = "istiod-2"
    stub.objects[f"{path}2"] = pod
    assert json.loads(_debug(stub, "mesh", "--all").stdout) == {"istiod-1": {"a": "é"}, "istiod-2": {"a": "é"}}

    def bend(asked: Asked, answer: Answer) -> Answer:
        return replace(answer, status=503) if "pods/istiod-1/" in asked.path else answer

    stub.bend = bend
    done = _debug(stub, "plain", "--all")
    assert (done.status, json.loads(done.stdout)) == (1, {"istiod-2": "some text"})
    assert done.stderr.count("Error:") == 1
    assert _debug(stub, "plain").status == 0


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ([], "debug type is required"),
        (["mesh", "a", "b"], "name one page and one proxy at most"),
        (["nope"], "nope: istiod has no such page\nHint: There are: mesh, edsz."),
        (["edsz"], "edsz: this page needs a proxy\nHint: Name it behind the page, as in: edsz POD.NAMESPACE"),
        (["mesh", "--xds-label", "app=none"], 'no istiod with the labels "app=none" is ready'),
        (["mesh", "-r", "none"], 'no istiod of revision "none" is ready'),
        (["mesh", "--timeout", "soon"], "soon"),
    ],
)
def test_misuse(stub: StubCluster, argv: list[str], message: str) -> None:
    done = _debug(stub, *argv)
    assert done.status != 0
    assert (done.stdout, done.stderr.count("Error:")) == ("", 1)
    assert message in done.stderr


def test_pages_that_are_off(stub: StubCluster) -> None:
    stub.pods = lambda path: Answer(404, b"404 page not found\n")
    done = _debug(stub, "mesh")  # the stub does not answer over XDS either
    assert done.status != 0
    assert (done.stdout, done.stderr.count("Error:")) == ("", 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [("404 page not found", "istiod has no such page"), ("You must provide a proxyID", "this page needs a proxy")],
)
def test_errors_that_come_as_texts(stub: StubCluster, text: str, message: str) -> None:
    stub.pods = lambda path: Answer(200, text.encode())
    done = _debug(stub, "mesh")
    assert (done.status, done.stdout) == (65, "")
    assert message in done.stderr


@pytest.mark.parametrize(
    ("words", "page"),
    [
        (["syncz"], "syncz"),
        (["edsz", "web.shop"], "edsz?proxyID=web.shop"),
        (["cachez?sizes=true", "a b"], "cachez?sizes=true&proxyID=a%20b"),
        (["config_dump", "web.shop"], "config_dump?proxyID=web.shop&types=CDS,LDS,RDS,EDS,ECDS"),
        (["config_dump?proxyID=a.b&types=SDS"], "config_dump?proxyID=a.b&types=SDS"),
    ],
)
def test_secrets_are_left_out_unless_asked_for(words: list[str], page: str) -> None:
    assert page_of(words) == page
