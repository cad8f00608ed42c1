"""`istioctl install --addons` on a real API server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from istioctl.yamldoc.reader import load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.cluster import Cluster, ControlPlane

pytestmark = pytest.mark.cluster

TRACED = ("--addons", "jaeger", "--addons", "kiali,prometheus", "--set", "addons.jaeger.tracing.enabled=true")


@pytest.fixture
def mesh(bare: Cluster) -> Iterator[Cluster]:
    """A cluster without anything, from which add-ons are removed again."""
    yield bare
    done = bare.run("addons", "uninstall", "--purge", "-y")
    assert done.status == 0, done.stderr


def marks(text: str) -> list[str]:
    return [line.removeprefix("✔ ") for line in text.splitlines() if line.startswith("✔")]


def test_the_mesh_comes_first_and_knows_where_traces_go(mesh: Cluster) -> None:
    done = mesh.run("install", "-y", *TRACED, "-o", "json")

    assert done.status == 0, done.stderr
    assert marks(done.stderr) == [
        "Istio core installed",
        "Istiod installed",
        "Ingress gateways installed",
        "Prometheus installed",
        "Jaeger installed",
        "Kiali installed",
        "Installation complete",
    ]
    report = json.loads(done.stdout)
    assert report["addons"]["addons"] == ["prometheus", "jaeger", "kiali"]
    assert "Deployment/istio-system/jaeger" in report["addons"]["objects"]
    for name in ("prometheus", "jaeger", "kiali"):
        assert mesh.get("apps/v1", "Deployment", name)["status"]["readyReplicas"] == 1
    config = load(mesh.get("v1", "ConfigMap", "istio")["data"]["mesh"], "mesh")
    assert [provider["name"] for provider in config["extensionProviders"]] == ["jaeger"]
    assert mesh.names("Telemetry", "telemetry.istio.io/v1") == ["tracing-jaeger"]

    again = json.loads(mesh.run("install", "-y", *TRACED, "-o", "json").stdout)
    assert (again["created"], again["changed"], again["removed"]) == ([], [], [])
    assert load(mesh.get("v1", "ConfigMap", "istio")["data"]["mesh"], "mesh") == config

    assert "change ConfigMap/istio-system/istio\n" in mesh.run("diff", "--brief").stdout
    assert mesh.run("diff", *TRACED).status == 0
    assert mesh.run("verify-install", *TRACED).status == 0


def test_who_must_be_installed_again_is_said(mesh: Cluster) -> None:
    assert mesh.run("addons", "install", "kiali", "--no-wait").status == 0
    done = mesh.run("install", "-y", "--addons", "jaeger")
    assert "- Kiali takes notice once it is installed again: istioctl addons install kiali" in done.stderr


def test_a_dry_run_changes_nothing(mesh: Cluster) -> None:
    done = mesh.run("install", "--dry-run", *TRACED)

    assert done.status == 0, done.stderr
    assert "Kiali installed" in marks(done.stderr)
    assert "istio-system" not in mesh.names("Namespace")


def test_an_addon_that_fails_is_an_error_beside_a_mesh_that_works(mesh: Cluster, control_plane: ControlPlane) -> None:
    control_plane.behave({"selector": "app=zipkin", "fault": "unready"})

    done = mesh.run("install", "-y", "--addons", "zipkin", "--readiness-timeout", "12s")

    assert done.status == 1
    assert "Istiod installed" in marks(done.stderr)
    assert "zipkin" in done.stderr.splitlines()[-2] + done.stderr.splitlines()[-1]
    assert "Zipkin installed" not in done.stderr
    assert "Installation complete" not in done.stderr
    control_plane.behave()
    done = mesh.run("install", "-y", "--addons", "zipkin")
    assert (done.status, marks(done.stderr)[-2:]) == (0, ["Zipkin installed", "Installation complete"])


def test_a_wrong_name_stops_everything(mesh: Cluster) -> None:
    done = mesh.run("install", "-y", "--addons", "kialy")

    assert done.status != 0
    assert "Did you mean 'kiali'?" in done.stderr
    assert "istio-system" not in mesh.names("Namespace")
