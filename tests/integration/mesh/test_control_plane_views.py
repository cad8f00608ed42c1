"""What commands show of a real istiod and real Envoys, held against what these say themselves."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.cluster import wait_for
from tests.support.mesh import Mesh, proxy_id

pytestmark = pytest.mark.mesh

_POLICY = """\
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: NAME, namespace: shop}
spec:
  action: ACTION
  selector: {matchLabels: {app: web}}
  rules:
  - to: [{operation: {methods: [GET]}}]
  - from: [{source: {namespaces: [shop]}}]
"""


@pytest.fixture
def levels(mesh: Mesh) -> Iterator[Mesh]:
    """The mesh, whose istiod logs as it did at first once the test is over."""
    yield mesh
    assert mesh.run("admin", "log", "--reset").status == 0


def test_what_istiod_logs(levels: Mesh) -> None:
    done = levels.run("admin", "log", "-o", "json")
    assert done.status == 0, done.stderr
    before = {scope["scope_name"]: scope for scope in json.loads(done.stdout)}
    assert before["ads"]["log_level"] == "info"
    changed = levels.run("admin", "log", "--level", "ads:debug", "--stack-trace-level", "ads:error")
    assert "1 scopes changed" in changed.stderr
    after = {scope["scope_name"]: scope for scope in json.loads(levels.run("admin", "log", "-o", "json").stdout)}
    assert (after["ads"]["log_level"], after["ads"]["stack_trace_level"]) == ("debug", "error")
    assert {name: scope for name, scope in after.items() if name != "ads"} == {
        name: scope for name, scope in before.items() if name != "ads"
    }
    unknown = levels.run("admin", "log", "--level", "no-such-scope:info")
    assert (unknown.status, unknown.stdout) == (1, "")
    assert "unknown scope name: no-such-scope" in unknown.stderr


def test_debug_pages(mesh: Mesh) -> None:
    done = mesh.run("x", "internal-debug", "mesh")
    assert json.loads(done.stdout) == mesh.ask_istiod("debug/mesh"), done.stderr
    pages = json.loads(mesh.run("x", "internal-debug", "--list").stdout)
    assert {"syncz", "configz"} <= set(pages)
    missing = mesh.run("x", "internal-debug", "no-such-page")
    assert (missing.status, missing.stdout) == (65, "")
    assert "no-such-page: istiod has no such page" in missing.stderr
    proxy = proxy_id(mesh.pod("web"))
    of_proxy = json.loads(mesh.run("x", "internal-debug", "config_dump", proxy).stdout)
    types = {config["@type"].rpartition(".")[2] for config in of_proxy["configs"]}
    assert {"Cluster", "Listener"} <= types
    assert "Secret" not in types
    assert "needs a proxy" in mesh.run("x", "internal-debug", "edsz").stderr


def test_injectors(mesh: Mesh) -> None:
    found = json.loads(mesh.run("x", "injector", "list", "-o", "json").stdout)
    shop = next(each for each in found["namespaces"] if each["namespace"] == "shop")
    assert shop["revision"] == "default"
    assert [count["revision"] for count in shop["pods"]] == ["default"]
    assert sum(count["needRestart"] for count in shop["pods"]) == 0
    taking = [each["injector"] for each in found["injectors"] if "shop" in each["namespaces"]]
    assert taking == ["istio-revision-tag-default"]


def test_statistics_of_an_envoy(mesh: Mesh) -> None:
    pod = mesh.pod("web")
    proxy = proxy_id(pod)
    found = json.loads(mesh.run("x", "envoy-stats", proxy, "-o", "json").stdout)
    own = json.loads(mesh.ask_envoy(pod, "stats?format=json"))

    def names(stats: dict[str, list[dict[str, object]]]) -> set[object]:
        return {each["name"] for each in stats["stats"] if "name" in each}

    assert "server.live" in names(found)
    assert len(names(found) ^ names(own)) < 20  # some appear as the Envoy works
    merged = mesh.run("x", "envoy-stats", proxy, "-o", "prom-merged")
    assert "istio_agent_" in merged.stdout, merged.stderr
    clusters = json.loads(mesh.run("x", "es", proxy, "-t", "clusters", "-o", "json").stdout)
    assert any(each["name"] == "xds-grpc" for each in clusters["cluster_statuses"])


def test_authorization_policies_reach_a_proxy(mesh: Mesh) -> None:
    policies = [
        yaml.safe_load(_POLICY.replace("NAME", name).replace("ACTION", action))
        for name, action in (("open", "ALLOW"), ("closed", "DENY"))
    ]
    proxy = proxy_id(mesh.pod("web"))

    def applied() -> list[dict[str, object]]:
        found: list[dict[str, object]] = json.loads(mesh.run("x", "authz", "check", proxy, "-o", "json").stdout)
        return found

    assert applied() == []
    mesh.apply(*policies)
    try:
        wait_for(lambda: len(applied()) == 2)
        assert applied() == [
            {"action": "DENY", "policy": "closed.shop", "rules": 2},
            {"action": "ALLOW", "policy": "open.shop", "rules": 2},
        ]
    finally:
        mesh.remove(*policies)
    wait_for(lambda: applied() == [])


def test_a_machine_outside_is_configured_for_this_mesh(mesh: Mesh, tmp_path: Path) -> None:
    group = mesh.run("x", "workload", "group", "create", "--name", "vm", "--namespace", "shop", "-l", "app=vm").stdout
    flags = ("-f", "-", "-o", str(tmp_path), "--ingressIP", "192.0.2.1")
    done = mesh.run("x", "workload", "entry", "configure", *flags, stdin=group)
    assert done.status == 0, done.stderr
    proxy = yaml.safe_load((tmp_path / "mesh.yaml").read_text())["defaultConfig"]
    assert proxy["discoveryAddress"] == "istiod.istio-system.svc:15012"
    assert proxy["proxyMetadata"]["TRUST_DOMAIN"] == mesh.ask_istiod("debug/mesh")["trustDomain"]
    assert (tmp_path / "root-cert.pem").read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert (tmp_path / "hosts").read_text() == "192.0.2.1 istiod.istio-system.svc\n"
