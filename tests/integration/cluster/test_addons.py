"""Add-ons on a real API server: installed, asked for their state through port-forwards, and removed."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from istioctl.actions.installation.addon_status import addon_states
from istioctl.actions.installation.addons import AddonOptions, install_addons, installed_addons, uninstall_addons
from istioctl.actions.progress import Silence
from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.cluster.queries import list_objects
from istioctl.errors import ClusterError
from istioctl.rendering.addons.addons import ADDONS
from istioctl.yamldoc.reader import load
from tests.support.run import run_cli

if TYPE_CHECKING:
    from tests.support.cluster import Cluster, ControlPlane

pytestmark = pytest.mark.cluster

MERGE = "application/merge-patch+json"

ANSWERS = {
    "/api/v1/targets?state=active": {
        "data": {
            "activeTargets": [
                {"health": "up", "labels": {"job": "pods"}},
                {"health": "down", "labels": {"job": "containers"}},
            ]
        }
    },
    "/api/services": {"data": ["web", "shop"]},
    "/api/v2/services": [],
    "/api/health": {"database": "ok"},
    "/kiali/api/status": {"externalServices": [{"name": "Prometheus", "version": "3.10.0"}]},
}


class Answering(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        body = b"ready\n" if self.path == "/ready" else json.dumps(ANSWERS[self.path]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Puzzling(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def serving(control_plane: ControlPlane) -> Iterator[None]:
    """The pods of all add-ons answer as the real programs do."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        ports = dict.fromkeys(("9090", "3100", "16686", "9411", "3000", "20001"), f"127.0.0.1:{server.server_port}")
        control_plane.behave({"selector": "app.kubernetes.io/part-of=istio-addons", "ports": ports})
        yield
        control_plane.behave()
        server.shutdown()


@pytest.fixture
def client(kubeconfig: Path) -> ClientOptions:
    return ClientOptions(kubeconfig=str(kubeconfig))


def release_claims(cluster: Cluster, namespace: str) -> None:
    """Do what the control plane has no controller for: say that no pod uses the namespace's claims."""
    for name in cluster.names("PersistentVolumeClaim", namespace=namespace):
        path = cluster.session.discovery.resource("v1", "PersistentVolumeClaim").path(namespace, name)
        cluster.session.send("PATCH", path, {"metadata": {"finalizers": None}}, content_type=MERGE)


@pytest.fixture
def tools(cluster: Cluster, client: ClientOptions) -> Iterator[AddonOptions]:
    """Options for a namespace of the test's own."""
    namespace = f"tools-{time.monotonic_ns()}"
    yield AddonOptions(namespace=namespace, mesh_namespace=namespace, timeout=60)
    release_claims(cluster, namespace)
    uninstall_addons(client, AddonOptions(namespace=namespace, purge=True, timeout=60), Silence())
    if namespace in cluster.names("Namespace"):
        cluster.session.send("DELETE", f"/api/v1/namespaces/{namespace}")


def options(base: AddonOptions, *names: str, **changes: Any) -> AddonOptions:
    from dataclasses import replace

    return replace(base, names=names, **changes)


def generations(cluster: Cluster, namespace: str) -> dict[str, int]:
    found = list_objects(cluster.session, "apps/v1", "Deployment", namespace=namespace)
    return {item["metadata"]["name"]: item["metadata"]["generation"] for item in found}


@pytest.mark.usefixtures("serving")
def test_from_installation_to_removal(cluster: Cluster, client: ClientOptions, tools: AddonOptions) -> None:
    install_addons(client, tools, Silence())
    before = generations(cluster, tools.namespace)
    assert set(before) == set(ADDONS)

    install_addons(client, tools, Silence())
    assert generations(cluster, tools.namespace) == before

    states = {state.name: state for state in addon_states(client)}
    assert [state.name for state in states.values() if state.ready and state.connected] == list(ADDONS)
    assert states["prometheus"].detail == "1 of 2 targets are up; some of containers are down"
    assert states["kiali"].detail == "it reaches Prometheus 3.10.0"

    release_claims(cluster, tools.namespace)
    report = uninstall_addons(client, options(tools, purge=True), Silence())
    assert report.names == ADDONS
    assert not cluster.owned("app.kubernetes.io/part-of=istio-addons")
    assert not any(state.installed for state in addon_states(client))


@pytest.mark.usefixtures("serving")
def test_the_command_line(cluster: Cluster, tools: AddonOptions) -> None:
    done = cluster.run("addons", "install", "zipkin", "prometheus", "-n", tools.namespace)
    assert done.status == 0, done.stderr
    assert "Prometheus installed" in done.stderr
    rows = [line.split() for line in cluster.run("addons", "status", "-n", tools.namespace).stdout.splitlines()]
    assert rows[1][:5] == ["prometheus", tools.namespace, "v3.10.0", "yes", "yes"]
    assert rows[2][:2] == ["loki", "-"]
    done = cluster.run("addons", "uninstall", "zipkin", "prometheus", "-y", "-o", "json")
    assert done.status == 0, done.stderr
    assert f"Deployment/{tools.namespace}/zipkin" in json.loads(done.stdout)["objects"]


@pytest.mark.usefixtures("serving")
def test_status_as_data(cluster: Cluster, tools: AddonOptions) -> None:
    assert cluster.run("addons", "install", "prometheus", "-n", tools.namespace).status == 0
    done = cluster.run("addons", "status", "prometheus", "kiali", "-n", tools.namespace, "-o", "json")
    assert json.loads(done.stdout) == [
        {
            "name": "prometheus",
            "installed": True,
            "namespace": tools.namespace,
            "version": "v3.10.0",
            "ready": True,
            "connected": True,
            "detail": "1 of 2 targets are up; some of containers are down",
        },
        {
            "name": "kiali",
            "installed": False,
            "namespace": "",
            "version": "",
            "ready": False,
            "connected": None,
            "detail": "",
        },
    ]
    done = cluster.run("addons", "status", "prometheus", "kiali", "-n", tools.namespace, "-o", "yaml")
    assert [state["ready"] for state in load(done.stdout, "stdout")] == [True, False]


class TestStatusThatCannotBeTold:
    def test_an_unreachable_server(self, tmp_path: Path) -> None:
        file = tmp_path / "config"
        server = {"apiVersion": "v1", "kind": "Config", "current-context": "c", "clusters": [], "users": []}
        server["clusters"] = [{"name": "k", "cluster": {"server": "http://127.0.0.1:1"}}]
        file.write_text(json.dumps(server | {"contexts": [{"name": "c", "context": {"cluster": "k", "user": ""}}]}))
        done = run_cli("addons", "status", "-o", "json", "--kubeconfig", str(file), "--kubeclient-timeout", "2s")
        assert (done.status, done.stdout) == (1, "")
        assert "127.0.0.1:1" in done.stderr

    def test_somebody_who_may_see_nothing(self, cluster: Cluster) -> None:
        done = cluster.run("addons", "status", "--as", "nobody", "-o", "json")
        assert (done.status, done.stdout) == (1, "")
        assert 'User "nobody" cannot list resource "deployments"' in done.stderr

    @pytest.mark.usefixtures("serving")
    def test_somebody_who_may_look_but_not_ask(
        self, cluster: Cluster, client: ClientOptions, tools: AddonOptions
    ) -> None:
        install_addons(client, options(tools, "zipkin"), Silence())
        name = {"name": "watcher", "namespace": tools.namespace}
        rules = [{"apiGroups": ["apps", ""], "resources": ["deployments", "pods"], "verbs": ["get", "list"]}]
        api = "rbac.authorization.k8s.io"
        cluster.create({"apiVersion": f"{api}/v1", "kind": "Role", "metadata": name, "rules": rules})
        subjects = [{"apiGroup": api, "kind": "User", "name": "watcher"}]
        role = {"apiGroup": api, "kind": "Role", "name": "watcher"}
        binding = {"apiVersion": f"{api}/v1", "kind": "RoleBinding", "metadata": name}
        cluster.create(binding | {"roleRef": role, "subjects": subjects})
        done = cluster.run("addons", "status", "zipkin", "-n", tools.namespace, "--as", "watcher", "-o", "json")
        (state,) = json.loads(done.stdout)
        assert (state["ready"], state["connected"]) == (True, None)
        assert "pods/portforward" in state["detail"]

    def test_one_that_does_not_answer(self, cluster: Cluster, client: ClientOptions, tools: AddonOptions) -> None:
        install_addons(client, options(tools, "zipkin"), Silence())
        (state,) = addon_states(client, ["zipkin"], tools.namespace)
        assert (state.ready, state.connected) == (True, False)
        assert state.detail.startswith("nothing answers there")

    def test_one_that_answers_something_else(
        self, control_plane: ControlPlane, client: ClientOptions, tools: AddonOptions
    ) -> None:
        install_addons(client, options(tools, "zipkin"), Silence())
        with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Puzzling) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            control_plane.behave({"selector": "app=zipkin", "ports": {"9411": f"127.0.0.1:{server.server_port}"}})
            (state,) = addon_states(client, ["zipkin"], tools.namespace)
            server.shutdown()
        control_plane.behave()
        assert state.connected is False
        assert state.detail == "what it answers to GET /api/v2/services is not understood"


def test_one_that_does_not_get_ready(
    cluster: Cluster, control_plane: ControlPlane, client: ClientOptions, tools: AddonOptions
) -> None:
    control_plane.behave({"selector": "app=zipkin", "fault": "unready"})
    with pytest.raises(ClusterError, match="0 of 1 replicas are available"):
        install_addons(client, options(tools, "zipkin", timeout=3.0), Silence())
    (state,) = addon_states(client, ["zipkin"])
    assert (state.installed, state.ready, state.connected) == (True, False, None)
    assert "available" in state.detail
    control_plane.behave()


def test_who_must_be_installed_again(cluster: Cluster, client: ClientOptions, tools: AddonOptions) -> None:
    install_addons(client, options(tools, "kiali", "grafana", wait=False), Silence())
    report = install_addons(client, options(tools, "jaeger", wait=False), Silence())
    assert report.readers == ("grafana", "kiali")
    report = install_addons(client, options(tools, "kiali", wait=False), Silence())
    config = cluster.get("v1", "ConfigMap", "kiali", tools.namespace)["data"]["config.yaml"]
    assert load(config, "config.yaml")["external_services"]["tracing"]["enabled"] is True
    assert uninstall_addons(client, options(tools, "jaeger"), Silence()).readers == ("grafana", "kiali")
    assert installed_addons(cluster.session, tools.namespace) == ("grafana", "kiali")


def test_disks_stay_unless_they_are_to_go(cluster: Cluster, client: ClientOptions, tools: AddonOptions) -> None:
    keeping = {"persistence": {"enabled": True, "size": "1Gi", "storageClass": ""}}
    install_addons(client, options(tools, "jaeger", settings={"jaeger": keeping}, wait=False), Silence())
    uninstall_addons(client, options(tools, "jaeger"), Silence())
    assert cluster.names("PersistentVolumeClaim", namespace=tools.namespace) == ["jaeger"]
    release_claims(cluster, tools.namespace)
    uninstall_addons(client, options(tools, "jaeger", purge=True), Silence())
    assert cluster.names("PersistentVolumeClaim", namespace=tools.namespace) == []


class TestTracing:
    def test_a_cluster_without_istio_is_left_as_it_was(
        self, bare: Cluster, client: ClientOptions, tools: AddonOptions
    ) -> None:
        wanted = options(tools, "jaeger", settings={"jaeger": {"tracing": {"enabled": True}}})
        with pytest.raises(ClusterError, match="no mesh configuration"):
            install_addons(client, wanted, Silence())
        assert tools.namespace not in bare.names("Namespace")

    def test_the_mesh_learns_of_the_provider(
        self, installed: Cluster, client: ClientOptions, tools: AddonOptions
    ) -> None:
        settings = {"jaeger": {"tracing": {"enabled": True, "sampling": 50}}}
        wanted = options(tools, "jaeger", settings=settings, mesh_namespace="istio-system", wait=False)

        assert [install_addons(client, wanted, Silence()).mesh for _ in range(2)] == [True, False]

        mesh = load(installed.get("v1", "ConfigMap", "istio")["data"]["mesh"], "mesh")
        (provider,) = (entry for entry in mesh["extensionProviders"] if entry["name"] == "jaeger")
        assert provider["opentelemetry"]["service"] == f"jaeger-collector.{tools.namespace}.svc.cluster.local"
        telemetry = installed.get("telemetry.istio.io/v1", "Telemetry", "tracing-jaeger")
        assert telemetry["spec"]["tracing"][0]["randomSamplingPercentage"] == 50
        uninstall_addons(client, wanted, Silence())
        assert installed.names("Telemetry", "telemetry.istio.io/v1") == []

    def test_a_mesh_without_configuration(self, installed: Cluster, client: ClientOptions, tools: AddonOptions) -> None:
        settings = {"jaeger": {"tracing": {"enabled": True}}}
        wanted = options(tools, "jaeger", settings=settings, mesh_namespace="istio-system", revision="nosuch")
        with pytest.raises(ClusterError, match="no mesh configuration") as caught:
            install_addons(client, wanted, Silence())
        assert "istio-nosuch" in str(caught.value.where)


def test_a_dry_run_changes_nothing(cluster: Cluster, client: ClientOptions, tools: AddonOptions) -> None:
    install_addons(client, options(tools, "zipkin", dry_run=True), Silence())
    assert tools.namespace not in cluster.names("Namespace")
