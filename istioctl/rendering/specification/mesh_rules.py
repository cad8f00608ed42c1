"""What the values of a mesh configuration mean together.

Source of the rules: upstream `pkg/config/validation/agent/validation.go` and `extensionprovider.go`. A rule looks at
what is set only: the defaults of istiod obey all of them. Values of a wrong type are left to the schema.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from istioctl.api.trees import lookup, lookup_text
from istioctl.rendering.specification.origins import Path

_DNS_LABEL = r"[a-zA-Z0-9](?:[-a-zA-Z0-9]{0,61}[a-zA-Z0-9])?"
_WILDCARD_LABEL = r"(?:\*|(?:\*-?)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)"
_CURVES = frozenset(("", "P-224", "P-256", "P-384", "P-521", "X25519", "X25519Kyber768Draft00", "X25519MLKEM768"))
_TOPOLOGY_LABELS = ("topology.kubernetes.io/region", "topology.kubernetes.io/zone", "topology.istio.io/subzone")
_MILLISECOND, _SECOND, _HOUR = 10**6, 10**9, 3600 * 10**9

#: Fields of an extension provider whose service and port istiod will call.
_CALLED_PROVIDERS = frozenset(
    (
        "datadog", "envoyExtAuthzGrpc", "envoyExtAuthzHttp", "envoyHttpAls", "envoyOtelAls", "envoyTcpAls", "lightstep",
        "opencensus", "opentelemetry", "skywalking", "zipkin",
    )
)  # fmt: skip
_OTHER_PROVIDERS = frozenset(("envoyFileAccessLog", "prometheus", "stackdriver", "sds"))


class Finding(NamedTuple):
    """One rule that is broken.

    Attributes:
        path: where, from the top of the mesh configuration.
        message: what is wrong; a sentence that the path is the subject of.
        only_warn: whether istiod starts with it nevertheless.
        hint: what to do about it, or None.
    """

    path: Path
    message: str
    only_warn: bool = False
    hint: str | None = None


def check_mesh_config(mesh: object) -> Iterator[Finding]:
    """Every rule that a mesh configuration breaks."""
    if not isinstance(mesh, dict):
        return
    yield from _port(mesh, ("proxyListenPort",))
    yield from _duration(mesh, ("connectTimeout",), _MILLISECOND, _MILLISECOND, _HOUR)
    yield from _duration(mesh, ("protocolDetectionTimeout",), _MILLISECOND)
    yield from _proxy_config(mesh)
    yield from _locality(lookup(mesh, "localityLbSetting"))
    for index, setting in enumerate(_items(mesh.get("serviceSettings"))):
        for number, host in enumerate(_items(lookup(setting, "hosts"))):
            if isinstance(host, str) and not _is_wildcard_domain(host):
                yield Finding(("serviceSettings", index, "hosts", number), f"'{host}' is no host name")
    if isinstance(domain := mesh.get("trustDomain"), str) and not _is_trust_domain(domain):
        yield Finding(("trustDomain",), f"'{domain}' is no domain name")
    for index, domain in enumerate(_items(mesh.get("trustDomainAliases"))):
        if isinstance(domain, str) and not _is_trust_domain(domain):
            yield Finding(("trustDomainAliases", index), f"'{domain}' is no domain name")
    if lookup(mesh, "meshMTLS", "ecdhCurves"):
        hint = "set the curves under tlsDefaults"
        yield Finding(("meshMTLS", "ecdhCurves"), "can't be chosen for traffic inside the mesh", hint=hint)
    yield from _curves(mesh)
    yield from _extension_providers(mesh)


def _items(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _port(data: object, path: tuple[str, ...]) -> Iterator[Finding]:
    found = lookup(data, *path)
    if isinstance(found, int | float) and not isinstance(found, bool) and not 1 <= found <= 65535:
        yield Finding(path, f"{found} is no port from 1 to 65535")


def _nanoseconds(text: object) -> int | None:
    """A duration; None where it is none, which the schema reports."""
    from istioctl.golang.durations import nanoseconds

    if not isinstance(text, str):
        return None
    try:
        return nanoseconds(text)
    except ValueError:
        return None


def _duration(
    data: object, path: tuple[str, ...], step: int, least: int | None = None, most: int | None = None
) -> Iterator[Finding]:
    found = lookup(data, *path)
    length = _nanoseconds(found)
    if length is None:
        return
    if least is not None and length < least:
        yield Finding(path, f"'{found}' is shorter than 1ms")
    elif most is not None and length > most:
        yield Finding(path, f"'{found}' is longer than 1h")
    elif length % step:
        yield Finding(path, f"'{found}' is finer than {'1ms' if step == _MILLISECOND else '1s'}")


def _proxy_config(mesh: object) -> Iterator[Finding]:
    config = lookup(mesh, "defaultConfig")
    if not isinstance(config, dict):
        return
    top = "defaultConfig"
    for field in ("configPath", "binaryPath", "serviceCluster", "discoveryAddress"):
        if config.get(field) == "":
            yield Finding((top, field), "must not be empty")
    yield from _duration(mesh, (top, "drainDuration"), _SECOND, _MILLISECOND)
    yield from _port(mesh, (top, "proxyAdminPort"))
    yield from _port(mesh, (top, "statusPort"))
    for path in (
        ("discoveryAddress",), ("statsdUdpAddress",), ("envoyMetricsServiceAddress",),
        ("envoyMetricsService", "address"), ("envoyAccessLogService", "address"),
    ):  # fmt: skip
        if (address := lookup_text(config, *path)) and not _is_address(address):
            yield Finding((top, *path), f"'{address}' is no address such as host:15012")
    if lookup_text(config, "envoyMetricsServiceAddress"):
        yield Finding((top, "envoyMetricsServiceAddress"), "is deprecated; use envoyMetricsService", only_warn=True)
    metadata = config.get("proxyMetadata")
    if isinstance(metadata, dict) and "ISTIO_META_DNS_AUTO_ALLOCATE" in metadata:
        text = "is deprecated; istiod allocates addresses itself (PILOT_ENABLE_IP_AUTOALLOCATE)"
        yield Finding((top, "proxyMetadata", "ISTIO_META_DNS_AUTO_ALLOCATE"), text, only_warn=True)
    if config.get("controlPlaneAuthPolicy") not in (None, "NONE", "MUTUAL_TLS", 0, 1):
        yield Finding((top, "controlPlaneAuthPolicy"), "must be NONE or MUTUAL_TLS")
    yield from _tracing(config.get("tracing"), (top, "tracing"))
    yield from _private_keys(config.get("privateKeyProvider"), (top, "privateKeyProvider"))


def _tracing(tracing: object, path: Path) -> Iterator[Finding]:
    for tracer in ("lightstep", "zipkin", "datadog"):
        settings = lookup(tracing, tracer)
        if not isinstance(settings, dict):
            continue
        address = lookup_text(settings, "address")
        plain = address if tracer == "lightstep" else address.replace("$(HOST_IP)", "127.0.0.1", 1)
        if not _is_address(plain):
            yield Finding((*path, tracer, "address"), f"'{address}' is no address such as host:9411")
        if tracer == "lightstep" and not lookup_text(settings, "accessToken"):
            yield Finding((*path, tracer, "accessToken"), "is required")
    yield from _client_tls(lookup(tracing, "tlsSettings"), (*path, "tlsSettings"))


def _client_tls(settings: object, path: Path) -> Iterator[Finding]:
    if not isinstance(settings, dict):
        return
    mode, credential = settings.get("mode", "DISABLE"), lookup_text(settings, "credentialName")
    simple, mutual = mode in ("SIMPLE", 1), mode in ("MUTUAL", 2)
    if credential.startswith("configmap://"):
        yield Finding((*path, "credentialName"), "can't be a ConfigMap, since the mesh has no namespace of its own")
    if settings.get("insecureSkipVerify") is True and (simple or mutual):
        names = ("caCertificates", "subjectAltNames", *(("credentialName",) if simple else ()))
        for name in names:
            if settings.get(name):
                yield Finding((*path, name), "has no meaning while insecureSkipVerify is true")
    if credential and (simple or mutual):
        for name in ("clientCertificate", "caCertificates", "privateKey", "caCrl"):
            if settings.get(name):
                yield Finding((*path, name), "and credentialName exclude each other")
    elif mutual:
        for name in ("clientCertificate", "privateKey"):
            if not settings.get(name):
                yield Finding((*path, name), "is required for mutual TLS")


def _private_keys(provider: object, path: Path) -> Iterator[Finding]:
    if not isinstance(provider, dict):
        return
    chosen = [name for name in ("cryptomb", "qat") if isinstance(provider.get(name), dict)]
    if not chosen:
        yield Finding(path, "needs 'cryptomb' or 'qat'")
    for name in chosen:
        delay = lookup(provider, name, "pollDelay")
        if delay is None:
            yield Finding((*path, name, "pollDelay"), "is required")
        elif _nanoseconds(delay) == 0:
            yield Finding((*path, name, "pollDelay"), "must be longer than 0s")


def _locality(setting: object) -> Iterator[Finding]:
    top = "localityLbSetting"
    distribute, failover = _items(lookup(setting, "distribute")), _items(lookup(setting, "failover"))
    if distribute and failover:
        yield Finding((top, "failover"), "and 'distribute' exclude each other")
        return
    if failover:
        for label in _items(lookup(setting, "failoverPriority")):
            if label in _TOPOLOGY_LABELS:
                yield Finding((top, "failoverPriority"), f"can't hold the topology label '{label}' besides 'failover'")
                return
    for index, entry in enumerate(distribute):
        path: Path = (top, "distribute", index, "to")
        targets = lookup(entry, "to")
        weights = targets if isinstance(targets, dict) else {}
        numbers = [weight for weight in weights.values() if isinstance(weight, int | float)]
        if any(not 1 <= weight <= 100 for weight in numbers):
            yield Finding(path, "has a weight outside of 1 to 100")
            return
        if sum(numbers) != 100:
            yield Finding(path, f"has weights that add up to {sum(numbers)}, not to 100")
            return
        if problem := _locality_problem(list(weights)):
            yield Finding(path, problem)
    if problem := _locality_problem([lookup_text(entry, "from") for entry in distribute]):
        yield Finding((top, "distribute"), problem)
    for index, entry in enumerate(failover):
        source, target = lookup_text(entry, "from"), lookup_text(entry, "to")
        if source == target:
            yield Finding((top, "failover", index), "must lead to another region")
        if "/" in source + target or "*" in source + target:
            yield Finding((top, "failover", index), "takes regions only, without zones and '*'")


def _locality_problem(localities: list[str]) -> str | None:
    """What is wrong with a set of localities `region/zone/subzone`, of which none may cover another."""
    seen: list[list[str]] = []
    for locality in localities:
        if "*" in locality.removesuffix("*"):
            return f"has '{locality}', but '*' may only stand at the end"
        parts = locality.split("/", 2)
        if "" in parts:
            return f"has '{locality}', a part of which is empty"
        for other in seen:
            if other == ["*"] or _covers(other, parts) or _covers(parts, other):
                return f"has '{locality}', which overlaps with '{'/'.join(other)}'"
        seen.append(parts)
    return None


def _covers(wide: list[str], narrow: list[str]) -> bool:
    prefix = wide[:-1] if wide[-1] == "*" else wide
    return narrow[: len(prefix)] == prefix


def _curves(mesh: object) -> Iterator[Finding]:
    curves = [curve for curve in _items(lookup(mesh, "tlsDefaults", "ecdhCurves")) if isinstance(curve, str)]
    if unknown := sorted({curve for curve in curves if curve not in _CURVES}):
        yield Finding(("tlsDefaults", "ecdhCurves"), f"has unknown curves: {', '.join(unknown)}", only_warn=True)
    if twice := sorted({curve for curve in curves if curve in _CURVES and curves.count(curve) > 1}):
        yield Finding(("tlsDefaults", "ecdhCurves"), f"has curves twice: {', '.join(twice)}", only_warn=True)


def _extension_providers(mesh: object) -> Iterator[Finding]:
    """Providers that can't work; only a warning, since nothing may use them."""
    names: set[str] = set()
    for index, provider in enumerate(_items(lookup(mesh, "extensionProviders"))):
        if not isinstance(provider, dict):
            continue
        path: Path = ("extensionProviders", index)
        name = lookup_text(provider, "name")
        if not name:
            yield Finding(path, "has no name", only_warn=True)
        elif name in names:
            yield Finding(path, f"has the name '{name}', which another one has", only_warn=True)
        names.add(name)
        kinds = [kind for kind in provider if kind in _CALLED_PROVIDERS | _OTHER_PROVIDERS]
        if not kinds:
            yield Finding(path, "says nothing about what it provides", only_warn=True)
        for kind in kinds:
            if kind in _CALLED_PROVIDERS and isinstance(provider[kind], dict):
                yield from _called_provider(provider[kind], kind, (*path, kind))


def _called_provider(settings: dict[str, object], kind: str, path: Path) -> Iterator[Finding]:
    port, service = settings.get("port", 0), lookup_text(settings, "service")
    if isinstance(port, int | float) and not 1 <= port <= 65535:
        yield Finding((*path, "port"), f"{port} is no port from 1 to 65535", only_warn=True)
    if not _is_service(service):
        yield Finding((*path, "service"), f"'{service}' is no service name", only_warn=True)
    if kind == "lightstep" and not settings.get("accessToken"):
        yield Finding((*path, "accessToken"), "is required", only_warn=True)
    prefix = lookup_text(settings, "pathPrefix")
    if kind == "envoyExtAuthzHttp" and prefix and not prefix.startswith("/"):
        yield Finding((*path, "pathPrefix"), "must begin with '/'", only_warn=True)
    if kind == "opentelemetry" and settings.get("grpc") is not None and settings.get("http") is not None:
        yield Finding((*path, "http"), "and 'grpc' exclude each other", only_warn=True)


def _is_service(service: str) -> bool:
    namespace, slash, host = service.partition("/")
    if not slash:
        return _is_domain(service) or _is_ip(service)
    named = namespace in ("*", ".", "~") or bool(re.fullmatch(_DNS_LABEL, namespace))
    return named and (host == "*" or "." in host) and _is_wildcard_domain(host) and ("*" not in host[1:])


def _is_address(text: str) -> bool:
    """Whether a text is `host:port`, the host a name, an IPv4 address or an IPv6 address in brackets."""
    host, colon, port = text.rpartition(":")
    if not colon or not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        return False
    if host.startswith("[") and host.endswith("]"):
        return _is_ip(host[1:-1])
    return ":" not in host and (_is_domain(host) or _is_ip(host))


def _is_ip(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_domain(name: str) -> bool:
    return 0 < len(name) <= 255 and _has_domain_labels(name)


def _has_domain_labels(name: str) -> bool:
    labels = name.split(".")
    if re.fullmatch(r"[+-]?[0-9]+", labels[-1]):
        return False
    if len(labels) > 1 and labels[-1] == "":
        labels.pop()
    return all(re.fullmatch(_DNS_LABEL, label) for label in labels)


def _is_wildcard_domain(name: str) -> bool:
    if not 0 < len(name) <= 255:
        return False
    first, dot, rest = name.partition(".")
    return bool(len(first) <= 63 and re.fullmatch(_WILDCARD_LABEL, first)) and (not dot or _has_domain_labels(rest))


def _is_trust_domain(name: str) -> bool:
    labels = name.split(".")
    if len(labels) > 1 and labels[-1] == "":
        labels.pop()
    return all(re.fullmatch(_DNS_LABEL, label) for label in labels)
