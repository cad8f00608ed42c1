from __future__ import annotations

import io
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.injection import streams
from istioctl.injection.inject import inject_pieces
from istioctl.injection.reverse_patch import LEAD
from istioctl.injection.streams import Piece
from istioctl.injection.uninject import Uninjector
from istioctl.yamldoc import long_lists
from tests.support.injecting import builtin_injector

LINES = [
    "---\n",
    "--- # note\n",
    "\n",
    "# note\n",
    "kind: A\n",
    "- a\n",
    "---\r\n",
    "items:\n",
    "kind: List\n",
    "  b: c\n",
]


def pieces(text: str) -> list[Piece]:
    return list(streams.pieces(io.BytesIO(text.encode()), "in.yaml"))


@given(st.lists(st.sampled_from(LINES), max_size=20))
def test_pieces_joined_are_the_stream(lines: list[str]) -> None:
    text = "".join(lines)
    found = pieces(text)
    assert "".join(piece.text for piece in found) == text
    line = 1
    for piece in found:
        assert piece.line == line
        line += piece.text.count("\n")
    assert all(piece.text for piece in found)


def test_a_run_of_empty_documents_is_one_piece() -> None:
    found = pieces("---\n" * 5 + "kind: A\n" + "---\n" * 3)
    assert [(piece.text, piece.line) for piece in found] == [("---\n" * 4, 1), ("---\nkind: A\n", 5), ("---\n" * 3, 7)]


HEADS = ["kind: List\napiVersion: v1\nitems:\n", "---\n# all\nitems:\n", "\ufeffapiVersion: v1\nitems:\n"]
TAILS = ["", "kind: List\nmetadata:\n  resourceVersion: ''\n", "kind: List", "# end\nkind: List\n", "kind: Other\n"]
ITEMS = [
    "- kind: Deployment\n  apiVersion: apps/v1\n  metadata: {name: a}\n  spec:\n    template:\n      spec:\n"
    "        containers:\n        - name: a\n          image: b\n",
    "- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: c\n  data:\n    text: |\n      - x\n\n      # y\n",
    "# a note\n\n",
    '-\n  apiVersion: v1\n  kind: Pod\n  metadata:\n    name: p\n    labels: {a: "-"}\n'
    "  spec: {containers: [{name: a, image: b}]}\n",
    "- {apiVersion: v1, kind: Service, metadata: {name: s}}\n",
    '- apiVersion: v1\n  kind: Pod\n  metadata: {name: q, annotations: {note: "a\n    - b\n    c"}}\n  spec:\n'
    "    containers: [{name: a, image: b}]\n",
]


def injected(found: Iterable[Piece]) -> tuple[str, list[tuple[str, str]], int] | str:
    """The text, what was injected where, and how many others there were; or an error."""
    try:
        results = list(inject_pieces(found, builtin_injector()))
    except InputError as problem:
        return f"{problem.where}: {problem.message}"
    places = [(entry.name, entry.source) for result in results for entry in result.entries]
    lines = "".join(result.text for result in results).splitlines(keepends=True)
    text = "".join(line for line in lines if not line.startswith(LEAD))
    return text.rstrip("\r\n"), places, sum(result.foreign for result in results)


@pytest.mark.parametrize("indent", ["", "  "])
@given(
    st.sampled_from(HEADS),
    st.lists(st.sampled_from(ITEMS), min_size=1, max_size=5),
    st.sampled_from(TAILS),
    st.booleans(),
)
def test_items_of_a_long_list_are_changed_as_in_one_piece(
    indent: str, head: str, items: list[str], tail: str, windows: bool
) -> None:
    lines = "".join(items).splitlines(keepends=True)
    text = head + "".join(indent + line if line.strip() else line for line in lines) + tail
    text = text.replace("\n", "\r\n") if windows else text
    whole = pieces(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(long_lists, "LONG_LIST", 0)
        patch.setattr(streams, "_GROUP", 0)
        parts = pieces(text)
    assert "".join(part.text for part in parts) == text
    assert injected(parts) == injected(whole)


def test_what_is_wrong_in_a_long_list_is_named_by_line() -> None:
    item = "- apiVersion: v1\n  kind: Pod\n  spec: {containers: []}\n"
    text = f"apiVersion: v1\nkind: List\nitems:\n{item * 25_000}- {{a: [}}\n"
    found = pieces(text)
    assert len(found) > 4
    with pytest.raises(InputError, match="bad YAML") as caught:
        list(inject_pieces(found[-1:], Uninjector()))
    assert (caught.value.where or "").startswith("in.yaml:75004:")


@pytest.mark.parametrize("extra", ["&a b", "{}"])
def test_lists_that_stay_whole(monkeypatch: pytest.MonkeyPatch, extra: str) -> None:
    monkeypatch.setattr(long_lists, "LONG_LIST", 0)
    monkeypatch.setattr(streams, "_GROUP", 0)
    kind = "List" if "&" in extra else "ConfigMap"
    assert len(pieces(f"kind: {kind}\nitems:\n- a: {extra}\n- a: b\n- a: c\n")) == 1
