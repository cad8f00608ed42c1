"""`proxy-config` on real proxies, against what the Envoys say themselves, and the original where one is named."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from tests.support.mesh import Mesh, proxy_id

pytestmark = pytest.mark.mesh


def names(answer: Any, *path: str) -> set[str]:
    """The texts at a path of names through lists and maps."""
    if not path:
        return {str(answer)}
    if isinstance(answer, list):
        return set().union(*(names(item, *path) for item in answer))
    return names(answer[path[0]], *path[1:]) if path[0] in answer else set()


def dumped(mesh: Mesh, pod: str, resource: str, *path: str) -> set[str]:
    configs = json.loads(mesh.ask_envoy(pod, f"config_dump?resource={resource}")).get("configs", [])
    return names(configs, *path)


def clusters(mesh: Mesh, pod: str) -> set[str]:
    return dumped(mesh, pod, "dynamic_active_clusters", "cluster", "name") | dumped(
        mesh, pod, "static_clusters", "cluster", "name"
    )


def listeners(mesh: Mesh, pod: str) -> set[str]:
    found = json.loads(mesh.ask_envoy(pod, "listeners?format=json"))["listener_statuses"]
    return {entry["name"] for entry in found if "name" in entry} - {"agent"}


def routes(mesh: Mesh, pod: str) -> set[str]:
    return dumped(mesh, pod, "dynamic_route_configs", "route_config", "name")


def endpoints(mesh: Mesh, pod: str) -> set[str]:
    found = json.loads(mesh.ask_envoy(pod, "clusters?format=json"))["cluster_statuses"]
    return {entry["name"] for entry in found if entry.get("host_statuses")}


def node(mesh: Mesh, pod: str) -> set[str]:
    return names(json.loads(mesh.ask_envoy(pod, "config_dump"))["configs"], "bootstrap", "node", "id")


def serial_numbers(mesh: Mesh, pod: str) -> set[str]:
    chains = json.loads(mesh.ask_envoy(pod, "certs"))["certificates"]
    return {entry["serial_number"] for chain in chains for entry in chain.get("cert_chain", [])}


ASKED: dict[str, tuple[Callable[[Mesh, str], set[str]], tuple[str, ...]]] = {
    "cluster": (clusters, ("name",)),
    "listener": (listeners, ("name",)),
    "route": (routes, ("name",)),
    "endpoint": (endpoints, ("name",)),
    "bootstrap": (node, ("bootstrap", "node", "id")),
}
VIEWS = [*ASKED, "eds", "secret", "ecds", "all"]


def data(mesh: Mesh, *argv: str) -> Any:
    done = mesh.run("proxy-config", *argv, "-o", "json")
    assert done.status == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("view", ASKED)
def test_names_are_envoys(mesh: Mesh, view: str) -> None:
    ask, path = ASKED[view]
    for pod in mesh.proxies():
        found, own = mesh.at_rest(lambda pod=pod: (names(data(mesh, view, proxy_id(pod)), *path), ask(mesh, pod)))  # type: ignore[misc]
        assert own or view == "route", pod  # a gateway without a Gateway has no routes
        assert found >= own, pod  # the rest is static
        assert view != "cluster" or found == own, pod


def test_certificates_are_envoys(mesh: Mesh) -> None:
    pod = mesh.pod("web")
    done = mesh.run("proxy-config", "secret", proxy_id(pod))
    serials = {row.split()[5].lstrip("0") for row in done.stdout.splitlines()[1:] if "Cert" in row}
    assert serials == {number.lstrip("0") for number in serial_numbers(mesh, pod)}
    wide = mesh.run("proxy-config", "secret", proxy_id(pod), "-o", "wide").stdout
    assert "spiffe://cluster.local/ns/shop/sa/web" in wide
    assert mesh.run("proxy-config", "secret", proxy_id(pod), "--expires-within", "48h").status == 1
    assert mesh.run("proxy-config", "secret", proxy_id(pod), "--expires-within", "1h").status == 0


@pytest.mark.parametrize("view", VIEWS)
def test_forms_agree_and_keep_keys_secret(mesh: Mesh, view: str) -> None:
    pod = mesh.pod("web")
    lines = [("proxy-config", view, proxy_id(pod), *flags) for flags in ((), ("-o", "json"), ("-o", "yaml"))]
    forms = mesh.at_rest(lambda: [mesh.run(*line) for line in lines])
    assert [done.status for done in forms] == [0, 0, 0], forms[0].stderr
    text, as_json, as_yaml = (done.stdout for done in forms)
    assert sorted_lists(yaml.safe_load(as_yaml)) == sorted_lists(json.loads(as_json))
    for form in (text, as_json, as_yaml):
        assert "PRIVATE KEY" not in form
        assert "LS0tLS1CRUdJTiBFQyBQUklWQVRF" not in form  # the same in base64
        assert "LS0tLS1CRUdJTiBSU0EgUFJJVkFURS" not in form


def sorted_lists(value: Any) -> Any:
    """Envoy lists clusters in any order."""
    if isinstance(value, list):
        return sorted((sorted_lists(item) for item in value), key=lambda item: json.dumps(item, sort_keys=True))
    if isinstance(value, dict):
        return {key: sorted_lists(item) for key, item in value.items()}
    return value


def test_all_proxies_at_once(mesh: Mesh) -> None:
    found = data(mesh, "cluster", "-A")
    assert found.keys() >= set(mesh.proxies())
    table = mesh.run("proxy-config", "cluster", "-A").stdout
    assert all(pod in table for pod in mesh.proxies())
    shop = data(mesh, "cluster", "--all", "-n", "shop")
    assert {pod.partition("/")[0] for pod in shop} == {"shop"}
    ways = ("deploy/web-v1.shop", proxy_id(mesh.pod("web")))
    by_owner, by_name = mesh.at_rest(lambda: [mesh.run("proxy-config", "cluster", way).stdout for way in ways])
    assert by_owner == by_name


def test_trust(mesh: Mesh) -> None:
    done = mesh.run("proxy-config", "rootca-compare", proxy_id(mesh.pod("web")), proxy_id(mesh.pod("api")))
    assert done.status == 0, done.stderr


# Where a proxy has no extensions, ours says so, and the original fails.
@pytest.mark.parametrize("view", [view for view in VIEWS if view not in ("all", "ecds")])
def test_like_the_original(mesh: Mesh, view: str) -> None:
    original = os.environ.get("ISTIOCTL_REAL")
    if not original:
        pytest.skip("no original istioctl to compare with is named in ISTIOCTL_REAL")
    for pod in (mesh.pod("web"), mesh.pod("istio-ingressgateway", "istio-system")):
        for form in ("short", "json", "yaml"):
            line = ["proxy-config", view, proxy_id(pod), "-o", form, "--kubeconfig", str(mesh.kubeconfig)]
            read = {"json": json.loads, "yaml": yaml.safe_load, "short": rows}[form]

            def compare(line: list[str] = line, read: Callable[[str], Any] = read) -> None:
                theirs = subprocess.run([original, *line], capture_output=True, text=True, check=True).stdout
                assert sorted_lists(read(mesh.run(*line).stdout)) == sorted_lists(read(theirs)), line

            mesh.at_rest(compare)


def rows(table: str) -> list[list[str]]:
    return [line.split() for line in table.splitlines() if line.strip()]
