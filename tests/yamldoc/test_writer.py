"""Writing YAML as kubectl and Helm print it."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.yamldoc.reader import load
from istioctl.yamldoc.writer import dump, dump_all, scalar, sorted_keys


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (None, "null\n"), ({}, "{}\n"), ([], "[]\n"), ("", '""\n'), ("a\nb", "|-\n  a\n  b\n"),
        ({"a": [1, {"b": 2, "c": [3]}]}, "a:\n- 1\n- b: 2\n  c:\n  - 3\n"),
        ([[1, 2], [[]], {}], "- - 1\n  - 2\n- - []\n- {}\n"),
        ({"a": {"b": {}}}, "a:\n  b: {}\n"),
    ],
)  # fmt: skip
def test_collections(data: Any, text: str) -> None:
    assert dump(data) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("true", '"true"'), ("y", '"y"'), ("1e3", '"1e3"'), ("12:30", '"12:30"'), ("2001-01-01", '"2001-01-01"'),
        ("2001-13-01", "2001-13-01"), ("=", "="), ("<<", "<<"), ("a: b", "'a: b'"), ("a:b", "a:b"), ("a #b", "'a #b'"),
        ("a#b", "a#b"), ("#a", "'#a'"), ("-", "'-'"), ("-a", "-a"), ("- a", "'- a'"), ("---a", "'---a'"),
        (" a", "' a'"),
        ("a ", "'a '"), ("it's", "it's"), ("'", "''''"), ("a:", "'a:'"), ("?a", "?a"), ("a\tb", '"a\\tb"'),
        ("\x1b", '"\\e"'), ("\x01", '"\\x01"'), ("é", "é"), ("\U0001f600", '"\\U0001F600"'), ("\xa0", "\xa0"),
        ('"', "'\"'"), ('\t"\\', '"\\t\\"\\\\"'), ("a\n", "|\n  a"), ("\n", "|2+\n"), (" a\nb\n", "|2\n   a\n  b"),
        ("a \nb", '"a \\nb"'), ("a\n\n", "|+\n  a\n"), ("a\r\nb", '"a\\r\\nb"'),
        (1.0, "1"), (1.5, "1.5"), (1e20, "1e+20"), (2**64 - 1, "18446744073709551615"),
        (2**64, "1.8446744073709552e+19"),
        (True, "true"),
    ],
)  # fmt: skip
def test_scalars(value: Any, text: str) -> None:
    assert scalar(value) == text
    assert dump({"k": value}) == f"k: {text}\n"


def test_long_lines_fold_at_a_space_behind_column_80() -> None:
    words = "word " * 30
    assert dump({"k": words.strip()}) == ("k: " + "word " * 15 + "word\n  " + ("word " * 13).strip() + " word\n")
    quoted = dump({"k": f"# {words}end"}).split("\n")
    assert [len(line) for line in quoted[:-1]] == [85, 76]
    double = dump({"k": "\t" + "x  y" * 30})
    assert "\\\n" not in double
    assert load(double) == {"k": "\t" + "x  y" * 30}


def test_long_and_many_lined_keys_take_a_question_mark() -> None:
    key = "k" * 129
    assert dump({key: 1}) == f"? {key}\n: 1\n"
    assert dump({"a\nb": [1, 2]}) == "? |-\n  a\n  b\n: - 1\n  - 2\n"
    assert dump({"k" * 128: 1}) == f"{'k' * 128}: 1\n"


def test_keys_sort_naturally() -> None:
    names = ["b", "a10", "a2", "B", "a-b", "a_b", "a", "1", "10", "9", "é"]
    assert sorted_keys(names) == ["1", "9", "10", "B", "a", "a-b", "a_b", "a2", "a10", "b", "é"]
    assert dump({"b": 1, "a": 2}, sort_keys=False) == "b: 1\na: 2\n"


@pytest.mark.parametrize(
    ("data", "problem"),
    [({"a": math.nan}, "NaN"), ("\x7f", "control characters"), ("\ufffe", "control characters")],
)
def test_what_yaml_cannot_say_is_an_error(data: Any, problem: str) -> None:
    with pytest.raises(InputError, match=problem):
        dump(data)


def test_deep_data_is_an_error() -> None:
    data: list[Any] = []
    for _ in range(5000):
        data = [data]
    with pytest.raises(InputError, match="too deeply"):
        dump(data)


def test_lone_surrogates_become_the_replacement_character() -> None:
    assert dump("\ud800") == "\ufffd\n"


def test_several_documents() -> None:
    assert dump_all([{"a": 1}, {"b": 2}]) == "a: 1\n---\nb: 2\n"


_CHARACTERS = st.characters(exclude_characters="\u2028\u2029\ufffe\uffff\ufeff", exclude_categories=("Cs", "Cc"))
_TEXT = st.text(_CHARACTERS | st.sampled_from("\n\t\0: '"))
_DATA = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(_DATA)
def test_what_is_written_reads_back(data: Any) -> None:
    assert load(dump(data)) == data
