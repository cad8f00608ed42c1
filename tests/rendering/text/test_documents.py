"""Reading kind and name without parsing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.rendering.text.documents import RenderedDocument
from istioctl.yamldoc.writer import dump


def head(document: RenderedDocument) -> tuple[str, str, str, str]:
    return document.api_version, document.kind, document.name, document.namespace


BLOCK = """\
# a comment
apiVersion: apps/v1
kind: Deployment
metadata:
  labels:
    name: inner
    namespace: inner
  # name: comment
  name: outer
  namespace: here
spec:
  template:
    metadata:
      name: deeper
"""


def test_a_block_text_is_not_parsed() -> None:
    document = RenderedDocument("Pilot", BLOCK)
    assert head(document) == ("apps/v1", "Deployment", "outer", "here")
    assert document.group == "apps"
    assert document._data is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{apiVersion: v1, kind: Service, metadata: {name: a}}", ("v1", "Service", "a", "")),
        ("apiVersion: v1\nkind: \"Service\"\nmetadata:\n  name: 'a b'\n", ("v1", "Service", "a b", "")),
        ("apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: b}\n", ("v1", "Service", "a", "b")),
        ("apiVersion: v1\nkind: Service\nmetadata:\n  name: a # why\n", ("v1", "Service", "a", "")),
        ("apiVersion: v1\nkind: Service\nmetadata:\n  name: &x a\n", ("v1", "Service", "a", "")),
        ("apiVersion: v1\nkind: Service\nmetadata:\n  name: null\n", ("v1", "Service", "", "")),
        ("apiVersion: v1\nkind: Service\nmetadata:\n  name: no\n", ("v1", "Service", "", "")),
        ("apiVersion: v1\nkind: Service\n", ("v1", "Service", "", "")),
        ("metadata:\n    name: a\nkind: B\napiVersion: c/v1", ("c/v1", "B", "a", "")),
        ("# nothing\n", ("", "", "", "")),
        ("[a, b]\n", ("", "", "", "")),
        ("just text\n", ("", "", "", "")),
    ],
)
def test_other_forms_are_read_all_the_same(text: str, expected: tuple[str, str, str, str]) -> None:
    assert head(RenderedDocument("Base", text)) == expected


@given(
    st.fixed_dictionaries(
        {
            "apiVersion": st.sampled_from(["v1", "apps/v1"]),
            "kind": st.sampled_from(["Service", "Deployment"]),
            "metadata": st.fixed_dictionaries(
                {"name": st.text("ab-01.y", min_size=1), "namespace": st.text("no-1e.", min_size=1)},
                optional={"labels": st.dictionaries(st.sampled_from(["name", "kind"]), st.text("a\n"))},
            ),
        },
        optional={"data": st.dictionaries(st.sampled_from(["kind", "metadata"]), st.text("kind: x\n"))},
    ),
    st.booleans(),
)
def test_the_lines_say_what_parsing_says(data: dict[str, object], sort_keys: bool) -> None:
    text = dump(data, sort_keys=sort_keys)
    assert head(RenderedDocument("Base", text)) == head(RenderedDocument("Base", data=data))


def test_changing_a_document_makes_another() -> None:
    first = RenderedDocument("Pilot", BLOCK)
    second = first.with_data({**first.data, "kind": "DaemonSet"})
    assert (first.kind, second.kind, second.component) == ("Deployment", "DaemonSet", "Pilot")
    assert first.text == BLOCK
    assert "kind: DaemonSet\n" in second.text


def test_a_document_needs_content() -> None:
    with pytest.raises(ValueError, match="text or data"):
        RenderedDocument("Pilot")
