"""Rendering an Istio release's own manifests."""

from __future__ import annotations

import tarfile
from pathlib import Path

import pytest

from istioctl.errors import InputError
from istioctl.rendering.helm.release import ReleaseCharts, manifests_folder
from istioctl.yamldoc.reader import load
from tests.support.rendering import render_spec

POLICY = """\
{{- $_ := set $ "Values" (mustMergeOverwrite .Values._defaults .Values) }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: istio-{{ .Values.global.variant }}
  namespace: {{ .Release.Namespace }}
  labels: {release: {{ .Release.Name }}, kube: {{ .Capabilities.KubeVersion.Version | quote }}}
data:
  config: |
    first: |
      text
---
"""
NOTES = "hello\nWARNING: {{ .Values.global.variant }} is old\n"


@pytest.fixture
def manifests(tmp_path: Path) -> Path:
    folder = tmp_path / "istio-9.9.9" / "manifests"
    files = {
        "charts/base/Chart.yaml": "name: base\nversion: 1.0.0\n",
        "charts/base/crds/a.yaml": "kind: CustomResourceDefinition\nmetadata: {name: a}\n",
        "charts/istio-control/istio-discovery/Chart.yaml": "name: istiod\nversion: 1.0.0\n",
        "charts/istio-control/istio-discovery/values.yaml": "_defaults: {global: {variant: none}}\n",
        "charts/istio-control/istio-discovery/templates/config.yaml": POLICY,
        "charts/istio-control/istio-discovery/templates/NOTES.txt": NOTES,
        "profiles/default.yaml": "spec:\n  components:\n    ingressGateways: [{enabled: false}]\n",
        "profiles/odd.yaml": "spec:\n  values: {global: {variant: odd}}\n",
    }
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def test_a_component_is_rendered_as_the_real_tool_does(manifests: Path) -> None:
    charts = ReleaseCharts(manifests)
    (text,) = charts("Pilot", "istio-system", {"global": {"variant": "1.2.3"}}, "v1.31.2-gke.1")
    data = load(text)
    assert data["metadata"] == {
        "name": "istio-1.2.3",
        "namespace": "istio-system",
        "labels": {"release": "istio", "kube": "v1.31.2-gke.1"},
    }
    assert data["data"] == {"config": "first: |\n  text"}  # documents are trimmed, so the last block has no newline
    assert charts.warnings == ["1.2.3 is old"]


def test_definitions_can_be_left_out(manifests: Path) -> None:
    charts = ReleaseCharts(manifests)
    assert len(charts("Base", "istio-system", {})) == 1
    assert charts("Base", "istio-system", {"base": {"enableIstioConfigCRDs": False}}) == []


def test_a_specification_names_the_release(manifests: Path) -> None:
    rendering = render_spec({"installPackagePath": str(manifests.parent), "profile": "odd"})
    names = [document.name for documents in rendering.components.values() for document in documents]
    assert names == ["a", "istio-odd"]
    assert rendering.warnings == ("odd is old",)
    with pytest.raises(InputError, match="unknown profile 'demo'"):
        render_spec({"installPackagePath": str(manifests), "profile": "demo"})


def test_a_release_archive_will_do(manifests: Path, tmp_path: Path) -> None:
    archive = tmp_path / "istio-9.9.9-linux-amd64.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        tar.add(manifests.parent, "istio-9.9.9")
    unpacked = manifests_folder(archive)
    assert (unpacked / "profiles" / "odd.yaml").is_file()
    assert ReleaseCharts(archive)("Pilot", "x", {}) == ReleaseCharts(manifests)("Pilot", "x", {})


def test_what_is_no_release(manifests: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder 'charts'"):
        ReleaseCharts(tmp_path / "none")
    with pytest.raises(InputError, match="has no component Cni"):
        ReleaseCharts(manifests)("Cni", "x", {})
    other = tmp_path / "a.tgz"
    other.write_text("no archive")
    with pytest.raises(InputError, match="can't read the archive"):
        manifests_folder(other)
    text = tmp_path / "a.txt"
    text.write_text("")
    with pytest.raises(InputError, match="no folder and no release archive"):
        manifests_folder(text)
