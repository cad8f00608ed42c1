"""Documents whose structure changes while their text stays."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.yamldoc.reader import load
from istioctl.yamldoc.round_trip import Path, RoundTrip

MESH = """\
# of the whole document

kind: Mesh   # what it is
spec:  # all of it
  # above the logs
  logs:
    file: "/dev/stdout"   # where they go
    # commented: out
  # above the rest
  rest:
  - name: a  # first
    ports: [ 80,  443 ]   # odd blanks
  # above the second
  - name: b
    text: |
      # not a comment
    flag: yes
  number: 0x1F
# the end
"""


def changed(text: str, *edits: Callable[[RoundTrip], None]) -> str:
    tree = RoundTrip(text)
    for edit in edits:
        edit(tree)
    return tree.text


def move(path: Path, to: Path) -> Callable[[RoundTrip], None]:
    return lambda tree: tree.move(path, to)


def remove(*path: str | int) -> Callable[[RoundTrip], None]:
    return lambda tree: tree.remove(path)


def put(path: Path, value: object) -> Callable[[RoundTrip], None]:
    return lambda tree: tree.put(path, value)


def test_what_does_not_change_stays_byte_for_byte() -> None:
    assert changed(MESH) == MESH


@pytest.mark.parametrize(
    ("edit", "gone", "new"),
    [
        (put(("spec", "number"), 7), "  number: 0x1F\n", "  number: 7\n"),
        (put(("spec", "number"), "seven"), "  number: 0x1F\n", "  number: seven\n"),
        (put(("spec", "number"), "7"), "  number: 0x1F\n", '  number: "7"\n'),
        (put(("spec", "logs", "file"), "x"), '"/dev/stdout"   # where', '"x"   # where'),
        (put(("spec", "logs", "file"), 7), '"/dev/stdout"   # where', "7   # where"),
        (put(("spec", "rest", 0, "ports", 0), "8080"), "[ 80,  443 ]   #", '[ "8080",  443 ]   #'),
        (put(("spec", "rest", 1, "flag"), False), "flag: yes", "flag: false"),
        (put(("spec", "rest", 0, "ports", 1), 444), "[ 80,  443 ]   #", "[ 80,  444 ]   #"),
        (put(("kind",), "Net"), "kind: Mesh", "kind: Net"),
        (remove("spec", "number"), "  number: 0x1F\n", ""),
        (remove("spec", "rest", 0), "  - name: a  # first\n    ports: [ 80,  443 ]   # odd blanks\n", ""),
        (
            remove("spec", "rest", 1),
            "  # above the second\n  - name: b\n    text: |\n      # not a comment\n    flag: yes\n",
            "",
        ),
        (
            remove("spec", "logs", "file"),
            '  # above the logs\n  logs:\n    file: "/dev/stdout"   # where they go\n    # commented: out\n',
            "",
        ),
    ],
)
def test_one_change_touches_its_own_lines(edit: Callable[[RoundTrip], None], gone: str, new: str) -> None:
    assert gone in MESH
    assert changed(MESH, edit) == MESH.replace(gone, new)


def test_a_key_moves_with_its_comments() -> None:
    assert changed(MESH, move(("spec", "logs", "file"), ("spec", "mesh", "access", "path"))) == MESH.replace(
        '  # above the logs\n  logs:\n    file: "/dev/stdout"   # where they go\n    # commented: out\n', ""
    ).replace(
        "  number: 0x1F\n",
        "  number: 0x1F\n  mesh:\n    access:\n      # above the logs\n"
        '      path: "/dev/stdout"   # where they go\n      # commented: out\n',
    )


def test_a_mapping_moves_as_a_whole() -> None:
    moved = changed(MESH, move(("spec", "logs"), ("logs",)))
    assert '# above the logs\nlogs:\n  file: "/dev/stdout"   # where they go\n  # commented: out\n# the end' in moved


@pytest.mark.parametrize(
    "text",
    [
        "a:\n    b: 1\n    c:\n        - x: 1\n",
        "a:\n  b:\n    - x: 1\n    - y\n",
        "a:\n  b:\n  -   x: 1\n",
        "---\na: {b: {c: 1}}\n",
        "%YAML 1.1\n# head\n---  # start\na:\n  b: 1\n...\n",
        "a:\n  b: 1.10\n  c: ~\n  d:\n  e: 010\n  f: 2001-01-01\n  g: ''\n",
        "a:\n  b: 1",
    ],
)
def test_layouts_survive_a_value_that_comes_and_goes(text: str) -> None:
    there = changed(text, put(("a", "new", "value"), [1, {"x": "no"}]))
    assert load(there)["a"]["new"] == {"value": [1, {"x": "no"}]}
    assert changed(there, remove("a", "new", "value")) == text


def test_lines_are_those_of_the_file() -> None:
    tree = RoundTrip("---\n" + MESH, "x.yaml", 10)
    assert tree.line(("spec", "rest", 1, "flag")) == 10 + MESH.split("\n").index("    flag: yes") + 1
    assert tree.line(("spec", "nowhere")) == tree.line(("spec",))


def test_json_stays_json() -> None:
    text = '{\n    "a": {\n        "b": 1\n    }\n}\n'
    assert changed(text, put(("a", "c"), "x")) == '{\n    "a": {\n        "b": 1,\n        "c": "x"\n    }\n}\n'


def test_shared_parts_are_written_out_when_asked() -> None:
    text = "a: &x\n  b: 1\n  c: 2\nd: *x\ne:\n  <<: *x\n  f: 3\n"
    tree = RoundTrip(text)
    assert tree.spell_out()
    tree.remove(("d", "b"))
    tree.put(("e", "c"), 9)
    assert load(tree.text) == {"a": {"b": 1, "c": 2}, "d": {"c": 2}, "e": {"f": 3, "b": 1, "c": 9}}
    assert not RoundTrip(MESH).spell_out()


@pytest.mark.parametrize("text", ["- a\n", "a\n"])
def test_only_mappings_are_documents(text: str) -> None:
    with pytest.raises(InputError, match="not a mapping") as raised:
        RoundTrip(text, "x.yaml")
    assert raised.value.where == "x.yaml:1"


_NAMES = st.sampled_from(["a", "b", "c", "dd", "on it", "1"])
_SCALARS = st.sampled_from(["1", "x", '"q"', "'s'", "true", "", "[1,  2]", "{}", "1.50", "|\n{}  text"])


@st.composite
def documents(draw: st.DrawFn) -> str:
    """Block mappings and lists with comments everywhere, in one of several layouts."""
    step = draw(st.sampled_from([2, 4]))
    dash = draw(st.sampled_from([0, 2]))
    number = iter(range(1000))

    def comment(column: int) -> str:
        kind = draw(st.sampled_from(["", "", "", "\n", "# {}\n", "\n# {}\n", "# {}\n\n"]))
        return kind.replace("# {}", " " * column + f"# {next(number)}")

    def beside() -> str:
        return draw(st.sampled_from(["", "", " # {}"])).format(next(number))

    def scalar(column: int) -> str:
        text = draw(_SCALARS)
        return text.format(" " * column) + ("" if text.startswith("|") else beside())

    def mapping(column: int, depth: int) -> str:
        text = ""
        for name in draw(st.lists(_NAMES, min_size=1, max_size=3, unique=True)):
            text += comment(column) + " " * column + f"{name}:" + value(column, depth)
        return text

    def value(column: int, depth: int) -> str:
        kind = draw(st.sampled_from(["scalar", "mapping", "list"] if depth < 3 else ["scalar"]))
        if kind == "scalar":
            return f" {scalar(column)}".rstrip(" ") + "\n"
        if kind == "mapping":
            return beside() + "\n" + mapping(column + step, depth + 1)
        text = beside() + "\n"
        for _ in range(draw(st.integers(1, 2))):
            inner = mapping(column + dash + 2, depth + 2).lstrip()
            while inner.startswith("#"):
                inner = inner.partition("\n")[2].lstrip()
            text += comment(column + dash) + " " * (column + dash) + "- " + inner
        return text

    return "top: 1\nspec:\n  " + mapping(2, 1).lstrip() + comment(0)


def comments(text: str) -> Counter[str]:
    return Counter(word for line in text.split("\n") for word in [line.partition("#")[2]] if word)


def places(data: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    if not isinstance(data, dict | list) or not data:
        return [path]
    items = data.items() if isinstance(data, dict) else enumerate(data)
    return [path, *(place for key, value in items for place in places(value, (*path, key)))]


@given(documents(), st.data())
def test_set_then_unset_gives_the_same_bytes(text: str, data: st.DataObject) -> None:
    mappings = [path for path in places(load(text)) if isinstance(at(load(text), path), dict) and at(load(text), path)]
    above = data.draw(st.sampled_from(mappings))
    path = (*above, "fresh", "value")
    there = changed(text, put(path, "x"))
    assert at(load(there), path) == "x"
    assert comments(there) == comments(text)
    assert changed(there, remove(*path)) == text


@pytest.mark.parametrize("empty", ["- x: 1", "- x: 1 # 4", "-\n    x: 1"])
def test_an_item_that_becomes_empty_ends_its_line(empty: str) -> None:
    text = f"spec:\n  a: # 3\n  {empty}\n  - b: 1\n    c: 2\n"
    moved = changed(text, move(("spec", "a", 0, "x"), ("elsewhere", "new")))
    assert load(moved) == {"spec": {"a": [{}, {"b": 1, "c": 2}]}, "elsewhere": {"new": 1}}
    assert comments(moved) == comments(text)


@given(documents(), st.data())
def test_comments_survive_a_move(text: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in places(load(text)) if path and isinstance(path[-1], str)]))
    moved = changed(text, move(path, ("elsewhere", "new")))
    assert load(moved)["elsewhere"]["new"] == at(load(text), path)
    assert comments(moved) == comments(text)


def at(data: Any, path: tuple[str | int, ...]) -> Any:
    for step in path:
        data = data[step]
    return data


def test_an_anchor_may_be_given_again(recwarn: pytest.WarningsRecorder) -> None:
    text = "a: &x [1]\nb: *x\nc: &x [2]\nd: *x\n"
    assert changed(text, put(("e",), 3)) == text + "e: 3\n"
    assert not recwarn.list


@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.sampled_from(["", "  # odd"]))
def test_what_comes_and_goes_inside_braces_leaves_no_trace(blanks: list[int], comment: str) -> None:
    gaps = [" " * number for number in blanks]
    text = "a: {}{{{}x: {}1{},{} w: 2{}}}{}\n".format(*gaps, comment)
    there = changed(text, put(("a", "z"), 3))
    assert load(there) == {"a": {"x": 1, "w": 2, "z": 3}}
    assert changed(there, remove("a", "z")) == text


def test_comments_in_what_is_set_anew_stand_above_it() -> None:
    tree = RoundTrip(
        "a:\n  # above b\n  b:  # beside b\n    # above c\n    c: 1  # beside c\n    # the end\n  d: 2  # last\n"
    )

    tree.put(("a", "b"), 3)

    assert load(tree.text) == {"a": {"b": 3, "d": 2}}
    for comment in ("# above b", "# beside b", "# above c", "# beside c", "# the end", "# last"):
        assert tree.text.count(comment) == 1
    assert tree.text.index("# beside c") < tree.text.index("b: 3")


def test_a_line_that_another_makes_room_for_keeps_its_blanks() -> None:
    tree = RoundTrip("a:\n  target:   # whose\n    kind: Service\n  name: hits  # per second\n")

    tree.move(("a", "target"), ("a", "object"))

    assert tree.text == "a:\n  name: hits  # per second\n  object:   # whose\n    kind: Service\n"


@pytest.mark.parametrize(
    ("comment", "stays"), [("  # of the mapping\n", True), ("  # - two\n", False), ("    # of the item\n", False)]
)
def test_a_comment_below_dashes_is_of_the_list_where_it_looks_like_an_item(comment: str, stays: bool) -> None:
    text = f"spec:\n  first: 1\n  list:\n  - one\n{comment}"
    assert changed(text, remove("spec", "list")) == "spec:\n  first: 1\n" + comment * stays
    assert changed(text, put(("spec", "list", 1), "two")).count(comment) == 1


@pytest.mark.parametrize(
    ("comment", "left"),
    [
        ("  # about it\n", ""),
        ("  # TODO: leave it out\n", ""),
        ("  #values:\n  #  a: 'b c'\n", "  #values:\n  #  a: 'b c'\n"),
        ("  # list:\n  # - one\n  # about it\n", "  # list:\n  # - one\n"),
        ("  # one more remark\n\n  # other: 1\n", "  # other: 1\n"),
    ],
)
@pytest.mark.parametrize("after", ["", "  last: 3\n"])
@pytest.mark.parametrize("old", ["  old: 2\n", "  old:\n    inner: 2\n"])
def test_settings_that_are_commented_out_stay(comment: str, left: str, after: str, old: str) -> None:
    path = ("spec", "old", "inner") if "inner" in old else ("spec", "old")
    assert changed(f"spec:\n  first: 1\n{comment}{old}{after}", remove(*path)) == f"spec:\n  first: 1\n{left}{after}"


@pytest.mark.parametrize("end", ["", "\n", "\n\n", "\n  ", "\n  \n\n \t"])
def test_blanks_at_the_end_stay(end: str) -> None:
    assert changed(f"a:\n  b: 1{end}", put(("a", "b"), 2)) == f"a:\n  b: 2{end}"
