"""A cluster with a mesh in it, in a few hundred lines: it answers at once, and as badly as a test asks.

It stores what is written, lists by labels, tells watches what is there, and forwards ports to servers that know a few
debug pages. `bend` stands between the right answer and the wire.
"""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import re
import select
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from istioctl.api.identity import ObjectKey
from istioctl.api.kinds import known_resource, plural_of
from istioctl.rendering.manifests import render
from istioctl.rendering.specification.build import SpecificationInputs, build_specification
from tests.support.stub_pages import pages

TOKEN = "planted-token-4f1d"  # noqa: S105 - it opens nothing
"""What the stub's kubeconfig shows to servers."""


@dataclass(frozen=True)
class Answer:
    """An HTTP answer.

    Attributes:
        raw: goes out instead of all else, and the connection ends.
        endless: is sent after the body until nobody reads.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    raw: bytes | None = None
    endless: bytes = b""

    @property
    def data(self) -> Any:
        """The body as data."""
        return json.loads(self.body)

    def with_data(self, data: Any) -> Answer:
        """The same with another body."""
        return replace(self, body=json.dumps(data).encode())


@dataclass(frozen=True)
class Asked:
    """A request: `server` is `api`, or the port of a pod that was asked through a port-forward."""

    method: str
    path: str
    query: dict[str, str]
    server: str = "api"
    authorization: str = ""

    @property
    def is_list(self) -> bool:
        """Whether a collection was asked for."""
        return self.method == "GET" and self.server == "api" and _split(self.path)[2] == ""

    @property
    def is_watch(self) -> bool:
        """Whether a watch was asked for."""
        return "watch" in self.query


Bend = Callable[[Asked, Answer], Answer]


@cache
def _mesh() -> str:
    """What the stub begins with, as JSON: an installation of the profile demo, add-ons, a node, a workload."""
    found: dict[str, dict[str, Any]] = {}
    for profile, revision in (("demo", ""), ("minimal", "canary")):
        inputs = SpecificationInputs(set_flags=(f"profile={profile}",), revision=revision)
        for document in render(build_specification(inputs), kube_version="v1.33.0").ordered():
            data = copy.deepcopy(document.data)
            labels = data["metadata"].setdefault("labels", {})
            labels |= {"operator.istio.io/component": document.component, "istio.io/rev": revision or "default"}
            found[_path(data)] = data
    for name in ("istio-system", "kube-system", "default", "shop"):
        labels = {"istio-injection": "enabled"} if name == "shop" else {}
        found[f"/api/v1/namespaces/{name}"] = _object("v1", "Namespace", name, "", labels=labels)
    node_status = {
        "addresses": [{"type": "ExternalIP", "address": "127.0.0.1"}],
        "nodeInfo": {"kubeletVersion": "v1.33.0"},
    }
    found["/api/v1/nodes/one"] = _object("v1", "Node", "one", "", status=node_status)
    pods = (
        ("istio-system", "istiod-1", {"app": "istiod", "istio": "pilot", "istio.io/rev": "default"}),
        ("istio-system", "istio-ingressgateway-1", {"app": "istio-ingressgateway", "istio": "ingressgateway"}),
        ("istio-system", "kiali-1", {"app": "kiali", "app.kubernetes.io/name": "kiali"}),
        ("istio-system", "ztunnel-1", {"app": "ztunnel"}),
        ("shop", "web-1", {"app": "web"}),
    )
    for namespace, name, labels in pods:
        found[f"/api/v1/namespaces/{namespace}/pods/{name}"] = _pod(namespace, name, labels)
    web = _object("apps/v1", "Deployment", "web", "shop")
    web["spec"] = {
        "replicas": 1,
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": _pod("shop", "web-1", {})["spec"]},
    }
    found[_path(web)] = web
    service = _object("v1", "Service", "web", "shop")
    service["spec"] = {"selector": {"app": "web"}, "ports": [{"port": 80, "name": "http"}], "clusterIP": "10.0.0.9"}
    found[_path(service)] = service
    return json.dumps({path: _completed(item) for path, item in found.items()})


def _object(api_version: str, kind: str, name: str, namespace: str, **more: Any) -> dict[str, Any]:
    metadata = {"name": name, "labels": more.pop("labels", {})} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, **more}


def _pod(namespace: str, name: str, labels: dict[str, str]) -> dict[str, Any]:
    status = {
        "phase": "Running",
        "podIP": "10.0.0.1",
        "conditions": [{"type": "Ready", "status": "True"}],
        "containerStatuses": [{"name": "istio-proxy", "ready": True, "state": {"running": {}}}],
    }
    spec = {
        "nodeName": "one",
        "containers": [{"name": "web", "image": "web:1"}, {"name": "istio-proxy", "image": "istio/proxyv2:1.30.3"}],
    }
    return _object("v1", "Pod", name, namespace, labels=labels, spec=spec, status=status)


def _completed(item: dict[str, Any]) -> dict[str, Any]:
    """The object as a server keeps it once its controllers have done their work."""
    metadata = item["metadata"]
    metadata |= {"uid": hashlib.md5(_path(item).encode()).hexdigest(), "generation": 1}  # noqa: S324 - a name
    metadata.setdefault("resourceVersion", "1")
    metadata.setdefault("creationTimestamp", "2026-01-01T00:00:00Z")
    conditions = [{"type": kind, "status": "True"} for kind in ("Ready", "Available", "Established", "NamesAccepted")]
    counts = dict.fromkeys(("replicas", "updatedReplicas", "readyReplicas", "availableReplicas"), 1)
    counts |= dict.fromkeys(("desiredNumberScheduled", "updatedNumberScheduled", "numberReady"), 1)
    item["status"] = {"observedGeneration": 1, **counts, "conditions": conditions, "phase": "Active"} | item.get(
        "status", {}
    )
    if item["kind"] == "PersistentVolumeClaim":
        item["status"]["phase"] = "Bound"
    if item.get("type") == "kubernetes.io/service-account-token":
        item["data"] = {key: base64.b64encode(TOKEN.encode()).decode() for key in ("token", "ca.crt")}
    if item["kind"] == "Service" and item["spec"].get("type") == "LoadBalancer":
        item["status"]["loadBalancer"] = {"ingress": [{"ip": "127.0.0.1"}]}
    return item


def _path(item: dict[str, Any]) -> str:
    key = ObjectKey.of(item)
    known = known_resource(key.api_version, key.kind)
    if known is not None:
        return known.path(key.namespace, key.name)
    root = f"/apis/{key.api_version}" if "/" in key.api_version else f"/api/{key.api_version}"
    middle = f"/namespaces/{key.namespace}" if key.namespace else ""
    return f"{root}{middle}/{plural_of(key.kind)}/{key.name}"


_PATH = re.compile(r"(/api/[^/]+|/apis/[^/]+/[^/]+)(?:/namespaces/([^/]+)(?=/))?/([^/]+)(?:/([^/]+))?(/.*)?")


def _split(path: str) -> tuple[str, str, str]:
    """The collection's path without a namespace, the namespace, and the name."""
    match = re.fullmatch(
        r"(/api/[^/]+|/apis/[^/]+/[^/]+)(?:/namespaces/([^/]+)(?=/))?/([^/]+)(?:/([^/]+))?(/.*)?", path
    )
    if match is None:
        return path, "", "?"
    return f"{match[1]}/{match[3]}", match[2] or "", match[4] or ""


class StubCluster:
    """The stub; `bend` may be set at any time.

    Args:
        folder: where its kubeconfig goes.
        more: objects that it has beside those of a mesh.

    Attributes:
        kubeconfig: the file that leads to it.
        seen: the headers of each request.
        served: how many requests there were.
    """

    def __init__(self, folder: Path, more: Sequence[dict[str, Any]] = ()) -> None:
        self._more = more
        self.bend: Bend = lambda asked, answer: answer
        self.pods: Callable[[str], Answer] = pod_answer
        self.seen: list[dict[str, str]] = []
        self.served = 0
        self.closing = threading.Event()
        self.reset()
        stub = self

        class Handler(_Handler):
            cluster = stub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.address = f"http://127.0.0.1:{self._server.server_address[1]}"
        self.kubeconfig = write_kubeconfig(folder / "kubeconfig", self.address)

    def reset(self) -> None:
        """Forget what was written."""
        self.objects: dict[str, dict[str, Any]] = json.loads(_mesh())
        self.objects |= {_path(item): _completed(copy.deepcopy(item)) for item in self._more}
        self.seen.clear()
        self.served = 0

    def answer(self, asked: Asked, body: bytes) -> Answer:
        """The right answer."""
        if asked.path == "/version":
            return _json({"major": "1", "minor": "33", "gitVersion": "v1.33.0"})
        collection, namespace, name = _split(asked.path)
        if name == "?":
            return _json({"kind": "APIResourceList", "resources": self._resources(asked.path)})
        if asked.path.endswith("/token"):
            return _json({"kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1", "status": {"token": TOKEN}})
        if asked.path.endswith("/log"):
            return Answer(200, b"2026-01-01T00:00:00Z it runs\n", {"Content-Type": "text/plain"})
        if collection.endswith("accessreviews"):
            return _json({"kind": "SelfSubjectAccessReview", "status": {"allowed": True}})
        if asked.method == "GET":
            return self._read(asked, collection, namespace, name)
        if asked.method == "DELETE":
            if self.objects.pop(asked.path, None) is None:
                return _missing()
            return _json({"kind": "Status", "status": "Success"})
        return self._write(asked, body)

    def _read(self, asked: Asked, collection: str, namespace: str, name: str) -> Answer:
        if name:
            found = self.objects.get(asked.path)
            return _json(found) if found else _missing()
        items = [item for path, item in self.objects.items() if self._is_in(path, collection, namespace, asked.query)]
        if not asked.is_watch:
            return _json(
                {"kind": "ObjectList", "apiVersion": "v1", "metadata": {"resourceVersion": "9"}, "items": items}
            )
        events = [{"type": "ADDED", "object": item} for item in items]
        events.append({"type": "BOOKMARK", "object": {"kind": "Pod", "metadata": {"resourceVersion": "9"}}})
        return Answer(200, b"".join(json.dumps(event).encode() + b"\n" for event in events))

    def _resources(self, path: str) -> list[dict[str, Any]]:
        """The kinds of an API version that custom resource definitions make."""
        group = path.split("/")[2]
        specs = [item["spec"] for item in self.objects.values() if item["kind"] == "CustomResourceDefinition"]
        names = [(spec["names"], spec["scope"] == "Namespaced") for spec in specs if spec["group"] == group]
        return [{"name": each["plural"], "kind": each["kind"], "namespaced": scoped} for each, scoped in names]

    def _is_in(self, path: str, collection: str, namespace: str, query: dict[str, str]) -> bool:
        own, own_namespace, _ = _split(path)
        if own != collection or (namespace and own_namespace != namespace):
            return False
        metadata = self.objects[path]["metadata"]
        for term in filter(None, query.get("labelSelector", "").split(",")):
            key, _, value = term.partition("=")
            if metadata["labels"].get(key) != value if "=" in term else key not in metadata["labels"]:
                return False
        wanted = re.search(r"metadata\.name=([^,]+)", query.get("fieldSelector", ""))
        return wanted is None or wanted[1] == metadata["name"]

    def _write(self, asked: Asked, body: bytes) -> Answer:
        item = yaml.load(body, yaml.CSafeLoader)
        path = asked.path
        if asked.method == "POST":
            path = f"{path}/{item['metadata']['name']}"
            if path in self.objects:
                status = {"kind": "Status", "code": 409, "reason": "AlreadyExists", "message": "it exists already"}
                return replace(_json(status), status=409)
        before = self.objects.get(path, {})
        metadata = {"labels": {}, **before.get("metadata", {}), **item.get("metadata", {})}
        metadata["labels"] = metadata.get("labels") or {}
        if "namespace" not in metadata and "/namespaces/" in path.rpartition("/")[0]:
            metadata["namespace"] = _split(path)[1]
        item = _completed({**before, **item, "metadata": metadata})
        if "dryRun" not in asked.query:
            self.objects[path] = item
        return _json(item)

    def __enter__(self) -> StubCluster:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


def write_kubeconfig(file: Path, server: str, **user: Any) -> Path:
    """A kubeconfig that leads to `server`, as a user with a token unless said otherwise."""
    config = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "stub",
        "contexts": [{"name": "stub", "context": {"cluster": "stub", "user": "somebody"}}],
        "clusters": [{"name": "stub", "cluster": {"server": server}}],
        "users": [{"name": "somebody", "user": user or {"token": TOKEN}}],
    }
    file.write_text(json.dumps(config))
    return file


def pod_answer(path: str) -> Answer:
    """What the stub's pods answer: istiod's, Envoy's and add-ons' pages in their smallest form."""
    found = pages().get(path.partition("?")[0], {})
    if path.startswith("/logging") and isinstance(found, str):
        return Answer(200, found.encode(), {"Content-Type": "text/plain"})
    return _json(found)


def _json(data: Any) -> Answer:
    return Answer(200, json.dumps(data).encode())


def _missing() -> Answer:
    status = {"kind": "Status", "code": 404, "reason": "NotFound", "message": "it does not exist"}
    return replace(_json(status), status=404)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    cluster: StubCluster

    def _serve(self) -> None:
        url = urlsplit(self.path)
        query = {key: values[-1] for key, values in parse_qs(url.query).items()}
        asked = Asked(self.command, url.path, query, authorization=self.headers.get("Authorization") or "")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.cluster.served += 1
        self.cluster.seen.append({"path": self.path, **dict(self.headers)})
        if self.headers.get("Upgrade") == "websocket":
            bent = self.cluster.bend(asked, Answer(101))
            if bent.status == 101 and bent.raw is None:
                return self._forward(query.get("ports", "0"))
            return self._send(bent)
        answer = self.cluster.bend(asked, self.cluster.answer(asked, body))
        if asked.is_watch and answer.status == 200 and answer.raw is None and not answer.endless:
            return self._watch(answer)
        return self._send(answer)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815 - http.server looks these up

    def _send(self, answer: Answer) -> None:
        self.wfile.write(_bytes_of(answer))
        if answer.raw is not None or answer.endless:
            self.close_connection = True
        while answer.endless and not self.cluster.closing.is_set():
            self.wfile.write(answer.endless)

    def _watch(self, answer: Answer) -> None:
        self.close_connection = True
        self.send_response(200)
        self.end_headers()
        self.wfile.write(answer.body)
        self.wfile.flush()
        if b"BOOKMARK" in answer.body:  # a watch as it should be lasts until the client goes
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and not self.cluster.closing.is_set():
                if select.select([self.connection], [], [], 0.1)[0]:
                    return

    def _forward(self, port: str) -> None:
        self.close_connection = True
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        accept = base64.b64encode(hashlib.sha1(key.encode()).digest()).decode()  # noqa: S324 - the protocol's own
        self.send_response(101)
        for name, value in (("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Accept", accept)):
            self.send_header(name, value)
        self.send_header("Sec-WebSocket-Protocol", "v4.channel.k8s.io")
        self.end_headers()
        number = struct.pack("<H", int(port))
        self.wfile.write(_frame(b"\0" + number) + _frame(b"\1" + number))
        request = b""
        while b"\r\n\r\n" not in request:
            request += self._receive()[1:]
        method, path, _ = request.decode("latin-1").split(" ", 2)
        answer = self.cluster.bend(Asked(method, path, {}, port), self.cluster.pods(path))
        sent = _bytes_of(replace(answer, headers={**answer.headers, "Connection": "close"}))
        for start in range(0, len(sent), 32768):
            self.wfile.write(_frame(b"\0" + sent[start : start + 32768]))
        while answer.endless and not self.cluster.closing.is_set():
            self.wfile.write(_frame(b"\0" + answer.endless[:32768]))
        if answer.raw is None:
            self.wfile.write(b"\x88\x00")

    def _receive(self) -> bytes:
        """The payload of the client's next frame."""
        first, second = self.rfile.read(2)
        length = second & 127
        if length == 126:
            length = struct.unpack(">H", self.rfile.read(2))[0]
        mask = self.rfile.read(4)
        payload = bytes(byte ^ mask[index % 4] for index, byte in enumerate(self.rfile.read(length)))
        if first & 15 == 8:
            raise ConnectionError("closed")
        return payload

    def handle(self) -> None:
        with suppress(OSError, ValueError):  # the client is gone
            super().handle()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that http.server gives it
        pass


def _bytes_of(answer: Answer) -> bytes:
    if answer.raw is not None:
        return answer.raw
    headers = dict(answer.headers)
    if not answer.endless and answer.status != 204:
        headers.setdefault("Content-Length", str(len(answer.body)))
    lines = [f"HTTP/1.1 {answer.status} Whatever", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + answer.body


def _frame(payload: bytes) -> bytes:
    length = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack(">H", len(payload))
    return b"\x82" + length + payload


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """The address of a server that takes what is sent to it, and says nothing."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    with client:
                        client.settimeout(1)
                        heard.append(client.recv(65536))

        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
