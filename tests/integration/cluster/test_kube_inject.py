"""kube-inject with the configuration of a real API server: its ConfigMaps, and its webhook through a port-forward."""

from __future__ import annotations

import base64
import http.server
import json
import shutil
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from istioctl.cluster.session import Session
from istioctl.yamldoc.reader import load
from tests.integration.cluster.test_tunnels import run_pod, session
from tests.support.corpus import corpus_dir
from tests.support.run import run_cli

if TYPE_CHECKING:
    from tests.support.cluster import ControlPlane
from tests.support.kubectl import need_kubectl

__all__ = ["session"]  # a fixture
pytestmark = pytest.mark.cluster

_WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web  # ours
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
      - name: app
        image: web:1
"""


@pytest.fixture
def namespace(session: Session) -> Iterator[str]:
    """A namespace of the test's own, which also serves as the control plane's."""
    name = f"inject-{time.monotonic_ns()}"
    session.send("POST", "/api/v1/namespaces", {"metadata": {"name": name}})
    yield name
    session.send("DELETE", f"/api/v1/namespaces/{name}")


@pytest.fixture
def configured(session: Session, namespace: str) -> str:
    """The namespace with the ConfigMaps of a real installation in it."""
    folder = corpus_dir() / "inject" / "_config" / "default"
    for name, keys in (
        ("istio", {"mesh": "mesh.yaml"}),
        ("istio-sidecar-injector", {"config": "inject.yaml", "values": "values.json"}),
    ):
        data = {key: (folder / file).read_text() for key, file in keys.items()}
        session.send("POST", f"/api/v1/namespaces/{namespace}/configmaps", {"metadata": {"name": name}, "data": data})
    return namespace


def shell(command: str, kubeconfig: Path, folder: Path) -> str:
    """What a line of bash prints, with `istioctl` and `kubectl` on the cluster under test."""
    need_kubectl()
    prelude = f'istioctl() {{ "{sys.executable}" -m istioctl "$@" -c "{kubeconfig}"; }}\nset -eo pipefail\n'
    done = subprocess.run(
        ["bash", "-c", prelude + command], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.conformance
@pytest.mark.parametrize(
    "pipe",
    [
        "{kubectl} apply -f <(istioctl kube-inject {config} -f d.yaml)",
        "istioctl kube-inject {config} -f d.yaml -o out.yaml && {kubectl} apply -f out.yaml",
        "{kubectl} apply -f d.yaml && {kubectl} rollout status deployment/web "
        "&& {kubectl} get deployment -o yaml | istioctl kube-inject {config} -f - | {kubectl} apply -f -",
    ],
    ids=["apply", "output", "get"],
)
def test_pipes(pipe: str, configured: str, kubeconfig: Path, session: Session, tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text(DEPLOYMENT)
    kubectl = f"kubectl --kubeconfig {kubeconfig} -n {configured}"
    shell(pipe.format(kubectl=kubectl, config=f"-i {configured}"), kubeconfig, tmp_path)
    found = session.get(f"/apis/apps/v1/namespaces/{configured}/deployments/web")
    pod = found["spec"]["template"]
    # nodes as new as these run the proxy as a native sidecar
    assert [item["name"] for item in pod["spec"]["initContainers"]] == ["istio-init", "istio-proxy"]
    assert [item["name"] for item in pod["spec"]["containers"]] == ["app"]
    assert "sidecar.istio.io/status" in pod["metadata"]["annotations"]


def test_a_missing_config_map_is_an_error(namespace: str, kubeconfig: Path) -> None:
    done = run_cli("kube-inject", "-c", str(kubeconfig), "-i", namespace, "-f", "-", stdin=DEPLOYMENT)
    assert done.status == 1
    assert done.stdout == ""
    assert "--offline" in done.stderr


class Webhook(http.server.BaseHTTPRequestHandler):
    """Adds a container to pods called web, and refuses pods labelled bad."""

    reviews: list[dict[str, Any]]

    def do_POST(self) -> None:
        review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.reviews.append(review)
        pod = review["request"]["object"]
        response: dict[str, Any] = {"uid": review["request"]["uid"], "allowed": "bad" not in pod["metadata"]["labels"]}
        if response["allowed"]:
            patch = [{"op": "add", "path": "/spec/containers/-", "value": {"name": "istio-proxy", "image": "p"}}]
            response |= {"patchType": "JSONPatch", "patch": base64.b64encode(json.dumps(patch).encode()).decode()}
        else:
            response["status"] = {"message": "no such thing"}
        body = json.dumps({**review, "response": response}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def webhook(control_plane: ControlPlane, session: Session, namespace: str, tmp_path: Path) -> Iterator[list[Any]]:
    """A webhook behind a Service and a pod; the reviews it gets."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not on PATH")
    name = f"injector.{namespace}.svc"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN={name}"
    subprocess.run([*command.split(), "-addext", f"subjectAltName=DNS:{name}"], cwd=tmp_path, check=True, capture_output=True)  # fmt: skip  # noqa: E501
    Webhook.reviews = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Webhook) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        control_plane.behave({"selector": "app=injector", "ports": {"15017": f"127.0.0.1:{server.server_port}"}})
        run_pod(session, namespace, "injector-1", {"app": "injector"})
        service = {"selector": {"app": "injector"}, "ports": [{"port": 443, "targetPort": 15017}]}
        session.send("POST", f"/api/v1/namespaces/{namespace}/services", {"metadata": {"name": "injector"}, "spec": service})  # fmt: skip  # noqa: E501
        bundle = base64.b64encode((tmp_path / "cert.pem").read_bytes()).decode()
        client = {"service": {"namespace": namespace, "name": "injector", "path": "/inject"}, "caBundle": bundle}
        never = {"matchLabels": {"never": "match"}}
        hook = {
            "name": "namespace.sidecar-injector.istio.io", "clientConfig": client, "sideEffects": "None",
            "admissionReviewVersions": ["v1"], "objectSelector": never, "namespaceSelector": never,
        }  # fmt: skip
        metadata = {"name": namespace, "labels": {"istio.io/rev": namespace}}
        session.send("POST", _WEBHOOKS, {"metadata": metadata, "webhooks": [hook]})
        yield Webhook.reviews
        session.send("DELETE", f"{_WEBHOOKS}/{namespace}")
        server.shutdown()
    control_plane.behave()


def test_the_clusters_webhook_injects(
    webhook: list[Any], session: Session, namespace: str, kubeconfig: Path, tmp_path: Path
) -> None:
    (tmp_path / "mesh.yaml").write_text("")
    flags = ["-c", str(kubeconfig), "-i", namespace, "-r", namespace, "--meshConfigFile", str(tmp_path / "mesh.yaml")]
    done = run_cli("kube-inject", *flags, "-f", "-", stdin=f"{DEPLOYMENT}---\n{DEPLOYMENT}")
    assert done.status == 0, done.stderr
    assert "name: web  # ours" in done.stdout
    containers = load(done.stdout)["spec"]["template"]["spec"]["containers"]
    assert containers == [{"name": "app", "image": "web:1"}, {"name": "istio-proxy", "image": "p"}]
    assert [review["request"]["object"]["metadata"]["labels"] for review in webhook] == [{"app": "web"}] * 2

    refused = run_cli("kube-inject", *flags, "-f", "-", stdin=DEPLOYMENT.replace("app: web}\n", "bad: web}\n"))
    assert refused.status == 1
    assert refused.stdout == ""
    assert "the webhook refuses: no such thing" in refused.stderr


@pytest.mark.conformance
def test_a_webhook_that_does_not_answer_leaves_it_to_the_config_map(
    webhook: list[Any], control_plane: ControlPlane, session: Session, namespace: str, kubeconfig: Path, tmp_path: Path
) -> None:
    folder = corpus_dir() / "inject" / "_config" / "default"
    data = {"config": (folder / "inject.yaml").read_text(), "values": (folder / "values.json").read_text()}
    metadata = {"name": f"istio-sidecar-injector-{namespace}"}
    session.send("POST", f"/api/v1/namespaces/{namespace}/configmaps", {"metadata": metadata, "data": data})
    (tmp_path / "mesh.yaml").write_text("")
    control_plane.behave()  # nothing listens in the pod any more
    flags = ["-c", str(kubeconfig), "-i", namespace, "-r", namespace, "--meshConfigFile", str(tmp_path / "mesh.yaml")]

    done = run_cli("kube-inject", *flags, "-f", "-", stdin=DEPLOYMENT)

    assert done.status == 0, done.stderr
    assert "webhook can't be used" in done.stderr
    assert "sidecar.istio.io/status" in done.stdout
    assert webhook == []


def test_check_inject(webhook: list[Any], session: Session, namespace: str, kubeconfig: Path) -> None:
    flags = ["-c", str(kubeconfig), "-n", namespace]
    done = run_cli("x", "check-inject", "injector-1", *flags, "-o", "json")
    (verdict,) = [found for found in json.loads(done.stdout) if found["name"] == namespace]
    assert (verdict["injects"], verdict["revision"]) == (False, namespace)
    everything = run_cli("experimental", "check-inject", *flags)
    assert everything.stdout.splitlines()[1].split()[:4] == [namespace, "injector-1", "✘", "✘"]
