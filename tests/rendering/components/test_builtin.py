"""Each component renders, whatever stands in its values, or says what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istioctl.errors import InternalError, IstioctlError
from istioctl.rendering.components.builtin import render_builtin
from istioctl.rendering.components.chart_values import chart_values
from istioctl.yamldoc.reader import load

CHARTS = {
    "Base": "base",
    "Pilot": "istiod",
    "IngressGateways": "ingress",
    "EgressGateways": "egress",
    "Cni": "cni",
    "Ztunnel": "ztunnel",
}
JUNK = [None, True, 3, 2.5, "x", "", [], ["a"], [1, None], {}, {"a": None}, {"a": {"b": 1}}, [{"a": 1}], "\u2028"]


def paths(values: dict[str, Any], above: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = []
    for key, value in values.items():
        found.append((*above, key))
        if isinstance(value, dict):
            found += paths(value, (*above, key))
    return found


PLACES = [(component, path) for component, chart in CHARTS.items() for path in paths(chart_values(chart, {}))]


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(PLACES), st.sampled_from(JUNK))
def test_wrong_values_are_rendered_or_refused(place: tuple[str, tuple[str, ...]], junk: Any) -> None:
    component, path = place
    values = junk
    for key in reversed(path):
        values = {key: values}
    documents: list[str] = []
    refusal: IstioctlError | None = None
    try:
        documents = render_builtin(component, "ns", values)
    except IstioctlError as error:
        refusal = error
    assert refusal is None or (refusal.where and not isinstance(refusal, InternalError))
    assert all(load(text)["kind"] for text in documents if "CustomResourceDefinition" not in text)


def test_an_unknown_component_is_the_caller_s_mistake() -> None:
    with pytest.raises(ValueError, match="Nope"):
        render_builtin("Nope", "ns", {})
