"""Notes of the way back: what is found again in an edited text, and what is not taken for it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istioctl.injection.reverse_patch import Note, between, detached, restored, with_comment, with_field
from istioctl.yamldoc.edit import Edit, apply

_texts = st.lists(st.sampled_from(["a\n", "b\n", " c\n", "\n", "d: ä\n", "\r\n"]), min_size=1, max_size=12).map("".join)


@st.composite
def _edits(draw: st.DrawFn, text: str) -> list[Edit]:
    places = sorted(draw(st.lists(st.integers(0, len(text) - 1), max_size=6)))
    spans = list(zip(places[::2], places[1::2], strict=False))
    made = [Edit(start, end, draw(st.sampled_from(["", "x", "y\n", "z\nz\n", "# c\n"]))) for start, end in spans]
    return [each for index, each in enumerate(made) if not index or each.start >= made[index - 1].end]


@settings(max_examples=300, deadline=None)
@given(st.data(), _texts, st.booleans())
def test_any_edits_are_taken_back(data: st.DataObject, text: str, by_line: bool):
    edits = data.draw(_edits(text))
    after = apply(text, edits)
    note = Note.of(text, edits, (), by_line=by_line)
    assert restored(after, note) == (text, True)
    assert Note.read(note.written(), by_line=by_line) == note


@settings(max_examples=100, deadline=None)
@given(_texts, _texts)
def test_the_edits_between_two_texts(before: str, after: str):
    assert apply(before, between(before, after)) == after


@pytest.mark.parametrize("place", [None, 0, 5])
def test_a_comment_comes_off_as_it_went_on(place: int | None):
    text = "a: 1\nb: 2\n"
    note = Note.of(text, [Edit(5, 5, "c: 3\n")], ["x"], by_line=True)
    assert detached(with_comment(text, note, "\n", place)) == (text, note)
    assert detached(text) == (text, None)


def test_a_field_comes_off_as_it_went_on():
    text = '{"a": {"sidecar.istio.io/status": "{\\"revision\\":\\"default\\"}"}}\n'
    note = Note.of(text, [Edit(1, 1, '"b": 1,')], (), by_line=False)
    noted = with_field(text, note)
    assert noted != text
    assert detached(noted) == (text, note)
    assert with_field('{"a": 1}', note) == '{"a": 1}'


@pytest.mark.parametrize(
    "said",
    [
        "{}", "[]", "{", '{"lines": 1}', '{"lines": [1]}', '{"lines": [[1, 2]]}', '{"lines": [[-1, 2, 3]]}',
        '{"lines": [[1, 2, 3, 4]]}', '{"lines": [[1, true, 3]]}', '{"lines": [], "kept": [1]}',
        '{"lines": [[1, 2, 3, "", 5]]}',
    ],
)  # fmt: skip
def test_what_is_no_note(said: str):
    assert Note.read(said, by_line=True) is None


def test_what_looks_the_same_is_only_taken_where_it_is_beyond_doubt():
    text = "one\ntwo\nthree\n"
    note = Note.of(text, [Edit(4, 4, "new\n"), Edit(8, 8, "new\n")], (), by_line=True)
    assert restored("one\nnew\ntwo\nnew\nthree\n", note) == (text, True)
    assert restored("zero\none\nnew\ntwo\nnew\nthree\n", note) == ("zero\n" + text, False)
    edited = "zero\none\nnew\ntwo\nthree\n"  # one of the two has gone, and nobody knows which
    assert restored(edited, note) == (edited, False)
    edited = "new\none\nnew\ntwo\nnew\nthree\n"
    assert restored(edited, note) == (edited, False)
