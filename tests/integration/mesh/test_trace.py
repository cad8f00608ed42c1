"""What `proxy-config trace` foretells, held against what happens to the same requests in a real mesh."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, settings
from hypothesis import strategies as st

from istioctl.proxies.trace.clusters import Endpoint
from istioctl.proxies.trace.dump import Dump, read_dump
from istioctl.proxies.trace.request import make_request
from istioctl.proxies.trace.trace import Outcome, trace
from tests.support.cluster import wait_for
from tests.support.mesh import Mesh, proxy_id
from tests.support.ports import GatewayPorts
from tests.support.random_objects import (
    PORT,
    Sent,
    authorization_policy,
    destination_rule,
    peer_authentication,
    request,
    virtual_service,
)

pytestmark = pytest.mark.mesh

NAMESPACE = "random"
OUTSIDE = "random.example.com"
ACCOUNTS = {
    "sidecar": f"{NAMESPACE}/client",
    "gateway": "istio-system/istio-ingressgateway-service-account",
}
_REQUESTS = 40
_WORLDS = settings(
    max_examples=5,
    derandomize=True,
    deadline=None,
    phases=[Phase.generate],  # a smaller example would cost another minute
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)


@dataclass(frozen=True)
class Route:
    """A way into the mesh: the proxy asked first, where it listens, and the Host that requests name."""

    pod: str
    address: tuple[str, int]
    host: str
    account: str


@dataclass(frozen=True)
class End:
    """What a client sees: a status, and which pod answered with which path, or where it was sent."""

    status: int
    pod: str = ""
    path: str = ""
    location: str = ""


@pytest.fixture(scope="module")
def ways(mesh: Mesh) -> Iterator[list[Route]]:
    """Two versions of `a`, and `b`, to be asked through a sidecar and through the gateway."""
    if not mesh.network.local:
        pytest.skip("requests between pods need the right to give the loopback pods' addresses (root)")
    with GatewayPorts():
        mesh.namespace(NAMESPACE, **{"istio-injection": "enabled"})
        for app, version in (("client", "v1"), ("a", "v1"), ("a", "v2"), ("b", "v1")):
            mesh.deploy(app, NAMESPACE, version, traffic=True)
        server = {"port": {"number": 80, "name": "http", "protocol": "HTTP"}, "hosts": [OUTSIDE]}
        mesh.apply(
            {
                "apiVersion": "networking.istio.io/v1",
                "kind": "Gateway",
                "metadata": {"name": "front", "namespace": NAMESPACE},
                "spec": {"selector": {"istio": "ingressgateway"}, "servers": [server]},
            },
            destination_rule("a", NAMESPACE, ["v1", "v2", "none"]),
            destination_rule("b", NAMESPACE, []),
        )
        endpoint = json.loads(mesh.run("ingress-endpoint", "-o", "json").stdout)
        client, gateway = mesh.pod("client", NAMESPACE), mesh.pod("istio-ingressgateway", "istio-system")
        yield [
            Route(client, mesh.client_address(client, PORT), f"a.{NAMESPACE}", ACCOUNTS["sidecar"]),
            Route(gateway, (endpoint["host"], endpoint["httpPort"]), OUTSIDE, ACCOUNTS["gateway"]),
        ]
        mesh.session.send("DELETE", f"/api/v1/namespaces/{NAMESPACE}")
        wait_for(lambda: NAMESPACE not in mesh.names("Namespace"), 60)


@_WORLDS
@given(st.integers(0, 2**32))
def test_trace_foretells(mesh: Mesh, ways: list[Route], seed: int) -> None:
    random = Random(seed)
    objects = objects_of(random, ways)
    note(json.dumps(objects))
    dumps = change(mesh, ways, objects)
    for way in ways:
        for _ in range(_REQUESTS):
            sent = request(random)
            expected = foretold(dumps, way, sent)
            # A listener that gives way to another may drop a connection: what is foretold holds once all is quiet.
            for pause in (0, 0.5, 1.5):
                time.sleep(pause)
                happened = send(way.address, way.host, sent)
                if happened in expected:
                    break
            assert happened in expected, f"{sent} to {way.host}: {happened} instead of one of {expected}"


def test_command_says_what_the_library_says(mesh: Mesh, ways: list[Route]) -> None:
    dumps = change(mesh, ways, objects_of(Random(1), ways))
    way = ways[0]
    flags = ("-H", f"Host: {way.host}", "--address", way.address[0])
    done = mesh.run(
        "proxy-config",
        "trace",
        proxy_id(way.pod),
        "GET",
        f"http://a:{PORT}/a",
        *flags,
        "-o",
        "json",
    )
    found = trace(
        dumps[way.pod],
        make_request("GET", f"http://a:{PORT}/a", [f"Host: {way.host}"], destination_ip=way.address[0]),
        inbound=False,
    )
    told = json.loads(done.stdout)
    assert {key: told[key] for key in ("request", "steps", "outcomes")} == {
        key: value for key, value in found.as_data().items() if key in ("request", "steps", "outcomes")
    }


def objects_of(random: Random, ways: list[Route]) -> list[dict[str, Any]]:
    """Policies of authorization, some of them idle, and of encryption, and a VirtualService that comes last."""
    clients = [account_name(way.account) for way in ways]
    found = [authorization_policy(random, f"policy-{number}", NAMESPACE, ["a", "b"], clients) for number in range(3)]
    for policy in found:
        if random.random() < 0.4:
            policy["spec"] = {"selector": {"matchLabels": {"app": "nobody"}}}
    found += [peer_authentication(random, app, NAMESPACE) for app in ("a", "b")]
    return [*found, virtual_service(random, "a", NAMESPACE, ["a", OUTSIDE], ["mesh", "front"])]


def change(mesh: Mesh, ways: list[Route], objects: list[dict[str, Any]]) -> dict[str, Dump]:
    """Put objects in place of those before; the dumps of all proxies once they have them."""
    mark = f"/generation-{time.monotonic_ns()}"
    answer = {"match": [{"uri": {"exact": mark}}], "directResponse": {"status": 222}}
    *policies, service = objects
    routes = [answer, *service["spec"]["http"]]
    mesh.apply(*policies, {**service, "spec": {**service["spec"], "http": routes}})
    for way in ways:
        wait_for(lambda way=way: send(way.address, way.host, Sent("GET", mark, ())).status == 222, 30)  # type: ignore[misc]
    for obj in (*policies, service):
        done = mesh.run("wait", obj["kind"].lower(), f"{obj['metadata']['name']}.{NAMESPACE}")
        assert done.status == 0, done.stderr
    servers = [key for key in mesh.kubelet.running if key.startswith(f"{NAMESPACE}/")]
    everyone = [*servers, *(way.pod for way in ways if way.pod not in servers)]
    dumps = {pod: mesh.ask_envoy(pod, "config_dump?include_eds") for pod in everyone}
    return {pod: read_dump(body, pod) for pod, body in dumps.items()}


def account_name(account: str) -> str:
    namespace, name = account.split("/")
    return f"cluster.local/ns/{namespace}/sa/{name}"


def foretold(dumps: dict[str, Dump], way: Route, sent: Sent) -> list[End | None]:
    """The ends that a request may come to: through the first proxy, and through that of the pod it is sent to.

    None stands for what can't be told.
    """
    gateway = dumps[way.pod].is_gateway
    headers = [f"Host: {way.host}", *(f"{name}: {value}" for name, value in sent.headers)]
    url = f"http://{way.host}:{way.address[1]}{sent.path}"
    first = make_request(sent.method, url, headers, destination_ip="" if gateway else way.address[0])
    ends: list[End | None] = []
    way_out = trace(dumps[way.pod], first, inbound=gateway)
    for outcome in way_out.outcomes:
        if outcome.kind != "forwarded":
            ends.append(end_of(outcome))
            continue
        assert outcome.target
        path = path_of(outcome, way_out.request.path)  # normalized
        if aborted := re.search(r"aborted with (\d+)", outcome.route.detail if outcome.route else ""):
            ends.append(End(int(aborted[1])))
            continue
        for endpoint in outcome.target.endpoints or ():
            ends += at_server(dumps, way, sent, path, endpoint)
    return ends


def at_server(dumps: dict[str, Dump], way: Route, sent: Sent, path: str, endpoint: Endpoint) -> Iterator[End | None]:
    """The ends that a request may come to at the proxy of an endpoint's pod."""
    ip, _, port = endpoint.address.rpartition(":")
    encrypted = endpoint.tls.mode == "mutual TLS"
    pod = next(key for key, dump in dumps.items() if str(dump.address) == ip)
    headers = [f"Host: {way.host}", *(f"{name}: {value}" for name, value in sent.headers)]
    arriving = make_request(
        sent.method,
        f"http://{way.host}:{port}{path}",
        headers,
        mutual_tls=encrypted,
        source=way.account if encrypted else "",
        destination_ip=ip,
    )
    way_in = trace(dumps[pod], arriving, inbound=True)
    for outcome in way_in.outcomes:
        name, path = pod.partition("/")[2], way_in.request.path
        yield End(200, name, path) if outcome.kind == "forwarded" else end_of(outcome)


def end_of(outcome: Outcome) -> End | None:
    return End(outcome.status, location=outcome.detail if outcome.kind == "redirected" else "")


def path_of(outcome: Outcome, path: str) -> str:
    """The path that a request is sent on with."""
    query = path.partition("?")[1] + path.partition("?")[2]
    found = re.search(r"path becomes ([^;]+)", outcome.route.detail if outcome.route else "")
    return f"{found[1]}{query}" if found else path


def send(address: tuple[str, int], host: str, sent: Sent) -> End:
    """What happens to a request."""
    connection = http.client.HTTPConnection(*address, timeout=10)
    try:
        connection.putrequest(sent.method, sent.path, skip_host=True)
        for name, value in (("Host", host), *sent.headers, ("Content-Length", "0")):
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException):
        return End(0)
    finally:
        connection.close()
    told: Any = {}
    if answer.headers.get("Content-Type") == "application/json":
        told = json.loads(body)
    return End(answer.status, told.get("pod", ""), told.get("path", ""), answer.headers.get("Location", ""))
