"""URLs as Go's net/url reads them: istiod takes what that takes."""

from __future__ import annotations

import re
from typing import NamedTuple

from istioctl.analysis.validation import names

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*\Z")
#: A host, in which only characters beyond ASCII, and the percent sign itself, may be escaped.
_HOST = re.compile(r"(?:[A-Za-z0-9\-._~!$&'()*+,;=:<>\"\[\]\x80-\U0010ffff]|%25|%[89A-Fa-f][0-9A-Fa-f])*\Z")
_PORT = re.compile(r"(?::[0-9]*)?\Z")


class Url(NamedTuple):
    """What is asked of a URL: its scheme in lower case, and its host without brackets and port; either may be empty."""

    scheme: str
    host: str


def parse(text: str, *, is_request: bool = False) -> Url | None:
    """The URL that a text is; None where it is none.

    Args:
        is_request: read it as `url.ParseRequestURI` does: absolute, and without a fragment.
    """
    address, _, fragment = (text, "", "") if is_request else text.partition("#")
    if _CONTROL.search(address) or _STRAY_PERCENT.search(fragment):
        return None
    if address in ("", "*"):
        return None if is_request and not address else Url("", "")
    found = _SCHEME.match(address)
    scheme = found[1].lower() if found else ""
    rest = (address[found.end() :] if found else address).partition("?")[0]
    if not rest.startswith("/"):
        usable = scheme or not (is_request or ":" in rest.partition("/")[0] or _STRAY_PERCENT.search(rest))
        return Url(scheme, "") if usable else None
    host: str | None = ""
    if rest.startswith("//") and (scheme or not (is_request or rest.startswith("///"))):
        authority, slash, path = rest[2:].partition("/")
        host, rest = _host(authority), slash + path
    return None if host is None or _STRAY_PERCENT.search(rest) else Url(scheme, host)


def _host(authority: str) -> str | None:
    """The host of an authority; None where that is not valid."""
    user, _, address = authority.rpartition("@")
    if not _USER.match(user) or _STRAY_PERCENT.search(authority):
        return None
    if "[" in address:
        host, bracket, port = address[1:].rpartition("]")
        host = host.replace("%25", "%")
        is_usable = address.rfind("[") == 0 and bracket and ":" in host and names.is_address(host)
    else:
        host, colon, port = address.rpartition(":") if ":" in address else (address, "", "")
        port, is_usable = colon + port, _HOST.match(host) is not None
    return host if is_usable and _PORT.match(port) else None
