"""`tag`, `version` and `injection` on a real API server."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import yaml

from tests.support.cluster import Cluster, ControlPlane, wait_for
from tests.support.pod_server import pod_server

pytestmark = pytest.mark.cluster

WEBHOOKS = "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations"

PROXIES = [
    {"proxy": "a.default", "proxy_type": "sidecar", "istio_version": "1.30.3"},
    {"proxy": "istio-ingressgateway-1.istio-system", "proxy_type": "router", "istio_version": "1.29.0"},
]


@pytest.fixture
def with_istiod(installed: Cluster, control_plane: ControlPlane) -> Iterator[Cluster]:
    """The cluster under test, whose istiod answers on its monitoring port."""
    answers = {"/version": b"1.30.3-abcdef-Clean", "/debug/syncz": json.dumps(PROXIES).encode()}
    with pod_server(answers) as address:
        control_plane.behave({"selector": "app=istiod", "ports": {"15014": address}})
        yield installed


def test_versions_of_all(with_istiod: Cluster) -> None:
    done = with_istiod.run("version")
    assert done.stdout == (
        "client version: 1.30.3\ncontrol plane version: 1.30.3\n"
        "data plane version: 1.29.0 (1 proxies), 1.30.3 (1 proxies)\n"
    ), done.stderr
    data = json.loads(with_istiod.run("version", "-o", "json").stdout)
    assert data["clientVersion"]["version"] == "1.30.3"
    info = {"version": "1.30.3", "revision": "abcdef", "golang_version": "", "status": "Clean", "tag": "1.30.3"}
    assert data["meshVersion"] == [{"Component": "pilot", "Revision": "default", "Info": info}]
    assert data["dataPlaneVersion"][1] == {"ID": PROXIES[1]["proxy"], "IstioVersion": "1.29.0", "Type": "gateway"}


def test_uninstall_warns_of_proxies_still_attached(with_istiod: Cluster) -> None:
    done = with_istiod.run("uninstall", "--revision", "default", "--dry-run")
    assert "2 proxies lose their control plane:\n  a.default\n" in done.stderr
    assert "These gateways go, and what they serve with them: istio-egressgateway" in done.stderr


def test_version_without_an_answer_or_an_istiod(installed: Cluster, empty_namespace: str) -> None:
    silent = installed.run("version")
    assert silent.stdout == "client version: 1.30.3\ncontrol plane version: 1.30.3\n"
    assert "its image's tag is shown" in silent.stderr
    elsewhere = installed.run("version", "-i", empty_namespace)
    assert elsewhere.stdout == "client version: 1.30.3\n"
    assert (
        f'Istio is not present in the cluster: no running Istio pods in namespace "{empty_namespace}"'
        in elsewhere.stderr
    )


@pytest.fixture
def empty_namespace(cluster: Cluster) -> Iterator[str]:
    cluster.namespace("workshop")
    yield "workshop"
    cluster.session.send("DELETE", "/api/v1/namespaces/workshop")

    wait_for(lambda: "workshop" not in cluster.names("Namespace"), 60)


def test_life_of_a_tag(installed: Cluster, empty_namespace: str) -> None:
    set_ = installed.run("tag", "set", "prod", "--revision", "default")
    assert set_.status == 0, set_.stderr
    assert 'Revision tag "prod" created, referencing control plane revision "default".' in set_.stdout
    hook = installed.get(
        "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "istio-revision-tag-prod", ""
    )
    assert [entry["name"] for entry in hook["webhooks"]] == [
        "rev.namespace.sidecar-injector.istio.io",
        "rev.object.sidecar-injector.istio.io",
    ]
    assert not any("operator.istio.io" in label for label in hook["metadata"]["labels"])
    assert "istiod-revision-tag-prod" in installed.names("Service")

    enabled = installed.run("injection", "enable", empty_namespace, "--revision", "prod")
    assert enabled.status == 0, enabled.stderr
    listed = installed.run("tag", "list", "-o", "json")
    assert json.loads(listed.stdout) == [
        {"tag": "default", "revision": "default", "namespaces": []},
        {"tag": "prod", "revision": "default", "namespaces": [empty_namespace]},
    ]
    assert "prod      default    workshop\n" in installed.run("tag", "list").stdout
    assert installed.run("tag", "set", "prod", "-r", "default").status == 1
    assert installed.run("tag", "set", "prod", "-r", "default", "--overwrite").status == 0
    asked = installed.run("tag", "remove", "prod")
    assert asked.status == 64
    assert f'found 1 namespace(s) still injected by tag "prod": {empty_namespace}' in asked.stderr
    with installed.slow_to_go(f"{WEBHOOKS}/istio-revision-tag-prod"):
        removed = installed.run("tag", "remove", "prod", "-y")
        assert installed.session.find(f"{WEBHOOKS}/istio-revision-tag-prod") is None
    assert removed.stdout == "Revision tag prod removed\n"
    assert installed.run("tag", "remove", "prod", "-y").status == 1


def test_generated_tag_changes_nothing(installed: Cluster) -> None:
    done = installed.run("tag", "generate", "prod", "--revision", "default")
    assert [doc["kind"] for doc in yaml.safe_load_all(done.stdout)] == ["MutatingWebhookConfiguration", "Service"]
    assert "prod" not in installed.run("tag", "list").stdout


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("set", "prod", "-r", "nope"), "cannot find MutatingWebhookConfiguration or Service with revision 'nope'"),
        (("set", "PROD", "-r", "default"), "can't be a label"),
        (("set", "prod"), "--revision"),
        (("list", "--context", "nobody"), "cannot list resource"),
    ],
)
def test_tags_refused(installed: Cluster, argv: tuple[str, ...], words: str) -> None:
    done = installed.run("tag", *argv)
    assert done.status != 0
    assert words in done.stderr


def test_no_tags(empty: Cluster) -> None:
    assert empty.run("tag", "list").stdout == "No Istio revision tags found.\n"


def test_injection_of_a_namespace(installed: Cluster, empty_namespace: str) -> None:
    pod = {"containers": [{"name": "app", "image": "app:1"}]}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "app", "namespace": empty_namespace},
        "spec": {
            "selector": {"matchLabels": {"app": "app"}},
            "template": {"metadata": {"labels": {"app": "app"}}, "spec": pod},
        },
    }
    installed.create(deployment)
    before = json.loads(installed.run("injection", "status", empty_namespace, "-o", "json").stdout)
    assert before[0]["label"] == ""
    assert before[0]["problems"] == []

    done = installed.run("injection", "enable", empty_namespace, "--restart", "--timeout", "30s")
    assert done.status == 0, done.stderr
    assert (
        f"Injection is now enabled in namespace {empty_namespace}\nRestarted Deployment/{empty_namespace}/app\n"
        == done.stdout
    )
    status = json.loads(installed.run("injection", "status", empty_namespace, "-o", "json").stdout)[0]
    assert (status["label"], status["revision"], status["injected"]) == ("istio-injection=enabled", "default", 0)
    assert {entry["problem"] for entry in status["problems"]} == {"has no sidecar"}

    assert installed.run("injection", "disable", empty_namespace).status == 0
    assert "has no sidecar" not in installed.run("injection", "status", empty_namespace).stdout
    assert "already disabled" in installed.run("injection", "disable", empty_namespace).stdout


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("enable", "nowhere"), "there is no namespace 'nowhere'"),
        (("status", "nowhere"), "there is no namespace 'nowhere'"),
        (("enable", "default", "--revision", "nope"), "there is no revision or tag 'nope'"),
        (("enable", "default", "--context", "nobody"), "cannot get resource"),
    ],
)
def test_injection_refused(installed: Cluster, argv: tuple[str, ...], words: str) -> None:
    done = installed.run("injection", *argv)
    assert done.status == 1
    assert words in done.stderr
