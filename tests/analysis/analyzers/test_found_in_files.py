"""What single analyzers find in files, and how often they say it."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from istioctl.analysis.analyzers.registry import chosen
from istioctl.analysis.findings import Finding, Findings, selected
from istioctl.analysis.loading import Loader
from istioctl.analysis.resources import Snapshot
from istioctl.analysis.sources import Source


def found(analyzer: str, text: str, istio_namespace: str = "istio-system", networks: str = "{}") -> list[Finding]:
    mesh = {"rootNamespace": "elsewhere"}
    snapshot = Snapshot(mesh, json.loads(networks), istio_namespace=istio_namespace)
    for resource in Loader("shop").read(Source("f.yaml", text)):
        snapshot.add(resource)
    findings = Findings()
    (only,) = chosen((analyzer,))
    only.run(snapshot, findings)
    return selected(findings.items, "", ())


def codes(analyzer: str, text: str) -> list[str]:
    return [finding.message.code for finding in found(analyzer, text)]


def document(kind: str, name: str, rest: str, version: str = "networking.istio.io/v1") -> str:
    return f"---\napiVersion: {version}\nkind: {kind}\nmetadata: {{name: {name}}}\n{rest}\n"


def mutating_webhook(name: str, webhooks: str) -> str:
    version = "admissionregistration.k8s.io/v1"
    return document("MutatingWebhookConfiguration", name, f"webhooks: [{webhooks}]", version)


@pytest.mark.parametrize(
    ("host", "code"),
    [
        ("https://mesh.example.com:15017/inject", ""),
        ("https://10.1.2.3/inject", "IST0164"),
        ("https://[fd00::1]:15017/", "IST0164"),
        ("https://[fe80::1%25eth0]/", ""),
        ("https://mesh example.com/", "IST0163"),
        ("https://mesh.example.com:port/", "IST0163"),
        ("https://[fd00::1/", "IST0163"),
        ("mesh.example.com:15017/inject", ""),
        ("10.1.2.3:15017/inject", "IST0163"),
        ("", ""),
    ],
)
def test_addresses_of_external_control_planes(host: str, code: str) -> None:
    text = mutating_webhook("istio-sidecar-injector", f"{{name: a, clientConfig: {{url: '{host}'}}}}")
    assert codes("externalcontrolplane.ExternalControlPlaneAnalyzer", text) == ([code] if code else [])


@pytest.mark.parametrize(
    ("name", "count"), [("istiod-default-validator", 1), ("istiod-default-validator-2", 0), ("istio-validator-x", 1)]
)
def test_names_of_validators(name: str, count: int) -> None:
    version = "admissionregistration.k8s.io/v1"
    text = document("ValidatingWebhookConfiguration", name, "webhooks: [{name: a, clientConfig: {}}]", version)
    assert len(found("externalcontrolplane.ExternalControlPlaneAnalyzer", text)) == count


def test_a_selector_that_is_not_valid_overlaps_with_none() -> None:
    plain = "{name: a.istio.io, objectSelector: {}}"
    bad = "{name: b.istio.io, objectSelector: {matchExpressions: [{key: k, operator: DoesNotExist, values: [v]}]}}"
    assert codes("webhook.Analyzer", mutating_webhook("one", plain) + mutating_webhook("two", bad)) == []
    good = bad.replace(", values: [v]", "")
    assert codes("webhook.Analyzer", mutating_webhook("one", plain) + mutating_webhook("two", good)) == ["IST0139"] * 2


@pytest.mark.parametrize(
    ("version", "words"),
    [
        ("v1.0.9", "is of version 1.0.9;"),
        ("v1", "is of version 1.0.0;"),
        ("1.0", "is of version 1.0.0;"),
        ("v1.0.0-rc.1+build", "is of version 1.0.0-rc.1+build;"),
        ("v1.1", ""),
        ("v1.1.0-rc.1", ""),
        ("v1.0.0-", ""),
        ("v1.0.0.0", ""),
        ("V1.0.0", ""),
    ],
)
def test_versions_of_the_gateway_api(version: str, words: str) -> None:
    text = (
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n"
        "  name: grpcroutes.gateway.networking.k8s.io\n"
        f"  annotations: {{gateway.networking.k8s.io/bundle-version: '{version}'}}\n"
    )
    texts = [finding.text for finding in found("k8sgateway.CRDVersionAnalyzer", text)]
    assert [words in each for each in texts] == ([True] if words else [])


def test_only_an_injector_makes_an_image() -> None:
    proxy = "spec: {template: {spec: {containers: [{name: istio-proxy, image: x}, {name: istio-proxy, image: auto}]}}}"
    workload = document("Deployment", "d", proxy, "apps/v1")
    assert codes("injection.ImageAutoAnalyzer", workload) == []
    assert codes("injection.ImageAutoAnalyzer", workload + mutating_webhook("x", "{name: other.com}")) == ["IST0146"]
    assert codes("injection.ImageAutoAnalyzer", workload + mutating_webhook("x", "{name: a.istio.io}")) == []


def test_mesh_networks_belong_to_the_control_plane() -> None:
    networks = '{"networks": {"n": {"endpoints": [{"fromRegistry": "x"}, {"fromRegistry": "x"}]}}}'
    (finding,) = found("meshnetworks.MeshNetworksAnalyzer", "", "system", networks)
    assert finding.origin == "MeshNetworks system/meshnetworks"


def test_the_last_subset_of_a_name_counts() -> None:
    pod = document("Pod", "p", "", "v1").replace("{name: p}", "{name: p, labels: {version: v2}}")
    service = document("Service", "s", "spec: {selector: {version: v2}}", "v1")
    subsets = "{name: a, labels: {version: v1}}, {name: a, labels: {version: v2}}, {name: b, labels: {version: v1}}"
    rule = document("DestinationRule", "r", f"spec: {{host: s, subsets: [{subsets}]}}")
    (finding,) = found("destinationrule.SubsetSelectPodAnalyzer", pod + service + rule)
    assert "b" in finding.text


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("*.local", []), ("*", []), ("*.org", []), ("*.example.org", []),
        ("*.net", ["IST0174"]), ("a.org", ["IST0174"]),
    ],
)  # fmt: skip
def test_a_wildcard_means_the_hosts_under_it(host: str, expected: list[str]) -> None:
    service = document("Service", "s", "spec: {ports: [{port: 80}]}", "v1")
    entry = document("ServiceEntry", "e", "spec: {hosts: [www.example.org]}")
    rule = document("DestinationRule", "r", f'spec: {{host: "{host}"}}')
    assert codes("destinationrule.SubsetSelectPodAnalyzer", service + entry + rule) == expected


@pytest.mark.parametrize(("patched", "matched"), [("f", "f"), ("g", "f")])
def test_filters_added_and_filters_matched_are_not_the_same(patched: str, matched: str) -> None:
    match = f"match: {{proxy: {{proxyVersion: '1'}}, listener: {{filterChain: {{filter: {{name: {matched}}}}}}}}}"
    first = f"{{applyTo: HTTP_FILTER, patch: {{operation: ADD, value: {{a: b}}}}, {match}}}"
    second = f"{{applyTo: HTTP_FILTER, patch: {{operation: REMOVE, value: {{name: {patched}}}}}}}"
    text = document("EnvoyFilter", "e", f"spec: {{configPatches: [{first}, {second}, {second}]}}").replace(
        "istio.io/v1\n", "istio.io/v1alpha3\n"
    )
    assert codes("envoyfilter.EnvoyPatchAnalyzer", text) == ["IST0151"]


@pytest.mark.parametrize(("target", "count"), [("8443", 0), ("'8443'", 0), ("https", 1)])
def test_target_ports_may_be_text(target: str, count: int) -> None:
    pod = document("Pod", "p", "", "v1").replace("{name: p}", "{name: p, labels: {istio: gw}}")
    ports = f"[{{port: 443, targetPort: {target}}}]"
    service = document("Service", "s", f"spec: {{selector: {{istio: gw}}, ports: {ports}}}", "v1")
    server = "{port: {number: 8443, name: x, protocol: HTTP}, hosts: ['*']}"
    gateway = document("Gateway", "g", f"spec: {{selector: {{istio: gw}}, servers: [{server}, {server}]}}")
    assert len(found("gateway.IngressGatewayPortAnalyzer", pod + service + gateway)) == count


def test_a_gateway_named_mesh_is_no_gateway_for_claims() -> None:
    pod = document("Pod", "p", "", "v1")
    gateways = document("Gateway", "mesh", "spec: {}") + document("Gateway", "front", "spec: {}")
    match = "http: [{match: [{headers: {'@request.auth.claims.a': {exact: b}}}]}]"
    service = document("VirtualService", "v", f"spec: {{gateways: [mesh, front], {match}}}")
    (finding,) = found("virtualservice.JWTClaimRouteAnalyzer", pod + gateways + service)
    assert "shop/front" in finding.text


def test_services_are_missed_where_there_are_services() -> None:
    entry = document("ServiceEntry", "e", "spec: {hosts: [a.example.com]}")
    hosts = ("a.example.com", "b.example.com", "api", "api.shop.svc.cluster.local")
    routes = ", ".join(f"{{route: [{{destination: {{host: {host}}}}}]}}" for host in hosts)
    service = document("VirtualService", "v", f"spec: {{hosts: [x], http: [{routes}]}}")

    def missed(text: str) -> list[bool]:
        texts = [finding.text for finding in found("virtualservice.DestinationHostAnalyzer", text)]
        return [any(f'"{host}"' in each for each in texts) for host in hosts]

    assert missed(service) == [False, False, False, False]
    assert missed(service + entry) == [False, True, False, False]
    other = document("Service", "other", "spec: {}", "v1")
    assert missed(service + entry + other) == [False, True, True, True]


def test_the_same_words_count_once_a_line() -> None:
    destination = "destination: {host: gone}"
    routes = f"  - route:\n    - {destination}\n  - route: [{{{destination}}}, {{{destination}}}]\n"
    text = document("Service", "s", "", "v1") + document("VirtualService", "v", f"spec:\n  http:\n{routes}")
    lines = Counter(finding.line for finding in found("virtualservice.DestinationHostAnalyzer", text))
    assert list(lines.values()) == [1, 1]


def test_the_same_words_about_a_rule_count_once() -> None:
    routes = "{name: a, route: [{destination: {host: x}}]}"
    text = document("VirtualService", "v", f"spec: {{hosts: [x], http: [{routes}, {routes}, {routes}]}}")
    assert codes("schema.ValidationAnalyzer.VirtualService", text) == ["IST0130"]


@pytest.mark.parametrize(
    ("kind", "spec", "expected"),
    [
        ("Gateway", "{servers: [{port: {number: 443, name: a, protocol: TLS}, hosts: ['*'], tls: {mode: PASSTHROUGH,"
         " credentialName: a, privateKey: b, caCertificates: c}}]}", ["IST0133"]),
        ("DestinationRule", "{host: a, trafficPolicy: {tls: {mode: SIMPLE, credentialName: a, caCertificates: b,"
         " privateKey: c}}}", ["IST0106"]),
        ("DestinationRule", "{host: a, trafficPolicy: {connectionPool: {tcp: {connectTimeout: 1us},"
         " http: {idleTimeout: 1us}}}}", ["IST0106"]),
        ("ServiceEntry", "{hosts: [a.com, b.com], resolution: DYNAMIC_DNS, ports: [{number: 80, name: a,"
         " protocol: HTTP}]}", ["IST0106"]),
        ("Sidecar", "{workloadSelector: {}}", ["IST0106"]),
        ("VirtualService", "{hosts: [a], http: [{match: [{port: 1}, {port: 1, ignoreUriCase: false, headers: {}}],"
         " redirect: {uri: /}}]}", ["IST0131"]),
        ("EnvoyFilter", "{workloadSelector: {labels: {'': x}}}", ["IST0106"]),
    ],
)  # fmt: skip
def test_one_mistake_is_said_once(kind: str, spec: str, expected: list[str]) -> None:
    version = "networking.istio.io/v1alpha3"
    assert codes(f"schema.ValidationAnalyzer.{kind}", document(kind, "x", f"spec: {spec}", version)) == expected


def test_each_rule_of_a_policy_counts() -> None:
    empty = "{from: [{source: {}}]}"
    policy = document("AuthorizationPolicy", "p", f"spec: {{rules: [{empty}, {empty}]}}", "security.istio.io/v1")
    assert codes("schema.ValidationAnalyzer.AuthorizationPolicy", policy) == ["IST0106", "IST0106"]
    condition = "{rules: [{when: [{key: source.ip, values: [a, b]}, {key: destination.port, values: [c, d]}]}]}"
    policy = document("AuthorizationPolicy", "p", f"spec: {condition}", "security.istio.io/v1")
    assert codes("schema.ValidationAnalyzer.AuthorizationPolicy", policy) == ["IST0106", "IST0106"]
