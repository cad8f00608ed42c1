"""`analyze` on a real API server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from istioctl.api.identity import ObjectKey
from istioctl.cluster.apply import delete
from istioctl.cluster.wait import wait_until_gone
from tests.support.cluster import Cluster, ControlPlane, wait_for

pytestmark = pytest.mark.cluster


def virtual_service(name: str, gateway: str, **labels: str) -> dict[str, Any]:
    """One that leads from a gateway to the API server's Service."""
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": name, "namespace": "default", "labels": labels},
        "spec": {
            "hosts": ["a.example"],
            "gateways": [gateway],
            "http": [{"route": [{"destination": {"host": "kubernetes.default.svc.cluster.local"}}]}],
        },
    }


@pytest.fixture
def with_routes(installed: Cluster) -> Iterator[Cluster]:
    """A cluster whose namespace `default` holds VirtualServices for gateways that do not exist."""
    wait_for(lambda: installed.session.find("/apis/networking.istio.io/v1/virtualservices") is not None, 60)
    objects = [
        virtual_service("lost", "nowhere"),
        virtual_service("later", "nowhere", **{"istio.io/rev": "next"}),
    ]
    for obj in objects:
        installed.create(obj)
    yield installed
    keys = [ObjectKey.of(obj) for obj in objects]
    for key in keys:
        delete(installed.session, key)
    wait_until_gone(installed.session, keys, 60)


def origins(stdout: str, code: str) -> list[str]:
    return sorted(found["origin"] for found in json.loads(stdout) if found["code"] == code)


def test_what_the_cluster_holds(with_routes: Cluster) -> None:
    done = with_routes.run("analyze", "-o", "json")
    assert done.status == 79, done.stderr
    assert origins(done.stdout, "IST0101") == ["VirtualService default/lost"]
    assert all(" default" in found["origin"] for found in json.loads(done.stdout))
    of_next = with_routes.run("analyze", "--revision", "next", "-o", "json")
    assert "VirtualService default/later" in origins(of_next.stdout, "IST0101")


def test_files_count_as_applied(with_routes: Cluster) -> None:
    repaired = virtual_service("lost", "mesh")
    done = with_routes.run("analyze", "-o", "json", "-", stdin=json.dumps(repaired))
    assert origins(done.stdout, "IST0101") == []
    done = with_routes.run("analyze", "-", stdin=json.dumps(virtual_service("new", "nowhere")))
    assert "VirtualService default/new" in done.stdout


def test_all_namespaces(with_routes: Cluster) -> None:
    done = with_routes.run("analyze", "-A", "-o", "json")
    assert done.status == 79, done.stderr
    assert "IST0001" not in done.stdout
    assert origins(done.stdout, "IST0101") == ["VirtualService default/lost"]
    assert "Namespace default" in origins(done.stdout, "IST0102")


def test_lists_are_paged_and_few(with_routes: Cluster, control_plane: ControlPlane) -> None:
    before = len(control_plane.requests())
    with_routes.run("analyze", "--analyzer", "virtualservice.GatewayAnalyzer")
    lists = [entry for entry in control_plane.own_requests(before) if entry["verb"] == "list"]
    assert {entry["objectRef"]["resource"] for entry in lists} == {"configmaps", "gateways", "virtualservices"}
    assert all("limit=500" in entry["requestURI"] for entry in lists)


def test_another_context_that_is_not_there(installed: Cluster) -> None:
    done = installed.run("analyze", "--remote-contexts", "other")
    assert (done.status, done.stdout) == (65, "")
    assert "other" in done.stderr
