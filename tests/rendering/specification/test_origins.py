"""Who set a value."""

from __future__ import annotations

from istioctl.rendering.specification.origins import DEFAULT, Assignment, Layer, Origin, Origins, dotted, leaves

FILE = """\
# a comment
spec:
  hub: h
  base: &base {a: 1, b: 2}
  merged:
    <<: *base
    b: 3
  items:
  - name: one
  - name: two
    live: true
"""
DATA = {
    "spec": {
        "hub": "h",
        "base": {"a": 1, "b": 2},
        "merged": {"a": 1, "b": 3},
        "items": [{"name": "one"}, {"name": "two", "live": True}],
    }
}


def origins() -> Origins:
    profile = Layer(Origin("profile", "profile demo"), {"spec": {"hub": "p", "tag": "p"}})
    return Origins([Layer(DEFAULT, {"spec": {"x": 1}}), profile, Layer(Origin("file", "f.yaml"), DATA, FILE)])


def test_the_last_layer_that_says_something_wins() -> None:
    found = origins()
    assert str(found.of(("spec", "hub"))) == "f.yaml:3"
    assert str(found.of(("spec", "tag"))) == "profile demo"
    assert str(found.of(("spec", "x"))) == "default"


def test_lines_follow_lists_and_merged_mappings() -> None:
    found = origins()
    assert str(found.of(("spec", "items", 1, "live"))) == "f.yaml:11"
    assert str(found.of(("spec", "merged", "b"))) == "f.yaml:7"
    assert str(found.of(("spec", "merged", "a"))) == "f.yaml:4"


def test_what_nobody_said_has_the_origin_of_the_place_above() -> None:
    assert str(origins().of(("spec", "items", 1, "missing"))) == "f.yaml:10"


def test_flags_win_over_layers_and_later_ones_over_earlier() -> None:
    found = origins()
    found.assignments = [
        Assignment(Origin("flag", "--set hub=a"), ("spec", "hub")),
        Assignment(Origin("flag", "--set items[1].live=false"), ("spec", "items", 1, "live")),
        Assignment(Origin("flag", "--set hub=b"), ("spec", "hub")),
    ]
    assert str(found.of(("spec", "hub"))) == "--set hub=b"
    assert str(found.of(("spec", "items", 1, "live"))) == "--set items[1].live=false"
    assert str(found.of(("spec", "items", 1, "name"))) == "f.yaml:10"


def test_a_derived_value_has_its_source_s_origin() -> None:
    found = origins()
    found.derived = {("spec", "values", "hub"): ("spec", "hub"), ("spec", "values", "on"): ("spec", "nothing")}
    assert str(found.of(("spec", "values", "hub"))) == "f.yaml:3"
    assert found.of(("spec", "values", "on")) == DEFAULT


def test_leaves_are_scalars_and_empty_collections() -> None:
    tree = {"a": {"b": 1, "c": {}}, "d": [[], {"e": None}]}
    assert list(leaves(tree)) == [(("a", "b"), 1), (("a", "c"), {}), (("d", 0), []), (("d", 1, "e"), None)]


def test_paths_are_written_as_flags_take_them() -> None:
    assert dotted(("a", "b.c", 0, "d")) == "a.b\\.c[0].d"
