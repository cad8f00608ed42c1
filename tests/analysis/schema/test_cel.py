"""The Common Expression Language."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.analysis.schema.catalog import schema
from istioctl.analysis.schema.cel import CelError, holds, parse


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3 == 7", True),
        ("-(2) < 0 && !false", True),
        ("'a' in ['a', \"b\"] ? 1 : 2", 1),
        ("{'x': [1, 2]}['x'][1]", 2),
        ("size('abc') + 'abc'.size()", 6),
        (r"'\n\x41\101'", "\nAA"),
        (r"r'\n'", "\\n"),
        ('"""a"b"""', 'a"b'),
        ("[1, 2, 3].filter(x, x > 1).map(y, y * 10)", [20, 30]),
        ("[1, 2].exists_one(x, x == 2) && [1].all(x, x == 1) && ![].exists(x, true)", True),
        ("0x10 + 1u // a comment", 17),
    ],
)
def test_values(text: str, value: Any) -> None:
    assert parse(text).run({}) == value


@pytest.mark.parametrize(
    "text", ["", "1 +", "a b", "(1", "[1", "f(1,)", "x.1", "has(a)", "[1].all(1, true)", "'open", "?", "let", r"'\q'"]
)
def test_what_is_no_expression(text: str) -> None:
    with pytest.raises(CelError):
        parse(text)


def test_depth_is_bounded() -> None:
    with pytest.raises(CelError, match="deep"):
        parse("(" * 5000)


def test_fields_may_be_absent() -> None:
    assert holds("has(self.a) ? self.a > 1 : true", {})
    assert not holds("has(self.a) ? self.a > 1 : true", {"a": 1})
    assert not holds("self.a > 1", {})


@given(
    st.dictionaries(st.sampled_from(["address", "network", "ports", "selector"]), st.text() | st.integers() | st.none())
)
def test_rules_of_the_schema_never_fail_over_data(data: dict[str, Any]) -> None:
    for rule in schema().rules.values():
        assert holds(rule.expression, data) in (True, False)


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("port", 80, 0),
        ("port-keys", {"80": 1}, {"70000": 1}),
        ("duration", "5s", "0.5ms"),
        ("label-key-literal", {"a": "b"}, {"a*": "b"}),
        ("uds-absolute", "unix:///a", "unix://a"),
        ("uds-file", "unix:///a", "unix:///a/"),
        ("http-url", "https://a/b", "ftp://a"),
        ("unique-port-numbers", [{"number": 1}, {"number": 2}], [{"number": 1}, {"number": 1}]),
        ("one-target", {"selector": {}}, {"selector": {}, "targetRefs": []}),
        ("cidr-resolution", {"addresses": ["a/8"]}, {"addresses": ["a/8"], "resolution": "DNS"}),
        ("plugin-url", "oci://a/b", "ftp://a/b"),
        ("waypoint-context", {"context": "ANY"}, {"context": "WAYPOINT"}),
    ],
)
def test_rules_of_the_schema(rule: str, good: Any, bad: Any) -> None:
    expression = schema().rules[rule].expression
    assert holds(expression, good)
    assert not holds(expression, bad)
