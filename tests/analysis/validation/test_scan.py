"""What the text of a document tells."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.analysis.validation import scan
from istioctl.errors import InputError
from istioctl.yamldoc.reader import Node, compose_all
from istioctl.yamldoc.writer import dump

keys = st.sampled_from(["a", "b", "name", "kind", "x/y"])
trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("ab: {}-#'\"&*|>,[]", max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)


def has_duplicates(node: Node | None) -> bool:
    if node is None or node.kind == "scalar":
        return False
    if node.kind == "sequence":
        return any(has_duplicates(item) for item in node.value)
    names = [key.value for key, _ in node.value]
    return len(set(names)) < len(names) or any(has_duplicates(value) for _, value in node.value)


@given(st.dictionaries(keys, trees, min_size=1), st.data())
def test_a_duplicate_is_never_missed(data: dict[str, Any], choose: st.DataObject) -> None:
    lines = dump(data).splitlines()
    lines.insert(choose.draw(st.integers(0, len(lines))), choose.draw(st.sampled_from(lines)))
    text = "\n".join(lines) + "\n"
    try:
        roots = [document.root for document in compose_all(text, "x")]
    except InputError:
        return
    if scan.has_unique_keys(text):
        assert not any(has_duplicates(root) for root in roots)


def test_the_usual_document_is_seen_to_have_unique_keys() -> None:
    text = "kind: A\nspec:\n  a:\n  - name: x\n    value: 1\n  - name: y\n    value: 2\n  b: {c: 1, d: {c: 2}}\n"
    assert not scan.has_unique_keys(text)  # a flow mapping inside another is left to the parser
    assert scan.has_unique_keys(text.replace("{c: 1, d: {c: 2}}", "{c: 1, d: 2}"))


@pytest.mark.parametrize(
    "text", ["a: 1\na: 2\n", "a: {b: 1, b: 2}\n", "- a: 1\n  a: 2\n", "a:\n  b: 1\n  c: 2\n  b: 3\n"]
)
def test_duplicates_are_seen(text: str) -> None:
    assert not scan.has_unique_keys(text)


def test_split_counts_lines() -> None:
    assert list(scan.split("a\n---\nb\n--- # x\n\nc\n---\n", "f")) == [("a\n", 0), ("b\n", 2), ("\nc\n", 4)]
    assert list(scan.split("---\na: '---'\n", "f")) == [("a: '---'\n", 1)]


def test_header() -> None:
    assert scan.header("# x\nkind: B\napiVersion: a/v1\n") == ("a/v1", "B")
    assert scan.header("kind: B\n") is None
    assert scan.header('apiVersion: "v1"\nkind: B\n') is None


@pytest.mark.parametrize(
    ("ports", "good"),
    [
        ("  - {name: http, port: 80}\n", True),
        ("  - name: tcp-x\n    port: 80\n  - port: 81\n    name: grpc\n", True),
        ("  - port: 80\n", False),
        ("  - {name: web, port: 80}\n", False),
        ("  - {name: http, port: 80}\n  - {port: 81}\n", False),
        ("  - {name: http, appProtocol: x}\n", False),
    ],
)
def test_ports_that_are_seen_to_be_good(ports: str, good: bool) -> None:
    assert scan.has_good_ports(f"spec:\n  selector: {{a: b}}\n  ports:\n{ports}") is good


def test_telemetry_labels() -> None:
    text = "spec:\n  template:\n    metadata:\n      labels:\n        app: x\n        {}\n    spec: 1\n"
    assert scan.has_telemetry_labels(text.format("version: v1"))
    assert not scan.has_telemetry_labels(text.format("tier: x"))


@pytest.mark.parametrize("label", ["version: 1", "version: true", "version: yes", "version: 'v1", "version: [a]"])
def test_labels_that_may_not_be_text_are_looked_at(label: str) -> None:
    text = f"spec:\n  template:\n    metadata:\n      labels:\n        app: x\n        {label}\n    spec: 1\n"
    assert not scan.has_telemetry_labels(text)
    assert scan.has_telemetry_labels(text.replace(label, 'version: "1"'))


@pytest.mark.parametrize("line", ["---", "--- ", "---\t# x", "---#", "--- #\r", " ---x", "a: ---x"])
def test_separators(line: str) -> None:
    scan.expect_separators(f"a: b\n{line}\nc: d\n", "f")


@pytest.mark.parametrize("line", ["----", "---x", "--- x", "--- |", "--- {}", "--- !!map", "---\r# x"])
def test_what_is_no_separator(line: str) -> None:
    text = f"a: b\n{line}\nc: d\n"
    assert [chunk for chunk, _ in scan.split(text, "f")] == [text]
    with pytest.raises(InputError) as raised:
        scan.expect_separators(text, "f")
    assert raised.value.where == "f:2"


def test_json_objects_in_a_row_are_documents() -> None:
    text = 'x: 1\n---\n{"a": 1}\n{"b":\n2} {"c": 3}\n'
    assert list(scan.split(text, "f")) == [
        ("x: 1\n", 0), ('{"a": 1}\n', 2), ('{"b":\n2} ', 3), ('{"c": 3}\n', 4),
    ]  # fmt: skip
