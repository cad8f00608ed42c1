from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.cli.screen.fitting import fitted_table, fold

NAMES = st.text("abc.-|", min_size=1, max_size=24)
TEXTS = st.lists(st.text("xyz", min_size=1, max_size=9), max_size=12).map(" ".join)
ROWS = st.lists(st.tuples(NAMES, NAMES, TEXTS), min_size=1, max_size=5)
HEADS = ("NAME", "VERSION", "REASON")


@given(ROWS, st.integers(30, 160))
def test_lines_fit_and_no_name_is_broken(rows: list[tuple[str, str, str]], width: int) -> None:
    lines, left_out = fitted_table(HEADS, rows, width)
    assert all(len(line) <= width for line in lines)
    words = " ".join(lines).split()
    for name, version, reason in rows:
        assert name in words
        assert version in words or left_out == ["VERSION"]
        assert set(reason.split()) <= set(words)


@given(st.text("ab ,", max_size=60), st.integers(1, 30))
def test_folding_keeps_every_word(text: str, width: int) -> None:
    lines = fold(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert all(len(line) <= width or not {" ", ","} & set(line[:-1]) for line in lines)


def test_texts_are_folded_before_anything_is_left_out() -> None:
    rows = [("web-7d4c9b8f6d-x2x8q.shop", "1.30.3", "the cluster outbound|80||a.shop is unknown to it")]
    lines, left_out = fitted_table(HEADS, rows, 62)
    assert lines == [
        "NAME                       VERSION  REASON",
        "web-7d4c9b8f6d-x2x8q.shop  1.30.3   the cluster",
        "                                    outbound|80||a.shop is",
        "                                    unknown to it",
    ]
    assert left_out == []


def test_what_matters_least_goes_next() -> None:
    rows = [("web-7d4c9b8f6d-x2x8q.shop", "1.30.3", "refused")]
    assert fitted_table(HEADS, rows, 36) == (
        ["NAME                       REASON", "web-7d4c9b8f6d-x2x8q.shop  refused"],
        ["VERSION"],
    )


def test_rows_are_written_cell_after_cell_where_nothing_else_helps() -> None:
    rows = [("web.shop.svc.cluster.local", "80", "")]
    lines, _ = fitted_table(("SERVICE FQDN", "PORT", "SUBSET"), rows, 30)
    assert lines == ["SERVICE FQDN  PORT  SUBSET", "web.shop.svc.cluster.local  80", "  -"]


@pytest.mark.parametrize("headers", [True, False])
def test_headers_may_be_left_out(headers: bool) -> None:
    lines, _ = fitted_table(("A", "B"), [("one", "two")], 30, headers=headers)
    assert lines == (["A    B"] if headers else []) + ["one  two"]


def test_what_a_terminal_would_obey_is_made_visible() -> None:
    assert fitted_table(("A", "B"), [("\x1b[2J", "x")], 12)[0] == ["A        B", r"\x1b[2J  x"]
