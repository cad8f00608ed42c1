"""One gRPC call over HTTP/2: a message out, the first message back.

A few dozen lines over `h2` instead of a gRPC library: one call is all that is needed, TLS stays Python's own, and
nothing is compiled. `h2` is an extra of the package, `istioctl[xds]`.
"""

from __future__ import annotations

import socket
import ssl
import struct
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from istioctl.cluster.errors import Unreachable
from istioctl.errors import ClusterError, InputError

_LARGEST = 64 * 1024 * 1024
_CHUNK = 65536
#: What the codes mean that a server of ours answers with (google.golang.org/grpc/codes).
_CODES = {4: "time is over", 7: "permission denied", 12: "not implemented", 14: "unavailable", 16: "unauthenticated"}


def require_h2() -> Any:
    """The HTTP/2 library.

    Raises:
        InputError: it is not installed; the hint names the extra.
    """
    try:
        import h2.config
        import h2.connection
        import h2.events
        import h2.exceptions
    except ImportError:
        raise InputError(
            "asking istiod over XDS needs the package h2, which is not installed",
            hint="Install it with the extra: pip install 'istioctl[xds]'",
            id="missing-extra",
        ) from None
    return h2


def call(
    channel: socket.socket, authority: str, method: str, message: bytes, headers: Mapping[str, str], *,
    secure: bool, where: str, timeout: float,
) -> bytes:  # fmt: skip
    """The first message that the server answers with.

    Args:
        channel: an open connection, with TLS already where `secure` says so.
        authority: the server's name in the request.
        method: `/PACKAGE.SERVICE/METHOD`.
        where: the server, for errors.
        timeout: seconds for the whole call.

    Raises:
        Unreachable: no answer comes in time, or it is not gRPC.
        ClusterError: the server refuses.
    """
    h2 = require_h2()
    deadline = time.monotonic() + timeout
    connection = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
    connection.initiate_connection()
    stream = connection.get_next_available_stream_id()
    pseudo = {":method": "POST", ":scheme": "https" if secure else "http", ":authority": authority, ":path": method}
    fixed = {"te": "trailers", "content-type": "application/grpc", "user-agent": "istioctl"}
    connection.send_headers(stream, [*pseudo.items(), *fixed.items(), *headers.items()])
    connection.send_data(stream, b"\0" + struct.pack(">I", len(message)) + message)
    received = b""
    try:
        channel.sendall(connection.data_to_send())
        while True:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError
            channel.settimeout(left)
            data = channel.recv(_CHUNK)
            if not data:
                raise ConnectionError("the server closed the connection")
            for event in connection.receive_data(data):
                if isinstance(event, h2.events.DataReceived):
                    received += event.data
                    connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                elif isinstance(event, h2.events.ResponseReceived | h2.events.TrailersReceived):
                    _check(dict(event.headers), where)
                elif isinstance(event, h2.events.StreamReset | h2.events.ConnectionTerminated):
                    raise ConnectionError(f"the server ended the call ({event.error_code})")
            if len(received) > _LARGEST:
                raise ConnectionError(f"the answer has more than {_LARGEST} bytes")
            if len(received) >= 5 and len(received) >= 5 + struct.unpack(">I", received[1:5])[0]:
                return received[5 : 5 + struct.unpack(">I", received[1:5])[0]]
            channel.sendall(connection.data_to_send())
    except TimeoutError:
        hint = "Allow more with --timeout, or see that the address and port are istiod's."
        raise Unreachable(f"no answer within {timeout:g}s", where=where, hint=hint, id="timeout") from None
    except (OSError, h2.exceptions.H2Error) as problem:
        hint = "See that the port is one of istiod's XDS ports, and whether it wants TLS (--plaintext: no)."
        raise Unreachable(f"no gRPC answer: {problem}", where=where, hint=hint, passing=True) from problem


def _check(headers: Mapping[str, str], where: str) -> None:
    """Raises what status and trailers tell of a failure."""
    status, code = headers.get(":status", "200"), headers.get("grpc-status", "0")
    if status != "200":
        hint = "See that the address is istiod's, not that of something in front of it."
        raise Unreachable(f"HTTP status {status} instead of gRPC", where=where, hint=hint)
    if code != "0":
        number = int(code) if code.isdecimal() else 2
        words = unquote(headers.get("grpc-message", "")) or _CODES.get(number) or f"gRPC status {code}"
        advice = "Use credentials of the control plane's namespace, or --cert-dir." if number in (7, 16) else None
        raise ClusterError(f"{_CODES.get(number, 'refused')}: {words}", where=where, hint=advice, id="xds-refused")


def with_tls(
    plain: socket.socket,
    server_name: str,
    *,
    insecure: bool,
    roots: bytes,
    certificate: tuple[str, str] | None,
    where: str,
) -> ssl.SSLSocket:
    """A connection with TLS and HTTP/2 on it.

    Args:
        roots: PEM of authorities that are trusted beside the system's.
        certificate: files of a client certificate and its key.

    Raises:
        InputError: a certificate file can't be read.
        Unreachable: the handshake fails.
    """
    context = ssl.create_default_context()
    if insecure:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        if roots:
            context.load_verify_locations(cadata=roots.decode("ascii", "ignore"))
        if certificate:
            context.load_cert_chain(*certificate)
    except (OSError, ssl.SSLError) as problem:
        raise InputError(f"the certificates can't be read: {problem}", where="--cert-dir") from problem
    context.set_alpn_protocols(["h2"])
    try:
        return context.wrap_socket(plain, server_hostname=server_name)
    except ssl.SSLCertVerificationError as problem:
        hint = "Name what its certificate is for with --authority, or trust it unseen with --insecure."
        raise Unreachable(
            f"its certificate is not trusted: {problem.verify_message}", where=where, hint=hint, id="tls"
        ) from problem
    except (OSError, ssl.SSLError) as problem:
        hint = "See whether the port speaks TLS; --plaintext is for one that does not."
        raise Unreachable(f"no TLS: {problem}", where=where, hint=hint, id="tls", passing=True) from problem
