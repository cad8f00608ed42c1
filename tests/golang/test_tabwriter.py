"""Columns stand below each other as kubectl's do."""

from __future__ import annotations

import pytest

from istioctl.golang.tabwriter import aligned


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("a\tb\n", "a     b\n"),
        ("a\tb\nlonger\tb\n", "a        b\nlonger   b\n"),
        ("é\t\n", "é     \n"),
        ("longer\tb\nalone\na\tb\n", "longer   b\nalone\na        b\n"),
        ("a\tb\nalone\nlonger\tb\n", "a     b\nalone\nlonger   b\n"),
        ("a\tb\tc\nlonger\tb\n\t\tc\n", "a        b     c\nlonger   b\n               c\n"),
    ],
)
def test_columns(text: str, shown: str) -> None:
    assert aligned(text, 6, 3) == shown
