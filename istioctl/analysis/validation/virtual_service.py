"""VirtualService: hosts, routes, and rules that never come to pass.

Source: istio `pkg/config/validation/virtualservice.go` and `validation.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.analysis.validation import shared
from istioctl.analysis.validation.unused_routes import warn_of_unused
from istioctl.api import formats
from istioctl.golang.netip import is_address

if TYPE_CHECKING:
    from istioctl.analysis.validation.decode import Spec
    from istioctl.analysis.validation.objects import Metadata
    from istioctl.analysis.validation.report import Place

_CLAIM = "@request.auth.claims"
_PSEUDO_HEADERS = frozenset((":method", ":scheme", ":authority", ":path", ":status"))
_METHODS = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "CONNECT", "OPTIONS", "TRACE", "*"])
_RETRY_ON = frozenset([
    "5xx", "cancelled", "connect-failure", "deadline-exceeded", "envoy-ratelimited", "gateway-error",
    "http3-post-connect-failure", "internal", "refused-stream", "reset", "reset-before-request", "resource-exhausted",
    "retriable-4xx", "retriable-headers", "retriable-status-codes", "unavailable",
])  # fmt: skip
_GRPC_STATUSES = frozenset([
    "ABORTED", "ALREADY_EXISTS", "CANCELLED", "DATA_LOSS", "DEADLINE_EXCEEDED", "FAILED_PRECONDITION", "INTERNAL",
    "INVALID_ARGUMENT", "NOT_FOUND", "OK", "OUT_OF_RANGE", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "UNAUTHENTICATED",
    "UNAVAILABLE", "UNIMPLEMENTED", "UNKNOWN",
])  # fmt: skip
_BODY_WARNING, _BODY_LIMIT = 100 * 1024, 1024 * 1024


def check(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a VirtualService."""
    hosts, gateways = spec.get("hosts", []), spec.get("gateways", [])
    if not hosts:
        for field in ("gateways", "tls", "tcp"):
            if spec.get(field):
                (place / field).error("a VirtualService without hosts is a delegate, which can't have this")
    gateway_names(gateways, place / "gateways")
    at_gateway = bool(gateways) and "mesh" not in gateways
    if not at_gateway:
        _claim_routes(spec, place)
    _hosts(spec, place, at_gateway=at_gateway)
    if not any(spec.get(field) for field in ("http", "tls", "tcp")):
        place.error("one of http, tls and tcp must be set")
    for i, route in enumerate(spec.get("http", [])):
        _http_route(route, place / "http" / i, is_delegate=not hosts)
    for i, route in enumerate(spec.get("tls", [])):
        _tls_route(route, place / "tls" / i, hosts, at_gateway="mesh" not in gateways)
    for i, route in enumerate(spec.get("tcp", [])):
        _tcp_route(route, place / "tcp" / i)
    shared.export_to(spec, place, meta.namespace)
    for field in ("http", "tcp", "tls"):
        warn_of_unused(spec.get(field, []), place / field)


def gateway_names(gateways: list[str], place: Place) -> None:
    """References to gateways, `namespace/name` or a bare name; what follows a bare name is not looked at."""
    for i, reference in enumerate(gateways):
        namespace, slash, name = reference.partition("/")
        at = place / i
        if not slash:
            if "." in reference:
                first, second = reference.split(".")[:2]
                at.warn(f'"{reference}" is the old form of a gateway\'s name', f"Write {second}/{first}.")
            at.expect(formats.domain(reference))
            return
        if not namespace or not name:
            at.error("both namespace and gateway must be named where there is a slash")
        if not formats.is_label(namespace):
            at.error(f'"{namespace}" is not a name of a namespace')
        if not formats.is_label(name):
            at.error(f'"{name}" is not a name of a gateway')


def is_claim(header: str) -> bool:
    """Whether a header's name stands for a claim of the request's JWT."""
    if not header.lower().startswith(_CLAIM):
        return False
    rest = header[len(_CLAIM) :]
    return (rest.startswith(".") and len(rest) > 1) or (rest.startswith("[") and rest.endswith("]") and len(rest) > 2)


def _claim_routes(spec: Spec, place: Place) -> None:
    for i, route in enumerate(spec.get("http", [])):
        for j, match in enumerate(route.get("match", [])):
            for field in ("headers", "withoutHeaders"):
                for name in match.get(field, {}):
                    if is_claim(name):
                        at = place / "http" / i / "match" / j / field / name
                        at.error("routing by JWT claims works at gateways only, and this applies to the mesh")


def _hosts(spec: Spec, place: Place, *, at_gateway: bool) -> None:
    hosts = spec.get("hosts", [])
    has_sni = any(match.get("sniHosts") for route in spec.get("tls", []) for match in route.get("match", []))
    valid = True
    for i, host in enumerate(hosts):
        problem = formats.gateway_domain(host, sni=has_sni) if at_gateway else formats.wildcard_domain(host)
        if problem and is_address(host):
            continue
        if not problem and host == "*" and not at_gateway:
            problem = "the host * is only for VirtualServices bound to gateways"
        (place / "hosts" / i).expect(problem)
        valid = valid and not problem
    for i, host in enumerate(hosts if valid else ()):
        for j in range(i + 1, len(hosts)):
            if formats.hosts_overlap(host, hosts[j]):
                (place / "hosts" / j).error(f'"{hosts[j]}" repeats "{host}"')


def _http_route(route: Spec, place: Place, *, is_delegate: bool) -> None:
    _conflicts(route, place, is_delegate=is_delegate)
    for i, match in enumerate(route.get("match", [])):
        _http_match(match, place / "match" / i)
    shared.header_changes(route.get("headers", {}), place / "headers")
    _cors(route.get("corsPolicy", {}), place / "corsPolicy")
    if "fault" in route:
        _fault(route["fault"], place / "fault")
    _mirrors(route, place)
    _redirect(route, place / "redirect")
    _direct_response(route, place / "directResponse")
    _retries(route.get("retries", {}), place / "retries")
    _rewrite(route, place / "rewrite")
    destinations = route.get("route", [])
    for i, target in enumerate(destinations):
        shared.header_changes(target.get("headers", {}), place / "route" / i / "headers")
    _destinations(destinations, place / "route")
    shared.duration(route, "timeout", place)


def _conflicts(route: Spec, place: Place, *, is_delegate: bool) -> None:
    if "delegate" in route and not is_delegate:
        for field in ("redirect", "route"):
            if route.get(field) or (field in route and field == "redirect"):
                (place / field).error("a route with a delegate can't have its own")
        return
    if "delegate" in route:
        (place / "delegate").error("a delegate can't have a delegate")
    answer = next((field for field in ("redirect", "directResponse") if field in route), "")
    if answer:
        for field in ("route", "fault", "rewrite", "directResponse"):
            if field != answer and (route.get(field) if field == "route" else field in route):
                (place / field).error(f"can't be combined with {answer}")
    elif not route.get("route"):
        place.error("one of route, redirect and directResponse must be set")
    if "mirror" in route and route.get("mirrors"):
        (place / "mirrors").error("can't be combined with mirror")


def _string_match(match: Spec, place: Place) -> None:
    """A match on a text, which may not be by an empty prefix."""
    if match.get("prefix") == "":
        (place / "prefix").error("the prefix is empty; leave the match out to match everything")
    _regex_match(match, place)


def _regex_match(match: Spec, place: Place) -> None:
    if "regex" in match:
        expression = match["regex"]
        (place / "regex").expect(formats.pattern(expression) if expression else "the regular expression is empty")


def _http_match(match: Spec, place: Place) -> None:
    for field in ("headers", "withoutHeaders"):
        for name, value in match.get(field, {}).items():
            at = place / field / name
            if not is_claim(name) and name not in _PSEUDO_HEADERS:
                at.expect(shared.header_name(name))
            if field == "headers" or value.get("regex") != "*":
                _string_match(value, at)
    _regex_match(match.get("uri", {}), place / "uri")
    for field in ("scheme", "method", "authority"):
        _string_match(match.get(field, {}), place / field)
    for name, value in match.get("queryParams", {}).items():
        _string_match(value, place / "queryParams" / name)
    _match_origin(match, place)
    if (namespace := match.get("sourceNamespace")) and not formats.is_label(namespace):
        (place / "sourceNamespace").error(f'"{namespace}" is not a name of a namespace')


def _match_origin(match: Spec, place: Place) -> None:
    if match.get("port"):
        (place / "port").expect(formats.port(match["port"]))
    shared.labels(match.get("sourceLabels", {}), place / "sourceLabels")
    gateway_names(match.get("gateways", []), place / "gateways")


def _cors(policy: Spec, place: Place) -> None:
    for i, origin in enumerate(policy.get("allowOrigins", [])):
        at = place / "allowOrigins" / i
        if any(origin.values()):
            _regex_match(origin, at)
        else:
            at.error("the origin matches nothing: set exact, prefix or regex")
    for i, method in enumerate(policy.get("allowMethods", [])):
        if method not in _METHODS:
            (place / "allowMethods" / i).error(f'"{method}" is not an HTTP method', "Methods are in capitals.")
    for field in ("allowHeaders", "exposeHeaders"):
        for i, name in enumerate(policy.get(field, [])):
            (place / field / i).expect(shared.header_name(name))
    shared.duration(policy, "maxAge", place)
    if policy.get("maxAge", 0) % 1_000_000_000 > 0:
        (place / "maxAge").error("must be a whole number of seconds")


def _fault(fault: Spec, place: Place) -> None:
    if "abort" not in fault and "delay" not in fault:
        place.error("one of abort and delay must be set")
    if "abort" in fault:
        _abort(fault["abort"], place / "abort")
    delay, at = fault.get("delay", {}), place / "delay"
    _percentage(delay, at)
    shared.duration(delay, "fixedDelay", at)
    shared.duration(delay, "exponentialDelay", at)
    if "exponentialDelay" in delay:
        (at / "exponentialDelay").error("is not supported", "Use fixedDelay.")


def _abort(abort: Spec, place: Place) -> None:
    _percentage(abort, place)
    if "grpcStatus" in abort:
        if abort["grpcStatus"] not in _GRPC_STATUSES:
            (place / "grpcStatus").error(f'"{abort["grpcStatus"]}" is not a gRPC status', "Write it as in NOT_FOUND.")
    elif "http2Error" in abort:
        (place / "http2Error").error("is not supported", "Use httpStatus or grpcStatus.")
    elif "httpStatus" in abort:
        (place / "httpStatus").expect(_http_status(abort["httpStatus"]))
    else:
        place.warn("has no effect without httpStatus or grpcStatus")


def _http_status(status: int) -> str:
    return "" if 200 <= status <= 600 else f"HTTP status {status} is not in 200 to 599"


def _percentage(spec: Spec, place: Place) -> None:
    share = spec.get("percentage", {}).get("value", 0.0)
    if not (share == 0 or 0.0001 <= share <= 100):
        (place / "percentage").error(f"{share:g} is neither 0 nor in 0.0001 to 100")


def _mirrors(route: Spec, place: Place) -> None:
    if "mirrorPercent" in route:
        at = place / "mirrorPercent"
        if route["mirrorPercent"] > 100:
            at.error(f"{route['mirrorPercent']} is more than 100")
        at.warn("is deprecated", "Use mirrorPercentage.")
    _mirror_share(route.get("mirrorPercentage", {}), place / "mirrorPercentage")
    if "mirror" in route:
        shared.destination(route["mirror"], place / "mirror")
    for i, mirror in enumerate(route.get("mirrors", [])):
        at = place / "mirrors" / i
        if "destination" not in mirror:
            at.error("the destination is missing")
            continue
        shared.destination(mirror["destination"], at / "destination")
        _mirror_share(mirror.get("percentage", {}), at / "percentage")


def _mirror_share(percentage: Spec, place: Place) -> None:
    if not 0 <= percentage.get("value", 0.0) <= 100:
        place.error(f"{percentage['value']:g} is not in 0 to 100")


def _redirect(route: Spec, place: Place) -> None:
    redirect = route.get("redirect")
    if redirect is None:
        return
    code = redirect.get("redirectCode", 0)
    has_port = "port" in redirect or "derivePort" in redirect
    if not has_port and not any(redirect.get(field) for field in ("uri", "authority", "scheme")):
        place.error("one of uri, authority, scheme and port must be set")
    elif code and not 300 <= code <= 399:
        (place / "redirectCode").error(f"{code} is not a redirect status: it must be in 300 to 399")
    elif redirect.get("scheme", "") not in ("", "http", "https"):
        (place / "scheme").error(f'"{redirect["scheme"]}" is neither http nor https')
    elif redirect.get("port", 0) > 0:
        (place / "port").expect(formats.port(redirect["port"]))


def _direct_response(route: Spec, place: Place) -> None:
    answer = route.get("directResponse")
    if answer is None:
        return
    body = answer.get("body", {})
    size = len(body["bytes"]) if "bytes" in body else len(body.get("string", "").encode("utf-8", "surrogatepass"))
    if size > _BODY_LIMIT:
        (place / "body").error(f"{size} bytes are more than the 1 MiB that are allowed")
    elif size > _BODY_WARNING:
        (place / "body").warn(f"{size} bytes in every proxy's configuration slow the control plane down")
    (place / "status").expect(_http_status(answer.get("status", 0)))


def _retries(retries: Spec, place: Place) -> None:
    attempts = retries.get("attempts", 0)
    if attempts < 0:
        (place / "attempts").error(f"{attempts} is negative")
    if attempts == 0 and (retries.get("retryOn") or "perTryTimeout" in retries or "retryRemoteLocalities" in retries):
        place.error("retries are configured, but attempts is 0, which turns them off", "Set attempts.")
    shared.duration(retries, "perTryTimeout", place)
    for condition in retries["retryOn"].split(",") if retries.get("retryOn") else ():
        if condition not in _RETRY_ON and not _is_http_status(condition):
            (place / "retryOn").error(f'"{condition}" is not a condition to retry on')
    shared.duration(retries, "backoff", place)


def _is_http_status(text: str) -> bool:
    from http import HTTPStatus

    return text.isdecimal() and int(text) in (status.value for status in HTTPStatus)


def _rewrite(route: Spec, place: Place) -> None:
    rewrite: Spec = route.get("rewrite", {})
    if "rewrite" in route:
        _uri_rewrite(rewrite, place)
    authority = rewrite.get("authority", "")
    changes = route.get("headers", {}).get("request", {})
    for action in ("set", "add"):
        for name, value in changes.get(action, {}).items():
            if shared.is_authority(name):
                if authority:
                    place.error(f'the authority is set twice: to "{authority}" and to "{value}"')
                    return
                authority = value


def _uri_rewrite(rewrite: Spec, place: Place) -> None:
    expression = rewrite.get("uriRegexRewrite")
    if rewrite.get("uri") and expression is not None:
        place.error("only one of uri and uriRegexRewrite can be set")
    elif not rewrite.get("uri") and expression is None and not rewrite.get("authority"):
        place.error("one of uri, uriRegexRewrite and authority must be set")
    elif expression is not None:
        at = place / "uriRegexRewrite"
        if not expression.get("match") or not expression.get("rewrite"):
            at.error("both match and rewrite must be set")
        else:
            (at / "match").expect(formats.pattern(expression["match"]))


def _destinations(routes: list[Spec], place: Place) -> None:
    for i, route in enumerate(routes):
        if "destination" in route:
            shared.destination(route["destination"], place / i / "destination")
        else:
            (place / i).error("the destination is missing")
    shared.weights(routes, place)


def _tls_route(route: Spec, place: Place, hosts: list[str], *, at_gateway: bool) -> None:
    if not route.get("match"):
        place.error("a match is missing")
    for i, match in enumerate(route.get("match", [])):
        at = place / "match" / i
        if not match.get("sniHosts"):
            at.error("sniHosts is missing")
        for j, host in enumerate(match.get("sniHosts", [])):
            _sni_host(host, hosts, at / "sniHosts" / j, at_gateway=at_gateway)
        _subnets(match, at)
    if not route.get("route"):
        place.error("a route is missing")
    _destinations(route.get("route", []), place / "route")


def _sni_host(host: str, hosts: list[str], place: Place, *, at_gateway: bool) -> None:
    problem = formats.gateway_domain(host, sni=True) if at_gateway else formats.wildcard_domain(host)
    if problem and is_address(host):
        place.warn(f"{host} is an IP address, which clients do not send as SNI")
    elif problem:
        place.error(problem)
    elif not any(formats.host_covers(wide, host) for wide in hosts):
        place.error(f'"{host}" is covered by none of the hosts: {", ".join(hosts)}')


def _subnets(match: Spec, place: Place) -> None:
    for i, subnet in enumerate(match.get("destinationSubnets", [])):
        (place / "destinationSubnets" / i).expect(formats.subnet(subnet))
    _match_origin(match, place)


def _tcp_route(route: Spec, place: Place) -> None:
    for i, match in enumerate(route.get("match", [])):
        _subnets(match, place / "match" / i)
    if not route.get("route"):
        place.error("a route is missing")
    _destinations(route.get("route", []), place / "route")
