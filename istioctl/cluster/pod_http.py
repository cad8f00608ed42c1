"""Asking a server inside a pod over HTTP, through the API server's port-forward."""

from __future__ import annotations

import time
from http.client import HTTPException, HTTPResponse, IncompleteRead
from io import BytesIO

from istioctl.cluster.bodies import Turn
from istioctl.cluster.errors import Unreachable
from istioctl.cluster.refusals import redirected, refused
from istioctl.cluster.session import Session
from istioctl.cluster.tunnels import PodPort, Tunnel

LARGEST = 64 * 1024 * 1024
"""Bytes of one answer: Envoy's whole configuration in a mesh of thousands of services stays below."""
_SMALL = 4 * 1024 * 1024


def get_from_pod(session: Session, namespace: str, pod: str, port: int, path: str) -> bytes:
    """As `ask_pod`, with GET."""
    return ask_pod(session, namespace, pod, port, path)


def ask_pod(
    session: Session, namespace: str, pod: str, port: int, path: str, *, method: str = "GET", body: bytes = b""
) -> bytes:
    """The body of what the server at `port` of a pod answers.

    Args:
        path: with its query, if there is one.
        body: is sent along, where the method is not GET.

    Raises:
        ApiError: the API server does not forward, or the pod's server answers with an error status.
        Unreachable: nothing answers in time, or with something else than HTTP, or with more than `LARGEST`.
    """
    deadline = time.monotonic() + session.timeout
    where = f"port {port} of pod {namespace}/{pod}"
    with session.patience.waiting_for(f"{where} to answer {method} {path}"):
        tunnel = Tunnel(session, PodPort(namespace, pod, port))
        try:
            length = "" if method == "GET" else f"Content-Length: {len(body)}\r\n"
            request = f"{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\n{length}Connection: close\r\n\r\n"
            tunnel.send(request.encode() + body)
            raw = _all_of(session, tunnel, deadline, where)
        finally:
            tunnel.close()
    response = HTTPResponse(_Received(raw))  # type: ignore[arg-type] # it only ever calls makefile
    try:
        response.begin()
        answer = response.read()
    except IncompleteRead as problem:
        raise Unreachable(
            "the connection broke off in the middle of the answer", where=where, hint="Run the command again."
        ) from problem
    except (HTTPException, OSError, ValueError) as problem:
        raise Unreachable(
            f"the answer is not HTTP: {problem!r}"[:300], where=where, hint="Look at the pod's log."
        ) from problem
    if 300 <= response.status < 400:
        raise redirected(response.status, response.headers.get("Location"), where)
    if response.status >= 400:
        raise refused(response.status, answer, where)
    return answer


def _all_of(session: Session, tunnel: Tunnel, deadline: float, where: str) -> bytes:
    """What comes until the end; large answers of several pods one after the other, which is not held against them."""
    with Turn(session.turns, _SMALL) as turn:
        return turn.read(lambda _: tunnel.receive(deadline + turn.waited), where, LARGEST)


class _Received:
    """Bytes that came in, in the shape of a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> BytesIO:
        """The bytes as a file."""
        return BytesIO(self._data)
