"""Port-forwards through a real API server to a server of the test's own."""

from __future__ import annotations

import http.server
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.cluster.pod_http import ask_pod
from istioctl.cluster.session import Session, open_session
from istioctl.cluster.tunnels import PodPort, PortForward, Tunnel
from istioctl.errors import ClusterError, InputError

if TYPE_CHECKING:
    from tests.support.cluster import ControlPlane

pytestmark = pytest.mark.cluster


class Answering(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        body = f"you asked for {self.path}".encode() * (20_000 if self.path == "/long" else 1)
        if self.path == "/drop":
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web_server() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def session(kubeconfig: Path) -> Iterator[Session]:
    opened = open_session(ClientOptions(kubeconfig=str(kubeconfig), timeout=10))
    yield opened
    opened.close()


@pytest.fixture
def pods(control_plane: ControlPlane, session: Session, web_server: str) -> Iterator[str]:
    """A namespace whose pods labelled app=web answer on port 8080; its name."""
    namespace = f"forward-{time.monotonic_ns()}"
    session.send("POST", "/api/v1/namespaces", {"metadata": {"name": namespace}})
    control_plane.behave({"selector": "app=web", "ports": {"8080": web_server}})
    yield namespace
    control_plane.behave()
    session.send("DELETE", f"/api/v1/namespaces/{namespace}")


def run_pod(session: Session, namespace: str, name: str, labels: dict[str, str] | None = None) -> None:
    container = {"name": "web", "image": "registry.example.com/web:1", "ports": [{"containerPort": 8080}]}
    body = {"metadata": {"name": name, "labels": labels or {"app": "web"}}, "spec": {"containers": [container]}}
    session.send("POST", f"/api/v1/namespaces/{namespace}/pods", body)
    deadline = time.monotonic() + 30
    while session.get(f"/api/v1/namespaces/{namespace}/pods/{name}").get("status", {}).get("phase") != "Running":
        assert time.monotonic() < deadline, "the pod does not start"
        time.sleep(0.1)


def fetch(port: int, path: str = "/x") -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


def test_requests_reach_the_pod(session: Session, pods: str) -> None:
    run_pod(session, pods, "web-1")

    with PortForward(session, lambda: PodPort(pods, "web-1", 8080)) as forward:
        assert fetch(forward.port) == "you asked for /x"
        assert len(fetch(forward.port, "/long")) == 20_000 * len("you asked for /long")
        assert fetch(forward.port, "/again") == "you asked for /again"


def test_a_dropped_connection_does_not_end_the_forward(session: Session, pods: str) -> None:
    run_pod(session, pods, "web-1")

    with PortForward(session, lambda: PodPort(pods, "web-1", 8080)) as forward:
        with pytest.raises(OSError, match=r"."):
            fetch(forward.port, "/drop")
        assert fetch(forward.port) == "you asked for /x"


def test_the_next_connection_goes_to_the_pod_that_took_the_place(session: Session, pods: str) -> None:
    run_pod(session, pods, "web-1")

    def living() -> PodPort:
        items = session.get(f"/api/v1/namespaces/{pods}/pods")["items"]
        names = [item["metadata"]["name"] for item in items if not item["metadata"].get("deletionTimestamp")]
        if not names:
            raise ClusterError("no pod")
        return PodPort(pods, names[0], 8080)

    with PortForward(session, living) as forward:
        assert fetch(forward.port) == "you asked for /x"
        session.send("DELETE", f"/api/v1/namespaces/{pods}/pods/web-1", {"gracePeriodSeconds": 0})
        run_pod(session, pods, "web-2")
        assert fetch(forward.port) == "you asked for /x"


def test_a_pod_that_does_not_exist(session: Session, pods: str) -> None:
    with pytest.raises(ClusterError) as caught:
        Tunnel(session, PodPort(pods, "nobody", 8080))

    assert "nobody" in str(caught.value)


def test_a_port_that_nobody_listens_on_is_reported(session: Session, pods: str) -> None:
    run_pod(session, pods, "web-1")
    said: list[str] = []

    with PortForward(session, lambda: PodPort(pods, "web-1", 9), report=said.append) as forward:
        with pytest.raises(OSError, match=r"."):
            fetch(forward.port)
        deadline = time.monotonic() + 5
        while not said and time.monotonic() < deadline:
            time.sleep(0.05)

    assert said
    assert "web-1" in said[0]


def test_a_port_in_use_is_an_error(session: Session) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(InputError, match="can't listen on"):
        PortForward(session, lambda: PodPort("a", "b", 1), address="127.0.0.1", port=taken.getsockname()[1])


def test_one_request_to_a_pod(session: Session, pods: str) -> None:
    run_pod(session, pods, "web-1")

    assert ask_pod(session, pods, "web-1", 8080, "/version") == b"you asked for /version"
    with pytest.raises(ClusterError, match="web-1"):
        ask_pod(session, pods, "web-1", 9, "/version")
