"""Wildcards in file names."""

from __future__ import annotations

import pytest

from istioctl.rendering.helm.patterns import glob_pattern, match_pattern


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("*.yaml", "a.yaml", True), ("*.yaml", "x/a.yaml", False), ("x/?.txt", "x/a.txt", True), ("[a-c]*", "b1", True),
        ("[^a-c]*", "b1", False), ("\\*", "*", True), ("\\*", "a", False), ("a.b", "axb", False), ("[^a]", "/", False),
    ],
)  # fmt: skip
def test_file_patterns(pattern: str, path: str, matches: bool) -> None:
    assert (match_pattern(pattern).match(path) is not None) is matches


@pytest.mark.parametrize("pattern", ["[", "[a", "a\\", "[^]"])
def test_malformed_file_patterns(pattern: str) -> None:
    with pytest.raises(ValueError, match="syntax error"):
        match_pattern(pattern)


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("conf/*", "conf/a", True), ("conf/*", "conf/d/a", False), ("conf/**", "conf/d/a", True),
        ("**.txt", "a/b.txt", True),
        ("*.{yaml,yml}", "a.yml", True), ("{a,b/*}", "b/c", True), ("[!a]x", "bx", True), ("[!a]x", "ax", False),
        ("{a", "anything", True), ("a\\*", "a*", True),
    ],
)  # fmt: skip
def test_globs(pattern: str, path: str, matches: bool) -> None:
    assert (glob_pattern(pattern).match(path) is not None) is matches
