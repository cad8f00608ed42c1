"""Asking istiod over its XDS port, for its debug pages (upstream `istioctl/pkg/xds`, `pilot/pkg/xds/debuggen.go`).

The request is one of the aggregated discovery service, for the type `istio.io/debug` and the page's name. For the type
`istio.io/debug/syncz` istiod answers in Envoy's own messages, even where it has its pages turned off.
"""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from istioctl.api import ports
from istioctl.api.labels import revision_suffix
from istioctl.cluster.errors import Unreachable
from istioctl.cluster.grpc_stream import call, require_h2, with_tls
from istioctl.cluster.protobuf_wire import (
    bytes_field,
    fields,
    message,
    one_bytes,
    one_int,
    one_text,
    struct_of,
    text_field,
)
from istioctl.cluster.session import Session
from istioctl.cluster.tunnels import PodPort, PortForward
from istioctl.errors import ClusterError, InputError

DEBUG = "istio.io/debug"
SYNCZ = f"{DEBUG}/syncz"
_METHOD = "/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources"
_ACCOUNT = "default"
_AUDIENCE = "istio-ca"
_SECONDS = 3600
#: `ConfigStatus` of envoy.service.status.v3.
_SYNCED, _NOT_SENT, _ERROR = 1, 2, 4


@dataclass(frozen=True, slots=True)
class XdsOptions:
    """How istiod is reached over XDS.

    Attributes:
        address: `HOST:PORT`; empty means its pods, through port-forwards to `port`.
        cert_dir: a folder with cert-chain.pem, key.pem and root-cert.pem; without it a token is asked of the cluster.
        authority: the name that the server's certificate has to have.
        insecure: whether any certificate will do.
        plaintext: whether there is no TLS, and so no credentials.
    """

    address: str = ""
    port: int = ports.XDS
    cert_dir: str = ""
    authority: str = ""
    insecure: bool = False
    plaintext: bool = False


@dataclass(frozen=True, slots=True)
class XdsAnswer:
    """What an istiod answers: its name for itself, what else it says of itself, and the bytes of the resources."""

    istiod: str
    identity: dict[str, Any]
    resources: tuple[bytes, ...]


class XdsClient:
    """Asks istiods of one mesh over XDS.

    Args:
        session: the cluster, for credentials and port-forwards; None where neither is needed.
        namespace: the control plane's.
        revision: of the control plane, which its certificate names; empty for the default.

    Raises:
        InputError: the package for it is not installed.
    """

    def __init__(
        self, session: Session | None, namespace: str, revision: str, options: XdsOptions, timeout: float
    ) -> None:
        require_h2()
        self._session = session
        self._namespace = namespace
        self._revision = revision
        self._options = options
        self._timeout = timeout
        self._credentials: tuple[dict[str, str], bytes] | None = None

    def page(self, page: str, pod: str = "") -> XdsAnswer:
        """The istiod that answers, and what it shows on a debug page, as its one resource.

        Args:
            page: such as `syncz`, or `config_dump?proxyID=…`.
            pod: the istiod's pod; empty for the address of the options.

        Raises:
            Unreachable: it does not answer.
            ClusterError: it refuses, or has the page turned off.
        """
        if page.partition("?")[0] == "syncz":
            return self._syncz(pod)
        answer = self._ask(DEBUG, page, pod)
        body = b"".join(answer.resources[:1])
        if body.startswith(b"404 page not found"):
            hint = "Set ENABLE_DEBUG_ON_HTTP=true on istiod."
            raise ClusterError("istiod's debug pages are off", where=self._where(pod), hint=hint, id="debug-off")
        return replace(answer, resources=(body,))

    def _syncz(self, pod: str) -> XdsAnswer:
        """What istiod's page `syncz` would show, from the messages that it has even where its pages are off."""
        answer = self._ask(SYNCZ, "", pod)
        try:
            entries = [_entry(resource) for resource in answer.resources]
        except ValueError as problem:
            hint = "Compare the versions of istiod and istioctl."
            raise Unreachable(f"the answer is unreadable: {problem}", where=self._where(pod), hint=hint) from problem
        return replace(answer, resources=(json.dumps(entries).encode(),))

    def _where(self, pod: str) -> str:
        return self._options.address or f"port {self._options.port} of pod {self._namespace}/{pod}"

    def _ask(self, type_url: str, name: str, pod: str) -> XdsAnswer:
        where = self._where(pod)
        request = _request(type_url, name, self._namespace)
        headers, roots = ({}, b"") if self._options.plaintext else self._auth()
        if self._options.address:
            host, port = _split(self._options.address)
            return self._exchange(host, port, self._options.authority or host, request, headers, roots, where)
        if self._session is None:
            raise ClusterError("no cluster leads to istiod", hint="Name its address with --xds-address.")
        name = self._options.authority or f"istiod{revision_suffix(self._revision)}.{self._namespace}.svc"
        target = PodPort(self._namespace, pod, self._options.port)
        with PortForward(self._session, lambda: target) as forward:
            return self._exchange("127.0.0.1", forward.port, name, request, headers, roots, where)

    def _exchange(
        self, host: str, port: int, name: str, request: bytes, headers: dict[str, str], roots: bytes, where: str
    ) -> XdsAnswer:
        try:
            plain = socket.create_connection((host, port), timeout=self._timeout)
        except OSError as problem:
            hint = "See that the address is right and can be reached from here."
            raise Unreachable(f"no connection: {problem}", where=where, hint=hint, passing=True) from problem
        with plain:
            channel: socket.socket = plain
            if not self._options.plaintext:
                channel = with_tls(
                    plain, name, insecure=self._options.insecure, roots=roots,
                    certificate=self._certificate(), where=where,
                )  # fmt: skip
            with channel:
                answer = call(
                    channel, name, _METHOD, request, headers,
                    secure=not self._options.plaintext, where=where, timeout=self._timeout,
                )  # fmt: skip
        return _response(answer, where)

    def _certificate(self) -> tuple[str, str] | None:
        if not self._options.cert_dir:
            return None
        folder = Path(self._options.cert_dir).expanduser()
        return str(folder / "cert-chain.pem"), str(folder / "key.pem")

    def _auth(self) -> tuple[dict[str, str], bytes]:
        """The headers with credentials, and the roots that istiod's certificate may come from."""
        if self._credentials is None:
            self._credentials = self._find_credentials()
        return self._credentials

    def _find_credentials(self) -> tuple[dict[str, str], bytes]:
        if self._options.cert_dir:
            root = Path(self._options.cert_dir).expanduser() / "root-cert.pem"
            try:
                return {}, root.read_bytes()
            except OSError as problem:
                raise InputError(f"can't be read: {problem.strerror}", where=str(root)) from problem
        if self._session is None:
            raise ClusterError("no cluster gives a token for istiod", hint="Pass --cert-dir, or --plaintext.")
        path = f"/api/v1/namespaces/{self._namespace}"
        spec = {"audiences": [_AUDIENCE], "expirationSeconds": _SECONDS}
        made = self._session.send("POST", f"{path}/serviceaccounts/{_ACCOUNT}/token", {"spec": spec})
        token = str((made.get("status") or {}).get("token", ""))
        found = self._session.find(f"{path}/configmaps/istio-ca-root-cert") or {}
        roots = str((found.get("data") or {}).get("root-cert.pem", ""))
        return {"authorization": f"Bearer {token}"}, roots.encode()


def _split(address: str) -> tuple[str, int]:
    host, colon, port = address.rpartition(":")
    if not colon or not port.isdecimal() or not 0 < int(port) < 65536:
        raise InputError(
            f"{address!r} is not HOST:PORT", where="--xds-address", hint="Write it like istiod.example.com:15012."
        )
    return host.strip("[]"), int(port)


def _request(type_url: str, name: str, namespace: str) -> bytes:
    """A DiscoveryRequest of a client that only asks (envoy.service.discovery.v3)."""
    metadata = {"GENERATOR": "event", "SERVICE_ACCOUNT": _ACCOUNT, "NAMESPACE": namespace}
    node = text_field(1, f"sidecar~127.0.0.1~istioctl.{namespace}~{namespace}.svc.cluster.local")
    node += bytes_field(3, struct_of(metadata))
    return bytes_field(2, node) + text_field(3, name) + text_field(4, type_url)


def _response(data: bytes, where: str) -> XdsAnswer:
    try:
        found = message(data)
        resources = [
            one_bytes(message(each), 2) for number, each in fields(data) if number == 2 and isinstance(each, bytes)
        ]
        identifier = json.loads(one_text(message(one_bytes(found, 6)), 1) or "{}")
    except ValueError as problem:
        hint = "Compare the versions of istiod and istioctl."
        raise Unreachable(f"the answer is unreadable: {problem}", where=where, hint=hint) from problem
    identity = identifier if isinstance(identifier, dict) else {}
    return XdsAnswer(str(identity.get("ID") or where), identity, tuple(resources))


def _entry(data: bytes) -> dict[str, Any]:
    """An envoy.service.status.v3.ClientConfig as an entry of istiod's syncz page."""
    config = message(data)
    node = message(one_bytes(config, 1))
    metadata = _texts(one_bytes(node, 3))
    resources = {}
    for each in config.get(3, []):
        if isinstance(each, bytes):
            status = message(each)
            state = one_int(status, 6)
            resources[one_text(status, 1)] = {
                "sent": "" if state == _NOT_SENT else "last",
                "acked": "last" if state == _SYNCED else "",
                "sentTime": _time(message(one_bytes(status, 5))),
                "lastError": one_text(message(one_bytes(status, 8)), 3) or ("refused" if state == _ERROR else ""),
            }
    return {
        "cluster_id": metadata.get("CLUSTER_ID", ""),
        "proxy": one_text(node, 1),
        "istio_version": metadata.get("ISTIO_VERSION", ""),
        "resources": resources,
    }


def _texts(struct: bytes) -> dict[str, str]:
    """The texts of a google.protobuf.Struct."""
    found = {}
    for number, entry in fields(struct):
        if number == 1 and isinstance(entry, bytes):
            parts = message(entry)
            found[one_text(parts, 1)] = one_text(message(one_bytes(parts, 2)), 3)
    return found


def _time(stamp: dict[int, list[Any]]) -> str:
    """A google.protobuf.Timestamp as RFC 3339; empty for none, and for the time that stands for none in Go."""
    from datetime import UTC, datetime

    seconds, nanoseconds = one_int(stamp, 1), one_int(stamp, 2)
    if not 0 < seconds < 2**40:
        return ""
    whole = datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{whole}.{nanoseconds:09d}Z"
