"""Quotas and admission webhooks that refuse end in one error that names object and reason, and nothing is hidden."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from istioctl.api.identity import ObjectKey
from istioctl.cluster.apply import delete
from istioctl.cluster.wait import wait_until_gone
from tests.support.certificates import make_certificate
from tests.support.cluster import Cluster, start_control_plane
from tests.support.run import Done
from tests.support.tls_server import admission_webhook

pytestmark = pytest.mark.cluster

NAMESPACE = "istio-system"
INSTALL = ("install", "--set", "profile=minimal", "-y", "--readiness-timeout", "30s")
WEBHOOKS = "admissionregistration.k8s.io/v1"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A control plane of its own, whose API server calls webhooks, with Istio's namespace."""
    plane = start_control_plane(tmp_path_factory, "--lb", "--webhooks")
    cluster = Cluster(plane.kubeconfig)
    cluster.namespace(NAMESPACE)
    yield cluster
    plane.down()


@pytest.fixture
def bare(guarded: Cluster) -> Cluster:
    """That cluster without Istio."""
    guarded.clear()
    return guarded


@pytest.fixture
def installed(guarded: Cluster) -> Cluster:
    """That cluster with Istio."""
    if "istiod" not in guarded.names("Deployment", "apps/v1"):
        assert_completes(guarded)
    return guarded


def remove(cluster: Cluster, key: ObjectKey) -> None:
    delete(cluster.session, key)
    wait_until_gone(cluster.session, [key])


@contextmanager
def quota(cluster: Cluster, resource: str) -> Iterator[None]:
    """Allows no object of a resource in Istio's namespace. There is no quota controller: the test counts."""
    own = {"name": "small", "namespace": NAMESPACE}
    none = {resource: "0"}
    cluster.create({"apiVersion": "v1", "kind": "ResourceQuota", "metadata": own, "spec": {"hard": none}})
    path = cluster.session.discovery.resource("v1", "ResourceQuota").path(NAMESPACE, "small")
    status = {"status": {"hard": none, "used": none}}
    cluster.session.send("PATCH", f"{path}/status", status, None, "application/merge-patch+json")
    try:
        yield
    finally:
        remove(cluster, ObjectKey("v1", "ResourceQuota", NAMESPACE, "small"))


@contextmanager
def webhook(cluster: Cluster, folder: Path, resource: str, reason: str, *, away: bool = False) -> Iterator[None]:
    """Denies that objects of a resource are made or changed; `away` is one that nobody answers for."""
    certificate = make_certificate(folder)
    bundle = base64.b64encode(Path(certificate[0]).read_bytes()).decode()
    key = ObjectKey(WEBHOOKS, "ValidatingWebhookConfiguration", "", "policy")
    with admission_webhook(certificate, lambda _: reason) as port:
        rule = {"apiGroups": ["*"], "apiVersions": ["*"], "resources": [resource], "operations": ["CREATE", "UPDATE"]}
        hook = {
            "name": "policy.example.com", "rules": [rule], "sideEffects": "None", "admissionReviewVersions": ["v1"],
            "clientConfig": {"url": f"https://127.0.0.1:{1 if away else port}/", "caBundle": bundle},
        }  # fmt: skip
        made: dict[str, Any] = {"apiVersion": key.api_version, "kind": key.kind, "metadata": {"name": key.name}}
        cluster.create(made | {"webhooks": [hook]})
        try:
            yield
        finally:
            remove(cluster, key)


def assert_refused(done: Done, named: str, reason: str) -> None:
    assert done.status == 1, done.stderr
    assert done.stderr.count("Error: ") == 1, done.stderr
    error = done.stderr.partition("Error: ")[2]
    assert named in error
    assert reason in error
    assert "Hint: " in error
    assert "Traceback" not in done.stderr


def assert_completes(cluster: Cluster) -> None:
    done = cluster.run(*INSTALL)
    assert done.status == 0, done.stderr
    verified = cluster.run("verify-install", "--set", "profile=minimal")
    assert verified.status == 0, verified.stdout


def test_quotas(bare: Cluster) -> None:
    with quota(bare, "count/services"):
        assert_refused(bare.run(*INSTALL, "--atomic"), "Service/istio-system/istiod", "exceeded quota: small")
    assert not bare.owned()
    with quota(bare, "count/deployments.apps"):
        refused = bare.run(*INSTALL)
        assert_refused(refused, "Deployment/istio-system/istiod", "exceeded quota: small")
    assert "✔ Istio core installed" in refused.stderr
    assert "✔ Istiod installed" not in refused.stderr
    with quota(bare, "pods"):
        waited = bare.run(*INSTALL, "--readiness-timeout", "3s")
    assert_refused(waited, "Deployment/istio-system/istiod", "exceeded quota: small")
    assert_completes(bare)


@pytest.mark.parametrize("away", [False, True], ids=["denies", "is away"])
def test_a_webhook(installed: Cluster, tmp_path: Path, *, away: bool) -> None:
    before = installed.get("apps/v1", "Deployment", "istiod")["spec"]
    reason = 'failed calling webhook "policy.example.com"' if away else "denied the request: not on Fridays"
    with webhook(installed, tmp_path, "deployments", "not on Fridays", away=away):
        change = ("--set", f"values.pilot.env.CHANGED_BY=test-{away}", "--kubeclient-timeout", "5s")
        assert_refused(installed.run(*INSTALL, *change), "Deployment/istio-system/istiod", reason)
        addon = installed.run("addons", "install", "prometheus", "--kubeclient-timeout", "5s")
        assert_refused(addon, "Deployment/istio-system/prometheus", reason)
    assert installed.get("apps/v1", "Deployment", "istiod")["spec"] == before
    again = installed.run(*INSTALL, *change)
    assert again.status == 0, again.stderr


def test_a_webhook_that_guards_namespaces(installed: Cluster, tmp_path: Path) -> None:
    installed.namespace("shop")
    before = installed.get("v1", "Namespace", "shop", "")["metadata"]["labels"]
    with webhook(installed, tmp_path, "namespaces", "labels are set elsewhere"):
        assert_refused(
            installed.run("injection", "enable", "shop"), "shop", "denied the request: labels are set elsewhere"
        )
    assert installed.get("v1", "Namespace", "shop", "")["metadata"]["labels"] == before
