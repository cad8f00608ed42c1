"""Editing a text in place: what the data say afterwards, and what of the text stays."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from istioctl.yamldoc.difference import applied
from istioctl.yamldoc.edit import apply, edits
from istioctl.yamldoc.reader import compose_all, load
from tests.support.odd_yaml import OddWriter


def edited(text: str, before: Any, after: Any) -> str:
    (document,) = compose_all(text)
    assert document.root is not None
    return apply(text, edits(text, document.root, before, after))


def change(text: str, alter) -> str:
    before = load(text)
    after = copy.deepcopy(before)
    alter(after)
    return edited(text, before, after)


def test_only_what_changes_changes():
    text = """\
# top
kind:   Pod  # kind
metadata:
    labels: {app: 'x'}   # labels

    annotations:   # none yet
spec:
    # all of them
    containers:
      # the first
      -  name: "a"   # name

         ports: [ 80,  90 ]
    dns: x
"""

    def alter(data):
        data["metadata"]["labels"]["new"] = "x: y"
        data["metadata"]["annotations"] = {"a": "1"}
        data["spec"]["containers"].insert(0, {"name": "first", "args": ["1"]})
        data["spec"]["containers"].append({"name": "last"})
        data["spec"]["containers"][1]["ports"][0] = 81
        data["spec"]["volumes"] = [{"name": "v"}]
        del data["spec"]["dns"]

    assert (
        change(text, alter)
        == """\
# top
kind:   Pod  # kind
metadata:
    labels: {app: 'x', new: "x: y"}   # labels

    annotations:   # none yet
        a: "1"
spec:
    # all of them
    containers:
      - name: first
        args:
        - "1"
      # the first
      -  name: "a"   # name

         ports: [ 81,  90 ]
      - name: last
    volumes:
      - name: v
"""
    )


@pytest.mark.parametrize(
    ("text", "alter", "want"),
    [
        ("a: 'x'\n", lambda d: d.update(a="it's"), "a: 'it''s'\n"),
        ('a: "x" # c\n', lambda d: d.update(a="y"), 'a: "y" # c\n'),
        ("a: x\n", lambda d: d.update(a="1"), 'a: "1"\n'),
        ("a:\n- x\n- y\nb: 1\n", lambda d: d.update(a=[]), "a: []\nb: 1\n"),
        ("a:\n  b: c\n", lambda d: d["a"].pop("b"), "a: {}\n"),
        ("a: |\n  text\n\nb: 1\n", lambda d: d.update(a="x"), "a: x\n\nb: 1\n"),
        ("a: {b: 1}  # c\n", lambda d: d["a"].update(c=[1]), "a: # c\n  b: 1\n  c:\n  - 1\n"),
        ("- {b: 1}\n- x\n", lambda d: d[0].update(c=[1]), "- b: 1\n  c:\n  - 1\n- x\n"),
        ("a: {b: 1, c: 2, d: 3}\n", lambda d: d["a"].pop("c"), "a: {b: 1, d: 3}\n"),
        ("- name: x\n  v: 1\n", lambda d: d[0].pop("name"), "- v: 1\n"),
        ("a: ~\n", lambda d: d.update(a={"b": 1}), "a:\n  b: 1\n"),
        ("--- {a: 1}\n", lambda d: d.update(b=[2]), "--- \na: 1\nb:\n- 2\n"),
        ("a: 1\r\nb: 2\r\n", lambda d: d.update(c={"d": 1}), "a: 1\r\nb: 2\r\nc:\r\n  d: 1\r\n"),
    ],
)
def test_small_changes(text, alter, want):
    assert change(text, alter) == want


def test_an_item_that_moves_takes_its_comments_along():
    text = "a:\n- name: x # one\n- name: y # two\n  v: 1\n- name: z\n"
    got = change(text, lambda d: d.update(a=[d["a"][1], d["a"][0], d["a"][2]]))
    assert got == "a:\n- name: y # two\n  v: 1\n- name: x # one\n- name: z\n"


def test_an_item_in_flow_style_that_moves_and_grows():
    text = "a:\n- {name: x}\n- name: y\n"
    got = change(text, lambda d: d.update(a=[d["a"][1], {"name": "x", "b": [1]}]))
    assert got == "a:\n- name: y\n- name: x\n  b:\n  - 1\n"


def test_aliases_of_a_changed_anchor_are_written_out():
    text = "a: &l {x: 1}\nb: *l\nc:\n  <<: *l\n  y: 2\n"
    got = change(text, lambda d: d["a"].update(z=3))
    assert got == 'a: &l {x: 1, z: 3}\nb: {"x": 1}\nc:\n  <<: {"x": 1}\n  y: 2\n'


def test_a_changed_alias_becomes_a_value_of_its_own():
    text = "a: &l\n  x: 1\nb: *l # same\n"
    assert change(text, lambda d: d["b"].update(z=3)) == "a: &l\n  x: 1\nb: # same\n  x: 1\n  z: 3\n"


def test_a_tidy_form_may_lack_what_the_text_has():
    text = "kept: [1]\nname: x\nUNKNOWN: 1 # stays\nlist:\n- name: n\n  odd: 2\n"
    before = {"name": "x", "list": [{"name": "n"}]}
    after = {"name": "z", "list": [{"name": "n", "a": 2}, {"name": "m"}]}
    assert edited(text, before, after) == (
        "kept: [1]\nname: z\nUNKNOWN: 1 # stays\nlist:\n- name: n\n  odd: 2\n  a: 2\n- name: m\n"
    )


_words = st.sampled_from(
    ["a", "b", "name", "key", "on", "x y", "1", "é", "- z", "", "c: d", "#e", "two\nlines\n", "l\n\nm"]
)
_scalars = st.none() | st.booleans() | st.integers(-5, 500) | _words | st.floats(-2, 2).map(lambda x: round(x, 2))
_keys = st.sampled_from(["a", "b", "c", "name", "spec", "data"])
_trees = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=4), max_leaves=12
)
_documents = st.dictionaries(_keys, _trees, min_size=1, max_size=5)


def _mutated(data: Any, random: Random, fresh: list[Any]) -> Any:
    """`data` with a few things changed, removed, added or moved."""
    if random.random() < 0.08:
        return copy.deepcopy(random.choice(fresh))
    if isinstance(data, dict):
        result = {key: _mutated(value, random, fresh) for key, value in data.items() if random.random() > 0.08}
        if random.random() < 0.25:
            result[random.choice(["a", "new", "z"])] = copy.deepcopy(random.choice(fresh))
        return result
    if isinstance(data, list):
        items = [_mutated(item, random, fresh) for item in data if random.random() > 0.1]
        if random.random() < 0.25:
            items.insert(random.randint(0, len(items)), copy.deepcopy(random.choice(fresh)))
        if random.random() < 0.1:
            random.shuffle(items)
        return items
    return data


@settings(max_examples=300, deadline=None)
@given(_documents, st.integers(0, 10**6), st.lists(_trees, min_size=1, max_size=3), st.booleans())
def test_the_data_are_what_they_shall_be(data, seed, fresh, anchors):
    text = OddWriter(Random(seed), anchors=anchors).write(data)
    assert load(text) == data
    after = _mutated(data, Random(seed + 1), fresh)
    if not isinstance(after, dict) or not after:
        return
    got = edited(text, data, after)
    assert load(got) == after == applied(data, data, after)
    assert edited(got, after, after) == got


@settings(max_examples=100, deadline=None)
@given(_documents, st.integers(0, 10**6), _trees)
@example({"a": {"b": 1}}, 0, [1])
def test_adding_a_key_keeps_every_line(data, seed, value):
    text = OddWriter(Random(seed)).write(data)
    got = edited(text, data, {**data, "added": value})
    lines = iter(got.splitlines())
    assert all(line in lines for line in text.splitlines())
