"""An HTTP server that stands for what runs in a pod; the control plane's port-forward leads to it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

_STATUSES = {"GET": 200, "POST": 200, "PUT": 202}


@contextmanager
def pod_server(answers: Mapping[str, bytes], seen: list[tuple[str, str, bytes]] | None = None) -> Iterator[str]:
    """Serves `answers` by path while the block runs; gives the address, `host:port`.

    Args:
        answers: to GET by path; to other methods by method and path, such as `POST /logging`.
        seen: takes method, path and body of each request.
    """

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if seen is not None:
                seen.append((self.command, self.path, sent))
            body = answers.get(self.path if self.command == "GET" else f"{self.command} {self.path}")
            self.send_response(404 if body is None else _STATUSES[self.command])
            self.send_header("Content-Length", str(len(body or b"")))
            self.end_headers()
            self.wfile.write(body or b"")

        do_GET = do_POST = do_PUT = _answer  # noqa: N815 - http.server looks these up

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()
