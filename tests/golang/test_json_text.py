"""JSON as Go writes and reads it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.golang import types
from istioctl.golang.json_text import JSONError, floats, read, write, write_plain
from istioctl.golang.strconv import to_float32
from istioctl.golang.values import Float32, Int, make, nil


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"), (1e21, "1e+21"), (1e-7, "1e-7"), (0.000001, "0.000001"), (-0.5, "-0.5"), (Int(3), "3"),
        (Float32(to_float32(0.1)), "0.1"),
        ("<&>\u2028\b\f", '"\\u003c\\u0026\\u003e\\u2028\\b\\f"'), ("\udcff", '"\\ufffd"'),
        ({"b": 1, "a": None}, '{"a":null,"b":1}'), (b"ab", '"YWI="'), (nil(types.SLICE_ANY), "null"),
        (make(types.map_of(types.INT, types.STRING), {10: "x", 9: "y"}), '{"10":"x","9":"y"}'),
    ],
)  # fmt: skip
def test_writing(value: Any, text: str) -> None:
    assert write(value) == text


@given(st.recursive(st.text() | st.floats(allow_nan=False, allow_infinity=False) | st.integers(), st.lists))
def test_numbers_are_written_in_one_way_wherever_they_stand(value: Any) -> None:
    alone = [write(item) for item in value] if isinstance(value, list) else None
    assert alone is None or write(value) == f"[{','.join(alone)}]"


def test_plain_data_keep_their_order() -> None:
    data = {"b": [1e-9, 1e16, 2.0, "1e-09"], "a": {"<": {}}}
    assert write_plain(data) == '{"b":[1e-9,10000000000000000,2,"1e-09"],"a":{"\\u003c":{}}}'
    assert write_plain({"b": [1, {}], "a": "&"}, indent="  ", escape_html=False) == (
        '{\n  "b": [\n    1,\n    {}\n  ],\n  "a": "&"\n}'
    )


def test_numbers_become_floats() -> None:
    found = floats({"a": [1, True, "1", 2.5]})
    assert repr(found) == "{'a': [1.0, True, '1', 2.5]}"


def test_writing_in_lines() -> None:
    assert write({"a": [1, {}], "b": []}, indent="  ") == '{\n  "a": [\n    1,\n    {}\n  ],\n  "b": []\n}'


@pytest.mark.parametrize(("value", "problem"), [(float("nan"), "unsupported value: NaN"), (1j, "unsupported type")])
def test_what_json_cannot_say(value: Any, problem: str) -> None:
    with pytest.raises(JSONError, match=problem):
        write(value)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "unexpected end of JSON input"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        ('{"a":1,}', "invalid character '}' looking for beginning of object key string"),
        ("{1:2}", "invalid character '1' looking for beginning of object key string"),
        ("[1 2]", "invalid character '2' after array element"),
        ('{"a":1 "b"}', "invalid character '\"' after object key:value pair"),
        ("1 2", "invalid character '2' after top-level value"),
        ("tru", "invalid character ' ' in literal true (expecting 'e')"),
        ("1.", "invalid character ' ' after decimal point in numeric literal"),
        ("-a", "invalid character 'a' in numeric literal"),
        ('"\\x"', "invalid character 'x' in string escape code"),
        ('"a\nb"', "invalid character '\\n' in string literal"),
        ("1e999", "json: cannot unmarshal number 1e999 into Go value of type float64"),
        ("NaN", "invalid character 'N' looking for beginning of value"),
    ],
)
def test_what_is_no_json(text: str, problem: str) -> None:
    with pytest.raises(JSONError) as caught:
        read(text)
    assert str(caught.value) == problem


def test_reading() -> None:
    assert read('{"a":[1,true,null,"\\ud800"]}') == {"a": [1.0, True, None, "\ufffd"]}
    assert type(read("1")) is float


_DATA = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@given(_DATA)
def test_what_is_written_reads_back(data: Any) -> None:
    assert read(write(data)) == json.loads(json.dumps(data)) or "\\ud" in json.dumps(data)
