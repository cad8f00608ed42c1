"""Nodes that are composed line by line: the same, at the same places, as from the parser's events, or none."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from istioctl.yamldoc.by_line import LINES as LINES_OF_BY_LINE
from istioctl.yamldoc.by_line import read_by_line
from istioctl.yamldoc.nodes_by_line import compose_by_line
from istioctl.yamldoc.reader import Document, Node, compose_all
from tests.yamldoc.test_by_line import LINES, OBJECT, PLAIN_LINES

FIELDS = [name for name in Node.__slots__ if name != "value"]


def described(node: Node | None) -> object:
    """All that a node says, for comparing."""
    if node is None:
        return None
    value = node.value
    if node.kind == "mapping":
        value = [(described(key), described(item)) for key, item in value]
    elif node.kind == "sequence":
        value = [described(item) for item in value]
    return [value, *(getattr(node, name) for name in FIELDS)]


def agrees(found: Document, text: str) -> bool:
    """Whether what was composed is what the parser makes of a text: its nodes and, types included, its data."""
    (document,) = compose_all(text)
    return (
        described(found.root) == described(document.root)
        and repr(found.data) == repr(document.data)
        and found.line == document.line
        and found.end == document.end
    )


def test_an_object_in_block_style() -> None:
    found = compose_by_line(OBJECT, 0, 0)
    assert found is not None
    assert agrees(found, OBJECT)


def test_places_are_counted_in_a_longer_text() -> None:
    marker = "---  # the next one\n"
    found = compose_by_line(OBJECT, len(marker), 1)
    assert found is not None
    assert agrees(found, marker + OBJECT)


def test_a_key_that_is_there_twice() -> None:
    text = "a: 1\nb:\n- c: {d: e, d: f}\na: 2\n"
    assert compose_by_line(text, 0, 0) is None
    text = "a: 1\nb:\n- c: {d: e}\na: 2\n"
    assert compose_by_line(text, 0, 0) is None


def test_data_are_shared_by_no_two_documents() -> None:
    text = "a:\n- {b: c}\n- [d]\n"
    first, second = compose_by_line(text, 0, 0), compose_by_line(text, 0, 0)
    assert first is not None
    assert second is not None
    first.data["a"][0]["b"] = first.data["a"][1][0] = "changed"
    assert second.data == {"a": [{"b": "c"}, ["d"]]}


FLOW_WORDS = st.sampled_from(["a", "b", "on", "1", "0x1", ".5", ".inf", "...", "x/y", "a-b", "_a", "/", "1e999", "a-"])
FLOW_ENTRIES = st.builds("{}: {}".format, FLOW_WORDS, FLOW_WORDS)


@given(st.lists(FLOW_ENTRIES, min_size=1, max_size=3).map(", ".join))
def test_mappings_of_words_in_braces(entries: str) -> None:
    text = f"a:\n- b: {{{entries}}}\n"
    found = compose_by_line(text, 0, 0)
    if found is not None:
        assert agrees(found, text)


@settings(max_examples=400)
@given(st.lists(st.one_of(LINES, PLAIN_LINES, PLAIN_LINES), min_size=1, max_size=9).map("\n".join))
def test_nodes_are_those_of_the_parser(text: str) -> None:
    found = compose_by_line(text, 0, 0)
    if found is not None:
        assert agrees(found, text)


ONE_LINERS = PLAIN_LINES.filter(lambda line: not LINES_OF_BY_LINE[line].goes_on)


@given(st.lists(ONE_LINERS, min_size=1, max_size=6).map("\n".join))
def test_what_is_read_by_line_is_composed_by_line(text: str) -> None:
    if read_by_line(text) is not None:
        assert compose_by_line(text, 0, 0) is not None
