"""Documents that are read line by line: the same data as from the parser's events, or no answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.yamldoc.by_line import read_by_line
from istioctl.yamldoc.duplicates import duplicate_keys
from istioctl.yamldoc.lazy import LazyNode
from istioctl.yamldoc.reader import compose_all

OBJECT = """\
# what it is for
apiVersion: v1  # of Kubernetes
kind: Service
metadata:
  name: web
  labels: {app: web, version: "1"}
  annotations:

    example.com/long-name: 'yes: it is'
spec:
  selector:
  ports:
  - name: http
    port: 80
    targetPort: 0x10
  -   name: more
      nested:
        - a
        - [b, {c: d}]
      last: ~
status:
"""


def expected(text: str) -> tuple[object, int] | None:
    """What the parser's events give; None where a document has to be parsed for its errors or warnings."""
    try:
        first, *others = list(compose_all(text)) or [None]
        if first is None or first.root is None or others or any(duplicate_keys(first.root)):
            return None
        return first.data, first.root.line
    except InputError:
        return None


def test_an_object_in_block_style() -> None:
    read = read_by_line(OBJECT)
    assert read is not None
    assert read == expected(OBJECT)
    assert read[1] == 1


def test_an_object_that_is_indented() -> None:
    text = "".join(f"  {line}" if line.strip() else line for line in OBJECT.splitlines(keepends=True))
    assert read_by_line(text) == expected(text) == expected(OBJECT)
    assert read_by_line(f"{text}a: b\n") is None


@pytest.mark.parametrize(
    "text",
    [
        "a: b\n  c: d\n",
        "a: b\n  - c\n",
        "- a\n  - b\n",
        "a: >-\n  text\n",
        "a: b\nc: d\na: e\n",
        "a: {b: 1, b: 2}\n",
        "a: &x b\nc: *x\n",
        "a: 'b\n  c'\n",
        "a:\n  b: 1\n c: 2\n",
        "a: b: c\n",
        "on: 1\n",
        "a: .inf\n",
        "a:\tb\n",
        "a: b\r\n",
        "a: \u2028\n",
        "- a\n",
        "text",
        "",
        "# nothing\n",
        "a: [\n  b]\n",
        "a: {\n  b: c\n  d: e\n}\n",
        "a: {\nb: c\n}\n",
        "a: {\n  b: {\n  }\n}\n",
        "a: {\n  b: c\n}: d\n",
        "a: {\n  b: c  # d\n}\n",
        "a: |\n\n  text\n",
        "a: |\n  text\n\nb: c\n",
        "a: |\ntext\n",
        "a: |\n  text",
        "a: {b: c}}\n",
        "a: {b: c}: d\n",
        f"{'a' * 1100}: b\n",
        "".join(f"{' ' * depth}a:\n" for depth in range(120)),
    ],
)
def test_what_is_not_read(text: str) -> None:
    assert read_by_line(text) is None


@pytest.mark.parametrize("style", ["|", "|-", "|  # as it is"])
def test_texts_of_several_lines(style: str) -> None:
    text = f"a: {style}\n  - one\n   two: 2\nb:\n- c: {style}\n     # no comment\n    # one\n  d: {style}\n      last\n"
    read = read_by_line(text)
    assert read is not None
    assert read == expected(text)
    assert read[0]["a"].startswith("- one\n two: 2")


def test_braces_and_brackets_over_several_lines() -> None:
    text = "a: {\n  b: $(C),\n  d: e f\n   g,\n\n  }\nh:\n- i: [\n    j,\n  k\n]\n"
    read = read_by_line(text)
    assert read is not None
    assert read == expected(text)
    assert read[0] == {"a": {"b": "$(C)", "d": "e f g"}, "h": [{"i": ["j", "k"]}]}


def test_what_is_read_is_never_shared() -> None:
    text = "a: {b: [c]}\nd:\n- {b: [c]}\n"
    for _ in range(2):
        read = read_by_line(text)
        assert read is not None
        assert read[0] == {"a": {"b": ["c"]}, "d": [{"b": ["c"]}]}
        read[0]["a"]["b"].append("more")
        read[0]["d"][0]["b"].append("more")


WORDS = st.sampled_from([
    "a", "b", "kind", "name", "on", "null", "no", "x/y.z", "1", "0x1F", "017", "1e3", ".5", "-1", "1_000",
    "2024-01-02", "12:30", "1.0", "0.1e-5", "1e400", "9223372036854775808", "", " ", "~", "-", "--", "---", "...",
    "- a", "-a", "?", "? a", "#c", " #c", "a#b", "a b", "a: b", "a:b", "a:", ":", "::1", "'q'", "'it''s'", '"q"',
    '"\\n"', "'q' #c", '"a": 1', "'", '"', "{}", "[]", "{a: b}", "{a: b, a: c}", "[a, b]", "[a", "a]", "{a: b} #c",
    "[fd00::]", "{a: [1, {b: 'c'}]}", "[a]: b", "|", ">-", "&x a", "*x", "!!str 1", "<<", "%a", "@a", "`a", "=",
    "a\tb", "ä", "\u00a0", "\ufeff", "\x85", "x,y", "a}", "\\", "$(A)", "(a)", "/", ".", "~a",
])  # fmt: skip
LINES = st.builds(
    lambda margin, dashes, key, value, end: f"{' ' * margin}{dashes}{key}{value}{end}",
    st.sampled_from([0, 0, 0, 2, 2, 2, 4, 4, 1, 3, 6]),
    st.sampled_from(["", "", "", "- ", "- ", "-   ", "- - ", "-"]),
    st.sampled_from(
        ["", "a: ", "b: ", "c: ", "d: ", "e:", "name:", "f:  ", "on: ", '"a": ', "a : ", "x/y: ", "a.b: ", "1: "]
    ),
    WORDS,
    st.sampled_from(["", "", "", " ", " #c", "\r", "\t"]),
)
#: Lines that go well together, so that whole documents come about.
PLAIN_LINES = st.builds(
    lambda margin, dash, key, value: f"{' ' * margin}{dash}{key}:{value}",
    st.sampled_from([0, 0, 2, 2, 4, 6]),
    st.sampled_from(["", "", "", "- "]),
    st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h"]),
    st.sampled_from(["", "", " 1", " x", " {a: b}", ' "q"', " #c", " |", " |-", " | #c", " {", " ["]),
)
TEXT_LINES = st.builds(
    lambda margin, text: f"{' ' * margin}{text}",
    st.sampled_from([0, 1, 2, 2, 2, 4, 4, 6]),
    st.sampled_from(["text", "- x", "a: b", '{"a":1}', "", "", "#c", "x ", "\t", "ä", "\x85", "---"]),
)


@settings(max_examples=400)
@given(st.lists(st.one_of(LINES, PLAIN_LINES, PLAIN_LINES, TEXT_LINES), min_size=1, max_size=9).map("\n".join))
def test_reads_what_the_parser_reads_or_nothing(text: str) -> None:
    read = read_by_line(text)
    if read is not None:
        wanted = expected(text)
        assert repr(read) == repr(wanted)  # 1, 1.0 and True are equal


@given(st.lists(st.one_of(PLAIN_LINES, TEXT_LINES), min_size=1, max_size=6).map("\n".join))
def test_nodes_are_those_of_the_text(text: str) -> None:
    if read_by_line(text) is not None:
        root = LazyNode(text, "x").node
        whole = next(compose_all(text)).root
        assert whole is not None
        assert (root.line, root.end, root.size) == (whole.line, whole.end, whole.size)
