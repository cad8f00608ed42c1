"""Reading YAML as Kubernetes does, by the fast way and through nodes."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.errors import InputError
from istioctl.yamldoc.reader import compose_all, key_text, load, load_all


def through_nodes(text: str) -> Any:
    return next((document.data for document in compose_all(text)), None)


BOTH_WAYS = pytest.mark.parametrize("read", [load, through_nodes], ids=["plain", "nodes"])


@BOTH_WAYS
@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("", None), ("---\n", None), ("# nothing\n", None),
        ("a: 1\nb: [x, {c: d}]\n", {"a": 1, "b": ["x", {"c": "d"}]}),
        ("1: a\n1.5: b\ntrue: c\n0x10: d\n2001-01-01: e\n",
         {"1": "a", "1.5": "b", "true": "c", "16": "d", "2001-01-01": "e"}),
        ("a: 1\na: 2\n", {"a": 2}),
        ("a: 1.0\nb: 1e3\nc: '1'\nd: ! 5\n", {"a": 1, "b": 1000, "c": "1", "d": "5"}),
        ("x: &x {a: 1, b: 2}\nz: {<<: *x, b: 3}\n", {"x": {"a": 1, "b": 2}, "z": {"a": 1, "b": 3}}),
        ("x: &x {b: 2}\nz: {b: 3, <<: *x}\n", {"x": {"b": 2}, "z": {"b": 2}}),
        ("- &p {a: 1}\n- &q {a: 2, b: 3}\n- {<<: [*p, *q]}\n", [{"a": 1}, {"a": 2, "b": 3}, {"a": 1, "b": 3}]),
        ('{"<<": 1}\n', {"<<": 1}),
        ("a: &x 5\nb: *x\nc: {*x : d}\n", {"a": 5, "b": 5, "c": {"5": "d"}}),
        ("&k a: 1\nb: *k\n", {"a": 1, "b": "a"}),
        ("{address: zipkin:9411}\n", {"address": "zipkin:9411"}),
        ("a: |+\n  x\n\nb: >-\n  y\n  z\n", {"a": "x\n\n", "b": "y z"}),
    ],
)  # fmt: skip
def test_what_a_text_means(read: Any, text: str, data: object) -> None:
    assert read(text) == data


@BOTH_WAYS
@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: .nan\n", "unsupported value: NaN"), ("a: !!int x\n", "cannot decode"), ("{[a]: b}\n", "a key must be"),
        ("null: a\n", "a key must be"), ("18446744073709551615: a\n", "a key must be"),
        ("a: *b\n", "unknown anchor 'b'"),
        ("a: &a [*a]\n", "contains itself"), ("a: {<<: 1}\n", "map merge requires"), ("a: [\n", "bad YAML"),
        ("a: &s [{b: 1}]\nc: {<<: *s}\n", "map merge requires"), ("a: \x07\n", "not a YAML text"),
        ("a: \ud800\n", "not a YAML text"), ("[" * 5000, "nests more than"),
    ],
)  # fmt: skip
def test_bad_texts_are_one_error(read: Any, text: str, problem: str) -> None:
    with pytest.raises(InputError, match=problem) as caught:
        read(text)
    assert caught.value.where is not None
    assert caught.value.where.startswith("<input>")


@BOTH_WAYS
def test_an_alias_bomb_is_refused(read: Any) -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(InputError, match="aliases expand to too much"):
        read("\n".join(lines))


def test_an_error_names_its_line() -> None:
    with pytest.raises(InputError) as caught:
        load("a: 1\nb: !!int x\n", "values.yaml")
    assert caught.value.where == "values.yaml:2"


def test_an_alias_is_a_copy() -> None:
    data = load("a: &x [1]\nb: *x\n")
    data["a"].append(2)
    assert data["b"] == [1]


def test_streams() -> None:
    assert load_all("a: 1\n---\n---\nb: 2\n...\n") == [{"a": 1}, None, {"b": 2}]
    assert load("a: 1\n---\n[\n") == {"a": 1}  # what follows the first document is not read


def test_nodes_know_their_place() -> None:
    text = "# head\na: 1\nb:\n- 'x'\n---\nc: {d: e}\n"
    first, second = compose_all(text, "f.yaml")
    assert first.root is not None
    assert [key.value for key, _ in first.root.value] == ["a", "b"]
    value = first.root.value[1][1]
    assert (value.kind, value.line, text[value.start : value.end]) == ("sequence", 3, "- 'x'")
    assert second.root is not None
    assert second.line == 5
    assert text[second.start :].startswith("---")
    assert second.root.value[0][1].style == "flow"


def test_key_text_of_a_node() -> None:
    document = next(compose_all("0x10: a\n'1': b\n"))
    assert document.root is not None
    assert [key_text(key) for key, _ in document.root.value] == ["16", "1"]
