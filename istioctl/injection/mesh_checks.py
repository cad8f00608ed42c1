"""The checks of a mesh configuration, in the one form of `istioctl.injection.mesh`.

Rules: `ValidateMeshConfig` and what it calls in Istio's `pkg/config/validation/agent/validation.go`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any

from istioctl.errors import InputError

Message = Mapping[str, Any]

_LABEL_TEXT = r"[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?"
_LABEL = re.compile(rf"(?=.{{1,63}}\Z){_LABEL_TEXT}\Z")
_FIRST_LABEL = re.compile(rf"(?=.{{1,63}}\Z)(?:\*|(?:\*-?)?{_LABEL_TEXT})\Z")
_TOPOLOGY = frozenset(("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone"))


def check_mesh(mesh: Message, source: str) -> None:
    """Check a whole mesh configuration.

    Args:
        mesh: the configuration over Istio's defaults.
        source: where it comes from, for errors.

    Raises:
        InputError: a value is out of range, or settings exclude each other.
    """
    _check_port(mesh.get("proxyListenPort", 0), "proxyListenPort", source)
    for name, least, most in (("connectTimeout", 1, 3_600_000), ("protocolDetectionTimeout", -math.inf, math.inf)):
        time = _milliseconds(mesh.get(name, "0s"))
        if time is None or not least <= time <= most:
            limits = f" from {least} to {most}" if least == 1 else ""
            raise InputError(f"{name} must be whole milliseconds{limits}", where=source)
    check_proxy(mesh["defaultConfig"], f"{source}: defaultConfig")
    _check_locality(mesh.get("localityLbSetting", {}), f"{source}: localityLbSetting")
    for settings in mesh.get("serviceSettings", ()):
        for host in settings.get("hosts", ()):
            if not _is_host(host):
                raise InputError(f"serviceSettings: '{host}' is no host name", where=source)
    _check_trust_domain(mesh.get("trustDomain", ""), "trustDomain", source)
    for alias in mesh.get("trustDomainAliases", ()):
        _check_trust_domain(alias, "trustDomainAliases", source)
    if mesh.get("meshMTLS", {}).get("ecdhCurves"):
        raise InputError("meshMTLS.ecdhCurves can't be set", where=source, hint="Set tlsDefaults.ecdhCurves.")


def _milliseconds(duration: str) -> int | None:
    """A duration of seconds with no decimals, or three, six or nine; None where it is finer than milliseconds."""
    whole, _, part = duration.removesuffix("s").partition(".")
    return None if len(part) > 3 else int(whole + part.ljust(3, "0"))


def check_proxy(proxy: Message, source: str) -> None:
    """Check a proxy configuration (`ValidateMeshConfigProxyConfig`).

    Raises:
        InputError: as for `check_mesh`.
    """
    for name in ("configPath", "binaryPath", "discoveryAddress"):
        if not proxy.get(name):
            raise InputError(f"{name} must be set", where=source)
    if not proxy.get("serviceCluster") and "tracingServiceName" not in proxy:
        raise InputError("serviceCluster or tracingServiceName must be set", where=source)
    drain = proxy.get("drainDuration")
    if drain is None or "." in drain or drain.startswith("-") or drain == "0s":
        raise InputError("drainDuration must be whole seconds, at least one", where=source)
    tracing = proxy.get("tracing", {})
    addresses = {"discoveryAddress": proxy["discoveryAddress"]}
    for name in ("statsdUdpAddress", "envoyMetricsServiceAddress"):
        addresses[name] = proxy.get(name, "")
    for name in ("envoyMetricsService", "envoyAccessLogService"):
        addresses[f"{name}.address"] = proxy.get(name, {}).get("address", "")
    for name, address in addresses.items():
        if address:
            _check_address(address, name, source)
    for tracer in ("zipkin", "datadog", "lightstep"):
        if tracer in tracing:
            address = tracing[tracer].get("address", "")
            if tracer != "lightstep":
                address = address.replace("$(HOST_IP)", "127.0.0.1", 1)
            _check_address(address, f"tracing.{tracer}.address", source)
    if "lightstep" in tracing and not tracing["lightstep"].get("accessToken"):
        raise InputError("tracing.lightstep.accessToken must be set", where=source)
    _check_tls(tracing.get("tlsSettings", {}), f"{source}: tracing.tlsSettings")
    if proxy.get("controlPlaneAuthPolicy", "NONE") not in ("NONE", "MUTUAL_TLS"):
        raise InputError("controlPlaneAuthPolicy must be NONE or MUTUAL_TLS", where=source)
    _check_port(proxy.get("proxyAdminPort", 0), "proxyAdminPort", source)
    _check_port(proxy.get("statusPort", 0), "statusPort", source)
    provider = proxy.get("privateKeyProvider")
    if provider is not None:
        if not provider:
            raise InputError("privateKeyProvider names no provider", where=source)
        for name, settings in provider.items():
            if settings.get("pollDelay", "0s") == "0s":
                raise InputError(f"privateKeyProvider.{name}.pollDelay must be set and not zero", where=source)


def _check_tls(tls: Message, source: str) -> None:
    mode, credential = tls.get("mode", "DISABLE"), tls.get("credentialName", "")
    if credential.startswith("configmap://"):
        raise InputError("credentialName can't name a ConfigMap here", where=source)
    if tls.get("insecureSkipVerify") and mode in ("SIMPLE", "MUTUAL"):
        excluded = ["caCertificates", "subjectAltNames", *(["credentialName"] if mode == "SIMPLE" else [])]
        if found := [name for name in excluded if tls.get(name)]:
            raise InputError(f"{found[0]} can't be set beside insecureSkipVerify", where=source)
    if credential and mode in ("SIMPLE", "MUTUAL"):
        excluded = ["clientCertificate", "caCertificates", "privateKey", "caCrl"]
        if found := [name for name in excluded if tls.get(name)]:
            raise InputError(f"{found[0]} can't be set beside credentialName", where=source)
    elif mode == "MUTUAL" and not (tls.get("clientCertificate") and tls.get("privateKey")):
        raise InputError("mode MUTUAL needs a clientCertificate and a privateKey", where=source)


def _check_locality(setting: Message, source: str) -> None:
    distribute, failover = setting.get("distribute", ()), setting.get("failover", ())
    if distribute and failover:
        raise InputError("distribute and failover exclude each other", where=source)
    if failover and (known := _TOPOLOGY.intersection(setting.get("failoverPriority", ()))):
        raise InputError(f"failoverPriority can't hold {min(known)} beside failover", where=source)
    for rule in distribute:
        weights = rule.get("to", {})
        if sum(weights.values()) != 100 or not all(weights.values()):
            raise InputError("the weights of distribute must be from 1 to 100 and add up to 100", where=source)
        _check_localities(weights, source)
    _check_localities((rule.get("from", "") for rule in distribute), source)
    for rule in failover:
        regions = rule.get("from", ""), rule.get("to", "")
        if regions[0] == regions[1]:
            raise InputError("failover must lead from one region to another", where=source)
        if any(mark in region for region in regions for mark in "/*"):
            raise InputError("failover takes regions only, without '/' and '*'", where=source)


def _check_localities(localities: Iterable[str], source: str) -> None:
    """Refuse localities (`region/zone/subzone`, the end may be `*`) that are malformed or hold one another."""
    seen: list[list[str]] = []
    for locality in localities:
        if "*" in locality[:-1]:
            raise InputError(f"'{locality}' may have one '*' only, at its end", where=source)
        parts = locality.split("/", 2)
        if not all(parts):
            raise InputError(f"'{locality}' has an empty region, zone or subzone", where=source)
        for other in seen:
            shared = min(len(parts), len(other))
            if parts[:shared] == other[:shared] or other == ["*"] or other == [*parts[: len(other) - 1], "*"]:
                raise InputError(f"'{locality}' overlaps with '{'/'.join(other)}'", where=source)
        seen.append(parts)


def _check_trust_domain(domain: str, what: str, source: str) -> None:
    labels = domain.removesuffix(".").split(".")
    if not all(map(_LABEL.match, labels)):
        raise InputError(f"{what}: '{domain}' is no trust domain", where=source)


def _check_port(port: int, what: str, source: str) -> None:
    if not 1 <= port <= 65535:
        raise InputError(f"{what} must be from 1 to 65535, not {port}", where=source)


def _check_address(address: str, what: str, source: str) -> None:
    host, colon, port = address.rpartition(":")
    if bracketed := host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    if not colon or not (port.isascii() and port.isdigit()) or (":" in host and not bracketed):
        raise InputError(f"{what} must be host:port, not '{address}'", where=source)
    _check_port(int(port), f"the port of {what}", source)
    if not _is_host(host, _LABEL) and not _is_ip(host):
        raise InputError(f"{what}: '{host}' is neither a host name nor an IP address", where=source)


def _is_host(name: str, first: re.Pattern[str] = _FIRST_LABEL) -> bool:
    """Whether a text is a fully qualified name, whose first label has the given form."""
    if not 0 < len(name.encode()) <= 255:
        return False
    head, *labels = name.split(".")
    last = labels[-1] if labels else head
    if labels and not last:
        labels.pop()
    if last.isdigit() and (labels or first is _LABEL):
        return False
    return bool(first.match(head)) and all(map(_LABEL.match, labels))


def _is_ip(text: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
