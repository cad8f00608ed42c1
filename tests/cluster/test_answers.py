"""Any bytes become data of known types, or one error that names the place."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.cluster.answers import LARGEST, misfit, read_answer, read_json
from istioctl.cluster.errors import Malformed
from istioctl.cluster.shapes import KINDS, expected, named, watched
from istioctl.yamldoc.json_weight import HEAVIEST
from istioctl.yamldoc.nesting import DEEPEST

WHERE = "https://server (GET /path)"
PATHS = [
    "/version",
    "/apis/apps/v1",
    *(f"/apis/g/v1/{plural}" for plural in KINDS),
    *(f"/apis/g/v1/namespaces/n/{plural}/x" for plural in KINDS),
    "/apis/g/v1/namespaces/n/unknown",
    "/api/v1/namespaces/n",
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["metadata", "items", "spec", "status", "labels", "name", "kind", "data", "webhooks"])
            | st.text(),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(
    st.binary() | st.text().map(str.encode) | JSON.map(lambda data: json.dumps(data).encode()), st.sampled_from(PATHS)
)
def test_any_bytes(body: bytes, path: str) -> None:
    try:
        data = read_answer(body, expected("GET", path), WHERE)
    except Malformed:
        return
    assert misfit(data, expected("GET", path)) is None
    json.dumps(data).encode("ascii")


@given(JSON, st.sampled_from([f"/api/v1/{plural}" for plural in KINDS]))
def test_nulls_of_named_fields_are_absent(data: Any, path: str) -> None:
    metadata = {"name": "x", "namespace": "n", "labels": None, "finalizers": None}
    if misfit({"kind": "X", "metadata": metadata, "spec": data}, watched(path)) is None:
        assert set(metadata) == {"name", "namespace"}


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"items": 1}, "kind is missing"),
        ({"kind": "L", "items": 1}, "items is a number, not a list"),
        ({"kind": "L", "items": [{"metadata": []}]}, "items[0].metadata is a list, not a mapping"),
        ({"kind": "L", "items": [{"metadata": {"name": "a"}}]}, "items[0].metadata.namespace is missing"),
        (
            {"kind": "L", "items": [{"metadata": {"name": "a", "namespace": "n", "labels": {"b": 1}}}]},
            "items[0].metadata.labels[b] is a number, not a text",
        ),
        (
            {"kind": "L", "items": [{"metadata": {"name": "a", "namespace": "n", "generation": 2**63}}]},
            "items[0].metadata.generation is a number that does not fit into 64 bits",
        ),
        (
            {"kind": "L", "items": [{"metadata": {"name": "a", "namespace": "n", "generation": True}}]},
            "items[0].metadata.generation is a boolean, not a number",
        ),
    ],
)
def test_the_field_is_named_and_its_value_is_not(data: Any, problem: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_answer(json.dumps(data).encode(), expected("GET", "/api/v1/pods"), WHERE)
    assert caught.value.message == f"the answer is not what it should be: {problem}"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is empty"),
        (b"<html><title>\n Sign  in</title>", "a web page titled 'Sign in'"),
        (b"hello", "expecting value at character 1"),
        (b"\xff", "not UTF-8"),
        (b"[NaN]", "does not have: NaN"),
        (b"[" + b"9" * 5000 + b"]", "too many digits"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), f"more than {DEEPEST} deep"),
        (b"[" * 100_000, "deep"),
        (b"[" + b"0," * (HEAVIEST // 100 + 1) + b"0]", "so many values"),
        (b"[" + b"{}," * (HEAVIEST // 300 + 1) + b"0]", "so many values"),
        (b" " * LARGEST + b"{}", "larger than 16 MiB"),
    ],
    ids=range(11),
)
def test_what_is_not_taken(body: bytes, words: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_json(body, WHERE)
    assert words in caught.value.message


def test_surrogates_become_what_go_makes_of_them() -> None:
    assert read_json(b'{"a\\ud800": ["\\udfff", "\\ud83d\\ude00"]}', WHERE) == {"a\ufffd": ["\ufffd", "\U0001f600"]}


def test_names_in_paths() -> None:
    assert named("/api/v1/namespaces/shop") == "shop"
    assert named("/api/v1/namespaces/shop/pods/web-1") == "web-1"
    for path in ("/api/v1/namespaces/shop/pods", "/api/v1/nodes", "/version", "/apis/apps/v1", "/x/y/z/a/b"):
        assert named(path) == ""
