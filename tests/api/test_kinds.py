from __future__ import annotations

import pytest

from istioctl.api.kinds import known_resource, plural_of


@pytest.mark.parametrize(
    ("kind", "plural"),
    [
        ("Deployment", "deployments"),
        ("NetworkPolicy", "networkpolicies"),
        ("Ingress", "ingresses"),
        ("Endpoints", "endpoints"),
        ("Gateway", "gateways"),
        ("GatewayClass", "gatewayclasses"),
        ("ServiceEntry", "serviceentries"),
        ("Telemetry", "telemetries"),
        ("ProxyConfig", "proxyconfigs"),
    ],
)
def test_plurals(kind: str, plural: str) -> None:
    assert plural_of(kind) == plural


@pytest.mark.parametrize(
    ("api_version", "kind", "namespace", "name", "path"),
    [
        ("v1", "Pod", "a", "b", "/api/v1/namespaces/a/pods/b"),
        ("v1", "Pod", "", "", "/api/v1/pods"),
        ("v1", "Namespace", "ignored", "a", "/api/v1/namespaces/a"),
        ("apps/v1", "Deployment", "a", "", "/apis/apps/v1/namespaces/a/deployments"),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", "", "r", "/apis/rbac.authorization.k8s.io/v1/clusterroles/r"),
    ],
)
def test_paths(api_version: str, kind: str, namespace: str, name: str, path: str) -> None:
    resource = known_resource(api_version, kind)
    assert resource is not None
    assert resource.path(namespace, name) == path


def test_one_kind_in_two_groups() -> None:
    istio, kubernetes = (
        known_resource("networking.istio.io/v1", "Gateway"),
        known_resource("gateway.networking.k8s.io/v1", "Gateway"),
    )
    assert istio is not None
    assert kubernetes is not None
    assert istio.group != kubernetes.group


def test_unknown_kinds_are_left_to_discovery() -> None:
    assert known_resource("example.com/v1", "Deployment") is None
