"""Documents read whole and part by part: both readers give the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.proxies import json_parts
from istioctl.proxies.json_parts import open_json

WAYS = {"whole": 1 << 30, "part by part": 0}


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(json_parts, "LARGE", WAYS[request.param])
    return str(request.param)


def test_parts(way: str) -> None:
    reader, document = open_json(b'{"a": [{"b": 1}, {"c": "\xc3\xa9"}], "n": null}', "x")
    members = reader.object(document)
    assert list(members) == ["a", "n"]
    first, second = reader.list(members["a"])
    assert reader.value(reader.object(first)["b"]) == 1
    assert reader.value(second) == {"c": "é"}
    assert reader.list(members["n"]) == []
    assert reader.object(members["n"]) == {}
    assert reader.value({"again": [second, {"plain": 1}]}) == {"again": [{"c": "é"}, {"plain": 1}]}
    assert json.loads(reader.text({"again": second})) == {"again": {"c": "é"}}
    assert reader.shown({"again": second, "n": []}) == '{\n  "again": {\n    "c": "é"\n  },\n  "n": []\n}'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b'{"a": 1}}', "not JSON"),
        (b"Failed to convert protobuf message\nmore", "not JSON: Failed to convert protobuf message$"),
        (b"\xff\xfe", "not JSON"),
        (b'{"a":' * 100_000, "nests collections too deep"),
    ],
)
def test_what_is_not_json(way: str, text: bytes, words: str) -> None:
    def read() -> None:
        reader, document = open_json(text, "x.json")
        reader.value(document)

    with pytest.raises(InputError, match=words):
        read()


@pytest.mark.parametrize("text", [b"[]", b"1", b'"a"'])
def test_what_is_not_an_object(way: str, text: bytes) -> None:
    reader, document = open_json(text, "the file")
    with pytest.raises(InputError, match="the file: an object is expected"):
        reader.object(document)


@pytest.mark.parametrize("text", [b"{}", b"1", b'"a"'])
def test_what_is_not_a_list(way: str, text: bytes) -> None:
    reader, document = open_json(text, "the file")
    with pytest.raises(InputError, match="the file: a list is expected"):
        reader.list(document)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 53), 1 << 53) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=3), _JSON, max_size=4))
def test_both_readers_read_the_same(value: dict[str, Any]) -> None:
    text = json.dumps(value).encode()
    for limit in WAYS.values():
        json_parts.LARGE, before = limit, json_parts.LARGE
        try:
            reader, document = open_json(text, "x")
            assert {name: reader.value(part) for name, part in reader.object(document).items()} == value
            assert json.loads(reader.shown(value)) == value
        finally:
            json_parts.LARGE = before


def test_members_and_lists_by_name(way: str) -> None:
    reader, document = open_json(b'{"@type": "a", "x": 1, "other": {}, "n": null, "l": [1, {}]}', "x")
    members = reader.members(document, "other", "@type", "missing", "n")
    assert {name: reader.value(part) for name, part in members.items()} == {"other": {}, "@type": "a", "n": None}
    lists = reader.lists(document, "missing", "n", "l")
    assert {name: [reader.value(part) for part in parts] for name, parts in lists.items()} == {"l": [1, {}]}
    with pytest.raises(InputError, match="expected"):
        reader.lists(document, "x")
    with pytest.raises(InputError, match="an object is expected"):
        reader.members(reader.lists(document, "l")["l"][0], "a")


@pytest.mark.parametrize("item", [b"1", b"{}", b'{"a":{"b":{}}}'])
def test_data_that_would_take_too_much_memory_are_refused(item: bytes) -> None:
    text = b'{"a":[' + item + (b"," + item) * (7_000_000 // len(item)) + b"]}"
    reader, document = open_json(text, "the page")
    with pytest.raises(InputError, match="the page: a part of it has") as caught:
        reader.value(document)
    assert caught.value.id == "too-large"
