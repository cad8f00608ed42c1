"""Trees of values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from istioctl.api.trees import Values, assign, copy_of, lookup, lookup_bool, lookup_text, merge

_TREES = st.dictionaries(
    st.sampled_from("abc"),
    st.recursive(
        st.none() | st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2),
        lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    ),
    max_size=3,
)


def merged(base: Values, overlay: Values) -> Values:
    result = copy_of(base)
    merge(result, copy_of(overlay))
    return result


def test_mappings_merge_and_all_else_replaces() -> None:
    base: Values = {"a": {"x": 1, "y": 2}, "list": [1, 2], "text": "t", "map": {"k": 1}}
    overlay: Values = {"a": {"y": 3}, "list": [], "text": None, "map": "no"}
    assert merged(base, overlay) == {"a": {"x": 1, "y": 3}, "list": [], "text": None, "map": "no"}


def test_what_the_base_had_not_is_shared() -> None:
    base: Values = {}
    overlay: Values = {"a": {"b": 1}}
    merge(base, overlay)
    assign(base, 2, "a", "b")
    assert overlay == {"a": {"b": 2}}


@given(_TREES)
def test_merging_a_tree_with_itself_changes_nothing(tree: Values) -> None:
    assert merged(tree, tree) == tree


@given(_TREES, _TREES)
def test_merging_the_same_twice_is_merging_it_once(base: Values, overlay: Values) -> None:
    once = merged(base, overlay)
    assert merged(once, overlay) == once


def test_a_copy_shares_nothing() -> None:
    tree: Values = {"a": [{"b": 1}]}
    copied = copy_of(tree)
    tree["a"][0]["b"] = 2  # type: ignore[index]
    assert copied == {"a": [{"b": 1}]}


def test_lookups_pass_over_what_is_not_there() -> None:
    tree: Values = {"a": {"text": "t", "yes": True, "one": 1}}
    assert lookup(tree, "a", "one") == 1
    assert lookup(tree, "a", "text", "deeper") is None
    assert (lookup_text(tree, "a", "text"), lookup_text(tree, "a", "one")) == ("t", "")
    assert (lookup_bool(tree, "a", "yes"), lookup_bool(tree, "a", "one")) == (True, False)


def test_assigning_makes_mappings_but_null_swallows() -> None:
    tree: Values = {"gone": None}
    assign(tree, 1, "a", "b", "c")
    assign(tree, 1, "gone", "b")
    assert tree == {"a": {"b": {"c": 1}}, "gone": None}
