"""Requests against a server on this machine that answers as each test wishes."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from istioctl.cluster.errors import ApiError, Malformed, Unreachable
from istioctl.cluster.kubeconfig import Connection
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Session

Answer = tuple[int, dict[str, str], bytes]
Serve = Callable[[list[Answer]], Session]


def status(code: int, reason: str = "", message: str = "no") -> bytes:
    return json.dumps({"kind": "Status", "code": code, "reason": reason, "message": message}).encode()


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts a server that gives the answers one after the other, the last one again and again."""
    servers: list[ThreadingHTTPServer] = []

    def start(answers: list[Answer], **options: Any) -> Session:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length") or 0))
                seen.append((self.command, self.path, dict(self.headers)))
                code, headers, body = answers.pop(0) if len(answers) > 1 else answers[0]
                self.send_response(code)
                for key, value in {"Content-Length": str(len(body)), **headers}.items():
                    self.send_header(key, value)
                self.end_headers()
                self.wfile.write(body)

            do_POST = do_PATCH = do_PUT = do_DELETE = do_GET  # noqa: N815 - http.server looks these up

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
                pass

        seen: list[tuple[str, str, dict[str, str]]] = []
        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        servers.append(server)
        connection = Connection(
            server=f"http://127.0.0.1:{server.server_address[1]}/prefix", headers=options.pop("headers", ())
        )
        session = Session(connection, timeout=options.pop("timeout", 5.0), **options)
        session.seen = seen  # type: ignore[attr-defined]
        return session

    yield start  # type: ignore[misc]
    for server in servers:
        server.shutdown()
        server.server_close()


OK: Answer = (200, {}, b'{"kind": "Pod"}')


def test_prefix_headers_and_agent(serve: Any) -> None:
    headers = (("Authorization", "Bearer t"), ("Impersonate-Group", "a"), ("Impersonate-Group", "b"))
    session = serve([OK], headers=headers)
    assert session.get("/api/v1/pods", {"labelSelector": "a in (b,c)"}) == {"kind": "Pod"}
    method, path, sent = session.seen[0]
    assert (method, path) == ("GET", "/prefix/api/v1/pods?labelSelector=a+in+%28b%2Cc%29")
    assert sent["Authorization"] == "Bearer t"
    assert sent["User-Agent"].startswith("istioctl/")


@pytest.mark.parametrize("code", [429, 500, 502, 503, 504])
def test_passing_refusals_are_tried_again(serve: Any, code: int) -> None:
    session = serve([(code, {}, status(code)), (code, {}, status(code)), OK])
    assert session.get("/x") == {"kind": "Pod"}
    assert len(session.seen) == 3


@pytest.mark.parametrize(
    ("code", "id_"),
    [(400, "bad-request"), (401, "unauthorized"), (403, "forbidden"), (404, "not-found"), (422, "invalid")],
)
def test_final_refusals_are_not(serve: Any, code: int, id_: str) -> None:
    session = serve([(code, {}, status(code, "R", "because"))])
    with pytest.raises(ApiError, match="because") as caught:
        session.get("/x")
    assert (caught.value.status, caught.value.reason, caught.value.id) == (code, "R", id_)
    assert caught.value.hint
    assert len(session.seen) == 1


def test_retry_after_is_honoured(serve: Any) -> None:
    session = serve([(429, {"Retry-After": "1"}, status(429)), OK])
    began = time.monotonic()
    session.get("/x")
    assert time.monotonic() - began >= 1


def test_retry_after_beyond_the_time_out_ends_it(serve: Any) -> None:
    session = serve([(503, {"Retry-After": "60"}, status(503, message="down"))], timeout=2.0)
    began = time.monotonic()
    with pytest.raises(ApiError, match="down"):
        session.get("/x")
    assert time.monotonic() - began < 30  # not the 60 s that the server asks for


def test_lost_races_of_an_apply_are_run_again(serve: Any) -> None:
    session = serve([(409, {}, status(409, "Conflict")), OK])
    session.request("PATCH", "/x", None, b"{}")
    assert len(session.seen) == 2


def test_what_exists_already_is_not_created_again(serve: Any) -> None:
    session = serve([(409, {}, status(409, "AlreadyExists"))])
    with pytest.raises(ApiError):
        session.send("POST", "/x", {})
    assert len(session.seen) == 1


def test_webhook_that_refuses_is_explained_at_once(serve: Any) -> None:
    message = 'failed calling webhook "validation.istio.io": connection refused'
    session = serve([(500, {}, status(500, "InternalError", message))])
    with pytest.raises(ApiError, match=r"validation\.istio\.io") as caught:
        session.request("PATCH", "/x", None, b"{}")
    assert caught.value.id == "webhook"
    assert len(session.seen) == 1


def test_missing_object_is_none(serve: Any) -> None:
    assert serve([(404, {}, status(404))]).find("/x") is None


def test_dry_run_marks_writes_only(serve: Any) -> None:
    session = serve([OK], dry_run=True)
    session.get("/x")
    session.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", {})
    session.send("DELETE", "/x", query={"a": "b"})
    assert [path for _, path, _ in session.seen] == [
        "/prefix/x",
        "/prefix/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        "/prefix/x?a=b&dryRun=All",
    ]


def test_answer_that_is_no_json(serve: Any) -> None:
    with pytest.raises(Unreachable, match="a web page, not JSON"):
        serve([(200, {}, b"<html>")]).get("/x")


def test_answer_that_ends_early_is_asked_for_again(serve: Any) -> None:
    session = serve([(200, {"Content-Length": "100", "Connection": "close"}, b"{"), OK])
    assert session.get("/x") == {"kind": "Pod"}


@pytest.mark.parametrize(
    "beginning",
    [b"", b"HTTP/1.1 200 OK\r\nX-Long: ", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"],
    ids=["status", "headers", "body"],
)
def test_answer_that_drips_is_cut_off(beginning: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def drip() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.recv(4096)
                connection.sendall(beginning)
                for _ in range(1200):
                    connection.sendall(b"x")
                    time.sleep(0.05)

        thread = threading.Thread(target=drip, daemon=True)
        thread.start()
        session = Session(Connection(server=f"http://127.0.0.1:{listening.getsockname()[1]}"), timeout=1.0)
        began = time.monotonic()
        with pytest.raises(Unreachable, match="no answer within 1s"):
            session.get("/x")
        assert time.monotonic() - began < 30  # of the 60 s that the server takes
        thread.join()


def test_nobody_listens() -> None:
    session = Session(Connection(server="http://127.0.0.1:1", context="mine"), timeout=1.0)
    with pytest.raises(Unreachable, match="no connection: Connection refused") as caught:
        session.get("/x")
    assert caught.value.hint is not None
    assert "'mine'" in caught.value.hint


def test_unknown_name() -> None:
    with pytest.raises(Unreachable, match="its name is unknown"):
        Session(Connection(server="http://no-such-host.invalid"), timeout=5.0).get("/x")


def test_slow_answer_is_told_within_a_second() -> None:
    lines: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        session = Session(Connection(server=address), timeout=1.5, report=lines.append)
        with pytest.raises(Unreachable, match=r"no answer within 1\.5s"):
            session.get("/version")
    assert lines == [f"waiting for {address} to answer GET /version"]


def test_watch_yields_events_until_the_server_ends_it(serve: Any) -> None:
    events = (
        b'{"type":"ADDED","object":{"metadata":{"name":"a"}}}\n{"type":"DELETED","object":{"metadata":{"name":"a"}}}\n'
    )
    session = serve([(200, {}, events)])
    assert [event["type"] for event in session.watch("/x", {}, time.monotonic() + 5)] == ["ADDED", "DELETED"]
    assert "watch=1" in session.seen[0][1]


def test_watch_that_is_too_old(serve: Any) -> None:
    gone = {"type": "ERROR", "object": {"kind": "Status", "code": 410, "message": "too old"}}
    session = serve([(200, {}, json.dumps(gone).encode() + b"\n")])
    with pytest.raises(ApiError, match="too old") as caught:
        list(session.watch("/x", {}, time.monotonic() + 5))
    assert caught.value.status == 410


def test_stopped_session_begins_nothing(serve: Any) -> None:
    session = serve([OK])
    session.stop()
    with pytest.raises(Unreachable, match="stopped"):
        session.get("/x")
    assert session.again().get("/x") == {"kind": "Pod"}


def test_stopping_waits_for_what_is_under_way() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        session = Session(Connection(server=f"http://127.0.0.1:{listening.getsockname()[1]}"), timeout=5.0)
        asking = threading.Thread(target=session.get, args=("/x",))
        asking.start()
        connection, _ = listening.accept()
        with connection:
            answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
            threading.Timer(0.3, connection.sendall, (answer,)).start()
            began = time.monotonic()
            session.stop()
            assert time.monotonic() - began >= 0.2
            asking.join()


@pytest.mark.parametrize(
    ("selector", "labels", "fits"),
    [
        ("a=b,c", {"a": "b", "c": ""}, True),
        ("a==b", {"a": "b"}, True),
        ("a=b,c", {"a": "b"}, False),
        ("a=b", {"a": "c"}, False),
        ("a=b,c in (d,e),!f,g!=h,i notin (j)", {"a": "b"}, True),
        ("c in (d,e),a=b", {"c": "d"}, False),
    ],
)
def test_lists_of_other_objects_are_refused(serve: Any, selector: str, labels: dict[str, str], fits: bool) -> None:
    item = {"metadata": {"name": "x", "namespace": "y", "labels": labels}, "spec": {"containers": []}}
    session = serve([(200, {}, json.dumps({"kind": "PodList", "items": [item]}).encode())])
    read = partial(list_objects, session, "v1", "Pod", labels=selector)
    if fits:
        assert [found["metadata"]["name"] for found in read()] == ["x"]
    else:
        with pytest.raises(Malformed, match="without the labels"):
            read()
