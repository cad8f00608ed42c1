"""The commands that manage an installation, beside a living istiod and living proxies."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from istioctl.api.release import VERSION
from tests.support.cluster import wait_for
from tests.support.mesh import Mesh, proxy_id, start_mesh_or_skip

pytestmark = pytest.mark.mesh


def test_verify_install(mesh: Mesh) -> None:
    done = mesh.run("verify-install", "--set", "profile=demo")
    assert done.status == 0, done.stdout + done.stderr


def test_precheck(mesh: Mesh) -> None:
    done = mesh.run("precheck")
    assert done.status == 0, done.stdout + done.stderr


def test_version_counts_proxies(mesh: Mesh) -> None:
    data = json.loads(mesh.run("version", "-o", "json").stdout)
    assert {entry["Info"]["version"] for entry in data["meshVersion"]} == {VERSION}
    versions = {entry["ID"]: entry["IstioVersion"] for entry in data["dataPlaneVersion"]}
    named = {proxy_id(pod) for pod in mesh.proxies()}
    assert named <= versions.keys()
    assert {versions[name] for name in named} == {VERSION}


def test_remote_clusters_shows_the_own_one(mesh: Mesh) -> None:
    done = mesh.run("remote-clusters", "-o", "json")
    assert done.status == 0, done.stderr
    assert [(entry["name"], entry["status"]) for entry in json.loads(done.stdout)] == [("Kubernetes", "synced")]


def test_revision_and_tag(mesh: Mesh) -> None:
    done = mesh.run("revision", "list", "-o", "json")
    assert done.status == 0, done.stderr
    assert "default" in done.stdout
    assert mesh.run("tag", "set", "stable", "--revision", "default").status == 0
    try:
        mesh.namespace("tagged", **{"istio.io/rev": "stable"})
        mesh.deploy("web", "tagged")
        wait_for(lambda: mesh.in_sync(mesh.pod("web", "tagged")))
        assert "stable" in mesh.run("tag", "list").stdout
    finally:
        mesh.session.send("DELETE", "/api/v1/namespaces/tagged")
        assert mesh.run("tag", "remove", "stable", "-y").status == 0


def test_upgrade_without_a_change_restarts_nothing(mesh: Mesh) -> None:
    before = mesh.state()
    done = mesh.run("upgrade", "--set", "profile=demo", "-y")
    assert done.status == 0, done.stderr
    assert mesh.state() == before


def test_upgrade_that_changes_istiod(mesh: Mesh) -> None:
    old = mesh.istiod()
    changed = ("--set", "profile=demo", "--set", "values.pilot.env.PILOT_ENABLE_STATUS=false")
    done = mesh.run("upgrade", *changed, "-y")
    assert done.status == 0, done.stderr + mesh.logs()
    wait_for(lambda: old not in mesh.kubelet.running)
    assert mesh.istiod() != old
    mesh.settle()
    assert mesh.run("upgrade", "--set", "profile=demo", "-y").status == 0
    mesh.settle()


@pytest.fixture
def second(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mesh]:
    """A small mesh to take down."""
    mesh = start_mesh_or_skip(tmp_path_factory.mktemp("mesh"), "minimal")
    yield mesh
    mesh.close()


def test_uninstall(second: Mesh) -> None:
    done = second.run("uninstall", "--purge", "-y")
    assert done.status == 0, done.stderr
    assert second.owned() == []
    wait_for(lambda: not [key for key in second.kubelet.running if key.startswith("istio-system/")])
    second.deploy("plain")  # nothing is injected any more, and nothing stands in the way
    assert [pod for pod in second.kubelet.running if "/plain-" in pod]
