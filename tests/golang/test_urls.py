"""URLs as Go takes them apart."""

from __future__ import annotations

import pytest

from istioctl.golang.urls import URLError, is_url, parse_url


def test_parts() -> None:
    url = parse_url("HTTPS://us%40er:p%3Aw@Host.example:8080/a%20b/c?q=%20#fr%20ag")
    assert (url.scheme, url.host, url.hostname, url.path) == ("https", "Host.example:8080", "Host.example", "/a b/c")
    assert (url.query, url.fragment, str(url.user)) == ("q=%20", "fr ag", "us%40er:p%3Aw")
    assert str(url) == "https://us%40er:p%3Aw@Host.example:8080/a%20b/c?q=%20#fr%20ag"


@pytest.mark.parametrize(
    ("text", "host", "path", "opaque"),
    [
        ("mailto:a@b", "", "", "a@b"), ("/x", "", "/x", ""), ("//h/x", "h", "/x", ""), ("///x", "", "///x", ""),
        ("http://[::1]:80/", "[::1]:80", "/", ""), ("*", "", "*", ""), ("", "", "", ""), ("a/b:c", "", "a/b:c", ""),
    ],
)  # fmt: skip
def test_forms(text: str, host: str, path: str, opaque: str) -> None:
    url = parse_url(text)
    assert (url.host, url.path, url.opaque) == (host, path, opaque)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (":x", "missing protocol scheme"), ("a:b:c/d\x01", "invalid control character"), ("1a:b", "first path segment"),
        ("http://h:x/", 'invalid port ":x" after host'), ("http://[::1", "missing ']' in host"),
        ("/%zz", 'escape "%zz"'),
        ("http://a b/", 'invalid character " " in host name'), ("http://u ser@h", "invalid userinfo"),
        ("http://[1.2.3.4]/", "invalid IP-literal"), ("http://h%41/", 'invalid URL escape "%41"'),
    ],
)  # fmt: skip
def test_what_is_no_url(text: str, problem: str) -> None:
    with pytest.raises(URLError) as caught:
        parse_url(text)
    assert problem in str(caught.value)
    assert str(caught.value).startswith('parse "')


@pytest.mark.parametrize(
    ("text", "scheme", "host"),
    [
        ("https://a.b:80/c?d#e", "https", "a.b"), ("https://user:word@a/", "https", "a"),
        ("https://[::1]:80", "https", "::1"), ("https://[fe80::1%25eth0]/", "https", "fe80::1%eth0"),
        ("http://::1/x", "http", ":"), ("http://a:80:90", "http", "a:80"), ("http://a/x y", "http", "a"),
    ],
)  # fmt: skip
def test_host_names(text: str, scheme: str, host: str) -> None:
    url = parse_url(text)
    assert (url.scheme, url.hostname) == (scheme, host)


@pytest.mark.parametrize(
    "text",
    ["://a", "a b:c", "http://[a]", "http://a%zz", "http://a%20b", "http://a#%zz", "http://a\tb", "http://a\x7f",
     "http://[fe80::1%eth0]/", "1.2.3.4:80"],
)  # fmt: skip
def test_more_that_is_no_url(text: str) -> None:
    assert not is_url(text)


@pytest.mark.parametrize(
    ("text", "usable"), [("", False), ("a", False), ("/a", True), ("*", True), ("a:b", True), ("http://a#%zz", False)]
)
def test_requests_are_absolute(text: str, usable: bool) -> None:
    try:
        parse_url(text, is_request=True)
    except URLError:
        assert not usable
    else:
        assert usable
