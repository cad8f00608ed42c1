"""A client of the official library (`kubernetes`) as a connection: its server, credentials, TLS settings and proxies.

Known by its shape, so that nothing here imports that library for those who hold none: importing it takes longer than
most commands run.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from istioctl.cluster.credentials import basic, bearer
from istioctl.cluster.kubeconfig import Connection, header_value, split_server
from istioctl.errors import ClusterError, InputError
from istioctl.patterns import lazy_pattern

_WHERE = "the Kubernetes client's Configuration"
_PEM_BLOCK = lazy_pattern(rb"-----BEGIN ([A-Z0-9 ]+)-----.*?-----END \1-----\s*", re.DOTALL)
_OURS = frozenset({"accept", "content-type", "content-length", "transfer-encoding", "connection", "upgrade"})
"""Headers that belong to a single request, whatever a client sends by default."""
_GENERATED_AGENT = "OpenAPI-Generator/"
"""How the name begins that the official client has for itself when nobody gave it one."""


@runtime_checkable
class Configuration(Protocol):
    """What tells a `kubernetes.client.Configuration`."""

    host: Any
    api_key: Any
    verify_ssl: Any


@runtime_checkable
class ApiClient(Protocol):
    """What tells a `kubernetes.client.ApiClient`."""

    configuration: Any
    default_headers: Any


def connection_of(given: ApiClient | Configuration, impersonation: tuple[tuple[str, str], ...] = ()) -> Connection:
    """The connection that a client of the official library has.

    Credentials, default headers and files of certificates are read again for each request, as that client reads its
    credentials: a token that its `refresh_api_key_hook` changes, or its owner, holds from then on.

    Args:
        given: the client, or its configuration.
        impersonation: headers that win over its own.

    Raises:
        InputError: a file that it names can't be read, or a value can't be sent.
        ClusterError: its hook gives no credentials.
        TypeError: it is neither.
    """
    if not isinstance(given, (ApiClient, Configuration)):
        wanted = "ClientOptions, kubernetes.client.ApiClient or kubernetes.client.Configuration"
        raise TypeError(f"a cluster is reached with {wanted}, not {type(given).__name__}")
    configuration: Any = given.configuration if isinstance(given, ApiClient) else given
    defaults: Mapping[str, Any] = given.default_headers if isinstance(given, ApiClient) else {}
    cookie = getattr(given, "cookie", None)
    server, authorization = split_server(str(configuration.host))
    headers = _default_headers(defaults, cookie) | _authentication(configuration)
    if authorization:
        headers.setdefault("authorization", authorization)
    certificate, key = _client_certificate(configuration)
    proxy, proxy_headers = _proxy(configuration)
    name = getattr(configuration, "assert_hostname", None)
    return Connection(
        server=server,
        source=_WHERE,
        ca=_authorities(configuration),
        insecure=not configuration.verify_ssl,
        server_name=getattr(configuration, "tls_server_name", None) or "",
        checked_name=name if isinstance(name, str) or name is False else None,
        client_certificate=certificate,
        client_key=key,
        headers=(*((name, _sent(value)) for name, value in headers.items()), *impersonation),
        proxy=proxy,
        proxy_headers=proxy_headers,
        proxy_tls=getattr(configuration, "proxy_ssl_context", None),
        expires=0,
        renew=lambda: connection_of(given, impersonation),
    )


def _default_headers(defaults: Mapping[str, Any], cookie: object) -> dict[str, str]:
    """What the client sends with each request, by names in lower case."""
    headers = {str(name).lower(): str(value) for name, value in defaults.items() if value is not None}
    if cookie:
        headers["cookie"] = str(cookie)
    if headers.get("user-agent", "").startswith(_GENERATED_AGENT):
        del headers["user-agent"]
    return {name: value for name, value in headers.items() if name not in _OURS}


def _authentication(configuration: Any) -> dict[str, str]:
    """The headers that the configuration authenticates with.

    `auth_settings` asks its `refresh_api_key_hook` and puts the `api_key_prefix` before the key. A name and a password,
    or an access token, count where there is no key.
    """
    try:
        settings = list(configuration.auth_settings().values())
    except Exception as problem:  # whatever the hook raises
        raise ClusterError(
            f"the client's way to get credentials fails: {type(problem).__name__}",
            where=_WHERE,
            hint="Look at its refresh_api_key_hook, and log in again.",
            id="credentials",
        ) from problem
    headers: dict[str, str] = {}
    for setting in settings:
        value = setting.get("value")
        if value is None:
            continue
        if not isinstance(value, str):
            raise InputError("a credential of the client is not a text", where=_WHERE, id="bad-token")
        name = "cookie" if setting.get("in") == "cookie" else str(setting["key"]).lower()
        if setting.get("in") in ("cookie", "header") and value.strip():
            headers[name] = value.strip()
    if "authorization" not in headers:
        if token := getattr(configuration, "access_token", None):
            headers["authorization"] = bearer(token, _WHERE)
        elif user := getattr(configuration, "username", None):
            headers["authorization"] = basic(user, configuration.password or "")
    return headers


def _authorities(configuration: Any) -> bytes | None:
    """All authorities that the client trusts, as PEM; None means those of the system."""
    parts: list[bytes] = []
    if file := configuration.ssl_ca_cert:
        parts.append(_content(file, "ssl_ca_cert"))
    given = getattr(configuration, "ca_cert_data", None)
    if isinstance(given, str):
        parts.append(given.encode())
    elif given:
        parts.append(given if b"-----BEGIN" in given else ssl.DER_cert_to_PEM_cert(given).encode())
    return b"\n".join(parts) if parts else None


def _client_certificate(configuration: Any) -> tuple[bytes | None, bytes | None]:
    """The client's certificate and key, which may be in one file."""
    if not configuration.cert_file:
        return None, None
    certificate = _content(configuration.cert_file, "cert_file")
    if configuration.key_file:
        return certificate, _content(configuration.key_file, "key_file")
    blocks = [(match[0], match[1].endswith(b"PRIVATE KEY")) for match in _PEM_BLOCK.finditer(certificate)]
    return b"".join(text for text, is_key in blocks if not is_key), b"".join(text for text, is_key in blocks if is_key)


def _content(file: Any, setting: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except (OSError, ValueError) as problem:
        reason = problem.strerror if isinstance(problem, OSError) else "its name holds a NUL"
        raise InputError(
            f"can't read a file that the client's {setting} names: {reason}",
            where=str(file).replace("\0", "\\0"),
            hint=f"Fix {setting}.",
        ) from None


def _proxy(configuration: Any) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The proxy, empty for none, and the headers that it gets."""
    from kubernetes.client.rest import should_bypass_proxies

    proxy = getattr(configuration, "proxy", None)
    if not proxy or should_bypass_proxies(configuration.host, getattr(configuration, "no_proxy", None) or ""):
        return "", ()
    return str(proxy), tuple(_pairs(getattr(configuration, "proxy_headers", None) or {}))


def _pairs(headers: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, value in headers.items():
        yield str(name), _sent(value)


def _sent(value: object) -> str:
    """A header's value, which is not told where it is unusable."""
    return header_value(str(value), _WHERE, "a header", "Fix the client's headers or credentials.")
