"""A request as a proxy sees it: what it was sent with, and how its connection arrived."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

from istioctl.errors import UsageError

IP = IPv4Address | IPv6Address

_PORTS = {"http": 80, "https": 443, "tcp": 0, "tls": 443}
_TOKEN = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        method: such as `GET`.
        scheme: `http`, `https` (TLS that the proxy does not end, unless it is a gateway's), `tcp` or `tls`.
        authority: the Host header: the URL's host and port unless a header says otherwise.
        host: the URL's host alone, which names the address that the client connects to.
        port: the port that the client connects to.
        path: with its query.
        headers: names in lower case, in their order.
        mutual_tls: whether the connection arrives with Istio's mTLS.
        source: the client's SPIFFE identity; empty where it is not known.
        source_ip: the client's address, if it is known.
        destination_ip: the address that the client connects to, if it is known.
    """

    method: str
    scheme: str
    authority: str
    host: str
    port: int
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    mutual_tls: bool = False
    source: str = ""
    source_ip: IP | None = None
    destination_ip: IP | None = None

    @property
    def is_http(self) -> bool:
        """Whether the proxy can see HTTP: a gateway that ends the TLS can, too."""
        return self.scheme in ("http", "https")

    @property
    def is_tls(self) -> bool:
        """Whether the connection arrives as TLS."""
        return self.scheme in ("https", "tls") or self.mutual_tls

    @property
    def path_alone(self) -> str:
        """The path without query and fragment."""
        return self.path.partition("#")[0].partition("?")[0]

    def values(self, name: str) -> list[str]:
        """The values of a header, also of those that HTTP/2 writes with a colon."""
        name = name.lower()
        pseudo = {":method": self.method, ":path": self.path, ":authority": self.authority, ":scheme": self.scheme}
        if name in pseudo or name == "host":
            return [pseudo.get(name, self.authority)]
        return [value for key, value in self.headers if key == name]

    def parameter(self, name: str) -> str | None:
        """The first value of a query parameter as it is written; None where there is none."""
        query = self.path.partition("#")[0].partition("?")[2]
        for part in query.split("&"):
            key, _, value = part.partition("=")
            if part and key == name:
                return value
        return None


def make_request(
    method: str,
    url: str,
    headers: Iterable[str] = (),
    *,
    mutual_tls: bool = False,
    source: str = "",
    source_ip: str = "",
    destination_ip: str = "",
) -> Request:
    """The request that the words of a command line mean.

    Args:
        url: absolute; `http://` if it names no scheme.
        headers: `NAME: VALUE` each; `Host` replaces the URL's.
        source: a SPIFFE identity, or `NAMESPACE/SERVICE_ACCOUNT` of the trust domain cluster.local.

    Raises:
        UsageError: one of them can't be read.
    """
    full = url if "://" in url else f"http://{url}"
    try:
        parts = urlsplit(full)
        port = parts.port
    except ValueError as problem:
        raise UsageError(f"{url!r} is not a URL: {problem}", where=url) from problem
    if parts.scheme not in _PORTS:
        known = ", ".join(sorted(_PORTS))
        raise UsageError(f"{parts.scheme!r} can't be traced", where=url, hint=f"Use one of {known}.")
    host = parts.hostname or ""
    if not host:
        raise UsageError(f"{url!r} names no host", where=url, hint="Write it like http://web.shop:8080/path.")
    port = _PORTS[parts.scheme] if port is None else port
    if not port:
        raise UsageError(f"{url!r} names no port", where=url, hint="Write it like tcp://db.shop:3306.")
    pairs = tuple(_pair(header) for header in headers)
    named = [value for name, value in pairs if name in ("host", ":authority")]
    authority = named[-1] if named else parts.netloc.rpartition("@")[2]
    path = parts.path or "/"
    path += f"?{parts.query}" if parts.query else ""
    rest = tuple(pair for pair in pairs if pair[0] not in ("host", ":authority"))
    known_ip = _ip(destination_ip, "--address") or _ip_or_none(host)
    if source and not source.startswith("spiffe://"):
        namespace, slash, account = source.partition("/")
        if not slash:
            raise UsageError(
                f"{source!r} is not an identity", where="--from", hint="Use NAMESPACE/SERVICE_ACCOUNT or spiffe://…"
            )
        source = f"spiffe://cluster.local/ns/{namespace}/sa/{account}"
    return Request(
        method.upper(), parts.scheme, authority, host.lower(), port, path, rest,
        mutual_tls, source, _ip(source_ip, "--source-ip"), known_ip,
    )  # fmt: skip


def _pair(header: str) -> tuple[str, str]:
    name, colon, value = header.partition(":") if not header.startswith(":") else _pseudo(header)
    name = name.strip().lower()
    if not colon or not name or not set(name.lstrip(":")) <= _TOKEN:
        raise UsageError(f"{header!r} is not a header", where="-H", hint="Write it like -H 'x-user: jane'.")
    return name, value.strip()


def _pseudo(header: str) -> Sequence[str]:
    name, colon, value = header[1:].partition(":")
    return f":{name}", colon, value


def _ip(text: str, flag: str) -> IP | None:
    if not text:
        return None
    found = _ip_or_none(text)
    if found is None:
        raise UsageError(f"{text!r} is not an IP address", where=flag)
    return found


def _ip_or_none(text: str) -> IP | None:
    try:
        return ip_address(text)
    except ValueError:
        return None
