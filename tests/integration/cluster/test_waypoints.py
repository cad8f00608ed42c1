"""`waypoint` on a real API server, with the Gateway API's kinds as a test needs them."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from istioctl.cluster.session import MERGE
from tests.support.cluster import Cluster, wait_for

pytestmark = pytest.mark.cluster

_GATEWAYS = "/apis/gateway.networking.k8s.io/v1/namespaces/shop/gateways"
_CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


def _gateway_api() -> dict[str, Any]:
    names = {"plural": "gateways", "singular": "gateway", "kind": "Gateway", "listKind": "GatewayList"}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema, "subresources": {"status": {}}}
    group = "gateway.networking.k8s.io"
    approved = {"api-approved.kubernetes.io": "https://github.com/kubernetes-sigs/gateway-api"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"gateways.{group}", "annotations": approved},
        "spec": {"group": group, "scope": "Namespaced", "names": names, "versions": [version]},
    }


def _remove_gateway_api(cluster: Cluster) -> None:
    if cluster.session.find(path := f"{_CRD}/gateways.gateway.networking.k8s.io") is not None:
        cluster.session.send("DELETE", path)
        wait_for(lambda: cluster.session.find(path) is None)


@pytest.fixture(scope="module")
def with_gateways(cluster: Cluster) -> Iterator[Cluster]:
    cluster.clear(namespaces=True)
    cluster.namespace("shop")
    cluster.create(_gateway_api())
    wait_for(lambda: cluster.session.find(_GATEWAYS) is not None)
    yield cluster
    _remove_gateway_api(cluster)
    cluster.clear(namespaces=True)


@pytest.fixture
def shop(with_gateways: Cluster) -> Cluster:
    """A cluster with a namespace `shop` that has no waypoint."""
    for gateway in with_gateways.session.get(_GATEWAYS)["items"]:
        with_gateways.session.send("DELETE", f"{_GATEWAYS}/{gateway['metadata']['name']}")
    labels = {"metadata": {"labels": {"istio.io/use-waypoint": None, "istio.io/dataplane-mode": None}}}
    with_gateways.session.send("PATCH", "/api/v1/namespaces/shop", labels, None, MERGE)
    return with_gateways


def _program(cluster: Cluster, name: str, status: str = "True") -> None:
    condition = {"type": "Programmed", "status": status, "reason": "Why", "message": "as it is"}
    patch = {"status": {"conditions": [{"type": "Accepted", "status": "True"}, condition]}}
    cluster.session.send("PATCH", f"{_GATEWAYS}/{name}/status", patch, None, MERGE)


def _rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_apply_list_and_delete(shop: Cluster) -> None:
    done = shop.run("waypoint", "apply", "-n", "shop", "--for", "all", "-r", "canary", "--name", "w")
    assert (done.status, done.stdout, done.stderr) == (0, "waypoint shop/w applied\n", "")
    made = shop.session.get(f"{_GATEWAYS}/w")
    assert made["spec"]["gatewayClassName"] == "istio-waypoint"
    assert [each["manager"] for each in made["metadata"]["managedFields"]] == ["istioctl"]
    listed = shop.run("waypoint", "list", "-n", "shop")
    assert _rows(listed.stdout)[1:] == [["w", "canary", "all", "False"]]
    everywhere = json.loads(shop.run("waypoint", "list", "-A", "-o", "json").stdout)
    assert [(each["namespace"], each["name"], each["trafficType"]) for each in everywhere] == [("shop", "w", "all")]
    with shop.slow_to_go(f"{_GATEWAYS}/w"):
        deleted = shop.run("waypoint", "delete", "w", "missing", "-n", "shop")
        assert shop.session.find(f"{_GATEWAYS}/w") is None
    assert deleted.stdout == "waypoint shop/w deleted\nwaypoint shop/missing not found\n"
    assert shop.run("waypoint", "list", "-n", "shop").stdout == "No waypoints found.\n"
    assert json.loads(shop.run("waypoint", "list", "-n", "shop", "-o", "json").stdout) == []


def test_only_waypoints_are_listed_and_deleted(shop: Cluster) -> None:
    other = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway"}
    shop.create({**other, "metadata": {"name": "ingress", "namespace": "shop"}, "spec": {"gatewayClassName": "istio"}})
    for name, revision in (("a", "one"), ("b", "two"), ("c", "two")):
        assert shop.run("waypoint", "apply", "-n", "shop", "--name", name, "-r", revision).status == 0
    by_revision = shop.run("waypoint", "delete", "--revision", "two", "-n", "shop")
    assert by_revision.stdout == "waypoint shop/b deleted\nwaypoint shop/c deleted\n"
    assert shop.run("waypoint", "delete", "ingress", "-n", "shop").stdout == "waypoint shop/ingress not found\n"
    assert shop.run("waypoint", "delete", "--all", "-n", "shop").stdout == "waypoint shop/a deleted\n"
    assert [each["metadata"]["name"] for each in shop.session.get(_GATEWAYS)["items"]] == ["ingress"]


def test_enrolling_a_namespace(shop: Cluster) -> None:
    def used() -> str:
        labels = shop.get("v1", "Namespace", "shop", "")["metadata"]["labels"]
        return str(labels.get("istio.io/use-waypoint"))

    first = shop.run("waypoint", "apply", "-n", "shop", "--enroll-namespace")
    assert first.status == 0
    assert "not in ambient mode; to put it there: kubectl label namespace shop" in first.stderr
    assert used() == "waypoint"
    assert shop.run("waypoint", "apply", "-n", "shop", "--enroll-namespace").stdout.count("\n") == 2
    other = shop.run("waypoint", "apply", "-n", "shop", "--enroll-namespace", "--name", "b")
    assert (other.status, other.stdout) == (0, "")
    assert "namespace shop uses waypoint waypoint; pass --overwrite" in other.stderr
    assert shop.session.find(f"{_GATEWAYS}/b") is None
    assert shop.run("waypoint", "apply", "-n", "shop", "--enroll-namespace", "--name", "b", "--overwrite").status == 0
    assert used() == "b"


def test_waiting_for_it(shop: Cluster) -> None:
    late = threading.Timer(0.5, _program, (shop, "waypoint"))
    assert shop.run("waypoint", "apply", "-n", "shop").status == 0
    late.start()
    done = shop.run("waypoint", "apply", "-n", "shop", "--wait")
    late.join()
    assert done.stdout.endswith("waypoint shop/waypoint is ready\n"), done.stderr
    status = shop.run("waypoint", "status", "-n", "shop")
    assert _rows(status.stdout)[1] == ["waypoint", "True", "Programmed", "Why", "as", "it", "is"]


def test_waiting_ends(shop: Cluster) -> None:
    for name in ("a", "b"):
        assert shop.run("waypoint", "apply", "-n", "shop", "--name", name).status == 0
    _program(shop, "a")
    _program(shop, "b", "False")
    done = shop.run("waypoint", "status", "-n", "shop", "--waypoint-timeout", "300ms")
    assert done.status == 1
    assert [row[:2] for row in _rows(done.stdout)[1:]] == [["a", "True"], ["b", "False"]]
    assert done.stderr.count("Error:") == 1
    assert "Gateway/shop/b: timed out after 0.3s" in done.stderr
    assert "Programmed is False (Why: as it is)" in done.stderr
    at_once = shop.run("waypoint", "status", "-A", "--wait=false")
    assert [row[1:3] for row in _rows(at_once.stdout)[1:]] == [["a", "True"], ["b", "False"]]
    one = json.loads(shop.run("waypoint", "--name", "b", "status", "-n", "shop", "--no-wait", "-o", "json").stdout)
    assert [(each["name"], each["condition"]["reason"]) for each in one] == [("b", "Why")]
    assert shop.run("waypoint", "status", "-n", "default").stdout == "No waypoints found.\n"


def test_what_another_owns_is_not_taken(shop: Cluster) -> None:
    assert shop.run("waypoint", "apply", "-n", "shop", "--for", "all").status == 0
    patch = {"metadata": {"labels": {"istio.io/waypoint-for": "none"}}}
    shop.session.send("PATCH", f"{_GATEWAYS}/waypoint", patch, {"fieldManager": "somebody"}, MERGE)
    done = shop.run("waypoint", "apply", "-n", "shop", "--for", "service")
    assert (done.status, done.stdout) == (1, "")
    assert "Gateway/shop/waypoint on https://" in done.stderr
    assert "somebody" in done.stderr


def test_what_is_missing(shop: Cluster) -> None:
    for argv, message in (
        (("waypoint", "apply", "-n", "nowhere"), "there is no namespace 'nowhere'"),
        (("waypoint", "apply", "extra"), "extra"),
        (("waypoint", "delete"), "there is nothing to delete"),
        (("waypoint", "delete", "a", "--all"), "cannot specify waypoint names when deleting all waypoints"),
        (("waypoint", "apply", "-n", "shop", "--waypoint-timeout", "soon"), "soon"),
        (("waypoint", "list", "-n", "shop", "--context", "nobody"), "cannot list resource"),
    ):
        done = shop.run(*argv)
        assert done.status != 0
        assert (done.stdout, done.stderr.count("Error:")) == ("", 1)
        assert message in done.stderr


def test_without_the_gateway_api(shop: Cluster) -> None:
    _remove_gateway_api(shop)
    for command in ("apply", "list", "status"):
        done = shop.run("waypoint", command, "-n", "shop")
        assert (done.status, done.stdout) == (1, "")
        assert "the cluster has no Gateway API" in done.stderr
