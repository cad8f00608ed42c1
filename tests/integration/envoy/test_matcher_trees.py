"""What a trace foretells of listeners and policies with matcher trees, held against what a real Envoy does."""

from __future__ import annotations

import tempfile
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from istioctl.proxies.trace.request import make_request
from istioctl.proxies.trace.trace import trace
from tests.integration.envoy.test_trace import (
    Sent,
    _dump,
    _exchange,
    _foretold,
    _inspector,
    _listener,
    _manager,
    _random_request,
    _string,
)
from tests.support.one_envoy import one_envoy
from tests.support.ports import free_ports

_CONFIGURATIONS = settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
_URL = "type.googleapis.com"
_NETWORK = f"{_URL}/envoy.extensions.matching.common_inputs.network.v3"
_VALUES = {
    "DestinationIPInput": [f"127.0.0.{number}" for number in range(1, 5)],
    "DestinationPortInput": [],
    "SourceIPInput": ["127.0.0.1", "10.0.0.1"],
    "SourceTypeInput": ["local"],
    "ServerNameInput": ["a.test", "x.a.test", "b.test"],
    "TransportProtocolInput": ["tls", "raw_buffer"],
    "ApplicationProtocolInput": ["'http/1.1'", "'h2','http/1.1'", "'h2c'"],
}


def _typed(url: str, **fields: Any) -> dict[str, Any]:
    return {"name": url.rpartition(".")[2], "typed_config": {"@type": url, **fields}}


def _on_match(random: Random, depth: int, make: Any) -> dict[str, Any]:
    if depth < 2 and random.random() < 0.4:
        return {"matcher": make(random, depth + 1)}
    return {"action": _typed(f"{_URL}/google.protobuf.StringValue", value=f"chain-{random.randrange(3)}")}


def _tree(random: Random, port: int, depth: int = 0) -> dict[str, Any]:
    def nested(random: Random, depth: int) -> dict[str, Any]:
        return _tree(random, port, depth)

    name = random.choice(list(_VALUES))
    given_input = _typed(f"{_NETWORK}.{name}")
    values = _VALUES[name] or [str(port), str(port + 1)]
    kind = random.choice(["exact", "exact", "list", "ip" if name.endswith("IPInput") else "exact"])
    made: dict[str, Any]
    if kind == "exact":
        chosen = random.sample(values, random.randrange(1, len(values) + 1))
        branches = {value: _on_match(random, depth, nested) for value in chosen}
        made = {"matcher_tree": {"input": given_input, "exact_match_map": {"map": branches}}}
    elif kind == "ip":
        ranges = [
            {
                "ranges": [{"address_prefix": f"127.0.0.{random.randrange(1, 5)}", "prefix_len": length}],
                "on_match": _on_match(random, depth, nested),
            }
            for length in random.sample([8, 30, 32], random.randrange(1, 3))
        ]
        custom = _typed(f"{_URL}/xds.type.matcher.v3.IPMatcher", range_matchers=ranges)
        made = {"matcher_tree": {"input": given_input, "custom_match": custom}}
    else:
        single = {"single_predicate": {"input": given_input, "value_match": {"exact": random.choice(values)}}}
        predicate = random.choice([single, {"not_matcher": single}])
        made = {"matcher_list": {"matchers": [{"predicate": predicate, "on_match": _on_match(random, depth, nested)}]}}
    if random.random() < 0.5:
        made["on_no_match"] = _on_match(random, depth, nested)
    return made


def _answering(name: str) -> dict[str, Any]:
    answer = {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": name}}}
    routes = {"name": name, "virtual_hosts": [{"name": name, "domains": ["*"], "routes": [answer]}]}
    return {"name": name, "filters": [_manager(routes, [])]}


@_CONFIGURATIONS
@given(seed=st.integers(0, 2**32))
def test_filter_chains_by_a_matcher(seed: int) -> None:
    random = Random(seed)
    (port,) = free_ports(1)
    inspectors = [_inspector("tls_inspector", "TlsInspector"), _inspector("http_inspector", "HttpInspector")]
    more: dict[str, Any] = {"listener_filters": inspectors, "filter_chain_matcher": _tree(random, port)}
    if random.random() < 0.5:
        more["default_filter_chain"] = _answering("default")
    listener = _listener(port, [_answering(f"chain-{number}") for number in range(3)], "::", **more)
    with tempfile.TemporaryDirectory() as folder, one_envoy(Path(folder), {"listeners": [listener]}) as admin:
        dump = _dump(admin)
        for _ in range(30):
            address = f"127.0.0.{random.randrange(1, 5)}"
            request = make_request("GET", f"http://a.test:{port}/", destination_ip=address, source_ip="127.0.0.1")
            (outcome,) = trace(dump, request, inbound=False).outcomes
            status, _, body = _exchange(port, Sent("GET", "a.test", "/", []), address)
            assert (outcome.status, outcome.detail if outcome.status else "") == (status, body), (more, address)


def _rbac_action(random: Random) -> dict[str, Any]:
    fields = {"name": f"ns[shop]-policy[p{random.randrange(4)}]-rule[0]", "action": random.choice(["ALLOW", "DENY"])}
    return {"action": _typed(f"{_URL}/envoy.config.rbac.v3.Action", **fields)}


def _predicate(random: Random, depth: int = 0) -> dict[str, Any]:
    kind = random.choice(["single", "single", "not", "and", "or"]) if depth < 2 else "single"
    if kind == "not":
        return {"not_matcher": _predicate(random, depth + 1)}
    if kind != "single":
        return {f"{kind}_matcher": {"predicate": [_predicate(random, depth + 1) for _ in range(2)]}}
    header = random.choice(["x-a", "x-b", ":method", ":authority"])
    read = _typed(f"{_URL}/envoy.type.matcher.v3.HttpRequestHeaderMatchInput", header_name=header)
    match = _string(random)
    if "safe_regex" in match:
        match["safe_regex"]["google_re2"] = {}  # this matcher's own schema asks for it
    return {"single_predicate": {"input": read, "value_match": match}}


def _rbac_tree(random: Random, depth: int = 0) -> dict[str, Any]:
    matchers = [
        {
            "predicate": _predicate(random),
            "on_match": {"matcher": _rbac_tree(random, depth + 1)}
            if depth < 2 and random.random() < 0.3
            else _rbac_action(random),
        }
        for _ in range(random.randrange(1, 4))
    ]
    made: dict[str, Any] = {"matcher_list": {"matchers": matchers}}
    if random.random() < 0.4:
        made["on_no_match"] = _rbac_action(random)
    return made


@_CONFIGURATIONS
@given(seed=st.integers(0, 2**32))
def test_policies_by_a_matcher(seed: int) -> None:
    random = Random(seed)
    (port,) = free_ports(1)
    url = f"{_URL}/envoy.extensions.filters.http.rbac.v3.RBAC"
    rbac = {"name": "envoy.filters.http.rbac", "typed_config": {"@type": url, "matcher": _rbac_tree(random)}}
    answer = {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": "here"}}}
    routes = {"name": "all", "virtual_hosts": [{"name": "all", "domains": ["*"], "routes": [answer]}]}
    listener = _listener(port, [{"filters": [_manager(routes, [rbac])]}])
    with tempfile.TemporaryDirectory() as folder, one_envoy(Path(folder), {"listeners": [listener]}) as admin:
        dump = _dump(admin)
        for _ in range(60):
            sent = _random_request(random)
            request = make_request(
                sent.method, f"http://127.0.0.1:{port}{sent.path}",
                [f"Host: {sent.host}", *(f"{name}: {value}" for name, value in sent.headers)], source_ip="127.0.0.1",
            )  # fmt: skip
            assert _foretold(trace(dump, request, inbound=False)) == _exchange(port, sent), (rbac, sent)
