"""Looking inside while rights are missing, pods die, connections break or istiod is away: one clear error each."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.support.cluster import wait_for
from tests.support.mesh import Mesh, proxy_id
from tests.support.rights import used_rights, user
from tests.support.run import Done

pytestmark = pytest.mark.mesh

WEB, API = "deploy/web-v1.shop", "deploy/api-v1.shop"
COMMANDS = [
    ("proxy-status",),
    ("proxy-config", "cluster", WEB),
    ("proxy-config", "secret", "-A"),
    ("proxy-config", "rootca-compare", WEB, API),
    ("proxy-config", "trace", WEB, "GET", "http://api.shop:8000/"),
    ("describe", "service", "web.shop"),
    ("experimental", "authz", "check", WEB),
    ("experimental", "envoy-stats", WEB),
    ("experimental", "internal-debug", "syncz"),
    ("experimental", "injector", "list"),
    ("remote-clusters",),
    ("version",),
    ("wait",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_each_right_that_is_missing(mesh: Mesh, command: tuple[str, ...]) -> None:
    whole = mesh.run(*command)
    rights = used_rights(mesh, *command)
    assert rights
    for missing in rights:
        with user(mesh, [right for right in rights if right != missing]) as name:
            done = mesh.run(*command, "--as", name)
        told = done.stdout + done.stderr
        assert "Traceback" not in told
        if done.status:
            assert f'cannot {missing.verb} resource "{missing.resource}"' in done.stderr, missing
            assert done.stdout == "", missing
        else:  # it shows what it may see, and says what it does not know
            assert done.stdout != whole.stdout or "cannot" in told, missing
            assert done.stdout, missing


def half_an_answer(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(
        b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 90000\r\n\r\n{"configs": ['
    )


def no_answer(connection: socket.socket) -> None:
    connection.recv(65536)


def nonsense(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n[]")


@contextmanager
def instead_of_envoy(mesh: Mesh, pod: str, serve: Callable[[socket.socket], None]) -> Iterator[None]:
    """The administration port of a pod leads to a server that does this with each connection, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def work() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    serve(connection)

        threading.Thread(target=work, daemon=True).start()
        mesh.kubelet.rules({"pod": pod, "ports": {"15000": f"127.0.0.1:{listening.getsockname()[1]}"}})
        try:
            yield
        finally:
            mesh.kubelet.rules()
            listening.shutdown(socket.SHUT_RDWR)


def assert_others_are_shown(done: Done, lost: str, other: str) -> None:
    """An error for the lost pod alone, and the other's clusters."""
    assert done.status, done.stderr
    assert lost in done.stderr or proxy_id(lost) in done.stderr
    assert other not in done.stderr
    assert done.stderr.count("Error:") == 1, done.stderr
    assert "Traceback" not in done.stderr
    shown = json.loads(done.stdout)
    assert any(cluster["name"] == "PassthroughCluster" for cluster in shown[other])
    assert lost not in shown


@pytest.mark.parametrize("serve", [half_an_answer, no_answer, nonsense])
def test_connection_that_breaks(mesh: Mesh, serve: Callable[[socket.socket], None]) -> None:
    lost, other = mesh.pod("web"), mesh.pod("api")
    with instead_of_envoy(mesh, lost, serve):
        done = mesh.run("proxy-config", "cluster", "--all", "-n", "shop", "-o", "json")
    assert_others_are_shown(done, lost, other)


def test_pod_that_dies_meanwhile(mesh: Mesh) -> None:
    mesh.deploy("victim")
    lost, other = mesh.pod("victim"), mesh.pod("api")

    def die(connection: socket.socket) -> None:
        connection.recv(65536)
        namespace, name = lost.split("/")
        mesh.session.again().send("DELETE", f"/api/v1/namespaces/{namespace}/pods/{name}")
        wait_for(lambda: lost not in mesh.kubelet.running)

    with instead_of_envoy(mesh, lost, die):
        done = mesh.run("proxy-config", "cluster", *map(proxy_id, (lost, other)), "-o", "json")
    assert_others_are_shown(done, lost, other)
    mesh.undeploy("victim")


def test_istiod_is_away(mesh: Mesh) -> None:
    web = proxy_id(mesh.pod("web"))
    with mesh.istiod_away():
        for command in (("proxy-status",), ("experimental", "internal-debug", "syncz"), ("remote-clusters",)):
            done = mesh.run(*command)
            assert done.status == 1, command
            assert done.stdout == ""
            assert "istio" in done.stderr
            assert done.stderr.count("Error:") == 1
        assert mesh.run("proxy-config", "cluster", web).status == 0
        assert mesh.run("describe", "pod", web).status == 0
        late = mesh.run("wait", "--timeout", "2s")
        assert (late.status, late.stdout) == (1, "")
        assert "istio" in late.stderr
    assert mesh.run("wait", "--timeout", "30s").status == 0
    assert mesh.at_rest(lambda: mesh.run("proxy-status")).status == 0
