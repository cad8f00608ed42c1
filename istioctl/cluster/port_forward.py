"""Asking a server inside a pod over HTTP, through the API server's port-forward.

The protocol is `v4.channel.k8s.io` over a WebSocket (kubernetes `apimachinery/pkg/util/httpstream/wsstream` and
`kubelet/pkg/cri/streaming/portforward`): each message begins with a channel number, even for data and odd for errors;
the first message of a channel is the port, two bytes, low byte first.
"""

from __future__ import annotations

import time
from http.client import HTTPException, HTTPResponse
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from istioctl.cluster.errors import Unreachable, refused
from istioctl.cluster.session import Session
from istioctl.cluster.transport import tls_context, too_slow

if TYPE_CHECKING:
    from websocket import WebSocket

_DATA, _ERROR = 0, 1


def get_from_pod(session: Session, namespace: str, pod: str, port: int, path: str) -> bytes:
    """The body of what the server at `port` of a pod answers to `GET path`.

    Raises:
        ApiError: the API server does not forward, or the pod's server answers with an error status.
        Unreachable: nothing answers in time.
    """
    deadline = time.monotonic() + session.timeout
    where = f"port {port} of pod {namespace}/{pod}"
    with session.patience.waiting_for(f"{where} to answer GET {path}"):
        socket = _connect(session, namespace, pod, port)
        try:
            request = f"GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
            socket.send_binary(bytes([_DATA]) + request.encode())
            raw = _receive(session, socket, where, deadline)
        finally:
            socket.close(timeout=0)
    response = HTTPResponse(_Received(raw))  # type: ignore[arg-type] # it only ever calls makefile
    try:
        response.begin()
        body = response.read()
    except (HTTPException, OSError) as problem:
        raise Unreachable(f"the answer is no HTTP: {problem}", where=where, hint="look at the pod's log") from problem
    if response.status >= 400:
        raise refused(response.status, body, where)
    return body


class _Received:
    """Bytes that came in, in the shape of a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> BytesIO:
        """The bytes as a file."""
        return BytesIO(self._data)


def _connect(session: Session, namespace: str, pod: str, port: int) -> WebSocket:
    import websocket

    connection = session.connection
    url = urlsplit(connection.server)
    scheme = "wss" if url.scheme == "https" else "ws"
    path = f"{url.path.rstrip('/')}/api/v1/namespaces/{namespace}/pods/{pod}/portforward?ports={port}"
    options: dict[str, Any] = {}
    if scheme == "wss":
        options["sslopt"] = {"context": tls_context(connection)}
        if connection.server_name:
            options["sslopt"]["server_hostname"] = connection.server_name
    if connection.proxy:
        proxy = urlsplit(connection.proxy)
        options |= {"http_proxy_host": proxy.hostname, "http_proxy_port": proxy.port, "proxy_type": proxy.scheme}
    where = f"{connection.server} (port-forward to pod {namespace}/{pod})"
    try:
        return websocket.create_connection(
            f"{scheme}://{url.netloc}{path}",
            timeout=session.timeout,
            subprotocols=["v4.channel.k8s.io"],
            header=[f"{key}: {value}" for key, value in connection.headers],
            **options,
        )
    except websocket.WebSocketBadStatusException as problem:
        raise refused(problem.status_code, problem.resp_body or b"", where) from problem
    except websocket.WebSocketTimeoutException as problem:
        raise too_slow(connection, session.timeout) from problem
    except (websocket.WebSocketException, OSError) as problem:
        raise Unreachable(
            f"no port-forward: {problem}", where=where, hint="see that the cluster is up and that the pod runs"
        ) from problem


def _receive(session: Session, socket: WebSocket, where: str, deadline: float) -> bytes:
    """All data until the other side closes."""
    import websocket

    data = bytearray()
    begun: set[int] = set()
    while True:
        left = deadline - time.monotonic()
        if left <= 0:
            raise too_slow(session.connection, session.timeout)
        socket.settimeout(left)
        try:
            message = socket.recv()
        except websocket.WebSocketTimeoutException as problem:
            raise too_slow(session.connection, session.timeout) from problem
        except (websocket.WebSocketException, OSError) as problem:
            if data:
                return bytes(data)
            raise Unreachable(
                f"nothing answers there: {problem}", where=where, hint="look at the pod's log"
            ) from problem
        if not message:
            if data:
                return bytes(data)
            raise Unreachable("nothing answers there", where=where, hint="look at the pod's log")
        message = message.encode() if isinstance(message, str) else message
        channel, body = message[0], message[1:]
        if channel not in begun:
            begun.add(channel)  # the port, told back
            continue
        if channel == _ERROR and body:
            text = body.decode("utf-8", "replace").strip()
            raise Unreachable(f"nothing answers there: {text}", where=where, hint="look at the pod's log")
        data += body
