"""TLS, proxies and the pool of connections to a server, and what goes wrong with them in this program's words."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from istioctl.cluster.errors import Unreachable
from istioctl.cluster.kubeconfig import Connection
from istioctl.errors import InputError


def tls_context(connection: Connection) -> ssl.SSLContext:
    """How to trust the server of `connection`, and which certificate to show it.

    Raises:
        InputError: a certificate or key of the kubeconfig is unusable.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # without the system's authorities, which take long to load
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # some distributions' certificates lack key ids
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a kubeconfig may name an intermediate authority
    try:
        if connection.insecure:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        elif connection.ca:
            context.load_verify_locations(cadata=connection.ca.decode("ascii"))
        else:
            context.load_default_certs()
        if connection.client_certificate and connection.client_key:
            with _as_file(connection.client_certificate + b"\n" + connection.client_key) as name:
                context.load_cert_chain(name, password=_no_password)
    except _EncryptedKeyError:
        raise _unusable(
            connection, "the client key is encrypted, and there is nobody to ask for its password"
        ) from None
    except (ssl.SSLError, ValueError, OSError) as problem:
        reason = problem.reason if isinstance(problem, ssl.SSLError) and problem.reason else type(problem).__name__
        raise _unusable(connection, f"a certificate or key is not one in PEM ({reason})") from None
    return context


def _unusable(connection: Connection, message: str) -> InputError:
    return InputError(
        f"the kubeconfig's certificates are unusable: {message}",
        where=f"context {connection.context}",
        hint="Fix the kubeconfig, or log in again.",
        id="bad-certificate",
    )


class _EncryptedKeyError(Exception):
    """A key can't be read without a password."""


def _no_password() -> str:
    raise _EncryptedKeyError


@contextmanager
def _as_file(content: bytes) -> Iterator[str]:
    """The name of a file with this content: Python's ssl reads certificates and keys from files only.

    On Linux it is in memory, and gone with the process however that ends. Elsewhere it is in a folder of the user's.
    """
    handle = _memory_file()
    if handle is not None:
        try:
            os.write(handle, content)
            yield f"/proc/self/fd/{handle}"
        finally:
            os.close(handle)
        return
    with TemporaryDirectory(prefix="istioctl-") as folder:  # made with mode 0700
        file = Path(folder, "certificate")
        file.touch(mode=0o600)
        file.write_bytes(content)
        yield str(file)


def _memory_file() -> int | None:
    """A file that has no place on disk; None where the system has no such thing."""
    if not hasattr(os, "memfd_create") or not Path("/proc/self/fd").is_dir():
        return None
    try:
        return os.memfd_create("certificate")
    except OSError:
        return None


def connection_pool(connection: Connection) -> tuple[str, Any]:
    """The path that goes before all others, and the pool of connections."""
    import urllib3
    from urllib3.exceptions import InsecureRequestWarning, LocationParseError, LocationValueError, URLSchemeUnknown

    from istioctl.cluster.bounded_response import BoundedResponse

    try:
        url = urllib3.util.parse_url(connection.server)
    except LocationParseError as problem:
        raise InputError(f"the server's address is not a URL: {problem}", where=connection.server) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise InputError("the server's address is not an http or https URL", where=connection.server)
    shared: dict[str, Any] = {"maxsize": 16}
    if url.scheme == "https":
        shared["ssl_context"] = tls_context(connection)
        if connection.server_name:
            shared["server_hostname"] = connection.server_name
        if connection.insecure:
            urllib3.disable_warnings(InsecureRequestWarning)
    proxy = connection.proxy or _environment_proxy(url.scheme, url.host)
    try:
        manager = urllib3.ProxyManager(proxy, **shared) if proxy else urllib3.PoolManager(**shared)
        pool = manager.connection_from_host(url.host, url.port, url.scheme)
    except (URLSchemeUnknown, LocationValueError):
        raise InputError(
            "the proxy's address is not an http or https URL",
            where=f"context {connection.context}",
            hint="Fix proxy-url in the kubeconfig, or HTTPS_PROXY.",
        ) from None
    pool.ConnectionCls = type("Connection", (pool.ConnectionCls,), {"response_class": BoundedResponse})
    return (url.path or "").rstrip("/"), pool


def _environment_proxy(scheme: str, host: str) -> str:
    """The proxy that the environment asks for (`HTTPS_PROXY`, `NO_PROXY`)."""
    if not any(name.lower() == f"{scheme}_proxy" for name in os.environ):
        return ""
    from urllib.request import getproxies, proxy_bypass

    return "" if proxy_bypass(host) else getproxies().get(scheme, "")


def too_slow(connection: Connection, seconds: float) -> Unreachable:
    """The error for a server that takes longer than `seconds`."""
    return Unreachable(
        f"no answer within {seconds:g}s",
        where=connection.server,
        hint="See that the server is up, or allow more time with --kubeclient-timeout.",
        id="timeout",
    )


def broken(problem: Exception, connection: Connection, seconds: float) -> Unreachable:
    """urllib3's and the operating system's exceptions as ours."""
    from urllib3.exceptions import NameResolutionError, NewConnectionError, ProxyError, SSLError
    from urllib3.exceptions import TimeoutError as TimedOut

    server = connection.server
    first = problem.args[0] if problem.args else None
    cause = first if isinstance(first, BaseException) else problem.__cause__ or problem
    timed_out = isinstance(problem, TimedOut) or isinstance(problem.__cause__, TimedOut)
    if timed_out and not isinstance(problem, NewConnectionError):
        return too_slow(connection, seconds)
    if isinstance(problem, SSLError):
        return Unreachable(
            f"the server's certificate is not trusted: {_plain(cause)}"
            if isinstance(cause, ssl.SSLCertVerificationError)
            else f"the TLS handshake failed: {_plain(cause)}",
            where=server,
            hint="Fix certificate-authority or tls-server-name of the cluster in the kubeconfig.",
            id="tls",
        )
    if isinstance(problem, ProxyError):
        return Unreachable(f"the proxy refuses: {_plain(cause)}", where=server, hint="Fix proxy-url or HTTPS_PROXY.")
    if isinstance(problem, NameResolutionError):
        return Unreachable("its name is unknown", where=server, hint="Fix the server's address in the kubeconfig.")
    if isinstance(problem, NewConnectionError):
        return Unreachable(
            f"no connection: {_plain(problem.__cause__ or cause)}",
            where=server,
            hint=f"See that the cluster is up, and that context {connection.context!r} is the one you mean.",
            passing=isinstance(problem.__cause__, ConnectionRefusedError) or "refused" in str(problem),
            unsent=True,
        )
    return Unreachable(
        f"the connection broke: {_plain(cause)}",
        where=server,
        hint="Try again; if it goes on, look at the network and at proxies between.",
        passing=True,
    )


def _plain(problem: object) -> str:
    """An exception's own words without class names and numbers."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        return problem.verify_message
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror
    return str(problem)


def try_connection(host: str, port: int, timeout: float) -> None:
    """Open a TCP connection and close it again.

    Args:
        timeout: seconds it may take.

    Raises:
        OSError: there is nobody.
    """
    socket.create_connection((host, port), timeout).close()
