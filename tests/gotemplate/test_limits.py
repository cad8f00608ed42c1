"""Hostile templates end with an error that names the limit, soon."""

from __future__ import annotations

import sys

import pytest

from istioctl.golang.budget import MAX_SIZE, check_size
from istioctl.gotemplate.errors import ExecutionError, ParseError
from istioctl.gotemplate.limits import Limits
from istioctl.gotemplate.template import render

SMALL = Limits(steps=5000, seconds=5.0, includes=30)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("{{ range 1000000000000 }}{{ end }}", "step limit"),
        (
            "{{ range .l }}{{ range $.l }}{{ range $.l }}{{ range $.l }}{{ end }}{{ end }}{{ end }}{{ end }}",
            "step limit",
        ),
        ('{{ $x := "aaaa" }}{{ range 60 }}{{ $x = print $x $x }}{{ end }}', "size limit"),
        ('{{ range 100 }}{{ printf "%1000000d" 1 }}{{ end }}', "output limit"),
        ('{{ define "r" }}{{ template "r" }}{{ end }}{{ template "r" }}', "step limit"),
    ],
)
def test_limits_are_named(text: str, limit: str) -> None:
    with pytest.raises(ExecutionError, match=limit) as caught:
        render({"main": text}, "main", {"l": list(range(20))}, limits=SMALL)
    assert caught.value.category == "limit"


def test_output_is_limited() -> None:
    with pytest.raises(ExecutionError, match="output limit exceeded: 3000 characters, at most 2000 are allowed"):
        render({"main": "{{ range 1000 }}abc{{ end }}"}, "main", None, limits=Limits(output=2000))


def test_time_is_limited() -> None:
    with pytest.raises(ExecutionError, match=r"time limit exceeded: more than 0\.01 seconds"):
        render({"main": "{{ range 100000000 }}{{ end }}"}, "main", None, limits=Limits(seconds=0.01))


def test_a_straight_line_of_calls_is_timed_too() -> None:
    with pytest.raises(ExecutionError, match="time limit"):
        render({"main": "{{ print 1 2 }}" * 5000}, "main", None, limits=Limits(seconds=0.0))


def test_templates_nest_as_deep_as_in_go_and_no_deeper() -> None:
    text = '{{ define "r" }}{{ template "r" }}{{ end }}{{ template "r" }}'
    before = sys.getrecursionlimit()
    with pytest.raises(ExecutionError, match=r"exceeded maximum template depth \(100000\)"):
        render({"main": text}, "main", None)
    assert sys.getrecursionlimit() == before


def test_data_that_hold_themselves_are_no_danger() -> None:
    loop: dict[str, object] = {}
    loop["self"] = loop
    with pytest.raises(ExecutionError, match="depth limit"):
        render({"main": "{{ . }}"}, "main", loop)


def test_huge_texts_are_refused() -> None:
    with pytest.raises(ParseError, match="size limit"):
        render({"main": "x" * 5_000_000}, "main", None)


def test_long_paths_are_no_danger() -> None:
    assert render({"main": "{{ " + ".a" * 5000 + " }}"}, "main", {}) == "<no value>"


def test_check_size_lets_the_largest_pass() -> None:
    check_size(MAX_SIZE)
