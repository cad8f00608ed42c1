"""`istioctl dashboard` in a process of its own, on a real API server."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from istioctl.cluster.session import Session
from tests.cluster.test_tunnels import run_pod, session, web_server
from tests.support.run import run_cli

if TYPE_CHECKING:
    from tests.support.cluster import ControlPlane

__all__ = ["session", "web_server"]  # fixtures
pytestmark = pytest.mark.cluster


@pytest.fixture
def mesh(control_plane: ControlPlane, session: Session, web_server: str) -> Iterator[str]:
    """A namespace with a pod that is Grafana, Kiali and istiod at once, as far as labels say; its name."""
    namespace = f"mesh-{time.monotonic_ns()}"
    labels = {"app": "istiod", "istio.io/rev": "default", "app.kubernetes.io/name": "grafana"}
    ports = dict.fromkeys(("3000", "20001", "9876", "15014"), web_server)
    session.send("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    control_plane.pods.write_text(json.dumps([{"selector": "app", "ports": ports}]))
    run_pod(session, namespace, "all-in-one", labels)
    run_pod(session, namespace, "kiali-1", {"app": "kiali"})
    yield namespace
    control_plane.pods.write_text("[]")
    session.send("DELETE", f"/api/v1/namespaces/{namespace}")


@contextmanager
def running(kubeconfig: Path, *argv: str) -> Iterator[subprocess.Popen[str]]:
    """`istioctl dashboard ARGV` until the block ends, then Ctrl-C; it has to end well."""
    command = [sys.executable, "-m", "istioctl", "dashboard", *argv, "--browser=false", "-c", str(kubeconfig)]
    environ = {**os.environ, "NO_COLOR": "1"}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ)
    with process:
        yield process
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().strip()


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


def test_an_addon_answers_under_the_printed_url_until_interrupted(kubeconfig: Path, mesh: str) -> None:
    with running(kubeconfig, "kiali", "-i", mesh) as process:
        url = line(process.stdout)
        assert url.startswith("http://localhost:")
        assert url.endswith("/kiali")
        assert fetch(url) == "you asked for /kiali"


def test_several_at_once_as_json(kubeconfig: Path, mesh: str) -> None:
    with running(kubeconfig, "open", "kiali", "grafana", "-i", mesh, "-o", "json") as process:
        text = ""
        while not text.endswith("]\n"):
            text += process.stdout.readline() if process.stdout else ""
        opened = json.loads(text)
        assert [each["dashboard"] for each in opened] == ["Kiali", "Grafana"]
        assert opened[1]["pod"] == "all-in-one"
        assert [fetch(each["url"]) for each in opened] == ["you asked for /kiali", "you asked for /"]


def test_istiod_pages_by_revision_and_by_name(kubeconfig: Path, mesh: str) -> None:
    with running(kubeconfig, "istiod-debug", "-i", mesh) as process:
        assert fetch(line(process.stdout)) == "you asked for /debug"
    with running(kubeconfig, "controlz", f"all-in-one.{mesh}") as process:
        assert fetch(line(process.stdout)) == "you asked for /"


def test_a_chosen_local_port_is_taken_or_refused(kubeconfig: Path, mesh: str) -> None:
    with running(kubeconfig, "kiali", "-i", mesh) as process:
        taken = line(process.stdout).split(":")[2].partition("/")[0]

        done = run_cli("dashboard", "kiali", "-i", mesh, "-c", str(kubeconfig), "--port", taken, "--browser=false")

        assert (done.status, done.stdout) == (65, "")
        assert f"can't listen on localhost, port {taken}" in done.stderr


def test_no_pod_is_one_error(kubeconfig: Path, mesh: str) -> None:
    done = run_cli("dashboard", "jaeger", "-i", mesh, "-c", str(kubeconfig))

    assert (done.status, done.stdout) == (1, "")
    assert "no pod matches app=jaeger" in done.stderr


def test_misuse() -> None:
    assert "Choose from" in run_cli("dashboard", "open", "kiosk").stderr
    assert run_cli("dashboard", "proxy").status == 64
    assert run_cli("dashboard", "controlz", "x", "-r", "y", "-c", os.devnull).status != 0
