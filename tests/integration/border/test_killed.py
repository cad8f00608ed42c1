"""Killed at any moment: the next run repairs, and nobody else's objects, terminal or disk are touched.

`ISTIOCTL_KILLS` says how often (a few by default; a hundred take some eight minutes).
"""

from __future__ import annotations

import json
import os
import pty
import random
import re
import select
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from istioctl.api.labels import COMPONENT
from tests.support.cluster import Cluster, ControlPlane, start_control_plane
from tests.support.run import with_hangups

pytestmark = pytest.mark.cluster

ROUNDS = int(os.environ.get("ISTIOCTL_KILLS", "6"))
INSTALL = ("install", "--set", "profile=default", "-y", "--readiness-timeout", "90s")
OTHER = ("install", "--set", "profile=minimal", "--revision", "other", "-y")

#: What is killed, and how long it takes at most; before each, what has to be there.
VICTIMS: dict[str, tuple[tuple[str, ...], float, tuple[tuple[str, ...], ...]]] = {
    "install": (INSTALL, 6, (("uninstall", "--revision", "default", "-y"),)),
    "install --atomic": ((*INSTALL, "--atomic"), 6, (("uninstall", "--revision", "default", "-y"),)),
    "upgrade": (("upgrade", "--set", "profile=demo", "-y"), 6, (INSTALL,)),
    "uninstall": (("uninstall", "--revision", "default", "-y"), 4, (INSTALL,)),
    "addons install": (("addons", "install", "prometheus", "grafana"), 4, (INSTALL,)),
    "addons uninstall": (("addons", "uninstall", "prometheus", "-y"), 3, (("addons", "install", "prometheus"),)),
    "tag set": (("tag", "set", "prod", "--revision", "other", "--overwrite"), 2, ()),
    "injection enable": (("injection", "enable", "shop"), 2, (("injection", "disable", "shop"),)),
    "injection disable": (("injection", "disable", "shop"), 2, (("injection", "enable", "shop"),)),
}
OF_DEFAULT = f"{COMPONENT} in (Pilot,IngressGateways),istio.io/rev=default"
SIGNALS = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


@pytest.fixture(scope="module")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane of its own, with another revision and things of a user."""
    plane = start_control_plane(tmp_path_factory, "--lb", "--audit")
    cluster = Cluster(plane.kubeconfig)
    assert cluster.run(*OTHER).status == 0
    cluster.namespace("shop")
    cluster.namespace("untouched", **{"istio.io/rev": "other"})
    for namespace in ("istio-system", "untouched"):
        mine = {"name": "mine", "namespace": namespace}
        cluster.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": mine, "data": {"a": "b"}})
    yield plane
    plane.down()


class Victim:
    """A run of the program on a terminal of its own."""

    def __init__(self, plane: ControlPlane, folder: Path, argv: tuple[str, ...]) -> None:
        self.folder = folder
        (folder / "tmp").mkdir(parents=True)
        environ = {
            **os.environ,
            "TMPDIR": str(folder / "tmp"),
            "XDG_CACHE_HOME": str(folder / "cache"),
            "TERM": "xterm",
        }
        self._terminal, own = pty.openpty()
        self._before = termios.tcgetattr(own)
        line = [sys.executable, "-m", "istioctl", *argv, "--kubeconfig", str(plane.kubeconfig)]
        with with_hangups():
            self.process = subprocess.Popen(
                line, stdin=own, stdout=own, stderr=own, env=environ, start_new_session=True
            )
        self._own = own
        self.shown = b""

    def begin(self) -> None:
        """Returns once the program's own code runs: before, signals are Python's."""
        while self.process.poll() is None:
            caught = re.search(r"SigCgt:\s*(\w+)", Path(f"/proc/{self.process.pid}/status").read_text())
            if caught is not None and int(caught[1], 16) >> (signal.SIGTERM - 1) & 1:
                return
            time.sleep(0.01)

    def wait(self, seconds: float) -> bool:
        """Reads what it shows; whether it ended in this time."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if select.select([self._terminal], [], [], 0.02)[0]:
                self.shown += os.read(self._terminal, 65536)
            elif self.process.poll() is not None:
                return True
        return self.process.poll() is not None

    def check(self, number: signal.Signals) -> None:
        """Nothing of it is left on the terminal and on disk."""
        assert termios.tcgetattr(self._own) == self._before
        os.close(self._own)
        os.close(self._terminal)
        text = self.shown.decode("utf-8", "replace")
        assert "Traceback" not in text, text
        assert "This is a bug" not in text, text
        if number != signal.SIGKILL:
            assert text.rfind("\x1b[?25l") <= text.rfind("\x1b[?25h"), text
        assert not list((self.folder / "tmp").iterdir())


def guarded(cluster: Cluster) -> dict[str, Any]:
    """What belongs to others, by address: the resource version of each."""
    found = {}
    for item in cluster.owned(f"{COMPONENT},istio.io/rev=other"):
        if item["kind"] != "Pod" and "other" in item["metadata"]["name"]:  # the rest is shared by all revisions
            found[f"{item['kind']} {item['metadata'].get('namespace')}/{item['metadata']['name']}"] = item
    for namespace in ("istio-system", "untouched"):
        found[f"mine {namespace}"] = cluster.get("v1", "ConfigMap", "mine", namespace)
    found["namespace"] = cluster.session.get("/api/v1/namespaces/untouched")
    return {key: (item["metadata"]["uid"], item["metadata"].get("generation")) for key, item in found.items()}


def writes(plane: ControlPlane, since: int) -> list[str]:
    """What the program wrote, as the audit log has it."""
    return [
        f"{entry['verb']} {entry['objectRef'].get('namespace', '')}/{entry['objectRef'].get('name', '')}"
        for entry in plane.own_requests(since)
        if entry["verb"] in ("create", "update", "patch", "delete", "deletecollection")
    ]


@pytest.mark.timeout(3600)
def test_the_next_run_repairs(plane: ControlPlane, tmp_path: Path) -> None:
    chance = random.Random(os.environ["ISTIOCTL_FUZZ_SEED"])
    cluster = Cluster(plane.kubeconfig)
    names = list(VICTIMS)
    tally: dict[str, int] = {}
    lasts = {name: longest for name, (_, longest, _) in VICTIMS.items()}
    for number in range(ROUNDS):
        name = names[number % len(names)] if len(names) <= ROUNDS else chance.choice(names)
        argv, _, first = VICTIMS[name]
        for before in first:
            done = cluster.run(*before)
            assert done.status == 0 or before[0] == "uninstall", done.stderr
        others, since = guarded(cluster), len(plane.requests())
        sent = chance.choice(SIGNALS)
        victim = Victim(plane, tmp_path / str(number), argv)
        victim.begin()
        began = time.monotonic()
        ended = victim.wait(chance.uniform(0, lasts[name]))
        if ended:
            lasts[name] = time.monotonic() - began
        else:
            victim.process.send_signal(sent)
            assert victim.wait(90), f"{name} goes on after {sent.name}: {victim.shown.decode()}"
        what = f"{name}, {sent.name}, {number}: {victim.shown.decode('utf-8', 'replace')}"
        if not ended and sent != signal.SIGKILL and victim.process.returncode != 0:
            assert victim.process.returncode in (128 + sent, -sent, 1), what
        victim.check(sent)
        if name == "install --atomic" and victim.process.returncode == 128 + sent:
            assert not cluster.owned(OF_DEFAULT), what
        tally["in time" if ended else sent.name] = tally.get("in time" if ended else sent.name, 0) + 1
        again = cluster.run(*argv)
        if name == "uninstall":
            assert again.status == 0 or "could not find target revision" in again.stderr, what + again.stderr
            assert not cluster.owned(OF_DEFAULT), what
        else:
            assert again.status == 0, what + again.stderr
        if name.startswith("install"):
            verified = cluster.run("verify-install", "--set", "profile=default")
            assert verified.status == 0, what + verified.stdout
        assert guarded(cluster) == others, what
        assert not [write for write in writes(plane, since) if write.endswith(("/mine", "/untouched"))], what
        assert not [write for write in writes(plane, since) if write.endswith("-other") and "tag" not in name], what
    print(json.dumps(tally))


def test_two_installations_at_once(plane: ControlPlane, tmp_path: Path) -> None:
    cluster = Cluster(plane.kubeconfig)
    both = [Victim(plane, tmp_path / name, INSTALL) for name in ("first", "second")]
    for each in both:
        assert each.wait(120)
        each.check(signal.SIGTERM)
    shown = [each.shown.decode("utf-8", "replace") for each in both]
    assert 0 in [each.process.returncode for each in both], shown
    for each, text in zip(both, shown, strict=True):
        assert each.process.returncode == 0 or "Error: " in text, text
    verified = cluster.run("verify-install", "--set", "profile=default")
    assert verified.status == 0, verified.stdout
