"""Where a flag of a command line ends and the next word begins."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.cli.line.tokens import Token, tokens

FLAGS = {"-f": True, "--filename": True, "-y": False, "--yes": False, "-n": True}


def read(*words: str) -> list[tuple[str, str | None]]:
    return [(token.flag, token.value) for token in tokens(words, FLAGS.get)]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["a", "-f", "x", "b"], [("", "a"), ("-f", "x"), ("", "b")]),
        (["--filename=x=y", "--filename", "-y"], [("--filename", "x=y"), ("--filename", "-y")]),
        (["-f=x", "-fx", "-f="], [("-f", "x"), ("-f", "x"), ("-f", "")]),
        (["-yfx", "-yf", "x"], [("-y", None), ("-f", "x"), ("-y", None), ("-f", "x")]),
        (["-y=false", "--yes=0", "--yes", "0"], [("-y", "false"), ("--yes", "0"), ("--yes", None), ("", "0")]),
        (["-", "--", "-y", "--"], [("", "-"), ("--", None), ("", "-y"), ("", "--")]),
        (["-f"], [("-f", None)]),
        (["--nope=1", "-yz"], [("--nope", "1"), ("-y", None), ("-z", None)]),
    ],
)
def test_words_become_flags_and_words(words: list[str], expected: list[tuple[str, str | None]]) -> None:
    assert read(*words) == expected


def test_what_nobody_knows_is_marked() -> None:
    assert [token.known for token in tokens(["-y", "--nope", "-yz", "a"], FLAGS.get)] == [
        True,
        False,
        True,
        False,
        True,
    ]


@given(st.lists(st.text(alphabet="-=fynz ", max_size=5)))
def test_each_word_belongs_to_a_token_and_none_is_read_twice(words: list[str]) -> None:
    found = list(tokens(words, FLAGS.get))

    covered = {index for token in found for index in range(token.start, token.end)}
    assert covered == set(range(len(words)))
    assert all(_follows(one, other) for one, other in pairwise(found))


def _follows(one: Token, other: Token) -> bool:
    return other.start in (one.start, one.end)
