"""Envoy's API as far as patches need it."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.analysis.schema.envoy import EnvoyMismatchError, check_value, without_typed_config

CLUSTER = "envoy.config.cluster.v3.Cluster"
FILTER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter"
LUA = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"


@pytest.mark.parametrize(
    "value",
    [
        {"name": "x", "connect_timeout": "0.5s", "lbPolicy": "ROUND_ROBIN", "type": 3},
        {"respect_dns_ttl": True, "per_connection_buffer_limit_bytes": "32768", "alt_stat_name": None},
        {"typed_extension_protocol_options": {"a": {"@type": LUA, "inline_code": "x"}}},
    ],
)
def test_values_that_fit(value: dict[str, Any]) -> None:
    check_value(value, CLUSTER, strict=True)


@pytest.mark.parametrize(
    ("value", "steps", "problem"),
    [
        ({"name": 5}, ("name",), "must be text"),
        ({"connect_timeout": "soon"}, ("connect_timeout",), "duration"),
        ({"lb_policy": "FASTEST"}, ("lb_policy",), "is not one of"),
        ({"lb_policy": []}, ("lb_policy",), "must be one of"),
        ({"filters": {}}, ("filters",), "must be a list"),
        ({"metadata": {"filter_metadata": []}}, ("metadata", "filter_metadata"), "must be a mapping"),
        ({"respect_dns_ttl": "yes"}, ("respect_dns_ttl",), "true or false"),
        ({"per_connection_buffer_limit_bytes": -1}, ("per_connection_buffer_limit_bytes",), "is not in 0"),
        ({"per_connection_buffer_limit_bytes": 1.5}, ("per_connection_buffer_limit_bytes",), "whole number"),
        ({"typed_extension_protocol_options": {"a": {}}}, ("typed_extension_protocol_options", "a"), "@type"),
        (
            {"typed_extension_protocol_options": {"a": {"@type": "x/envoy.v2.Nope"}}},
            ("typed_extension_protocol_options", "a", "@type"),
            "is no message",
        ),
    ],
)
def test_values_that_do_not_fit(value: dict[str, Any], steps: tuple[str, ...], problem: str) -> None:
    with pytest.raises(EnvoyMismatchError, match=problem) as caught:
        check_value(value, CLUSTER, strict=False)
    assert caught.value.steps == steps


def test_unknown_fields_are_wrong_only_where_asked_for() -> None:
    check_value({"nane": "x"}, CLUSTER, strict=False)
    with pytest.raises(EnvoyMismatchError, match="nane") as caught:
        check_value({"nane": "x"}, CLUSTER, strict=True)
    assert caught.value.hint == "Did you mean name?"


def test_extensions_chosen_by_name_only() -> None:
    assert without_typed_config({"name": "envoy.lua"}, FILTER) == ["envoy.lua"]
    assert without_typed_config({"name": "envoy.lua", "typedConfig": {"@type": LUA}}, FILTER) == []
    assert without_typed_config({"name": "envoy.lua", "config_discovery": {}}, FILTER) == []
