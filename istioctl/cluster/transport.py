"""TLS, proxies and the pool of connections to a server, and what goes wrong with them in this program's words."""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from istioctl.cluster.errors import Unreachable
from istioctl.cluster.kubeconfig import Connection, split_server
from istioctl.errors import InputError
from istioctl.late_imports import imported_later


def tls_context(connection: Connection) -> ssl.SSLContext:
    """How to trust the server of `connection`, and which certificate to show it.

    Raises:
        InputError: a certificate or key of the kubeconfig is unusable.
    """
    context = _Context(ssl.PROTOCOL_TLS_CLIENT)  # without the system's authorities, which take long to load
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
        if connection.checked_name is not None and not connection.insecure:
            context.check_hostname = False
            context.checked_name = connection.checked_name or ""
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


class _Context(ssl.SSLContext):
    """What all connections to a server share, from several threads.

    Its protocols are set once: urllib3 sets them again with every connection, which frees the memory that another
    thread, just making a connection, is reading them from (github.com/python/cpython/issues/141012). With eight threads
    that did nothing else, one hello of 15,000 was garbage; the server breaks off then.

    Args:
        checked_name: what a server's certificate is held against, where that is another name than TLS is begun with.
    """

    checked_name = ""
    _protocols: Sequence[str] = ()

    def set_alpn_protocols(self, alpn_protocols: Iterable[str]) -> None:
        wanted = tuple(alpn_protocols)
        if wanted != self._protocols:
            self._protocols = wanted
            super().set_alpn_protocols(wanted)

    def wrap_socket(self, sock: socket.socket, *args: Any, **options: Any) -> ssl.SSLSocket:
        wrapped = super().wrap_socket(sock, *args, **options)
        if self.checked_name:
            _check_name(wrapped, self.checked_name)
        return wrapped


def _check_name(wrapped: ssl.SSLSocket, name: str) -> None:
    from urllib3.util.ssl_match_hostname import CertificateError, match_hostname

    certificate: Any = wrapped.getpeercert()
    try:
        match_hostname(certificate, name)
    except CertificateError as problem:
        wrapped.close()
        raise ssl.SSLCertVerificationError(str(problem)) from problem


def _unusable(connection: Connection, message: str) -> InputError:
    return InputError(
        f"the certificates are unusable: {message}",
        where=connection.where,
        hint=f"Fix {connection.source}, or log in again.",
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
    from tempfile import TemporaryDirectory

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
    with imported_later("importlib.metadata", "version"):  # for HTTP/2, where somebody turns that on
        import urllib3
    from urllib3.exceptions import InsecureRequestWarning, LocationParseError, LocationValueError, URLSchemeUnknown
    from urllib3.util.ssl_ import ALPN_PROTOCOLS

    from istioctl.cluster.bounded_response import BoundedResponse

    try:
        url = urllib3.util.parse_url(connection.server)
    except LocationParseError as problem:
        raise InputError(f"the server's address is not a URL: {problem}", where=connection.server) from None
    if url.scheme not in ("http", "https") or not url.host:
        raise InputError("the server's address is not an http or https URL", where=connection.server)
    shared: dict[str, Any] = {"maxsize": 16}
    if url.scheme == "https":
        shared["ssl_context"] = context = tls_context(connection)
        context.set_alpn_protocols(ALPN_PROTOCOLS)
        if connection.checked_name is not None:
            shared["assert_hostname"] = connection.checked_name
        if connection.server_name:
            shared["server_hostname"] = connection.server_name
        if connection.insecure:
            urllib3.disable_warnings(InsecureRequestWarning)
    proxy, headers = _proxy_of(connection, url.scheme, url.host)
    if proxy:
        shared |= {"proxy_url": proxy, "proxy_headers": headers, "proxy_ssl_context": connection.proxy_tls}
    try:
        manager = urllib3.ProxyManager(**shared) if proxy else urllib3.PoolManager(**shared)
        pool = manager.connection_from_host(url.host, url.port, url.scheme)
    except (URLSchemeUnknown, LocationValueError):
        raise InputError(
            "the proxy's address is not an http or https URL",
            where=connection.where,
            hint=f"Fix the proxy in {connection.source}, or HTTPS_PROXY.",
        ) from None
    pool.ConnectionCls = type("Connection", (pool.ConnectionCls,), {"response_class": BoundedResponse})
    return (url.path or "").rstrip("/"), pool


def open_stream(connection: Connection, timeout: float) -> Any:
    """A socket to the server, through TLS and the proxy as they may be.

    Args:
        timeout: seconds that each step of it may take.

    Raises:
        InputError: a certificate or key is unusable.
        OSError: there is no connection, or no trust.
    """
    url = urlsplit(connection.server)
    host, port = url.hostname or "", url.port or (443 if url.scheme == "https" else 80)
    proxy, headers = _proxy_of(connection, url.scheme, host)
    stream: Any = _through_proxy(connection, proxy, headers, host, port, timeout) if proxy else None
    try:
        stream = stream or _connected(host, port, timeout)
        if url.scheme == "https":
            context, name = tls_context(connection), connection.server_name or host
            stream = _in_tls(stream, context, name)
    except BaseException:  # an interrupt as well: who asked for a stream and got none can't close it
        if stream is not None:
            stream.close()
        raise
    return stream


def _connected(host: str, port: int, timeout: float) -> socket.socket:
    """A connection on which small messages go at once, and whose death is noticed."""
    stream = socket.create_connection((host, port), timeout)
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return stream


def _through_proxy(
    connection: Connection, proxy: str, headers: Mapping[str, str], host: str, port: int, timeout: float
) -> Any:
    """A socket to `host` that a proxy has opened."""
    from http.client import HTTPException, HTTPResponse

    url = urlsplit(proxy)
    if url.scheme not in ("http", "https") or not url.hostname:
        raise OSError("the proxy's address is not an http or https URL")
    stream: Any = _connected(url.hostname, url.port or (443 if url.scheme == "https" else 80), timeout)
    try:
        if url.scheme == "https":
            stream = (connection.proxy_tls or ssl.create_default_context()).wrap_socket(
                stream, server_hostname=url.hostname
            )
        place = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        stream.sendall(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n{fields}\r\n".encode("latin-1"))
        answer = HTTPResponse(stream, method="CONNECT")
        answer.begin()
        if answer.status != 200:
            raise OSError(f"the proxy refuses: {answer.status} {answer.reason}")
    except HTTPException as problem:
        stream.close()
        raise OSError("the proxy does not answer as one") from problem
    except BaseException:  # see `open_stream`
        stream.close()
        raise
    return stream


def _in_tls(stream: Any, context: ssl.SSLContext, name: str) -> Any:
    """TLS over a socket, or over another TLS."""
    if not isinstance(stream, ssl.SSLSocket):
        return context.wrap_socket(stream, server_hostname=name)
    from urllib3.util.ssltransport import SSLTransport

    class Inner(SSLTransport):
        def shutdown(self, how: int) -> None:
            stream.shutdown(how)

    inner = Inner(stream, context, server_hostname=name)
    if isinstance(context, _Context) and context.checked_name:
        _check_name(inner, context.checked_name)  # type: ignore[arg-type]
    return inner


def _proxy_of(connection: Connection, scheme: str, host: str) -> tuple[str, dict[str, str]]:
    """The proxy on the way to a host, empty for none, and the headers that it gets."""
    proxy = _environment_proxy(scheme, host) if connection.proxy is None else connection.proxy
    if not proxy:
        return "", {}
    address, authorization = split_server(proxy)
    headers = {name.lower(): value for name, value in connection.proxy_headers}
    if authorization:
        headers.setdefault("proxy-authorization", authorization)
    return address, headers


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
            hint=f"Fix the cluster's certificate authority, or the server's name for TLS, in {connection.source}.",
            id="tls",
        )
    if isinstance(problem, ProxyError):
        return Unreachable(
            f"the proxy refuses: {_plain(cause)}",
            where=server,
            hint=f"Fix the proxy in {connection.source}, or HTTPS_PROXY.",
        )
    if isinstance(problem, NameResolutionError):
        return Unreachable("its name is unknown", where=server, hint=f"Fix its address in {connection.source}.")
    if isinstance(problem, NewConnectionError):
        return Unreachable(
            f"no connection: {_plain(problem.__cause__ or cause)}",
            where=server,
            hint=f"See that the cluster is up, and that {connection.where} is the one you mean.",
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
        return str(getattr(problem, "verify_message", problem))
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
