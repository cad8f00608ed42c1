"""`istioctl dashboard` in a process of its own, on a real API server."""

from __future__ import annotations

import http.server
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import pytest

from istioctl.cluster.session import Session
from tests.integration.cluster.test_tunnels import run_pod, session, web_server
from tests.support.cluster import wait_for
from tests.support.run import run_cli, with_hangups

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
    control_plane.behave({"selector": "app", "ports": ports})
    run_pod(session, namespace, "all-in-one", labels)
    run_pod(session, namespace, "kiali-1", {"app": "kiali"})
    yield namespace
    control_plane.behave()
    session.send("DELETE", f"/api/v1/namespaces/{namespace}")


@contextmanager
def running(
    kubeconfig: Path, *argv: str, end: signal.Signals = signal.SIGINT, status: int = 0
) -> Iterator[subprocess.Popen[str]]:
    """`istioctl dashboard ARGV` until the block ends, then Ctrl-C or another signal; it has to end with a status."""
    command = [sys.executable, "-m", "istioctl", "dashboard", *argv, "--browser=false", "-c", str(kubeconfig)]
    environ = {**os.environ, "NO_COLOR": "1"}
    with with_hangups():
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environ)
    with process:
        try:
            yield process
            process.send_signal(end)
            assert process.wait(timeout=60) == status
        finally:
            process.kill()  # or the block would wait for one that does not end
        assert process.stderr is not None
        assert "Traceback" not in process.stderr.read()


def line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline().strip()


def fetch(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return str(answer.read().decode())


@pytest.mark.parametrize(("end", "status"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_other_signals_end_it_by_their_status(kubeconfig: Path, mesh: str, end: signal.Signals, status: int) -> None:
    with running(kubeconfig, "kiali", "-i", mesh, end=end, status=status) as process:
        assert line(process.stdout)


def test_an_addon_answers_under_the_printed_url_until_interrupted(kubeconfig: Path, mesh: str) -> None:
    with running(kubeconfig, "kiali", "-i", mesh) as process:
        url = line(process.stdout)
        assert url.startswith("http://localhost:")
        assert url.endswith("/kiali")
        assert fetch(url) == "you asked for /kiali"


def test_it_goes_on_after_a_dropped_connection(kubeconfig: Path, mesh: str) -> None:
    with running(kubeconfig, "grafana", "-i", mesh) as process:
        url = line(process.stdout)
        for _ in range(3):
            with pytest.raises(OSError, match=r"."):
                fetch(f"{url}/drop")
            assert fetch(f"{url}/again") == "you asked for /again"


def test_it_goes_on_when_the_api_server_is_back(control_plane: ControlPlane, kubeconfig: Path, mesh: str) -> None:
    with running(kubeconfig, "kiali", "-i", mesh) as process:
        url = line(process.stdout)
        assert fetch(url) == "you asked for /kiali"
        control_plane.kill_apiserver()
        try:
            with pytest.raises(OSError, match=r"."):
                fetch(url)
        finally:
            control_plane.restart_apiserver()

        def answers() -> bool:
            try:
                return fetch(url) == "you asked for /kiali"
            except (OSError, urllib.error.URLError):
                return False

        wait_for(answers)
        assert process.poll() is None


class Page(http.server.BaseHTTPRequestHandler):
    """A page whose text its script writes."""

    def do_GET(self) -> None:
        script = b"document.body.textContent = 'the script ran: ' + 6 * 7"
        is_script = self.path == "/kiali/script.js"
        self.send_response(200)
        self.send_header("Content-Type", "text/javascript" if is_script else "text/html")
        self.end_headers()
        self.wfile.write(script if is_script else b"<html><body><script src='/kiali/script.js'></script></body></html>")

    def log_message(self, *_: object) -> None:
        pass


def test_a_browser_shows_the_page(control_plane: ControlPlane, kubeconfig: Path, mesh: str, tmp_path: Path) -> None:
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if browser is None:
        pytest.skip("there is no Chromium on PATH; Debian's package `chromium` has it")
    flags = [
        *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        f"--user-data-dir={tmp_path}",
    ]
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        control_plane.behave({"selector": "app=kiali", "ports": {"20001": f"127.0.0.1:{server.server_port}"}})
        with running(kubeconfig, "kiali", "-i", mesh) as process:
            command = [browser, *flags, "--dump-dom", line(process.stdout)]
            shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        server.shutdown()
    assert "<body>the script ran: 42</body>" in shown.stdout, shown.stderr


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
