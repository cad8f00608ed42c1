"""Label selectors: one judgement, whoever asks."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.actions.revisions.webhook_conflicts import conflicts
from istioctl.analysis.analyzers.webhooks import analyze_webhooks
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.selectors import format_equal, picks, selector_problem, selects
from istioctl.api.webhooks import INJECTOR
from istioctl.injection.policy import Policy, decide
from istioctl.injection.webhooks import verdicts


def expression(operator: str, *values: object, key: object = "k") -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}


#: A selector, labels, whether it selects them; None where Kubernetes refuses the selector.
CASES: list[tuple[dict[str, Any], dict[str, str], bool | None]] = [
    ({}, {}, True),
    ({"matchLabels": {"k": "v"}}, {"k": "v"}, True),
    ({"matchLabels": {"k": "v"}}, {"k": "w"}, False),
    ({"matchLabels": {"k": ""}}, {"k": ""}, True),
    ({"matchLabels": {"k": ""}}, {}, False),
    (expression("In", "v", "w"), {"k": "w"}, True),
    (expression("In", "v"), {}, False),
    (expression("NotIn", "v"), {}, True),
    (expression("NotIn", "v"), {"k": "v"}, False),
    (expression("Exists"), {"k": ""}, True),
    (expression("Exists"), {}, False),
    (expression("DoesNotExist"), {"k": ""}, False),
    (expression("DoesNotExist"), {}, True),
    ({"matchLabels": {"a": "b"}, **expression("Exists")}, {"a": "b"}, False),
    (expression("Exists", key="example.com/k"), {"example.com/k": "v"}, True),
    (expression("In"), {"k": "v"}, None),
    (expression("NotIn"), {}, None),
    (expression("Exists", "v"), {"k": "v"}, None),
    (expression("DoesNotExist", "v"), {}, None),
    (expression("Near", "v"), {"k": "v"}, None),
    (expression("in", "v"), {"k": "v"}, None),
    (expression("In", "not a value"), {"k": "not a value"}, None),
    (expression("In", 7), {"k": "7"}, None),
    (expression("Exists", key="not a key"), {"not a key": ""}, None),
    (expression("Exists", key="UPPER.example/k"), {"UPPER.example/k": ""}, None),
    (expression("Exists", key=None), {}, None),
    ({"matchLabels": {"k": "v" * 64}}, {"k": "v" * 64}, None),
]


@pytest.mark.parametrize(("selector", "labels", "selected"), CASES)
def test_the_judgement(selector: dict[str, Any], labels: dict[str, str], selected: bool | None) -> None:
    assert selects(selector, labels) is bool(selected)
    assert bool(selector_problem(selector)) is (selected is None)


@pytest.mark.parametrize(("selector", "labels", "selected"), [case for case in CASES if case[0]])
def test_the_injector_s_policy_judges_alike(
    selector: dict[str, Any], labels: dict[str, str], selected: bool | None
) -> None:
    pod = {"metadata": {"labels": labels}, "spec": {}}
    assert decide(pod, Policy("enabled", never=[selector])).inject is not bool(selected)
    assert decide(pod, Policy("disabled", always=[selector])).inject is bool(selected)


def configuration(name: str, selector: dict[str, Any]) -> dict[str, Any]:
    hook = {"name": f"{name}.sidecar-injector.istio.io", "namespaceSelector": {}, "objectSelector": selector}
    return {"metadata": {"name": name, "labels": {"istio.io/rev": name}}, "webhooks": [hook]}


@pytest.mark.parametrize(("selector", "labels", "selected"), CASES)
def test_check_inject_judges_alike(selector: dict[str, Any], labels: dict[str, str], selected: bool | None) -> None:
    hook = {"name": "x.istio.io", "namespaceSelector": expression("In", "n", key="own"), "objectSelector": selector}
    found = verdicts([{"metadata": {"name": "x"}, "webhooks": [hook]}], labels, {"own": "n"})
    assert [verdict.injects for verdict in found] == [bool(selected)]


@pytest.mark.parametrize(("selector", "labels", "selected"), CASES)
def test_install_and_analyze_judge_alike(
    selector: dict[str, Any], labels: dict[str, str], selected: bool | None
) -> None:
    """Two webhooks overlap where one takes all pods and the other any of those that are tried."""
    one, other = configuration("one", {}), configuration("other", selector)
    overlap = bool(conflicts(one, [other]))
    snapshot = Snapshot({}, {})
    for item in (one, other):
        metadata = item["metadata"]
        snapshot.add(Resource(INJECTOR[1], metadata["name"], "", {}, item, metadata["labels"]))
    findings = Findings()
    analyze_webhooks(snapshot, findings)
    assert any("overlaps" in finding.text for finding in findings.items) is overlap
    if selected is None:
        assert not overlap


def test_no_selector_selects_nothing() -> None:
    assert not selects(None, {"a": "b"})


NAMES = st.sampled_from(["a", "b", "example.com/c"])
LABELS = st.dictionaries(NAMES, st.sampled_from(["", "x", "y"]))


@given(LABELS, LABELS)
def test_plain_labels_are_expressions_with_one_value(wanted: dict[str, str], labels: dict[str, str]) -> None:
    terms = [{"key": key, "operator": "In", "values": [value]} for key, value in wanted.items()]
    assert selects({"matchExpressions": terms}, labels) is selects({"matchLabels": wanted}, labels)
    assert picks(wanted, labels) is selects({"matchLabels": wanted}, labels)


@given(NAMES, st.lists(st.sampled_from(["", "x", "y"]), min_size=1), LABELS)
def test_opposite_operators_exclude_each_other(key: str, values: list[str], labels: dict[str, str]) -> None:
    assert selects(expression("In", *values, key=key), labels) is not selects(
        expression("NotIn", *values, key=key), labels
    )
    assert selects(expression("Exists", key=key), labels) is not selects(expression("DoesNotExist", key=key), labels)


def test_selector_text_is_sorted() -> None:
    assert format_equal({"b": "2", "a": "1"}) == "a=1,b=2"
