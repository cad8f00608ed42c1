"""Running a command in a container, through the API server.

The protocol is `v4.channel.k8s.io` over a WebSocket: the first byte of a message names the channel, 1 and 2 are the
command's output, and 3 tells at the end how it went, as a Status object (k8s.io/kubelet `remotecommand/websocket.go`).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from urllib.parse import urlencode

from istioctl.cluster.answers import read_json
from istioctl.cluster.errors import Malformed, Unreachable
from istioctl.cluster.session import Session
from istioctl.cluster.transport import too_slow
from istioctl.errors import ClusterError

_STDOUT, _STDERR, _STATUS = 1, 2, 3


def run_in_pod(
    session: Session, namespace: str, pod: str, container: str, command: Sequence[str], *, largest: int
) -> bytes:
    """What a command prints to its stdout.

    Args:
        largest: how many bytes of it are taken at most; what is more is an error.

    Raises:
        ApiError: there is no such container, or the server refuses.
        Unreachable: no answer came in time, or too much.
        ClusterError: the command is missing in the container, or fails.
    """
    from websocket import WebSocketException, WebSocketTimeoutException

    from istioctl.cluster.websockets import open_websocket

    words = " ".join(command)
    where = f"container {container} of pod {namespace}/{pod}"
    query = urlencode(
        [("container", container), ("stdout", "true"), ("stderr", "true"), *(("command", w) for w in command)]
    )
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/exec?{query}"
    channels: dict[int, list[bytes]] = {_STDOUT: [], _STDERR: [], _STATUS: []}
    taken = 0
    with session.patience.waiting_for(f"{where} to run {words}"):
        socket = open_websocket(session, path, f"{session.server} ({where})")
        socket.deadline = time.monotonic() + session.timeout
        try:
            while not channels[_STATUS]:
                data = socket.receive()
                if not data:
                    break
                channels.setdefault(data[0], []).append(data[1:])
                taken += len(data)
                if taken > largest:
                    raise Unreachable(
                        f"{words} prints more than {largest} bytes", where=where, hint="Look for yourself."
                    )
        except WebSocketTimeoutException as problem:
            raise too_slow(session.connection, session.timeout) from problem
        except (WebSocketException, OSError):
            pass  # it has ended; the status tells how, if there is one
        finally:
            socket.end()
    _check(b"".join(channels[_STATUS]), b"".join(channels[_STDERR]), words, where)
    return b"".join(channels[_STDOUT])


def _check(status: bytes, stderr: bytes, words: str, where: str) -> None:
    """Raises what the status tells of a failure."""
    try:
        found = read_json(status, where) if status else {}
    except Malformed:
        found = {}
    if not isinstance(found, dict) or found.get("status") in ("Success", None):
        return
    said = stderr.decode("utf-8", "replace").strip()
    reason = str(found.get("message") or "it fails")
    raise ClusterError(
        f"{words}: {reason}" + (f": {said[:300]}" if said else ""), where=where,
        hint="See whether the container has this program.", id="exec-failed",
    )  # fmt: skip
