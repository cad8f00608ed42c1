"""An HTTP proxy in front of a real API server that misbehaves as a test wishes."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType

import urllib3

Fault = Callable[[str, str], int | str | None]
"""Given method and path, says what goes wrong: a status to answer with, `drop` to cut the connection, or nothing."""

_REASONS = {409: "Conflict", 429: "TooManyRequests", 500: "InternalError", 503: "ServiceUnavailable"}


class FaultyProxy:
    """Forwards requests to the server of a kubeconfig, with its user's token, but for those that `fault` picks."""

    def __init__(self, kubeconfig: Path, folder: Path, fault: Fault) -> None:
        text = kubeconfig.read_text()
        server = re.search(r"https://[^\"]+", text)
        token = re.search(r"token: (\S+?)\}", text)
        authority = re.search(r'certificate-authority: "([^"]+)"', text)
        assert server is not None
        assert token is not None
        assert authority is not None
        upstream = urllib3.PoolManager(ca_certs=authority[1], maxsize=32)
        self.kubeconfig = folder / "proxied-kubeconfig"

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                wrong = fault(self.command, self.path)
                if wrong == "drop":
                    self.close_connection = True
                    self.connection.close()
                    return
                if isinstance(wrong, int):
                    status = {"kind": "Status", "code": wrong, "reason": _REASONS[wrong], "message": "as a test wishes"}
                    self._answer(wrong, json.dumps(status).encode())
                    return
                headers = {key: value for key, value in self.headers.items() if key.lower() != "host"}
                headers["Authorization"] = f"Bearer {token[1]}"
                answer = upstream.request(
                    self.command,
                    server[0] + self.path,
                    body=body,
                    headers=headers,
                    preload_content=False,
                    retries=False,
                )
                if "watch=1" in self.path:
                    self._stream(answer)
                else:
                    self._answer(answer.status, answer.read())

            def _answer(self, status: int, body: bytes) -> None:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def _stream(self, answer: urllib3.BaseHTTPResponse) -> None:
                self.send_response(answer.status)
                self.end_headers()
                self.close_connection = True
                while chunk := answer.read1(65536):
                    self.wfile.write(chunk)
                    self.wfile.flush()

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - http.server looks these up

            def handle(self) -> None:
                try:
                    super().handle()
                except (OSError, urllib3.exceptions.HTTPError):  # one of the two sides is gone
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        port = self._server.server_address[1]
        self.kubeconfig.write_text(
            json.dumps(
                {
                    "apiVersion": "v1",
                    "kind": "Config",
                    "current-context": "proxied",
                    "contexts": [{"name": "proxied", "context": {"cluster": "proxied", "user": "nobody"}}],
                    "clusters": [{"name": "proxied", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
                    "users": [{"name": "nobody", "user": {}}],
                }
            )
        )

    def __enter__(self) -> FaultyProxy:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
