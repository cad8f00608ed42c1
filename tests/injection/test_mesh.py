from __future__ import annotations

import pytest

from istioctl.errors import InputError
from istioctl.injection import mesh


def test_defaults_stand_under_what_is_given():
    found = mesh.mesh_config("trustDomain: a.b\nenableTracing: false\ndefaultConfig: {concurrency: 0}\n", "f")
    assert found["trustDomain"] == "a.b"
    assert "enableTracing" not in found
    assert found["defaultConfig"] == {**mesh.PROXY_DEFAULTS, "concurrency": 0}
    assert mesh.mesh_config("", "f")["defaultConfig"] == mesh.PROXY_DEFAULTS


def test_proxy_configurations_merge_metadata_and_replace_the_rest():
    base = mesh.over_text(mesh.PROXY_DEFAULTS, "proxyMetadata: {A: '1', B: '2'}\ntracing: {sampling: 5}\n", "f")
    got = mesh.over_text(base, "proxyMetadata: {B: '3'}\ntracing: {zipkin: {address: 'a:1'}}\nstatusPort: 0\n", "f")
    assert got["proxyMetadata"] == {"A": "1", "B": "3"}
    assert got["tracing"] == {"zipkin": {"address": "a:1"}}
    assert "statusPort" not in got


def test_only_one_of_a_group_is_set():
    got = mesh.over_text(mesh.PROXY_DEFAULTS, "tracingServiceName: APP_LABEL_AND_NAMESPACE", "f")
    assert "serviceCluster" not in got
    assert got["tracingServiceName"] == "APP_LABEL_AND_NAMESPACE"
    both = {"tracingServiceName": "CANONICAL_NAME_ONLY", "serviceCluster": "a", "meshId": "m"}
    assert mesh.read(both, "ProxyConfig", "f") == {"tracingServiceName": "CANONICAL_NAME_ONLY", "meshId": "m"}


@pytest.mark.parametrize(
    ("given", "want"),
    [
        ({"drainDuration": "1m30s"}, {"drainDuration": "90s"}),
        ({"drainDuration": "1.5s"}, {"drainDuration": "1.500s"}),
        ({"concurrency": "4"}, {"concurrency": 4}),
        ({"interceptionMode": 1}, {"interceptionMode": "TPROXY"}),
        ({"interception_mode": "TPROXY"}, {"interceptionMode": "TPROXY"}),
        (
            {"proxyMetadata": {"A": None}, "caCertificatesPem": [None]},
            {"proxyMetadata": {"A": ""}, "caCertificatesPem": [""]},
        ),
        ({"meshId": "camel", "mesh_id": "snake"}, {"meshId": "camel"}),
        ({"unknown": 1, "statusPort": None}, {}),
        ({"tracing": {"sampling": 10.0}}, {"tracing": {"sampling": 10}}),
    ],
)
def test_values_are_read_as_protobuf_reads_them(given, want):
    assert mesh.read(given, "ProxyConfig", "f") == want


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[1]", "a mapping of settings"),
        ("enableTracing: 'yes'", "true or false is expected"),
        ("defaultConfig: {statusPort: many}", "a number is expected"),
        ("defaultConfig: {tracing: {sampling: NaN}}", "a finite number is expected"),
        ("defaultConfig: {drainDuration: 5}", "a duration"),
        ("defaultConfig: {interceptionMode: MAGIC}", "one of REDIRECT, TPROXY, NONE"),
        ("defaultConfig: {proxyMetadata: {A: 1}}", "text is expected"),
        ("defaultConfig: {statusPort: 70000}", "statusPort must be from 1 to 65535"),
    ],
)
def test_what_is_wrong_is_named(text, said):
    with pytest.raises(InputError) as caught:
        mesh.mesh_config(text, "f")
    assert said in str(caught.value)
    assert (caught.value.where or "").startswith("f")


def test_what_the_proxy_is_handed():
    config = mesh.over_text(mesh.PROXY_DEFAULTS, "proxyMetadata: {X: <y>}\nmeshId: m\ndiscoveryAddress: a:1", "f")
    assert mesh.to_json(mesh.without_defaults(config), "ProxyConfig") == (
        '{"discoveryAddress":"a:1","proxyMetadata":{"X":"\\u003cy\\u003e"},"meshId":"m"}'
    )


@pytest.mark.parametrize(("given", "text"), [(1e-5, "0.00001"), (1e-9, "1e-9"), (12.5, "12.5"), (100.0, "100")])
def test_floats_are_printed_as_by_go(given, text):
    read = mesh.read({"sampling": given}, "Tracing", "f")
    assert mesh.to_json(read, "Tracing") == f'{{"sampling":{text}}}'


def test_long_integers_are_printed_as_texts():
    read = mesh.read({"maxNumberOfAttributes": 16, "debug": True}, "Tracing.Stackdriver", "f")
    assert mesh.to_json(read, "Tracing.Stackdriver") == '{"debug":true,"maxNumberOfAttributes":"16"}'


def test_names_of_the_proto_files_are_known():
    found = mesh.mesh_config("mesh_mTLS: {minProtocolVersion: TLSV1_3}\ntrust_domain: a.b\n", "f")
    assert (found["meshMTLS"], found["trustDomain"]) == ({"minProtocolVersion": "TLSV1_3"}, "a.b")


def test_default_providers_are_known_by_one_name():
    assert mesh.mesh_config("defaultProviders: {tracing: [a]}", "f")["defaultProviders"] == {"tracing": ["a"]}
    assert mesh.mesh_config("default_providers: {tracing: [a]}", "f")["defaultProviders"] == {}
