"""Envoy's messages, as the table has them."""

from __future__ import annotations

from istioctl.api.schema.envoy import enum_names, fields_of, is_message

CLUSTER = "envoy.config.cluster.v3.Cluster"


def test_types_are_resolved_in_their_package() -> None:
    assert fields_of(CLUSTER)["load_assignment"] == "envoy.config.endpoint.v3.ClusterLoadAssignment"
    assert fields_of(CLUSTER)["lb_policy"] == "#envoy.config.cluster.v3.Cluster.LbPolicy"
    assert fields_of(CLUSTER)["filters"] == "[envoy.config.cluster.v3.Filter]"


def test_enums_are_in_the_order_of_their_numbers() -> None:
    names = enum_names(f"#{CLUSTER}.DiscoveryType")
    assert names == ["STATIC", "STRICT_DNS", "LOGICAL_DNS", "EDS", "ORIGINAL_DST"]


def test_only_messages_are_messages() -> None:
    assert is_message(CLUSTER)
    assert not is_message("envoy.config.cluster.v3.Clusters")
    assert not is_message("google.protobuf.Any")
