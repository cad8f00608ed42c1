"""`istioctl ingress-endpoint` on a real API server, in the three forms of the guide."""

from __future__ import annotations

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from istioctl.cluster.session import MERGE
from tests.support.cluster import Cluster, wait_for
from tests.support.kubectl import need_kubectl
from tests.support.run import read_until, start_cli

pytestmark = pytest.mark.cluster

NAMESPACE = "edge"
PORTS = [
    {"name": "http2", "port": 80, "targetPort": 8080},
    {"name": "https", "port": 443, "targetPort": 8443},
    {"name": "tcp", "port": 31400, "targetPort": 31400},
]
Make = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def edge(cluster: Cluster) -> Iterator[Cluster]:
    """A namespace with a gateway's pods."""
    cluster.namespace(NAMESPACE)
    labels = {"app": "gateway"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "istio-proxy", "image": "proxy:1"}]}}
    spec = {"selector": {"matchLabels": labels}, "template": pod}
    metadata = {"name": "gateway", "namespace": NAMESPACE}
    cluster.create({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec})
    path = f"/apis/apps/v1/namespaces/{NAMESPACE}/deployments/gateway"
    wait_for(lambda: bool(cluster.session.get(path)["status"].get("readyReplicas")))
    yield cluster
    cluster.session.send("DELETE", f"/api/v1/namespaces/{NAMESPACE}")
    wait_for(lambda: NAMESPACE not in cluster.names("Namespace"), 60)


@pytest.fixture
def service(edge: Cluster, request: pytest.FixtureRequest) -> Iterator[Make]:
    """Makes a gateway's Service; it is gone after the test."""
    made: list[str] = []

    def make(
        kind: str, name: str = "front", ingress: list[dict[str, Any]] | None = None, **spec: Any
    ) -> dict[str, Any]:
        labels = {"istio": "ingressgateway"}
        obj = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": name, "namespace": NAMESPACE, "labels": labels},
            "spec": {"type": kind, "selector": {"app": "gateway"}, "ports": PORTS, **spec},
        }
        edge.create(obj)
        made.append(name)
        path = f"/api/v1/namespaces/{NAMESPACE}/services/{name}"
        if ingress is not None:
            wait_for(lambda: bool(edge.session.get(path)["status"]["loadBalancer"].get("ingress")))
            edge.session.send(
                "PATCH", f"{path}/status", {"status": {"loadBalancer": {"ingress": ingress}}}, None, MERGE
            )
        return edge.session.get(path)

    yield make
    for name in made:
        edge.session.send("DELETE", f"/api/v1/namespaces/{NAMESPACE}/services/{name}")


def shell(text: str) -> str:
    """What the guide's variables hold after `eval` of `text`."""
    names = "$INGRESS_HOST $INGRESS_PORT $SECURE_INGRESS_PORT $TCP_INGRESS_PORT"
    line = f'eval "$1"; echo {names}'
    return subprocess.run(["sh", "-c", line, "sh", text], capture_output=True, text=True, check=True).stdout.strip()


def test_load_balancer_with_an_address(edge: Cluster, service: Make) -> None:
    service("LoadBalancer", ingress=[{"ip": "203.0.113.7"}])
    done = edge.run("ingress-endpoint", "-n", NAMESPACE)
    assert done.status == 0, done.stderr
    assert shell(done.stdout) == "203.0.113.7 80 443 31400"
    assert edge.run("x", "ingress-endpoint", "-n", NAMESPACE, "-o", "url").stdout == "http://203.0.113.7\n"


def test_load_balancer_with_a_name(edge: Cluster, service: Make) -> None:
    service("LoadBalancer", ingress=[{"hostname": "lb.example.com"}])
    done = edge.run("ingress-endpoint", "-n", NAMESPACE)
    assert shell(done.stdout) == "lb.example.com 80 443 31400"
    assert edge.run("ingress-endpoint", "-n", NAMESPACE, "-o", "jsonpath={.host}").stdout == "lb.example.com"


def test_node_port(edge: Cluster, service: Make) -> None:
    made = service("NodePort", externalTrafficPolicy="Local")
    node_ports = " ".join(str(port["nodePort"]) for port in made["spec"]["ports"])
    pods = edge.session.get(f"/api/v1/namespaces/{NAMESPACE}/pods")["items"]
    node = edge.session.get(f"/api/v1/nodes/{pods[0]['spec']['nodeName']}")
    address = next(entry["address"] for entry in node["status"]["addresses"] if entry["type"] == "InternalIP")
    done = edge.run("ingress-endpoint", "-n", NAMESPACE, "--name", "front")
    assert shell(done.stdout) == f"{address} {node_ports}"
    data = json.loads(edge.run("ingress-endpoint", "-n", NAMESPACE, "-o", "json").stdout)
    assert (data["type"], data["host"]) == ("NodePort", address)
    assert yaml.safe_load(edge.run("ingress-endpoint", "-n", NAMESPACE, "-o", "yaml").stdout) == data


def test_installed_gateway_is_found_without_flags(installed: Cluster) -> None:
    data = json.loads(installed.run("ingress-endpoint", "-o", "json").stdout)
    assert (data["namespace"], data["service"]) == ("istio-system", "istio-ingressgateway")
    assert data["httpPort"] == 80


#: The guide's ways to a gateway: what it reads of the Service, and of the pods.
RECIPES = (
    "{.status.loadBalancer.ingress[0].ip}",
    "{.status.loadBalancer.ingress[0].hostname}",
    *(
        f'{{.spec.ports[?(@.name=="{name}")].{port}}}'
        for name in ("http2", "https", "tcp")
        for port in ("port", "nodePort")
    ),
)
HOST = "{.items[0].status.hostIP}"


@pytest.mark.parametrize(
    ("kind", "ingress"),
    [
        ("NodePort", None),
        ("LoadBalancer", [{"ip": "203.0.113.7"}]),
        ("LoadBalancer", [{"hostname": "lb.example.com"}]),
        ("LoadBalancer", [{}]),
    ],
)
def test_the_recipes_of_the_guide_give_the_text_of_kubectl(
    edge: Cluster, service: Make, kind: str, ingress: list[dict[str, Any]] | None
) -> None:
    need_kubectl()
    service(kind, ingress=ingress)

    def kubectl(*words: str) -> str:
        line = ["kubectl", "--kubeconfig", str(edge.kubeconfig), "-n", NAMESPACE, "get", *words]
        return subprocess.run(line, capture_output=True, text=True, check=True).stdout

    asked = dict.fromkeys(RECIPES, ("service", "front")) | {HOST: ("po", "-l", "app=gateway")}
    template = ";".join(asked)
    ours = edge.run("ingress-endpoint", "-n", NAMESPACE, "-o", f"jsonpath={template}")
    theirs = [kubectl(*words, "-o", f"jsonpath={path}") for path, words in asked.items()]

    assert ours.stdout.split(";") == theirs
    assert any(theirs)


def test_a_template_that_finds_nothing_of_a_pending_gateway_says_why(edge: Cluster, service: Make) -> None:
    service("LoadBalancer", ingress=[{}])
    done = edge.run("ingress-endpoint", "-n", NAMESPACE, "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}")
    assert (done.status, done.stdout) == (1, "")
    assert "the load balancer has no address" in done.stderr


def test_pending_load_balancer_offers_ways_out(edge: Cluster, service: Make) -> None:
    service("LoadBalancer", ingress=[{}])
    done = edge.run("ingress-endpoint", "-n", NAMESPACE)
    assert done.status == 1
    assert "the load balancer has no address" in done.stderr
    assert "--wait" in done.stderr
    assert "--node-port" in done.stderr
    assert edge.run("ingress-endpoint", "-n", NAMESPACE, "--node-port").status == 0


def test_waiting_for_the_load_balancer(edge: Cluster, service: Make) -> None:
    service("LoadBalancer", ingress=[{}])
    path = f"/api/v1/namespaces/{NAMESPACE}/services/front/status"
    status = {"status": {"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}}}
    waiting = start_cli(edge.kubeconfig, "ingress-endpoint", "-n", NAMESPACE, "--wait", "--timeout", "60s", "-o", "url")
    read_until(waiting, "waiting for the load balancer's address")
    edge.session.send("PATCH", path, status, None, MERGE)
    stdout, stderr = waiting.communicate(timeout=90)
    assert stdout == "http://203.0.113.9\n", stderr


def test_check_opens_each_port(edge: Cluster, service: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        ports = [{"name": "http2", "port": port}]
        service("LoadBalancer", ingress=[{"ip": "127.0.0.1"}], ports=ports)
        assert edge.run("ingress-endpoint", "-n", NAMESPACE, "--check").status == 0
    done = edge.run("ingress-endpoint", "-n", NAMESPACE, "--check")
    assert done.status == 1
    assert f"127.0.0.1:{port}: no connection: Connection refused" in done.stderr
    assert done.stdout == ""


def test_several_gateways_have_to_be_told_apart(edge: Cluster, service: Make) -> None:
    service("NodePort", "one")
    service("NodePort", "two")
    done = edge.run("ingress-endpoint", "-n", NAMESPACE)
    assert done.status == 1
    assert "edge/one, edge/two" in done.stderr
    assert edge.run("ingress-endpoint", "-n", NAMESPACE, "--name", "two").status == 0


@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        (("--name", "none"), 1, "there is no ingress gateway named 'none'"),
        (("-n", "none"), 1, "there is no ingress gateway labelled istio=ingressgateway in namespace none"),
        (("-o", "xml"), 64, "unknown output format 'xml'"),
        (("-n", NAMESPACE, "--name", "gateway-inside", "-o", "jsonpath={.a["), 64, "unterminated array"),
        (("-n", NAMESPACE, "--name", "gateway-inside", "-o", "jsonpath={.spec[0]}"), 1, "a mapping is not a list"),
        (("--context", "nobody"), 1, "cannot list resource"),
        (("--timeout", "soon"), 65, "not a duration"),
    ],
)
def test_refusals(edge: Cluster, service: Make, argv: tuple[str, ...], status: int, words: str) -> None:
    service("NodePort", "gateway-inside")
    done = edge.run("ingress-endpoint", *argv)
    assert done.status == status, done.stderr
    assert words in done.stderr


def test_service_inside_the_cluster_is_out_of_reach(edge: Cluster, service: Make) -> None:
    service("ClusterIP")
    done = edge.run("ingress-endpoint", "-n", NAMESPACE)
    assert done.status == 1
    assert "reachable from inside the cluster only" in done.stderr
