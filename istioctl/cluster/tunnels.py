"""Ports of pods on this machine, through the API server.

Each local connection gets a tunnel of its own: a WebSocket to the pod's `portforward` subresource, in the
`v4.channel.k8s.io` protocol (k8s.io/kubelet `pkg/cri/streaming/portforward/websocket.go`). A tunnel that breaks ends
one connection; the next one opens a new tunnel, to another pod where the first is gone.
"""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from istioctl.cluster.errors import ApiError, Unreachable
from istioctl.cluster.session import Session
from istioctl.cluster.transport import too_slow
from istioctl.errors import ClusterError, InputError

_DATA, _ERROR = 0, 1
_CHUNK = 65536
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 2.0


class PodPort(NamedTuple):
    """A port of a pod."""

    namespace: str
    pod: str
    port: int

    @property
    def path(self) -> str:
        """The subresource that forwards it."""
        return f"/api/v1/namespaces/{self.namespace}/pods/{self.pod}/portforward?ports={self.port}"

    def __str__(self) -> str:
        return f"port {self.port} of pod {self.namespace}/{self.pod}"


class Tunnel:
    """One connection to a port of a pod.

    Raises:
        ApiError: the pod does not exist, or the server refuses.
        Unreachable: no answer came in time.
    """

    def __init__(self, session: Session, target: PodPort) -> None:
        from istioctl.cluster.websockets import open_websocket

        self._session = session
        self._where = f"{session.server} ({target})"
        with session.patience.waiting_for(f"{session.server} to forward {target}"):
            self._socket = open_websocket(session, target.path, self._where)
        self._begun: set[int] = set()
        self._answered = False

    def send(self, data: bytes) -> None:
        """Bytes to the pod."""
        self._socket.send_binary(bytes([_DATA]) + data)

    def receive(self, deadline: float | None = None) -> bytes:
        """The next bytes from the pod; empty at the end.

        Args:
            deadline: until when to wait for them, in monotonic seconds; None waits for good.

        Raises:
            Unreachable: the pod does not listen on the port, or nothing comes in time, or at all.
        """
        from websocket import WebSocketException, WebSocketTimeoutException

        while True:
            self._socket.deadline = deadline
            if deadline is None:
                self._socket.settimeout(None)
            try:
                data = self._socket.receive()
            except WebSocketTimeoutException:
                raise too_slow(self._session.connection, self._session.timeout) from None
            except (WebSocketException, OSError, ValueError) as problem:
                if not self._answered:  # a reset can overtake the server's word on why
                    raise Unreachable(
                        f"nothing answers there: the connection broke before anything came: {problem}",
                        where=self._where,
                        hint="See that something listens on the port; the pod's log may tell.",
                        passing=True,
                    ) from problem
                return b""
            if not data:
                return b""
            channel, body = data[0], data[1:]
            if channel not in self._begun:
                self._begun.add(channel)  # the first frame of each channel tells the port back
            elif channel == _ERROR and body:
                reason = body[:1000].decode("utf-8", "replace").strip()
                raise Unreachable(f"nothing answers there: {reason}", where=self._where, hint="Look at the pod's log.")
            elif channel == _DATA and body:
                self._answered = True
                return body

    def close(self) -> None:
        """Ends the connection."""
        self._socket.end()


class PortForward:
    """Listens on this machine and leads each connection to a port of a pod.

    Args:
        session: the cluster.
        find: names the pod; asked again when the pod it named is gone.
        address: an IP address of this machine, or `localhost` for both loopback addresses.
        port: the local port; 0 for any free one.
        report: takes a line about what happens to connections; called from several threads.

    Raises:
        InputError: the address or port can't be listened on.
    """

    def __init__(
        self,
        session: Session,
        find: Callable[[], PodPort],
        *,
        address: str = "localhost",
        port: int = 0,
        report: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._session = session
        self._find = find
        self._report = report
        self._target: PodPort | None = None
        self._lock = threading.Lock()
        self._closing = threading.Event()
        self._sockets = _listen(address, port)
        self.address = address
        self.port: int = self._sockets[0].getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def start(self) -> PodPort:
        """Find the pod, then take connections in the background; without a pod, stop listening.

        Raises:
            ClusterError: there is no such pod, or the server can't be reached.
        """
        try:
            self._target = self._find()
        except BaseException:  # an interrupt as well: the port must not stay open
            self.close()
            raise
        self._thread.start()
        return self._target

    def close(self) -> None:
        """Stop listening; connections that are open end with the process."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        for listener in self._sockets:
            listener.close()

    def __enter__(self) -> PortForward:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as waiting:
            for listener in self._sockets:
                listener.setblocking(False)
                waiting.register(listener, selectors.EVENT_READ)
            while not self._closing.is_set():
                for key, _ in waiting.select(timeout=0.2):
                    with suppress(OSError):
                        client, _ = key.fileobj.accept()  # type: ignore[union-attr]
                        client.setblocking(True)
                        threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client:
            try:
                tunnel = self._tunnel()
            except ClusterError as problem:
                self._report(f"a connection to local port {self.port} failed: {problem}")
                return
            threading.Thread(target=_pump_up, args=(client, tunnel), daemon=True).start()
            try:
                while data := tunnel.receive():
                    client.sendall(data)
            except ClusterError as problem:
                self._report(f"a connection to local port {self.port} broke: {problem}")
            except OSError:  # the local side has gone
                pass
            finally:
                tunnel.close()
                with suppress(OSError):
                    client.shutdown(socket.SHUT_RDWR)

    def _tunnel(self) -> Tunnel:
        """A tunnel to the pod, or to the one that took its place."""
        deadline = time.monotonic() + self._session.timeout
        pause = _FIRST_PAUSE
        while True:
            with self._lock:
                target = self._target = self._target or self._find()
            try:
                return Tunnel(self._session, target)
            except (ApiError, Unreachable) as problem:
                if not _may_pass(problem) or time.monotonic() + pause > deadline or self._closing.is_set():
                    raise
            with self._lock:
                if self._target == target:
                    self._target = None
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)


def _may_pass(problem: ApiError | Unreachable) -> bool:
    if isinstance(problem, Unreachable):
        return problem.passing
    return problem.status in (400, 404, 429) or problem.status >= 500


def _pump_up(client: socket.socket, tunnel: Tunnel) -> None:
    from websocket import WebSocketException

    with suppress(OSError, WebSocketException):
        while data := client.recv(_CHUNK):
            tunnel.send(data)


def _listen(address: str, port: int) -> list[socket.socket]:
    """Listening sockets on one port of the address; for `localhost` of each loopback address that there is."""
    hosts = ["127.0.0.1", "::1"] if address == "localhost" else [address]
    sockets: list[socket.socket] = []
    problem: OSError | None = None
    for host in hosts:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            bound = socket.create_server((host, sockets[0].getsockname()[1] if sockets else port), family=family)
        except OSError as refusal:
            problem = refusal
        else:
            sockets.append(bound)
    if not sockets:
        reason = problem.strerror if problem else "no address"
        raise InputError(
            f"can't listen on {address}, port {port}: {reason}",
            where="--port" if port else "--address",
            hint="Choose another --port, or leave it out for any free one.",
            id="cannot-listen",
        )
    return sockets
