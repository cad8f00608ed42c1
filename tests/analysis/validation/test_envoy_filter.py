"""EnvoyFilters whose values are data of Envoy's API."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.analysis.validation.envoy_filter import check, without_typed_config
from istioctl.analysis.validation.objects import Metadata
from istioctl.analysis.validation.report import Place, Problem, Report, Severity

FILTER = "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter"
LUA = "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua"


def problems(value: dict[str, Any], applies_to: str = "CLUSTER") -> list[Problem]:
    report = Report()
    patch = {"applyTo": applies_to, "patch": {"operation": "MERGE", "value": value}}
    check({"configPatches": [patch]}, Metadata("a", "b", report), Place(report))
    return report.problems[1:]  # the first one says that EnvoyFilters may break


def test_the_first_value_that_does_not_fit_is_an_error() -> None:
    (problem,) = problems({"nane": "x", "lb_policy": "FASTEST", "name": 5})
    assert (problem.severity, problem.path) == (
        Severity.ERROR,
        "spec.configPatches[0].patch.value.lb_policy",
    )


def test_an_unknown_field_is_a_warning_and_named_as_in_protobuf() -> None:
    (problem,) = problems({"connectTimeot": "1s"})
    assert problem.severity is Severity.WARNING
    assert problem.message == 'Envoy\'s envoy.config.cluster.v3.Cluster has no field "connectTimeot"'
    assert problem.hint == "Did you mean connect_timeout?"


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("stats.PluginConfig", "disable_host_header_fallback"),
        ("io.istio.http.peer_metadata.Config", "shared_with_upstream"),
        ("istio.envoy.config.filter.http.alpn.v2alpha1.FilterConfig", "alpn_override"),
        ("envoy.tcp.metadataexchange.config.MetadataExchange", "enable_discovery"),
        ("envoy.extensions.filters.http.golang.v3alpha.Config", "library_id"),
        ("udpa.type.v1.TypedStruct", "type_url"),
    ],
)
def test_filters_of_istio_and_of_others_are_known_beside_those_of_envoy(message: str, field: str) -> None:
    values = {"@type": f"type.googleapis.com/{message}", field: None, "notThere": 1}
    (problem,) = problems({"name": "x", "typed_config": values}, "HTTP_FILTER")
    assert (problem.severity, problem.message) == (
        Severity.WARNING,
        f'Envoy\'s {message} has no field "notThere"',
    )


def test_extensions_chosen_by_name_only() -> None:
    assert without_typed_config({"name": "envoy.lua"}, FILTER) == ["envoy.lua"]
    assert without_typed_config({"name": "envoy.lua", "typedConfig": {"@type": LUA}}, FILTER) == []
    assert without_typed_config({"name": "envoy.lua", "config_discovery": {}}, FILTER) == []
    (problem,) = problems({"name": "envoy.lua"}, "HTTP_FILTER")
    assert problem.hint == "Set typed_config."
