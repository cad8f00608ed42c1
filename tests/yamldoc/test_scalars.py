"""What plain and tagged scalars mean."""

from __future__ import annotations

import math

import pytest

from istioctl.yamldoc.scalars import is_canonical, is_timestamp, json_number, resolve, resolve_tagged, single_float_text


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("Null", None), ("nULL", "nULL"),
        ("y", True), ("Off", False), ("oN", "oN"), ("TRUE", True),
        ("0x1F", 31), ("0b11", 3), ("-0b11", -3), ("017", 15), ("0o17", 15), ("089", 89.0), ("0_7", 7), ("+5", 5),
        ("1_000", 1000), ("_1", "_1"), ("18446744073709551615", 2**64 - 1), ("18446744073709551616", 2.0**64),
        ("-9223372036854775809", -(2.0**63)), ("0x1FFFFFFFFFFFFFFFF", "0x1FFFFFFFFFFFFFFFF"),
        ("1.", 1.0), ("1.e5", 1e5), (".5", 0.5), ("-.5", -0.5), (".1_0", 0.1), ("._1", "._1"), ("1e400", "1e400"),
        ("2001-12-14", "2001-12-14"), ("12:30", "12:30"), ("=", "="), ("<<", "<<"), (".", "."), ("0x", "0x"),
    ],
)  # fmt: skip
def test_plain_scalars_resolve_as_in_yaml_1_1(text: str, value: object) -> None:
    found = resolve(text)
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize("text", ["web", "a:b", "true", "false", "0", "8080", "-1", "", "~", "NULL", "1.2.3", "a:1"])
def test_what_is_printed_as_it_is_written_is_canonical(text: str) -> None:
    assert is_canonical(text, resolve(text))


@pytest.mark.parametrize("text", ["yes", "True", "off", "017", "+5", "0x1F", "1_000", "1.5", "1e3", ".inf", "12:30:45"])
def test_what_may_be_read_in_two_ways_is_not_canonical(text: str) -> None:
    assert not is_canonical(text, resolve(text))


@pytest.mark.parametrize(
    ("text", "tag", "value"),
    [
        ("3", "int", 3), ("1", "float", 1.0), ("yes", "bool", True), ("", "null", None),
        ("aGVsbG8=", "binary", "hello"),
        ("5", "unknown", "5"), ("2001-12-14", "timestamp", "2001-12-14"), ("5", "str", "5"),
    ],
)  # fmt: skip
def test_a_tag_says_what_a_text_is(text: str, tag: str, value: object) -> None:
    assert resolve_tagged(text, f"tag:yaml.org,2002:{tag}") == value


@pytest.mark.parametrize(
    ("text", "tag", "problem"),
    [
        ("abc", "int", "cannot decode !!str `abc` as a !!int"),
        ("abc", "timestamp", "cannot decode !!str `abc` as a !!timestamp"),
        ("1.5", "int", "cannot decode !!float `1.5` as a !!int"),
        ("a", "binary", "base64"),
    ],
)
def test_a_tag_that_lies_is_an_error(text: str, tag: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        resolve_tagged(text, f"tag:yaml.org,2002:{tag}")


@pytest.mark.parametrize(
    ("value", "number"),
    [(1.0, 1), (1e20, 10**20), (2.0**63, 9223372036854776000), (1e21, 1e21), (1.5, 1.5), (-3.0, -3)],
)
def test_whole_floats_become_integers_in_json(value: float, number: float) -> None:
    found = json_number(value)
    assert (type(found), found) == (type(number), number)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_json_has_no_special_floats(value: float) -> None:
    with pytest.raises(ValueError, match="unsupported value"):
        json_number(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1, "0.1"), (16777217.0, "1.6777216e+07"), (1e50, ".inf"), (-1e50, "-.inf"), (math.nan, ".nan"), (0.5, "0.5")],
)
def test_single_precision_floats(value: float, text: str) -> None:
    assert single_float_text(value) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2001-01-01", True), ("2001-1-2", True), ("2001-13-01", False), ("2001-02-29", False), ("2000-02-29", True),
        ("2001-01-01T1:2:3Z", True), ("2001-01-01t01:02:03.5+05:30", True), ("2001-01-01T01:02:03", False),
        ("2001-01-01 01:02:03", True), ("2001-01-01 25:02:03", False), ("12001-01-01", False), ("2001-01", False),
    ],
)  # fmt: skip
def test_what_looks_like_a_date(text: str, expected: bool) -> None:
    assert is_timestamp(text) is expected
