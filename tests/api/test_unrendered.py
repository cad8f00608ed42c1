"""Texts that objects are made of."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.api.unrendered import no_object_because, patch_or_template, rendering_hint


@pytest.mark.parametrize(
    ("name", "text", "is_yaml", "word"),
    [
        ("a.yaml", "a: {{ .Values.x }}", False, "helm template"),
        ("a.yaml", 'metadata:\n  labels: {a: b}\n  name: "{{ .Release.Name }}"\n', True, "helm template"),
        ("a.yaml", "metadata:\r\n  name: '{{ x }}'\r\n", True, "helm template"),
        ("a.yaml", "metadata:\n  name: a\ndata:\n  x: '{{ .Values.y }}'\n", True, ""),
        ("a.yaml", "metadata:\n  name: a\ndata:\n  t: |\n    metadata:\n      name: {{ x }}\n", True, ""),
        ("a.yaml", "a: [", False, ""),
        ("chart/values.yaml", "a: 1", True, "helm template"),
        ("chart/Chart.yaml", "name: a", True, "helm template"),
        ("k/kustomization.yaml", "resources: []", True, "kubectl kustomize"),
        ("my-values.yaml", "a: 1", True, ""),
    ],
)
def test_sources_of_manifests(name: str, text: str, is_yaml: bool, word: str) -> None:
    hint = rendering_hint(name, text, "istioctl analyze -", is_yaml=is_yaml)
    assert word in hint
    assert bool(hint) == bool(word)
    assert hint == "" or "| istioctl analyze -`" in hint


@pytest.mark.parametrize("line", ["    a: b\n", "    a: b\r\n", "\t \t \t\n", "    name: c\n"])
def test_long_metadata_beside_braces_are_read_in_one_pass(line: str) -> None:
    text = "metadata:\n" + line * 2_000 + "spec:\n  x: '{{ y }}'\n"
    assert rendering_hint("a.yaml", text, "istioctl analyze -", is_yaml=True) == ""


@pytest.mark.parametrize(
    ("data", "is_object"),
    [({}, True), ({"kind": "A"}, True), ({"apiVersion": "v2", "name": "c"}, True), ({"replicaCount": 1}, False)],
)
def test_documents_that_are_no_objects(data: dict[str, Any], is_object: bool) -> None:
    assert (no_object_because(data) == "") == is_object


@pytest.mark.parametrize(
    ("data", "pod_spec", "word"),
    [
        ({"$patch": "delete"}, None, "$patch"),
        ({"spec": {"$patch": "replace"}}, {}, "$patch"),
        ({}, {"containers": [{"name": "a", "$patch": "delete"}]}, "$patch"),
        ({"metadata": {"name": "{{ .Release.Name }}"}}, {"containers": [{"name": "a"}]}, "helm template"),
        ({}, {"containers": [{"name": "a", "image": "{{ .Values.image }}"}]}, "helm template"),
        ({"metadata": {"name": "a"}}, {"containers": [{"name": "a", "args": ["{{ x }}"]}]}, ""),
        ({"metadata": "x"}, {"containers": "y"}, ""),
        ({}, None, ""),
    ],
)
def test_patches_and_templates(data: dict[str, Any], pod_spec: Any, word: str) -> None:
    said = patch_or_template(data, pod_spec)
    assert word in said
    assert bool(said) == bool(word)
