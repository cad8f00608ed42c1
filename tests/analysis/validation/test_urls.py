"""URLs as Go reads them."""

from __future__ import annotations

import pytest

from istioctl.analysis.validation.urls import parse


@pytest.mark.parametrize(
    ("text", "scheme", "host"),
    [
        ("https://a.b:80/c?d#e", "https", "a.b"),
        ("HTTP://a", "http", "a"),
        ("https://user:word@a/", "https", "a"),
        ("https://[::1]:80", "https", "::1"),
        ("https://[fe80::1%25eth0]/", "https", "fe80::1%eth0"),
        ("http://::1/x", "http", ":"),
        ("http://a:80:90", "http", "a:80"),
        ("http://a/x y", "http", "a"),
        ("a:b", "a", ""),
        ("/a", "", ""),
        ("//a/b", "", "a"),
        ("///a", "", ""),
        ("", "", ""),
        ("*", "", ""),
    ],
)
def test_parts(text: str, scheme: str, host: str) -> None:
    assert parse(text) == (scheme, host)


@pytest.mark.parametrize(
    "text",
    ["://a", "1a://b", "a b:c", "http://a b", "http://a:b", "http://[::1", "http://[a]", "http://[1.2.3.4]",
     "http://a%zz", "http://a%20b", "http://a/%zz", "http://a#%zz", "http://u p@h", "http://a\tb", "http://a\x7f",
     "http://[fe80::1%eth0]/", "1.2.3.4:80"],
)  # fmt: skip
def test_what_is_none(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    ("text", "usable"), [("", False), ("a", False), ("/a", True), ("*", True), ("a:b", True), ("http://a#%zz", False)]
)
def test_requests_are_absolute(text: str, usable: bool) -> None:
    assert (parse(text, is_request=True) is not None) is usable
