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
