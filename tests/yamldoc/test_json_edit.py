"""Editing JSON in place: what the data say afterwards, what of the text stays, and that it can be undone."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istioctl.yamldoc.edit import apply
from istioctl.yamldoc.json_edit import edits
from istioctl.yamldoc.reader import compose_all


def edited(text: str, after: Any) -> str:
    (document,) = compose_all(text)
    assert document.root is not None
    return apply(text, edits(text, document.root, document.data, after))


@pytest.mark.parametrize(
    ("text", "alter", "want"),
    [
        ('{"a": 1}', lambda data: data.update(b={"c": [1, 2]}), '{"a": 1, "b": {"c": [1, 2]}}'),
        ('{"a":1}', lambda data: data.update(b={"c": [1, 2]}), '{"a":1,"b":{"c":[1,2]}}'),
        ('{\n\t"a": 1\n}', lambda data: data.update(b={"c": []}), '{\n\t"a": 1,\n\t"b": {\n\t\t"c": []\n\t}\n}'),
        ('{"a": [1,2 , 3]}', lambda data: data["a"].append(4), '{"a": [1,2 , 3 , 4]}'),
        ('{"a": [ {"x" : 1} ]}', lambda data: data["a"].insert(0, {}), '{"a": [ {}, {"x" : 1} ]}'),
        ('{ "a" : 1, "b" : 2 }', lambda data: data.pop("a"), '{ "b" : 2 }'),
        ('{ "a" : 1, "b" : 2 }', lambda data: data.pop("b"), '{ "a" : 1 }'),
        ('{"a": {}}', lambda data: data["a"].update(b=1), '{"a": {"b": 1}}'),
        ('{"a": {"b": 1}}', lambda data: data["a"].clear(), '{"a": {}}'),
        ('{"a": "\\u00e4", "b": 1}', lambda data: data.update(b="ü"), '{"a": "\\u00e4", "b": "\\u00fc"}'),
        ('{"a": "ä", "b": "\\u00e4"}', lambda data: data.update(b="ü"), '{"a": "ä", "b": "ü"}'),
        ('{"a" :[1,"b\\": "]}', lambda data: data.update(b=[1, 2]), '{"a" :[1,"b\\": "],"b" :[1,2]}'),
        ('{"a": [{"name": "x"},  {"name": "y"}]}', lambda data: data["a"].reverse(), None),
        ('{"a": 1, "a": 2}', lambda data: data.update(a=3), None),
        ('{\r\n "a": 1\r\n}', lambda data: data.update(b=2), '{\r\n "a": 1,\r\n "b": 2\r\n}'),
    ],
)
def test_what_is_new_takes_the_layout_of_what_is_there(text: str, alter: Callable[[Any], Any], want: str | None):
    after = json.loads(text)
    alter(after)
    got = edited(text, after)
    assert json.loads(got) == after
    if want is not None:
        assert got == want


_scalars = st.sampled_from([1, "x", "", None, True, 1.5, "a\nb", "ä"])
_data = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=10,
)
_objects = st.dictionaries(st.sampled_from(["a", "b", "name"]), _data, min_size=1, max_size=3)
_styles = st.sampled_from(
    [
        {},
        {"indent": 2},
        {"indent": "\t"},
        {"separators": (",", ":")},
        {"separators": (" , ", ": ")},
        {"separators": (" , ", " : ")},
    ]
)


@settings(max_examples=300, deadline=None)
@given(_objects, _objects, _styles)
def test_the_text_reads_as_the_changed_data(before: dict[str, Any], after: dict[str, Any], style: dict[str, Any]):
    assert json.loads(edited(json.dumps(before, **style), after)) == after


@settings(max_examples=200, deadline=None)
@given(_objects, st.integers(0, 10**6), _styles)
def test_putting_in_and_taking_out_leaves_the_text(data: dict[str, Any], seed: int, style: dict[str, Any]):
    random = Random(seed)
    after = copy.deepcopy(data)

    def grow(node: Any) -> None:
        children = list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []
        for child in children:
            grow(child)
        if isinstance(node, dict) and node:
            node.update({f"new{random.random()}": {"x": [1]} for _ in range(random.randrange(3))})

    grow(after)
    text = json.dumps(data, **style, ensure_ascii=bool(seed % 2))
    assert edited(edited(text, after), data) == text
