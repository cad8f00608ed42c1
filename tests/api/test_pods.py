"""What pods say of their proxy."""

from __future__ import annotations

import pytest

from istioctl.api.pods import containers, image_tag, injected_by, proxy_of

APP, PROXY = {"name": "app"}, {"name": "istio-proxy", "image": "istio/proxyv2:1.30.3"}


@pytest.mark.parametrize(
    "spec",
    [{"containers": [APP, PROXY]}, {"containers": [APP], "initContainers": [PROXY]}],
    ids=["beside", "native"],
)
def test_the_proxy_is_found_where_it_may_be(spec: dict[str, object]) -> None:
    assert proxy_of(spec) == PROXY


@pytest.mark.parametrize("spec", [{}, {"containers": None}, {"containers": [APP, "text"]}, {"initContainers": "text"}])
def test_a_pod_without_a_proxy_has_none(spec: dict[str, object]) -> None:
    assert proxy_of(spec) is None


def test_init_containers_are_asked_for() -> None:
    spec = {"containers": [APP], "initContainers": [PROXY]}
    assert containers(spec) == [APP]
    assert containers(spec, init=True) == [APP, PROXY]


@pytest.mark.parametrize(
    ("image", "tag"),
    [
        ("istio/proxyv2:1.30.3", "1.30.3"),
        ("localhost:5000/istio/proxyv2:1.30.3@sha256:0a", "1.30.3"),
        ("localhost:5000/istio/proxyv2", ""),
        ("proxyv2@sha256:0a", ""),
        ("", ""),
    ],
)
def test_image_tag(image: str, tag: str) -> None:
    assert image_tag(image) == tag


@pytest.mark.parametrize(
    ("annotations", "revision"),
    [
        ({"istio.io/rev": "canary", "sidecar.istio.io/status": '{"revision":"old"}'}, "canary"),
        ({"sidecar.istio.io/status": '{"revision":"canary"}'}, "canary"),
        ({"sidecar.istio.io/status": '{"revision":5}'}, ""),
        ({"sidecar.istio.io/status": "[]"}, ""),
        ({"sidecar.istio.io/status": "{"}, ""),
        ({}, ""),
    ],
)
def test_injected_by(annotations: dict[str, str], revision: str) -> None:
    assert injected_by(annotations) == revision
