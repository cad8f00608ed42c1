"""Names from the cluster are offered at once or not at all, and are there the next time."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from istioctl.cli.line.live_names import REFRESH
from tests.support.cluster import wait_for
from tests.support.stub_cluster import Answer, Asked, StubCluster

_CANARY = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations/istio-sidecar-injector-canary"


class Completing:
    """A cluster, and the program that completes lines about it in processes of its own."""

    def __init__(self, cluster: StubCluster, folder: Path) -> None:
        self.cluster = cluster
        self.environ = {**os.environ, "KUBECONFIG": str(cluster.kubeconfig), "XDG_CACHE_HOME": str(folder / "cache")}

    def run(self, question: str, *words: str) -> list[str]:
        command = [sys.executable, "-m", "istioctl", question, *words]
        done = subprocess.run(command, capture_output=True, text=True, check=True, env=self.environ)
        assert done.stderr == ""
        return done.stdout.splitlines()

    def known(self, *words: str) -> list[str]:
        """What is offered once the cluster has been asked."""
        self.run(REFRESH, *words)
        return self.run("__complete", *words)


@pytest.fixture
def completing(tmp_path: Path) -> Iterator[Completing]:
    with StubCluster(tmp_path) as cluster:
        path, canary = _CANARY, cluster.objects[_CANARY]
        metadata = {**canary["metadata"], "name": "tag", "labels": {"istio.io/rev": "canary", "istio.io/tag": "prod"}}
        cluster.objects[f"{path}-tag"] = {**canary, "metadata": metadata}
        yield Completing(cluster, tmp_path)


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("injection", "enable", "sh"), ["shop"]),
        (("proxy-config", "cluster", "-n", "shop", ""), ["deploy/web", "web-1"]),
        (("proxy-status", "-n", "shop", "deploy/"), ["deploy/web"]),
        (("describe", "service", "-n", "shop", ""), ["web"]),
        (("tag", "remove", ""), ["prod"]),
        (("uninstall", "--revision="), [f"--revision={name}" for name in ("canary", "default", "prod")]),
        (("revision", "describe", "c"), ["canary"]),
    ],
)
def test_names(completing: Completing, words: tuple[str, ...], offered: list[str]) -> None:
    assert completing.known(*words) == offered


@pytest.fixture
def slow(completing: Completing) -> Iterator[threading.Event]:
    """The server answers from the moment on at which the event is set."""
    answering = threading.Event()

    def held(_: Asked, answer: Answer) -> Answer:
        answering.wait()
        return answer

    completing.cluster.bend = held
    yield answering
    answering.set()


def test_a_slow_server_is_not_waited_for_but_asked_on(completing: Completing, slow: threading.Event) -> None:
    assert completing.run("__complete", "injection", "enable", "sh") == []
    slow.set()
    # It was asked once by that completion; from now on it is not asked again, unless nothing is known of it.
    wait_for(lambda: completing.run("__complete", "injection", "enable", "sh") == ["shop"], 60)


def test_what_was_told_is_offered_while_the_server_is_slow(
    completing: Completing, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    assert completing.known("injection", "enable", "sh") == ["shop"]
    for entry in (tmp_path / "cache" / "istioctl" / "entries").iterdir():
        _make_older(entry)
    request.getfixturevalue("slow")

    assert completing.run("__complete", "injection", "enable", "sh") == ["shop"]


def test_a_server_that_is_away_is_no_error(completing: Completing) -> None:
    completing.environ["KUBECONFIG"] = str(completing.cluster.kubeconfig.parent / "nowhere")

    assert completing.known("injection", "enable", "") == []
    assert completing.known("version", "--kubeconfig", "nowhere", "-n", "") == []


def test_each_cluster_has_its_own_names(completing: Completing, tmp_path: Path) -> None:
    assert completing.known("injection", "enable", "sh") == ["shop"]
    other = tmp_path / "other"
    other.write_text(
        completing.cluster.kubeconfig.read_text().replace(completing.cluster.address, "http://127.0.0.1:1")
    )

    assert completing.known("injection", "enable", "--kubeconfig", str(other), "sh") == []


def _make_older(entry: Path) -> None:
    """By more than the time for which nobody asks again."""
    told, names = marshal.loads(entry.read_bytes())  # noqa: S302 - it is our own
    entry.write_bytes(marshal.dumps((told - 60, names)))
