"""URLs as Go's net/url takes them apart and puts them together."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from urllib.parse import quote as percent_encode

from istioctl.golang.budget import ITEM, take
from istioctl.golang.quoting import quote
from istioctl.golang.values import decode, encode
from istioctl.patterns import lazy_pattern

# What each part may hold unescaped, beside letters, digits and `-_.~`.
_IN_PATH = "$&+,/:;=@"
_IN_USER = "$&+,;="
_IN_FRAGMENT = "$&+,/:;=?@!()*"
_IN_HOST = "!$&'()*+,;=:[]<>\""
_CONTROL = lazy_pattern(r"[\x00-\x1f\x7f]")
_SCHEME = lazy_pattern(r"[A-Za-z][A-Za-z0-9+.-]*:")
_USERINFO = lazy_pattern(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*\Z")
_PORT = lazy_pattern(r"(?::[0-9]*)?\Z")
_ESCAPE = lazy_pattern(rb"%[0-9a-fA-F]{2}")
_HOST = lazy_pattern(r"[^\x00-\x7f]|[A-Za-z0-9\-_.~!$&'()*+,;=:\[\]<>\"]")


class URLError(ValueError):
    """The text is not a URL; the message is Go's."""


@dataclass(frozen=True, slots=True)
class Userinfo:
    """What stands in front of the host's `@`; no password is not an empty one."""

    name: str
    password: str | None

    def __str__(self) -> str:
        text = _escaped(self.name, _IN_USER)
        return text if self.password is None else f"{text}:{_escaped(self.password, _IN_USER)}"


@dataclass(frozen=True, slots=True)
class URL:
    """A URL's parts, escapes resolved but in the query."""

    scheme: str
    opaque: str
    user: Userinfo | None
    host: str
    path: str
    query: str
    fragment: str

    @property
    def hostname(self) -> str:
        """The host without port and brackets."""
        host, colon, port = self.host.rpartition(":")
        if not colon or not _PORT.match(colon + port):
            host = self.host
        return host[1:-1] if host.startswith("[") and host.endswith("]") else host

    def __str__(self) -> str:
        text = f"{self.scheme}:" if self.scheme else ""
        if self.opaque:
            text += self.opaque
        else:
            if self.host or self.user is not None or (self.scheme and self.path):
                text += "//"
            if self.user is not None:
                text += f"{self.user}@"
            text += _escaped(self.host, _IN_HOST)
            path = self.path if self.path == "*" else _escaped(self.path, _IN_PATH)
            if path and path[0] != "/" and self.host:
                text += "/"
            if not text and ":" in path.partition("/")[0]:
                text = "./"
            text += path
        if self.query:
            text += f"?{self.query}"
        return f"{text}#{_escaped(self.fragment, _IN_FRAGMENT)}" if self.fragment else text


def _escaped(text: str, safe: str) -> str:
    return percent_encode(encode(text), safe=safe + "-_.~")


def parse_url(text: str, *, is_request: bool = False) -> URL:
    """Takes a URL apart (`url.Parse`).

    Args:
        text: the URL.
        is_request: read it as `url.ParseRequestURI` does: absolute, and with `#` as any other character.

    Raises:
        URLError: it is not a URL.
    """
    rest, _, fragment = (text, "", "") if is_request else text.partition("#")
    try:
        scheme, opaque, user, host, path, query = _parse(rest, is_request)
    except URLError as error:
        raise URLError(f"parse {quote(rest)}: {error}") from None
    try:
        return URL(scheme, opaque, user, host, path, query, _unescaped(fragment))
    except URLError as error:
        raise URLError(f"parse {quote(text)}: {error}") from None


def is_url(text: str) -> bool:
    """Whether `parse_url` takes a text."""
    try:
        parse_url(text)
    except URLError:
        return False
    return True


def _parse(text: str, is_request: bool) -> tuple[str, str, Userinfo | None, str, str, str]:
    if _CONTROL.search(text):
        raise URLError("net/url: invalid control character in URL")
    if is_request and not text:
        raise URLError("empty url")
    if text == "*":
        return "", "", None, "", text, ""
    if text.startswith(":"):
        raise URLError("missing protocol scheme")
    found = _SCHEME.match(text)
    scheme = found[0][:-1].lower() if found else ""
    rest, _, query = text[found.end() if found else 0 :].partition("?")
    if not rest.startswith("/"):
        if scheme:
            return scheme, rest, None, "", "", query
        if is_request:
            raise URLError("invalid URI for request")
        if ":" in rest.partition("/")[0]:
            raise URLError("first path segment in URL cannot contain colon")
    user, host = None, ""
    if rest.startswith("//") and (scheme or not (is_request or rest.startswith("///"))):
        authority, slash, path = rest[2:].partition("/")
        user, host = _authority(authority)
        rest = slash + path
    return scheme, "", user, host, _unescaped(rest), query


def _authority(authority: str) -> tuple[Userinfo | None, str]:
    info, at, host = authority.rpartition("@")
    host = _host(host)
    if not at:
        return None, host
    if not _USERINFO.match(info):
        raise URLError("net/url: invalid userinfo")
    name, colon, password = info.partition(":")
    return Userinfo(_unescaped(name), _unescaped(password) if colon else None), host


def _host(host: str) -> str:
    if host.rfind("[") > 0:
        raise URLError("invalid IP-literal")
    if host.startswith("["):
        return _bracketed(host)
    if ":" in host:
        _check_port(host[host.rindex(":") :])
    return _unescaped_host(host)


def _bracketed(host: str) -> str:
    end = host.rfind("]")
    if end < 0:
        raise URLError("missing ']' in host")
    _check_port(host[end + 1 :])
    address, percent, zone = host[1:end].partition("%25")
    name = _unescaped_host(address) + (_unescaped(percent + zone) if percent else "")
    try:
        parsed = ipaddress.ip_address(name)
    except ValueError:
        raise URLError(f"invalid host: ParseAddr({quote(name)}): unable to parse IP") from None
    if parsed.version == 4:
        raise URLError("invalid IP-literal")
    return f"[{name}]{host[end + 1 :]}"


def _check_port(text: str) -> None:
    if not _PORT.match(text):
        raise URLError(f"invalid port {quote(text)} after host")


def _unescaped_host(text: str) -> str:
    raw = encode(text)
    at = 0
    while at < len(raw):
        escape = raw[at : at + 3]
        if raw[at] == ord("%"):
            if not _ESCAPE.fullmatch(escape) or (escape[1] < ord("8") and escape != b"%25"):
                raise URLError(f"invalid URL escape {quote(decode(escape))}")
            at += 3
            continue
        if not _HOST.match(chr(raw[at])):
            raise URLError(f"invalid character {quote(chr(raw[at]))} in host name")
        at += 1
    return _unescaped(text)


def _unescaped(text: str) -> str:
    if "%" not in text:
        return text
    raw = encode(text)
    take(ITEM * raw.count(b"%"))
    at = raw.find(b"%")
    while at >= 0:
        if not _ESCAPE.match(raw, at):
            raise URLError(f"invalid URL escape {quote(decode(raw[at : at + 3]))}")
        at = raw.find(b"%", at + 3)
    return decode(_ESCAPE.sub(lambda found: bytes([int(found[0][1:], 16)]), raw))
