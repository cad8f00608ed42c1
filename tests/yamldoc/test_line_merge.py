"""Laying a change over a text of another layout."""

from __future__ import annotations

import pytest

from istioctl.yamldoc.line_merge import merged


@pytest.mark.parametrize(
    ("base", "own", "changed", "result"),
    [
        ("a: [1]\nb: 2\n", "a: [ 1 ]\nb:   2\n", "a: [1]\n", "a: [ 1 ]\n"),
        ("a: {x: 1}\nb: 2\n", "a: {\n  x: 1\n}\nb: 2\n", "a: {x: 1}\nb: 2\nc: 3\n", "a: {\n  x: 1\n}\nb: 2\nc: 3\n"),
        ("a: x y\nb: 2\n", "a: x\n  y\nb: 2\n", "b: 2\n", "b: 2\n"),
        ("a:\n    b: 1\n", "a:\n  b: 1\n", "a:\n    b: 1\n    c:\n        d: 1\n", "a:\n  b: 1\n  c:\n      d: 1\n"),
        ("a:\n- b\n", "a:\n  - b\n", "a:\n- b\n- c\n", "a:\n  - b\n  - c\n"),
        ("a: 1\n", "a: 1\n", "a: 2\n", "a: 2\n"),
        ("a:\n  b:\n  - c\n", "a:\n   b:\n     - c\n", "a:\n  b:\n  - c\n  d: 1\n", "a:\n   b:\n     - c\n   d: 1\n"),
        ("a:\n  b:\n  # x\n  c: 1\n", "a:\n    b:\n  # x\n    c: 1\n", "a:\n  b:\n  # x\n  c: 1\n  d: 1\n",
         "a:\n    b:\n  # x\n    c: 1\n    d: 1\n"),
        ("a:\n- b: 1\n  c: 2\n", "a:\n  - b: 1\n    c: 2\n", "a:\n- b: 3\n  c: 2\n", "a:\n  - b: 3\n    c: 2\n"),
    ],
)  # fmt: skip
def test_only_what_changed_is_written_anew(base: str, own: str, changed: str, result: str) -> None:
    assert "\n".join(merged(base.split("\n"), own.split("\n"), changed.split("\n"))) == result


@pytest.mark.parametrize(
    ("base", "own", "changed", "result"),
    [
        ("a: {x: 1, y: 2}", "a:   {x:  1, y: 2}", "a: {x: 1, y: 2, z: 3}", "a:   {x:  1, y: 2, z: 3}"),
        ("a: {x: 1, y: 2}  # c", "a: { x: 1,  y: 2 }   # c", "a: {x: 1}        # c", "a: { x: 1 }   # c"),
        ("a: {x: 1, y: 2}", "a: { x: 1,  y: 2 }", "a: {y: 2}", "a: { y: 2 }"),
        ("a: [80, 443]  # c", "a: [ 80,  443 ]   # c", "a: [80, 444]  # c", "a: [ 80,  444 ]   # c"),
        ("- {n: 1,  m: 2}", "  - {n: 1,    m: 2}", "- {n: 1, m: 2, o: 3}", "  - {n: 1,    m: 2, o: 3}"),
        ("a: {x: 1}", "a: {x:\n 1}", "a: {x: 2}", "a: {x: 2}"),
        ("a: 1", "a:  1", "a: 2", "a:  2"),
    ],
)
def test_a_line_keeps_its_blanks(base: str, own: str, changed: str, result: str) -> None:
    lines = (text.split("\n") for text in (base, own, changed))
    assert "\n".join(merged(*lines, keep_blanks=True)) == result
