"""A live view in a real terminal that wraps lines anew when it becomes narrower."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.held_cluster import Held, held_cluster

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not on PATH")
_LONGEST = 60.0


class Tmux:
    """A window of a tmux server of its own.

    Args:
        socket: where the server listens.
    """

    def __init__(self, socket: Path, columns: int, command: list[str]) -> None:
        self._socket = socket
        environ = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS", "LINES")}
        size = ["-x", str(columns), "-y", "24"]
        self._environ = environ | {"TERM": "xterm-256color", "SHELL": "/bin/sh"}
        self.call("-f", "/dev/null", "new-session", "-d", *size, ";", "set", "remain-on-exit", "on", ";",
                  "respawn-window", "-k", *command)  # fmt: skip

    def call(self, *words: str) -> str:
        line = ["tmux", "-u", "-S", str(self._socket), *words]
        return subprocess.run(line, env=self._environ, capture_output=True, text=True, check=True).stdout

    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.call("capture-pane", "-p", "-S", "-100").splitlines() if line.strip()]

    def until(self, seen: Callable[[list[str]], bool]) -> list[str]:
        deadline = time.monotonic() + _LONGEST
        while not seen(lines := self.lines()):
            assert time.monotonic() < deadline, "\n".join(lines)
            time.sleep(0.05)
        return lines


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    with held_cluster(tmp_path) as found:
        yield found


def test_nothing_is_left_of_lines_that_were_wrapped(held: Held, tmp_path: Path) -> None:
    command = ["install", "--set", "profile=demo", "-y", "--kubeconfig", held.kubeconfig]
    window = Tmux(tmp_path / "tmux", 140, [sys.executable, "-m", "istioctl", *command])
    try:
        window.until(lambda lines: any("Deployment/istio-system/istiod: 0 of 1" in line for line in lines))
        window.call("resize-window", "-x", "60", "-y", "24")
        narrow = window.until(lambda lines: any(line.startswith("Istiod ") and "Deploy" not in line for line in lines))
        assert sum(line.startswith("COMPONENT") for line in narrow) == 1
        assert not [line for line in narrow if line.startswith(("tes", "ble", "available"))]
        held.release()
        after = window.until(lambda lines: "✔ Installation complete" in lines)
    finally:
        window.call("kill-server")
    assert [line for line in after if line.startswith("✔")] == [
        "✔ Istio core installed", "✔ Istiod installed", "✔ Egress gateways installed", "✔ Ingress gateways installed",
        "✔ Installation complete",
    ]  # fmt: skip
    assert not [line for line in after if line.startswith(("COMPONENT", "Istiod ", "Ingress gateways "))]
