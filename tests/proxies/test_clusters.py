"""Clusters as rows and trees."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.errors import InputError
from istioctl.proxies import clusters
from istioctl.proxies.clusters import ClusterFilter
from istioctl.proxies.config_dump import ConfigDump
from istioctl.proxies.names import SubsetKey, managed_by, subset_key
from istioctl.proxies.protobuf_json import camel_case
from tests.support import envoy_dumps as made

RULE = {"filter_metadata": {"istio": {"config": "/apis/networking.istio.io/v1/namespaces/shop/destination-rule/web"}}}
WEB = {"name": "outbound|80|v1|web.shop.svc.cluster.local", "type": "EDS", "metadata": RULE}
API = {"name": "outbound|9000||api.shop.svc.cluster.local", "type": "EDS"}
API_80 = {"name": "outbound|80||api.shop.svc.cluster.local", "type": "STRICT_DNS"}
INBOUND = {"name": "inbound|8000||"}
AGENT = {"name": "agent", "type": "STATIC"}


def given() -> ConfigDump:
    return made.dump(made.clusters(WEB, API, API_80, INBOUND, static=[AGENT]))


def test_rows_stand_by_host_subset_and_port() -> None:
    assert clusters.table(given(), ClusterFilter()).rows == [
        ["", "8000", "-", "inbound", "STATIC", ""],
        ["agent", "-", "-", "-", "STATIC", ""],
        ["api.shop.svc.cluster.local", "80", "-", "outbound", "STRICT_DNS", ""],
        ["api.shop.svc.cluster.local", "9000", "-", "outbound", "EDS", ""],
        ["web.shop.svc.cluster.local", "80", "v1", "outbound", "EDS", "web.shop"],
    ]


def test_names_stand_first_where_kinds_are_marked() -> None:
    table = clusters.table(given(), ClusterFilter(fqdn="a"), typed=True)
    assert table.header[0] == "NAME"
    assert [row[:2] for row in table.rows][:2] == [
        ["cluster/agent", "cluster/agent"],
        ["cluster/outbound|80||api.shop.svc.cluster.local", "api.shop.svc.cluster.local"],
    ]


@pytest.mark.parametrize(
    ("wanted", "count"),
    [
        (ClusterFilter(fqdn="api"), 2),
        (ClusterFilter(port=80), 2),
        (ClusterFilter(port=8), 0),
        (ClusterFilter(subset="v1"), 1),
        (ClusterFilter(direction="inbound"), 1),
        (ClusterFilter(fqdn="api", port=9000, direction="outbound"), 1),
    ],
)
def test_filters(wanted: ClusterFilter, count: int) -> None:
    assert len(clusters.table(given(), wanted).rows) == count
    assert len(clusters.trees(given(), wanted, lambda tree: tree)) == count


def test_trees_are_canonical_and_in_order() -> None:
    trees: list[Any] = clusters.trees(given(), ClusterFilter(fqdn="shop"), lambda tree: tree)
    assert [tree["name"] for tree in trees] == [API_80["name"], API["name"], WEB["name"]]
    assert trees[2]["metadata"] == {"filterMetadata": RULE["filter_metadata"]}


def test_a_dump_in_camel_case_gives_the_same_rows() -> None:
    whole = made.clusters(WEB, API, static=[AGENT])
    camel = {"@type": whole["@type"], **camel_case(whole, "envoy.admin.v3.ClustersConfigDump")}
    assert "dynamicActiveClusters" in camel
    assert clusters.table(made.dump(camel), ClusterFilter()) == clusters.table(made.dump(whole), ClusterFilter())


def test_the_table_needs_a_cluster_and_json_does_not() -> None:
    with pytest.raises(InputError, match="no clusters found"):
        clusters.table(made.dump(made.clusters()), ClusterFilter())
    assert clusters.trees(made.dump(made.clusters()), ClusterFilter(), lambda tree: tree) == []
    with pytest.raises(InputError, match="no configuration of the type"):
        clusters.trees(made.dump(made.listeners()), ClusterFilter(), lambda tree: tree)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("agent", None),
        ("a|b|c", None),
        ("outbound|80|v1|web.shop", SubsetKey("outbound", 80, "v1", "web.shop")),
        ("outbound|x||web.shop", SubsetKey("outbound", 0, "", "web.shop")),
        ("a|1|b|c|d", SubsetKey("a", 1, "b", "")),
    ],
)
def test_a_name_in_its_parts(name: str, parts: SubsetKey | None) -> None:
    assert subset_key(name) == parts


@pytest.mark.parametrize(
    ("config", "shown"),
    [
        ("/apis/networking.istio.io/v1alpha3/namespaces/a/virtual-service/b", "b.a"),
        ("/apis/networking.istio.io/v1", ""),
        ("/apis/gateway.networking.k8s.io/v1/namespaces/a/HTTPRoute/b", "<unknown>"),
        (7, "<unknown>"),
    ],
)
def test_the_object_that_a_resource_comes_from(config: object, shown: str) -> None:
    assert managed_by({"filter_metadata": {"istio": {"config": config}}}) == shown
    assert managed_by({"filter_metadata": {"istio": {}}}) == ""
    assert managed_by(None) == ""
