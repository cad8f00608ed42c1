from __future__ import annotations

import pytest

from istioctl.errors import InputError
from istioctl.injection import mesh

_LOCALITY = "localityLbSetting: {distribute: [{from: 'us/*', to: %s}]}"
_TLS = "defaultConfig: {tracing: {tlsSettings: %s}}"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("defaultConfig: {drainDuration: 0s}", "drainDuration must be whole seconds"),
        ("defaultConfig: {discoveryAddress: nowhere}", "must be host:port"),
        ("defaultConfig: {discoveryAddress: 'a b:1'}", "neither a host name"),
        ("defaultConfig: {discoveryAddress: '10.0.0.256:1'}", "neither a host name"),
        ("defaultConfig: {discoveryAddress: 'a:²'}", "must be host:port"),
        ("defaultConfig: {tracing: {lightstep: {address: 'a:1'}}}", "accessToken"),
        ("defaultConfig: {privateKeyProvider: {cryptomb: {}}}", "pollDelay"),
        (_TLS % "{mode: MUTUAL, privateKey: k}", "clientCertificate"),
        (_TLS % "{mode: SIMPLE, credentialName: c, caCertificates: f}", "beside credentialName"),
        (_TLS % "{mode: SIMPLE, credentialName: c, insecureSkipVerify: true}", "beside insecureSkipVerify"),
        (_TLS % "{credentialName: 'configmap://c'}", "can't name a ConfigMap"),
        ("proxyListenPort: 0", "proxyListenPort must be"),
        ("connectTimeout: 2h", "connectTimeout must be whole milliseconds"),
        ("connectTimeout: 0s", "connectTimeout must be whole milliseconds"),
        ("protocolDetectionTimeout: 1.0005s", "protocolDetectionTimeout must be whole milliseconds"),
        ("trustDomain: a_b", "'a_b' is no trust domain"),
        ("trustDomain: ''", "is no trust domain"),
        ("trustDomainAliases: [ok, 'x y']", "'x y' is no trust domain"),
        ("serviceSettings: [{hosts: ['*.ok', 'a*b']}]", "'a*b' is no host name"),
        ("meshMTLS: {ecdhCurves: [P-256]}", "ecdhCurves"),
        (_LOCALITY % "{'us/a': 50}", "add up to 100"),
        (_LOCALITY % "{'us/a': 50, us: 50}", "overlaps"),
        (_LOCALITY % "{'us/*': 50, 'us/a': 50}", "overlaps"),
        (_LOCALITY % "{'us//x': 100}", "empty region"),
        (_LOCALITY % "{'*/x': 100}", "at its end"),
        ("localityLbSetting: {failover: [{from: a, to: a}]}", "from one region to another"),
        ("localityLbSetting: {failover: [{from: a, to: b/c}]}", "regions only"),
        (
            "localityLbSetting: {failover: [{from: a, to: b}], failoverPriority: [topology.kubernetes.io/zone]}",
            "beside failover",
        ),
        ("localityLbSetting: {failover: [{from: a, to: b}], distribute: [{from: a}]}", "exclude each other"),
    ],
)
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(InputError) as caught:
        mesh.mesh_config(text, "f")
    assert said in str(caught.value)
    assert (caught.value.where or "").startswith("f")


@pytest.mark.parametrize(
    "text",
    [
        "trustDomain: Example.org.",
        "connectTimeout: 1.5s",
        "protocolDetectionTimeout: 100ms",
        "serviceSettings: [{hosts: ['*', '*.a.b', '*-x.c', d.]}]",
        _LOCALITY % "{'us/a/x': 50, 'us/a/*': 50}",
        "localityLbSetting: {failover: [{from: a, to: b}], failoverPriority: [example.org/rack]}",
        _TLS % "{mode: SIMPLE, credentialName: c}",
        "defaultConfig: {discoveryAddress: '[::1]:15012', tracing: {datadog: {address: '$(HOST_IP):8126'}}}",
    ],
)
def test_what_is_right_passes(text):
    mesh.mesh_config(text, "f")
