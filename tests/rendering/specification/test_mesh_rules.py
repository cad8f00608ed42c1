"""What the values of a mesh configuration mean together."""

from __future__ import annotations

import pytest

from istioctl.rendering.specification.mesh_rules import check_mesh_config
from istioctl.rendering.specification.origins import dotted


def provider(**kinds: object) -> dict[str, object]:
    return {"extensionProviders": [{"name": "p", **kinds}]}


def proxy(**settings: object) -> dict[str, object]:
    return {"defaultConfig": settings}


@pytest.mark.parametrize(
    "mesh",
    [
        None,
        {},
        {"proxyListenPort": 15001, "connectTimeout": "1h", "protocolDetectionTimeout": "0s", "trustDomain": "a.b."},
        {"serviceSettings": [{"hosts": ["*", "*.foo.com", "a.b", "*-x.b"]}]},
        {"localityLbSetting": {"distribute": [{"from": "a/*", "to": {"a/1": 50, "b": 50}}]}},
        {"localityLbSetting": {"failover": [{"from": "a", "to": "b"}]}},
        {"tlsDefaults": {"ecdhCurves": ["P-256", "X25519"]}},
        proxy(discoveryAddress="istiod.x:15012", drainDuration="45s", statusPort=15020, controlPlaneAuthPolicy="NONE"),
        proxy(discoveryAddress="[::1]:15012"),
        proxy(tracing={"zipkin": {"address": "$(HOST_IP):9411"}, "tlsSettings": {"mode": "SIMPLE"}}),
        proxy(privateKeyProvider={"qat": {"pollDelay": "2ms"}}),
        provider(zipkin={"service": "a/b.c", "port": 9411}),
        provider(prometheus={}),
        {"connectTimeout": 5, "proxyListenPort": "x", "defaultConfig": "y", "serviceSettings": {}},  # the schema's part
    ],
)
def test_what_obeys_the_rules(mesh: object) -> None:
    assert list(check_mesh_config(mesh)) == []


@pytest.mark.parametrize(
    ("mesh", "where"),
    [
        ({"proxyListenPort": 0}, "proxyListenPort"),
        ({"proxyListenPort": 65536}, "proxyListenPort"),
        ({"connectTimeout": "0.5ms"}, "connectTimeout"),
        ({"connectTimeout": "1h1ms"}, "connectTimeout"),
        ({"connectTimeout": "1.0005s"}, "connectTimeout"),
        ({"protocolDetectionTimeout": "100us"}, "protocolDetectionTimeout"),
        ({"trustDomain": ""}, "trustDomain"),
        ({"trustDomainAliases": ["ok", "a_b"]}, "trustDomainAliases[1]"),
        ({"serviceSettings": [{"hosts": ["a.b", "a.*"]}]}, "serviceSettings[0].hosts[1]"),
        ({"serviceSettings": [{"hosts": ["a.5"]}]}, "serviceSettings[0].hosts[0]"),
        ({"meshMTLS": {"ecdhCurves": ["P-256"]}}, "meshMTLS.ecdhCurves"),
        (proxy(drainDuration="1500ms"), "defaultConfig.drainDuration"),
        (proxy(discoveryAddress="istiod"), "defaultConfig.discoveryAddress"),
        (proxy(discoveryAddress="a_b:80"), "defaultConfig.discoveryAddress"),
        (proxy(serviceCluster=""), "defaultConfig.serviceCluster"),
        (proxy(statusPort=70000), "defaultConfig.statusPort"),
        (proxy(controlPlaneAuthPolicy="INHERIT"), "defaultConfig.controlPlaneAuthPolicy"),
        (proxy(envoyMetricsService={"address": "x"}), "defaultConfig.envoyMetricsService.address"),
        (proxy(tracing={"datadog": {"address": "x"}}), "defaultConfig.tracing.datadog.address"),
        (proxy(tracing={"lightstep": {"address": "x:1"}}), "defaultConfig.tracing.lightstep.accessToken"),
        (
            proxy(tracing={"tlsSettings": {"mode": "MUTUAL", "privateKey": "k"}}),
            "defaultConfig.tracing.tlsSettings.clientCertificate",
        ),
        (
            proxy(tracing={"tlsSettings": {"mode": "SIMPLE", "credentialName": "c", "caCrl": "k"}}),
            "defaultConfig.tracing.tlsSettings.caCrl",
        ),
        (proxy(privateKeyProvider={}), "defaultConfig.privateKeyProvider"),
        (proxy(privateKeyProvider={"cryptomb": {}}), "defaultConfig.privateKeyProvider.cryptomb.pollDelay"),
        (
            proxy(privateKeyProvider={"cryptomb": {"pollDelay": "0s"}}),
            "defaultConfig.privateKeyProvider.cryptomb.pollDelay",
        ),
        ({"localityLbSetting": {"distribute": [{}], "failover": [{}]}}, "localityLbSetting.failover"),
        ({"localityLbSetting": {"distribute": [{"from": "a", "to": {"b": 50}}]}}, "localityLbSetting.distribute[0].to"),
        (
            {"localityLbSetting": {"distribute": [{"from": "a", "to": {"b": 0, "c": 100}}]}},
            "localityLbSetting.distribute[0].to",
        ),
        (
            {"localityLbSetting": {"distribute": [{"from": "a", "to": {"b": 50, "b/c": 50}}]}},
            "localityLbSetting.distribute[0].to",
        ),
        ({"localityLbSetting": {"failover": [{"from": "a", "to": "a"}]}}, "localityLbSetting.failover[0]"),
        ({"localityLbSetting": {"failover": [{"from": "a/b", "to": "c"}]}}, "localityLbSetting.failover[0]"),
        (
            {
                "localityLbSetting": {
                    "failover": [{"from": "a", "to": "c"}],
                    "failoverPriority": ["topology.istio.io/subzone"],
                }
            },
            "localityLbSetting.failoverPriority",
        ),
    ],
)
def test_what_breaks_a_rule_is_refused(mesh: object, where: str) -> None:
    (found,) = check_mesh_config(mesh)
    assert dotted(found.path) == where
    assert not found.only_warn


@pytest.mark.parametrize(
    ("mesh", "where"),
    [
        ({"tlsDefaults": {"ecdhCurves": ["P-256", "nope"]}}, "tlsDefaults.ecdhCurves"),
        ({"tlsDefaults": {"ecdhCurves": ["P-256", "P-256"]}}, "tlsDefaults.ecdhCurves"),
        (
            proxy(proxyMetadata={"ISTIO_META_DNS_AUTO_ALLOCATE": "true"}),
            "defaultConfig.proxyMetadata.ISTIO_META_DNS_AUTO_ALLOCATE",
        ),
        (proxy(envoyMetricsServiceAddress="a:1"), "defaultConfig.envoyMetricsServiceAddress"),
        (provider(), "extensionProviders[0]"),
        (provider(zipkin={"service": "a.b"}), "extensionProviders[0].zipkin.port"),
        (provider(zipkin={"port": 1}), "extensionProviders[0].zipkin.service"),
        (
            provider(envoyExtAuthzHttp={"service": "a.b", "port": 1, "pathPrefix": "x"}),
            "extensionProviders[0].envoyExtAuthzHttp.pathPrefix",
        ),
        (
            provider(opentelemetry={"service": "a.b", "port": 1, "grpc": {}, "http": {}}),
            "extensionProviders[0].opentelemetry.http",
        ),
        ({"extensionProviders": [{"name": "p", "prometheus": {}}] * 2}, "extensionProviders[1]"),
    ],
)
def test_what_istiod_starts_with_is_warned_about(mesh: object, where: str) -> None:
    (found,) = check_mesh_config(mesh)
    assert dotted(found.path) == where
    assert found.only_warn
