"""What is said of pods and services, from objects as they stand in a cluster."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from istioctl.analysis.describing.description import Description, describe, protocol_of
from istioctl.analysis.loading import object_of
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.mesh import MESH_DEFAULTS

_BASE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: web}]
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web, version: v1}, annotations: {istio.io/rev: default}}
spec:
  containers:
  - {name: web, ports: [{name: web, containerPort: 8080}]}
  - {name: istio-proxy}
status: {phase: Running}
"""
_GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: outer, namespace: shop}
spec:
  selector: {istio: ingressgateway}
  servers: [{port: {number: 80, protocol: HTTP}, hosts: [web.example.com]}]
---
apiVersion: v1
kind: Pod
metadata: {name: gw, namespace: istio-system, labels: {istio: ingressgateway}}
---
apiVersion: v1
kind: Service
metadata: {name: gw, namespace: istio-system}
spec: {selector: {istio: ingressgateway}}
status: {loadBalancer: {ingress: [{ip: 1.2.3.4}]}}
"""


def _rule(spec: str, name: str = "web", namespace: str = "shop") -> str:
    head = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\n"
    return f"{head}metadata: {{name: {name}, namespace: {namespace}}}\nspec: {spec}\n"


def _virtual_service(spec: str) -> str:
    head = "apiVersion: networking.istio.io/v1\nkind: VirtualService\n"
    return f"{head}metadata: {{name: web, namespace: shop}}\nspec: {spec}\n"


def _to_web(target: str, rest: str = "hosts: [web]") -> str:
    return _virtual_service(f"{{{rest}, http: [{{route: [{{destination: {{{target}}}}}]}}]}}")


def _peers(mode: str, namespace: str = "shop", more: str = "", name: str = "default") -> str:
    head = "apiVersion: security.istio.io/v1\nkind: PeerAuthentication\n"
    return f"{head}metadata: {{name: {name}, namespace: {namespace}}}\nspec: {{mtls: {{mode: {mode}}}{more}}}\n"


def _describe(*texts: str, base: str = _BASE, mesh: dict[str, Any] | None = None) -> Description:
    snapshot = Snapshot({**MESH_DEFAULTS, **(mesh or {})}, {}, is_live=True)
    for text in (base, *texts):
        for item in yaml.safe_load_all(text):
            if item:
                kind = item["kind"]
                kind = f"Kubernetes{kind}" if kind == "Gateway" and "k8s.io" in item["apiVersion"] else kind
                snapshot.add(object_of(kind, item))
    pods = [each for each in snapshot.all("Pod") if each.labels.get("app") == "web"]
    service = snapshot.find("Service", "shop", "web")
    assert isinstance(service, Resource)
    return describe(pods, [service], snapshot, check_mesh=True)


def test_plain_service() -> None:
    found = _describe()
    (port,) = found.services[0].ports
    assert (port.protocol, port.target) == ("HTTP", 8080)
    assert port.server is not None
    assert (port.server.mode, port.server.source) == ("PERMISSIVE", "the default")
    assert (port.clients[""].mode, port.clients[""].source) == ("ISTIO_MUTUAL", "automatic mTLS")
    assert found.pods[0].as_data() == {
        "name": "web-1", "namespace": "shop", "revision": "default", "ports": ["8080 (web)"], "phase": "Running",
        "proxy": "sidecar",
    }  # fmt: skip
    assert found.problems == []


@pytest.mark.parametrize(
    ("policies", "mode", "source"),
    [
        ([_peers("STRICT", "istio-system")], "STRICT", "PeerAuthentication istio-system/default"),
        ([_peers("STRICT", "istio-system"), _peers("UNSET")], "STRICT", "PeerAuthentication istio-system/default"),
        ([_peers("STRICT", "istio-system"), _peers("DISABLE")], "DISABLE", "PeerAuthentication shop/default"),
        (
            [_peers("DISABLE"), _peers("STRICT", more=", selector: {matchLabels: {app: web}}", name="own")],
            "STRICT", "PeerAuthentication shop/own",
        ),
        ([_peers("STRICT", more=", selector: {matchLabels: {app: other}}")], "PERMISSIVE", "the default"),
        ([_peers("STRICT", "elsewhere")], "PERMISSIVE", "the default"),
        ([_peers("STRICT", "istio-system", ", selector: {matchLabels: {app: web}}")], "PERMISSIVE", "the default"),
    ],
)  # fmt: skip
def test_server_mode(policies: list[str], mode: str, source: str) -> None:
    server = _describe("\n---\n".join(policies)).server
    assert server is not None
    assert (server.workload.mode, server.workload.source) == (mode, source)


def test_port_level_mode() -> None:
    more = ", selector: {matchLabels: {app: web}}, portLevelMtls: {8080: {mode: DISABLE}, 9090: {}}"
    found = _describe(_peers("STRICT", more=more))
    assert found.server is not None
    assert {port: mode.mode for port, mode in found.server.by_port.items()} == {8080: "DISABLE", 9090: "STRICT"}
    assert found.services[0].ports[0].clients[""].mode == "DISABLE"


@pytest.mark.parametrize(
    ("objects", "problem"),
    [
        (
            (_peers("STRICT"), _rule("{host: web, trafficPolicy: {tls: {mode: DISABLE}}}")),
            "DestinationRule shop/web makes clients send plain text, but PeerAuthentication shop/default accepts only",
        ),
        (
            (_peers("DISABLE"), _rule("{host: web, trafficPolicy: {tls: {mode: ISTIO_MUTUAL}}}")),
            "DestinationRule shop/web makes clients use mTLS, but PeerAuthentication shop/default turns it off",
        ),
        ((_to_web("host: web, subset: v9"),), "no DestinationRule"),
        (
            (
                _to_web("host: web, subset: v9"),
                _rule("{host: web, subsets: [{name: v1, labels: {version: v1}}]}"),
            ),
            "subset v9, which DestinationRule shop/web does not define",
        ),
        (
            (_to_web("host: web, port: {number: 81}"),),
            "leads to port 81, which Service shop/web does not have",
        ),
        (
            (_to_web("host: web", "hosts: [w], gateways: [none]"),),
            "there is no Gateway shop/none",
        ),
        (
            (_GATEWAY, _to_web("host: web", "hosts: [w], gateways: [outer]")),
            "Gateway shop/outer serves none of its hosts (w)",
        ),
        (
            (_virtual_service("{hosts: [w], http: [{}, {route: [{destination: {host: web}}]}]}"),),
            "http[1] is never reached, because http[0] takes every request",
        ),
    ],
)  # fmt: skip
def test_what_would_not_work(objects: tuple[str, ...], problem: str) -> None:
    assert any(problem in each for each in _describe(*objects).problems)


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (("name: http", "name: web"), "declares no protocol"),
        (("targetPort: web", "targetPort: none"), "targets port 'none'"),
        (("phase: Running", "phase: Pending"), "is not running (Pending)"),
        (("  - {name: istio-proxy}\n", ""), "is not part of the mesh"),
        (("{name: web, ports", "{name: web, securityContext: {runAsUser: 1337}, ports"), "runs as user 1337"),
    ],
)
def test_what_is_wrong_with_pods_and_ports(change: tuple[str, str], problem: str) -> None:
    found = _describe(base=_BASE.replace(*change))
    assert any(problem in each for each in found.problems)


def test_weights_and_gateways() -> None:
    routes = (
        "[{match: [{uri: {prefix: /a}, headers: {x: {exact: y}}}], "
        "route: [{destination: {host: web, subset: v1}, weight: 90}, {destination: {host: old.shop}, weight: 10}]}, "
        "{route: [{destination: {host: other}}]}]"
    )
    service = _virtual_service(f"{{hosts: [web.example.com], gateways: [outer, mesh], http: {routes}}}")
    found = _describe(
        service, _GATEWAY, _rule("{host: web.shop.svc.cluster.local, subsets: [{name: v1, labels: {version: v1}}]}")
    )
    (owner,) = found.services[0].routes
    (route,) = owner.routes
    assert [str(each) for each in route.destinations] == [
        'host "web" subset "v1" with weight 90%', 'host "old.shop" with weight 10%',
    ]  # fmt: skip
    assert route.matches == ("/a* and header x=y",)
    assert owner.elsewhere == 1
    assert owner.in_mesh
    (gateway,) = owner.gateways
    assert (gateway.name, gateway.servers, gateway.addresses) == (
        "shop/outer", ("80/HTTP web.example.com",), ("1.2.3.4",),
    )  # fmt: skip
    assert found.problems == []


def test_routes_of_the_gateway_api() -> None:
    found = _describe("""
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: gate, namespace: shop}
spec: {listeners: [{name: http, port: 80, protocol: HTTP}]}
status: {addresses: [{value: 5.6.7.8}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  hostnames: [web.example.com]
  parentRefs: [{name: gate}]
  rules: [{backendRefs: [{name: web, port: 80, weight: 3}, {name: old, port: 80, weight: 1}]}]
status: {parents: [{conditions: [{type: ResolvedRefs, status: "False", message: no service old}]}]}
""")
    (owner,) = found.services[0].routes
    assert [each.weight for each in owner.routes[0].destinations] == [75, 25]
    assert owner.gateways[0].addresses == ("5.6.7.8",)
    assert found.problems == ["HTTPRoute shop/web: not ResolvedRefs: no service old"]


def test_which_rule_counts() -> None:
    found = _describe(
        _rule("{host: web.shop.svc.cluster.local}", "root", "istio-system"),
        _rule("{host: '*.shop.svc.cluster.local'}", "broad"),
        _rule("{host: web}", "narrow"),
        _rule("{host: web.shop.svc.cluster.local}", "theirs", "elsewhere"),
        _rule("{host: other}", "unrelated"),
    )
    assert [rule.rule.name for rule in found.services[0].rules] == ["narrow", "broad", "root", "theirs"]


def test_policies() -> None:
    found = _describe("""
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: deny, namespace: shop}
spec: {action: DENY}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: other, namespace: shop}
spec: {selector: {matchLabels: {app: other}}}
""")
    assert found.policies == {"AuthorizationPolicy": ["deny.shop (DENY)"]}


@pytest.mark.parametrize(
    ("port", "protocol"),
    [
        ({"port": 80}, "auto-detect"),
        ({"port": 80, "name": "http"}, "HTTP"),
        ({"port": 80, "name": "http2-x"}, "HTTP2"),
        ({"port": 80, "name": "grpc-web-x"}, "GRPC-Web"),
        ({"port": 80, "name": "x", "appProtocol": "kubernetes.io/h2c"}, "HTTP2"),
        ({"port": 3306, "name": "x"}, "TCP"),
        ({"port": 80, "name": "x"}, "UnsupportedProtocol"),
        ({"port": 53, "protocol": "UDP", "name": "dns"}, "UDP"),
    ],
)
def test_protocols(port: dict[str, Any], protocol: str) -> None:
    assert protocol_of(port) == protocol


def _ingress(spec: str = "", annotations: str = "{}") -> str:
    return f"""
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: outer, namespace: shop, annotations: {annotations}}}
spec:
  rules:
  - host: web.example.com
    http:
      paths:
      - {{path: /api, pathType: Prefix, backend: {{service: {{name: web, port: {{name: http}}}}}}}}
      - {{path: /old, pathType: Exact, backend: {{service: {{name: old, port: {{number: 80}}}}}}}}
{spec}
status: {{loadBalancer: {{ingress: [{{ip: 1.2.3.4}}]}}}}
"""


_ISTIO_CLASS = """
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: mesh}
spec: {controller: istio.io/ingress-controller}
"""
_ANNOTATED = "{kubernetes.io/ingress.class: istio}"
_ISTIOS = ("Service", "istio-system/istio-ingressgateway")


@pytest.mark.parametrize(
    ("spec", "annotations", "mode", "server"),
    [
        ("", _ANNOTATED, "STRICT", _ISTIOS),
        ("", _ANNOTATED, "DEFAULT", _ISTIOS),
        ("", "{kubernetes.io/ingress.class: nginx}", "DEFAULT", ("IngressClass", "nginx")),
        ("", "{}", "STRICT", ("IngressClass", "(the cluster's default)")),
        ("", "{}", "DEFAULT", _ISTIOS),
        ("  ingressClassName: mesh", "{}", "STRICT", _ISTIOS),
        ("  ingressClassName: nginx", "{}", "DEFAULT", ("IngressClass", "nginx")),
        ("", _ANNOTATED, "OFF", ("IngressClass", "istio")),
        ("  ingressClassName: mesh", "{}", "OFF", ("IngressClass", "mesh")),
    ],
)
def test_ingresses_and_who_serves_them(spec: str, annotations: str, mode: str, server: tuple[str, str]) -> None:
    found = _describe(_ingress(spec, annotations), _ISTIO_CLASS, mesh={"ingressControllerMode": mode})
    (owner,) = found.services[0].routes
    (gateway,) = owner.gateways
    assert (gateway.kind, gateway.name, gateway.addresses) == (*server, ("1.2.3.4",))
    (route,) = owner.routes
    assert (route.matches, route.destinations[0].port, owner.elsewhere) == (("web.example.com/api*",), 80, 1)
    assert [each for each in found.problems if "Ingress" in each] == (
        ["Ingress shop/outer: istiod ignores it, because ingressControllerMode is OFF"] if mode == "OFF" else []
    )


def test_default_backends_and_tls_of_an_ingress() -> None:
    more = "  tls: [{hosts: [web.example.com]}]\n  defaultBackend: {service: {name: web, port: {number: 80}}}"
    (owner,) = _describe(_ingress(more, _ANNOTATED)).services[0].routes
    assert [route.matches for route in owner.routes] == [("web.example.com/api*",), ("everything else",)]
    assert owner.gateways[0].servers == ("80/HTTP", "443/HTTPS web.example.com")


def test_ingresses_of_other_namespaces_lead_elsewhere() -> None:
    assert _describe(_ingress().replace("namespace: shop", "namespace: other")).services[0].routes == ()
