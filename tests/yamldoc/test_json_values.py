"""JSON values one after another."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.yamldoc.json_values import further_values, unread_after
from istioctl.yamldoc.reader import compose_all

JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.lists(st.dictionaries(st.text(), JSON, max_size=3), min_size=1, max_size=4)


@given(OBJECTS, st.sampled_from(["", " ", "\n", "\n\n  "]), st.sampled_from([None, 2]))
def test_objects_are_told_apart(objects: list[dict[str, Any]], between: str, indent: int | None) -> None:
    texts = [json.dumps(each, indent=indent, ensure_ascii=False) for each in objects]
    whole = between.join(texts) + "\n"
    starts = [0, *further_values(whole, "f")]
    ends = [*starts[1:], len(whole)]
    assert [json.loads(whole[start:end]) for start, end in zip(starts, ends, strict=True)] == objects


@pytest.mark.parametrize(
    "text", ["a: {}\n", "{a: b}\n{c: d}\n", '{"a": 1}\n# end\n', '{"a": 1}\n...\n', "", "  ", "[1]"]
)
def test_other_texts_stay_whole(text: str) -> None:
    assert further_values(text, "f") == []


@pytest.mark.parametrize("rest", ["x", "5", "a: b", "]", '"t"'])
def test_what_follows_and_is_not_an_object_is_refused(rest: str) -> None:
    with pytest.raises(InputError, match="not another object") as caught:
        further_values('{"a":\n1}\n{"b": 2}\n' + rest, "f", line=3)
    assert caught.value.where == "f:6"


@pytest.mark.parametrize("rest", [" ]", "\n}", ", {}", "\n...\n{}", ' "t"'])
def test_a_json_document_ends_its_text(rest: str) -> None:
    text = '{"a":\n1}' + rest
    with pytest.raises(InputError, match="not another object") as caught:
        unread_after(text, next(compose_all(text, "f")))
    assert caught.value.where == f"f:{2 + rest.count(chr(10))}"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a: 1\n", None),
        ("a: 1\n...\n", None),
        ("a: 1\n...\n# end\n", None),
        ('{"a": 1} # end\n', None),
        ("a: 1\n...\nb: 2\n", 2),
        ("a: 1\n...\n\n# so\n}\n", 4),
        ("a: 1\n...\n...b\n", 2),
    ],
)
def test_what_follows_the_end_of_a_document_is_seen(text: str, line: int | None) -> None:
    assert unread_after(text, next(compose_all(text, "f"))) == line
