"""Listeners as rows and trees."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.proxies import listeners, waypoint_listeners
from istioctl.proxies.filter_chains import destination, match_text
from istioctl.proxies.listeners import ListenerFilter
from tests.support import envoy_dumps as made

BLACK_HOLE = made.tcp_filter("BlackHoleCluster")
WEB: dict[str, Any] = {
    "name": "10.9.9.9_80",
    "address": made.at("10.9.9.9", 80),
    "filter_chains": [
        {
            "filter_chain_match": {"application_protocols": ["http/1.0", "http/1.1", "h2c"]},
            "filters": [made.http_filter(rds={"route_config_name": "80"})],
        }
    ],
    "default_filter_chain": {"filters": [made.tcp_filter("PassthroughCluster")]},
}
DATABASE: dict[str, Any] = {
    "name": "10.0.0.1_3306",
    "address": made.at("10.0.0.1", 3306),
    "additional_addresses": [{"address": made.at("fd00::1", 3306)}],
    "filter_chains": [{"filters": [made.tcp_filter("outbound|3306||db.shop")]}],
}
INNER = {"name": "inner", "internal_listener": {}, "filter_chains": [{"name": "envoy://inner", "filters": []}]}
PIPE = {"name": "pipe", "address": {"pipe": {"path": "/run/x"}}, "filter_chains": [{"filters": [BLACK_HOLE]}]}


def test_a_row_for_each_filter_chain() -> None:
    table = listeners.table(made.dump(made.listeners(DATABASE, WEB, static=[INNER, PIPE])), ListenerFilter())
    assert table.rows == [
        ["", "0", "ALL", "Non-HTTP/Non-TCP"],
        ["/run/x", "0", "ALL", "Non-HTTP/Non-TCP"],
        ["10.9.9.9", "80", "App: HTTP", "Route: 80"],
        ["10.9.9.9", "80", "ALL", "PassthroughCluster"],
        ["10.0.0.1,fd00::1", "3306", "ALL", "Cluster: outbound|3306||db.shop"],
    ]


def test_a_row_for_each_listener() -> None:
    given = made.dump(made.listeners(DATABASE, WEB, static=[PIPE]))
    table = listeners.table(given, ListenerFilter(), verbose=False, typed=True)
    assert table.header == ["NAME", "ADDRESSES", "PORT", "TYPE"]
    assert table.rows == [
        ["listener/pipe", "/run/x", "0", "UNKNOWN"],
        ["listener/10.9.9.9_80", "10.9.9.9", "80", "HTTP+TCP"],
        ["listener/10.0.0.1_3306", "10.0.0.1,fd00::1", "3306", "TCP"],
    ]


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (ListenerFilter(address="FD00::1"), ["10.0.0.1_3306"]),
        (ListenerFilter(port=80), ["10.9.9.9_80"]),
        (ListenerFilter(type="http+tcp"), ["10.9.9.9_80"]),
        (ListenerFilter(type="unknown"), ["pipe"]),
        (ListenerFilter(address="10.9.9.9", port=81), []),
    ],
)
def test_filters(wanted: ListenerFilter, names: list[str]) -> None:
    given = made.dump(made.listeners(DATABASE, WEB, static=[PIPE]))
    assert listeners.trees(given, wanted, lambda tree: tree["name"]) == names


@pytest.mark.parametrize(
    ("match", "text"),
    [
        (None, "ALL"),
        ({"server_names": ["a.b", "c.d"], "transport_protocol": "tls"}, "SNI: a.b,c.d; Trans: tls"),
        ({"application_protocols": ["istio-peer-exchange", "istio"]}, "App: TCP TLS"),
        ({"application_protocols": ["h2"]}, "App: h2"),
        ({"destination_port": 80}, "Addr: *:80"),
        (
            {"prefix_ranges": [{"address_prefix": "10.0.0.1", "prefix_len": 32}], "destination_port": 80},
            "Addr: 10.0.0.1/32:80",
        ),
        ({"prefix_ranges": [{"address_prefix": "::"}]}, "Addr: ::/0"),
    ],
)
def test_what_a_chain_matches(match: dict[str, Any] | None, text: str) -> None:
    assert match_text(match) == text


ONLY = {"match": {"prefix": "/"}, "route": {"cluster": "inbound|80||"}}


@pytest.mark.parametrize(
    ("filters", "text"),
    [
        ([made.http_filter()], "HTTP"),
        (
            [made.http_filter(route_config={"virtual_hosts": [{"domains": ["*"], "routes": [ONLY]}]})],
            "Cluster: inbound|80||",
        ),
        (
            [made.http_filter(route_config={"virtual_hosts": [{"domains": ["a", "b"], "routes": [ONLY]}]})],
            "Inline Route: a/b /*",
        ),
        ([made.http_filter(route_config={})], "Inline Route: "),
        ([BLACK_HOLE, made.tcp_filter("x")], "Cluster: x"),
        ([{"name": "envoy.filters.network.http_connection_manager"}], "HTTP"),
        ([{"name": "other"}], "Non-HTTP/Non-TCP"),
    ],
)
def test_where_a_chain_leads(filters: list[dict[str, Any]], text: str) -> None:
    assert destination({"filters": filters}) == text


def test_the_ways_into_a_waypoint() -> None:
    def to(name: str) -> dict[str, Any]:
        return {"action": {"name": name}}

    ports = {"input": {"name": "port"}, "exact_match_map": {"map": {"80": to("http"), "443": to("tls")}}}
    ranges = [
        {"ranges": [{"address_prefix": "10.0.0.1", "prefix_len": 32}], "on_match": {"matcher": {"matcher_tree": ports}}}
    ]
    matcher = {
        "@type": "type.googleapis.com/xds.type.matcher.v3.IPMatcher",
        "range_matchers": [
            *ranges,
            {"ranges": [{"address_prefix": "10.9.0.0", "prefix_len": 16}], "on_match": to("tls")},
        ],
    }
    tree = {"input": {"name": "ip"}, "custom_match": {"typed_config": matcher}}
    listener = {
        "name": "main",
        "internal_listener": {},
        "filter_chain_matcher": {"matcher_tree": tree, "on_no_match": to("rest")},
        "filter_chains": [
            {"name": name, "filters": [made.tcp_filter(name)]} for name in ("http", "tls", "rest", "lost")
        ],
    }
    assert waypoint_listeners.table(made.dump(made.listeners(listener, INNER))).rows == [
        ["internal", "envoy://inner", "ALL", "Non-HTTP/Non-TCP"],
        ["envoy://main", "http", "ip=10.0.0.1 -> port=80", "Cluster: http"],
        ["envoy://main", "tls", "ip=10.0.0.1 -> port=443", "Cluster: tls"],
        ["envoy://main", "tls", "ip=10.9.0.0/16", "Cluster: tls"],
        ["envoy://main", "rest", "UNMATCHED", "Cluster: rest"],
        ["envoy://main", "lost", "NONE", "Cluster: lost"],
    ]
