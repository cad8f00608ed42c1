"""`istioctl experimental injector list`, with a cluster that is a stub."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.run import Done, run_cli
from tests.support.stub_cluster import StubCluster

_HOOK = "admissionregistration.k8s.io/v1"


def _hook(name: str, revision: str, **labels: str) -> dict[str, Any]:
    """An injector that takes namespaces with these labels."""
    selector = {"namespaceSelector": {"matchLabels": labels}}
    hooks = [
        {"name": "rev.namespace.sidecar-injector.istio.io", **selector},
        {"name": "rev.object.sidecar-injector.istio.io", "namespaceSelector": {"matchLabels": {"by": "object"}}},
    ]
    metadata = {"name": name, "labels": {"app": "sidecar-injector", "istio.io/rev": revision}}
    return {"apiVersion": _HOOK, "kind": "MutatingWebhookConfiguration", "metadata": metadata, "webhooks": hooks}


class Mesh:
    """A cluster with what the test puts there, and nothing else."""

    def __init__(self, stub: StubCluster) -> None:
        self.stub = stub
        stub.objects.clear()

    def add(self, path: str, obj: dict[str, Any]) -> None:
        obj["metadata"].setdefault("labels", {})
        self.stub.objects[f"{path}/{obj['metadata']['name']}"] = obj

    def hook(self, name: str, revision: str, **labels: str) -> None:
        self.add(f"/apis/{_HOOK}/mutatingwebhookconfigurations", _hook(name, revision, **labels))

    def namespace(self, name: str, **labels: str) -> None:
        self.add(
            "/api/v1/namespaces",
            {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}},
        )

    def pod(self, namespace: str, name: str, labels: dict[str, str] | None = None, **annotations: str) -> None:
        metadata = {"name": name, "namespace": namespace, "labels": labels or {}, "annotations": annotations}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {"containers": []}}
        self.add(f"/api/v1/namespaces/{namespace}/pods", pod)

    def values(self, name: str, revision: str, values: str) -> None:
        metadata = {"name": name, "namespace": "istio-system", "labels": {"istio.io/rev": revision}}
        self.add(
            "/api/v1/namespaces/istio-system/configmaps",
            {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"values": values}},
        )

    def list(self, *argv: str) -> Done:
        return run_cli("x", "injector", "list", *argv, "--kubeconfig", str(self.stub.kubeconfig))


@pytest.fixture
def mesh(tmp_path: Path) -> Iterator[Mesh]:
    with StubCluster(tmp_path) as stub:
        yield Mesh(stub)


def _tables(text: str) -> list[list[list[str]]]:
    return [[line.split() for line in table.splitlines()] for table in text.split("\n\n")]


def test_namespaces_by_what_their_pods_have(mesh: Mesh) -> None:
    mesh.hook("injector", "default", inject="yes")
    mesh.namespace("a", inject="yes")
    mesh.pod("a", "new", **{"istio.io/rev": "default"})
    mesh.pod("a", "old", **{"sidecar.istio.io/status": '{"revision": "old"}'})
    mesh.pod("a", "off", {"sidecar.istio.io/inject": "False"})
    mesh.pod("a", "none", **{"sidecar.istio.io/status": "no JSON"})
    mesh.namespace("b", inject="yes")
    mesh.namespace("empty")
    mesh.namespace("gone", **{"istio.io/rev": "gone"})
    mesh.namespace("enabled", **{"istio-injection": "enabled"})
    mesh.namespace("disabled", **{"istio-injection": "disabled"})
    namespaces, _ = _tables(mesh.list().stdout)
    assert namespaces == [
        ["NAMESPACE", "ISTIO-REVISION", "POD-REVISIONS"],
        ["a", "default", "<non-Istio>:", "2", "(injection", "disabled:", "1)", "NEEDS", "RESTART:", "1"],
        ["a", "default", "default:", "1"],
        ["a", "default", "old:", "1", "NEEDS", "RESTART:", "1"],
        ["b", "default", "<no", "pods>"],
        ["enabled", "MISSING/istio-injection", "<no", "pods>"],
        ["gone", "MISSING/gone", "<no", "pods>"],
    ]
    only = _tables(mesh.list("-n", "b").stdout)
    assert only[0][1:] == [["b", "default", "<no", "pods>"]]


def test_namespaces_that_do_not_count(mesh: Mesh) -> None:
    mesh.hook("injector", "default")
    for name in ("istio-system", "kube-system", "local-path-storage"):
        mesh.namespace(name)
    mesh.namespace("ambient", **{"istio.io/dataplane-mode": "ambient"})
    mesh.namespace("both", **{"istio.io/dataplane-mode": "ambient", "istio.io/rev": "default"})
    namespaces, injectors = _tables(mesh.list().stdout)
    assert [row[0] for row in namespaces[1:]] == ["both"]
    assert injectors[1:] == [["both", "injector", "default"]]


def test_injectors_with_their_images(mesh: Mesh) -> None:
    mesh.hook("b", "two", inject="two")
    mesh.hook("a", "one", inject="one")
    mesh.namespace("x", inject="two")
    mesh.namespace("by-object", by="object")
    mesh.values("v1", "one", '{"global": {"hub": "h", "tag": 1.5, "proxy": {"image": "p"}}}')
    mesh.values("v2", "two", '{"global": {"proxy": {"image": "h/own:2"}}}')
    mesh.values("v3", "three", "no JSON")
    _, injectors = _tables(mesh.list().stdout)
    assert injectors == [
        ["NAMESPACES", "INJECTOR-HOOK", "ISTIO-REVISION", "SIDECAR-IMAGE"],
        ["DOES", "NOT", "AUTOINJECT", "a", "one", "h/p:1.5"],
        ["x", "b", "two", "h/own:2"],
    ]


def test_nothing_there(mesh: Mesh) -> None:
    done = mesh.list()
    assert done.stdout == "No Istio injected namespaces present.\n\nNo Istio injection hooks present.\n"
    assert json.loads(mesh.list("-o", "json").stdout) == {"namespaces": [], "injectors": []}


def test_documents(mesh: Mesh) -> None:
    mesh.hook("injector", "default", inject="yes")
    mesh.namespace("a", inject="yes")
    mesh.pod("a", "old")
    assert yaml.safe_load(mesh.list("-o", "yaml").stdout) == {
        "namespaces": [
            {
                "namespace": "a",
                "revision": "default",
                "pods": [{"revision": "", "pods": 1, "disabled": 0, "needRestart": 1}],
            }
        ],
        "injectors": [{"injector": "injector", "revision": "default", "image": "", "namespaces": ["a"]}],
    }
