"""Matcher trees: what is certain, what depends on what is not known, and what a waypoint's listener does."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Any

import pytest

from istioctl.errors import InputError
from istioctl.proxies.trace.dump import Dump
from istioctl.proxies.trace.matcher_tree import MatchInputs, possible_actions
from istioctl.proxies.trace.rbac import judge
from istioctl.proxies.trace.request import make_request
from istioctl.proxies.trace.trace import trace

_NETWORK = "type.googleapis.com/envoy.extensions.matching.common_inputs.network.v3."
_SSL = "type.googleapis.com/envoy.extensions.matching.common_inputs.ssl.v3."


def action(name: str) -> dict[str, Any]:
    return {"action": {"name": name, "typed_config": {"@type": "…StringValue", "value": name}}}


def reads(kind: str, package: str = _NETWORK) -> dict[str, Any]:
    return {"name": "input", "typed_config": {"@type": package + kind}}


def exact(kind: str, branches: dict[str, Any], otherwise: str = "") -> dict[str, Any]:
    tree: dict[str, Any] = {"matcher_tree": {"input": reads(kind), "exact_match_map": {"map": branches}}}
    return tree | ({"on_no_match": action(otherwise)} if otherwise else {})


def names(matcher: dict[str, Any], seen: MatchInputs) -> list[str | None]:
    return [found and str(found["name"]) for found in possible_actions(matcher, seen)]


def seen(address: str = "10.0.0.1", port: int = 80, **more: Any) -> MatchInputs:
    return MatchInputs(ip_address(address) if address else None, port, **more)


def ranges(*entries: tuple[str, int, dict[str, Any]]) -> dict[str, Any]:
    matchers = [
        {"ranges": [{"address_prefix": prefix, "prefix_len": length}], "on_match": on_match}
        for prefix, length, on_match in entries
    ]
    custom = {"name": "ip", "typed_config": {"@type": "…xds.type.matcher.v3.IPMatcher", "range_matchers": matchers}}
    return {"matcher_tree": {"input": reads("DestinationIPInput"), "custom_match": custom}}


def test_a_nested_matcher_that_decides_nothing_lets_the_wider_one_try() -> None:
    nested = {"matcher": exact("DestinationPortInput", {"443": action("inner")})}
    matcher = ranges(("10.0.0.0", 8, action("wide")), ("10.0.0.1", 32, nested))
    assert names(matcher, seen(port=443)) == ["inner"]
    assert names(matcher, seen(port=80)) == ["wide"]
    assert names(matcher, seen("11.0.0.1")) == [None]


def test_what_is_not_known_leaves_all_ways_open() -> None:
    matcher = ranges(("10.0.0.0", 8, action("wide")), ("10.0.0.1", 32, action("one")))
    where = seen("")
    assert names(matcher, where) == ["wide", "one", None]
    assert where.questions == ["the destination's address"]
    same = exact("SourceIPInput", {"1.1.1.1": action("same")}, "same")
    assert names(same, seen()) == ["same"]


@pytest.mark.parametrize(
    ("name", "found"), [("a.test", "exact"), ("x.a.test", "sub"), ("y.x.a.test", "sub"), ("b", "any"), ("", None)]
)
def test_domains(name: str, found: str | None) -> None:
    domains = {"a.test": "exact", "*.a.test": "sub", "*": "any"}
    entries = [{"domains": [domain], "on_match": action(title)} for domain, title in domains.items()]
    custom = {"typed_config": {"@type": "…xds.type.matcher.v3.DomainMatcher", "domain_matchers": entries}}
    matcher = {"matcher_tree": {"input": reads("ServerNameInput"), "custom_match": custom}}
    assert names(matcher, seen(server_name=name)) == [found]


def test_prefixes_and_what_is_only_noted() -> None:
    branches = {
        "DestinationPort": action("short"),
        "8": action("eight"),
        "80": {**action("noted"), "keep_matching": True},
    }
    matcher = {"matcher_tree": {"input": reads("DestinationPortInput"), "prefix_match_map": {"map": branches}}}
    assert names(matcher, seen(port=8080)) == ["eight"]


def waypoint() -> Dump:
    """A listener as istiod makes it for a waypoint, with one service and pods of any address."""
    answer = {"match": {"prefix": "/"}, "direct_response": {"status": 200, "body": {"inline_string": ""}}}
    manager = {"@type": "…http_connection_manager.v3.HttpConnectionManager"}

    def chain(name: str) -> dict[str, Any]:
        route = {**answer, "name": name}
        routes = {"name": name, "virtual_hosts": [{"name": name, "domains": ["*"], "routes": [route]}]}
        return {"name": name, "filters": [{"typed_config": {**manager, "route_config": routes}}]}

    by_protocol = exact("ApplicationProtocolInput", {"'http/1.1'": action("direct-http")}, "direct-tcp")
    by_port = exact("DestinationPortInput", {"8000": action("inbound-vip|8000||web"), "8100": action("absent")})
    inspector = "envoy.filters.listener.http_inspector"
    listener = {
        "name": "main_internal", "traffic_direction": "INBOUND",
        "address": {"socket_address": {"address": "::", "port_value": 8000}},
        "additional_addresses": [
            {"address": {"socket_address": {"address": "::", "port_value": port}}} for port in (8100, 9000)
        ],
        "listener_filters": [{"name": inspector}],
        "filter_chains": [chain("inbound-vip|8000||web"), chain("direct-http"), chain("direct-tcp")],
        "filter_chain_matcher": {
            **ranges(("10.1.1.1", 32, {"matcher": by_port}), ("10.2.0.0", 16, {"matcher": by_protocol})),
        },
    }  # fmt: skip
    return Dump(listeners=[listener])


@pytest.mark.parametrize(
    ("url", "address", "chain"),
    [
        ("http://web:8000/", "10.1.1.1", "inbound-vip|8000||web"),
        ("http://web:9000/", "10.2.3.4", "direct-http"),
        ("tcp://web:9000", "10.2.3.4", "direct-tcp"),
        ("http://web:8100/", "10.1.1.1", None),
        ("http://web:8000/", "10.9.9.9", None),
    ],
)
def test_chains_of_a_waypoint(url: str, address: str, chain: str | None) -> None:
    found = trace(waypoint(), make_request("GET", url, destination_ip=address), inbound=True)
    assert [step.name for step in found.steps if step.kind == "filter chain"] == ([chain] if chain else [])
    if chain is None:
        assert [outcome.kind for outcome in found.outcomes] == ["closed"]


def test_a_chain_that_depends_on_what_is_not_known() -> None:
    dump = waypoint()
    dump.listeners[0]["filter_chain_matcher"] = exact("SourcePortInput", {"1": action("direct-tcp")}, "direct-http")
    found = trace(dump, make_request("GET", "http://web:8000/", destination_ip="10.1.1.1"), inbound=True)
    (outcome,) = found.outcomes
    assert (outcome.kind, outcome.detail) == (
        "unknown", "which filter chain takes it depends on the client's port",
    )  # fmt: skip


def test_a_matcher_of_an_unknown_type_is_an_error() -> None:
    dump = waypoint()
    custom = {"typed_config": {"@type": "type.googleapis.com/other.Matcher"}}
    dump.listeners[0]["filter_chain_matcher"]["matcher_tree"]["custom_match"] = custom
    with pytest.raises(InputError, match="can't be worked out"):
        trace(dump, make_request("GET", "http://web:8000/", destination_ip="10.1.1.1"), inbound=True)


def rule(verb: str, name: str = "ns[shop]-policy[one]-rule[0]") -> dict[str, Any]:
    fields = {"name": name} | ({} if verb == "ALLOW" else {"action": verb})
    return {"action": {"name": "rule", "typed_config": {"@type": "…rbac.v3.Action", **fields}}}


@pytest.mark.parametrize(
    ("source", "allowed", "questions"),
    [
        ("spiffe://cluster.local/ns/shop/sa/good", True, ()),
        ("spiffe://cluster.local/ns/shop/sa/bad", False, ()),
        ("", None, ("the client's identity",)),
    ],
)
def test_policies_by_identity(source: str, allowed: bool | None, questions: tuple[str, ...]) -> None:
    single = {"input": reads("UriSanInput", _SSL), "value_match": {"suffix": "/sa/good"}}
    matchers = [{"predicate": {"single_predicate": single}, "on_match": rule("ALLOW")}]
    config = {"matcher": {"matcher_list": {"matchers": matchers}}, "shadow_matcher": {"on_no_match": rule("DENY")}}
    request = make_request("GET", "http://web/", mutual_tls=True, source=source)
    real, tried = judge(config, request, address=None, port=80, server_name="")
    assert (real.allowed, real.open_questions, real.dry_run) == (allowed, questions, False)
    assert (tried.action, tried.allowed, tried.dry_run) == ("DENY", False, True)
    assert tried.origins[0].name == "one"
