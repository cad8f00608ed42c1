"""sprig's paths and URLs (`functions.go`, `url.go`), as Go's path and net/url take them apart."""

from __future__ import annotations

import posixpath

from istioctl.golang.budget import take
from istioctl.golang.types import CallError
from istioctl.golang.urls import URL, URLError, parse_url
from istioctl.golang.values import kind
from istioctl.gotemplate.functions.casting import NIL_DEREFERENCE
from istioctl.gotemplate.functions.table import FunctionTable

TABLE = FunctionTable()

_URL_PARTS = ("scheme", "host", "path", "query", "opaque", "fragment", "userinfo")


@TABLE.function("base", "string")
@TABLE.function("osBase", "string")
def base(path: str) -> str:
    """The last element of a path."""
    if not path:
        return "."
    return path.rstrip("/").rpartition("/")[2] or "/"


@TABLE.function("dir", "string")
@TABLE.function("osDir", "string")
def directory(path: str) -> str:
    """All but the last element of a path."""
    head, slash, _ = path.rpartition("/")
    return clean(head + slash)


@TABLE.function("clean", "string")
@TABLE.function("osClean", "string")
def clean(path: str) -> str:
    """The shortest path to the same place."""
    cleaned = posixpath.normpath(path)
    return cleaned[1:] if cleaned.startswith("//") else cleaned


@TABLE.function("ext", "string")
@TABLE.function("osExt", "string")
def extension(path: str) -> str:
    """The file name's ending from its last dot on."""
    _, dot, ending = path.rpartition("/")[2].rpartition(".")
    return dot + ending if dot else ""


@TABLE.function("isAbs", "string", passes=True)
@TABLE.function("osIsAbs", "string", passes=True)
def is_absolute(path: str) -> bool:
    """Whether a path starts at the root."""
    return path.startswith("/")


@TABLE.function("urlParse", "string")
def url_parse(text: str) -> dict[str, object]:
    """The parts of a URL."""
    take(6 * len(text))
    try:
        url = parse_url(text)
    except URLError as error:
        raise CallError(f"unable to parse url: {error}") from None
    return {
        "scheme": url.scheme,
        "host": url.host,
        "hostname": url.hostname,
        "path": url.path,
        "query": url.query,
        "opaque": url.opaque,
        "fragment": url.fragment,
        "userinfo": "" if url.user is None else str(url.user),
    }


@TABLE.function("urlJoin", "map[string]any")
def url_join(parts: dict[str, object]) -> str:
    """The URL of the parts that urlParse gives."""
    texts = {name: _part(parts, name) for name in _URL_PARTS}
    user = None
    if texts["userinfo"]:
        try:
            user = parse_url(f"proto://{texts['userinfo']}@host").user
        except URLError as error:
            raise CallError(f"unable to parse userinfo in dict: {error}") from None
    scheme, opaque, host, path = texts["scheme"], texts["opaque"], texts["host"], texts["path"]
    return str(URL(scheme, opaque, user, host, path, texts["query"], texts["fragment"]))


def _part(parts: dict[str, object], name: str) -> str:
    if name not in parts:
        return ""
    value = parts[name]
    if value is None:
        raise CallError(NIL_DEREFERENCE)
    if not isinstance(value, str):
        raise CallError(f"unable to parse {name} key, must be of type string, but {kind(value)} found")
    return str(value)
