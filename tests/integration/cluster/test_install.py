"""`istioctl install` on a real API server."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cluster import Cluster, ControlPlane
from tests.support.corpus import corpus_dir

pytestmark = pytest.mark.cluster

GUIDE = [
    "✔ Istio core installed",
    "✔ Istiod installed",
    "✔ Egress gateways installed",
    "✔ Ingress gateways installed",
    "✔ Installation complete",
]


def marks(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("✔")]


def generations(cluster: Cluster) -> dict[str, Any]:
    return {f"{o['kind']}/{o['metadata']['name']}": o["metadata"].get("generation") for o in cluster.owned()}


def test_demo_on_an_empty_cluster_then_again_then_minimal(bare: Cluster) -> None:
    done = bare.run("install", "--set", "profile=demo", "-y")
    assert done.status == 0, done.stderr
    assert marks(done.stderr) == GUIDE
    assert done.stdout == ""
    assert bare.names("Deployment", "apps/v1") == ["istio-egressgateway", "istio-ingressgateway", "istiod"]
    for name in bare.names("Deployment", "apps/v1"):
        status = bare.get("apps/v1", "Deployment", name)["status"]
        assert status["readyReplicas"] == status["replicas"] == status["updatedReplicas"]

    before = generations(bare)
    again = bare.run("install", "--set", "profile=demo", "-y", "-o", "json")
    assert again.status == 0, again.stderr
    assert generations(bare) == before
    report = json.loads(again.stdout)
    assert (report["created"], report["changed"], report["removed"]) == ([], [], [])
    assert "Deployment/istio-system/istiod" in report["unchanged"]

    minimal = bare.run("install", "--set", "profile=minimal", "-y")
    assert minimal.status == 0, minimal.stderr
    assert marks(minimal.stderr) == [GUIDE[0], GUIDE[1], GUIDE[4]]
    assert bare.names("Deployment", "apps/v1") == ["istiod"]
    assert "  Removed apps/v1, Kind=Deployment/istio-egressgateway.istio-system.\n" in minimal.stdout
    assert bare.names("Service") == ["istiod", "istiod-revision-tag-default"]


@pytest.mark.conformance
def test_objects_equal_the_real_tools(installed: Cluster) -> None:
    folder = corpus_dir() / "cluster" / "installed-demo" / "by-component-label"
    wanted = {}
    for file in folder.glob("*.yaml"):
        for item in yaml.load(file.read_text(), Loader=yaml.CSafeLoader).get("items", []):
            if not item["metadata"].get("ownerReferences") and item["kind"] not in ("Endpoints", "EndpointSlice"):
                wanted[item["kind"], item["metadata"]["name"]] = item
    assert len(wanted) > 40
    for (kind, name), expected in wanted.items():
        found = installed.get(expected["apiVersion"], kind, name, expected["metadata"].get("namespace", ""))
        assert _comparable(found) == _comparable(expected), f"{kind} {name}"
        assert _owner(found) == _owner(expected) == "istio-operator"


def _owner(obj: dict[str, Any]) -> str:
    return next(entry["manager"] for entry in obj["metadata"]["managedFields"] if entry["operation"] == "Apply")


def _comparable(obj: dict[str, Any]) -> dict[str, Any]:
    """What an installation decides: without what a server adds to each object, and without prose."""
    kept = {key: value for key, value in obj.items() if key not in ("metadata", "status", "spec")}
    metadata = obj["metadata"]
    annotations = {
        key: value
        for key, value in (metadata.get("annotations") or {}).items()
        if key != "deployment.kubernetes.io/revision"
    }
    kept["metadata"] = [metadata.get("labels"), annotations]
    spec = dict(obj.get("spec") or {})
    if obj["kind"] == "Service":
        for key in ("clusterIP", "clusterIPs"):
            spec.pop(key, None)
        spec["ports"] = [{k: v for k, v in port.items() if k != "nodePort"} for port in spec["ports"]]
    if obj["kind"] == "ConfigMap":
        kept["data"] = sorted(kept["data"])  # what is inside is the matter of the rendering tests
    return kept | {"spec": _without_prose(spec)}


def _without_prose(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_prose(item) for key, item in value.items() if not _is_prose(key, item)}
    return [_without_prose(item) for item in value] if isinstance(value, list) else value


def _is_prose(key: str, item: Any) -> bool:
    return key == "description" and isinstance(item, str)


def test_canary_revision_leaves_the_default_alone(installed: Cluster) -> None:
    done = installed.run("install", "--set", "profile=minimal", "--revision", "canary", "-y")
    assert done.status == 0, done.stderr
    assert "istiod-canary" in installed.names("Deployment", "apps/v1")
    assert "istio-ingressgateway" in installed.names("Deployment", "apps/v1")
    tag = installed.get("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "istio-revision-tag-default")
    assert tag["metadata"]["labels"]["istio.io/rev"] == "default"
    assert tag["webhooks"][0]["clientConfig"]["service"]["name"] == "istiod"
    removed = installed.run("uninstall", "--revision", "canary", "-y")
    assert removed.status == 0, removed.stderr


def test_first_revision_becomes_the_default(empty: Cluster) -> None:
    done = empty.run("install", "--set", "profile=minimal", "--set", "revision=canary", "-y")
    assert done.status == 0, done.stderr
    tag = empty.get("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "istio-revision-tag-default")
    assert tag["metadata"]["labels"]["istio.io/rev"] == "canary"
    assert tag["webhooks"][0]["clientConfig"]["service"]["name"] == "istiod-canary"
    assert empty.get("v1", "Service", "istiod-revision-tag-default")["spec"]["selector"]["istio.io/rev"] == "canary"


def test_dry_run_writes_nothing(bare: Cluster, control_plane: ControlPlane) -> None:
    seen = len(control_plane.requests())
    done = bare.run("install", "--set", "profile=demo", "--dry-run")
    assert done.status == 0, done.stderr
    requests = control_plane.own_requests(seen)
    writes = [request for request in requests if request["verb"] not in ("get", "list", "watch")]
    assert writes
    assert all("dryRun=All" in request["requestURI"] for request in writes)
    assert not bare.owned()
    assert "istio-system" not in bare.names("Namespace")


def test_not_ready_in_time_says_what_and_why(empty: Cluster, control_plane: ControlPlane) -> None:
    control_plane.behave({"selector": "app=istio-ingressgateway", "fault": "missing"})
    done = empty.run("install", "--set", "profile=demo", "-y", "--readiness-timeout", "8s")
    assert done.status == 1
    assert "✔ Istiod installed" in done.stderr
    assert "✔ Egress gateways installed" in done.stderr
    assert "✘ Ingress gateways encountered an error" in done.stderr
    assert re.search(
        r"Error: Deployment/istio-system/istio-ingressgateway: not ready after 8s: .*ImagePullBackOff", done.stderr
    )
    control_plane.behave()
    repaired = empty.run("install", "--set", "profile=demo", "-y")
    assert repaired.status == 0, repaired.stderr


def test_gateways_wait_for_istiod(empty: Cluster, control_plane: ControlPlane) -> None:
    control_plane.behave({"selector": "app=istiod", "fault": "unready"})
    done = empty.run("install", "--set", "profile=demo", "-y", "--readiness-timeout", "8s")
    assert done.status == 1
    assert "✘ Istiod encountered an error" in done.stderr
    assert empty.names("Deployment", "apps/v1") == ["istiod"]


def test_without_rights(empty: Cluster) -> None:
    done = empty.run("install", "--set", "profile=demo", "-y", "--context", "nobody")
    assert done.status == 1
    assert 'User "nobody" cannot get resource "namespaces"' in done.stderr
    assert "precheck" in done.stderr
    assert not empty.owned()


@pytest.mark.parametrize(("piped", "status"), [("", 64), ("n\n", 1)])
def test_without_a_yes_nothing_is_done(empty: Cluster, piped: str, status: int) -> None:
    done = empty.run("install", "--set", "profile=demo", stdin=piped)
    assert done.status == status
    assert ("--skip-confirmation" in done.stderr) is (not piped)
    assert not empty.owned()


@pytest.mark.parametrize("flag", ["--readiness-timeout=soon", "--revision=Not_A_Label", "--set=values.pilto.x=1"])
def test_wrong_flags_touch_nothing(cluster: Cluster, flag: str) -> None:
    done = cluster.run("install", "-y", flag)
    assert done.status != 0
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr


def test_unreachable_server(tmp_path: Path, kubeconfig: Path, cluster: Cluster) -> None:
    file = tmp_path / "config"
    file.write_text(re.sub(r"https://127\.0\.0\.1:\d+", "https://127.0.0.1:1", kubeconfig.read_text()))
    done = Cluster(file).run("install", "--set", "profile=demo", "-y")
    assert done.status == 1
    assert "https://127.0.0.1:1: no connection: Connection refused" in done.stderr
