"""The texts in istiod's ConfigMaps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from istioctl.errors import SpecError
from istioctl.rendering.components.chart_values import chart_values
from istioctl.rendering.components.mesh_settings import (
    injector_config,
    injector_templates,
    injector_values,
    injector_values_text,
    mesh_config,
    mesh_config_text,
    mesh_networks,
)
from istioctl.yamldoc.reader import load


def mesh(**given: Any) -> dict[str, Any]:
    found: dict[str, Any] = load(mesh_config_text(chart_values("istiod", given), "ns"))
    return found


def test_the_mesh_by_default() -> None:
    assert mesh() == {
        "trustDomain": "cluster.local",
        "rootNamespace": "istio-system",
        "enablePrometheusMerge": True,
        "defaultProviders": {"metrics": ["prometheus"]},
        "defaultConfig": {"discoveryAddress": "istiod.ns.svc:15012"},
    }


def test_the_user_s_mesh_configuration_wins() -> None:
    own = {"trustDomain": "td", "rootNamespace": "r", "defaultConfig": {"discoveryAddress": "x:1", "meshId": "m"}}
    found = mesh(meshConfig=own, **{"global": {"meshID": "other"}})
    assert (found["trustDomain"], found["rootNamespace"]) == ("td", "r")
    assert found["defaultConfig"] == {"discoveryAddress": "x:1", "meshId": "m"}


@pytest.mark.parametrize(
    ("given", "providers"),
    [
        ({"telemetry": {"enabled": False}}, None),
        ({"telemetry": {"v2": {"prometheus": {"enabled": False}}}}, None),
        (
            {"telemetry": {"v2": {"stackdriver": {"enabled": True}}}},
            {"metrics": ["prometheus", "stackdriver"], "accessLogging": ["stackdriver"]},
        ),
        ({"meshConfig": {"defaultProviders": {"tracing": ["t"]}}}, {"tracing": ["t"]}),
    ],
)
def test_providers(given: dict[str, Any], providers: dict[str, Any] | None) -> None:
    assert mesh(**given).get("defaultProviders") == providers


@pytest.mark.parametrize(
    ("given", "tracing"),
    [
        ({"proxy": {"tracer": "zipkin"}}, {"zipkin": {"address": "zipkin.istio-system:9411"}}),
        ({"proxy": {"tracer": "datadog"}}, {"datadog": {"address": "$(HOST_IP):8126"}}),
        (
            {"proxy": {"tracer": "lightstep"}, "tracer": {"lightstep": {"address": "a", "accessToken": "t"}}},
            {"lightstep": {"address": "a", "accessToken": "t"}},
        ),
        ({"proxy": {"tracer": "zipkin"}, "tracer": {"zipkin": {"address": "z:1"}}}, {"zipkin": {"address": "z:1"}}),
        ({"proxy": {"tracer": "openCensusAgent"}}, None),
    ],
)
def test_tracers(given: dict[str, Any], tracing: dict[str, Any] | None) -> None:
    assert mesh(**{"global": given})["defaultConfig"]["tracing"] == tracing


def test_no_tracer_leaves_tracing_alone() -> None:
    assert "tracing" not in mesh()["defaultConfig"]


def test_a_tracer_that_can_t_be_reached_is_refused() -> None:
    with pytest.raises(SpecError, match="lightstep"):
        mesh(**{"global": {"proxy": {"tracer": "lightstep"}, "tracer": {"zipkin": {"address": "z:1"}}}})


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ({"revision": "r"}, "istiod-r.ns.svc:15012"),
        ({"global": {"remotePilotAddress": "1.2.3.4"}}, "istiod.ns.svc:15012"),
        (
            {
                "global": {"remotePilotAddress": "1.2.3.4"},
                "istiodRemote": {"enabled": True, "enabledLocalInjectorIstiod": True},
            },
            "istiod-remote.ns.svc:15012",
        ),
    ],
)
def test_where_proxies_find_istiod(given: dict[str, Any], address: str) -> None:
    assert mesh(**given)["defaultConfig"]["discoveryAddress"] == address


def test_networks() -> None:
    assert mesh_networks(chart_values("istiod", {})) == "networks: {}"
    given = {"global": {"meshNetworks": {"n": {"gateways": [{"port": 1}]}}}}
    assert load(mesh_networks(chart_values("istiod", given))) == {"networks": {"n": {"gateways": [{"port": 1}]}}}


def test_the_injector_s_templates() -> None:
    config = load(injector_config(chart_values("istiod", {})))
    assert config["policy"] == "enabled"
    assert config["defaultTemplates"] == ["sidecar"]
    assert config["injectedAnnotations"] is None
    assert {"sidecar", "gateway", "waypoint", "kube-gateway", "grpc-agent", "grpc-simple"} <= set(config["templates"])
    assert "{{" in config["templates"]["sidecar"]


def test_the_injector_s_values_are_json_as_go_writes_it() -> None:
    given = {"global": {"proxy": {"tracer": "none"}, "x": [1e-9, 5e20, 3.0], "y": "a<b"}}
    text = injector_values_text(chart_values("istiod", given))
    assert '"x": [\n      1e-9,\n      500000000000000000000,\n      3\n    ]' in text
    assert '"y": "a\\u003cb"' in text


def test_own_templates_come_beside_or_instead() -> None:
    webhook = {"templates": {"sidecar": "a: {{ b }}\n", "more": "c"}, "injectedAnnotations": {"k": True}}
    config = load(injector_config(chart_values("istiod", {"sidecarInjectorWebhook": webhook})))
    assert (config["templates"]["sidecar"], config["templates"]["more"]) == ("a: {{ b }}\n", "c")
    assert "gateway" in config["templates"]
    assert config["injectedAnnotations"] == {"k": "true"}


def test_the_injector_sees_only_what_it_asks_for() -> None:
    found = json.loads(injector_values_text(chart_values("istiod", {"pilot": {"env": {"A": "1"}}})))
    assert set(found) == {"global", "sidecarInjectorWebhook", "revision", "pilot", "gateways"}
    assert found["pilot"]["env"] == {"A": "1"}


@pytest.mark.parametrize(
    ("given", "seen"), [(True, True), ("true", True), ("1", True), (1, True), (False, False), ("false", False)]
)
def test_the_injector_can_compare_the_one_variable_that_it_asks_for(given: object, seen: bool) -> None:
    values = chart_values("istiod", {"pilot": {"env": {"ENABLE_CLUSTER_TRUST_BUNDLE_API": given}}})
    assert injector_values(values)["pilot"]["env"] == {"ENABLE_CLUSTER_TRUST_BUNDLE_API": seen}


def test_the_injector_is_given_as_data_what_the_config_map_says() -> None:
    webhook = {"templates": {"own": "spec: {}\n", "sidecar": "metadata:\n  labels: {a: b}\n"}}
    for given in ({}, {"sidecarInjectorWebhook": webhook}, {"pilot": {"env": {"A": "1"}}}):
        values = chart_values("istiod", given)

        assert injector_templates(values) == load(injector_config(values))["templates"]
        assert injector_values(values) == load(injector_values_text(values))
        assert mesh_config(values, "ns") == load(mesh_config_text(values, "ns"))
