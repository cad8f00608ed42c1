"""Which labels a selector picks."""

from __future__ import annotations

import pytest

from istioctl.analysis.selectors import label_selector_picks, picks, written

LABELS = {"app": "a", "tier": "web"}


def test_plain_selectors() -> None:
    assert picks({}, LABELS)
    assert picks({"app": "a"}, LABELS)
    assert not picks({"app": "a", "x": "y"}, LABELS)
    assert written({"b": "2", "a": "1"}) == "a=1,b=2"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ({"key": "app", "operator": "In", "values": ["a", "b"]}, True),
        ({"key": "app", "operator": "In", "values": ["b"]}, False),
        ({"key": "app", "operator": "NotIn", "values": ["b"]}, True),
        ({"key": "other", "operator": "NotIn", "values": ["b"]}, True),
        ({"key": "app", "operator": "Exists"}, True),
        ({"key": "other", "operator": "Exists"}, False),
        ({"key": "other", "operator": "DoesNotExist"}, True),
        ({"key": "app", "operator": "DoesNotExist"}, False),
        ({"key": "app", "operator": "Near", "values": ["a"]}, False),
    ],
)
def test_expressions(expression: dict[str, object], expected: bool) -> None:
    assert label_selector_picks({"matchExpressions": [expression]}, LABELS) is expected
    assert not label_selector_picks({"matchLabels": {"app": "b"}, "matchExpressions": [expression]}, LABELS)


def test_no_selector_picks_all() -> None:
    assert label_selector_picks(None, LABELS)
    assert label_selector_picks({}, {})
