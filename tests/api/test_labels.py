from __future__ import annotations

from typing import Any

import pytest

from istioctl.api.labels import format_equal, is_dns_label, matches, owner_labels
from istioctl.errors import InputError


def test_owner_labels_are_the_real_tools() -> None:
    assert owner_labels(namespace="istio-system", revision="", version="1.30.3", component="Pilot") == {
        "operator.istio.io/managed": "Reconcile",
        "operator.istio.io/version": "1.30.3",
        "operator.istio.io/component": "Pilot",
        "istio.io/rev": "default",
        "install.operator.istio.io/owning-resource-namespace": "istio-system",
    }


def test_owner_labels_of_a_named_specification() -> None:
    labels = owner_labels(namespace="", revision="canary", version="1", name="mine")
    assert labels["install.operator.istio.io/owning-resource"] == "mine"
    assert labels["istio.io/rev"] == "canary"
    assert "operator.istio.io/component" not in labels
    assert "install.operator.istio.io/owning-resource-namespace" not in labels


@pytest.mark.parametrize(
    ("text", "good"),
    [("a", True), ("1-30-3", True), ("a" * 63, True), ("a" * 64, False), ("", False), ("-a", False), ("A", False),
     ("a.b", False), ("a\n", False)],
)  # fmt: skip
def test_dns_labels(text: str, good: bool) -> None:
    assert is_dns_label(text) is good


def test_selector_text_is_sorted() -> None:
    assert format_equal({"b": "2", "a": "1"}) == "a=1,b=2"


def expression(operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": "k", "operator": operator, "values": list(values)}]}


@pytest.mark.parametrize(
    ("selector", "labels", "selected"),
    [
        (None, {}, False),
        ({}, {}, True),
        ({"matchLabels": {"k": "v"}}, {"k": "v"}, True),
        ({"matchLabels": {"k": "v"}}, {"k": "w"}, False),
        (expression("In", "v", "w"), {"k": "w"}, True),
        (expression("In", "v"), {}, False),
        (expression("NotIn", "v"), {}, True),
        (expression("NotIn", "v"), {"k": "v"}, False),
        (expression("Exists"), {"k": ""}, True),
        (expression("DoesNotExist"), {"k": ""}, False),
        ({"matchLabels": {"a": "b"}, **expression("Exists")}, {"a": "b"}, False),
    ],
)
def test_selectors(selector: dict[str, Any] | None, labels: dict[str, str], selected: bool) -> None:
    assert matches(selector, labels) is selected


def test_unknown_operator_is_refused() -> None:
    with pytest.raises(InputError, match="unknown operator 'Near'"):
        matches(expression("Near"), {})
