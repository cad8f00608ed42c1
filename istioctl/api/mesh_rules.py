"""What the values of a mesh configuration mean together.

The rules are those of Istio's `pkg/config/validation/agent/validation.go` (`ValidateMeshConfig` and what it calls) and
`extensionprovider.go`. They look at decoded data over Istio's defaults, see `istioctl.api.mesh`: what is missing there
was set to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from types import NoneType
from typing import NamedTuple

from istioctl.api import formats
from istioctl.api.mesh import PROXY_DEFAULTS, Report, mesh_over_defaults, proxy_over
from istioctl.api.names import LOCALITY
from istioctl.api.schema.catalog import enum_values, message
from istioctl.api.schema.decode import Data, Mismatch
from istioctl.api.schema.paths import Path, path_text
from istioctl.errors import InputError
from istioctl.golang.durations import HOUR, MILLISECOND, SECOND
from istioctl.golang.netip import is_address

_CURVES = frozenset(("", "P-224", "P-256", "P-384", "P-521", "X25519", "X25519Kyber768Draft00", "X25519MLKEM768"))
_PROVIDER = "istio.mesh.v1alpha1.MeshConfig.ExtensionProvider"
#: A kind of provider that the API has and istiod does not.
_UNSUPPORTED = "sds"


class Finding(NamedTuple):
    """One rule that is broken.

    Attributes:
        path: where, from the top of the mesh configuration, or of the proxy configuration that was looked at.
        message: what is wrong; a sentence that the path is the subject of.
        only_warn: whether istiod starts with it nevertheless.
        hint: what to do about it, or None.
    """

    path: Path
    message: str
    only_warn: bool = False
    hint: str | None = None


def broken_mesh_rules(mesh: Data) -> Iterator[Finding]:
    """Every rule that a mesh configuration breaks, `mesh.mesh_over_defaults` applied."""
    yield from _port(mesh, "proxyListenPort", ())
    timeout = mesh.get("connectTimeout", 0)
    too_long = "must be at most 1h" if timeout > HOUR else ""
    yield from _said(formats.duration(timeout) or too_long, ("connectTimeout",))
    if mesh.get("protocolDetectionTimeout", 0) % MILLISECOND:
        yield Finding(("protocolDetectionTimeout",), "must be a whole number of milliseconds")
    for finding in broken_proxy_rules(mesh["defaultConfig"]):
        yield finding._replace(path=("defaultConfig", *finding.path))
    yield from _locality(mesh.get("localityLbSetting", {}), ("localityLbSetting",))
    for index, setting in enumerate(mesh.get("serviceSettings", ())):
        for number, host in enumerate(setting.get("hosts", ())):
            yield from _said(formats.wildcard_domain(host), ("serviceSettings", index, "hosts", number))
    yield from _said(formats.trust_domain(mesh.get("trustDomain", "")), ("trustDomain",))
    for index, domain in enumerate(mesh.get("trustDomainAliases", ())):
        yield from _said(formats.trust_domain(domain), ("trustDomainAliases", index))
    if mesh.get("meshMTLS", {}).get("ecdhCurves"):
        hint = "set the curves under tlsDefaults"
        yield Finding(("meshMTLS", "ecdhCurves"), "can't be chosen for traffic inside the mesh", hint=hint)
    yield from _curves(mesh.get("tlsDefaults", {}).get("ecdhCurves", []))
    yield from _extension_providers(mesh.get("extensionProviders", []))


def provider_names(mesh: Data) -> set[str]:
    """The names of the extension providers of a mesh configuration, `mesh.mesh_over_defaults` applied."""
    return {provider.get("name", "") for provider in mesh.get("extensionProviders", [])}


def unknown_default_providers(mesh: Data) -> Iterator[tuple[Path, str, str]]:
    """The default providers that no extension provider is: where, the name, and the names there are.

    istiod passes over them without a word (`pkg/model/telemetry.go`).
    """
    known = provider_names(mesh)
    for part, named in mesh.get("defaultProviders", {}).items():
        for index, name in enumerate(named):
            if name not in known:
                yield ("defaultProviders", part, index), name, ", ".join(sorted(known))


def broken_proxy_rules(proxy: Data) -> Iterator[Finding]:
    """Every rule that a proxy configuration breaks, `mesh.proxy_over` the defaults applied."""
    for name in ("configPath", "binaryPath", "discoveryAddress"):
        if not proxy.get(name):
            yield Finding((name,), "must not be empty")
    if not proxy.get("serviceCluster") and "tracingServiceName" not in proxy:
        yield Finding(("serviceCluster",), "must not be empty, unless there is a tracingServiceName")
    drain = proxy.get("drainDuration", 0)
    yield from _said(
        formats.duration(drain) or ("must be a whole number of seconds" if drain % SECOND else ""), ("drainDuration",)
    )
    yield from _port(proxy, "proxyAdminPort", ())
    yield from _port(proxy, "statusPort", ())
    for path in (
        ("discoveryAddress",), ("statsdUdpAddress",), ("envoyMetricsServiceAddress",),
        ("envoyMetricsService", "address"), ("envoyAccessLogService", "address"),
    ):  # fmt: skip
        holder = proxy if len(path) == 1 else proxy.get(path[0], {})
        if address := holder.get(path[-1]):
            yield from _said(formats.host_and_port(address), path)
    if proxy.get("envoyMetricsServiceAddress"):
        yield Finding(("envoyMetricsServiceAddress",), "is deprecated; use envoyMetricsService", only_warn=True)
    if "ISTIO_META_DNS_AUTO_ALLOCATE" in proxy.get("proxyMetadata", {}):
        text = "is deprecated; istiod allocates addresses itself (PILOT_ENABLE_IP_AUTOALLOCATE)"
        yield Finding(("proxyMetadata", "ISTIO_META_DNS_AUTO_ALLOCATE"), text, only_warn=True)
    if proxy.get("controlPlaneAuthPolicy", "NONE") not in ("NONE", "MUTUAL_TLS"):
        yield Finding(("controlPlaneAuthPolicy",), "must be NONE or MUTUAL_TLS")
    yield from _tracing(proxy.get("tracing", {}), ("tracing",))
    if "privateKeyProvider" in proxy:
        yield from _private_keys(proxy["privateKeyProvider"], ("privateKeyProvider",))


def checked_mesh(data: object, source: str) -> Data:
    """A mesh configuration over Istio's defaults, as istiod starts with it.

    Args:
        data: what the `mesh` key of the `istio` ConfigMap holds, as plain data; may be null.
        source: where it comes from, for errors.

    Raises:
        InputError: it is not a mapping, a field has a wrong type, or a rule is broken.
    """
    if not isinstance(data, dict | NoneType):
        raise InputError("a mapping of settings is expected", where=source)
    mesh = mesh_over_defaults(data or {}, refusing(source))
    for finding in broken_mesh_rules(mesh):
        if not finding.only_warn:
            text = sentence(finding.path, finding.message)
            raise InputError(text, where=source, hint=finding.hint, id="bad-mesh-config")
    return mesh


def refusing(source: str) -> Report:
    """What raises an InputError for values of a wrong type; istiod passes over the other mismatches."""

    def refuse(mismatch: Mismatch) -> None:
        if mismatch.kind == "wrong-type":
            text = sentence(mismatch.path, mismatch.message)
            raise InputError(text, where=source, hint=mismatch.hint or None, id="bad-mesh-config")

    return refuse


def proxy_config_problem(data: object) -> str:
    """What is wrong with a proxy configuration by itself, over Istio's defaults; empty where it is in order.

    Args:
        data: what the annotation `proxy.istio.io/config` holds, as plain data.
    """
    if not isinstance(data, dict | NoneType):
        return "it is not a mapping"
    mismatches: list[Mismatch] = []
    proxy = proxy_over(PROXY_DEFAULTS, data or {}, mismatches.append)
    wrong = [(mismatch.path, mismatch.message) for mismatch in mismatches if mismatch.kind == "wrong-type"]
    broken = [(finding.path, finding.message) for finding in broken_proxy_rules(proxy) if not finding.only_warn]
    return next((sentence(path, text) for path, text in (*wrong, *broken)), "")


def sentence(path: Path, message: str) -> str:
    """A message about a place as a sentence: `proxyMetadata.A must be text`."""
    return f"{path_text(path)} {message}".strip()


def _said(problem: str, path: Path) -> Iterator[Finding]:
    if problem:
        yield Finding(path, problem if problem.startswith("must ") else f"is wrong: {problem}")


def _port(data: Data, name: str, path: Path, *, only_warn: bool = False) -> Iterator[Finding]:
    number = data.get(name, 0)
    if formats.port(number):
        yield Finding((*path, name), f"must be from 1 to 65535, not {number}", only_warn)


def _tracing(tracing: Data, path: Path) -> Iterator[Finding]:
    for tracer in ("lightstep", "zipkin", "datadog"):
        if tracer in tracing:
            address = tracing[tracer].get("address", "")
            known = address if tracer == "lightstep" else address.replace("$(HOST_IP)", "127.0.0.1", 1)
            yield from _said(formats.host_and_port(known), (*path, tracer, "address"))
    if "lightstep" in tracing and not tracing["lightstep"].get("accessToken"):
        yield Finding((*path, "lightstep", "accessToken"), "is required")
    yield from _client_tls(tracing.get("tlsSettings", {}), (*path, "tlsSettings"))


def _client_tls(settings: Data, path: Path) -> Iterator[Finding]:
    """The rules of TLS towards a server; the mesh configuration has no namespace that a ConfigMap could be in."""
    mode, credential = settings.get("mode", "DISABLE"), settings.get("credentialName", "")
    if credential.startswith("configmap://"):
        yield Finding((*path, "credentialName"), "can't be a ConfigMap, since the mesh has no namespace of its own")
    if mode not in ("SIMPLE", "MUTUAL"):
        return
    if settings.get("insecureSkipVerify"):
        for name in ("caCertificates", "subjectAltNames", *(("credentialName",) if mode == "SIMPLE" else ())):
            if settings.get(name):
                yield Finding((*path, name), "has no meaning while insecureSkipVerify is true")
    if credential:
        for name in ("clientCertificate", "caCertificates", "privateKey", "caCrl"):
            if settings.get(name):
                yield Finding((*path, name), "and credentialName exclude each other")
    elif mode == "MUTUAL":
        for name in ("clientCertificate", "privateKey"):
            if not settings.get(name):
                yield Finding((*path, name), "is required for mutual TLS")


def _private_keys(provider: Data, path: Path) -> Iterator[Finding]:
    if not provider:
        yield Finding(path, "needs 'cryptomb' or 'qat'")
    for name, settings in provider.items():
        if not settings.get("pollDelay"):
            text = "must be longer than 0s" if "pollDelay" in settings else "is required"
            yield Finding((*path, name, "pollDelay"), text)


def _locality(setting: Data, path: Path) -> Iterator[Finding]:
    distribute, failover = setting.get("distribute", []), setting.get("failover", [])
    if distribute and failover:
        yield Finding((*path, "failover"), "and 'distribute' exclude each other")
        return
    if failover:
        for label in setting.get("failoverPriority", ()):
            if label in LOCALITY:
                text = f"can't hold the topology label '{label}' besides 'failover'"
                yield Finding((*path, "failoverPriority"), text)
                return
    for index, entry in enumerate(distribute):
        place: Path = (*path, "distribute", index, "to")
        weights = entry.get("to", {})
        if any(not 1 <= weight <= 100 for weight in weights.values()):
            yield Finding(place, "has a weight outside of 1 to 100")
            return
        if sum(weights.values()) != 100:
            yield Finding(place, f"has weights that add up to {sum(weights.values())}, not to 100")
            return
        if problem := _locality_problem(sorted(weights)):  # Go has no order here, so istiod may find any overlap
            yield Finding(place, problem)
    if problem := _locality_problem(entry.get("from", "") for entry in distribute):
        yield Finding((*path, "distribute"), problem)
    for index, entry in enumerate(failover):
        source, target = entry.get("from", ""), entry.get("to", "")
        if source == target:
            yield Finding((*path, "failover", index), "must lead to another region")
        if "/" in source + target or "*" in source + target:
            yield Finding((*path, "failover", index), "takes regions only, without zones and '*'")


def _locality_problem(localities: Iterable[str]) -> str:
    """What is wrong with localities `region/zone/subzone`, the end of which may be `*`: none may hold a later one."""
    seen: list[list[str]] = []
    for locality in localities:
        if "*" in locality[:-1]:
            return f"has '{locality}', but '*' may only stand at the end"
        parts = locality.split("/", 2)
        if "" in parts:
            return f"has '{locality}', a part of which is empty"
        for other in seen:
            shared = min(len(parts), len(other))
            if parts[:shared] == other[:shared] or other == ["*"] or other == [*parts[: len(other) - 1], "*"]:
                return f"has '{locality}', which overlaps with '{'/'.join(other)}'"
        seen.append(parts)
    return ""


def _curves(curves: list[str]) -> Iterator[Finding]:
    path = ("tlsDefaults", "ecdhCurves")
    if unknown := sorted({curve for curve in curves if curve not in _CURVES}):
        yield Finding(path, f"has unknown curves: {', '.join(unknown)}", only_warn=True)
    if twice := sorted({curve for curve in curves if curve in _CURVES and curves.count(curve) > 1}):
        yield Finding(path, f"has curves twice: {', '.join(twice)}", only_warn=True)


def _extension_providers(providers: list[Data]) -> Iterator[Finding]:
    """Providers that can't work; only a warning, since nothing may use them."""
    fields = message(_PROVIDER).fields
    names: set[str] = set()
    for index, provider in enumerate(providers):
        path: Path = ("extensionProviders", index)
        name = provider.get("name", "")
        if not name:
            yield Finding(path, "has no name", only_warn=True)
        elif name in names:
            yield Finding(path, f"has the name '{name}', which another one has", only_warn=True)
        names.add(name)
        kind = next((field for field in provider if fields[field].group), "")
        if not kind:
            yield Finding(path, "says nothing about what it provides", only_warn=True)
        elif kind == _UNSUPPORTED:
            yield Finding((*path, kind), "is not a provider that istiod supports", only_warn=True)
        elif "service" in message(fields[kind].of).fields:
            for finding in _called_provider(provider[kind], kind, (*path, kind)):
                yield finding._replace(only_warn=True)


def _called_provider(settings: Data, kind: str, path: Path) -> Iterator[Finding]:
    yield from _port(settings, "port", path)
    if problem := _service(settings.get("service", "")):
        yield Finding((*path, "service"), problem)
    if kind == "lightstep" and not settings.get("accessToken"):
        yield Finding((*path, "accessToken"), "is required")
    if (status := settings.get("statusOnError")) and not _is_status(status):
        yield Finding((*path, "statusOnError"), f"'{status}' is not an HTTP status that Envoy knows")
    prefix = settings.get("pathPrefix", "")
    if kind == "envoyExtAuthzHttp" and prefix and not prefix.startswith("/"):
        yield Finding((*path, "pathPrefix"), "must begin with '/'")
    if kind == "opentelemetry" and "grpc" in settings and "http" in settings:
        yield Finding((*path, "http"), "and 'grpc' exclude each other")


def _is_status(text: str) -> bool:
    return text.isascii() and text.isdigit() and int(text) in enum_values("envoy.type.v3.StatusCode").values()


def _service(service: str) -> str:
    """What is wrong with a service, `host` or `namespace/host`."""
    namespace, slash, host = service.partition("/")
    if not slash:
        wrong = bool(formats.domain(service)) and not is_address(service)
    else:
        named = namespace in ("*", ".", "~") or formats.is_label(namespace)
        whole = (host == "*" or "." in host) and "*" not in host[1:]
        wrong = not named or not whole or bool(formats.wildcard_domain(host))
    return f"'{service}' is not a service name" if wrong else ""
