"""The Common Expression Language."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.analysis.validation.cel import CelError, holds, parse
from istioctl.api.schema.catalog import rules


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


_SCALARS = st.sampled_from(["", "2x", "3", "5s", "*", "a/8", "http:", 0, -1, 10**30, 1.5, True, None]) | st.text()
_DATA = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["address", "network", "ports", "selector", "number", "a"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)


@given(_DATA)
def test_rules_of_the_schema_never_fail_over_data(data: Any) -> None:
    for rule in rules().values():
        assert holds(rule.expression, data) in (True, False)


@pytest.mark.parametrize(
    ("rule", "good", "bad"),
    [
        ("port-must-be-between-1-65535", 80, 0),
        ("port-must-be-between-1-65535-2", {"80": 1}, {"70000": 1}),
        ("must-be-a-valid-duration-greater", "5s", "0.5ms"),
        ("wildcard-not-allowed-in-label-key", {"a": "b"}, {"a*": "b"}),
        ("uds-must-be-an-absolute-path", "unix:///a", "unix://a"),
        ("uds-may-not-be-a-dir", "unix:///a", "unix:///a/"),
        ("url-must-have-scheme-http-or", "https://a/b", "ftp://a"),
        ("port-number-cannot-be-duplicated", [{"number": 1}, {"number": 2}], [{"number": 1}, {"number": 1}]),
        ("only-one-of-targetrefs-or-selector", {"selector": {}}, {"selector": {}, "targetRefs": []}),
        ("cidr-addresses-are-allowed-only-for", {"addresses": ["a/8"]}, {"addresses": ["a/8"], "resolution": "DNS"}),
        ("url-must-have-schema-one-of-2", "oci://a/b", "ftp://a/b"),
        ("only-support-waypointmatch-when-context-is", {"context": "ANY"}, {"context": "WAYPOINT"}),
    ],
)
def test_rules_of_the_schema(rule: str, good: Any, bad: Any) -> None:
    expression = rules()[rule].expression
    assert holds(expression, good)
    assert not holds(expression, bad)
