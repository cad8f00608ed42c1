"""What a trace foretells, held against what a real Envoy does with the same requests."""

from __future__ import annotations

import socket
import ssl
import tempfile
import urllib.request
from contextlib import ExitStack, closing
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from istioctl.proxies.trace.dump import Dump, read_dump
from istioctl.proxies.trace.request import make_request
from istioctl.proxies.trace.trace import Trace, trace
from tests.support.certificates import make_certificate
from tests.support.one_envoy import one_envoy
from tests.support.ports import free_ports

_CONFIGURATIONS = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
_REQUESTS = 150
_SEGMENTS = ["a", "b", "A", "ab", "a%2fb", "a%41", "..", ".", "", "x;y=1", "a%20b"]
_HOSTS = ["a.test", "b.test", "x.a.test", "y.x.a.test", "a.other", "A.Test", "none", "a.test:81", "10.0.0.1"]
_DOMAINS = [
    "a.test",
    "b.test",
    "*.a.test",
    "*.test",
    "*.x.a.test",
    "a.*",
    "a.t*",
    "x.*",
    "A.other",
    "10.0.0.1",
    "a.test:81",
]
_FILTERS = "type.googleapis.com/envoy.extensions.filters"
_VALUES = ["", "1", "12", "-3", "abc", "ABC", "ab,c", "x"]


@dataclass(frozen=True)
class Sent:
    """A request as bytes would carry it."""

    method: str
    host: str
    path: str
    headers: list[tuple[str, str]]


def _string(random: Random) -> dict[str, Any]:
    kind = random.choice(["exact", "prefix", "suffix", "contains", "safe_regex"])
    if kind == "safe_regex":
        return {"safe_regex": {"regex": random.choice(["[a-c]+", "a.*", "\\d+", ".+", "(ab|x),?c?"])}}
    text = random.choice([value for value in _VALUES if value])
    return {kind: text} | ({"ignore_case": True} if random.random() < 0.3 else {})


def _header(random: Random) -> dict[str, Any]:
    matcher: dict[str, Any] = {"name": random.choice(["x-a", "x-b", ":method", ":authority"])}
    kind = random.choice(["string", "string", "present", "range"])
    if kind == "string":
        matcher["string_match"] = _string(random)
    elif kind == "present":
        matcher["present_match"] = random.random() < 0.6
    else:
        matcher["range_match"] = {"start": str(random.randrange(-5, 5)), "end": str(random.randrange(6, 20))}
    if random.random() < 0.3:
        matcher["invert_match"] = True
    if random.random() < 0.3:
        matcher["treat_missing_header_as_empty"] = True
    return matcher


def _path(random: Random) -> str:
    text = "/" + "/".join(random.choice(_SEGMENTS) for _ in range(random.randrange(1, 4)))
    if random.random() < 0.4:
        text += "?" + "&".join(f"{random.choice('pq')}={random.choice(_VALUES)}" for _ in range(random.randrange(1, 3)))
    return text


def _match(random: Random) -> dict[str, Any]:
    start = "/" + "/".join(random.choice(["a", "b", "A", "ab"]) for _ in range(random.randrange(1, 3)))
    kind = random.choice(["prefix", "prefix", "path", "safe_regex", "path_separated_prefix"])
    match: dict[str, Any] = {kind: start}
    if kind == "safe_regex":
        match[kind] = {"regex": random.choice(["/a.*", "/[ab]+", ".*/b", "/a/?.*", "/[^/]+/b"])}
    elif kind == "prefix" and random.random() < 0.5:
        match[kind] = random.choice(["/", "/a", "/a/"])
    if kind != "safe_regex" and random.random() < 0.3:
        match["case_sensitive"] = False
    if random.random() < 0.5:
        match["headers"] = [_header(random) for _ in range(random.randrange(1, 3))]
    if random.random() < 0.3:
        parameter: dict[str, Any] = {"name": random.choice("pq")}
        parameter |= {"present_match": True} if random.random() < 0.4 else {"string_match": _string(random)}
        match["query_parameters"] = [parameter]
    return match


def _route(random: Random, name: str) -> dict[str, Any]:
    route: dict[str, Any] = {"name": name, "match": _match(random)}
    if random.random() < 0.25:
        redirect: dict[str, Any] = {}
        if random.random() < 0.5:
            redirect["host_redirect"] = random.choice(["elsewhere.test", "elsewhere.test:99"])
        rewrite = random.choice(["path_redirect", "prefix_rewrite", ""])
        if rewrite and not (rewrite == "prefix_rewrite" and "safe_regex" in route["match"]):
            redirect[rewrite] = random.choice(["/new", "/new?z=1"]) if rewrite == "path_redirect" else "/new"
        if random.random() < 0.3:
            redirect["https_redirect"] = True
        if random.random() < 0.3:
            redirect["port_redirect"] = 8443
        if random.random() < 0.3:
            redirect["strip_query"] = True
        if random.random() < 0.5:
            redirect["response_code"] = random.choice(["FOUND", "SEE_OTHER", "TEMPORARY_REDIRECT"])
        route["redirect"] = redirect
    else:
        route["direct_response"] = {"status": random.choice([200, 202, 404]), "body": {"inline_string": name}}
    return route


def _permission(random: Random, depth: int = 0) -> dict[str, Any]:
    kind = random.choice(["any", "header", "url_path", *(["not_rule", "and_rules", "or_rules"] if depth < 2 else [])])
    match kind:
        case "any":
            return {"any": True}
        case "header":
            return {"header": _header(random)}
        case "url_path":
            path = random.choice(["/a", "/a/b", "/A"])
            return {"url_path": {"path": {random.choice(["exact", "prefix", "suffix"]): path}}}
        case "not_rule":
            return {kind: _permission(random, depth + 1)}
    return {kind: {"rules": [_permission(random, depth + 1) for _ in range(random.randrange(1, 3))]}}


def _principal(random: Random) -> dict[str, Any]:
    return random.choice(
        [
            {"any": True},
            {"authenticated": {}},
            {"not_id": {"authenticated": {}}},
            {"direct_remote_ip": {"address_prefix": random.choice(["127.0.0.0", "10.0.0.0"]), "prefix_len": 8}},
            {"header": _header(random)},
        ]
    )


def _rbac(random: Random) -> dict[str, Any]:
    policies = {
        f"ns[shop]-policy[p{number}]-rule[0]": {
            "permissions": [_permission(random) for _ in range(random.randrange(1, 3))],
            "principals": [_principal(random) for _ in range(random.randrange(1, 3))],
        }
        for number in range(random.randrange(1, 4))
    }
    return {
        "name": "envoy.filters.http.rbac",
        "typed_config": {
            "@type": "type.googleapis.com/envoy.extensions.filters.http.rbac.v3.RBAC",
            "rules": {"action": random.choice(["ALLOW", "DENY", "DENY"]), "policies": policies},
        },
    }


def _manager(routes: dict[str, Any], filters: list[dict[str, Any]], **settings_: Any) -> dict[str, Any]:
    router = {
        "name": "envoy.filters.http.router",
        "typed_config": {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"},
    }
    return {
        "name": "envoy.filters.network.http_connection_manager",
        "typed_config": {
            "@type": f"{_FILTERS}.network.http_connection_manager.v3.HttpConnectionManager",
            "stat_prefix": "test", "route_config": routes, "http_filters": [*filters, router], **settings_,
        },
    }  # fmt: skip


def _listener(port: int, chains: list[dict[str, Any]], address: str = "127.0.0.1", **more: Any) -> dict[str, Any]:
    place = {"socket_address": {"address": address, "port_value": port, "ipv4_compat": address == "::"}}
    return {"name": "test", "address": place, "filter_chains": chains, **more}


def _random_routes(random: Random) -> dict[str, Any]:
    domains = random.sample(_DOMAINS, random.randrange(3, len(_DOMAINS)))
    hosts = []
    for number, domain in enumerate(domains):
        routes = [_route(random, f"{number}-{index}") for index in range(random.randrange(1, 6))]
        hosts.append({"name": f"host-{number}", "domains": [domain], "routes": routes})
    if random.random() < 0.5:
        hosts.append({"name": "any", "domains": ["*"], "routes": [_route(random, "any")]})
    return {"name": "routes", "virtual_hosts": hosts, "ignore_port_in_host_matching": random.random() < 0.5}


def _random_request(random: Random) -> Sent:
    names = random.choices(["x-a", "x-b"], k=random.randrange(0, 4))
    headers = [(name, random.choice(_VALUES)) for name in names]
    return Sent(random.choice(["GET", "POST", "PUT"]), random.choice(_HOSTS), _path(random), headers)


def _exchange(port: int, sent: Sent, address: str = "127.0.0.1", tls: str = "") -> tuple[int, str, str]:
    """Status, Location and body of the answer; a status of 0 where the connection is closed."""
    head = f"{sent.method} {sent.path} HTTP/1.1\r\nHost: {sent.host}\r\nConnection: close\r\nContent-Length: 0\r\n"
    head += "".join(f"{name}: {value}\r\n" for name, value in sent.headers) + "\r\n"
    try:
        with ExitStack() as stack:
            channel: socket.socket = stack.enter_context(socket.create_connection((address, port), timeout=10))
            if tls:
                context = ssl.create_default_context()
                context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
                context.set_alpn_protocols(["h2", "http/1.1"])
                channel = stack.enter_context(context.wrap_socket(channel, server_hostname=tls))
            channel.sendall(head.encode())
            answer = stack.enter_context(closing(HTTPResponse(channel)))
            answer.begin()
            return answer.status, answer.headers.get("Location", ""), answer.read().decode()
    except (ssl.SSLError, ConnectionError, HTTPException):
        return 0, "", ""


def _foretold(found: Trace) -> tuple[int, str, str]:
    (outcome,) = found.outcomes
    if outcome.kind == "redirected":
        return outcome.status, outcome.detail, ""
    if outcome.kind == "denied":
        return 403, "", "RBAC: access denied"
    body = outcome.detail if outcome.kind == "answered" else ""
    return outcome.status, "", body


def _dump(admin: str) -> Dump:
    with urllib.request.urlopen(f"{admin}/config_dump?include_eds", timeout=10) as answer:
        return read_dump(answer.read(), "envoy")


@_CONFIGURATIONS
@given(seed=st.integers(0, 2**32))
def test_routes_and_policies(seed: int) -> None:
    random = Random(seed)
    (port,) = free_ports(1)
    filters = [_rbac(random) for _ in range(random.randrange(0, 3))]
    manager = _manager(
        _random_routes(random), filters,
        normalize_path=random.random() < 0.5, merge_slashes=random.random() < 0.5,
        strip_any_host_port=random.random() < 0.3,
    )  # fmt: skip
    listener = _listener(port, [{"filters": [manager]}])
    with tempfile.TemporaryDirectory() as folder, one_envoy(Path(folder), {"listeners": [listener]}) as admin:
        dump = _dump(admin)
        for _ in range(_REQUESTS):
            sent = _random_request(random)
            request = make_request(
                sent.method, f"http://127.0.0.1:{port}{sent.path}",
                [f"Host: {sent.host}", *(f"{name}: {value}" for name, value in sent.headers)], source_ip="127.0.0.1",
            )  # fmt: skip
            assert _foretold(trace(dump, request, inbound=False)) == _exchange(port, sent), sent


def _chain(random: Random, name: str, certificate: tuple[str, str], ports: list[int]) -> dict[str, Any]:
    match: dict[str, Any] = {}
    tls = random.random() < 0.5
    if tls:
        match["transport_protocol"] = "tls"
    elif random.random() < 0.3:
        match["transport_protocol"] = "raw_buffer"
    if tls and random.random() < 0.7:
        match["server_names"] = random.sample(["a.test", "*.a.test", "*.test", "b.test"], random.randrange(1, 3))
    if random.random() < 0.3:
        match["application_protocols"] = random.sample(["http/1.1", "h2", "istio"], random.randrange(1, 3))
    if random.random() < 0.4:
        lengths = random.sample([8, 24, 32], random.randrange(1, 3))
        match["prefix_ranges"] = [
            {"address_prefix": f"127.0.0.{random.randrange(1, 4)}", "prefix_len": n} for n in lengths
        ]
    if random.random() < 0.3:
        match["destination_port"] = random.choice(ports)
    if random.random() < 0.3:
        match["source_prefix_ranges"] = [{"address_prefix": random.choice(["127.0.0.1", "10.0.0.1"]), "prefix_len": 32}]
    if random.random() < 0.2:
        match["source_type"] = random.choice(["SAME_IP_OR_LOOPBACK", "EXTERNAL"])
    answer = {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": name}}}
    routes = {"name": name, "virtual_hosts": [{"name": name, "domains": ["*"], "routes": [answer]}]}
    chain: dict[str, Any] = {"name": name, "filter_chain_match": match, "filters": [_manager(routes, [])]}
    if tls:
        pair = {"certificate_chain": {"filename": certificate[0]}, "private_key": {"filename": certificate[1]}}
        chain["transport_socket"] = {
            "name": "envoy.transport_sockets.tls",
            "typed_config": {
                "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext",
                "common_tls_context": {"tls_certificates": [pair]},
            },
        }
    return chain


@_CONFIGURATIONS
@given(seed=st.integers(0, 2**32))
def test_filter_chains(seed: int) -> None:
    random = Random(seed)
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory() as folder:
        certificate = make_certificate(Path(folder))
        chains: dict[str, dict[str, Any]] = {}
        for number in range(random.randrange(2, 9)):
            chain = _chain(random, f"chain-{number}", certificate, [port, port + 1])
            chains.setdefault(str(sorted(_parts(chain["filter_chain_match"]))), chain)
        inspectors = [
            _inspector("tls_inspector", "TlsInspector"), _inspector("http_inspector", "HttpInspector")
        ]  # fmt: skip
        listener = _listener(port, _apart(list(chains.values())), "::", listener_filters=inspectors)
        with one_envoy(Path(folder), {"listeners": [listener]}) as admin:
            dump = _dump(admin)
            for _ in range(40):
                address, tls = f"127.0.0.{random.randrange(1, 4)}", random.random() < 0.5
                name = random.choice(["a.test", "x.a.test", "y.x.a.test", "b.test", "other"])
                request = make_request(
                    "GET", f"{'https' if tls else 'http'}://{name}:{port}/",
                    destination_ip=address, source_ip="127.0.0.1",
                )  # fmt: skip
                found = trace(dump, request, inbound=False)
                status, _, body = _exchange(port, Sent("GET", name, "/", []), address, name if tls else "")
                (outcome,) = found.outcomes
                if len(found.steps) > 1 and ("ends TLS" in found.steps[1].detail) != tls:
                    assert status in (0, 400)  # the chain speaks TLS and the client does not, or the other way
                else:
                    assert (outcome.status, outcome.detail if outcome.status else "") == (status, body), request


def _inspector(name: str, message: str) -> dict[str, Any]:
    url = f"type.googleapis.com/envoy.extensions.filters.listener.{name}.v3.{message}"
    return {"name": f"envoy.filters.listener.{name}", "typed_config": {"@type": url}}


def _parts(match: dict[str, Any]) -> list[str]:
    return [f"{key}={value}" for key, value in match.items()]


def _apart(chains: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those whose conditions Envoy does not take for the same as those of one before."""
    seen: set[tuple[str, ...]] = set()
    kept = []
    for chain in chains:
        match = chain["filter_chain_match"]
        own = set()
        for prefix in match.get("prefix_ranges") or [None]:
            for server in match.get("server_names") or [None]:
                for protocol in match.get("application_protocols") or [None]:
                    place = _network(prefix)
                    rest = (match.get("destination_port"), match.get("transport_protocol"), match.get("source_type"))
                    own.add((place, str(server), str(protocol), str(rest), str(match.get("source_prefix_ranges"))))
        if not own & seen:
            seen |= own
            kept.append(chain)
    return kept


def _network(prefix: dict[str, Any] | None) -> str:
    from ipaddress import ip_network

    return str(prefix and ip_network(f"{prefix['address_prefix']}/{prefix['prefix_len']}", strict=False))
