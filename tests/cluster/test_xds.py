"""Asking istiod over XDS: the wire format, and a server that answers as the test says."""

from __future__ import annotations

import json
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.cluster import protobuf_wire as wire
from istioctl.cluster.errors import Unreachable
from istioctl.cluster.xds import SYNCZ, XdsClient, XdsOptions
from istioctl.errors import ClusterError, InputError
from istioctl.proxies.sync_status import State, read_syncz
from istioctl.proxies.xds_types import CLUSTER, LISTENER
from tests.support.certificates import make_certificate

_h2 = pytest.importorskip("h2.connection")


@given(st.lists(st.tuples(st.integers(1, 2**20), st.binary(max_size=300))))
def test_fields_come_back(pairs: list[tuple[int, bytes]]) -> None:
    assert list(wire.fields(b"".join(wire.bytes_field(number, data) for number, data in pairs))) == pairs


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with suppress(ValueError):
        list(wire.fields(data))


def _varint_field(number: int, value: int) -> bytes:
    assert value < 128
    return bytes([number << 3, value])


def _client_config(proxy: str, **states: tuple[int, str]) -> bytes:
    node = wire.text_field(1, proxy) + wire.bytes_field(
        3, wire.struct_of({"CLUSTER_ID": "k", "ISTIO_VERSION": "1.30.3"})
    )
    config = wire.bytes_field(1, node)
    for key, (state, reason) in states.items():
        url = {"cds": CLUSTER, "lds": LISTENER}[key]
        entry = wire.text_field(1, url) + wire.bytes_field(5, _varint_field(1, 100) + _varint_field(2, 5))
        entry += _varint_field(6, state)
        if reason:
            entry += wire.bytes_field(8, wire.text_field(3, reason))
        config += wire.bytes_field(3, entry)
    return config


def _response(*resources: bytes, istiod: str = "") -> bytes:
    body = b"".join(wire.bytes_field(2, wire.text_field(1, "type") + wire.bytes_field(2, each)) for each in resources)
    if istiod:
        body += wire.bytes_field(6, wire.text_field(1, json.dumps({"ID": istiod})))
    return body


class Server:
    """One that takes a call, notes what was asked, and answers with a message or with trailers alone."""

    def __init__(self, answer: bytes | dict[str, str] | None) -> None:
        self.answer = answer
        self.asked: list[tuple[str, str]] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.socket.getsockname()[1]}"

    def serve(self) -> None:
        channel, _ = self.socket.accept()
        with channel:
            if self.answer is None:
                channel.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
                return
            connection = _h2.H2Connection(sys.modules["h2.config"].H2Configuration(client_side=False))
            connection.initiate_connection()
            channel.sendall(connection.data_to_send())
            request = b""
            while True:
                data = channel.recv(65536)
                if not data:
                    return
                for event in connection.receive_data(data):
                    if type(event).__name__ == "DataReceived":
                        request += event.data
                        self._note(request)
                        self._reply(connection, event.stream_id)
                channel.sendall(connection.data_to_send())

    def _note(self, request: bytes) -> None:
        (length,) = struct.unpack(">I", request[1:5])
        found = wire.message(request[5 : 5 + length])
        self.asked.append((wire.one_text(found, 4), wire.one_text(found, 3)))

    def _reply(self, connection: Any, stream: int) -> None:
        head = [(":status", "200"), ("content-type", "application/grpc")]
        if isinstance(self.answer, dict):
            connection.send_headers(stream, [*head, *self.answer.items()], end_stream=True)
            return
        assert self.answer is not None
        connection.send_headers(stream, head)
        framed = b"\0" + struct.pack(">I", len(self.answer)) + self.answer
        for start in range(0, len(framed), 16000):
            connection.send_data(stream, framed[start : start + 16000])


@contextmanager
def _server(answer: bytes | dict[str, str] | None) -> Iterator[Server]:
    server = Server(answer)
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    with server.socket:
        yield server
        thread.join(10)


def _client(server: Server, **more: Any) -> XdsClient:
    options = XdsOptions(**{"address": server.address, "plaintext": True, **more})
    return XdsClient(None, "istio-system", "", options, 5.0)


def test_states_of_proxies() -> None:
    first = _client_config("a.shop", cds=(1, ""), lds=(4, "bad filter"))
    second = _client_config("b.shop", cds=(3, ""), lds=(2, ""))
    with _server(_response(first, second, istiod="istiod-a")) as server:
        answer = _client(server).page("syncz")
    assert (answer.istiod, answer.identity) == ("istiod-a", {"ID": "istiod-a"})
    assert server.asked == [(SYNCZ, "")]
    refused, stale = read_syncz(answer.resources[0], answer.istiod)
    assert (refused.id, refused.state, refused.reason) == ("a.shop", State.REFUSED, "LDS: bad filter")
    assert (stale.state, stale.version, stale.cluster) == (State.STALE, "1.30.3", "k")
    assert [each.state for each in stale.types] == [State.STALE, State.NOT_SENT]
    assert stale.since == "1970-01-01T00:01:40.000000005Z"


def test_debug_page() -> None:
    page = "config_dump?proxyID=a.shop&types=CDS"
    with _server(_response(b'{"configs": []}' + b" " * 40_000)) as server:
        answer = _client(server).page(page)
    assert json.loads(answer.resources[0]) == {"configs": []}
    assert server.asked == [("istio.io/debug", page)]


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        ({"grpc-status": "16", "grpc-message": "who%20are you"}, ClusterError, "unauthenticated: who are you"),
        ({"grpc-status": "7"}, ClusterError, "permission denied"),
        (_response(b"404 page not found\n"), ClusterError, "debug pages are off"),
        (b"\xff\xff", Unreachable, "the answer is unreadable"),
        (None, Unreachable, "no gRPC answer"),
    ],
)
def test_refusals(answer: bytes | dict[str, str] | None, error: type[Exception], words: str) -> None:
    with _server(answer) as server, pytest.raises(error, match=words):
        _client(server).page("configz")


def test_server_without_tls(tmp_path: Path) -> None:
    chain, _ = make_certificate(tmp_path)
    for name in ("cert-chain.pem", "root-cert.pem"):
        (tmp_path / name).write_bytes(Path(chain).read_bytes())
    with _server(None) as server, pytest.raises(Unreachable, match="no TLS"):
        _client(server, plaintext=False, cert_dir=str(tmp_path)).page("syncz")


@pytest.mark.parametrize("address", ["host", "host:", "host:x", "host:70000", ":"])
def test_bad_addresses(address: str) -> None:
    with pytest.raises(InputError, match="is not HOST:PORT"):
        XdsClient(None, "istio-system", "", XdsOptions(address, plaintext=True), 1.0).page("syncz")


def test_missing_certificates(tmp_path: Any) -> None:
    options = XdsOptions("127.0.0.1:1", cert_dir=str(tmp_path))
    with pytest.raises(InputError, match=r"root-cert\.pem"):
        XdsClient(None, "istio-system", "", options, 1.0).page("syncz")


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "h2.config", None)
    with pytest.raises(InputError, match="needs the package h2") as caught:
        XdsClient(None, "istio-system", "", XdsOptions("a:1"), 1.0)
    assert "istioctl[xds]" in str(caught.value.hint)
