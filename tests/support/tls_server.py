"""An HTTPS server that remembers what it was asked, a proxy that leads anywhere, and an admission webhook."""

from __future__ import annotations

import json
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Headers = dict[str, str]


@contextmanager
def tls_server(certificate: tuple[str, str], client_authority: str = "") -> Iterator[tuple[int, list[Headers]]]:
    """Answers each request with an empty object of version v1; gives its port, and the headers of all requests.

    Args:
        certificate: paths of its certificate and key.
        client_authority: a path; whoever has no certificate of that authority is turned away.
    """
    seen: list[Headers] = []

    class Handler(_Quiet):
        def do_GET(self) -> None:
            seen.append({name.lower(): value for name, value in self.headers.items()})
            body = b'{"metadata": {}}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    context = _context(certificate)
    if client_authority:
        context.load_verify_locations(client_authority)
        context.verify_mode = ssl.CERT_REQUIRED
    with _serving(Handler, context) as port:
        yield port, seen


@contextmanager
def proxy(certificate: tuple[str, str] | None = None) -> Iterator[tuple[int, list[tuple[str, Headers]]]]:
    """Opens the way to any address (`CONNECT`); gives its port, and each address that was asked for, with headers.

    Args:
        certificate: paths of its certificate and key; without it speaks plain HTTP.
    """
    asked: list[tuple[str, Headers]] = []

    class Handler(_Quiet):
        def do_CONNECT(self) -> None:
            asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
            host, _, port = self.path.rpartition(":")
            with socket.create_connection((host.strip("[]"), int(port)), 5) as there:
                self.send_response(200)
                self.end_headers()
                ends = {self.connection: there, there: self.connection}
                with suppress(OSError):
                    while ready := select.select(list(ends), [], [], 20)[0]:
                        for end in ready:
                            data = end.recv(65536)
                            if not data:
                                return
                            ends[end].sendall(data)

    with _serving(Handler, _context(certificate) if certificate else None) as port:
        yield port, asked


@contextmanager
def admission_webhook(certificate: tuple[str, str], refusal: Callable[[dict[str, Any]], str]) -> Iterator[int]:
    """A validating admission webhook; gives its port.

    Args:
        certificate: paths of its certificate and key.
        refusal: why a request (`AdmissionRequest` as data) is denied; empty where it is allowed.
    """

    class Handler(_Quiet):
        def do_POST(self) -> None:
            review = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reason = refusal(review["request"])
            answer = {"uid": review["request"]["uid"], "allowed": not reason, "status": {"message": reason}}
            body = json.dumps({"apiVersion": review["apiVersion"], "kind": review["kind"], "response": answer}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with _serving(Handler, _context(certificate)) as port:
        yield port


def _context(certificate: tuple[str, str]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In a thread of its own: clients that trust nobody end the handshake, which is no failure here."""
        with suppress(OSError):
            if self.tls is None:
                super().finish_request(request, client_address)
            else:
                with self.tls.wrap_socket(request, server_side=True) as wrapped:
                    super().finish_request(wrapped, client_address)


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler], tls: ssl.SSLContext | None = None) -> Iterator[int]:
    server = _Server(("127.0.0.1", 0), handler)
    server.tls = tls
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()
