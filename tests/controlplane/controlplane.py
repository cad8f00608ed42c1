#!/usr/bin/env python3
"""Starts and stops a real, small Kubernetes control plane for tests (see README.md)."""

import argparse
import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from go_program import build

HERE = Path(__file__).resolve().parent
VERSION = "v1.34.2"
TOKEN = "controlplane-admin"  # noqa: S105 - this server lives on the loopback for one test session
TOKENS = f"""\
{TOKEN},admin,admin,"system:masters"
controlplane-nobody,nobody,nobody
"""
CONTROLLERS = [
    "serviceaccount-controller", "serviceaccount-token-controller", "root-ca-certificate-publisher-controller",
    "namespace-controller", "garbage-collector-controller", "pod-garbage-collector-controller",
    "deployment-controller", "replicaset-controller", "daemonset-controller", "statefulset-controller",
    "job-controller", "cronjob-controller", "endpoints-controller", "endpointslice-controller",
    "disruption-controller", "clusterrole-aggregation-controller",
]  # fmt: skip
AUDIT_POLICY = """\
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules: [{level: Metadata}]
"""
EGRESS = """\
apiVersion: apiserver.k8s.io/v1beta1
kind: EgressSelectorConfiguration
egressSelections:
- name: cluster
  connection: {{proxyProtocol: HTTPConnect, transport: {{uds: {{udsName: "{name}"}}}}}}
"""
KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters:
- name: controlplane
  cluster: {{server: "https://127.0.0.1:{port}", certificate-authority: "{ca}"}}
users:
- name: admin
  user: {{token: controlplane-admin}}
- name: nobody
  user: {{token: controlplane-nobody}}
contexts:
- name: controlplane
  context: {{cluster: controlplane, user: admin}}
- name: nobody
  context: {{cluster: controlplane, user: nobody}}
current-context: controlplane
"""


class FailureError(Exception):
    """What stops a command, worded for the person who typed it."""


def binary() -> Path:
    """The multi-call binary, built where there is none for these sources."""
    if given := os.environ.get("CONTROLPLANE_BIN"):
        return Path(given)
    var = "k8s.io/component-base/version"
    return build(HERE, "controlplane", f"-X {var}.gitVersion={VERSION} -X {var}.gitMajor=1 -X {var}.gitMinor=34")


def free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for s in sockets:
            s.bind(("127.0.0.1", 0))
        return [s.getsockname()[1] for s in sockets]


def started_at(pid: int) -> str | None:
    """The start time of a live process: with it, a pid names one process for good."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    return None if fields[0] == "Z" else fields[19]


def wait_for(what: str, ready, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise FailureError(f"{what}: not ready after {seconds:g} s")
        time.sleep(0.05)


def kubelet_answers(status: dict) -> bool:
    if "daemonEndpoints" not in status or not status.get("addresses"):
        return False
    try:
        address = status["addresses"][0]["address"], status["daemonEndpoints"]["kubeletEndpoint"]["Port"]
        socket.create_connection(address, 1).close()
    except OSError:
        return False
    return True


class ControlPlane:
    def __init__(self, directory: str):
        self.dir = Path(directory).resolve()
        self.state_file = self.dir / "state.json"
        self.state = json.loads(self.state_file.read_text()) if self.state_file.exists() else {}

    # Processes

    def start(self, name: str, argv: list[str], owner: int | None = None) -> None:
        env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        env["CONTROLPLANE_OWNER"] = str(owner or "")
        with (self.dir / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, cwd=self.dir, start_new_session=True
            )
        entry = {"pid": process.pid, "started": started_at(process.pid), "argv": argv, "owner": owner}
        self.state.setdefault("processes", {})[name] = entry
        self.state_file.write_text(json.dumps(self.state, indent=1))

    def alive(self, name: str) -> bool:
        entry = self.state.get("processes", {}).get(name)
        return bool(entry and entry["started"] and started_at(entry["pid"]) == entry["started"])

    def stop(self, names: list[str], sig: int, patience: float = 3) -> None:
        for step, seconds in ((sig, patience), (signal.SIGKILL, 10)):
            running = [n for n in names if self.alive(n)]
            for name in running:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(self.state["processes"][name]["pid"], step)
            with contextlib.suppress(FailureError):
                wait_for("stop", lambda names=tuple(running): not any(map(self.alive, names)), seconds)

    def start_serving(self, programs: dict[str, list[str]], owner: int | None) -> None:
        for name, argv in programs.items():
            self.start(name, argv, owner)
            if name == "kube-apiserver":
                wait_for(name, self.serving)
        wait_for("controllers", lambda: self.serving() and self.populated())

    # The API

    def get(self, path: str) -> bytes | None:
        context = ssl.create_default_context(cafile=self.dir / "certs/apiserver.crt")
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.state['port']}{path}", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=5) as response:
                return response.read()
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return None

    def serving(self) -> bool:
        for name in self.state["processes"]:
            if not self.alive(name):
                log = (self.dir / f"{name}.log").read_text(errors="replace")
                raise FailureError(f"{name} ended; the end of {self.dir / name}.log:\n{log[-2000:]}")
        return (self.dir / "certs/apiserver.crt").exists() and self.get("/readyz") == b"ok"

    def populated(self) -> bool:
        nodes = json.loads(self.get("/api/v1/nodes") or b'{"items": []}')["items"]
        return (
            sum(kubelet_answers(node["status"]) for node in nodes) == self.state["nodes"]
            and self.get("/api/v1/namespaces/default/serviceaccounts/default") is not None
        )

    # Commands

    def up(self, nodes: int, lb: bool, audit: bool, webhooks: bool, pod_network: str, owner: int | None) -> None:
        if any(self.alive(n) for n in self.state.get("processes", {})):
            raise FailureError(f"{self.dir} has a running control plane already")
        program = str(binary())
        began = time.monotonic()
        certs = self.dir / "certs"
        certs.mkdir(parents=True, exist_ok=True)
        subprocess.run(["rm", "-rf", self.dir / "etcd"], check=True)
        for log in self.dir.glob("*.log"):
            log.unlink()
        (self.dir / "tokens.csv").write_text(TOKENS)
        with (certs / "sa.key").open("wb") as key:
            subprocess.run([program, "service-account-key"], stdout=key, check=True)
        port, etcd_port, peer_port = free_ports(3)
        self.state = {"port": port, "nodes": nodes}
        kubeconfig = self.dir / "kubeconfig"
        kubeconfig.write_text(KUBECONFIG.format(port=port, ca=certs / "apiserver.crt"))

        etcd, peer = f"http://127.0.0.1:{etcd_port}", f"http://127.0.0.1:{peer_port}"
        self.start("etcd", [
            program, "etcd", f"--data-dir={self.dir}/etcd", "--unsafe-no-fsync", "--log-level=warn",
            f"--listen-client-urls={etcd}", f"--advertise-client-urls={etcd}",
            f"--listen-peer-urls={peer}", f"--initial-advertise-peer-urls={peer}", f"--initial-cluster=default={peer}",
        ], owner)  # fmt: skip
        (self.dir / "egress.yaml").write_text(EGRESS.format(name=f"@controlplane-{port}"))
        argv = [
            program, "kube-apiserver", f"--etcd-servers={etcd}", f"--secure-port={port}", "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none", f"--cert-dir={certs}",
            f"--token-auth-file={self.dir}/tokens.csv", "--authorization-mode=RBAC", "--allow-privileged",
            "--service-account-issuer=https://kubernetes.default.svc", f"--service-account-key-file={certs}/sa.key",
            f"--service-account-signing-key-file={certs}/sa.key", "--service-cluster-ip-range=127.96.0.0/16",
            "--kubelet-preferred-address-types=InternalIP", f"--egress-selector-config-file={self.dir}/egress.yaml",
        ]  # fmt: skip
        off = ["TaintNodesByCondition"]
        if not webhooks:
            off += ["MutatingAdmissionWebhook", "ValidatingAdmissionWebhook"]
        argv.append("--disable-admission-plugins=" + ",".join(off))
        if audit:
            (self.dir / "audit-policy.yaml").write_text(AUDIT_POLICY)
            argv += [f"--audit-policy-file={self.dir}/audit-policy.yaml", f"--audit-log-path={self.dir}/audit.log"]
        controllers = [
            program, "kube-controller-manager", f"--kubeconfig={kubeconfig}", "--leader-elect=false", "--secure-port=0",
            f"--service-account-private-key-file={certs}/sa.key", f"--root-ca-file={certs}/apiserver.crt",
            "--kube-api-qps=500", "--kube-api-burst=1000", "--controllers=" + ",".join(CONTROLLERS),
        ]  # fmt: skip
        fake = [
            program, "nodes", f"--kubeconfig={kubeconfig}", f"--nodes={nodes}", f"--lb={str(lb).lower()}",
            f"--rules={self.dir}/pods.json", f"--egress=@controlplane-{port}", f"--pod-network={pod_network}",
        ]  # fmt: skip
        try:
            self.start_serving({"kube-apiserver": argv, "kube-controller-manager": controllers, "nodes": fake}, owner)
        except BaseException:
            self.down()
            raise
        print(f"{kubeconfig} {time.monotonic() - began:.1f}s")

    def down(self) -> None:
        processes = self.state.get("processes", {})
        self.stop([n for n in processes if n != "etcd"], signal.SIGTERM)
        self.stop(["etcd"], signal.SIGTERM)

    def kill_apiserver(self) -> None:
        self.stop(["kube-apiserver"], signal.SIGKILL)

    def restart_apiserver(self) -> None:
        """Restarts its clients too: after an outage they would wait for up to 30 s before they try again."""
        entries = {n: e for n, e in self.state["processes"].items() if n != "etcd"}
        self.stop(list(entries), signal.SIGTERM, 1)
        for name in entries:
            del self.state["processes"][name]
        self.start_serving({n: e["argv"] for n, e in entries.items()}, self.state["processes"]["etcd"]["owner"])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("build", help="build the program, if there is none for these sources")
    for name in ("up", "down", "kill-apiserver", "restart-apiserver"):
        command = commands.add_parser(name)
        command.add_argument("dir")
        if name == "up":
            command.add_argument("--nodes", type=int, default=2, help="number of nodes (default 2)")
            command.add_argument("--lb", action="store_true", help="give each LoadBalancer Service an address")
            command.add_argument("--audit", action="store_true", help="log each API request to DIR/audit.log")
            command.add_argument("--webhooks", action="store_true", help="call admission webhooks")
            command.add_argument("--pod-network", default="10.244", help="start of pod addresses (default 10.244)")
            command.add_argument("--owner", type=int, metavar="PID", help="stop by itself once process PID is gone")
    args = vars(parser.parse_args())
    name = args.pop("command").replace("-", "_")
    try:
        if name == "build":
            print(binary())
            return 0
        plane = ControlPlane(args.pop("dir"))
        if not plane.state and name.endswith("_apiserver"):
            raise FailureError(f"no control plane in {plane.dir}")
        getattr(plane, name)(**args)
    except (FailureError, OSError, subprocess.CalledProcessError) as failure:
        print(failure, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
