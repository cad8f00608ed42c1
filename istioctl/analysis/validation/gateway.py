"""Gateway: servers, ports and TLS towards clients.

Source: istio `pkg/config/validation/validation.go`, cipher suites from `pkg/config/security/security.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.analysis.validation import protocols, shared
from istioctl.api import formats
from istioctl.golang.netip import is_address

if TYPE_CHECKING:
    from istioctl.analysis.validation.decode import Spec
    from istioctl.analysis.validation.objects import Metadata
    from istioctl.analysis.validation.report import Place

UNIX = "unix://"

_CIPHERS = frozenset([
    "AES128-GCM-SHA256", "AES128-SHA", "AES256-GCM-SHA384", "AES256-SHA", "DES-CBC3-SHA",
    "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES256-SHA", "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA",
    "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-SHA", "ECDHE-RSA-CHACHA20-POLY1305",
])  # fmt: skip
_SOURCES = ("credentialName", "credentialNames", "tlsCertificates")
_OWN_FILES = ("serverCertificate", "privateKey", "caCertificates")


def check(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a Gateway."""
    if not formats.is_label(meta.name):
        meta.place("name").error(f'"{meta.name}" is not a name of a gateway: it must be a DNS label')
    servers = spec.get("servers", [])
    if not servers:
        place.error("at least one server must be set")
    for i, server in enumerate(servers):
        _server(server, place / "servers" / i)
    seen: set[str] = set()
    for i, server in enumerate(servers):
        if "port" not in server:
            continue
        name, at = server["port"].get("name", ""), place / "servers" / i
        if name in seen:
            (at / "port" / "name").error(f'the port name "{name}" is there twice')
        seen.add(name)
        if server.get("tls", {}).get("httpsRedirect") and not protocols.is_http(
            protocols.parse(server["port"].get("protocol", ""))
        ):
            (at / "tls" / "httpsRedirect").warn("has an effect on HTTP servers only")


def namespaced_host(host: str, place: Place, *, at_gateway: bool) -> None:
    """A host of a gateway's server or of a sidecar, as `namespace/name`; a gateway's may lack the namespace."""
    namespace, slash, name = host.partition("/")
    if not slash and not at_gateway:
        place.error("must be of the form namespace/host")
        return
    if slash:
        if not namespace or not name:
            place.error("both namespace and host must be named where there is a slash")
        if namespace not in ("*", ".", *(() if at_gateway else ("~",))) and not formats.is_label(namespace):
            place.error(f'"{namespace}" is not a name of a namespace')
    else:
        name = host
    if name != "*" and "." not in name:
        place.error("a short name is not allowed: write the fully qualified one")
    problem = formats.wildcard_domain(name)
    if problem and not (at_gateway and is_address(name)):
        place.error(problem)
    place.expect(formats.partial_wildcard(name))


def _server(server: Spec, place: Place) -> None:
    hosts = server.get("hosts", [])
    if not hosts:
        (place / "hosts").error("at least one host must be set")
    for i, host in enumerate(hosts):
        namespaced_host(host, place / "hosts" / i, at_gateway=True)
    bind, port = server.get("bind", ""), server.get("port")
    has_port = _port(port, bind, place)
    _bind(bind, port or {}, place)
    tls = server.get("tls")
    if tls is not None:
        server_tls(tls, place / "tls")
    if has_port and port is not None:
        _tls_fits(protocols.parse(port.get("protocol", "")), tls, place)


def _port(port: Spec | None, bind: str, place: Place) -> bool:
    """Check a server's port; whether it is in order."""
    at, before = place / "port", len(place.report.errors)
    if port is None:
        place.error("the port is missing")
        return False
    if not protocols.parse(port.get("protocol", "")):
        (at / "protocol").error(f'"{port.get("protocol", "")}" is not a supported protocol')
    if port.get("number", 0) > 0 or not bind.startswith(UNIX):
        (at / "number").expect(formats.port(port.get("number", 0)))
    if port.get("targetPort"):
        (at / "targetPort").error("has no effect here", "Remove it.")
    if not port.get("name"):
        at.error("the port's name is missing")
    return len(place.report.errors) == before


def _bind(bind: str, port: Spec, place: Place) -> None:
    if bind.startswith(UNIX):
        (place / "bind").expect(formats.unix_socket(bind.removeprefix(UNIX)))
        if port.get("number"):
            (place / "port" / "number").error(f"{port['number']} must be 0 for a Unix socket")
    elif bind:
        (place / "bind").expect(formats.address(bind))


def _tls_fits(protocol: str, tls: Spec | None, place: Place) -> None:
    if protocols.is_tls(protocol):
        if tls is None:
            place.error("a server of HTTPS or TLS needs tls")
    elif tls is not None:
        passes = tls.get("mode", "PASSTHROUGH") in ("PASSTHROUGH", "AUTO_PASSTHROUGH")
        if not protocols.is_http(protocol) or not passes or any(tls.get(field) for field in _OWN_FILES):
            kind = "HTTP in plain text" if protocols.is_http(protocol) else "a protocol without TLS"
            (place / "tls").error(f"a server of {kind} can't have TLS settings", "Use HTTPS or TLS.")


def server_tls(tls: Spec, place: Place) -> None:
    """TLS settings towards clients, of a gateway's server or of a sidecar's listener."""
    if tls.get("minProtocolVersion") in ("TLSV1_0", "TLSV1_1") and not tls.get("cipherSuites"):
        (place / "minProtocolVersion").warn("versions below 1.2 need cipherSuites that fit: the default ones do not")
    _ciphers(tls.get("cipherSuites", []), place / "cipherSuites")
    mode = tls.get("mode", "PASSTHROUGH")
    if mode == "ISTIO_MUTUAL":
        for field in (*_OWN_FILES, "tlsCertificates", "credentialName", "credentialNames"):
            if tls.get(field):
                (place / field).error("can't be combined with ISTIO_MUTUAL, which has its own certificates")
        return
    passes = mode in ("PASSTHROUGH", "AUTO_PASSTHROUGH")
    if passes and any(tls.get(field) for field in ("caCrl", *_OWN_FILES, *_SOURCES)):
        (place / "mode").warn(f"{mode} uses no certificates: none of those set here has an effect")
    given = [field for field in _SOURCES if tls.get(field)]
    if tls.get("serverCertificate") and tls.get("privateKey"):
        given.append("serverCertificate")
    if len(given) > 1:
        (place / given[1]).error(f"only one source of certificates can be set, and {given[0]} is, too")
    if mode in ("SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"):
        if tls.get("credentialName") or tls.get("credentialNames"):
            return
        _certificates(tls, mode, place)
    if tls.get("caCrl"):
        if tls.get("credentialName"):
            (place / "caCrl").error("can't be combined with credentialName: put the list into the Secret")
        if mode == "SIMPLE":
            (place / "caCrl").error("has no effect in mode SIMPLE, which checks no client certificates")


def _certificates(tls: Spec, mode: str, place: Place) -> None:
    base = mode.removeprefix("OPTIONAL_")
    if mode != "SIMPLE" and not tls.get("caCertificates"):
        place.error(f"mode {base} needs caCertificates to check clients by", "Set it, or credentialName.")
    certificates = tls.get("tlsCertificates", [])
    if len(certificates) > 2:
        (place / "tlsCertificates").warn("at most two certificates are used")
    where = [(entry, place / "tlsCertificates" / i) for i, entry in enumerate(certificates)] or [(tls, place)]
    for entry, at in where:
        for field in ("serverCertificate", "privateKey"):
            if not entry.get(field):
                at.error(f"mode {base} needs {field}", f"Set {field}, or credentialName.")


def _ciphers(suites: list[str], place: Place) -> None:
    unknown = [i for i, suite in enumerate(suites) if not _is_cipher(suite)]
    repeated = [i for i in shared.duplicates(suites) if i not in unknown]
    for found, why in ((unknown, "not cipher suites of Envoy, and ignored"), (repeated, "there twice")):
        if found:
            listed = ", ".join(dict.fromkeys(f'"{suites[i]}"' for i in found))
            (place / found[0]).warn(f"{why}: {listed}")


def _is_cipher(suite: str) -> bool:
    """Whether a suite is known, or an expression with operators, which are not looked into."""
    return suite in ("", "ALL") or not suite[0].isalnum() or suite in _CIPHERS
