"""Values put where a line of YAML has room for them."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from istioctl.errors import InternalError
from istioctl.rendering.text.layout import NO_LINE, lay_out, lines_token, to_text
from istioctl.yamldoc.reader import load

TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z"), include_characters=" \n"))
KEYS = TEXTS.filter(lambda key: key != "<<")  # which YAML 1.1 reads as a merge
SCALARS = st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXTS
DATA = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=8
)


@example("\n0")
@given(DATA)
def test_any_value_stands_anywhere(value: object) -> None:
    key = lay_out(f"a:\n  - b: {to_text(value)}\n    c: {to_text(value)}\n")
    assert load(key) == {"a": [{"b": value, "c": value}]}
    item = lay_out(f"a:\n- {to_text(value)}\n- 1\n")
    assert load(item) == {"a": [value, 1]}


@example({"a": "\n"})
@example({"on": "x\n\n\n"})
@given(st.dictionaries(st.sampled_from(["a", "b.c/d", "on", "1", 'q"', "it's"]), TEXTS, min_size=1))
def test_a_mapping_on_its_own_line_wins_over_the_entries_above(entries: dict[str, str]) -> None:
    above = {"a": "old", "b.c/d": "old", "other": "kept"}
    lines = "".join(f"  {to_text(key)}: {to_text(value)}\n" for key, value in above.items())
    text = lay_out(f"labels:\n{lines}  {to_text(entries)}\nend: 1\n")
    assert load(text) == {"labels": {**above, **entries}, "end": 1}
    assert sum(line.startswith("  a:") for line in text.splitlines()) == 1


def test_entries_of_another_level_stay() -> None:
    text = lay_out(f"a: 1\nmap:\n  b: 2\n  {to_text({'a': 3})}\n")
    assert load(text) == {"a": 1, "map": {"b": 2, "a": 3}}


def test_a_list_on_its_own_line_continues_the_list() -> None:
    assert lay_out(f"a:\n- x\n{to_text([1, {'b': 2}])}\n") == "a:\n- x\n- 1\n- b: 2\n"


def test_lines_take_their_place_s_indentation_at_every_depth() -> None:
    inner = lines_token(f"x: {to_text({'y': 1})}\nz: 2\n")
    outer = lines_token(f"name: m\nbelow:\n  {inner}\n")
    assert load(lay_out(f"list:\n- {outer}\n  more: 3\n")) == {
        "list": [{"name": "m", "below": {"x": {"y": 1}, "z": 2}, "more": 3}]
    }


def test_nothing_takes_its_line_away() -> None:
    assert lay_out(f"a: 1\nb: {NO_LINE}\n- {NO_LINE}\nc: 2") == "a: 1\nc: 2"
    assert lay_out(f"a: 1\n{lines_token('')}\nc: 2") == "a: 1\nc: 2"


@pytest.mark.parametrize("line", [f"a: {to_text([1])} # why", f"{to_text([1])}{to_text([2])}", f"[{to_text([1])}]"])
def test_a_value_is_the_last_thing_on_its_line(line: str) -> None:
    with pytest.raises(InternalError, match="behind a value"):
        lay_out(line)
