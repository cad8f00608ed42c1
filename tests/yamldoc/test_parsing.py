"""What go-yaml reads and libyaml alone would refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from istioctl.errors import InputError
from istioctl.yamldoc import parsing
from istioctl.yamldoc.parsing import is_well_formed
from istioctl.yamldoc.reader import compose_all, load, load_all, to_data

Reader = Callable[[str, str], list[Any]]


@pytest.mark.parametrize(
    ("text", "data"),
    [
        ("a: [fd00::, x]\n", {"a": ["fd00::", "x"]}),
        ("a: [fd00::]\n", {"a": ["fd00::"]}),
        ("a: {b: fd00::, c: d}\n", {"a": {"b": "fd00::", "c": "d"}}),
        ("a: [a:, b]\n", {"a": ["a:", "b"]}),
        ('a: [x:]\nb: "[::]:8080"\n', {"a": ["x:"], "b": "[::]:8080"}),
        ("a: [x:]\nb: '[fd00::, y]'\n", {"a": ["x:"], "b": "[fd00::, y]"}),
        ("a: [x:]\nb: |\n  [fd00::]\n# [c:]\n", {"a": ["x:"], "b": "[fd00::]\n"}),
        ('a: [x:]\nb: {"c":[1],"d":{}}\n', {"a": ["x:"], "b": {"c": [1], "d": {}}}),
        ('a: ["[::]:8080"]\n', {"a": ["[::]:8080"]}),
    ],
)
def test_colons_before_brackets(text: str, data: object) -> None:
    assert load(text) == data
    assert load_all(f"x: 1\n---\n{text}") == [{"x": 1}, data]
    (document,) = compose_all(text)
    assert document.root is not None
    assert to_data(document.root) == data
    assert document.end == len(text)
    assert is_well_formed(text)
    assert load(text.encode()) == data


@pytest.mark.parametrize("text", ["a: [::]\n", "a: [:]\n", "a: [::1]\n", "a: [x:}\n", "a: [x:\n", "a: {b: ::}\n"])
def test_what_go_yaml_refuses_too(text: str) -> None:
    assert not is_well_formed(text)
    with pytest.raises(InputError, match="bad YAML"):
        load(text)


def test_places_are_those_of_the_text() -> None:
    text = "a: [fd00::, x]\nb: [y:, 'z']\n"
    (document,) = compose_all(text)
    assert document.root is not None
    second = document.root.value[1][1].value
    assert [text[node.start : node.end] for node in second] == ["y:", "'z'"]


@pytest.mark.parametrize("read", [load_all, lambda text, source: list(compose_all(text, source))])
@pytest.mark.parametrize("odd", ["", "a: [x:]\n---\n"])
def test_documents_with_too_many_nodes(monkeypatch: pytest.MonkeyPatch, read: Reader, odd: str) -> None:
    monkeypatch.setattr(parsing, "MOST_NODES", 10)
    monkeypatch.setattr(parsing, "MOST_PLACES", 10)
    ten = "a: [1, {b: 2}, 3]\nc: d\n"  # mappings and lists count, too
    assert len(read(f"{odd}{ten}---\n{ten}", "in.yaml")) == 2 + bool(odd)
    with pytest.raises(InputError, match=r"a document has more than [0-9,]+ values") as caught:
        read(f"{odd}{ten}---\n{ten}e: f\n", "in.yaml")
    assert (caught.value.where, caught.value.id) == (f"in.yaml:{6 + odd.count(chr(10))}", "too-large")
