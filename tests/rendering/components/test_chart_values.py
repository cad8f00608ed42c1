"""Defaults under overlays under what was given."""

from __future__ import annotations

import pytest

from istioctl.api.trees import Values, lookup
from istioctl.errors import SpecError
from istioctl.rendering.components.chart_values import CHARTS, chart_values
from tests.support.rendering import objects


def value(chart: str, path: str, **given: object) -> object:
    return lookup(chart_values(chart, given), *path.split("."))


@pytest.mark.parametrize("chart", CHARTS)
def test_every_chart_has_defaults_of_its_own(chart: str) -> None:
    first, second = chart_values(chart, {}), chart_values(chart, {})
    assert first == second
    first.clear()
    assert second == chart_values(chart, {})


def test_profile_and_platform_come_between_defaults_and_what_is_given() -> None:
    assert value("cni", "cniBinDir") == "/opt/cni/bin"
    assert value("cni", "cniBinDir", platform="k3d") == "/bin"
    assert value("cni", "cniBinDir", platform="k3d", cni={"cniBinDir": "/mine"}) == "/mine"
    assert value("istiod", "traceSampling", profile="demo") == 100
    assert value("istiod", "traceSampling", **{"global": {"profile": "demo"}}, pilot={"traceSampling": 2}) == 2


@pytest.mark.parametrize(
    "given", [{"profile": "nope"}, {"global": {"platform": "nope"}}, {"compatibilityVersion": "0.9"}]
)
def test_an_unknown_overlay_is_refused(given: Values) -> None:
    with pytest.raises(SpecError, match="unknown"):
        chart_values("base", given)


def test_a_component_s_own_values_count_as_if_at_the_top() -> None:
    assert value("istiod", "replicaCount", pilot={"replicaCount": 7}) == 7
    assert value("cni", "chained", cni={"chained": False}) is False
    assert value("istiod", "cni.enabled", cni={"chained": False}, pilot={"cni": {"enabled": True}}) is True


def test_globals_are_ztunnel_s_own() -> None:
    assert value("ztunnel", "hub", **{"global": {"hub": "g"}}) == "g"
    assert value("ztunnel", "hub", **{"global": {"hub": "g"}}, hub="own") == "own"
    assert value("istiod", "hub", **{"global": {"hub": "g"}}) == ""


def test_what_was_given_is_not_changed() -> None:
    given: Values = {"pilot": {"env": {"A": "1"}}, "global": {"proxy": {"image": "x"}}}
    values = chart_values("istiod", given)
    lookup(values, "pilot", "env").clear()  # type: ignore[attr-defined]
    assert given == {"pilot": {"env": {"A": "1"}}, "global": {"proxy": {"image": "x"}}}


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({"global": {"proxy": None}}, "values.global.proxy must be a mapping"),
        ({"global": "x"}, "values.global must be a mapping"),
        ({"pilot": {"env": ["A=1"]}}, "values.env must be a mapping"),
        ({"revisionTags": "prod"}, "values.revisionTags must be a list"),
        ({"global": {"imagePullSecrets": [{"name": "a"}]}}, "values.global.imagePullSecrets must be a list of texts"),
        ({"pilot": {"image": None}}, "values.image must be a text"),
        ({"revision": 5}, "values.revision must be a text"),
        ({"global": {"istioNamespace": None}}, "values.global.istioNamespace must be a text"),
    ],
)
def test_what_can_t_be_rendered_is_told(given: Values, place: str) -> None:
    with pytest.raises(SpecError, match=place):
        chart_values("istiod", given)


@pytest.mark.parametrize(("value", "said"), [(None, "null"), (True, "true"), ({"a": 1}, "a mapping"), ([], "a list")])
def test_values_are_named_as_yaml_has_them(value: object, said: str) -> None:
    with pytest.raises(SpecError, match=f"global.istioNamespace must be a text, not {said}$"):
        chart_values("istiod", {"global": {"istioNamespace": value}})


def test_nothing_may_stand_for_an_empty_mapping_or_list() -> None:
    assert value("istiod", "env", pilot={"env": None}) is None
    assert value("istiod", "tolerations", pilot={"tolerations": None}) is None


@pytest.mark.parametrize(
    "given",
    [
        {"pilot": {"resources": None, "pdb": None, "cni": None}},
        {"global": {"proxy": {"resources": {"limits": None}, "startupProbe": None}, "networkPolicy": None}},
        {"global": {"waypoint": {"resources": None}, "proxy_init": None, "defaultResources": {"requests": None}}},
    ],
)
def test_a_null_takes_away_what_can_be_done_without(given: Values) -> None:
    found = objects({"components": {"base": {"enabled": False}}, "unvalidatedValues": given})
    assert ("Deployment", "istiod") in found
    assert ("NetworkPolicy", "istiod") not in found
