"""The settings of a proxy in an annotation."""

from __future__ import annotations

import pytest

from istioctl.analysis.validation.proxy_settings import problem


@pytest.mark.parametrize(
    "text",
    ["", "# nothing", "null", "{}", "concurrency: 2", "concurrency: '2'", "unknown: 1", "drainDuration: 45s",
     "discoveryAddress: istiod.istio-system.svc:15012", "discoveryAddress: '[::1]:15012'", "statsdUdpAddress: ''",
     "tracing: {zipkin: {address: '$(HOST_IP):9411'}}", "proxyMetadata: {A: '1'}", "proxy_metadata: {A: b}",
     "holdApplicationUntilProxyStarts: true", "image: {imageType: distroless}", "interceptionMode: TPROXY",
     "privateKeyProvider: {cryptomb: {pollDelay: 10ms}}"],
)  # fmt: skip
def test_good_settings(text: str) -> None:
    assert problem(text) == ""


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("a: [", "bad YAML"),
        ("[a]", "no mapping"),
        ("concurrency: x", "concurrency: must be a whole number"),
        ("concurrency: 1.5", "concurrency"),
        ("drainDuration: 5", "drainDuration: must be a duration"),
        ("drainDuration: 1500ms", "whole number of seconds"),
        ("drainDuration: 0s", "drainDuration"),
        ("proxyMetadata: {A: 1}", "proxyMetadata.A: must be text"),
        ("proxyAdminPort: 0", "proxyAdminPort"),
        ("statusPort: 70000", "statusPort"),
        ("serviceCluster: ''", "serviceCluster"),
        ("discoveryAddress: ''", "host:port"),
        ("discoveryAddress: istiod", "host:port"),
        ("discoveryAddress: '$(HOST_IP):1'", "host:port"),
        ("discoveryAddress: '::1:15012'", "host:port"),
        ("tracing: {zipkin: {}}", "tracing.zipkin.address"),
        ("tracing: {lightstep: {address: 'a:1'}}", "access token"),
        ("controlPlaneAuthPolicy: INHERIT", "NONE or MUTUAL_TLS"),
        ("privateKeyProvider: {}", "provider is missing"),
        ("privateKeyProvider: {cryptomb: {fallback: true}}", "cryptomb.pollDelay: must be set"),
        ("privateKeyProvider: {qat: {pollDelay: 0s}}", "qat.pollDelay"),
        ("holdApplicationUntilProxyStarts: 'true'", "true or false"),
        ("interceptionMode: OTHER", "one of REDIRECT"),
    ],
)
def test_bad_settings(text: str, part: str) -> None:
    assert part in problem(text)
