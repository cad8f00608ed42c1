"""What istiod would refuse: one object each, and the fields that are named."""

from __future__ import annotations

import pytest

from istioctl.analysis.validation.objects import check_object, istio_kind
from istioctl.analysis.validation.report import Report, Severity
from istioctl.yamldoc.reader import compose_all, to_data

GROUPS = {
    **dict.fromkeys(("AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"), "security.istio.io/v1"),
    **dict.fromkeys(("WasmPlugin", "TrafficExtension"), "extensions.istio.io/v1alpha1"),
    "Telemetry": "telemetry.istio.io/v1",
    "EnvoyFilter": "networking.istio.io/v1alpha3",
    "ProxyConfig": "networking.istio.io/v1beta1",
}


def check(kind: str, spec: str, metadata: str = "name: x") -> Report:
    version = GROUPS.get(kind, "networking.istio.io/v1")
    text = f"apiVersion: {version}\nkind: {kind}\nmetadata: {{{metadata}}}\nspec: {spec}\n"
    root = next(compose_all(text)).root
    found = istio_kind(version, kind)
    assert root is not None
    assert found is not None
    return check_object(root, to_data(root), found)


GOOD = [
    ("VirtualService", "{hosts: [a], http: [{match: [{headers: {'a,b': {exact: c}}}], redirect: {uri: /x}}]}"),
    ("Telemetry", "{metrics: [{overrides: [{tagOverrides: {a: {operation: 7, value: b}}}]}]}"),
    ("WasmPlugin", "{url: 'http://a/b c?d'}"),
    ("WasmPlugin", "{url: '::1/x'}"),
    ("VirtualService", "{hosts: [a.b], http: [{route: [{destination: {host: a, port: {number: 80}}}]}]}"),
    ("VirtualService", "{hosts: [a.b], http: [{redirect: {uri: /x}}], exportTo: [., other]}"),
    ("VirtualService", "{http: [{route: [{destination: {host: a}}]}]}"),
    (
        "DestinationRule",
        "{host: a, trafficPolicy: {loadBalancer: {simple: RANDOM}}, subsets: [{name: v1, labels: {a: b}}]}",
    ),
    (
        "DestinationRule",
        "{host: a, traffic_policy: {connection_pool: {tcp: {connectTimeout: 5s, maxConnections: '7'}}}}",
    ),
    ("Gateway", "{servers: [{port: {number: 80, name: x, protocol: HTTP}, hosts: ['*']}]}"),
    ("Gateway", "{servers: [{port: {number: 443, name: x, protocol: TLS}, hosts: [n/a.b], tls: {mode: PASSTHROUGH}}]}"),
    ("ServiceEntry", "{hosts: [a.b], addresses: [1.2.3.0/24], ports: [{number: 80, name: x, protocol: HTTP}]}"),
    ("Sidecar", "{egress: [{hosts: ['./*', istio-system/*]}]}"),
    ("WorkloadEntry", "{address: 1.2.3.4}"),
    ("WorkloadGroup", "{template: {}}"),
    (
        "AuthorizationPolicy",
        "{rules: [{from: [{source: {ipBlocks: [10.0.0.0/8]}}], to: [{operation: {paths: ['/a/{*}']}}]}]}",
    ),
    ("AuthorizationPolicy", "{}"),
    ("PeerAuthentication", "{mtls: {mode: STRICT}}"),
    ("RequestAuthentication", "{jwtRules: [{issuer: i, jwksUri: 'https://a/b'}]}"),
    ("Telemetry", "{accessLogging: [{filter: {expression: response.code >= 400}}]}"),
    ("ProxyConfig", "{concurrency: 0}"),
    ("WasmPlugin", "{url: oci://a/b}"),
    ("TrafficExtension", "{lua: {inlineCode: x}}"),
    ("EnvoyFilter", "{configPatches: [{applyTo: CLUSTER, patch: {operation: ADD, value: {name: a}}}]}"),
]


@pytest.mark.parametrize(("kind", "spec"), GOOD)
def test_good_objects(kind: str, spec: str) -> None:
    assert check(kind, spec).errors == []


BAD = [
    ("EnvoyFilter", "{configPatches: [{applyTo: 99, patch: {operation: ADD, value: {name: a}}}]}",
     "spec.configPatches[0].patch.value"),
    ("WasmPlugin", "{url: 'http://a b%zz'}", "spec.url"),
    ("RequestAuthentication", "{jwtRules: [{issuer: i, jwksUri: 'https://a:b/c'}]}", "spec.jwtRules[0].jwksUri"),
    ("VirtualService", "{hosts: [a b], http: [{route: [{destination: {host: a}}]}]}", "spec.hosts[0]"),
    ("VirtualService", "{hosts: ['*'], http: [{route: [{destination: {host: a}}]}]}", "spec.hosts[0]"),
    ("VirtualService", "{hosts: [a.b, '*.b'], http: [{route: [{destination: {host: a}}]}]}", "spec.hosts[1]"),
    ("VirtualService", "{hosts: [a]}", "spec"),
    ("VirtualService", "{hosts: [a], htpp: []}", "spec.htpp"),
    ("VirtualService", "{hosts: yes}", "spec.hosts"),
    ("VirtualService", "{hosts: [a], http: [{timeout: 5}]}", "spec.http[0].timeout"),
    ("VirtualService", "{hosts: [a], http: [{route: [{destination: {host: a}, weight: -1}]}]}",
     "spec.http[0].route[0].weight"),
    ("VirtualService", "{hosts: [a], http: [{match: [{uri: {regex: '['}}], redirect: {uri: /}}]}",
     "spec.http[0].match[0].uri.regex"),
    ("VirtualService", "{hosts: [a], http: [{redirect: {}}]}", "spec.http[0].redirect"),
    ("VirtualService", "{hosts: [a], http: [{retries: {retryOn: x}, redirect: {uri: /}}]}", "spec.http[0].retries"),
    ("VirtualService", "{hosts: [a], tls: [{match: [{sniHosts: [b]}], route: [{destination: {host: a}}]}]}",
     "spec.tls[0].match[0].sniHosts[0]"),
    ("VirtualService", "{hosts: [a], tcp: [{match: [{port: 99999}], route: [{destination: {host: a}}]}]}",
     "spec.tcp[0].match[0].port"),
    ("DestinationRule", "{host: a, trafficPolicy: {}}", "spec.trafficPolicy"),
    ("DestinationRule", "{host: a, subsets: [{name: v}, {name: v}]}", "spec.subsets[1]"),
    ("DestinationRule", "{host: a, trafficPolicy: {tls: {mode: MUTUAL}}}", "spec.trafficPolicy.tls"),
    ("DestinationRule", "{host: a, trafficPolicy: {tls: {mode: MUTAL}}}", "spec.trafficPolicy.tls.mode"),
    ("DestinationRule", "{host: a, trafficPolicy: {loadBalancer: {consistentHash: {maglev: {tableSize: 4}}}}}",
     "spec.trafficPolicy.loadBalancer.consistentHash.maglev.tableSize"),
    ("DestinationRule",
     "{host: a, trafficPolicy: {loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {b: 9}}]}}}}",
     "spec.trafficPolicy.loadBalancer.localityLbSetting.distribute[0].to"),
    ("Gateway", "{servers: []}", "spec"),
    ("Gateway", "{servers: [{port: {number: 443, name: x, protocol: HTTPS}, hosts: [a.b]}]}", "spec.servers[0]"),
    ("Gateway", "{servers: [{port: {number: 80, name: x, protocol: SPDY}, hosts: [a.b]}]}",
     "spec.servers[0].port.protocol"),
    ("Gateway", "{servers: [{port: {number: 80, name: x, protocol: HTTP}, hosts: [a]}]}", "spec.servers[0].hosts[0]"),
    ("ServiceEntry", "{hosts: ['*']}", "spec.hosts[0]"),
    ("ServiceEntry", "{hosts: [a], endpoints: [{address: 1.2.3.4}]}", "spec.endpoints"),
    ("ServiceEntry", "{hosts: [a], resolution: STATIC, endpoints: [{address: b}]}", "spec.endpoints[0].address"),
    ("ServiceEntry", "{hosts: [a], ports: [{number: 1, name: x}, {number: 1, name: z}]}", "spec.ports[1].number"),
    ("Sidecar", "{}", "spec"),
    ("Sidecar", "{egress: [{hosts: [a.b]}]}", "spec.egress[0].hosts[0]"),
    ("Sidecar", "{ingress: [{port: {number: 80, protocol: HTTP}, defaultEndpoint: 8.8.8.8:80}]}",
     "spec.ingress[0].defaultEndpoint"),
    ("WorkloadEntry", "{address: unix:///a, ports: {http: 80}}", "spec.ports"),
    ("WorkloadGroup", "{}", "spec"),
    ("AuthorizationPolicy", "{action: DENY}", "spec"),
    ("AuthorizationPolicy", "{rules: [{to: [{operation: {ports: [http]}}]}]}",
     "spec.rules[0].to[0].operation.ports[0]"),
    ("AuthorizationPolicy", "{rules: [{when: [{key: nope, values: [a]}]}]}", "spec.rules[0].when[0].values"),
    ("PeerAuthentication", "{portLevelMtls: {80: {mode: STRICT}}}", "spec.portLevelMtls"),
    ("RequestAuthentication", "{jwtRules: [{issuer: i, jwks: '{'}]}", "spec.jwtRules[0].jwks"),
    ("RequestAuthentication", "{jwtRules: [{issuer: i, jwksUri: 'ftp://a'}]}", "spec.jwtRules[0].jwksUri"),
    ("Telemetry", "{accessLogging: [{filter: {expression: 'a ='}}]}", "spec.accessLogging[0].filter"),
    ("Telemetry", "{tracing: [{randomSamplingPercentage: 101}]}", "spec.tracing[0].randomSamplingPercentage"),
    ("ProxyConfig", "{concurrency: -1}", "spec.concurrency"),
    ("WasmPlugin", "{url: 'ftp://a'}", "spec.url"),
    ("WasmPlugin", "{url: a, sha256: x}", "spec.sha256"),
    ("TrafficExtension", "{}", "spec"),
    ("EnvoyFilter", "{configPatches: [{patch: {operation: ADD, value: {}}}]}", "spec.configPatches[0]"),
    ("EnvoyFilter", "{configPatches: [{applyTo: CLUSTER, patch: {operation: ADD, value: {name: 1}}}]}",
     "spec.configPatches[0].patch.value.name"),
    ("EnvoyFilter", "{configPatches: [{applyTo: '80', patch: {operation: ADD, value: {name: a}}}]}",
     "spec.configPatches[0].applyTo"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "spec", "path"), BAD)
def test_bad_objects(kind: str, spec: str, path: str) -> None:
    assert path in [problem.path for problem in check(kind, spec).errors]


def test_an_unknown_field_gets_its_nearest_name() -> None:
    (problem,) = check("VirtualService", "{hosts: [a], htp: []}").errors
    assert (problem.line, problem.column, problem.hint) == (4, 20, "Did you mean http?")


def test_places_follow_snake_case_names() -> None:
    problems = check("DestinationRule", "{host: a, traffic_policy: {connection_pool: {}}}").errors
    assert [(problem.path, problem.column) for problem in problems] == [("spec.trafficPolicy.connectionPool", 34)]


def test_merge_keys_and_aliases_are_followed() -> None:
    spec = "{hosts: [a], http: [{route: [&d {destination: {host: a}, weight: 1}, {<<: *d, weight: -2}]}]}"
    assert [problem.path for problem in check("VirtualService", spec).errors] == ["spec.http[0].route[1].weight"]


def test_of_a_oneof_the_last_field_counts() -> None:
    report = check(
        "DestinationRule",
        "{host: a, trafficPolicy: {loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}}}",
    )
    assert report.errors == []
    assert "spec.trafficPolicy.loadBalancer.simple" in [problem.path for problem in report.problems]


def test_what_only_the_api_server_refuses_is_a_warning() -> None:
    report = check(
        "ServiceEntry", "{hosts: [a], ports: [{number: 80, name: x, protocol: HTTP}], subject_alt_names: []}"
    )
    assert report.errors == []
    report = check(
        "VirtualService", "{hosts: [a], http: [{directResponse: {status: 200, body: {string: a, bytes: ''}}}]}"
    )
    assert [problem.severity for problem in report.problems] == [Severity.WARNING] * 2


def test_warnings_of_routes_that_are_never_used() -> None:
    spec = "{hosts: [a], http: [{redirect: {uri: /}}, {redirect: {uri: /}}]}"
    (problem,) = check("VirtualService", spec).problems
    assert (problem.severity, problem.code) == (Severity.WARNING, "VirtualServiceUnreachableRule")
    routes = ", ".join(f"{{match: [{{uri: {{prefix: {prefix}}}}}], redirect: {{uri: /}}}}" for prefix in ("/a", "/ab"))
    spec = f"{{hosts: [a], http: [{routes}]}}"
    assert [problem.code for problem in check("VirtualService", spec).problems] == ["VirtualServiceIneffectiveMatch"]


@pytest.mark.parametrize(
    ("kind", "annotation", "good"),
    [
        ("Sidecar", "istio.io/dry-run: 'true'", False),
        ("AuthorizationPolicy", "istio.io/dry-run: 'true'", True),
        ("AuthorizationPolicy", "istio.io/dry-run: 'maybe'", False),
        ("AuthorizationPolicy", "internal.istio.io/parents: x", False),
    ],
)
def test_annotations(kind: str, annotation: str, good: bool) -> None:
    spec = "{egress: [{hosts: ['*/*']}]}" if kind == "Sidecar" else "{}"
    assert (check(kind, spec, f"name: x, annotations: {{{annotation}}}").errors == []) is good


def test_top_level_fields_are_known() -> None:
    text = "apiVersion: networking.istio.io/v1\nkind: Sidecar\nspecc: {}\nspec: {egress: [{hosts: ['*/*']}]}\n"
    root = next(compose_all(text)).root
    kind = istio_kind("networking.istio.io/v1", "Sidecar")
    assert root is not None
    assert kind is not None
    assert [(problem.path, problem.line) for problem in check_object(root, to_data(root), kind).errors] == [
        ("specc", 3)
    ]
