"""Values as Go prints them. The numbers' texts are what `fmt.Println` of Go 1.24 printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.rendering.text.value_text import bare, env_entries, go_text, requirements


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (-1, "-1"),
        (12.34, "12.34"),
        (100.0, "100"),
        (123456, "123456"),
        (1_000_000, "1e+06"),
        (1234567, "1.234567e+06"),
        (1234567.5, "1.2345675e+06"),
        (31400, "31400"),
        (0.0001, "0.0001"),
        (0.00001, "1e-05"),
        (1.5e-7, "1.5e-07"),
        (1e21, "1e+21"),
        (-1_000_000, "-1e+06"),
        (float("inf"), "+Inf"),
        (float("-inf"), "-Inf"),
        (float("nan"), "NaN"),
        (True, "true"),
        (False, "false"),
        (None, ""),
        ("as it is", "as it is"),
        ({"b": 1, "a": None}, "map[a:<nil> b:1]"),
        ([1, "x", None], "[1 x <nil>]"),
    ],
)
def test_a_value_s_text(value: object, text: str) -> None:
    assert go_text(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_s_text_gives_the_number_back(value: float) -> None:
    assert float(go_text(value)) == value


@pytest.mark.parametrize(
    ("value", "read"), [("3", 3), ("25%", "25%"), ("", ""), ("yes", True), (3, 3), ("1e3", 1000.0), (None, None)]
)
def test_a_bare_text_is_read_as_yaml_reads_it(value: object, read: object) -> None:
    assert bare(value) == read


def test_variables_are_sorted_texts() -> None:
    assert env_entries({"B": 1_000_000, "A": True}) == [
        {"name": "A", "value": "true"},
        {"name": "B", "value": "1e+06"},
    ]
    assert env_entries(None) == []


def test_requirements_leave_out_what_is_empty() -> None:
    given_resources = {"requests": {"cpu": "2", "memory": None}, "limits": {"cpu": ""}, "claims": [{"name": "x"}]}
    assert requirements(given_resources) == {"requests": {"cpu": 2}}
    assert requirements({"limits": {}}) is None
    assert requirements(None) is None
