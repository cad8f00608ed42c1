"""The mesh configuration over its defaults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from istioctl.api.mesh import (
    MESH_DEFAULTS,
    MESH_MESSAGE,
    PROXY_DEFAULTS,
    PROXY_MESSAGE,
    mesh_over_defaults,
    proxy_over,
    without_defaults,
)
from istioctl.api.schema import catalog
from istioctl.api.schema.decode import Mismatch, check, decode
from istioctl.api.schema.encode import duration_text, to_json
from istioctl.errors import InputError
from istioctl.injection import go_values
from istioctl.injection.mesh import mesh_config


def refuse(mismatch: Mismatch) -> None:
    raise AssertionError(mismatch)


def ignore(mismatch: Mismatch) -> None:
    del mismatch


@pytest.mark.parametrize(
    ("defaults", "name"), [(MESH_DEFAULTS, MESH_MESSAGE), (PROXY_DEFAULTS, PROXY_MESSAGE)], ids=["mesh", "proxy"]
)
def test_the_defaults_are_data_of_their_message(defaults: dict[str, Any], name: str) -> None:
    plain = {key: f"{value}ns" if "imeout" in key or "uration" in key or "Rate" in key else value
             for key, value in defaults.items() if key != "defaultConfig"}  # fmt: skip
    assert decode(plain, name, refuse) == {key: value for key, value in defaults.items() if key != "defaultConfig"}


def test_defaults_stand_under_what_is_given() -> None:
    found = mesh_over_defaults(
        {"trustDomain": "a.b", "enableTracing": False, "defaultConfig": {"concurrency": 0}}, refuse
    )
    assert found["trustDomain"] == "a.b"
    assert "enableTracing" not in found
    assert found["defaultConfig"] == {**PROXY_DEFAULTS, "concurrency": 0}
    assert mesh_over_defaults({}, refuse)["defaultConfig"] == PROXY_DEFAULTS


def test_providers_are_replaced_by_name_and_added() -> None:
    given = {"extensionProviders": [{"name": "envoy", "prometheus": {}}, {"name": "mine", "prometheus": {}}]}
    found = mesh_over_defaults(given, refuse)["extensionProviders"]
    assert [provider["name"] for provider in found] == ["prometheus", "stackdriver", "envoy", "mine"]
    assert found[2] == {"name": "envoy", "prometheus": {}}


def test_proxy_configurations_merge_metadata_and_replace_the_rest() -> None:
    base = proxy_over(PROXY_DEFAULTS, {"proxyMetadata": {"A": "1", "B": "2"}, "tracing": {"sampling": 5}}, refuse)
    given = {"proxyMetadata": {"B": "3"}, "tracing": {"zipkin": {"address": "a:1"}}, "statusPort": 0}
    got = proxy_over(base, given, refuse)
    assert got["proxyMetadata"] == {"A": "1", "B": "3"}
    assert got["tracing"] == {"zipkin": {"address": "a:1"}}
    assert "statusPort" not in got


def test_some_headers_are_inherited() -> None:
    base = proxy_over(PROXY_DEFAULTS, {"proxyHeaders": {"server": {"value": "x"}, "xForwardedHost": {}}}, refuse)
    got = proxy_over(base, {"proxyHeaders": {"requestId": {"disabled": True}}}, refuse)
    assert got["proxyHeaders"] == {"server": {"value": "x"}, "requestId": {"disabled": True}}


def test_only_one_of_a_group_is_set() -> None:
    got = proxy_over(PROXY_DEFAULTS, {"tracingServiceName": "APP_LABEL_AND_NAMESPACE"}, refuse)
    assert "serviceCluster" not in got
    assert got["tracingServiceName"] == "APP_LABEL_AND_NAMESPACE"
    both = {"tracingServiceName": "CANONICAL_NAME_ONLY", "serviceCluster": "a"}
    assert "serviceCluster" not in proxy_over(PROXY_DEFAULTS, both, ignore)


def test_names_of_the_proto_files_are_known() -> None:
    found = mesh_over_defaults({"mesh_mTLS": {"minProtocolVersion": "TLSV1_3"}, "trust_domain": "a.b"}, refuse)
    assert (found["meshMTLS"], found["trustDomain"]) == ({"minProtocolVersion": "TLSV1_3"}, "a.b")


def test_default_providers_are_known_by_one_name() -> None:
    assert mesh_over_defaults({"defaultProviders": {"tracing": ["a"]}}, refuse)["defaultProviders"] == {
        "tracing": ["a"]
    }
    assert mesh_over_defaults({"default_providers": {"tracing": ["a"]}}, refuse)["defaultProviders"] == {}


def test_what_the_proxy_is_handed() -> None:
    given = {"proxyMetadata": {"X": "<y>"}, "meshId": "m", "discoveryAddress": "a:1", "fileFlushInterval": "1500ms"}
    config = proxy_over(PROXY_DEFAULTS, given, refuse)
    assert to_json(without_defaults(config), PROXY_MESSAGE) == (
        '{"discoveryAddress":"a:1","proxyMetadata":{"X":"\\u003cy\\u003e"},"meshId":"m","fileFlushInterval":"1.500s"}'
    )


@pytest.mark.parametrize(("given", "text"), [(1e-5, "0.00001"), (1e-9, "1e-9"), (12.5, "12.5"), (100.0, "100")])
def test_floats_are_printed_as_by_go(given: float, text: str) -> None:
    tracing = "istio.mesh.v1alpha1.Tracing"
    assert to_json(decode({"sampling": given}, tracing, refuse), tracing) == f'{{"sampling":{text}}}'


def test_numbers_of_unknown_enum_values_stay() -> None:
    mesh = mesh_over_defaults({"accessLogEncoding": 77, "defaultConfig": {"interceptionMode": 9}}, refuse)
    assert '"accessLogEncoding":77' in to_json(mesh, MESH_MESSAGE)
    value = go_values.message_value(mesh, MESH_MESSAGE)
    assert go_values.message_data(value, MESH_MESSAGE) == mesh


def test_long_integers_and_bytes_are_printed_as_texts() -> None:
    stackdriver, body = "istio.mesh.v1alpha1.Tracing.Stackdriver", "istio.networking.v1alpha3.HTTPBody"
    read = decode({"maxNumberOfAttributes": 16, "debug": True}, stackdriver, refuse)
    assert to_json(read, stackdriver) == '{"debug":true,"maxNumberOfAttributes":"16"}'
    assert to_json({"bytes": b"a"}, body) == '{"bytes":"YQ=="}'


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [(0, "0s"), (90 * 10**9, "90s"), (15 * 10**8, "1.500s"), (-1, "-0.000000001s"), (1000, "0.000001s")],
)
def test_durations_are_printed_as_by_protobuf(nanoseconds: int, text: str) -> None:
    assert duration_text(nanoseconds) == text


@pytest.fixture
def newer_field(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A field of the mesh configuration that a later release brings: nothing but the table tells of it."""

    def forget() -> None:
        for cached in (catalog.message, catalog.fields_by_any_name):
            cached.cache_clear()
        go_values.message_type.cache_clear()

    package, text = catalog._lines("mesh")[MESH_MESSAGE]
    monkeypatch.setitem(catalog._lines("mesh"), MESH_MESSAGE, (package, f"{text} newerThing:{{duration}}"))
    forget()
    yield
    forget()


@pytest.mark.usefixtures("newer_field")
def test_a_new_field_is_in_the_table_and_nowhere_else() -> None:
    given = {"newer_thing": {"a": "90s"}}
    mesh = mesh_over_defaults(given, refuse)
    assert mesh["newerThing"] == {"a": 90 * 10**9}
    assert '"newerThing":{"a":"90s"}' in to_json(mesh, MESH_MESSAGE)
    assert go_values.message_value(mesh, MESH_MESSAGE)["NewerThing"]["a"]["Seconds"] == 90  # type: ignore[index]
    assert check({"spec": {"meshConfig": given}}, "istio.operator.IstioOperator") == []
    assert mesh_config("newerThing: {a: 1h}", "f")["newerThing"] == {"a": 3600 * 10**9}
    with pytest.raises(InputError, match=r"newerThing\.a must be a duration"):
        mesh_config("newerThing: {a: 5}", "f")
