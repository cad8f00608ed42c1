"""Data read as messages of protobuf and as structs of Go's."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from istioctl.api.schema.catalog import enum_values, message
from istioctl.api.schema.decode import Mismatch, check, decode
from istioctl.api.schema.encode import to_json
from istioctl.api.schema.notation import Field
from istioctl.api.schema.scalars import RANGES, Unfit, read_scalar, read_whole

CLUSTER = "envoy.config.cluster.v3.Cluster"
LUA = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"


def decoded(name: str, data: object, **options: bool) -> tuple[dict[str, Any], list[Mismatch]]:
    found: list[Mismatch] = []
    return decode(data, name, found.append, **options), found


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("networking.v1alpha3.OutlierDetection", {"consecutive_5xx_errors": 3}, {"consecutive5xxErrors": 3}),
        ("networking.v1alpha3.OutlierDetection", {"max_ejection_percent": 3}, {"maxEjectionPercent": 3}),
        ("networking.v1alpha3.OutlierDetection", {"interval": "1m0.5s"}, {"interval": 60_500_000_000}),
        ("type.v1beta1.WorkloadSelector", {"match_labels": {"a": "b"}, "matchLabels": {}}, {"matchLabels": {}}),
        ("networking.v1alpha3.PortSelector", {"number": " 80 "}, {"number": 80}),
        ("networking.v1alpha3.PortSelector", {"number": "null"}, {"number": 0}),
        ("networking.v1alpha3.PortSelector", {"number": 80.0}, {"number": 80}),
        ("networking.v1alpha3.PortSelector", {"number": None}, {}),
        ("networking.v1alpha3.Percent", {"value": "1.5 "}, {"value": 1.5}),
        ("networking.v1alpha3.ClientTLSSettings", {"mode": 2}, {"mode": "MUTUAL"}),
        ("networking.v1alpha3.ClientTLSSettings", {"mode": 77}, {"mode": "77"}),
        ("networking.v1alpha3.HTTPBody", {"bytes": "YQ=="}, {"bytes": b"a"}),
        ("networking.v1alpha3.HTTPRoute", {"match": [None]}, {"match": [{}]}),
        ("security.v1beta1.PeerAuthentication", {"portLevelMtls": {"80": {}}}, {"portLevelMtls": {80: {}}}),
    ],
)
def test_what_istiod_takes(name: str, data: object, expected: dict[str, Any]) -> None:
    assert decoded(f"istio.{name}", data) == (expected, [])


@pytest.mark.parametrize(
    ("name", "data", "path", "message"),
    [
        ("networking.v1alpha3.OutlierDetection", {"consecutive5xx_errors": 3}, ("consecutive5xx_errors",), "unknown"),
        ("networking.v1alpha3.OutlierDetection", {"interval": "10000000h"}, ("interval",), "must be a duration"),
        ("networking.v1alpha3.PortSelector", {"number": "8 0"}, ("number",), "must be a whole number from 0"),
        ("networking.v1alpha3.PortSelector", {"number": "８０"}, ("number",), "must be a whole number from 0"),
        ("networking.v1alpha3.PortSelector", {"number": 1 << 32}, ("number",), "to 4294967295, not 4294967296"),
        ("networking.v1alpha3.PortSelector", {"number": True}, ("number",), "not true"),
        ("networking.v1alpha3.HTTPRoute", {"match": {}}, ("match",), "must be a list, not a mapping"),
        ("networking.v1alpha3.HTTPRoute", {"match": [1]}, ("match", 0), "must be a mapping, not 1"),
        ("networking.v1alpha3.HTTPRoute", {"name": 5}, ("name",), "must be text, not 5"),
        ("networking.v1alpha3.ClientTLSSettings", {"mode": "TLS"}, ("mode",), "must be one of DISABLE, SIMPLE"),
        ("networking.v1alpha3.HTTPBody", {"bytes": "é"}, ("bytes",), "base64"),
        ("telemetry.v1alpha1.Telemetry", {"target_refs": []}, ("target_refs",), "unknown field"),
        ("security.v1beta1.PeerAuthentication", {"portLevelMtls": {"http": {}}}, ("portLevelMtls", "http"), "whole"),
        ("mesh.v1alpha1.MeshConfig", [], (), "must be a mapping, not a list"),
    ],
)
def test_what_istiod_refuses(name: str, data: object, path: tuple[str, ...], message: str) -> None:
    (mismatch,) = decoded(f"istio.{name}", data)[1]
    assert mismatch.path == path
    assert message in mismatch.message


def test_of_a_group_the_field_declared_last_counts() -> None:
    data, (mismatch,) = decoded("istio.networking.v1alpha3.StringMatch", {"regex": "a", "exact": "b"})
    assert data == {"regex": "a"}
    assert (mismatch.kind, mismatch.path) == ("only-one", ("exact",))
    assert mismatch.message == "is ignored: only one of exact, prefix, regex can be set, and regex is, too"


def test_zeros_are_dropped_below_the_top_only() -> None:
    given = {"proxyListenPort": 0, "enableAutoMtls": False, "ca": {"istiodSide": False, "address": "a:1"}}
    data, _ = decoded("istio.mesh.v1alpha1.MeshConfig", given, drop_zeros=True)
    assert data == {"proxyListenPort": 0, "enableAutoMtls": False, "ca": {"address": "a:1"}}


def test_a_report_that_raises_ends_the_walk() -> None:
    def refuse(mismatch: Mismatch) -> None:
        raise ValueError(mismatch.message)

    with pytest.raises(ValueError, match="unknown field"):
        decode({"a": 1, "name": 2}, "istio.networking.v1alpha3.Delegate", refuse)


@pytest.mark.parametrize(
    "value",
    [
        {"name": "x", "connect_timeout": "0.5s", "lbPolicy": "ROUND_ROBIN", "type": 3},
        {"respect_dns_ttl": True, "per_connection_buffer_limit_bytes": "32768", "alt_stat_name": None},
        {"typed_extension_protocol_options": {"a": {"@type": LUA, "inline_code": "x"}}},
        {"typed_extension_protocol_options": {"a": {"@type": "x/google.protobuf.Duration", "value": "1s"}}},
    ],
)
def test_values_that_fit(value: dict[str, Any]) -> None:
    assert check(value, CLUSTER) == []


@pytest.mark.parametrize(
    ("value", "path", "problem"),
    [
        ({"filters": {}}, ("filters",), "must be a list"),
        ({"metadata": {"filter_metadata": []}}, ("metadata", "filter_metadata"), "must be a mapping"),
        ({"lb_policy": []}, ("lb_policy",), "must be one of"),
        ({"per_connection_buffer_limit_bytes": 1.5}, ("per_connection_buffer_limit_bytes",), "whole number"),
        ({"typed_extension_protocol_options": {"a": {}}}, ("typed_extension_protocol_options", "a"), "@type"),
        (
            {"typed_extension_protocol_options": {"a": {"@type": "x/envoy.v2.Nope"}}},
            ("typed_extension_protocol_options", "a", "@type"),
            "is not a message",
        ),
        (
            {"typed_extension_protocol_options": {"a": {"@type": "x/google.protobuf.Duration"}}},
            ("typed_extension_protocol_options", "a"),
            '"value"',
        ),
    ],
)
def test_values_that_do_not_fit(value: dict[str, Any], path: tuple[str, ...], problem: str) -> None:
    (mismatch,) = check(value, CLUSTER)
    assert mismatch.path == path
    assert problem in mismatch.message


@pytest.mark.parametrize("name", sorted(RANGES))
def test_whole_numbers_end_where_their_type_does(name: str) -> None:
    low, high = RANGES[name]
    assert (read_whole(low, name), read_whole(str(high), name)) == (low, high)
    for outside in (low - 1, high + 1, str(high + 1), "9" * 500):
        with pytest.raises(Unfit):
            read_whole(outside, name)


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("quantity", ["100m", "1Gi", 2, "1e3", ".5"], ["1 Gi", True, [], "Gi", "１", ""]),
        ("int-or-string", ["25%", 3, 3.0], [True, 1.5, 1 << 31]),
        (
            "time",
            ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+02:00"],
            ["2026-01-31", "2026-01-31t12:00:00z", "٢٠٢٦-01-31T12:00:00Z", 1],
        ),
        ("struct", [{}], [[], "x"]),
        ("list", [[1]], [{}]),
    ],
)
def test_scalars_of_kubernetes(name: str, good: list[object], bad: list[object]) -> None:
    for value in good:
        read_scalar(value, name)
    for value in bad:
        with pytest.raises(Unfit):
            read_scalar(value, name)


def test_go_takes_no_numbers_in_quotes() -> None:
    assert read_scalar("5", "int32") == 5
    with pytest.raises(Unfit):
        read_scalar("5", "int32", quoted=False)


def data_of(name: str, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Data that fit a message, each field in one of the spellings that protobuf takes."""
    fields = [field for field in message(name).fields.values() if depth < 3 or field.sort != "message"]
    return st.fixed_dictionaries({}, optional={field.name: values_of(field, depth) for field in fields})


def values_of(field: Field, depth: int) -> st.SearchStrategy[Any]:
    if field.sort == "message":
        one: st.SearchStrategy[Any] = st.deferred(lambda: data_of(field.of, depth + 1))
    elif field.sort == "enum":
        one = st.sampled_from([*enum_values(field.of), *enum_values(field.of).values()])
    elif field.of in RANGES:
        whole = st.integers(*RANGES[field.of])
        one = whole | whole.map(str)
    else:
        one = _SCALAR_DATA[field.of]
    if field.many == "list":
        return st.lists(one, max_size=2)
    return st.dictionaries(st.sampled_from(["a", "b"]), one, max_size=2) if field.many else one


_SCALAR_DATA: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=5),
    "bool": st.booleans(),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "duration": st.integers(-(10**15), 10**15).map(lambda nanoseconds: f"{nanoseconds}ns"),
    "struct": st.just({"a": 1}),
    "bytes": st.binary(max_size=4).map(lambda raw: base64.b64encode(raw).decode()),
}


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=60)
@given(data=data_of("istio.mesh.v1alpha1.ProxyConfig"))
def test_what_is_written_reads_as_the_same(data: dict[str, Any]) -> None:
    name = "istio.mesh.v1alpha1.ProxyConfig"
    first, found = decoded(name, data)
    assert [mismatch for mismatch in found if mismatch.kind != "only-one"] == []
    assert decoded(name, json.loads(to_json(first, name))) == (first, [])
