"""Installing while things go wrong: nothing hangs, and the next installation completes what is left."""

from __future__ import annotations

import json
import re
import signal
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cluster import Cluster, ControlPlane, start_control_plane
from tests.support.faulty_proxy import FaultyProxy
from tests.support.run import read_until, start_cli

pytestmark = pytest.mark.cluster

INSTALL = ("install", "--set", "profile=demo", "-y")


@pytest.fixture(scope="module")
def fragile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane of its own, for tests that kill it."""
    plane = start_control_plane(tmp_path_factory, "--lb")
    yield plane
    plane.down()


def assert_mends(cluster: Cluster) -> None:
    again = cluster.run(*INSTALL)
    assert again.status == 0, again.stderr
    verified = cluster.run("verify-install", "--set", "profile=demo")
    assert verified.status == 0, verified.stdout


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_storm_of_refusals(empty: Cluster, kubeconfig: Path, tmp_path: Path, status: int) -> None:
    seen: Counter[str] = Counter()

    def fault(method: str, path: str) -> int | None:
        if method == "PATCH" or (method == "GET" and status != 409 and "watch=1" not in path):
            seen[method + path] += 1
            return status if seen[method + path] <= 2 else None
        return None

    with FaultyProxy(kubeconfig, tmp_path, fault) as proxy:
        done = Cluster(proxy.kubeconfig).run(*INSTALL)
    assert done.status == 0, done.stderr
    assert max(seen.values()) >= 3
    assert empty.run("verify-install", "--set", "profile=demo").status == 0


def test_dropped_connections(empty: Cluster, kubeconfig: Path, tmp_path: Path) -> None:
    count = 0

    def fault(method: str, path: str) -> str | None:
        nonlocal count
        count += 1
        return "drop" if count % 4 == 0 else None

    with FaultyProxy(kubeconfig, tmp_path, fault) as proxy:
        done = Cluster(proxy.kubeconfig).run(*INSTALL)
    assert done.status == 0, done.stderr
    assert_mends(empty)


def test_slow_server(empty: Cluster, kubeconfig: Path, tmp_path: Path) -> None:
    def fault(method: str, path: str) -> None:
        time.sleep(0.15)

    with FaultyProxy(kubeconfig, tmp_path, fault) as proxy:
        done = Cluster(proxy.kubeconfig).run(*INSTALL)
    assert done.status == 0, done.stderr


def test_a_refusal_that_stays_is_explained(empty: Cluster, kubeconfig: Path, tmp_path: Path) -> None:
    def fault(method: str, path: str) -> int | None:
        return 500 if method == "PATCH" and "deployments" in path else None

    with FaultyProxy(kubeconfig, tmp_path, fault) as proxy:
        done = Cluster(proxy.kubeconfig).run(*INSTALL, "--kubeclient-timeout", "6s")
    assert done.status == 1
    assert "✘ Istiod encountered an error: Deployment/istio-system/istiod on http://127.0.0.1" in done.stderr
    assert_mends(empty)


def test_interrupt(empty: Cluster, kubeconfig: Path) -> None:
    process = start_cli(kubeconfig, *INSTALL)
    read_until(process, "✔ Istio core installed")
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in rest
    assert_mends(empty)


def test_interrupt_of_an_atomic_installation(bare: Cluster, kubeconfig: Path) -> None:
    process = start_cli(kubeconfig, *INSTALL, "--atomic")
    read_until(process, "✔ Istio core installed")
    process.send_signal(signal.SIGINT)
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 130, rest
    assert not bare.owned()
    assert "istio-system" not in bare.names("Namespace")


def test_server_killed_and_back(fragile: ControlPlane) -> None:
    process = start_cli(fragile.kubeconfig, *INSTALL, "--kubeclient-timeout", "5s", "--readiness-timeout", "60s")
    read_until(process, "✔ Istio core installed")
    fragile.kill_apiserver()
    fragile.restart_apiserver()
    _, rest = process.communicate(timeout=120)
    assert "Traceback" not in rest
    assert_mends(Cluster(fragile.kubeconfig))


def test_server_killed_for_good(fragile: ControlPlane) -> None:
    cluster = Cluster(fragile.kubeconfig)
    cluster.clear()
    process = start_cli(fragile.kubeconfig, *INSTALL, "--kubeclient-timeout", "10s", "--readiness-timeout", "5s")
    read_until(process, "✔ Istio core installed")
    fragile.kill_apiserver()
    _, rest = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "Connection refused" in rest
    assert "Traceback" not in rest
    fragile.restart_apiserver()
    assert_mends(Cluster(fragile.kubeconfig))


def test_frozen_server_is_told_of_at_once(tmp_path: Path, kubeconfig: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        file = tmp_path / "config"
        address = f"https://127.0.0.1:{frozen.getsockname()[1]}"
        file.write_text(re.sub(r"https://127\.0\.0\.1:\d+", address, kubeconfig.read_text()))
        began = time.monotonic()
        patient = start_cli(file, *INSTALL, "--kubeclient-timeout", "60s")
        read_until(patient, f"Waiting for {address} to answer GET /version")
        assert time.monotonic() - began < 30
        patient.send_signal(signal.SIGINT)
        patient.communicate(timeout=60)
        done = start_cli(file, *INSTALL, "--kubeclient-timeout", "1s")
        _, told = done.communicate(timeout=30)
        assert done.returncode == 1
        assert "no answer within 1s" in told


@pytest.mark.parametrize(
    "argv",
    [
        INSTALL,
        ("uninstall", "--purge", "-y"),
        ("tag", "list"),
        ("precheck",),
        ("ingress-endpoint",),
        ("verify-install",),
        ("injection", "status"),
        ("diff",),
    ],
)
def test_expired_token(tmp_path: Path, kubeconfig: Path, argv: tuple[str, ...]) -> None:
    file = tmp_path / "config"
    file.write_text(re.sub(r"token: \S+?\}", "token: expired}", kubeconfig.read_text()))
    done = Cluster(file).run(*argv)
    assert done.status == (2 if argv == ("diff",) else 1)
    assert "does not accept the credentials" in done.stderr
    assert "log in again" in done.stderr


def test_version_of_a_cluster_that_refuses(tmp_path: Path, kubeconfig: Path) -> None:
    file = tmp_path / "config"
    file.write_text(re.sub(r"token: \S+?\}", "token: expired}", kubeconfig.read_text()))
    done = Cluster(file).run("version", "-o", "json")
    assert done.status == 0
    assert list(json.loads(done.stdout)) == ["clientVersion"]
    assert "credentials" in done.stderr
