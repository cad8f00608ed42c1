"""One table of mesh configurations through everything that judges them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from istioctl.api.mesh import mesh_over_defaults
from istioctl.api.mesh_rules import Finding, broken_mesh_rules
from istioctl.errors import ErrorGroup, IstioctlError
from istioctl.yamldoc.reader import load

_LOCALITY = "localityLbSetting: {distribute: [{from: 'us/*', to: %s}]}"
_TLS = "defaultConfig: {tracing: {tlsSettings: %s}}"

GOOD = [
    "",
    "{}",
    "unknownField: 1",
    "trustDomain: Example.org.",
    "trustDomain: '5'",
    "connectTimeout: 1.5s",
    "connectTimeout: 1h",
    "protocolDetectionTimeout: 100ms",
    "protocolDetectionTimeout: 0s",
    "serviceSettings: [{hosts: ['*', '*.a.b', '*-x.c', d.]}]",
    "localityLbSetting: {distribute: [{from: us/a/x, to: {b: 100}}, {from: us/a/*, to: {b: 100}}]}",
    "localityLbSetting: {failover: [{from: a, to: b}]}",
    "localityLbSetting: {failover: [{from: a, to: b}], failoverPriority: [example.org/rack]}",
    "tlsDefaults: {ecdhCurves: [P-256, X25519]}",
    _TLS % "{mode: SIMPLE, credentialName: c}",
    _TLS % "{mode: MUTUAL, clientCertificate: c, privateKey: k}",
    "defaultConfig: {discoveryAddress: '[::1]:15012', tracing: {datadog: {address: '$(HOST_IP):8126'}}}",
    "defaultConfig: {drainDuration: 45s, statusPort: 15020, controlPlaneAuthPolicy: NONE, statsdUdpAddress: ''}",
    "defaultConfig: {privateKeyProvider: {qat: {pollDelay: 2ms}}}",
    "defaultConfig: {concurrency: '4', interceptionMode: 1, proxy_metadata: {A: b}, proxyMetadata: {A: null}}",
    "defaultConfig: {statusPort: '15020'}",
    "{accessLogEncoding: 77, h2UpgradePolicy: 0, defaultConfig: {interceptionMode: 9}}",
]

#: What is refused, with the path that the message begins with.
BAD = [
    ("connectTimeout: 5", "connectTimeout"),
    ("enableTracing: 'yes'", "enableTracing"),
    ("defaultConfig: {statusPort: many}", "defaultConfig.statusPort"),
    ("defaultConfig: {statusPort: '１５０２０'}", "defaultConfig.statusPort"),
    ("defaultConfig: {concurrency: '1_0'}", "defaultConfig.concurrency"),
    ("defaultConfig: {drainDuration: 5}", "defaultConfig.drainDuration"),
    ("defaultConfig: {interceptionMode: MAGIC}", "defaultConfig.interceptionMode"),
    ("defaultConfig: {proxyMetadata: {A: 1}}", "defaultConfig.proxyMetadata.A"),
    ("defaultConfig: {statusPort: 70000}", "defaultConfig.statusPort"),
    ("defaultConfig: {statusPort: 0}", "defaultConfig.statusPort"),
    ("defaultConfig: {proxyAdminPort: 0}", "defaultConfig.proxyAdminPort"),
    ("defaultConfig: {configPath: ''}", "defaultConfig.configPath"),
    ("defaultConfig: {serviceCluster: ''}", "defaultConfig.serviceCluster"),
    ("defaultConfig: {discoveryAddress: ''}", "defaultConfig.discoveryAddress"),
    ("defaultConfig: {discoveryAddress: nowhere}", "defaultConfig.discoveryAddress"),
    ("defaultConfig: {discoveryAddress: 'a b:1'}", "defaultConfig.discoveryAddress"),
    ("defaultConfig: {discoveryAddress: '::1:15012'}", "defaultConfig.discoveryAddress"),
    ("defaultConfig: {discoveryAddress: '10.0.0.256:1'}", "defaultConfig.discoveryAddress"),
    ("defaultConfig: {discoveryAddress: 'a:²'}", "defaultConfig.discoveryAddress"),
    ("defaultConfig: {discoveryAddress: 'a:１５０１２'}", "defaultConfig.discoveryAddress"),
    ("defaultConfig: {envoyMetricsService: {address: x}}", "defaultConfig.envoyMetricsService.address"),
    ("defaultConfig: {drainDuration: 0s}", "defaultConfig.drainDuration"),
    ("defaultConfig: {drainDuration: 1500ms}", "defaultConfig.drainDuration"),
    ("defaultConfig: {controlPlaneAuthPolicy: INHERIT}", "defaultConfig.controlPlaneAuthPolicy"),
    ("defaultConfig: {tracing: {zipkin: {}}}", "defaultConfig.tracing.zipkin.address"),
    ("defaultConfig: {tracing: {lightstep: {address: 'a:1'}}}", "defaultConfig.tracing.lightstep.accessToken"),
    ("defaultConfig: {privateKeyProvider: {}}", "defaultConfig.privateKeyProvider"),
    ("defaultConfig: {privateKeyProvider: {cryptomb: {}}}", "defaultConfig.privateKeyProvider.cryptomb.pollDelay"),
    ("defaultConfig: {privateKeyProvider: {qat: {pollDelay: 0s}}}", "defaultConfig.privateKeyProvider.qat.pollDelay"),
    (_TLS % "{mode: MUTUAL}", "defaultConfig.tracing.tlsSettings.clientCertificate"),
    (_TLS % "{mode: MUTUAL, clientCertificate: c}", "defaultConfig.tracing.tlsSettings.privateKey"),
    (_TLS % "{mode: SIMPLE, credentialName: c, caCertificates: f}", "defaultConfig.tracing.tlsSettings.caCertificates"),
    (_TLS % "{mode: SIMPLE, credentialName: c, insecureSkipVerify: true}", "defaultConfig.tracing.tlsSettings.cred"),
    (_TLS % "{credentialName: 'configmap://c'}", "defaultConfig.tracing.tlsSettings.credentialName"),
    ("proxyListenPort: 0", "proxyListenPort"),
    ("proxyListenPort: 65536", "proxyListenPort"),
    ("connectTimeout: 2h", "connectTimeout"),
    ("connectTimeout: 0s", "connectTimeout"),
    ("connectTimeout: 1.0005s", "connectTimeout"),
    ("protocolDetectionTimeout: 100us", "protocolDetectionTimeout"),
    ("trustDomain: a_b", "trustDomain"),
    ("trustDomain: ''", "trustDomain"),
    ("trustDomainAliases: [ok, 'x y']", "trustDomainAliases[1]"),
    ("trustDomainAliases: ['x y', ok]", "trustDomainAliases["),
    ("serviceSettings: [{hosts: ['*.ok', 'a*b']}]", "serviceSettings[0].hosts[1]"),
    ("serviceSettings: [{hosts: [a.5]}]", "serviceSettings[0].hosts[0]"),
    ("meshMTLS: {ecdhCurves: [P-256]}", "meshMTLS.ecdhCurves"),
    (_LOCALITY % "{'us/a': 50}", "localityLbSetting.distribute[0].to"),
    (_LOCALITY % "{'us/a': 0, 'us/b': 100}", "localityLbSetting.distribute[0].to"),
    (_LOCALITY % "{'us/a': 50, us: 50}", "localityLbSetting.distribute[0].to"),
    (_LOCALITY % "{'us/a/x': 50, 'us/a/*': 50}", "localityLbSetting.distribute[0].to"),
    ("localityLbSetting: {distribute: [{from: us/*, to: {b: 100}}, {from: us/a, to: {b: 100}}]}", "localityLbSetting"),
    (_LOCALITY % "{'us//x': 100}", "localityLbSetting.distribute[0].to"),
    (_LOCALITY % "{'*/x': 100}", "localityLbSetting.distribute[0].to"),
    ("localityLbSetting: {failover: [{from: a, to: a}]}", "localityLbSetting.failover[0]"),
    ("localityLbSetting: {failover: [{from: a, to: b/c}]}", "localityLbSetting.failover[0]"),
    (
        "localityLbSetting: {failover: [{from: a, to: b}], failoverPriority: [topology.kubernetes.io/zone]}",
        "localityLbSetting.failoverPriority",
    ),
    ("localityLbSetting: {failover: [{from: a, to: b}], distribute: [{from: a}]}", "localityLbSetting.failover"),
]


def by_injection(text: str) -> str:
    """What `kube-inject` says against a mesh configuration; empty where it takes it."""
    from istioctl.injection.mesh import mesh_config

    return _message(lambda: mesh_config(text, "mesh"))


def by_analysis(text: str) -> str:
    """What `analyze --meshConfigFile` says."""
    from istioctl.analysis.mesh_settings import read_mesh_config

    return _message(lambda: read_mesh_config(text, "mesh"))


def by_rendering(text: str) -> str:
    """What `manifest generate` says against it in an IstioOperator document."""
    from istioctl.rendering.specification.origins import Layer, Origin, Origins
    from istioctl.rendering.specification.problems import Problems
    from istioctl.rendering.specification.validation import validate

    document: dict[str, Any] = {"spec": {"meshConfig": load(text) or {}}}
    problems = Problems()
    validate(document, Origins([Layer(Origin("file", ""), document)]), problems)
    return _message(problems.raise_errors).removeprefix("meshConfig.")


def by_annotations(text: str) -> str:
    """What `analyze` says against the proxy's part of it in an annotation."""
    from istioctl.analysis.analyzers.annotations import _value_problem
    from istioctl.api.names import PROXY_CONFIG
    from istioctl.yamldoc.writer import dump

    return _value_problem(PROXY_CONFIG, dump((load(text) or {}).get("defaultConfig", {})))


def by_pods(text: str) -> str:
    """What injection says against the proxy's part of it in an annotation."""
    from istioctl.injection.mesh import check_proxy
    from istioctl.yamldoc.writer import dump

    return _message(lambda: check_proxy(dump((load(text) or {}).get("defaultConfig", {})), "annotation"))


def _message(call: Callable[[], object]) -> str:
    try:
        call()
    except ErrorGroup as group:
        return group.errors[0].message
    except IstioctlError as error:
        return error.message
    return ""


JUDGES = [by_injection, by_analysis, by_rendering]
JUDGES_OF_PROXIES = [by_annotations, by_pods]


@pytest.mark.parametrize("judge", [*JUDGES, *JUDGES_OF_PROXIES])
@pytest.mark.parametrize("text", GOOD)
def test_what_everybody_takes(text: str, judge: Callable[[str], str]) -> None:
    assert judge(text) == ""


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize(("text", "path"), BAD)
def test_what_everybody_refuses(text: str, path: str, judge: Callable[[str], str]) -> None:
    assert judge(text).startswith(path)


@pytest.mark.parametrize("judge", JUDGES_OF_PROXIES)
@pytest.mark.parametrize(("text", "path"), [row for row in BAD if row[0].startswith("defaultConfig")])
def test_what_is_refused_in_annotations(text: str, path: str, judge: Callable[[str], str]) -> None:
    assert judge(text).startswith(path.removeprefix("defaultConfig."))


def warnings(text: str) -> list[Finding]:
    found = list(broken_mesh_rules(mesh_over_defaults(load(text), lambda _: None, lists_as_given=True)))
    assert all(finding.only_warn for finding in found)
    return found


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("extensionProviders: [{zipkin: {service: a.b, port: 1}}]", ("extensionProviders", 0)),
        ("extensionProviders: [{name: p}]", ("extensionProviders", 0)),
        ("extensionProviders: [{name: p, sds: {}}]", ("extensionProviders", 0, "sds")),
        ("extensionProviders: [{name: p, zipkin: {service: a.b}}]", ("extensionProviders", 0, "zipkin", "port")),
        ("extensionProviders: [{name: p, prometheus: {}}, {name: p, prometheus: {}}]", ("extensionProviders", 1)),
        (
            "extensionProviders: [{name: p, zipkin: {service: a_b, port: 1}}]",
            ("extensionProviders", 0, "zipkin", "service"),
        ),
        (
            "extensionProviders: [{name: p, lightstep: {service: a.b, port: 1}}]",
            ("extensionProviders", 0, "lightstep", "accessToken"),
        ),
        (
            "extensionProviders: [{name: p, envoyExtAuthzHttp: {service: a.b, port: 1, pathPrefix: x}}]",
            ("extensionProviders", 0, "envoyExtAuthzHttp", "pathPrefix"),
        ),
        (
            "extensionProviders: [{name: p, envoyExtAuthzGrpc: {service: a.b, port: 1, statusOnError: '999'}}]",
            ("extensionProviders", 0, "envoyExtAuthzGrpc", "statusOnError"),
        ),
        (
            "extensionProviders: [{name: p, opentelemetry: {service: a.b, port: 1, grpc: {}, http: {path: /}}}]",
            ("extensionProviders", 0, "opentelemetry", "http"),
        ),
        ("tlsDefaults: {ecdhCurves: [P-1]}", ("tlsDefaults", "ecdhCurves")),
        ("tlsDefaults: {ecdhCurves: [P-256, P-256]}", ("tlsDefaults", "ecdhCurves")),
        ("defaultConfig: {envoyMetricsServiceAddress: 'a:1'}", ("defaultConfig", "envoyMetricsServiceAddress")),
        (
            "defaultConfig: {proxyMetadata: {ISTIO_META_DNS_AUTO_ALLOCATE: 'true'}}",
            ("defaultConfig", "proxyMetadata", "ISTIO_META_DNS_AUTO_ALLOCATE"),
        ),
    ],
)  # fmt: skip
def test_what_is_warned_of(text: str, path: tuple[str | int, ...]) -> None:
    (finding,) = warnings(text)
    assert finding.path == path


@pytest.mark.parametrize(
    "text",
    [
        "extensionProviders: [{name: p, zipkin: {service: a/b.c, port: 9411}}]",
        "extensionProviders: [{name: p, datadog: {service: '*/*.b', port: 1}}, {name: q, prometheus: {}}]",
        "extensionProviders: [{name: p, envoyExtAuthzGrpc: {service: 10.0.0.1, port: 1, statusOnError: '403'}}]",
    ],
)
def test_providers_that_work(text: str) -> None:
    assert warnings(text) == []


@pytest.mark.parametrize("text", ["[1]", "text", "5"])
def test_what_is_not_a_mapping_is_refused(text: str) -> None:
    assert by_injection(text) == by_analysis(text) == "a mapping of settings is expected"
