"""Whole installations: order, warnings, and what the real istioctl printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.rendering.manifests import in_order, render
from istioctl.rendering.specification.build import SpecificationInputs, build_specification
from istioctl.rendering.specification.profiles import profile_names
from istioctl.rendering.text.documents import RenderedDocument
from istioctl.yamldoc.reader import load, load_all
from tests.support.corpus import corpus_dir
from tests.support.rendering import container, environment, objects, render_spec

ALL = {
    "profile": "ambient",
    "components": {
        "ingressGateways": [{"name": "i", "enabled": True}],
        "egressGateways": [{"name": "e", "enabled": True}],
    },
}


def document(kind: str, api_version: str, name: str = "a", component: str = "Pilot") -> RenderedDocument:
    return RenderedDocument(component, data={"apiVersion": api_version, "kind": kind, "metadata": {"name": name}})


def test_what_others_need_comes_first() -> None:
    first_to_last = [
        document("Namespace", "v1"),
        document("CustomResourceDefinition", "apiextensions.k8s.io/v1"),
        document("ServiceAccount", "v1"),
        document("ClusterRole", "rbac.authorization.k8s.io/v1"),
        document("ClusterRoleBinding", "rbac.authorization.k8s.io/v1"),
        document("ValidatingWebhookConfiguration", "admissionregistration.k8s.io/v1"),
        document("ConfigMap", "v1"),
        document("MutatingWebhookConfiguration", "admissionregistration.k8s.io/v1"),
        document("DaemonSet", "apps/v1"),
        document("Deployment", "apps/v1", "a", "EgressGateways"),
        document("Deployment", "apps/v1", "b", "Base"),
        document("Role", "rbac.authorization.k8s.io/v1"),
        document("HorizontalPodAutoscaler", "autoscaling/v2"),
        document("Service", "v1"),
    ]
    assert in_order(first_to_last[::-1]) == first_to_last


@pytest.mark.parametrize("profile", profile_names())
def test_every_profile_renders_to_proper_documents(profile: str) -> None:
    rendering = render_spec({"profile": profile})
    for made in rendering.ordered():
        assert len(load_all(made.text)) == 1
        assert made.text.endswith("\n")
        assert "\x00" not in made.text
        assert made.kind
        assert made.name
        data = load(made.text)
        assert (made.kind, made.name) == (data["kind"], data["metadata"]["name"])
        assert made.namespace == data["metadata"].get("namespace", "")
        assert not re.search(r"[ \t]\n", made.text)


def test_the_text_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "from istioctl.rendering.manifests import render\n"
        "from istioctl.rendering.specification.build import SpecificationInputs, build_specification\n"
        "import hashlib\n"
        "made = render(build_specification(SpecificationInputs(set_flags=('profile=demo', 'values.pilot.env.A=b'))))\n"
        "print(hashlib.sha256(''.join(d.text for d in made.ordered()).encode()).hexdigest())\n"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" \n"), min_size=1)


@settings(max_examples=12, deadline=None)
@given(TEXT, TEXT)
def test_values_arrive_whatever_they_contain(text: str, other: str) -> None:
    values = {
        "pilot": {
            "env": {"TEXT": text},
            "podAnnotations": {"note": other},
            "podLabels": {"prometheus.io/scrape": text},
        },
        "global": {"priorityClassName": text, "network": other},
    }
    found = objects({**ALL, "unvalidatedValues": values})
    istiod = found["Deployment", "istiod"]
    assert environment(istiod)["TEXT"] == text
    assert istiod["spec"]["template"]["metadata"]["annotations"]["note"] == other
    assert istiod["spec"]["template"]["spec"]["priorityClassName"] == text
    assert environment(found["Deployment", "i"])["ISTIO_META_NETWORK"] == other
    assert environment(found["DaemonSet", "ztunnel"])["NETWORK"] == other
    merged = json.loads(found["ConfigMap", "values"]["data"]["merged-values"])
    assert merged["env"]["TEXT"] == text


def test_a_path_that_leads_nowhere_fails_unless_forced() -> None:
    patches = [{"path": "spec.template.spec.containers.[name:nope].image", "value": "x"}]
    overlay = {"kind": "Deployment", "name": "istiod", "patches": patches}
    spec = {"profile": "minimal", "components": {"pilot": {"k8s": {"overlays": [overlay]}}}}
    with pytest.raises(InputError, match="leads nowhere"):
        render_spec(spec)
    rendering = render_spec(spec, force=True)
    assert any("leads nowhere" in warning for warning in rendering.warnings)
    assert [made.kind for made in rendering.components["Pilot"]].count("Deployment") == 1


def test_other_manifests_can_be_put_in() -> None:
    asked: list[tuple[str, str, str | None]] = []

    def source(component: str, namespace: str, values: dict[str, Any], kube_version: str | None) -> list[str]:
        asked.append((component, namespace, kube_version))
        return ["# only a comment\n", "kind: Deployment\napiVersion: apps/v1\nmetadata:\n  name: istiod\n"]

    spec = {"profile": "minimal", "components": {"pilot": {"k8s": {"replicaCount": 3}}}}
    rendering = render_spec(spec, chart_source=source, kube_version="v1.31.0")
    assert asked == [("Base", "istio-system", "v1.31.0"), ("Pilot", "istio-system", "v1.31.0")]
    (made,) = rendering.components["Pilot"]
    assert made.data["spec"] == {"replicas": 3}


def test_one_installation_has_many_gateways() -> None:
    gateways = [{"name": name, "enabled": True, "namespace": name, "label": {"gw": name}} for name in ("a", "b")]
    found = objects({"profile": "empty", "components": {"ingressGateways": gateways, "egressGateways": gateways}})
    assert found["Deployment", "a"]["metadata"]["namespace"] == "a"
    assert found["Deployment", "b"]["spec"]["selector"]["matchLabels"]["gw"] == "b"
    assert container(found["Deployment", "b"])["name"] == "istio-proxy"


# A choice that meets most branches; the whole corpus is run by its own program.
CASES = [
    "cni-ambient-values", "external-istiod", "gateways-many", "network-policy-all", "overlays-paths",
    "pilot-k8s-all", "pilot-values-lots", "platform-openshift", "profile-demo", "profile-stable", "revision-set-tags",
    "upstream-istiod-remote-local", "waypoint-values",
]  # fmt: skip


def comparable(text: str) -> dict[tuple[str, str, str], Any]:
    found = {}
    for data in load_all(text):
        if not data or data["kind"] == "CustomResourceDefinition":
            continue
        if data["kind"] == "ConfigMap":
            for key in ("mesh", "meshNetworks", "values", "config", "original-values", "merged-values"):
                if key in data["data"]:
                    data["data"][key] = load(data["data"][key])
            if "config" in data["data"]:
                data["data"]["config"]["templates"] = sorted(data["data"]["config"]["templates"])
        found[data["kind"], data["metadata"].get("namespace", ""), data["metadata"]["name"]] = data
    return found


@pytest.mark.conformance
@pytest.mark.parametrize("name", CASES)
def test_the_objects_are_those_of_the_real_istioctl(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = corpus_dir() / "manifest" / name
    command = json.loads((folder / "cmd.json").read_text())
    arguments = iter(command["args"][2:])
    files, flags, revision = [], [], ""
    for argument in arguments:
        if argument in ("-f", "--filename"):
            files.append(next(arguments))
        elif argument in ("-r", "--revision"):
            revision = next(arguments)
        else:
            assert argument == "--set"
            flags.append(next(arguments))
    monkeypatch.chdir(folder)
    inputs = SpecificationInputs(files=tuple(files), set_flags=tuple(flags), revision=revision)
    made = "---\n".join(document.text for document in render(build_specification(inputs)).ordered())
    assert comparable(made) == comparable((folder / command.get("expectedSameAs", "expected.yaml")).read_text())
