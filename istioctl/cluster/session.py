"""A conversation with one API server: requests with time-outs, retries and errors that explain themselves.

A thin layer over urllib3. The official client is not used for it: importing it takes longer than most commands run, and
it lacks this module's retries and time-outs. Everything here may be called from several threads at once.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlencode

from istioctl.api.release import VERSION
from istioctl.cluster.answers import check, malformed, read_answer, too_large
from istioctl.cluster.bodies import RequestTurns, Turn, lean_errors
from istioctl.cluster.discovery import Discovery
from istioctl.cluster.errors import ApiError, Malformed, Unreachable
from istioctl.cluster.kubeconfig import ClientOptions, Connection, impersonation_of, load_connection
from istioctl.cluster.patience import Patience, Report
from istioctl.cluster.refusals import redirected, refused
from istioctl.cluster.request_log import Exchange
from istioctl.cluster.shapes import expected, named, watched
from istioctl.cluster.transport import broken, connection_pool
from istioctl.errors import IstioctlError

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

    from istioctl.cluster.official_client import ApiClient, Configuration

JSON = "application/json"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"

_BUSY = frozenset({429, 502, 503, 504})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.1, 2.0
_TRIES_BEFORE_CONTACT = 3
_RENEW_AGAIN = 10.0
_LARGEST_EVENT = 4 * 1024 * 1024  # bytes; etcd stores 1.5 MiB an object, in a denser form
_OWNED_BY_OTHERS = "Apply failed with"
"""How an API server begins when another manager owns what an apply without force would change."""

Query = Mapping[str, str]

Client: TypeAlias = "ClientOptions | ApiClient | Configuration"
"""What leads to a cluster: a kubeconfig, or what the official library (`kubernetes.client`) has for it."""


class Session:
    """Requests to one server.

    Args:
        connection: where and as whom.
        timeout: the longest time in seconds that a request may take, retries included.
        report: takes a line whenever a wait exceeds a moment; called from any thread.
        dry_run: let the server check each write and store none (`dryRun=All`).

    Attributes:
        discovery: which collections the server has.
    """

    def __init__(
        self, connection: Connection, *, timeout: float = 15.0, report: Report | None = None, dry_run: bool = False
    ) -> None:
        self.connection = connection
        self.timeout = timeout
        self.dry_run = dry_run
        self.patience = Patience(report)
        self._prefix, self._pool = connection_pool(connection)
        self._renewing = threading.Lock()
        self.discovery = Discovery(connection.server, self.find)
        self.turns = RequestTurns()
        self._contacted = False
        self._report = report
        self._stopped = False
        self._under_way = 0
        self._idle = threading.Condition()

    def stop(self) -> None:
        """Lets no further request begin, and returns once those under way have ended: for what threads still do."""
        with self._idle:
            self._stopped = True
            self._idle.wait_for(lambda: not self._under_way, self.timeout)

    def again(self, *, dry_run: bool = False) -> Session:
        """Another session with the same server, as the same user."""
        other = Session(self.connection, timeout=self.timeout, report=self._report, dry_run=dry_run)
        other.discovery = self.discovery
        return other

    def current(self) -> Connection:
        """The connection, with credentials that have not ended, as far as they can be had."""
        if self.connection.is_stale:
            with self._renewing:
                if self.connection.is_stale:
                    self._renew()
        return self.connection

    def _renew(self) -> None:
        """Reads the credentials again; what they are is kept where that fails, for the server to judge."""
        assert self.connection.renew is not None  # noqa: S101 - asked by the callers
        try:
            new = self.connection.renew()
        except IstioctlError as problem:
            self.patience.say(f"the credentials can't be read again: {problem}")
            new = replace(self.connection, expires=time.time() + _RENEW_AGAIN)
        if (new.client_certificate, new.client_key) != (self.connection.client_certificate, self.connection.client_key):
            self._prefix, self._pool = connection_pool(new)
        self.connection = new

    def _renewed_after(self, refused_as: Connection) -> bool:
        """Whether there are other credentials than those that the server does not take."""
        if refused_as.renew is None:
            return False
        with self._renewing:
            if self.connection is refused_as:
                self._renew()
        return (self.connection.headers, self.connection.client_certificate) != (
            refused_as.headers,
            refused_as.client_certificate,
        )

    @property
    def server(self) -> str:
        """The server's address as the kubeconfig gives it."""
        return self.connection.server

    @property
    def namespace(self) -> str:
        """The namespace to work in where none is named: that of the kubeconfig's context, else `default`."""
        return self.connection.namespace or "default"

    def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: bytes | None = None,
        content_type: str = JSON,
        accept: str = JSON,
    ) -> bytes:
        """The body of the server's answer.

        Connections that break and answers that say "later" (429, 5xx, Retry-After, a lost race) are tried again while
        the time lasts.

        Raises:
            ApiError: the server refused.
            Unreachable: no answer came in time.
        """
        with Turn(self.turns) as turn:
            return self._request(method, path, query, body, content_type, accept, turn)

    def _request(
        self,
        method: str,
        path: str,
        query: Query | None,
        body: bytes | None,
        content_type: str,
        accept: str,
        turn: Turn,
    ) -> bytes:
        """As `request`; `turn` is held where the body is large."""
        if self.dry_run and method != "GET" and not path.startswith("/apis/authorization.k8s.io/"):
            query = {**(query or {}), "dryRun": "All"}
        target = f"{path}?{urlencode(query)}" if query else path
        headers = {"Accept": accept} | ({"Content-Type": content_type} if body is not None else {})
        deadline = time.monotonic() + self.timeout
        pause, tries = _FIRST_PAUSE, 0
        used, is_renewed = self.current(), False
        while True:
            tries += 1
            try:
                with self._counted(), self.patience.waiting_for(f"{self.server} to answer {method} {path}"):
                    return self._answer(method, target, headers, body, deadline, turn)
            except (ApiError, Unreachable) as problem:
                turn.end()
                if isinstance(problem, ApiError) and problem.status == 401 and not is_renewed:
                    is_renewed = True
                    if self._renewed_after(used):
                        continue
                wait = _wait_before_retry(problem, method, pause, self._contacted or tries < _TRIES_BEFORE_CONTACT)
                if wait is None or time.monotonic() + wait > deadline:
                    raise
                if wait >= 1:
                    self.patience.say(f"waiting for {self.server}, which says: {problem.message}")
            time.sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE)

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        query: Query | None = None,
        content_type: str = JSON,
    ) -> dict[str, Any]:
        """As `request`, with JSON both ways.

        Raises:
            Malformed: the answer is not what the path stands for.
        """
        data = None if body is None else json.dumps(body, separators=(",", ":")).encode()
        return self.ask(method, path, query, data, content_type)

    def ask(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: bytes | None = None,
        content_type: str = JSON,
        accept: str = JSON,
    ) -> dict[str, Any]:
        """As `request`; the answer as an object that has the shape that `path` stands for.

        Raises:
            Malformed: it has not.
        """
        where = self._asked(method, path)
        shape = expected(method, path, metadata_only=accept != JSON)
        with Turn(self.turns) as turn, lean_errors():
            answer = self._request(method, path, query, body, content_type, accept, turn)
            turn.weigh(answer)
            found = read_answer(answer, shape, where)
        name = named(path)
        if name and method != "DELETE" and found["metadata"]["name"] != name:
            raise malformed("the answer is about another object", where)
        return found

    def get(self, path: str, query: Query | None = None) -> dict[str, Any]:
        """One object, or one page of a list.

        Raises:
            ApiError: it does not exist (status 404), or the server refuses.
            Unreachable: no answer came in time.
        """
        return self.send("GET", path, query=query)

    def find(self, path: str) -> dict[str, Any] | None:
        """As `get`, with None for what does not exist."""
        try:
            return self.get(path)
        except ApiError as problem:
            if problem.status == 404:
                return None
            raise

    def watch(self, path: str, query: Query, deadline: float) -> Iterator[dict[str, Any]]:
        """The events of a collection as they come, until the server or the deadline (monotonic seconds) ends them.

        Raises:
            ApiError: the server refuses, or can't tell what happened since `resourceVersion` (status 410).
            Unreachable: the connection broke, or what comes are not events.
        """
        where = self._asked("GET", path)
        item = watched(path)
        for line in self._lines(path, query, deadline):
            event = read_answer(line, {"type!": str, "object": {}}, where)
            state = event.setdefault("object", {})
            match event["type"]:
                case "ERROR":
                    code = state.get("code")
                    is_status = type(code) is int and 400 <= code < 600
                    raise refused(code if is_status else 500, json.dumps(state).encode(), where)
                case "ADDED" | "MODIFIED" | "DELETED":
                    check(state, item, where)
                case "BOOKMARK":
                    pass
                case _:
                    raise malformed("the watch tells of an unknown type of event", where)
            yield event

    def _lines(self, path: str, query: Query, deadline: float) -> Iterator[bytes]:
        """The lines of a watch."""
        from urllib3.exceptions import HTTPError, ReadTimeoutError

        left = max(deadline - time.monotonic(), 0.1)
        target = f"{path}?{urlencode({**query, 'watch': '1', 'timeoutSeconds': str(int(left) + 1)})}"
        with self._open("GET", target, {"Accept": JSON}, None, left) as (response, exchange):
            if response.status >= 300:
                with Turn(self.turns) as turn:
                    raise self._refusal(response, turn.read(_pieces(response), self._asked("GET", path)), "GET", target)
            pieces: list[bytes] = []
            size, is_first = 0, True
            while True:
                try:
                    chunk = response.read1(65536, decode_content=False)
                except ReadTimeoutError:
                    return
                except (HTTPError, OSError) as problem:
                    raise broken(problem, self.connection, left) from problem
                if not chunk:
                    if is_first and pieces:  # no watch at all: what it is instead, its reader finds out
                        yield b"".join(pieces)
                    return
                exchange.body("response", chunk)
                first, *others = chunk.split(b"\n")
                pieces.append(first)
                size += len(first)
                if others:
                    is_first = False
                    yield b"".join(pieces)
                    yield from others[:-1]
                    pieces = others[-1:]
                    size = len(pieces[0])
                if size > _LARGEST_EVENT:
                    pieces.clear()
                    too_large(self._asked("GET", path), _LARGEST_EVENT)

    def close(self) -> None:
        """Closes the connections that are idle."""
        self._pool.close()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        with self._idle:
            if self._stopped:
                raise Unreachable("stopped", where=self.server, hint="Run the command again.", id="stopped")
            self._under_way += 1
        try:
            yield
        finally:
            with self._idle:
                self._under_way -= 1
                self._idle.notify_all()

    def _answer(
        self, method: str, target: str, headers: dict[str, str], body: bytes | None, deadline: float, turn: Turn
    ) -> bytes:
        from urllib3.exceptions import HTTPError

        left = max(deadline - time.monotonic(), 0.05)
        with self._open(method, target, headers, body, left) as (response, exchange):
            try:
                data = turn.read(_pieces(response), self._asked(method, target))
            except (HTTPError, OSError) as problem:
                raise broken(problem, self.connection, self.timeout) from problem
            exchange.body("response", data)
            if response.status < 300:
                return data
            raise self._refusal(response, data, method, target)

    def _asked(self, method: str, target: str) -> str:
        """What was asked of whom, for errors."""
        return f"{self.server} ({method} {target.partition('?')[0]})"

    def _refusal(self, response: BaseHTTPResponse, data: bytes, method: str, target: str) -> ApiError | Malformed:
        where = self._asked(method, target)
        if response.status < 400:
            return redirected(response.status, response.headers.get("Location"), where)
        error = refused(response.status, data, where, reason=response.reason or "")
        error.retry_after = _seconds(response.headers.get("Retry-After"))
        return error

    @contextmanager
    def _open(
        self, method: str, target: str, headers: dict[str, str], body: bytes | None, timeout: float
    ) -> Iterator[tuple[BaseHTTPResponse, Exchange]]:
        from urllib3 import HTTPHeaderDict, Timeout
        from urllib3.exceptions import HTTPError

        fields = HTTPHeaderDict({"User-Agent": f"istioctl/{VERSION} (Python)", **headers})
        for name, value in self.current().headers:
            if name == "user-agent":
                fields[name] = value
            else:
                fields.add(name, value)
        exchange = Exchange(method, f"{self.server}{target}")
        exchange.body("request", body)
        try:
            response = self._pool.urlopen(
                method,
                self._prefix + target,
                body=body,
                headers=fields,
                retries=False,
                redirect=False,
                timeout=Timeout(total=timeout),
                preload_content=False,
            )
        except (HTTPError, OSError) as problem:
            exchange.failed(problem)
            raise broken(problem, self.connection, self.timeout) from problem
        exchange.answered(response.status, response.reason or "")
        self._contacted = True
        ended = False
        try:
            yield response, exchange
            ended = True
        finally:
            if ended:
                response.release_conn()
            else:
                response.close()


def open_session(client: Client, *, report: Report | None = None, dry_run: bool = False) -> Session:
    """A session with the server that a client leads to; nothing is sent yet.

    Raises:
        InputError: the kubeconfig, or a file that the client names, is unreadable.
        ClusterError: no cluster is configured, or there are no credentials.
        TypeError: it is not a client.
    """
    options = client if isinstance(client, ClientOptions) else ClientOptions(official=client)
    return Session(_connection(options, report), timeout=options.timeout, report=report, dry_run=dry_run)


def _connection(options: ClientOptions, report: Report | None) -> Connection:
    if options.official is None:
        return load_connection(options, report)
    from istioctl.cluster.official_client import connection_of

    return connection_of(options.official, impersonation_of(options, {}, "as_user"))


def _pieces(response: BaseHTTPResponse) -> Callable[[int], bytes]:
    """Gives the next bytes of a body as they come: no encoding was asked for, and unpacking would escape all bounds."""
    return partial(response.read, decode_content=False)


def _wait_before_retry(problem: ApiError | Unreachable, method: str, pause: float, insist: bool) -> float | None:
    """The seconds to wait before another try; None where another try is pointless or unsafe."""
    if isinstance(problem, Unreachable):
        return pause if insist and problem.passing and (method != "POST" or problem.unsent) else None
    if problem.status == 429 and "(re)initializing" in problem.message:
        return pause  # a new kind's first list; the second that the server names is far more than it takes
    if problem.retry_after is not None and problem.status >= 429:
        return max(problem.retry_after, pause)
    if problem.status in _BUSY:
        return pause
    if problem.status == 500 and problem.id != "webhook" and method != "POST":
        return pause
    lost_race = problem.status == 409 and problem.reason == "Conflict" and method == "PATCH"
    return pause if lost_race and not problem.message.startswith(_OWNED_BY_OTHERS) else None


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isdecimal() else None
