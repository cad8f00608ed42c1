"""Tunnels to a server that treats them badly."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path
from queue import Queue

import pytest

from istioctl import ClientOptions, open_session
from istioctl.cluster.errors import Unreachable
from istioctl.cluster.pod_http import ask_pod
from istioctl.cluster.tunnels import PodPort, PortForward, Tunnel
from istioctl.cluster.websockets import BoundedWebSocket
from tests.support.stub_cluster import Answer, Asked, StubCluster

_REQUEST = b"GET / HTTP/1.1\r\n\r\n"


@pytest.mark.parametrize(("sent", "received"), [(b"", None), (b"some of it", b"some of it")])
def test_a_connection_that_breaks_is_told_unless_something_came(
    tmp_path: Path, sent: bytes, received: bytes | None
) -> None:
    target = PodPort("istio-system", "istiod-1", 15014)

    def bend(asked: Asked, answer: Answer) -> Answer:
        return answer if asked.server == "api" else Answer(raw=sent)

    with (
        StubCluster(tmp_path) as stub,
        closing(open_session(ClientOptions(kubeconfig=str(stub.kubeconfig)))) as session,
    ):
        stub.bend = bend
        tunnel = Tunnel(session, target)
        tunnel.send(_REQUEST)
        if received is None:
            with pytest.raises(Unreachable, match="before anything came") as caught:
                tunnel.receive()
            assert "istiod-1" in str(caught.value)
        else:
            assert tunnel.receive() == received
            assert tunnel.receive() == b""
        tunnel.close()

        with pytest.raises(Unreachable, match="nothing answers there" if received is None else "not HTTP"):
            ask_pod(session, *target, "/")

        reports: Queue[str] = Queue()
        with PortForward(session, lambda: target, report=reports.put) as forward:
            with socket.create_connection(("127.0.0.1", forward.port), 10) as client:
                client.sendall(_REQUEST)
                assert client.recv(100) == (received or b"")
            if received is None:
                assert "istiod-1" in reports.get(timeout=10)
        assert reports.empty()


@pytest.mark.parametrize("said", [b"", b"\x01connection refused"])
def test_who_hangs_up_before_he_is_asked_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    def hung_up(_: Tunnel, __: bytes) -> None:
        raise BrokenPipeError

    messages = [b"\x00\x00\x00", b"\x01\x00\x00", said, b""]
    monkeypatch.setattr(Tunnel, "send", hung_up)
    monkeypatch.setattr(BoundedWebSocket, "receive", lambda _: messages.pop(0))
    with (
        StubCluster(tmp_path) as stub,
        closing(open_session(ClientOptions(kubeconfig=str(stub.kubeconfig)))) as session,
        pytest.raises(Unreachable, match=f"nothing answers there: .*{said[1:].decode()}"),
    ):
        ask_pod(session, "istio-system", "istiod-1", 15014, "/")
