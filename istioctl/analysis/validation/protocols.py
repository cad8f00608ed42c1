"""The protocols a port may declare (istio `pkg/config/protocol`)."""

from __future__ import annotations

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

UNSUPPORTED = ""


def parse(text: str) -> str:
    """The protocol's own name; empty where it is not supported."""
    return _NAMES.get(text.lower(), UNSUPPORTED)


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


def problem(text: str) -> str:
    """What is wrong with a declared protocol; none at all means that it is sniffed."""
    return f'"{text}" is not a supported protocol' if text and not parse(text) else ""
