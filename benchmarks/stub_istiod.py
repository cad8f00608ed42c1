"""What stands for an istiod to which thousands of proxies are connected: its debug page and its XDS port.

Each program asks in its own way, and gets the same proxies: over HTTP from the page `syncz`, over gRPC as Envoy's
messages. All answers are made beforehand, so that what a benchmark measures is who asks.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, StreamEnded

from istioctl.cluster.protobuf_wire import bytes_field, struct_of, text_field
from tests.support.certificates import make_certificate

_TYPES = (
    "cluster.v3.Cluster",
    "endpoint.v3.ClusterLoadAssignment",
    "listener.v3.Listener",
    "route.v3.RouteConfiguration",
)
_SENT = "2026-01-01T23:04:56Z"
_SYNCED = b"\x30\x01"
"""Field 6 of a `GenericXdsConfig`, its status."""
_PIECE = 16384


def start(count: int, folder: Path) -> dict[str, str]:
    """Serves so many proxies, in the background; gives the addresses that istiod's ports lead to.

    Args:
        folder: takes a certificate.
    """
    found = [_proxy(number) for number in range(count)]
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*make_certificate(folder))
    context.set_alpn_protocols(["h2"])
    page = json.dumps(found, separators=(",", ":")).encode()
    return {
        "15014": _listen(partial(_talk_http, page)),
        "15012": _listen(partial(_talk_grpc, _discovery_response(found), context)),
    }


def _proxy(number: int) -> dict[str, Any]:
    """One that has all that istiod sent, as the page lists it."""
    resources, flat = {}, {}
    for index, name in enumerate(_TYPES):
        nonce = f"{_SENT}/{number:08x}-{index:04x}-4eb1-8353-84e951d06660"
        time = f"2026-01-01T23:{number % 60:02}:56.{143978312 + number * 17 + index:09}Z"
        resources[f"type.googleapis.com/envoy.config.{name}"] = {"sent": nonce, "acked": nonce, "sentTime": time}
        key = name.partition(".")[0]
        flat |= {f"{key}_sent": nonce, f"{key}_acked": nonce}
    return {
        "cluster_id": "Kubernetes",
        "proxy": f"service-{number % 700}-{number * 7919 % 2**32:08x}-{number:05x}.team-{number % 40}",
        "proxy_type": "sidecar",
        "istio_version": "1.30.3",
        **flat,
        "resources": resources,
    }


def _discovery_response(found: list[dict[str, Any]]) -> bytes:
    """The answer to an XDS request for `istio.io/debug/syncz` (upstream `pilot/pkg/xds/statusgen.go`)."""
    identity = {"Component": "istiod", "ID": "istiod-1", "Info": {"version": "1.30.3"}}
    kind = "type.googleapis.com/envoy.service.status.v3.ClientConfig"
    resources = (bytes_field(2, text_field(1, kind) + bytes_field(2, _client_config(each))) for each in found)
    head = text_field(1, "1") + text_field(4, "istio.io/debug/syncz") + text_field(5, "nonce")
    return head + b"".join(resources) + bytes_field(6, text_field(1, json.dumps(identity)))


def _client_config(proxy: dict[str, Any]) -> bytes:
    metadata = {"CLUSTER_ID": "Kubernetes", "ISTIO_VERSION": "1.30.3", "NAMESPACE": proxy["proxy"].rpartition(".")[2]}
    config = bytes_field(1, text_field(1, proxy["proxy"]) + bytes_field(3, struct_of(metadata)))
    for url, status in proxy["resources"].items():
        whole, _, fraction = status["sentTime"].rstrip("Z").partition(".")
        seconds = int(datetime.fromisoformat(f"{whole}+00:00").timestamp())
        stamp = bytes_field(5, b"\x08" + _varint(seconds) + b"\x10" + _varint(int(fraction)))
        config += bytes_field(3, text_field(1, url) + stamp + _SYNCED)
    return config


def _varint(number: int) -> bytes:
    groups = [number >> shift & 127 for shift in range(0, max(number.bit_length(), 1), 7)]
    return bytes([*(group | 128 for group in groups[:-1]), groups[-1]])


def _listen(talk: Callable[[socket.socket], None]) -> str:
    """The address where each connection is talked to, in the background."""
    server = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept() -> None:
        while True:
            channel, _ = server.accept()
            channel.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=converse, args=(channel,), daemon=True).start()

    def converse(channel: socket.socket) -> None:
        with suppress(OSError), channel:
            talk(channel)

    threading.Thread(target=accept, daemon=True).start()
    return f"127.0.0.1:{server.getsockname()[1]}"


def _talk_http(answer: bytes, channel: socket.socket) -> None:
    """Answers one request for a page."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += (piece := channel.recv(65536))
        if not piece:
            return
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n"
    channel.sendall(f"{head}Connection: close\r\n\r\n".encode() + answer)
    channel.shutdown(socket.SHUT_WR)
    channel.recv(1)


def _talk_grpc(answer: bytes, context: ssl.SSLContext, channel: socket.socket) -> None:
    """Answers each call on a connection with one message, as fast as the client's windows allow."""
    with context.wrap_socket(channel, server_side=True) as stream:
        connection = H2Connection(H2Configuration(client_side=False, header_encoding=None))
        connection.initiate_connection()
        stream.sendall(connection.data_to_send())
        framed = memoryview(b"\0" + struct.pack(">I", len(answer)) + answer)
        left: dict[int, memoryview] = {}
        while data := stream.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, DataReceived) and event.stream_id not in left:
                    connection.send_headers(event.stream_id, [(":status", "200"), ("content-type", "application/grpc")])
                    left[event.stream_id] = framed
                elif isinstance(event, StreamEnded):
                    left.pop(event.stream_id, None)
            _send(connection, left, stream)  # whatever came may have opened a window


def _send(connection: H2Connection, left: dict[int, memoryview], stream: socket.socket) -> None:
    for number, rest in left.items():
        while rest and (size := min(len(rest), _PIECE, connection.local_flow_control_window(number))):
            connection.send_data(number, bytes(rest[:size]))
            rest = rest[size:]
        left[number] = rest
    stream.sendall(connection.data_to_send())
