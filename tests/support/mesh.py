"""A real mesh on this machine: our own installation of demo, the real istiod, real Envoys in gateways and workloads.

By hand, from the root of the checkout, until Ctrl-C:

    .venv/bin/python -m tests.support.mesh DIR [PROFILE]

Its kubeconfig is `DIR/controlplane/kubeconfig`; whatever is deployed with it gets its proxy.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml

from istioctl.api.identity import ObjectKey
from istioctl.cluster.session import APPLY
from tests.support.cluster import Cluster, ControlPlane, wait_for
from tests.support.istio_programs import MissingProgramError, Programs, find_programs
from tests.support.kubelet import Kubelet
from tests.support.open_ports import OPEN, client_address
from tests.support.ports import PodNetwork

Result = TypeVar("Result")

NAMESPACE = "shop"
WORKLOADS = ("web", "api")
GATEWAYS = ("istio-ingressgateway", "istio-egressgateway")
PORT = 8000
_NO_ISTIO_STATS = {  # Envoy of the Envoy project lacks the filter that a Telemetry object turns off
    "apiVersion": "telemetry.istio.io/v1",
    "kind": "Telemetry",
    "metadata": {"name": "without-istio-stats", "namespace": "istio-system"},
    "spec": {"metrics": [{"providers": [{"name": "prometheus"}], "overrides": [{"disabled": True}]}]},
}


class Mesh(Cluster):
    """A cluster with a mesh in it, and means to bring about what happens to meshes.

    Pods are named `namespace/name`, as in `kubelet.running`.
    """

    def __init__(self, directory: Path, programs: Programs) -> None:
        self.directory = directory
        self.first_log = ""
        """What istiod printed until the mesh was up, before tests gave it reasons to complain."""
        self.network = PodNetwork()
        flags = ("--lb", "--webhooks", "--audit", "--pod-network", self.network.prefix)
        self.plane = ControlPlane(directory / "controlplane", *flags)
        super().__init__(self.plane.kubeconfig)
        self.kubelet = Kubelet(
            self.session.again(),
            directory / "pods",
            programs,
            self.plane.behave,
            local_pods=self.network.local,
            before_istiod=self._before_istiod,
        )
        self.kubelet.start()

    def close(self) -> None:
        """Stop everything."""
        self.kubelet.close()
        self.plane.down()
        self.network.close()

    def install(self, *flags: str) -> str:
        """Install Istio with our own command; what it reported."""
        done = self.run("install", "-y", *flags)
        assert done.status == 0, f"{done.stderr}\n{self.logs()}"
        return done.stderr

    # What is there

    def pod(self, app: str, namespace: str = NAMESPACE) -> str:
        """The name of the one pod with this `app` label."""
        found = self._pods(namespace, f"app={app}")
        assert len(found) == 1, f"{len(found)} pods of {namespace}/{app}"
        return f"{namespace}/{found[0]['metadata']['name']}"

    def proxies(self) -> list[str]:
        """The pods of the gateways and of the workloads that the mesh started with."""
        return [*(self.pod(app, "istio-system") for app in GATEWAYS), *(self.pod(app) for app in WORKLOADS)]

    def istiod(self) -> str:
        """The name of istiod's pod."""
        return self.pod("istiod", "istio-system")

    def address(self, pod: str, port: int) -> str:
        """Where a pod's port is on this machine."""
        return self.kubelet.running[pod].ports[str(port)]

    def ask_envoy(self, pod: str, path: str, method: str = "GET") -> bytes:
        """What a pod's Envoy answers at its administration page."""
        return _ask(f"http://{self.address(pod, 15000)}/{path}", method)

    def ask_istiod(self, path: str) -> Any:
        """What istiod answers, as data."""
        return json.loads(_ask(f"http://{self.address(self.istiod(), 8080)}/{path}"))

    def logs(self) -> str:
        """The ends of all programs' logs."""
        logs = [f"== {key}\n{text[-2000:]}" for key, text in self._logs()]
        return "\n".join([*logs, *self.kubelet.problems])

    def log(self, pod: str) -> str:
        """All that a pod's program has printed."""
        return self.kubelet.running[pod].log.read_text(errors="replace")

    def in_sync(self, pod: str) -> bool:
        """Whether istiod says that a proxy has acknowledged all that it was sent."""
        return _in_sync(self.sent().get(proxy_id(pod), {}))

    def sent(self) -> dict[str, dict[str, Any]]:
        """What istiod says of each proxy that is connected, by `name.namespace`: resource types and their nonces."""
        found = [entry for entry in self.ask_istiod("debug/syncz") if entry.get("cluster_id")]
        return {entry["proxy"]: entry.get("resources", {}) for entry in found}

    def settle(self, *, but: Sequence[str] = ()) -> None:
        """Return once the proxies that run, and no others, are connected to istiod and in sync.

        Pods of `but` need not be in sync.
        """

        def settled() -> bool:
            sent = self.sent()
            pods = [pod for pod, program in self.kubelet.running.items() if "15000" in program.ports]
            own = {proxy_id(pod) for pod in pods}
            return sent.keys() == own and all(_in_sync(sent[proxy_id(pod)]) for pod in pods if pod not in but)

        try:
            wait_for(settled, 60)
        except AssertionError:
            raise AssertionError(f"the mesh does not settle: {self.sent()}") from None

    def at_rest(self, ask: Callable[[], Result], *, but: Sequence[str] = ()) -> Result:
        """What `ask` gives while istiod sends nothing: for those who compare what was asked one after the other.

        What a test made or removed a moment ago reaches the proxies at a time that nobody can foresee. Where something
        was sent meanwhile, everything is asked again. `but` is that of `settle`.
        """
        deadline = time.monotonic() + 60
        while True:
            self.settle(but=but)
            before = self.sent()
            try:
                result = ask()
            except AssertionError:
                time.sleep(1)  # istiod has its new configuration for a moment before it sends it
                if self.sent() == before:
                    raise
            else:
                if self.sent() == before:
                    return result
            assert time.monotonic() < deadline, "istiod does not stop sending"

    def client_address(self, pod: str, port: int = PORT) -> tuple[str, int]:
        """Where the proxy of a pod with `traffic` takes what the pod sends to Services with this port."""
        return client_address(self.kubelet.running[pod].pod), port

    # What happens

    def apply(self, *objects: dict[str, Any] | str) -> None:
        """Make objects, or change them; text is YAML."""
        for item in objects:
            for obj in yaml.safe_load_all(item) if isinstance(item, str) else [item]:
                key = ObjectKey.of(obj)
                path = self.session.discovery.resource(key.api_version, key.kind).path(key.namespace, key.name)
                self.session.send("PATCH", path, obj, {"fieldManager": "test", "force": "true"}, APPLY)

    def remove(self, *objects: dict[str, Any]) -> None:
        """Delete objects."""
        for obj in objects:
            key = ObjectKey.of(obj)
            path = self.session.discovery.resource(key.api_version, key.kind).path(key.namespace, key.name)
            self.session.send("DELETE", path)

    def deploy(
        self, app: str, namespace: str = NAMESPACE, version: str = "v1", *, replicas: int = 1, traffic: bool = False
    ) -> None:
        """A Deployment `APP-VERSION` with a Service and an account, once its pods are ready.

        With `traffic` the proxies of its pods really take requests; see `open_ports`.
        """
        labels = {"app": app, "version": version}
        container = {"name": "echo", "image": "echo:1", "ports": [{"containerPort": PORT}]}
        pod = {
            "metadata": {"labels": labels, "annotations": {OPEN: "true"} if traffic else {}},
            "spec": {"serviceAccountName": app, "containers": [container]},
        }
        meta = {"name": app, "namespace": namespace, "labels": {"app": app}}
        service = {"selector": {"app": app}, "ports": [{"name": "http", "port": PORT, "targetPort": PORT}]}
        deployment = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": pod}
        named = {**meta, "name": f"{app}-{version}", "labels": labels}
        self.apply(
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta},
            {"apiVersion": "v1", "kind": "Service", "metadata": meta, "spec": service},
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": named, "spec": deployment},
        )
        self.wait_for_ready(f"{app}-{version}", namespace)

    def undeploy(self, app: str, namespace: str = NAMESPACE, version: str = "v1") -> None:
        """Delete a Deployment, once its pods are gone, and its Service and account."""
        meta = {"name": app, "namespace": namespace}
        self.remove(
            {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {**meta, "name": f"{app}-{version}"}},
            {"apiVersion": "v1", "kind": "Service", "metadata": meta},
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta},
        )
        wait_for(lambda: not self._pods(namespace, f"app={app},version={version}"), 60)

    def wait_for_ready(self, deployment: str, namespace: str = NAMESPACE) -> None:
        """Return once all pods of a Deployment are ready."""
        path = f"/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}"

        def ready() -> bool:
            found = self.session.get(path)
            status, spec = found.get("status", {}), found["spec"]
            observed = status.get("observedGeneration") == found["metadata"]["generation"]
            return observed and status.get("readyReplicas", 0) == status.get("updatedReplicas", 0) == spec["replicas"]

        try:
            wait_for(ready, 60)
        except AssertionError:
            raise AssertionError(f"{namespace}/{deployment} is not ready\n{self.logs()}") from None

    @contextmanager
    def stale(self, pod: str) -> Iterator[None]:
        """The agent of a pod is stopped meanwhile: istiod sends, and nobody acknowledges."""
        program = self.kubelet.running[pod]
        assert program.process
        os.kill(program.process.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(program.process.pid, signal.SIGCONT)

    @contextmanager
    def refused(self, app: str, namespace: str = NAMESPACE) -> Iterator[str]:
        """Envoys of a workload refuse their listeners meanwhile; gives words of the reason."""
        kind = "type.googleapis.com/no.such.Filter"
        unknown = {"@type": "type.googleapis.com/xds.type.v3.TypedStruct", "type_url": kind, "value": {}}
        value = {"name": "unknown", "typed_config": unknown}
        match = {"listener": {"filterChain": {"filter": {"name": "envoy.filters.network.http_connection_manager"}}}}
        patch = {"applyTo": "HTTP_FILTER", "match": match, "patch": {"operation": "INSERT_BEFORE", "value": value}}
        obj = {
            "apiVersion": "networking.istio.io/v1alpha3",
            "kind": "EnvoyFilter",
            "metadata": {"name": f"refused-{app}", "namespace": namespace},
            "spec": {"workloadSelector": {"labels": {"app": app}}, "configPatches": [patch]},
        }
        self.apply(obj)
        try:
            yield "no.such.Filter"
        finally:
            self.remove(obj)

    @contextmanager
    def istiod_away(self) -> Iterator[None]:
        """istiod's program is gone meanwhile; its pod stays."""
        pod = self.istiod()
        self.kubelet.hold(pod)
        try:
            yield
        finally:
            self.kubelet.release(pod)
            wait_for(lambda: self.kubelet.running[pod].ready, 30)

    def restart_istiod(self) -> None:
        """End istiod's program and start it anew, until it is ready."""
        with self.istiod_away():
            pass

    def _before_istiod(self) -> None:
        self.apply(_NO_ISTIO_STATS)

    def _pods(self, namespace: str, labels: str) -> list[dict[str, Any]]:
        path = f"/api/v1/namespaces/{namespace}/pods"
        found: list[dict[str, Any]] = self.session.get(path, {"labelSelector": labels})["items"]
        return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]

    def _logs(self) -> Iterator[tuple[str, str]]:
        for key, program in self.kubelet.running.items():
            if program.argv and program.log.exists():
                yield key, program.log.read_text(errors="replace")


def proxy_id(pod: str) -> str:
    """How the commands and istiod name the proxy of a pod: `name.namespace`."""
    namespace, name = pod.split("/")
    return f"{name}.{namespace}"


def _in_sync(resources: dict[str, Any]) -> bool:
    kinds = resources.values()  # none from a proxy that has just come
    return bool(kinds) and all("sent" in kind and kind.get("acked") == kind["sent"] for kind in kinds)


def _ask(url: str, method: str = "GET") -> bytes:
    request = urllib.request.Request(url, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        content: bytes = answer.read()
    return content


def start_mesh(directory: Path, profile: str = "demo") -> Mesh:
    """A mesh with two workloads in a namespace with injection.

    Raises:
        MissingProgramError: a program is missing.
    """
    mesh = Mesh(directory, find_programs())
    try:
        mesh.install("--set", f"profile={profile}")
        mesh.namespace(NAMESPACE, **{"istio-injection": "enabled"})
        for app in WORKLOADS:
            mesh.deploy(app)
        wait_for(lambda: all(mesh.in_sync(mesh.pod(app)) for app in WORKLOADS))
        mesh.first_log = mesh.log(mesh.istiod())
    except BaseException:
        mesh.close()
        raise
    return mesh


def start_mesh_or_skip(directory: Path, profile: str = "demo") -> Mesh:
    """As `start_mesh`; skips the calling test where a program is missing."""
    try:
        return start_mesh(directory, profile)
    except MissingProgramError as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def mesh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    """The mesh of the session: demo, with the workloads `web` and `api` in namespace `shop`."""
    running = start_mesh_or_skip(tmp_path_factory.mktemp("mesh"))
    yield running
    running.close()


def main(directory: str, profile: str = "demo") -> None:
    """Keep a mesh until Ctrl-C or a TERM signal."""
    end = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: end.set())
    running = start_mesh(Path(directory).resolve(), profile)
    try:
        print(f"export KUBECONFIG={running.kubeconfig}", flush=True)
        for key, program in running.kubelet.running.items():
            print(f"# {key}: {program.ports}", flush=True)
        end.wait()
    except KeyboardInterrupt:
        pass
    finally:
        running.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
