"""WebSockets to an API server, for what it forwards: bounded in time and size, and never led elsewhere."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import websocket
from websocket import WebSocket, WebSocketException, WebSocketProtocolException, WebSocketTimeoutException

from istioctl.cluster.errors import Unreachable
from istioctl.cluster.refusals import redirected, refused
from istioctl.cluster.session import Session
from istioctl.cluster.transport import open_stream, too_slow

_PROTOCOL = "v4.channel.k8s.io"
"""That of port-forwards and commands: the first byte of each message names its channel."""
_LONGEST_MESSAGE = 4 * 1024 * 1024
"""Bytes; servers send what they forward in pieces of some 32 KiB."""


_PIECE = 65536


class BoundedWebSocket(WebSocket):
    """A WebSocket whose messages are bounded, and have to come before `deadline` (monotonic seconds; None: never)."""

    deadline: float | None = None
    _taken = 0

    def receive(self) -> bytes:
        """The next message; empty at the end.

        Raises:
            WebSocketException: none comes in time, or one that is too large; or the connection broke.
        """
        self._taken = 0
        message: str | bytes = self.recv()
        return message.encode() if isinstance(message, str) else bytes(message)

    def end(self) -> None:
        """Ends the connection, whatever its state."""
        with suppress(WebSocketException, OSError):
            self.send_close()
        shutdown: Any = self.shutdown  # carries no types
        shutdown()

    def _recv(self, bufsize: int) -> bytes:
        if self.deadline is not None:
            left = self.deadline - time.monotonic()
            if left <= 0:
                raise WebSocketTimeoutException("no message in time")
            self.settimeout(left)
        receive: Any = super()._recv  # carries no types
        data: bytes = receive(max(bufsize, _PIECE))  # what is more than asked for is kept for the next question
        self._taken += len(data)
        if self._taken > _LONGEST_MESSAGE:
            raise WebSocketProtocolException("a message is too large")
        return data


def open_websocket(session: Session, path: str, where: str) -> BoundedWebSocket:
    """A WebSocket to a path of the session's server, in the protocol of what it forwards.

    Args:
        where: the server and what is asked of it, for errors.

    Raises:
        ApiError: the server refuses.
        Unreachable: no answer came in time, or none that opens a WebSocket.
    """
    connection = session.current()
    url = urlsplit(connection.server)
    address = url._replace(scheme="wss" if url.scheme == "https" else "ws").geturl().rstrip("/") + path
    opened = BoundedWebSocket(enable_multithread=True)
    opened.settimeout(session.timeout)
    end = threading.Timer(session.timeout, _cut, [opened])  # a time-out begins anew with every byte
    end.daemon = True
    end.start()
    connect: Any = opened.connect  # carries no types
    try:
        connect(
            address,
            header=[f"{name}: {value}" for name, value in connection.headers if name != "host"],
            host=dict(connection.headers).get("host"),
            socket=open_stream(connection, session.timeout),
            subprotocols=[_PROTOCOL],
            suppress_origin=True,
            redirect_limit=0,
        )
    except websocket.WebSocketBadStatusException as problem:
        raise refused(problem.status_code, problem.resp_body or b"", where) from problem
    except (WebSocketTimeoutException, TimeoutError) as problem:
        raise too_slow(connection, session.timeout) from problem
    except (WebSocketException, OSError, ValueError, OverflowError, MemoryError) as problem:
        response = opened.handshake_response
        if response is not None and response.status < 400 and response.status != 101:
            raise redirected(response.status, (response.headers or {}).get("location"), where) from problem
        if not end.is_alive():
            raise too_slow(connection, session.timeout) from problem
        raise Unreachable(
            f"no tunnel: {problem}",
            where=where,
            hint="See that the cluster is up and that nothing between blocks WebSockets.",
            passing=not isinstance(problem, ValueError | MemoryError),
        ) from problem
    finally:
        end.cancel()
    return opened


def _cut(opened: BoundedWebSocket) -> None:
    import socket

    if opened.sock is not None:
        with suppress(OSError):
            opened.sock.shutdown(socket.SHUT_RDWR)
