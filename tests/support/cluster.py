"""The API server that cluster tests talk to: the control plane of tests/controlplane, or one of the user's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from istioctl.api.identity import ObjectKey
from istioctl.api.install_order import CLUSTER_REMOVALS, NAMESPACED_REMOVALS, PURGE_REMOVALS
from istioctl.api.names import TAG
from istioctl.cluster.apply import delete
from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import list_kinds, list_objects
from istioctl.cluster.session import MERGE, Session, open_session
from istioctl.cluster.wait import wait_until_gone
from tests.support.run import Done, run_cli

_PROGRAM = Path(__file__).resolve().parents[1] / "controlplane" / "controlplane.py"
_KINDS = (*NAMESPACED_REMOVALS, *CLUSTER_REMOVALS, *PURGE_REMOVALS)


class ControlPlane:
    """A running control plane that a test may bend: pods that fail, an API server that goes away."""

    def __init__(self, directory: Path, *flags: str) -> None:
        self.directory = directory
        self.kubeconfig = directory / "kubeconfig"
        self.audit_log = directory / "audit.log"
        self.bent = False
        self._marks = 0
        self._call("up", *flags, "--owner", str(os.getpid()))

    def behave(self, *rules: dict[str, Any]) -> None:
        """From now on pods behave as the rules say (see tests/controlplane/README.md)."""
        draft = self.directory / "pods.json.new"
        draft.write_text(json.dumps(rules))
        draft.rename(self.directory / "pods.json")
        self.bent = bool(rules)

    def requests(self) -> list[dict[str, Any]]:
        """All requests so far, of all programs, as the audit log has them."""
        self._marks += 1
        mark = f"/version?mark={os.getpid()}-{self._marks}"
        with closing(open_session(ClientOptions(kubeconfig=str(self.kubeconfig)))) as session:
            session.get(mark)
        wait_for(lambda: mark in self.audit_log.read_text())  # the log is written after the answer
        whole, _, _ = self.audit_log.read_text().rpartition("\n")  # behind it a line may just be written
        return [json.loads(line) for line in whole.splitlines()]

    def own_requests(self, since: int) -> list[dict[str, Any]]:
        """The requests for objects that istioctl has sent, without the first `since` of all `requests`."""
        return [
            entry
            for entry in self.requests()[since:]
            if entry.get("userAgent", "").startswith("istioctl/") and "objectRef" in entry
        ]

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


class Cluster:
    """A cluster under test: runs command lines against it, and looks at what they did."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        self.session: Session = open_session(ClientOptions(kubeconfig=str(kubeconfig)))
        self.demo: dict[str, object] | None = None
        """The state in which the demo profile was last installed."""

    def run(self, *argv: str, stdin: str = "") -> Done:
        """Run `istioctl ARGV` against this cluster."""
        return run_cli(*argv, "--kubeconfig", str(self.kubeconfig), stdin=stdin)

    def owned(self, selector: str = "operator.istio.io/component") -> list[dict[str, Any]]:
        """The names and labels of all objects that an installation has made."""
        return list_kinds(self.session, _KINDS, labels=selector)

    def names(self, kind: str, api_version: str = "v1", namespace: str = "istio-system") -> list[str]:
        """The sorted names of all objects of a kind."""
        found = list_objects(self.session, api_version, kind, namespace=namespace)
        return sorted(item["metadata"]["name"] for item in found)

    def get(self, api_version: str, kind: str, name: str, namespace: str = "istio-system") -> dict[str, Any]:
        """One object."""
        return self.session.get(self.session.discovery.resource(api_version, kind).path(namespace, name))

    def create(self, obj: dict[str, Any]) -> None:
        """Make an object."""
        key = ObjectKey.of(obj)
        path = self.session.discovery.resource(key.api_version, key.kind).path(key.namespace)
        self.session.send("POST", path, obj)

    def namespace(self, name: str, **labels: str) -> None:
        """Make a namespace."""
        self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})

    @contextmanager
    def slow_to_go(self, path: str) -> Iterator[None]:
        """Let an object stay for a moment after its removal has begun, as one does whose finalizers are worked on."""
        self.session.send("PATCH", path, {"metadata": {"finalizers": ["example.com/hold"]}}, None, MERGE)

        def release() -> None:
            wait_for(lambda: "deletionTimestamp" in self.session.get(path)["metadata"])
            self.session.send("PATCH", path, {"metadata": {"finalizers": None}}, None, MERGE)

        releasing = threading.Thread(target=release)
        releasing.start()
        yield
        releasing.join()

    def clear(self, *, namespaces: bool = False, keep: Collection[str] = ()) -> None:
        """Take away all that installations and tags consist of, but `keep`; with `namespaces`, a user's own, too."""
        own = {"default", "kube-node-lease", "kube-public", "kube-system"}
        found = [item for item in self._installed() if not item["metadata"].get("ownerReferences")]
        keys = [key for item in found if str(key := ObjectKey.of(item)) not in keep]
        if namespaces:
            keys += [ObjectKey("v1", "Namespace", "", name) for name in self.names("Namespace") if name not in own]
        self.delete_all(keys)

    def delete_all(self, keys: Iterable[ObjectKey]) -> None:
        """Delete objects; return once they are gone."""
        keys = list(keys)
        in_parallel([partial(delete, self.session, key) for key in keys])
        wait_until_gone(self.session, keys, 240)  # the server takes its time for CRDs made a moment ago

    def state(self) -> dict[str, object]:
        """What tells whether an installation has been touched: generations, or else resource versions; no pods."""
        return {
            str(ObjectKey.of(item)): item["metadata"].get("generation") or item["metadata"]["resourceVersion"]
            for item in self._installed()
            if item["kind"] != "Pod"
        }

    def _installed(self) -> list[dict[str, Any]]:
        """The names and labels of all objects of installations and tags."""
        found = {ObjectKey.of(item): item for item in [*self.owned(), *self.owned(TAG)]}
        return list(found.values())


def wait_for(condition: Callable[[], bool], seconds: float = 60) -> None:
    """Return once `condition` holds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def start_control_plane(factory: pytest.TempPathFactory, *flags: str) -> ControlPlane:
    """A new control plane; skips where it can't be built."""
    if not (shutil.which("go") or os.environ.get("CONTROLPLANE_BIN")):
        pytest.skip("the control plane of tests/controlplane is built with Go, which is not on PATH")
    return ControlPlane(factory.mktemp("controlplane"), *flags)


@pytest.fixture(scope="session")
def control_plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """One control plane for the session, with audit log and load balancer; not for a cluster of the user's own."""
    if os.environ.get("ISTIOCTL_TEST_KUBECONFIG"):
        pytest.skip("this test changes how pods or the API server behave, which ISTIOCTL_TEST_KUBECONFIG rules out")
    plane = start_control_plane(tmp_path_factory, "--lb", "--audit")
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


@pytest.fixture(scope="session")
def cluster(kubeconfig: Path) -> Cluster:
    """The cluster under test, in whatever state earlier tests left it."""
    return Cluster(kubeconfig)


@pytest.fixture
def empty(cluster: Cluster, request: pytest.FixtureRequest) -> Cluster:
    """The cluster under test, without Istio (but maybe with its namespace); pods do as they should."""
    if not os.environ.get("ISTIOCTL_TEST_KUBECONFIG"):
        request.getfixturevalue("control_plane").behave()
    cluster.clear()
    return cluster


@pytest.fixture
def bare(empty: Cluster) -> Iterator[Cluster]:
    """The cluster under test as it came up, and again after the test."""
    empty.clear(namespaces=True)
    yield empty
    empty.clear(namespaces=True)


@pytest.fixture
def installed(cluster: Cluster, request: pytest.FixtureRequest) -> Iterator[Cluster]:
    """The cluster under test with the demo profile, installed anew only where a test has changed it.

    Namespaces that the test makes are gone after it.
    """
    bent = False
    if not os.environ.get("ISTIOCTL_TEST_KUBECONFIG"):
        plane: ControlPlane = request.getfixturevalue("control_plane")
        bent = plane.bent
        plane.behave()
    if bent or cluster.state() != cluster.demo:
        cluster.clear(keep=cluster.demo or ())  # other tests may have left tags and revisions
        done = cluster.run("install", "--set", "profile=demo", "-y")
        assert done.status == 0, done.stderr
        cluster.demo = cluster.state()
    before = cluster.names("Namespace")
    yield cluster
    cluster.delete_all(
        ObjectKey("v1", "Namespace", "", name) for name in cluster.names("Namespace") if name not in before
    )
