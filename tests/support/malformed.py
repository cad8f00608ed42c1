"""Answers that no API server gives: each kind a function from what was asked and the right answer to another."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

from tests.support.stub_cluster import Answer, Asked

Kind = Callable[[Asked, Answer], Answer]

ESCAPES = "\x1b[2J\x1b]0;owned\x07\x9b31m\r\u202etxt"
"""Text that would clear a terminal, set its title, colour it, and turn the direction of writing."""


def _body(content: bytes | str, status: int = 200, **headers: str) -> Kind:
    body = content.encode() if isinstance(content, str) else content
    return lambda asked, answer: Answer(status, body, {"Content-Type": "application/json", **headers})


def _raw(content: bytes) -> Kind:
    return lambda asked, answer: replace(answer, raw=content)


def _edited(edit: Callable[[Asked, Any], Any]) -> Kind:
    """Bends the data of each right answer, object by object in lists and watches."""

    def bend(asked: Asked, answer: Answer) -> Answer:
        if answer.status not in (200, 201):
            return answer
        if not asked.is_watch:
            return answer.with_data(edit(asked, answer.data))
        lines = [json.dumps(edit(asked, json.loads(line))).encode() + b"\n" for line in answer.body.splitlines()]
        return replace(answer, body=b"".join(lines))

    return bend


def _field(name: str, value: Any) -> Kind:
    """Puts a value in the place of each field of that name."""

    def change(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: value if key == name else change(item) for key, item in data.items()}
        return [change(item) for item in data] if isinstance(data, list) else data

    return _edited(lambda asked, data: change(data))


def _without(name: str) -> Kind:
    def change(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: change(item) for key, item in data.items() if key != name}
        return [change(item) for item in data] if isinstance(data, list) else data

    return _edited(lambda asked, data: change(data))


def _lists(edit: Callable[[Any], Any]) -> Kind:
    """Bends lists and the events of watches."""

    def change(asked: Asked, data: Any) -> Any:
        return edit(data) if asked.is_list or asked.is_watch else data

    return _edited(change)


def _strings(change: Callable[[str], str]) -> Kind:
    """Bends all texts but those that tell what is what."""
    kept = ("apiVersion", "kind", "type", "name", "namespace", "continue", "resourceVersion", "labels")

    def walk(data: Any) -> Any:
        if isinstance(data, dict):
            return {key: item if key in kept else walk(item) for key, item in data.items()}
        if isinstance(data, list):
            return [walk(item) for item in data]
        return change(data) if isinstance(data, str) else data

    return _edited(lambda asked, data: walk(data))


_tokens = iter(range(10**9))


def _endless_list(token: Callable[[], str]) -> Kind:
    return _lists(lambda data: {**data, "metadata": {"continue": token()}})


def _gone_again(asked: Asked, answer: Answer) -> Answer:
    if not asked.is_list or asked.is_watch:
        return answer
    if "continue" in asked.query:
        return Answer(410, b'{"kind":"Status","code":410,"reason":"Expired","message":"too old"}')
    return answer.with_data({**answer.data, "metadata": {"continue": "more"}})


def _watches(body: bytes, status: int = 200) -> Kind:
    def bend(asked: Asked, answer: Answer) -> Answer:
        return Answer(status, body) if asked.is_watch else answer

    return bend


def _deep(asked: Asked, answer: Answer) -> Answer:
    return _body(b'{"metadata":' * 100_000 + b"{}" + b"}" * 100_000)(asked, answer)


def _quite_deep(asked: Asked, answer: Answer) -> Answer:
    return _body(b'{"kind":"X","metadata":{"name":"x"},"spec":' + b'{"a":' * 400 + b"1" + b"}" * 401)(asked, answer)


def _truncated(asked: Asked, answer: Answer) -> Answer:
    return replace(answer, body=answer.body[: len(answer.body) // 2])


def _cut_off(asked: Asked, answer: Answer) -> Answer:
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(answer.body) + 10}\r\n\r\n".encode()
    return replace(answer, raw=head + answer.body)


def _huge_list(asked: Asked, answer: Answer) -> Answer:
    if not asked.is_list or asked.is_watch:
        return answer
    items = b'{"metadata":{"name":"x","namespace":"y"}},' * 1000
    return replace(answer, body=b'{"kind":"XList","items":[', headers={}, endless=items)


@cache
def _many_objects() -> bytes:
    item = b'{"metadata":{"name":"x","namespace":"y"}}'
    return b'{"kind":"XList","metadata":{},"items":[' + item + (b"," + item) * 250_000 + b"]}"


def _large_list(asked: Asked, answer: Answer) -> Answer:
    return answer if not asked.is_list or asked.is_watch else replace(answer, body=_many_objects())


def _of_pods(kind: Kind) -> Kind:
    """Bends what servers in pods answer, while the API server answers well."""
    return lambda asked, answer: answer if asked.server == "api" else kind(asked, answer)


@cache
def _dense(item: bytes, size: int) -> bytes:
    """Items without end in every list that is looked at; a value every few bytes."""
    items = b"[" + item + (b"," + item) * (size // (len(item) + 1) - 1) + b"]"
    if item == b"1":
        return items
    lists = {
        "Clusters": "dynamic_active_clusters",
        "Listeners": "dynamic_listeners",
        "Routes": "dynamic_route_configs",
        "Endpoints": "dynamic_endpoint_configs",
        "Secrets": "dynamic_active_secrets",
    }
    type_ = '{"@type":"type.googleapis.com/envoy.admin.v3.%sConfigDump","%s":'
    configs = b",".join((type_ % pair).encode() + items + b"}" for pair in lists.items())
    others = b",".join(b'"%s":%s' % (name, items) for name in (b"workloads", b"services", b"cluster_statuses"))
    return b'{"configs":[' + configs + b"]," + others + b"}"


def _dense_of_pods(item: bytes, size: int) -> Kind:
    """Where JSON is asked for; of what pods answer as text there is nothing to decode."""
    return _of_pods(lambda asked, answer: Answer(200, _dense(item, size)) if answer.body[:1] in b"{[" else answer)


def _status_object(code: object, **more: object) -> bytes:
    return json.dumps({"kind": "Status", "status": "Failure", "code": code, "message": "no", **more}).encode()


KINDS: dict[str, Kind] = {
    # not an object at all
    "empty": _body(b""),
    "blank": _body(b" \n"),
    "status 204": _body(b"", 204),
    "null": _body("null"),
    "list": _body("[1]"),
    "text": _body('"hello"'),
    "number": _body("5"),
    "words": _body("Service Unavailable"),
    "page": _body("<!DOCTYPE html><html><head><title>Sign in</title></head></html>", **{"Content-Type": "text/html"}),
    "empty object": _body("{}"),
    # not JSON, or more than that
    "not utf-8": _body(b'{"kind": "\xff\xfe"}'),
    "utf-16": _body('{"kind": "x"}'.encode("utf-16")),
    "raw surrogate": _body(b'{"kind": "\xed\xa0\x80"}'),
    "lone surrogates": _strings(lambda text: text + "\ud800"),
    "truncated": _truncated,
    "two documents": _body('{"kind":"x"}{"kind":"y"}'),
    "nan": _body('{"kind":"X","metadata":{"name":"x","generation":NaN}}'),
    "infinity": _body('{"kind":"X","metadata":{"name":"x","generation":1e999}}'),
    "five thousand digits": _body('{"kind":"X","metadata":{"name":"x","generation":' + "9" * 5000 + "}}"),
    "beyond int64": _field("generation", 10**30),
    "deep": _deep,
    "quite deep": _quite_deep,
    # not HTTP, or odd HTTP
    "not http": _raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "dropped": _raw(b""),
    "status 999": _raw(b"HTTP/1.1 999 ?\r\nContent-Length: 2\r\n\r\n{}"),
    "status of letters": _raw(b"HTTP/1.1 abc ?\r\n\r\n"),
    "cut off": _cut_off,
    "bad chunks": _raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
    "bad length": _raw(b"HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n{}"),
    "a thousand headers": _raw(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 1000 + b"\r\n{}"),
    "long header": _raw(b"HTTP/1.1 200 OK\r\nX-A: " + b"b" * 100_000 + b"\r\n\r\n{}"),
    "gzip bomb": _body(b"\x1f\x8b\x08\0\0\0\0\0", **{"Content-Encoding": "gzip"}),
    # elsewhere
    "redirect": _body(b"", 302, Location="http://login.example/?next=\x1b[2J"),
    "redirect with method": _body(b"{}", 307, Location="https://other.example:6443/"),
    "redirect to nowhere": _body(b"", 301),
    # too much
    "endless body": lambda asked, answer: Answer(200, b'{"kind":"', {}, endless=b"x" * 65536),
    "endless spaces": lambda asked, answer: Answer(200, b"", {}, endless=b" " * 65536),
    "huge list": _huge_list,
    "large list": _large_list,
    "endless body of a pod": _of_pods(lambda asked, answer: Answer(200, b'{"a":"', {}, endless=b"x" * 32768)),
    "dense numbers of a pod": _dense_of_pods(b"1", 13 * 2**20),
    "dense objects of a pod": _dense_of_pods(b"{}", 6 * 2**20),
    "dense members of a pod": _dense_of_pods(b'{"cluster":{"name":"a"},"a":{"b":{"c":1}}}', 6 * 2**20),
    "same token": _endless_list(lambda: "again"),
    "new tokens": _endless_list(lambda: f"token-{next(_tokens)}"),
    "always too old": _gone_again,
    "watch ends at once": _watches(b""),
    "watch is limited": _watches(_status_object(429), 429),
    "watch fails": _watches(json.dumps({"type": "ERROR", "object": {"code": "x"}}).encode() + b"\n"),
    "watch of lists": _watches(b'{"type":"ADDED","object":[1]}\n'),
    "watch of texts": _watches(b'{"type":"ERROR","object":"x"}\n'),
    "watch of numbers": _watches(b'{"type":5,"object":{}}\n'),
    "watch of pages": _watches(b"<html>"),
    # refusals that are none
    "refusal as list": _body("[]", 403),
    "refusal of numbers": _body(_status_object("x", reason=5, message=[1], details=[1]), 409),
    "refusal with odd causes": _body(_status_object(409, reason="Conflict", details={"causes": [1, None, {}]}), 409),
    "refusal as page": _body("<html><title>Bad gateway</title>", 502),
    "refusal that is not utf-8": _body(b"\xff" * 2000, 400),
    "limited for ever": _body(_status_object(429), 429, **{"Retry-After": "0"}),
    "limited for a year": _body(_status_object(429), 429, **{"Retry-After": "31536000"}),
    "unauthorized": _body(_status_object(401, message="Unauthorized"), 401),
    "failure with status 200": _body(_status_object(500)),
    "cause of escapes": _body(_status_object(422, message=ESCAPES), 422),
    # an object, but another
    "metadata is a list": _field("metadata", []),
    "metadata is a text": _field("metadata", "x"),
    "metadata is null": _field("metadata", None),
    "no metadata": _without("metadata"),
    "no name": _without("name"),
    "no namespace": _without("namespace"),
    "name is a number": _field("name", 5),
    "labels are a list": _field("labels", ["a"]),
    "labels hold numbers": _field("labels", {"istio.io/rev": 1}),
    "labels are null": _field("labels", None),
    "annotations are a text": _field("annotations", "x"),
    "items are a text": _lists(lambda data: {**data, "items": "x"}),
    "items are a mapping": _lists(lambda data: {**data, "items": {"a": 1}}),
    "items are null": _lists(lambda data: {**data, "items": None}),
    "items hold null": _lists(lambda data: {**data, "items": [None]}),
    "items hold lists": _lists(lambda data: {**data, "items": [[1]]}),
    "webhooks are a text": _field("webhooks", "x"),
    "webhooks hold texts": _field("webhooks", ["x"]),
    "clientConfig is a list": _field("clientConfig", [1]),
    "selector is a list": _field("namespaceSelector", [1]),
    "status is a text": _field("status", "x"),
    "status is a list": _field("status", [1]),
    "no status": _without("status"),
    "spec is null": _field("spec", None),
    "spec is a number": _field("spec", 5),
    "containers are a mapping": _field("containers", {"a": 1}),
    "containers are null": _field("containers", None),
    "ports hold texts": _field("ports", ["http"]),
    "conditions hold texts": _field("conditions", ["Ready"]),
    "data is a list": _field("data", [1]),
    "data holds numbers": _field("data", {"mesh": 5, "config": 5, "values": 5}),
    "data is not YAML": _field("data", {"mesh": "{", "config": "[", "values": "}"}),
    "generation is a text": _field("generation", "x"),
    "replicas are a fraction": _field("replicas", 1.5),
    "kind is a list": _field("kind", ["Pod"]),
    "no kind": _without("kind"),
    "another object": _field("name", "somebody-else"),
    "version is a list": _field("gitVersion", [1]),
    "version is nothing": _field("gitVersion", "vNext"),
    "allowed is a text": _field("allowed", "yes"),
    "escapes everywhere": _strings(lambda text: text + ESCAPES),
    "everything is null": _edited(lambda asked, data: dict.fromkeys(data) if isinstance(data, dict) else None),
}

LARGE = ("endless body", "endless spaces", "huge list", "large list")
"""Kinds of many bytes."""
LARGE_OF_A_POD = (
    "endless body of a pod", "dense numbers of a pod", "dense objects of a pod", "dense members of a pod",
)  # fmt: skip
"""The same of what pods answer."""
