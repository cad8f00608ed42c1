"""Long lists: their items apart are the items of the list, at the same places."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.yamldoc import long_lists
from istioctl.yamldoc.long_lists import items_apart
from istioctl.yamldoc.reader import compose_all, load

AROUND = [
    ("apiVersion: v1\nkind: List\nitems:\n", ""),
    ("# of the cluster\n\napiVersion: v1\nitems:   \n", 'kind: List\nmetadata:\n  resourceVersion: ""\n'),
    ("apiVersion: v1\nitems:\n", "# the end\nkind: List\n"),
]
ITEMS = [
    "- a: 1\n", "- a:\n  - b\n  - c: {d: e}\n", "-\n  a: 1\n", "-   a: b\n    c: d\n", "- # why\n  a: 1\n",
    "- a: |\n    text\n\n    more\n", "- a: >-\n    - b\n    text\n", "# between\n- a: 'b'\n", "\n- {a: b}\n",
    "- a: b # c\n\n", "- kind: List\n  items:\n  - a: b\n  - c: d\n", '- a: "b\n    c"\n', "-\n", "- null\n",
    "- - a\n  - b\n",
]  # fmt: skip


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of any length are long ones."""
    monkeypatch.setattr(long_lists, "LONG_LIST", 0)


def assert_apart(text: str, count: int) -> None:
    whole = next(compose_all(text)).root
    assert whole is not None
    wanted = next(value for key, value in whole.value if key.value == "items").value
    assert len(wanted) == count
    apart = list(items_apart(text))
    assert [load(item) for item, _ in apart] == load(text)["items"]
    for (item, before), there in zip(apart, wanted, strict=True):
        document = next(compose_all(item), None)
        if document is not None and (root := document.root) is not None:
            assert (root.line + before, root.column) == (there.line, there.column)
            assert root.size == there.size


@pytest.mark.parametrize("indent", ["", "  "])
@given(st.sampled_from(AROUND), st.lists(st.sampled_from(ITEMS), min_size=1, max_size=5), st.booleans())
def test_yaml(indent: str, around: tuple[str, str], items: list[str], windows: bool) -> None:
    lines = "".join(items).splitlines(keepends=True)
    text = around[0] + "".join(indent + line if line.strip() else line for line in lines) + around[1]
    if lines[0].startswith("-"):  # what is not right behind `items:` is left whole
        assert_apart(text.replace("\n", "\r\n") if windows else text, len(items))


VALUES = [1, "x", '"', "{[,", {"items": [{}]}, [{"b": "\\"}]]


@given(st.lists(st.fixed_dictionaries({"a": st.sampled_from(VALUES)}), min_size=1))
def test_json(items: list[dict[str, object]]) -> None:
    for data in (
        {"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}},
        {"kind": "List", "apiVersion": "v1", "items": items},
    ):
        assert_apart(json.dumps(data, indent=4), len(items))


@pytest.mark.parametrize(
    "text",
    [
        "kind: List\nitems:\n- a: &x b\n- a: *x\n",
        "kind: ConfigMap\nitems:\n- a: b\n- a: c\n",
        "kind: List\nitems: [{a: b}, {a: c}]\n",
        "kind: List\nitems:\n",
        '{"kind": "List", "items": [{"a": 1}, {"a": 2}]}',
        '{"kind": "List", "items": [\n  {"a": 1}, {"a": 2}]}',
        '{"kind": "Other", "items": [\n  {"a": 1},\n  {"a": 2}\n]}',
        '{"metadata": {"items": [\n  {"a": 1},\n  {"a": 2}\n]}, "kind": "List"}',
        '{"kind": "List", "items": [\n  {"a": 1},\n  {a: 2}\n]}',
        '{"kind": "List", "items": []}',
        "",
    ],
)
def test_what_stays_whole(text: str) -> None:
    assert list(items_apart(text)) == [(text, 0)]


def test_short_lists_stay_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "kind: List\nitems:\n- a: b\n- c: d\n"
    assert len(list(items_apart(text))) == 2
    monkeypatch.setattr(long_lists, "LONG_LIST", 1000)
    assert list(items_apart(text)) == [(text, 0)]
