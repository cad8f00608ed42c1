"""What `proxy-config trace` foretells of requests between workloads, held against what becomes of them."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from random import Random
from typing import Any
from urllib.parse import urlsplit

import pytest

from istioctl.proxies.trace import actions
from istioctl.proxies.trace.dump import Dump, read_dump
from istioctl.proxies.trace.request import make_request
from istioctl.proxies.trace.trace import Outcome, trace
from tests.integration.mesh.test_traffic import request as send
from tests.support.cluster import wait_for
from tests.support.mesh import PORT, Mesh

pytestmark = pytest.mark.mesh

NAMESPACE = "paths"
_PATHS = ["/", "/a", "/a/b", "/ab", "/A", "/old/x", "/a?q=1", "/b?q=2&r", "/secret", "/a/../b", "/a//b"]
_HEADERS: list[dict[str, str]] = [{}, {"x_user": "jane"}, {"x_user": "john"}, {"x_user": "jane", "x_beta": "1"}]


@pytest.fixture(scope="module")
def paths(mesh: Mesh) -> Iterator[Mesh]:
    """A caller, and a store of two versions."""
    if not mesh.network.local:
        pytest.skip("requests between pods need the right to give the loopback pods' addresses (root)")
    mesh.namespace(NAMESPACE)
    assert mesh.run("injection", "enable", NAMESPACE).status == 0
    mesh.deploy("caller", NAMESPACE, traffic=True)
    mesh.deploy("store", NAMESPACE, "v1", traffic=True)
    mesh.deploy("store", NAMESPACE, "v2", traffic=True)
    yield mesh
    mesh.session.send("DELETE", f"/api/v1/namespaces/{NAMESPACE}")
    wait_for(lambda: NAMESPACE not in mesh.names("Namespace"), 60)


def _string(random: Random, values: list[str]) -> dict[str, str]:
    kind = random.choice(["exact", "prefix", "regex"])
    value = random.choice(values)
    return {kind: f"{value}.*" if kind == "regex" else value}


def _match(random: Random) -> dict[str, Any]:
    match: dict[str, Any] = {}
    if random.random() < 0.7:
        match["uri"] = _string(random, ["/a", "/a/b", "/b", "/old"])
        match["ignoreUriCase"] = random.random() < 0.3
    if random.random() < 0.4:
        match["headers"] = {"x-user": _string(random, ["jane", "j"])}
    if random.random() < 0.3:
        match["withoutHeaders"] = {"x-beta": {}}
    if random.random() < 0.3:
        match["queryParams"] = {"q": {"exact": random.choice("12")}}
    return match or {"method": {"exact": "GET"}}


def _route(random: Random, index: int) -> dict[str, Any]:
    route: dict[str, Any] = {"name": f"route-{index}", "match": [_match(random) for _ in range(random.randrange(1, 3))]}
    kind = random.choice(["send", "send", "split", "redirect", "answer", "rewrite"])
    subsets = [{"destination": {"host": "store", "subset": version}} for version in ("v1", "v2")]
    if kind == "redirect":
        return {**route, "redirect": {"uri": "/elsewhere", "redirectCode": random.choice([301, 302, 307])}}
    if kind == "answer":
        return {**route, "directResponse": {"status": 418, "body": {"string": "teapot"}}}
    if kind == "split":
        weight = random.randrange(10, 91)
        return {**route, "route": [{**subsets[0], "weight": weight}, {**subsets[1], "weight": 100 - weight}]}
    if kind == "rewrite":
        route["rewrite"] = {"uri": random.choice(["/secret", "/"])}
    return {**route, "route": [random.choice(subsets)]}


def _policy(random: Random, index: int) -> dict[str, Any]:
    rule: dict[str, Any] = {"to": [{"operation": {}}]}
    operation = rule["to"][0]["operation"]
    operation[random.choice(["paths", "notPaths"])] = [random.choice(["/secret", "/a*", "*b", "/"])]
    if random.random() < 0.4:
        operation["methods"] = ["GET"]
    if random.random() < 0.5:
        who = random.choice(["caller", "nobody"])
        rule["from"] = [{"source": {"principals": [f"cluster.local/ns/{NAMESPACE}/sa/{who}"]}}]
    if random.random() < 0.3:
        rule["when"] = [{"key": "request.headers[x-user]", "values": ["jane"]}]
    spec = {"selector": {"matchLabels": {"app": "store"}}, "action": random.choice(["ALLOW", "DENY"]), "rules": [rule]}
    meta = {"name": f"policy-{index}", "namespace": NAMESPACE}
    return {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy", "metadata": meta, "spec": spec}


def _objects(random: Random) -> list[dict[str, Any]]:
    meta = {"name": "store", "namespace": NAMESPACE}
    subsets = [{"name": version, "labels": {"version": version}} for version in ("v1", "v2")]
    routes = [_route(random, index) for index in range(random.randrange(1, 5))]
    if random.random() < 0.8:
        routes.append({"name": "rest", "route": [{"destination": {"host": "store"}}]})
    api = {"apiVersion": "networking.istio.io/v1", "metadata": meta}
    policies = [_policy(random, index) for index in range(random.randrange(0, 3))]
    return [
        {**api, "kind": "DestinationRule", "spec": {"host": "store", "subsets": subsets}},
        {**api, "kind": "VirtualService", "spec": {"hosts": ["store"], "http": routes}},
        *policies,
    ]


def _dump(mesh: Mesh, pod: str) -> Dump:
    return read_dump(mesh.ask_envoy(pod, "config_dump?include_eds"), pod)


def _behind(outcome: Outcome, path: str, headers: list[str], servers: dict[str, Dump]) -> list[tuple[int, str]]:
    """What the servers that an outcome leads to make of the request: the status, and who answers."""
    if outcome.kind != "forwarded":
        return [(outcome.status, outcome.detail if outcome.kind == "redirected" else "")]
    assert outcome.target is not None
    found = []
    for endpoint in outcome.target.endpoints or ():
        host, _, port = endpoint.address.rpartition(":")
        dump = servers[host]
        inner = make_request(
            "GET", f"http://store.{NAMESPACE}:{port}{path}", headers, mutual_tls=endpoint.tls.mode == "mutual TLS",
            source=f"{NAMESPACE}/caller", destination_ip=host,
        )  # fmt: skip
        (end,) = trace(dump, inner, inbound=True).outcomes
        found.append((200, dump.proxy_id) if end.kind == "forwarded" else (end.status, ""))
    return found


@pytest.mark.parametrize("seed", range(5))
def test_foretold_is_what_happens(paths: Mesh, seed: int) -> None:
    random = Random(seed)
    objects = _objects(random)
    paths.apply(*objects)
    for obj in objects:
        done = paths.run("wait", obj["kind"], f"{obj['metadata']['name']}.{NAMESPACE}")
        assert done.status == 0, done.stderr
    caller = paths.pod("caller", NAMESPACE)
    listed = paths.session.get(f"/api/v1/namespaces/{NAMESPACE}/pods", {"labelSelector": "app=store"})["items"]
    servers = {pod["status"]["podIP"]: _dump(paths, f"{NAMESPACE}/{pod['metadata']['name']}") for pod in listed}
    client, address = _dump(paths, caller), paths.client_address(caller, PORT)
    for _ in range(40):
        path, headers = random.choice(_PATHS), random.choice(_HEADERS)
        named = [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        wanted = make_request(
            "GET",
            f"http://store.{NAMESPACE}:{PORT}{path}",
            [*named, f"Host: store.{NAMESPACE}"],
            destination_ip=address[0],
        )
        found = trace(client, wanted, inbound=False)
        possible: list[tuple[int, str]] = []
        for outcome in found.outcomes:
            route = outcome.route and _route_of(client, outcome.route.name)
            rewritten = (
                actions.new_path(route.get("route") or {}, route.get("match") or {}, found.request) if route else ""
            )
            possible += _behind(outcome, rewritten or found.request.path, named, servers)
        expected = [(code, name if code == 200 else "") for code, name in possible]
        real = [(0, "")]
        deadline = time.monotonic() + 10
        while real[-1] not in expected and time.monotonic() < deadline:  # Envoy's workers follow a moment later
            status, told = send(address, path, Host=f"store.{NAMESPACE}", **headers)
            real.append((status, f"{told['pod']}.{NAMESPACE}" if status == 200 else ""))
        assert real[-1] in expected, (path, headers)
    paths.remove(*objects)
    assert paths.run("wait", "virtualservice", f"store.{NAMESPACE}", "--for", "delete").status == 0


def _route_of(dump: Dump, name: str) -> dict[str, Any] | None:
    for routes in dump.routes.values():
        for host in routes.get("virtual_hosts") or []:
            for route in host.get("routes") or []:
                if route.get("name") == name and str(host.get("name", "")).startswith(f"store.{NAMESPACE}"):
                    found: dict[str, Any] = route
                    return found
    return None


def test_command(paths: Mesh) -> None:
    caller = paths.pod("caller", NAMESPACE)
    namespace, name = caller.split("/")
    url = f"http://store.{NAMESPACE}:{PORT}/"
    address = paths.client_address(caller, PORT)[0]
    done = paths.run("proxy-config", "trace", f"{name}.{namespace}", "GET", url, "--address", address, "-o", "json")
    assert done.status == 0, done.stderr
    data = json.loads(done.stdout)
    assert data["proxy"] == f"{name}.{namespace}"
    assert data["outcomes"][0]["target"]["cluster"] == f"outbound|{PORT}||store.{NAMESPACE}.svc.cluster.local"
    assert urlsplit(url).port == data["request"]["port"]
