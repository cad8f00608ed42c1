"""`istioctl uninstall` on a real API server."""

from __future__ import annotations

import json

import pytest

from tests.support.cluster import Cluster, ControlPlane

pytestmark = pytest.mark.cluster


def virtual_service(name: str) -> dict[str, object]:
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"hosts": ["a"], "http": [{"route": [{"destination": {"host": "a"}}]}]},
    }


def test_purge_takes_everything_and_says_so(installed: Cluster) -> None:
    installed.create(virtual_service("kept"))
    done = installed.run("uninstall", "--purge", "-y")
    assert done.status == 0, done.stderr
    assert "All Istio resources will be pruned from the cluster" in done.stderr
    assert "take 1 custom resources along: 1 VirtualService" in done.stderr
    assert done.stderr.endswith("✔ Uninstall complete\n")
    assert "  Removed apps/v1, Kind=Deployment/istiod.istio-system.\n" in done.stdout
    assert "Kind=CustomResourceDefinition/gateways.networking.istio.io..\n" in done.stdout
    assert installed.owned() == []
    assert "istio-system" in installed.names("Namespace")

    again = installed.run("uninstall", "--purge", "-y", "-o", "json")
    assert again.status == 0
    assert json.loads(again.stdout)["removed"] == []


def test_namespace_goes_only_when_asked(installed: Cluster) -> None:
    done = installed.run("uninstall", "--purge", "--delete-namespace", "-y")
    assert done.status == 0, done.stderr
    assert "istio-system" not in installed.names("Namespace")


def test_revision_leaves_the_others_and_what_they_share(installed: Cluster) -> None:
    assert installed.run("install", "--set", "profile=minimal", "-r", "canary", "-y").status == 0
    done = installed.run("uninstall", "-r", "canary", "-y", "-o", "json")
    assert done.status == 0, done.stderr
    removed = json.loads(done.stdout)["removed"]
    assert "Deployment/istio-system/istiod-canary" in removed
    assert all("canary" in name for name in removed)
    assert "istiod" in installed.names("Deployment", "apps/v1")
    assert installed.run("verify-install", "--set", "profile=demo").status == 0


def namespace(name: str, **labels: str) -> dict[str, object]:
    spelled = {label.replace("__", "/").replace("_", "-"): value for label, value in labels.items()}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": spelled}}


def test_it_names_who_is_left_without_an_injector(installed: Cluster) -> None:
    assert installed.run("install", "--set", "profile=minimal", "-r", "canary", "-y").status == 0
    assert installed.run("tag", "set", "prod", "--revision", "canary").status == 0
    for name, label in (("by-revision", "canary"), ("by-tag", "prod"), ("elsewhere", "default")):
        installed.create({**namespace(name), "metadata": {"name": name, "labels": {"istio.io/rev": label}}})
    installed.create(namespace("usual", istio_injection="enabled"))
    for flags in (("--dry-run",), ("-y",)):
        done = installed.run("uninstall", "--revision", "canary", *flags)
        assert done.status == 0, done.stderr
        listed = done.stderr.partition("lose their injector")[2]
        assert [line.strip() for line in listed.splitlines()[1:3]] == ["by-revision", "by-tag"]
        assert "elsewhere" not in done.stderr
        assert "usual" not in done.stderr
        assert "These tags lead to it, and to nothing without it: prod\n" in done.stderr
    assert installed.run("tag", "remove", "prod", "-y").status == 0


def test_unknown_revision_names_the_known(installed: Cluster) -> None:
    done = installed.run("uninstall", "--revision", "nope", "-y")
    assert done.status == 1
    assert "could not find target revision 'nope'" in done.stderr
    assert "Choose one of default" in done.stderr


def test_dry_run_removes_nothing(installed: Cluster, control_plane: ControlPlane) -> None:
    before = installed.owned()
    seen = len(control_plane.requests())
    done = installed.run("uninstall", "--purge", "--delete-namespace", "--dry-run")
    assert done.status == 0, done.stderr
    assert "Not pruning object apps/v1, Kind=Deployment/istiod.istio-system because of dry run.\n" in done.stdout
    deletions = [request for request in control_plane.own_requests(seen) if request["verb"] == "delete"]
    assert deletions
    assert all("dryRun=All" in request["requestURI"] for request in deletions)
    assert [item["metadata"]["uid"] for item in installed.owned()] == [item["metadata"]["uid"] for item in before]


@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        ((), 64, "--revision (or --set revision=<revision>), --filename or --purge flags must be set"),
        (("--purge",), 64, "--skip-confirmation"),
        (("--purge", "-y", "--context", "nobody"), 1, 'User "nobody" cannot list'),
    ],
)
def test_refusals(installed: Cluster, argv: tuple[str, ...], status: int, words: str) -> None:
    done = installed.run("uninstall", *argv)
    assert done.status == status
    assert words in done.stderr
    assert "istiod" in installed.names("Deployment", "apps/v1")
