"""Merging values."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.errors import InputError
from istioctl.rendering.helm.chart import Chart, chart_of
from istioctl.rendering.helm.values import coalesce, coalesce_tables, merge_user_values
from istioctl.yamldoc.writer import dump


def chart(values: dict[str, Any], **subcharts: dict[str, Any]) -> Chart:
    files = {"Chart.yaml": b"name: top\nversion: 1.0.0\n", "values.yaml": dump(values).encode()}
    for name, below in subcharts.items():
        files[f"charts/{name}/Chart.yaml"] = f"name: {name}\nversion: 1.0.0\n".encode()
        files[f"charts/{name}/values.yaml"] = dump(below).encode()
    return chart_of(files, "top")


def test_user_values_win_in_depth() -> None:
    found = coalesce(chart({"a": {"x": 1, "y": 2}, "b": 1}), {"a": {"x": 5}, "c": 6})
    assert found == {"a": {"x": 5, "y": 2}, "b": 1, "c": 6}


def test_null_takes_a_default_away_but_stays_where_there_is_none() -> None:
    found = coalesce(chart({"a": {"x": 1}, "b": 1}), {"a": {"x": None, "y": None}, "b": None, "c": None})
    assert found == {"a": {"y": None}, "c": None}
    assert coalesce(chart({"b": 1}), {"b": None}, keep_nulls=True) == {"b": None}


def test_a_mapping_and_something_else_do_not_mix() -> None:
    assert coalesce(chart({"a": {"x": 1}, "b": 1}), {"a": 5, "b": {"y": 2}}) == {"a": 5, "b": {"y": 2}}


def test_globals_reach_subcharts_and_the_parents_win() -> None:
    found = coalesce(
        chart({"global": {"a": 1, "m": {"x": 1}}}, sub={"global": {"a": 9, "m": {"x": 9, "y": 9}}, "own": 1}), {}
    )
    assert found["sub"] == {"global": {"a": 1, "m": {"x": 1, "y": 9}}, "own": 1}


def test_the_values_of_a_subchart_must_be_a_mapping() -> None:
    with pytest.raises(InputError, match="sub-chart sub must be a mapping"):
        coalesce(chart({}, sub={}), {"sub": 5})


def test_what_is_given_is_not_changed() -> None:
    one, user = chart({"a": {"x": [1]}}), {"a": {"y": [2]}}
    coalesce(one, user)["a"]["y"].append(3)
    assert (one.values, user) == ({"a": {"x": [1]}}, {"a": {"y": [2]}})


def test_tables() -> None:
    assert coalesce_tables({"a": None, "b": None}, {"a": 1, "b": None, "c": 2}) == {"b": None, "c": 2}
    assert coalesce_tables({"a": None}, {"a": 1}, keep_nulls=True) == {"a": None}


def test_user_values_merge_in_turn() -> None:
    assert merge_user_values({"a": {"x": 1}, "b": [1]}, {"a": {"y": None}, "b": [2]}) == {
        "a": {"x": 1, "y": None},
        "b": [2],
    }
