"""`diff`, `verify-install` and `precheck` on a real API server."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from istioctl.cluster.session import MERGE
from tests.support.cluster import Cluster, ControlPlane

pytestmark = pytest.mark.cluster

ISTIOD = "/apis/apps/v1/namespaces/istio-system/deployments/istiod"


def test_nothing_differs_from_what_was_installed(installed: Cluster, control_plane: ControlPlane) -> None:
    seen = len(control_plane.requests())
    done = installed.run("diff", "--set", "profile=demo")
    assert (done.status, done.stdout) == (0, ""), done.stderr
    requests = control_plane.own_requests(seen)
    writes = [request for request in requests if request["verb"] in ("create", "patch", "update", "delete")]
    assert writes
    assert all("dryRun=All" in request["requestURI"] for request in writes)


def test_differences_are_a_unified_diff(installed: Cluster) -> None:
    done = installed.run("diff", "--set", "profile=demo", "--set", "values.pilot.env.COLOUR=red")
    assert done.status == 1
    assert "--- cluster/Deployment/istio-system/istiod\n+++ wanted/Deployment/istio-system/istiod\n" in done.stdout
    assert "+        - name: COLOUR\n+          value: red\n" in done.stdout


def test_differences_by_name(installed: Cluster) -> None:
    done = installed.run("diff", "--set", "profile=minimal", "-o", "json")
    assert done.status == 1
    names = json.loads(done.stdout)
    assert "Deployment/istio-system/istio-ingressgateway" in names["remove"]
    assert "HorizontalPodAutoscaler/istio-system/istiod" in names["create"]
    assert "Deployment/istio-system/istiod" in names["change"]


def test_trouble_is_no_difference(installed: Cluster) -> None:
    assert installed.run("diff", "--context", "nobody").status == 2
    assert installed.run("diff", "--set", "profile=nope").status == 65


def test_complete_installation_is_verified(installed: Cluster) -> None:
    from_labels = installed.run("verify-install")
    assert from_labels.status == 0, from_labels.stdout
    assert "✔ Deployment: istiod.istio-system checked successfully\n" in from_labels.stdout
    assert from_labels.stdout.endswith(
        "Checked 15 custom resource definitions\nChecked 3 Istio Deployments\n"
        "✔ Istio is installed and verified successfully\n"
    )
    from_flags = installed.run("verify-install", "--set", "profile=demo", "-o", "yaml")
    assert from_flags.status == 0
    assert yaml.safe_load(from_flags.stdout)["verified"] is True


def test_what_is_wrong_is_named(installed: Cluster) -> None:
    patch = {"spec": {"template": {"spec": {"containers": [{"name": "discovery", "image": "elsewhere:1"}]}}}}
    installed.session.send("PATCH", ISTIOD, patch, None, "application/strategic-merge-patch+json")
    installed.session.send("DELETE", "/api/v1/namespaces/istio-system/configmaps/values")
    done = installed.run("verify-install", "--set", "profile=demo")
    assert done.status == 1
    assert "✘ ConfigMap: values.istio-system: it does not exist\n" in done.stdout
    assert "✘ Deployment: istiod.istio-system: " in done.stdout
    assert "spec.template.spec.containers[0].image" in done.stdout
    assert "2 of 45 objects are not as they should be" in done.stderr


def test_manifests_are_verified_object_by_object(installed: Cluster, tmp_path: Path) -> None:
    manifest = installed.run("manifest", "generate", "--set", "profile=demo").stdout
    done = installed.run("verify-install", "-f", "-", stdin=manifest)
    assert done.status == 0, done.stdout
    assert "✔ Deployment: istiod.istio-system checked successfully\n" in done.stdout
    assert "Checked 15 custom resource definitions\nChecked 3 Istio Deployments\n" in done.stdout

    objects = [
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "istiod", "namespace": "istio-system"}},
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "missing"}},
        {"apiVersion": "example.com/v1", "kind": "Unknown", "metadata": {"name": "x"}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": "istiod", "namespace": "istio-system", "labels": {"release": "another"}},
        },
    ]
    file = tmp_path / "objects.yaml"
    file.write_text(yaml.safe_dump_all(objects))
    before = installed.state()
    done = installed.run("verify-install", "-f", str(file), "-o", "json")
    assert installed.state() == before
    assert done.status == 1
    assert [checked["problem"] for checked in json.loads(done.stdout)["objects"]] == [
        "",
        "it does not exist",
        "the cluster has no kind 'Unknown' in example.com/v1",
        "it is not as wanted: metadata.labels.release",
    ]
    assert json.loads(done.stdout)["objects"][1]["object"] == "ConfigMap/default/missing"
    mixed = installed.run("verify-install", "-f", str(file), "--set", "profile=demo")
    assert mixed.status == 64


def test_waiting_lets_a_rollout_finish(installed: Cluster) -> None:
    stamp = {"spec": {"template": {"metadata": {"annotations": {"test": "restart"}}}}}
    installed.session.send("PATCH", ISTIOD, stamp, None, MERGE)
    done = installed.run("verify-install", "--wait", "--timeout", "60s")
    assert done.status == 0, done.stdout


def test_nothing_installed_is_nothing_to_verify(empty: Cluster) -> None:
    done = empty.run("verify-install")
    assert done.status == 1
    assert "no control plane is installed" in done.stderr


@pytest.mark.parametrize("name", [("x", "precheck"), ("experimental", "precheck"), ("precheck",)])
def test_a_good_cluster_passes_the_precheck(installed: Cluster, name: tuple[str, ...]) -> None:
    done = installed.run(*name)
    assert (done.status, done.stdout) == (0, ""), done.stderr
    assert "✔ No issues found when checking the cluster. Istio is safe to install or upgrade!\n" in done.stderr
    assert "Istio 1.30.3 is installed: revision default in namespace istio-system" in done.stderr


def test_missing_rights_are_findings(cluster: Cluster) -> None:
    done = cluster.run("precheck", "--context", "nobody", "-o", "json")
    assert done.status == 1
    findings = json.loads(done.stdout)
    assert {entry["code"] for entry in findings} == {"IST0141"}
    asked = {entry["message"].partition("create ")[2].partition(":")[0] for entry in findings}
    for plural in ("namespaces", "deployments", "customresourcedefinitions", "horizontalpodautoscalers"):
        assert plural in asked
    assert all(entry["level"] == "Error" and entry["origin"] == "Cluster" for entry in findings)


def test_what_changed_since_a_version(installed: Cluster) -> None:
    done = installed.run("precheck", "--from-version", "1.28", "--output-threshold", "Info")
    assert done.status == 0
    assert "Info [IST0169] (Cluster) values.pilot.env." in done.stdout
    assert installed.run("precheck", "--from-version", "soon").status == 65


def test_old_gateway_api_and_a_second_injector_are_found(installed: Cluster) -> None:
    schema = {"openAPIV3Schema": {"type": "object"}}
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {
            "name": "httproutes.gateway.networking.k8s.io",
            "annotations": {"api-approved.kubernetes.io": "unapproved, test"},
        },
        "spec": {
            "group": "gateway.networking.k8s.io",
            "names": {"kind": "HTTPRoute", "plural": "httproutes"},
            "scope": "Namespaced",
            "versions": [{"name": "v1alpha2", "served": True, "storage": True, "schema": schema}],
        },
    }
    tag = "admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"
    second = installed.get(*tag, "istio-revision-tag-default", "")
    second["metadata"] = {"name": "second-injector", "labels": second["metadata"]["labels"]}
    del second["metadata"]["labels"]["operator.istio.io/component"]
    installed.create(definition)
    installed.create(second)
    try:
        done = installed.run("precheck")
    finally:
        crds = installed.session.discovery.resource("apiextensions.k8s.io/v1", "CustomResourceDefinition")
        installed.session.send("DELETE", crds.path("", definition["metadata"]["name"]))  # type: ignore[index]
        installed.session.send("DELETE", installed.session.discovery.resource(*tag).path("", "second-injector"))
    assert done.status == 1
    assert "Error [IST0156] (CustomResourceDefinition httproutes.gateway.networking.k8s.io)" in done.stdout
    assert "Error [IST0139]" in done.stdout
    assert "overlaps" in done.stdout
