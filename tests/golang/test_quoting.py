from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.golang.quoting import SyntaxFault, can_backquote, quote, quote_rune, unquote


@pytest.mark.parametrize(
    ("literal", "text"),
    [
        ('"plain"', "plain"),
        (r'"\a\b\f\n\r\t\v\\\""', '\a\b\f\n\r\t\v\\"'),
        (r'"\x41\101\u00e9\U0001F600"', "AAé😀"),
        (r'"\xc3\xa9"', "é"),
        (r'"\xff"', "\udcff"),
        ("`raw\\n`", "raw\\n"),
        ("`a\r\nb`", "a\nb"),
    ],
)
def test_unquote(literal: str, text: str) -> None:
    assert unquote(literal) == text


@pytest.mark.parametrize(
    "literal", ['"', '"a', "`a", '"\\q"', '"\\x4"', '"\\ud800"', '"\\400"', '"\\\'"', "'a'", '"a"b"']
)
def test_what_is_no_literal(literal: str) -> None:
    with pytest.raises(SyntaxFault, match="invalid syntax"):
        unquote(literal)


def test_quote_escapes_what_does_not_print() -> None:
    assert quote('a"\n\x00é\u200b\udcff') == r'"a\"\n\x00é\u200b\xff"'
    assert quote("é😀", ascii_only=True) == r'"\u00e9\U0001f600"'
    assert quote_rune(ord("'")) == r"'\''"
    assert quote_rune(0xD800) == "'\ufffd'"


def test_only_printing_text_without_backquotes_can_be_raw() -> None:
    assert can_backquote("a\tb")
    assert not can_backquote("a`b")
    assert not can_backquote("a\nb")


@given(st.text())
def test_a_quoted_text_reads_back(text: str) -> None:
    kept = text.encode("utf-8", "replace").decode()
    assert unquote(quote(kept)) == kept
    assert unquote(quote(kept, ascii_only=True)) == kept
