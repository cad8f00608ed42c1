from __future__ import annotations

import ast

import pytest

from istioctl.gotemplate.compiler.codegen import generate
from istioctl.gotemplate.compiler.emitter import Source
from istioctl.gotemplate.functions import functions_of
from istioctl.gotemplate.language.parser import parse
from istioctl.gotemplate.running.runtime import NAMES
from tests.support import sound_code


def source(text: str) -> Source:
    functions = functions_of("go")
    return generate("main", text, parse("main", text, functions), functions)


def test_each_line_that_can_fail_leads_to_its_action() -> None:
    made = source("a\n{{ .x.y }}\n{{ len .l }}")
    lines = ["", *made.text.splitlines()]
    shown = {
        lines[number].split("(")[0].strip(): made.sites[site]
        for number, site in enumerate(made.lines)
        if site >= 0 and ("f_len" in lines[number] or "'x', 'y'" in lines[number])
    }
    assert sorted(shown.values()) == [(0, 2, 5, ".x.y", ""), (0, 3, 3, "len .l", "len")]
    assert len(made.lines) == len(lines)


def test_columns_count_bytes() -> None:
    assert source("é{{ .x }}").sites[0][1:3] == (1, 5)


def test_the_code_names_nothing_but_the_runtime() -> None:
    made = source(
        '{{range $i, $x := .l}}{{if and $i (gt $i 1)}}{{printf "%d" $x}}{{template "t" .}}{{end}}{{end}}{{.s.M 1 .a}}'
    )
    tree = ast.parse(made.text)
    loaded = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    stored = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    functions = {f"f_{name}" for name in made.functions}
    defined = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    assert loaded - stored - functions - defined - set(NAMES) == {"X", "d", "w"}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert attributes <= {"depth", "charge", "made"}


def test_text_in_a_row_is_written_at_once() -> None:
    assert source('a{{/* x */}}b{{ "c" }}').text.count("w(") == 1


def test_templates_in_a_text_are_listed_with_their_own_last() -> None:
    made = source('{{define "x"}}{{end}}{{define "y"}}1{{end}}z')
    assert made.templates == [("x", "t0", True), ("y", "t1", False), ("main", "t2", False)]


LOOK = "{{ print 1 }}" * 9  # so many calls that the clock is looked at, where evaluation is then


@pytest.mark.parametrize(
    "text",
    [
        "{{ if .a }}{{ and .b .c }}{{ end }}" + LOOK,
        "{{ if .a }}{{ else }}{{ or .b (and .c .d) }}{{ end }}" + LOOK,
        "{{ range .l }}{{ with and .b .c }}{{ end }}{{ end }}" + LOOK,
        "{{ with .a }}{{ $x := or .b .c }}{{ end }}{{ .s.M (and 1 .a) (or .b .c) }}" + LOOK,
        "{{ ($x := 1) }}{{ if .a }}{{ and .b .c }}{{ end }}" + LOOK,
        "{{ if .a }}" * 30 + "{{ and .b .c }}" + "{{ end }}" * 30 + LOOK,
    ],
)
def test_no_local_is_read_that_a_path_has_not_set(text: str) -> None:
    made = source(text)
    sound_code.check(made.text, [*NAMES, *(f"f_{name}" for name in made.functions)])


@pytest.mark.parametrize(
    "code",
    [
        "def t0(X, d, w):\n if d:\n  a = 1\n w(a)",
        "def t0(X, d, w):\n for a in d:\n  w(a)\n w(a)",
        "def t0(X, d, w):\n try: a = d\n except MISSED: b = d\n w(a)",
        "def t0(X, d, w):\n def f():\n  return a\n a = f",
        "def t0(X, d, w):\n F = [None]\n if d:\n  F[0] = 1\n X.site = F[0]",
        "def t0_0(X, w, F):\n X.site = F[0]\ndef t0(X, d, w):\n F = [None]\n t0_0(X, w, F)",
        "def t0(X, d, w):\n w(unknown)",
    ],
)
def test_the_proof_finds_what_may_not_be_set(code: str) -> None:
    with pytest.raises(sound_code.UnsoundError):
        sound_code.check(code, ["MISSED"])
