"""Runs on this machine what the pods of a mesh ask for: istiod, the proxies, and echo servers in place of applications.

The control plane for tests starts no container. This stands beside its nodes: it looks at the pods, starts the real
program of each one that is Istio's with the arguments, variables and files of its container, and leads the pod's ports
to it. A pod is ready when its program says so.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import traceback
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from istioctl.cluster.session import APPLY, MERGE, Session
from tests.support.echo_server import EchoServer
from tests.support.istio_programs import Programs
from tests.support.open_ports import OPEN, sidecar_of
from tests.support.pod_environment import environment
from tests.support.ports import free_ports

UNREADY = [  # until their programs say otherwise
    {"selector": "app=istiod", "fault": "unready"},
    {"selector": "service.istio.io/canonical-name", "fault": "unready"},
]
_ISTIOD_FLAGS = {  # what the flag of each port of istiod is
    "15010": "--grpcAddr",
    "15012": "--secureGRPCAddr",
    "15014": "--monitoringAddr",
    "15017": "--httpsAddr",
    "8080": "--httpAddr",
}
_LACKING = {  # Envoy of the Envoy project lacks these two of Istio's filters
    "PILOT_ENABLE_METADATA_EXCHANGE": "false",
    "PILOT_ENABLE_ALPN_FILTER": "false",
}
Pod = dict[str, Any]


@dataclass
class Program:
    """What runs for one pod."""

    pod: Pod
    argv: list[str] = field(default_factory=list)
    """Empty where only echo servers run."""
    environ: dict[str, str] = field(default_factory=dict)
    folder: Path = Path()
    ports: dict[str, str] = field(default_factory=dict)
    """Port in the pod: where it is on this machine."""
    health: str = ""
    servers: list[EchoServer] = field(default_factory=list)
    process: subprocess.Popen[bytes] | None = None
    ready: bool = False
    held: bool = False
    """Stopped on purpose, and not to be started again yet."""

    @property
    def log(self) -> Path:
        """What the program printed."""
        return self.folder / "log"

    def start(self) -> None:
        """Start it, or start it again."""
        self.ready = not self.argv
        if not self.argv:
            return
        own = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=own | self.environ | {"MESH_OWNER": str(os.getpid())},
                cwd=self.folder,
                start_new_session=True,
            )

    def signal(self, number: int) -> None:
        """Send a signal to the program and its children."""
        if self.process and self.process.poll() is None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def stop(self) -> None:
        """End it at once."""
        self.signal(signal.SIGKILL)
        if self.process:
            self.process.wait()
            self.process = None
        self.ready = False

    def rule(self) -> dict[str, Any]:
        """The rule that leads the control plane to it."""
        rule: dict[str, Any] = {"pod": key_of(self.pod), "ports": self.ports}
        if self.argv:
            rule["logFile"] = str(self.log)
        if not self.ready:
            rule |= {"fault": "unready", "ports": {}}
        return rule


class Kubelet:
    """Starts and stops programs as pods come and go.

    Args:
        session: the API server, as its administrator.
        folder: where the programs keep their files.
        programs: the programs.
        behave: takes the rules for the control plane's nodes.
        local_pods: whether pods' addresses are addresses of this machine, so that programs can use them.
        before_istiod: called once, before the first istiod starts.
    """

    def __init__(
        self,
        session: Session,
        folder: Path,
        programs: Programs,
        behave: Callable[..., None],
        *,
        local_pods: bool,
        before_istiod: Callable[[], None],
    ) -> None:
        self.running: dict[str, Program] = {}
        """By the pod's `namespace/name`."""
        self.problems: list[str] = []
        """What went wrong here, tracebacks included; programs' own trouble is in their logs."""
        self._session, self._folder, self._programs, self._behave = session, folder, programs, behave
        self._local_pods, self._before_istiod = local_pods, before_istiod
        self._extra: list[dict[str, Any]] = []
        self._written: list[dict[str, Any]] = []
        self._lock = threading.RLock()
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Look after pods from now on."""
        self._write()
        self._thread.start()

    def close(self) -> None:
        """Stop all programs."""
        self._end.set()
        self._thread.join()
        for program in self.running.values():
            self._take_down(program)

    def rules(self, *extra: dict[str, Any]) -> None:
        """Put rules of a test's own before those that lead to the programs."""
        with self._lock:
            self._extra = list(extra)
            self._write()

    def hold(self, pod: str) -> None:
        """End the program of a pod, and leave it so until `release`."""
        with self._lock:
            program = self.running[pod]
            program.held = True
            program.stop()
            self._write()

    def release(self, pod: str) -> None:
        """Start the program of a pod again."""
        with self._lock:
            program = self.running[pod]
            program.held = False
            program.start()
            self._write()

    def _work(self) -> None:
        while not self._end.wait(0.2):
            try:
                pods = self._session.get("/api/v1/pods")["items"]
                with self._lock:
                    self._reconcile(pods)
                    self._write()
            except Exception:  # the API server may be away for a while
                self.problems.append(traceback.format_exc())

    def _reconcile(self, pods: list[Pod]) -> None:
        here = {key_of(pod): pod for pod in pods if runs(pod)}
        for key, program in list(self.running.items()):
            if here.get(key, {}).get("metadata", {}).get("uid") != program.pod["metadata"]["uid"]:
                self._take_down(program)
                del self.running[key]
        for key, pod in here.items():
            if key not in self.running and (program := self._prepare(pod)):
                program.start()
                self.running[key] = program
        for key, program in self.running.items():
            if not program.argv or program.held:
                continue
            if program.process and program.process.poll() is not None:
                self.problems.append(f"{key}: {program.argv[0]} ended; see {program.log}")
                program.stop()
            elif not program.ready and program.process:
                program.ready = answers(program.health)

    def _write(self) -> None:
        rules = [*self._extra, *(program.rule() for program in self.running.values()), *UNREADY]
        if rules != self._written:
            self._behave(*rules)
            self._written = rules

    def _take_down(self, program: Program) -> None:
        program.stop()
        for server in program.servers:
            server.close()

    # What to run

    def _prepare(self, pod: Pod) -> Program | None:
        folder = self._folder / key_of(pod).replace("/", ".")
        folder.mkdir(parents=True, exist_ok=True)
        containers = {c["name"]: c for c in [*pod["spec"].get("initContainers", []), *pod["spec"]["containers"]]}
        program = Program(pod, folder=folder)
        if "discovery" in containers and pod["metadata"].get("labels", {}).get("app") == "istiod":
            self._istiod(program, containers["discovery"])
        elif "istio-proxy" in containers and not self._proxy(program, containers["istio-proxy"]):
            return None
        if "discovery" not in containers:
            self._echo(program, [c for name, c in containers.items() if name not in ("istio-proxy", "istio-init")])
        return program

    def _istiod(self, program: Program, container: dict[str, Any]) -> None:
        self._before_istiod()
        *rest, introspection = free_ports(len(_ISTIOD_FLAGS) + 1)
        ports = dict(zip(_ISTIOD_FLAGS, rest, strict=True))
        program.environ = environment(program.pod, container) | _LACKING
        program.environ.pop("KUBECONFIG", None)
        kubeconfig = program.folder / "kubeconfig"
        kubeconfig.write_text(self._kubeconfig(program.pod))
        flags = [arg for arg in container["args"] if not arg.startswith("--monitoringAddr")]
        for port, number in ports.items():
            flags += [_ISTIOD_FLAGS[port], f"127.0.0.1:{number}"]
        flags += ["--kubeconfig", str(kubeconfig), "--ctrlz_address", "127.0.0.1", "--ctrlz_port", str(introspection)]
        program.argv = [str(self._programs.discovery), *flags]
        program.ports = {port: f"127.0.0.1:{number}" for port, number in ports.items()}
        program.ports["9876"] = f"127.0.0.1:{introspection}"
        program.health = f"http://{program.ports['8080']}/ready"

    def _proxy(self, program: Program, container: dict[str, Any]) -> bool:
        """False where the pod has to wait for what istiod writes."""
        pod, folder = program.pod, program.folder
        namespace, account = pod["metadata"]["namespace"], pod["spec"]["serviceAccountName"]
        authority = self._session.find(f"/api/v1/namespaces/{namespace}/configmaps/istio-ca-root-cert")
        if not authority:
            return False
        secrets = folder / "var/run/secrets"
        for path in ("tokens", "istio", "workload-spiffe-uds", "credential-uds"):
            (secrets / path).mkdir(parents=True, exist_ok=True)
        for path in ("etc/istio/pod", "etc/istio/proxy", "var/lib/istio/data"):
            (folder / path).mkdir(parents=True, exist_ok=True)
        bound = {"apiVersion": "v1", "kind": "Pod", "name": pod["metadata"]["name"], "uid": pod["metadata"]["uid"]}
        token = self._token(namespace, account, audiences=["istio-ca"], boundObjectRef=bound)
        (secrets / "tokens/istio-token").write_text(token)
        (secrets / "istio/root-cert.pem").write_text(authority["data"]["root-cert.pem"])
        for what in ("labels", "annotations"):
            lines = [f"{name}={json.dumps(value)}\n" for name, value in pod["metadata"].get(what, {}).items()]
            (folder / "etc/istio/pod" / what).write_text("".join(lines))

        admin, status, health, metrics = free_ports(4)
        environ = environment(pod, container)
        config = json.loads(environ.get("PROXY_CONFIG") or "{}")
        host, _, port = config.get("discoveryAddress", "istiod.istio-system.svc:15012").rpartition(":")
        config |= {
            "discoveryAddress": f"{self._cluster_ip(host)}:{port}",
            "binaryPath": str(self._programs.envoy),
            "proxyBootstrapTemplatePath": str(self._programs.bootstrap),
            "proxyAdminPort": admin,
            "statusPort": status,
            "concurrency": 1,
        }
        environ |= {
            "PROXY_CONFIG": json.dumps(config),
            "ISTIOD_SAN": host,
            "ENVOY_STATUS_PORT": str(health),
            "ENVOY_PROMETHEUS_PORT": str(metrics),
            "CLOUD_PLATFORM": "none",
        }
        environ.pop("CA_ADDR", None)  # then the agent asks the discovery address, and knows its name
        program.environ = environ
        args = [re.sub(r"\$\((\w+)\)", lambda m: environ.get(m[1], ""), arg) for arg in container["args"]]
        program.argv = [str(self._programs.agent), *args]
        program.health = f"http://127.0.0.1:{status}/healthz/ready"
        program.ports = {port: f"127.0.0.1:{port}" for port in self._service_ports(pod)}
        own = {"15000": admin, "15020": status, "15021": health, "15090": metrics}
        program.ports |= {port: f"127.0.0.1:{number}" for port, number in own.items()}
        return True

    def _echo(self, program: Program, containers: list[dict[str, Any]]) -> None:
        """Servers for the ports of a pod's own containers: at its address, or behind its proxy."""
        meta = program.pod["metadata"]
        who = {"namespace": meta["namespace"], "pod": meta["name"], "labels": meta.get("labels", {})}
        numbers = [port["containerPort"] for container in containers for port in container.get("ports", [])]
        behind = self._local_pods and OPEN in meta.get("annotations", {})
        for number in dict.fromkeys(numbers):
            alone = self._local_pods and not behind
            server = EchoServer((program.pod["status"]["podIP"], number) if alone else ("127.0.0.1", 0), who)
            program.servers.append(server)
            program.ports[str(number)] = server.address
        if behind:
            self._open(program.pod, {number: program.ports[str(number)] for number in numbers})

    def _open(self, pod: Pod, ports: dict[int, str]) -> None:
        """Let a pod's proxy listen on the pod's ports and, for what the pod sends, on its `client_address`.

        No iptables rules lead a pod's traffic through its proxy here, so that a Sidecar object asks for listeners.
        """
        sidecar = sidecar_of(pod, ports)
        name, namespace = pod["metadata"]["name"], pod["metadata"]["namespace"]
        label = {"metadata": {"labels": {OPEN: name}}}
        self._session.send("PATCH", f"/api/v1/namespaces/{namespace}/pods/{name}", label, None, MERGE)
        path = f"/apis/networking.istio.io/v1/namespaces/{namespace}/sidecars/{name}"
        self._session.send("PATCH", path, sidecar, {"fieldManager": "test", "force": "true"}, APPLY)

    # What the API server knows

    def _token(self, namespace: str, account: str, **spec: Any) -> str:
        path = f"/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token"
        body = {"apiVersion": "authentication.k8s.io/v1", "kind": "TokenRequest"}
        answer = self._session.send("POST", path, {**body, "spec": {"expirationSeconds": 12 * 3600, **spec}})
        return str(answer["status"]["token"])

    def _kubeconfig(self, pod: Pod) -> str:
        """A kubeconfig with the rights of the pod's service account."""
        token = self._token(pod["metadata"]["namespace"], pod["spec"]["serviceAccountName"])
        connection = self._session.connection
        authority = b64encode(connection.ca or b"").decode()
        cluster = {"server": connection.server, "certificate-authority-data": authority}
        return json.dumps(
            {
                "apiVersion": "v1",
                "kind": "Config",
                "clusters": [{"name": "here", "cluster": cluster}],
                "users": [{"name": "pod", "user": {"token": token}}],
                "contexts": [{"name": "here", "context": {"cluster": "here", "user": "pod"}}],
                "current-context": "here",
            }
        )

    def _cluster_ip(self, host: str) -> str:
        name, namespace = host.split(".")[:2]
        return str(self._session.get(f"/api/v1/namespaces/{namespace}/services/{name}")["spec"]["clusterIP"])

    def _service_ports(self, pod: Pod) -> set[str]:
        """The ports that Services lead to in a gateway's pod, whose proxy opens them on this machine."""
        names = {container["name"] for container in pod["spec"]["containers"]}
        if names != {"istio-proxy"}:
            return set()
        labels = pod["metadata"].get("labels", {}).items()
        services = self._session.get(f"/api/v1/namespaces/{pod['metadata']['namespace']}/services")["items"]
        chosen = [s["spec"] for s in services if s["spec"].get("selector", {"": ""}).items() <= labels]
        return {str(port["targetPort"]) for spec in chosen for port in spec["ports"]}


def key_of(pod: Pod) -> str:
    """`namespace/name`."""
    return f"{pod['metadata']['namespace']}/{pod['metadata']['name']}"


def runs(pod: Pod) -> bool:
    """Whether the pod has been started and is not on its way out."""
    status = pod.get("status", {})
    gone = status.get("phase") in ("Succeeded", "Failed") or "deletionTimestamp" in pod["metadata"]
    return bool(status.get("podIP")) and not gone


def answers(url: str) -> bool:
    """Whether a server says that all is well."""
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
