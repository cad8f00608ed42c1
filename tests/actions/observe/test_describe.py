"""Describing what is named in one way or another, in a cluster."""

from __future__ import annotations

import copy

import pytest

from istioctl import ApiError, InputError
from istioctl.actions.observe.describe import DescribeOptions, describe_pod, describe_service
from istioctl.cluster.session import Session
from tests.support.stub_cluster import StubCluster


def options(name: str, namespace: str = "shop") -> DescribeOptions:
    return DescribeOptions(name, namespace, "istio-system")


@pytest.mark.parametrize(
    ("name", "namespace"),
    [
        ("web-1", "shop"),
        ("web-1.shop", "default"),
        ("pod/web-1", "shop"),
        ("deploy/web", "shop"),
        ("deployments.apps/web.shop", "default"),
        ("svc/web", "shop"),
    ],
)
def test_pods_by_any_name(session: Session, name: str, namespace: str) -> None:
    found = describe_pod(session, options(name, namespace))
    assert [(pod.name, pod.namespace) for pod in found.pods] == [("web-1", "shop")]
    assert [service.name for service in found.services] == ["web"]


@pytest.mark.parametrize(
    ("name", "namespace"),
    [("web", "shop"), ("web.shop", "default"), ("svc/web", "shop"), ("deploy/web.shop", "x"), ("pod/web-1", "shop")],
)
def test_services_by_any_name(session: Session, name: str, namespace: str) -> None:
    found = describe_service(session, options(name, namespace))
    assert [(service.name, service.namespace) for service in found.services] == [("web", "shop")]
    assert [pod.name for pod in found.pods] == ["web-1"]


def test_several_services_of_one_workload(stub: StubCluster, session: Session) -> None:
    path = "/api/v1/namespaces/shop/services/web"
    other = copy.deepcopy(stub.objects[path])
    other["metadata"]["name"] = "web-too"
    stub.objects[f"{path}-too"] = other
    with pytest.raises(InputError, match="several services select its pods: web, web-too"):
        describe_service(session, options("deploy/web"))
    del stub.objects[path], stub.objects[f"{path}-too"]
    with pytest.raises(InputError, match="no service selects its pods"):
        describe_service(session, options("deploy/web"))


def test_what_is_not_there(session: Session) -> None:
    for name in ("none", "deploy/none"):
        with pytest.raises(ApiError):
            describe_pod(session, options(name))
    with pytest.raises(InputError, match="has no pods"):
        describe_pod(session, options("configmap/x"))
