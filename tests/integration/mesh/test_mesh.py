"""The mesh itself: what our installation made is what the real istiod and the real Envoys work with."""

from __future__ import annotations

import json
import re

import pytest

from istioctl.cluster.exec import run_in_pod
from istioctl.errors import ClusterError
from tests.support.cluster import wait_for
from tests.support.mesh import NAMESPACE, Mesh, proxy_id

pytestmark = pytest.mark.mesh


def test_every_proxy_is_synced(mesh: Mesh) -> None:
    mesh.settle()
    for pod in mesh.proxies():
        assert b"LIVE" in mesh.ask_envoy(pod, "ready")


STARTING_UP = re.compile(
    "registered multiple times"  # two packages of istiod ask for one variable
    "|not ready"  # until it is
    "|slow startup task"  # on a busy machine
    "|apply your changes to the latest version"  # two writers met at one object; it tries again
)
LOG_LINE = re.compile(r"\S+Z\t(\w+)\t.*")
"""The time, the level, and what istiod says.

The level is what makes it a complaint, not a word: its TLS server says "handshake error" as `info` where the API server
calls the webhook in the moment before it knows the certificate.
"""


def test_istiod_has_no_complaint(mesh: Mesh) -> None:
    lines = [found for line in mesh.first_log.splitlines() if (found := LOG_LINE.fullmatch(line))]
    assert any(line[1] == "info" for line in lines)
    complaints = [line[0] for line in lines if line[1] in {"warn", "error", "fatal"}]
    assert [line for line in complaints if not STARTING_UP.search(line)] == []


def test_pods_were_injected_by_the_webhook(mesh: Mesh) -> None:
    namespace, name = mesh.pod("web").split("/")
    pod = mesh.get("v1", "Pod", name, namespace)
    status = json.loads(pod["metadata"]["annotations"]["sidecar.istio.io/status"])
    names = [container["name"] for container in [*pod["spec"]["initContainers"], *pod["spec"]["containers"]]]
    assert set(status["initContainers"]) | set(status["containers"] or []) <= set(names)
    assert {"istio-init", "istio-proxy", "echo"} == set(names)


def test_exec_asks_the_programs(mesh: Mesh) -> None:
    pod = mesh.pod("web")
    answer = execute(mesh, pod, "istio-proxy", "pilot-agent request GET server_info")
    assert json.loads(answer)["state"] == "LIVE"
    assert execute(mesh, pod, "istio-proxy", "pilot-agent request --debug-port 15020 GET healthz/ready") == b"\n"
    answer = execute(mesh, mesh.istiod(), "discovery", "pilot-discovery request GET /debug/syncz")
    assert {entry["proxy"] for entry in json.loads(answer)} >= {proxy_id(pod)}
    with pytest.raises(ClusterError, match=r"127"):
        execute(mesh, pod, "istio-proxy", "sh -c true")
    mesh.kubelet.rules({"pod": pod, "exec": [{"command": "hostname", "stdout": "web\n"}, {"command": "no", "exit": 3}]})
    try:
        assert execute(mesh, pod, "echo", "hostname") == b"web\n"
        with pytest.raises(ClusterError, match="3"):
            execute(mesh, pod, "echo", "no")
    finally:
        mesh.kubelet.rules()


def execute(mesh: Mesh, pod: str, container: str, command: str) -> bytes:
    return run_in_pod(mesh.session, *pod.split("/"), container, command.split(), largest=1 << 20)


def test_stale(mesh: Mesh) -> None:
    pod = mesh.pod("web")
    with mesh.stale(pod):
        mesh.deploy("later")
        wait_for(lambda: not mesh.in_sync(pod))
    wait_for(lambda: mesh.in_sync(pod))
    mesh.undeploy("later")


def test_refused(mesh: Mesh) -> None:
    pod = mesh.pod("web")
    with mesh.refused("web") as reason:
        wait_for(lambda: reason in json.dumps(mesh.ask_istiod("debug/syncz")))
        wait_for(lambda: mesh.in_sync(mesh.pod("api")))
    wait_for(lambda: reason not in json.dumps(mesh.ask_istiod("debug/syncz")) and mesh.in_sync(pod))


def test_istiod_comes_and_goes(mesh: Mesh) -> None:
    with mesh.istiod_away():
        assert mesh.run("remote-clusters").status == 1
    mesh.settle()


def test_a_pod_that_dies_is_followed_by_another(mesh: Mesh) -> None:
    gone = mesh.pod("api")
    namespace, name = gone.split("/")
    mesh.session.send("DELETE", f"/api/v1/namespaces/{namespace}/pods/{name}")
    wait_for(lambda: gone not in mesh.kubelet.running)
    mesh.wait_for_ready("api-v1", NAMESPACE)
    assert mesh.pod("api") != gone
