"""Asking a server inside a pod over HTTP, through the API server's port-forward."""

from __future__ import annotations

import time
from contextlib import suppress
from http.client import HTTPException, HTTPResponse, IncompleteRead
from io import BytesIO

from istioctl.cluster.answers import check_weight
from istioctl.cluster.bodies import Turn, lean_errors
from istioctl.cluster.errors import Unreachable
from istioctl.cluster.refusals import redirected, refused
from istioctl.cluster.session import Session
from istioctl.cluster.tunnels import PodPort, Tunnel

LARGEST = 64 * 1024 * 1024
"""Bytes of one answer: Envoy's whole configuration in a mesh of thousands of services stays below."""
_SMALL = 1024 * 1024


def ask_pod(
    session: Session,
    namespace: str,
    pod: str,
    port: int,
    path: str,
    *,
    method: str = "GET",
    body: bytes = b"",
    in_parts: bool = False,
) -> bytes:
    """The body of what the server at `port` of a pod answers.

    Args:
        path: with its query, if there is one.
        body: is sent along, where the method is not GET.
        in_parts: whether whoever reads the answer decodes it part by part, and weighs the parts; other JSON is refused
            whose data would take too much memory.

    Raises:
        ApiError: the API server does not forward, or the pod's server answers with an error status.
        Unreachable: nothing answers in time, or with something else than HTTP.
        Malformed: the answer has more than `LARGEST` bytes, or too many values.
    """
    with lean_errors():
        return _ask(session, PodPort(namespace, pod, port), path, method, body, in_parts=in_parts)


def _ask(session: Session, target: PodPort, path: str, method: str, body: bytes, *, in_parts: bool) -> bytes:
    from websocket import WebSocketException

    deadline = time.monotonic() + session.timeout
    where = f"port {target.port} of pod {target.namespace}/{target.pod}"
    with session.patience.waiting_for(f"{where} to answer {method} {path}"):
        tunnel = Tunnel(session, target)
        try:
            length = "" if method == "GET" else f"Content-Length: {len(body)}\r\n"
            request = f"{method} {path} HTTP/1.1\r\nHost: localhost:{target.port}\r\n{length}Connection: close\r\n\r\n"
            with suppress(OSError, WebSocketException):  # what came before the server hung up tells why it did
                tunnel.send(request.encode() + body)
            raw = _all_of(session, tunnel, deadline, where)
        finally:
            tunnel.close()
    if not raw:
        raise Unreachable(
            "nothing answers there: the connection was closed at once", where=where, hint="Look at the pod's log."
        )
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
    if not in_parts and answer[:64].lstrip()[:1] in (b"{", b"["):
        check_weight(answer, f"{where} ({method} {path})")
    return answer


def _all_of(session: Session, tunnel: Tunnel, deadline: float, where: str) -> bytes:
    """What comes until the end; large answers of several pods one after the other, which is not held against them."""
    with Turn(session.turns, _SMALL, lasts=True) as turn:
        raw = turn.read(lambda _: tunnel.receive(deadline + turn.waited), where, LARGEST)
        turn.weigh(raw)
        return raw


class _Received:
    """Bytes that came in, in the shape of a socket."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _mode: str) -> BytesIO:
        """The bytes as a file."""
        return BytesIO(self._data)
