"""Endpoints and hosts as rows and trees."""

from __future__ import annotations

import json
from typing import Any

import pytest

from istioctl.proxies import endpoints, hosts
from istioctl.proxies.endpoints import EndpointFilter
from istioctl.proxies.hosts import ClusterStatuses
from istioctl.proxies.protobuf_json import camel_case
from tests.support import envoy_dumps as made

WEB, API = "outbound|80||web.shop", "outbound|80||api.shop"
INTERNAL = {"envoy_internal_address": {"server_listener_name": "connect", "endpoint_id": "10.0.0.9:80"}}


def endpoint(address: dict[str, Any], status: str = "HEALTHY", *more: dict[str, Any]) -> dict[str, Any]:
    own = {"address": address, "additional_addresses": [{"address": each} for each in more]}
    return {"endpoint": own, "health_status": status}


ASSIGNMENTS = made.endpoints(
    {
        "cluster_name": WEB,
        "endpoints": [
            {
                "locality": {"region": "eu", "zone": "a", "sub_zone": "r1"},
                "lb_endpoints": [endpoint(made.at("10.0.0.1", 80), "HEALTHY", made.at("fd00::1", 80))],
            },
            {"locality": {"region": "us", "sub_zone": "ignored"}, "lb_endpoints": [endpoint(INTERNAL, "DRAINING")]},
        ],
    },
    {"cluster_name": API, "endpoints": [{"lb_endpoints": [{"endpoint": {"address": {"pipe": {"path": "/x"}}}}]}]},
    {"cluster_name": "empty", "endpoints": [{}]},
)


def test_rows_of_endpoints() -> None:
    assert endpoints.table(made.dump(ASSIGNMENTS), EndpointFilter()).rows == [
        ["/x", "UNKNOWN", "", API],
        ["10.0.0.1:80,fd00::1:80", "HEALTHY", "eu/a/r1", WEB],
        ["envoy://connect/10.0.0.9:80", "DRAINING", "us", WEB],
    ]
    assert endpoints.table(made.dump(), EndpointFilter()).rows == []


@pytest.mark.parametrize(
    ("wanted", "shown"),
    [
        (EndpointFilter(address="10.0.0.1:80"), ["10.0.0.1:80,fd00::1:80"]),
        (EndpointFilter(address="FD00::1:80"), ["10.0.0.1:80,fd00::1:80"]),
        (EndpointFilter(port=80), ["10.0.0.1:80,fd00::1:80"]),
        (EndpointFilter(status="draining"), ["envoy://connect/10.0.0.9:80"]),
        (EndpointFilter(cluster=API.upper()), ["/x"]),
        (EndpointFilter(cluster="outbound"), []),
    ],
)
def test_filters_of_endpoints(wanted: EndpointFilter, shown: list[str]) -> None:
    assert [row[0] for row in endpoints.table(made.dump(ASSIGNMENTS), wanted).rows] == shown


def test_trees_hold_only_the_endpoints_that_are_meant() -> None:
    (tree,) = endpoints.trees(made.dump(ASSIGNMENTS), EndpointFilter(status="draining"), lambda tree: tree)
    assert tree["clusterName"] == WEB
    assert [list(group) for group in tree["endpoints"]] == [["locality"], ["locality", "lbEndpoints"]]


STATUSES = {
    "cluster_statuses": [
        {
            "name": WEB,
            "host_statuses": [
                {"address": made.at("10.0.0.10", 80), "health_status": {"eds_health_status": "HEALTHY"}},
                {"address": made.at("10.0.0.1", 8080), "health_status": {"failed_outlier_check": True}},
                {"address": made.at("10.0.0.1", 80)},
            ],
        },
        {"name": "agent", "host_statuses": [{"address": {"pipe": {"path": "/run/x"}}, "weight": 1}]},
        {"name": "none"},
    ]
}


def statuses(value: Any = STATUSES) -> ClusterStatuses:
    return ClusterStatuses(json.dumps(value).encode(), "the page")


def test_rows_of_hosts() -> None:
    rows = [
        ["10.0.0.1:80", "UNKNOWN", "OK", WEB],
        ["10.0.0.1:8080", "UNKNOWN", "FAILED", WEB],
        ["10.0.0.10:80", "HEALTHY", "OK", WEB],
        ["unix:///run/x", "UNKNOWN", "OK", "agent"],
    ]
    assert hosts.table(statuses(), EndpointFilter()).rows == rows
    camel = camel_case(STATUSES, "envoy.admin.v3.Clusters")
    assert "clusterStatuses" in camel
    assert hosts.table(statuses(camel), EndpointFilter()).rows == rows


def test_a_cluster_is_shown_whole_where_one_host_is_meant() -> None:
    (tree,) = hosts.trees(statuses(), EndpointFilter(address="10.0.0.10"), lambda tree: tree)
    assert tree["name"] == WEB
    assert len(tree["hostStatuses"]) == 3
    assert hosts.trees(statuses({"configs": []}), EndpointFilter(), lambda tree: tree) == []
    assert not statuses({"configs": []}).is_complete
