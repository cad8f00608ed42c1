"""The protocols a port may declare (istio `pkg/config/protocol`)."""

from __future__ import annotations

from collections.abc import Mapping

from istioctl.api.trees import text

_NAMES = {
    name.lower(): name
    for name in [
        "TCP",
        "UDP",
        "GRPC",
        "GRPC-Web",
        "HTTP",
        "HTTP_PROXY",
        "HTTP2",
        "HTTPS",
        "TLS",
        "Mongo",
        "Redis",
        "MySQL",
    ]
}
_HTTP = frozenset(("HTTP", "HTTP2", "HTTP_PROXY", "GRPC", "GRPC-Web"))
_TCP = frozenset(("TCP", "HTTPS", "TLS", "Mongo", "Redis", "MySQL"))

_HTTP_OF_KUBERNETES = {"kubernetes.io/h2c": "HTTP2", "kubernetes.io/ws": "HTTP", "kubernetes.io/wss": "HTTPS"}
#: SMTP, DNS, MySQL and MongoDB: ports whose protocol is known to start with the server's words.
_TCP_PORTS = (25, 53, 3306, 27017)

UNSUPPORTED = ""


def parse(word: str) -> str:
    """The protocol's own name; empty where it is not supported."""
    return _NAMES.get(word.lower(), UNSUPPORTED)


def is_http(protocol: str) -> bool:
    """Whether a protocol (as `parse` names it) carries HTTP in the clear."""
    return protocol in _HTTP


def is_tls(protocol: str) -> bool:
    """Whether a protocol is TLS, with HTTP inside or anything else."""
    return protocol in ("HTTPS", "TLS")


def is_tcp(protocol: str) -> bool:
    """Whether the proxy treats a protocol as a stream of bytes."""
    return protocol in _TCP


def of_port_name(name: str) -> str:
    """The protocol that a Service port's name declares: what stands before the first dash."""
    return parse(name.partition("-")[0])


def of_service_port(port: Mapping[str, object]) -> str:
    """The protocol of a Service's port (istio `pkg/config/kube/conversion.go`); empty where none is declared."""
    declared, name = port.get("appProtocol"), text(port.get("name"))
    if port.get("protocol") == "UDP":
        return "UDP"
    if isinstance(declared, str):
        if declared in _HTTP_OF_KUBERNETES:
            return _HTTP_OF_KUBERNETES[declared]
        name = declared
    if name.lower().startswith("grpc-web"):
        return "GRPC-Web"
    return of_port_name(name) or ("TCP" if port.get("port") in _TCP_PORTS else UNSUPPORTED)


def problem(word: str) -> str:
    """What is wrong with a declared protocol; none at all means that it is sniffed."""
    return f'"{word}" is not a supported protocol' if word and not parse(word) else ""
