"""Objects from texts."""

from __future__ import annotations

import re

import pytest

from istioctl.analysis.loading import Loader
from istioctl.analysis.resources import Resource
from istioctl.analysis.sources import Source


def load(text: str, namespace: str = "default") -> tuple[list[Resource], Loader]:
    loader = Loader(namespace)
    return list(loader.read(Source("f.yaml", text))), loader


def test_places_are_those_of_the_file() -> None:
    first = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\n"
    second = "apiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata:\n  name: g\nspec:\n  servers: []\n"
    service, gateway = load(f"{first}---\n{second}")[0]
    assert (service.friendly_name, service.line) == ("Service default/s", 1)
    assert (gateway.friendly_name, gateway.line) == ("Gateway default/g", 5)
    assert gateway.line_of(("spec", "servers")) == (10, 3)


def test_both_gateways() -> None:
    text = "---\n".join(
        f"apiVersion: {group}/v1\nkind: Gateway\nmetadata: {{name: g, namespace: shop}}\n"
        for group in ("networking.istio.io", "gateway.networking.k8s.io")
    )
    found = load(text)[0]
    assert [resource.kind for resource in found] == ["Gateway", "KubernetesGateway"]
    assert {resource.friendly_name for resource in found} == {"Gateway shop/g"}


@pytest.mark.parametrize(
    ("head", "path"),
    [
        ("apiVersion: apps/v1\nkind: StatefulSet", "spec: {template: %s}"),
        ("apiVersion: batch/v1\nkind: Job", "spec: {template: %s}"),
        ("apiVersion: batch/v1\nkind: CronJob", "spec: {jobTemplate: {spec: {template: %s}}}"),
    ],
)
def test_pods_are_derived_from_templates(head: str, path: str) -> None:
    template = "{metadata: {labels: {app: a}}, spec: {containers: [{name: c}]}}"
    [workload, pod] = load(f"{head}\nmetadata: {{name: w, namespace: shop}}\n{path % template}\n")[0]
    assert (workload.kind, workload.derived) == (head.rpartition(" ")[2], False)
    assert (pod.kind, pod.full_name, pod.derived) == ("Pod", "shop/w", True)
    assert (pod.labels, pod.spec) == ({"app": "a"}, {"containers": [{"name": "c"}]})


def test_lists_are_taken_apart() -> None:
    text = "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: a}\n- {}\n"
    found, loader = load(text)
    assert [(resource.name, resource.line) for resource in found] == [("a", 4)]
    assert [error.where for error in loader.errors] == ["f.yaml:7"]


def test_namespaces_of_kubernetes_are_left_out() -> None:
    pods = "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: kube-system}\n---\n"
    assert load(f"{pods}apiVersion: v1\nkind: Namespace\nmetadata: {{name: kube-public}}\n")[0] == []


def test_an_unknown_field_is_a_warning() -> None:
    text = "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: a}\nspec:\n  egres: []\n"
    found, loader = load(text)
    assert len(found) == 1
    assert loader.errors == []
    assert loader.warnings == ['f.yaml:5:3: spec.egres: unknown field "egres". Did you mean egress?']


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("a: [\n", "f.yaml:"),
        ("kind: Pod\n---\n- a\n", "f.yaml:3"),
        ("kind: Pod\n---\na: b\n", "f.yaml:3"),
        ("kind: Pod\n---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nspec:\n  egress: 1\n", "f.yaml:6:3"),
    ],
)
def test_a_broken_document_is_left_out(text: str, where: str) -> None:
    found, loader = load(text)
    assert [resource.kind for resource in found] == ["Pod"] * text.count("kind: Pod")
    [error] = loader.errors
    assert (error.where or "").startswith(where)


def test_a_document_of_null_is_none() -> None:
    found, loader = load("null\n---\napiVersion: v1\nkind: Service\nmetadata: {name: s}\n---\n~\n")
    assert [resource.name for resource in found] == ["s"]
    assert loader.errors == []


def test_text_after_a_separator_is_an_error() -> None:
    found, loader = load("a: b\n--- c\n")
    assert found == []
    assert [error.where for error in loader.errors] == ["f.yaml:2"]


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("kind: Pod\nmetadata:\n  name: p\n  labels:\n    a: 1", "f.yaml:6:5", "metadata.labels.a must be text"),
        ("kind: Pod\nmetadata: {annotations: {a: true}}", "f.yaml:3:26", "metadata.annotations.a must be text"),
        ("kind: Pod\nmetadata: {labels: [a]}", "f.yaml:3:12", "metadata.labels must be a mapping"),
        ("kind: Service\nmetadata: x", "f.yaml:3:1", "metadata must be a mapping"),
        ("kind: Service\nmetadata: {name: yes}", "f.yaml:3:12", "metadata.name must be text"),
        ("kind: Service\nspec: {selector: {version: 1}}", "f.yaml:3:19", "spec.selector.version must be text"),
        ("kind: [a]", "f.yaml:1", "kind must be text"),
    ],
)  # fmt: skip
def test_labels_are_text(text: str, place: str, message: str) -> None:
    found, loader = load(f"apiVersion: v1\n{text}\n---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: ns}}\n")
    assert [resource.name for resource in found] == ["ns"]
    assert [(error.where, error.message) for error in loader.errors] == [(place, message)]


def test_what_looks_like_labels_elsewhere_is_not_looked_at() -> None:
    found, loader = load("apiVersion: example.com/v1\nkind: Thing\nmetadata: {labels: {a: 1}}\n")
    assert (found, loader.errors) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\napiVersion: networking.istio.io/v1\nkind: Gateway\nmetadata:\n  name: g\nspec:\n  servres: []\n",
        "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata:\n  name: s\nspec:\n  ingress:\n  - port: 1\n",
        "apiVersion: v1\nkind: Service\nmetadata:\n  labels:\n    a: b\n    version: 1\n",
        "metadata:\n  name: x\n",
        "apiVersion: v1\nkind:\n  a: b\n",
        "kind: Pod\nmetadata:\n  name: {{ .Values.name }}\n",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  name: q\nspec:\n  containers: x\n",
        "apiVersion: v1\nkind: PodList\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: a\n",
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  hostNetwork: maybe\n  nodeName: 12\n",
    ],
)
def test_objects_of_a_long_stream_are_read_as_those_of_a_short_one(text: str) -> None:
    filler = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: filler\n---\n"
    said = []
    for before in (0, 30):
        found, loader = load(filler * before + text)
        moved = filler.count("\n") * before

        def near(words: str, moved: int = moved) -> str:
            return re.sub(r"(f\.yaml:|in line )(\d+)", lambda place: f"{place[1]}{int(place[2]) - moved}", words)

        said.append(
            [
                [near(f"{error} {error.where} {error.hint}") for error in loader.errors],
                list(map(near, loader.warnings)),
                [(each.name, path, words, each.line_of(path)[0] - moved) for each, path, words in loader.refused],
                [(each.friendly_name, each.line - moved, each.data, each.spec) for each in found[before:]],
            ]
        )
    assert said[0] == said[1]
    assert any(said[0])
