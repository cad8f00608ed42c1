"""Tunnels to a server that treats them badly."""

from __future__ import annotations

import socket
from contextlib import closing
from pathlib import Path
from queue import Queue

import pytest

from istioctl import ClientOptions, open_session
from istioctl.cluster.errors import Unreachable
from istioctl.cluster.tunnels import PodPort, PortForward, Tunnel
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

        reports: Queue[str] = Queue()
        with PortForward(session, lambda: target, report=reports.put) as forward:
            with socket.create_connection(("127.0.0.1", forward.port), 10) as client:
                client.sendall(_REQUEST)
                assert client.recv(100) == (received or b"")
            if received is None:
                assert "istiod-1" in reports.get(timeout=10)
        assert reports.empty()
