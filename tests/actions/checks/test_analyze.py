"""Analysis of inputs, of files and of what a cluster holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from istioctl.actions.checks.analyze import Analysis, AnalyzeOptions, analyze
from istioctl.analysis.loading import Loader
from istioctl.analysis.messages import Level
from istioctl.analysis.resources import Resource
from istioctl.analysis.sources import Source
from istioctl.errors import InputError

ROUTE = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web]
  gateways: [front]
  http:
  - route: [{destination: {host: web}}]
"""
GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec: {selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: h, protocol: HTTP}, hosts: ['*']}]}
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{name: http, port: 80}]}
"""


def run(text: str, **options: object) -> Analysis:
    given = AnalyzeOptions(inputs=("-",), **{"namespace": "", **options})  # type: ignore[arg-type]
    return analyze(given, stdin=lambda: text, download=lambda _: "")


def codes(analysis: Analysis) -> list[str]:
    return [finding.message.code for finding in analysis.findings]


def test_a_reference_to_nothing() -> None:
    analysis = run(f"{ROUTE}---{SERVICE}")
    finding = analysis.findings[0]
    assert (finding.message.code, finding.origin) == ("IST0101", "VirtualService shop/web")
    assert (finding.path, finding.line, finding.column) == ("spec.gateways[0]", 7, 14)
    assert analysis.reaches(Level.ERROR)


def test_the_ingress_gateway_of_most_meshes_is_there() -> None:
    assert codes(run(f"{ROUTE}---{SERVICE}---{GATEWAY}")) == []
    elsewhere = GATEWAY.replace("istio: ingressgateway", "app: other")
    assert codes(run(f"{ROUTE}---{SERVICE}---{elsewhere}")) == []
    assert codes(run(f"{ROUTE}---{SERVICE}---{elsewhere}", strict_files=True)) == ["IST0101"]


def _object(api_version: str, kind: str, rest: str, namespace: str = "shop") -> str:
    return f"---\napiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: it, namespace: {namespace}}}\n{rest}\n"


def _pod(labels: str, namespace: str = "shop") -> str:
    pod = f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: p, namespace: {namespace}, labels: {{{labels}}}}}\n"
    return pod + "spec: {containers: [{name: a, image: i}, {name: istio-proxy, image: j}]}\n"


_RULE = _object("networking.istio.io/v1", "DestinationRule", "spec: {host: HOST}")
_POLICY = _object("security.istio.io/v1", "AuthorizationPolicy", "spec: {rules: [{from: [{source: SOURCE}]}]}")
_SELECTING = _object("security.istio.io/v1", "AuthorizationPolicy", "spec: {selector: {matchLabels: {app: a}}}")
_SIDECAR = _object("networking.istio.io/v1", "Sidecar", "spec: {workloadSelector: {labels: {app: a}}}")
_FRONT = f"---{GATEWAY}".replace("istio: ingressgateway", "istio: edge")
_ENTRY = "spec: {hosts: [b.com], resolution: DNS, ports: [{number: 80, name: http, protocol: HTTP}]}"
_NAMESPACE = "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {istio-injection: enabled}}\n"
_OTHERS = _object("v1", "Service", "spec: {ports: [{name: http, port: 80}]}", "other")


@pytest.mark.parametrize(
    ("code", "owner", "elsewhere", "here"),
    [
        ("IST0174", _RULE.replace("HOST", "web"), _OTHERS, f"---{SERVICE.replace('web', 'b')}"),
        ("IST0174", _RULE.replace("HOST", "web.other.svc.cluster.local"), f"---{SERVICE}", _OTHERS),
        (
            "IST0174",
            _RULE.replace("HOST", "a.com"),
            f"---{SERVICE}",
            _object("networking.istio.io/v1", "ServiceEntry", _ENTRY),
        ),
        (
            "IST0101",
            _FRONT,
            _pod("app: web"),
            _pod("app: edge").replace("name: a,", "name: istio-proxy,").replace(", {name: istio-proxy, image: j}", ""),
        ),
        ("IST0127", _SELECTING, _pod("app: web", "other"), _pod("app: web")),
        ("IST0101", _SIDECAR, _pod("app: web", "other"), _pod("app: web")),
        ("IST0101", _POLICY.replace("SOURCE", "{namespaces: [b]}"), _pod("app: web"), _NAMESPACE + _pod("app: web")),
    ],
)
def test_only_what_stands_beside_it_shows_that_something_is_missing(
    code: str, owner: str, elsewhere: str, here: str
) -> None:
    assert code not in codes(run(owner))
    assert code not in codes(run(owner + elsewhere))
    assert code in codes(run(owner + here))
    assert code in codes(run(owner, strict_files=True))


def test_subsets_are_looked_for_where_the_service_is() -> None:
    """In a cluster domain of its own as well: pods of the rule's namespace say nothing of another's."""
    mesh = _object("v1", "ConfigMap", "data: {mesh: 'trustDomain: corp.example'}", "istio-system").replace(
        ": it", ": istio"
    )
    rule = _object(
        "networking.istio.io/v1",
        "DestinationRule",
        "spec: {host: it.other.svc.corp.example, subsets: [{name: v9, labels: {version: v9}}]}",
    )
    assert "IST0173" not in codes(run(mesh + rule + _OTHERS + _pod("app: web")))
    assert "IST0173" in codes(run(mesh + rule + _OTHERS + _pod("app: web", "other")))


@pytest.mark.parametrize("name", ["istio-system", "kube-system", "default"])
def test_no_file_makes_the_namespaces_of_every_mesh(name: str) -> None:
    policy = _POLICY.replace("SOURCE", f"{{namespaces: [{name}]}}")
    assert codes(run(policy + _NAMESPACE + _pod("app: web"))) == []


def test_only_one_namespace_is_reported_about() -> None:
    assert codes(run(f"{ROUTE}---{SERVICE}", namespace="other")) == []
    assert codes(run(f"{ROUTE}---{SERVICE}", namespace="shop")) == ["IST0101", "IST0132"]


def test_objects_without_a_namespace_are_in_the_chosen_one() -> None:
    bare = ROUTE.replace(", namespace: shop", "") + "---" + SERVICE.replace(", namespace: shop", "")
    assert {finding.origin for finding in run(bare, namespace="own").findings} == {"VirtualService own/web"}


def test_chosen_analyzers() -> None:
    analysis = run(ROUTE, analyzers=("virtualservice.DestinationHostAnalyzer",))
    assert [analyzer.name for analyzer in analysis.analyzers] == ["virtualservice.DestinationHostAnalyzer"]
    assert "gateways" not in str(analysis.findings)


def test_what_can_not_be_read_is_told_and_the_rest_analyzed() -> None:
    analysis = run(f"a: [\n---{ROUTE}---{SERVICE}")
    assert codes(analysis) == ["IST0101", "IST0132"]
    assert next(error.where for error in analysis.errors) is not None


def test_files_by_name(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.yaml").write_text(ROUTE)
    (tmp_path / "b.json").write_text('{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}}')
    (tmp_path / "c.txt").write_text("a: [")
    options = AnalyzeOptions(inputs=(str(tmp_path), str(tmp_path / "c.txt")), namespace="shop")
    analysis = analyze(options, stdin=str, download=lambda _: "")
    assert analysis.skipped == [str(tmp_path / "c.txt")]
    assert next(finding.reference for finding in analysis.findings).startswith(f"{tmp_path}/deep/a.yaml:")


def test_the_mesh_configuration(tmp_path: Path) -> None:
    settings = tmp_path / "mesh.yaml"
    settings.write_text("ingressService: other\ningressControllerMode: 'OFF'\n")
    assert codes(run(f"{ROUTE}---{SERVICE}---{GATEWAY}")) == []
    without = run(f"{ROUTE}---{SERVICE}---{GATEWAY}", mesh_config_file=str(settings))
    assert without.objects < run(f"{ROUTE}---{SERVICE}---{GATEWAY}").objects
    settings.write_text("- a\n")
    with pytest.raises(InputError, match="mapping"):
        run(ROUTE, mesh_config_file=str(settings))
    with pytest.raises(InputError):
        run(ROUTE, mesh_config_file=str(tmp_path / "nowhere.yaml"))


def test_a_mesh_configuration_that_istiod_refuses_is_passed_over_with_a_warning(tmp_path: Path) -> None:
    settings = tmp_path / "mesh.yaml"
    settings.write_text("ingressControllerMode: 'OFF'\nproxyListenPort: 0\n")
    analysis = run(ROUTE, mesh_config_file=str(settings))
    (warning,) = analysis.warnings
    assert "proxyListenPort must be from 1 to 65535" in warning
    assert analysis.objects == run(ROUTE).objects


class TestWithCluster:
    """What the cluster holds comes from a function here."""

    def run(self, held: str, text: str = "", **options: object) -> Analysis:
        self.kinds: tuple[str, ...] = ()

        def fetch(kinds: tuple[str, ...]) -> Iterator[Resource]:
            self.kinds = kinds
            return (resource for resource in Loader("shop").read(Source("", held)) if resource.kind in kinds)

        given = AnalyzeOptions(inputs=("-",) if text else (), **{"namespace": "", **options})  # type: ignore[arg-type]
        return analyze(given, stdin=lambda: text, download=lambda _: "", fetch=fetch)

    def test_files_as_if_they_were_applied(self) -> None:
        assert "IST0101" in codes(self.run(f"{ROUTE}---{SERVICE}"))
        assert codes(self.run(f"{ROUTE}---{SERVICE}", GATEWAY)) == ["IST0101"]
        pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: edge, labels: {istio: ingressgateway}}\n"
        assert codes(self.run(f"{ROUTE}---{SERVICE}---\n{pod}", GATEWAY)) == ["IST0162"]

    def test_a_file_replaces_an_object_of_the_cluster(self) -> None:
        corrected = ROUTE.replace("gateways: [front]", "gateways: [mesh]")
        assert "IST0101" in codes(self.run(f"{ROUTE}---{SERVICE}"))
        assert "IST0101" not in codes(self.run(f"{ROUTE}---{SERVICE}", corrected))

    def test_only_what_analyzers_read_is_fetched(self) -> None:
        self.run(ROUTE, analyzers=("virtualservice.GatewayAnalyzer",))
        assert self.kinds == ("ConfigMap", "Gateway", "VirtualService")


def test_ports_that_are_no_ports_are_passed_over() -> None:
    pod = """
apiVersion: v1
kind: Pod
metadata: {name: front, namespace: shop, labels: {app: other}}
spec: {containers: []}
"""
    odd = """
apiVersion: v1
kind: Service
metadata: {name: front, namespace: shop}
spec: {selector: {app: other}, ports: [{name: h, port: {a: 1}, targetPort: []}]}
"""
    analysis = run("---".join((pod, odd, GATEWAY.replace("istio: ingressgateway", "app: other"))))

    assert "IST0162" in codes(analysis)  # the gateway's port is none of the Service's
