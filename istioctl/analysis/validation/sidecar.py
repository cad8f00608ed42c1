"""Sidecar: listeners, visible hosts and outbound traffic.

Source: istio `pkg/config/validation/validation.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.analysis.validation import protocols, shared
from istioctl.analysis.validation.destination_rule import connection_pool
from istioctl.analysis.validation.gateway import UNIX, namespaced_host, server_tls
from istioctl.api import formats

if TYPE_CHECKING:
    from istioctl.analysis.validation.decode import Spec
    from istioctl.analysis.validation.objects import Metadata
    from istioctl.analysis.validation.report import Place

_LOCAL = ("", "127.0.0.1", "0.0.0.0", "::1", "::")  # noqa: S104 - addresses a user may write, nothing is bound
_UNSUPPORTED_TLS = ("subjectAltNames", "httpsRedirect", "credentialName", "credentialNames", "tlsCertificates")


def check(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a Sidecar."""
    given = (spec.get("ingress"), spec.get("egress"), "outboundTrafficPolicy" in spec, "inboundConnectionPool" in spec)
    before = len(place.report.errors)
    if any(given) or spec.get("workloadSelector", {}).get("labels"):
        shared.match_labels(spec, place, "workloadSelector", "labels")
    if len(place.report.errors) > before:
        return
    if not any(given):
        place.error("one of ingress, egress, outboundTrafficPolicy and inboundConnectionPool must be set")
        return
    _ingress(spec.get("ingress", []), place / "ingress")
    if "inboundConnectionPool" in spec:
        connection_pool(spec["inboundConnectionPool"], place / "inboundConnectionPool")
    _egress(spec.get("egress", []), meta.namespace, place / "egress")
    _outbound(spec.get("outboundTrafficPolicy", {}), place / "outboundTrafficPolicy")


def _ingress(listeners: list[Spec], place: Place) -> None:
    seen: set[int] = set()
    for i, listener in enumerate(listeners):
        at, port = place / i, listener.get("port")
        if port is None:
            at.error("the port is missing")
            continue
        _port(port, at / "port")
        (at / "port" / "number").expect(formats.port(port.get("number", 0)))
        if listener.get("bind"):
            (at / "bind").expect(formats.address(listener["bind"]))
        if port.get("number", 0) in seen:
            (at / "port" / "number").error(f"another listener has port {port.get('number', 0)}")
        seen.add(port.get("number", 0))
        if listener.get("defaultEndpoint"):
            _default_endpoint(listener["defaultEndpoint"], at / "defaultEndpoint")
        if "tls" in listener:
            _tls(listener["tls"], port, at)
        pool = listener.get("connectionPool")
        if pool is not None:
            connection_pool(pool, at / "connectionPool")
            if "http" in pool and not protocols.is_http(protocols.parse(port.get("protocol", ""))):
                (at / "connectionPool" / "http").warn("has no effect on a port whose protocol is not HTTP")


def _port(port: Spec, place: Place) -> None:
    if port.get("targetPort"):
        (place / "targetPort").error("has no effect here", "Remove it.")
    if port.get("name"):
        (place / "name").expect(formats.port_name(port["name"]))
    (place / "protocol").expect(protocols.problem(port.get("protocol", "")))


def _default_endpoint(endpoint: str, place: Place) -> None:
    if endpoint.startswith(UNIX):
        place.expect(formats.unix_socket(endpoint.removeprefix(UNIX)))
        return
    host, colon, port = endpoint.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or (":" in host and not bracketed):
        place.error(f'"{endpoint}" must end in one :PORT')
        host = port = ""
    if host.strip("[]") not in _LOCAL:
        place.error(f'"{host}" must be 127.0.0.1, 0.0.0.0, [::1] or [::], or the whole unix://PATH')
    if port.isdecimal():
        place.expect(formats.port(int(port)))
    else:
        place.error(f'"{port}" is not a port number')


def _tls(tls: Spec, port: Spec, place: Place) -> None:
    for field in _UNSUPPORTED_TLS:
        if tls.get(field):
            (place / "tls" / field).error("is not supported for sidecars")
    if tls.get("mode") in ("ISTIO_MUTUAL", "AUTO_PASSTHROUGH"):
        (place / "tls" / "mode").error(f"{tls['mode']} is not supported for sidecars")
    if not protocols.is_tls(protocols.parse(port.get("protocol", ""))):
        (place / "tls").error("needs a port of protocol HTTPS or TLS")
    server_tls(tls, place / "tls")


def _egress(listeners: list[Spec], namespace: str, place: Place) -> None:
    ports: set[int] = set()
    sockets: set[str] = set()
    for i, listener in enumerate(listeners):
        at, port = place / i, listener.get("port")
        if port is None:
            if i < len(listeners) - 1:
                at.error("the listener without a port must be the last one")
        else:
            bind, number = listener.get("bind", ""), port.get("number", 0)
            _port(port, at / "port")
            _bind(number, bind, listener.get("captureMode", "DEFAULT"), at)
            if number == 0 and bind in sockets:
                (at / "bind").error("another listener has this Unix socket")
            elif number in ports:
                (at / "port" / "number").error(f"another listener has port {number}")
            sockets.update([bind] if number == 0 else [])
            ports.update([number] if number else [])
        _egress_hosts(listener.get("hosts", []), namespace, at / "hosts")


def _bind(number: int, bind: str, mode: str, place: Place) -> None:
    if number:
        (place / "port" / "number").expect(formats.port(number))
        if bind:
            (place / "bind").expect(formats.address(bind))
        return
    if bind.startswith(UNIX):
        (place / "bind").expect(formats.unix_socket(bind.removeprefix(UNIX)))
    else:
        (place / "port").error("a port 0 needs a bind that is a Unix socket")
    if mode not in ("DEFAULT", "NONE"):
        (place / "captureMode").error(f"{mode} does not work with a Unix socket")


def _egress_hosts(hosts: list[str], namespace: str, place: Place) -> None:
    if not hosts:
        place.error("at least one host must be set")
        return
    seen: dict[str, set[str]] = {}
    for i, host in enumerate(hosts):
        owner, slash, name = host.partition("/")
        if slash:
            others = seen.setdefault(namespace if owner == "." else owner, set())
            if name in others or "*" in others or (name == "*" and others):
                (place / i).warn(f'"{host}" is covered by another entry')
            others.add(name)
        namespaced_host(host, place / i, at_gateway=False)
    if "*" in seen.get("*", ()) and len(seen) > 1:
        place.warn("*/* means every host: the other entries have no effect")


def _outbound(policy: Spec, place: Place) -> None:
    proxy, at = policy.get("egressProxy"), place / "egressProxy"
    if proxy is None:
        return
    if policy.get("mode", "REGISTRY_ONLY") != "ALLOW_ANY":
        at.error("needs mode ALLOW_ANY")
        return
    (at / "host").expect(formats.domain(proxy.get("host", "")))
    if "port" not in proxy:
        at.error("the port is missing")
    else:
        shared.destination(proxy, at)
