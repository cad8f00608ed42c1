"""The API server that cluster tests talk to: the control plane of tests/controlplane, or one of the user's own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_PROGRAM = Path(__file__).resolve().parents[1] / "controlplane" / "controlplane.py"


class ControlPlane:
    """A running control plane that a test may bend: pods that fail, an API server that goes away."""

    def __init__(self, directory: Path, *flags: str) -> None:
        self.directory = directory
        self.kubeconfig = directory / "kubeconfig"
        self.audit_log = directory / "audit.log"
        self.pods = directory / "pods.json"
        self._call("up", *flags, "--owner", str(os.getpid()))

    def kill_apiserver(self) -> None:
        self._call("kill-apiserver")

    def restart_apiserver(self) -> None:
        self._call("restart-apiserver")

    def down(self) -> None:
        self._call("down")

    def _call(self, command: str, *flags: str) -> None:
        line = [sys.executable, str(_PROGRAM), command, str(self.directory), *flags]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.fail(f"controlplane {command}: {done.stderr}")


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One control plane for the session, with audit log and load balancer."""
    if not (shutil.which("go") or os.environ.get("CONTROLPLANE_BIN")):
        pytest.skip("the control plane of tests/controlplane is built with Go, which is not on PATH")
    plane = ControlPlane(tmp_path_factory.mktemp("controlplane"), "--lb", "--audit")
    yield plane
    plane.down()


@pytest.fixture(scope="session")
def kubeconfig(request: pytest.FixtureRequest) -> Path:
    """The kubeconfig file of the cluster under test."""
    given = os.environ.get("ISTIOCTL_TEST_KUBECONFIG")
    if given:
        return Path(given)
    plane: ControlPlane = request.getfixturevalue("control_plane")
    return plane.kubeconfig
