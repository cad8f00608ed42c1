"""What makes one mapping of another, with the comments of all that stays."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from istioctl.rendering.changes.edits import Edit, reshaped
from istioctl.rendering.changes.migration import do
from istioctl.yamldoc.reader import load
from istioctl.yamldoc.round_trip import RoundTrip

_KEYS = st.sampled_from(["a", "b", "c", "d"])
_SCALARS = st.sampled_from([0, 1, 2, True, "x", "1"])
_MAPPINGS = st.dictionaries(_KEYS, st.recursive(_SCALARS, lambda inner: st.dictionaries(_KEYS, inner, min_size=1)))


@given(_MAPPINGS, _MAPPINGS.filter(bool))
def test_the_edits_make_one_mapping_of_another(before: dict[str, Any], after: dict[str, Any]) -> None:
    data: dict[str, Any] = {"items": [{"kept": 1, "one": before}]}

    for edit in reshaped(before, after, ("items", 0, "one")):
        do(data, edit)

    assert data == {"items": [{"kept": 1, "one": after}]}


TEXT = """\
one:
  # above b
  b: 75  # beside b
  c:   # beside c
    # above d
    d: x  # beside d
  # above gone
  gone: 1  # beside gone
"""


def test_comments_come_along() -> None:
    before = load(TEXT)["one"]
    after = {"c": {"kind": "new", "b": 75}, "moved": {"d": "x"}}
    tree = RoundTrip(TEXT)

    for edit in reshaped(before, after, ("one",)):
        (tree.move if edit.verb == "move" else tree.put if edit.verb == "put" else lambda path, _: tree.remove(path))(
            edit.path, edit.value
        )

    assert load(tree.text)["one"] == after
    for comment in ("# above b", "b: 75  # beside b", "# beside c", "# above d", "d: x  # beside d"):
        assert comment in tree.text
    assert "gone" not in tree.text


def test_what_stays_is_not_touched() -> None:
    assert reshaped({"a": 1, "b": 2}, {"a": 1, "b": 3}, ("x",)) == [Edit("put", ("x", "b"), 3)]
    assert reshaped({"a": 1}, {"a": 1}, ("x",)) == []
