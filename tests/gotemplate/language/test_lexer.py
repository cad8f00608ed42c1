from __future__ import annotations

from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from istioctl.gotemplate.language.lexer import Kind, Token, _Lexer, tokenize, unicode_point


def kinds(text: str) -> list[str]:
    return [f"{token.kind.name} {token.text}" for token in tokenize(text)]


def test_text_and_actions_alternate() -> None:
    assert kinds("a{{.x}}b") == ["TEXT a", "LEFT {{", "FIELD .x", "RIGHT }}", "TEXT b", "EOF "]


def test_trim_markers_take_the_space_around_an_action() -> None:
    texts = [token.text for token in tokenize("a \n{{- 1 -}}\t b") if token.kind is Kind.TEXT]
    assert texts == ["a", "b"]


def test_a_minus_without_space_is_a_sign() -> None:
    assert "NUMBER -3" in kinds("{{-3}}")


def test_comments_leave_no_trace() -> None:
    assert kinds("a {{- /* x }} y */ -}} b") == ["TEXT a", "TEXT b", "EOF "]


@pytest.mark.parametrize(
    ("action", "kind"),
    [
        ("0x1F", Kind.NUMBER),
        ("1_000", Kind.NUMBER),
        (".5", Kind.NUMBER),
        ("1e-3", Kind.NUMBER),
        ("1+2i", Kind.COMPLEX),
        ("'\\n'", Kind.CHARACTER),
        ('"a\\"b"', Kind.STRING),
        ("`a\nb`", Kind.RAW_STRING),
        ("$", Kind.VARIABLE),
        (".", Kind.DOT),
        ("true", Kind.BOOL),
        ("nil", Kind.NIL),
        ("range", Kind.RANGE),
        ("größe", Kind.IDENTIFIER),
    ],
)
def test_one_token_actions(action: str, kind: Kind) -> None:
    assert tokenize(f"{{{{{action}}}}}")[1][:3] == (kind, 2, action)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{{", "unclosed action"),
        ("{{/* x", "unclosed comment"),
        ("{{/* x */ 1}}", "comment ends before closing delimiter"),
        ("{{(1}}", "unclosed left paren"),
        ("{{1)}}", "unexpected right paren"),
        ('{{"a\n"}}', "unterminated quoted string"),
        ("{{`a", "unterminated raw quoted string"),
        ("{{'a", "unterminated character constant"),
        ("{{$x+1}}", "bad character U+002B '+'"),
        ("{{3k}}", 'bad number syntax: "3k"'),
        ("{{a:b}}", "expected :="),
        ("{{\x01}}", "unrecognized character in action: U+0001"),
    ],
)
def test_a_fault_ends_the_tokens(text: str, message: str) -> None:
    assert tokenize(text)[-1][::2] == (Kind.ERROR, message)


def test_lines_count_from_one_wherever_newlines_stand() -> None:
    tokens = tokenize("a\n{{- /* \n */ -}}\n{{`\n`}}{{.x}}")
    assert [token.line for token in tokens if token.kind in {Kind.TEXT, Kind.RAW_STRING, Kind.FIELD}] == [1, 4, 5]


def test_too_many_tokens_are_refused() -> None:
    assert "at most" in tokenize("{{1}}" * 20_000)[-1].text


def test_code_points_are_named_as_go_does() -> None:
    assert unicode_point("é") == "U+00E9 'é'"
    assert unicode_point("\n") == "U+000A"


_PIECES = (
    "{{", "}}", "{{- ", " -}}", "-", " ", "\n", ".", ".a", "._", "if", "end", "x1", "$", "$x", "0", "12", "0x1f", ".5",
    "e3", "'a'", '"s"', '"', "\\", "`", "(", ")", "|", ":=", ":", "=", ",", "é", "٣", "²", "/*", "*/", "%",
)  # fmt: skip


@given(st.lists(st.sampled_from(_PIECES), max_size=20).map(lambda pieces: "{{" + "".join(pieces)))
@example("{{1.x}}")
@example("{{.a  -}}")
def test_the_common_tokens_are_those_that_are_read_one_by_one(text: str) -> None:
    def one_by_one(lexer: _Lexer) -> None:
        pass

    with mock.patch.object(_Lexer, "common", one_by_one):
        expected: list[Token] = tokenize(text)

    assert tokenize(text) == expected
