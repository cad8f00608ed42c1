"""DestinationRule: traffic policies and subsets.

Source: istio `pkg/config/validation/validation.go`, localities from `pkg/config/validation/agent/validation.go`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from istioctl.analysis.validation import shared
from istioctl.api import formats
from istioctl.api.names import LOCALITY
from istioctl.golang.netip import is_address

if TYPE_CHECKING:
    from istioctl.analysis.validation.decode import Spec
    from istioctl.analysis.validation.objects import Metadata
    from istioctl.analysis.validation.report import Place

_POLICY = ("loadBalancer", "connectionPool", "outlierDetection", "tls")
_WHOLE_HOST = (*_POLICY, "tunnel", "proxyProtocol", "retryBudget")
#: Envoy's bound on the size of a Maglev table.
_MAGLEV_LIMIT = 5000011


def check(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a DestinationRule."""
    (place / "host").expect(formats.wildcard_domain(spec.get("host", "")))
    traffic_policy(spec.get("trafficPolicy"), place / "trafficPolicy", meta.namespace)
    subsets = spec.get("subsets", [])
    for i in shared.duplicates(subset.get("name", "") for subset in subsets):
        (place / "subsets" / i).error(f'the subset "{subsets[i].get("name", "")}" is there twice')
    for i, subset in enumerate(subsets):
        at = place / "subsets" / i
        at.expect(shared.subset_name(subset.get("name", "")))
        shared.labels(subset.get("labels", {}), at / "labels")
        traffic_policy(subset.get("trafficPolicy"), at / "trafficPolicy", meta.namespace)
    shared.export_to(spec, place, meta.namespace, selected="workloadSelector" in spec)
    shared.match_labels(spec, place, "workloadSelector")


def traffic_policy(policy: Spec | None, place: Place, namespace: str) -> None:
    """A traffic policy of a host or subset."""
    if policy is None:
        return
    if not policy.get("portLevelSettings") and not any(field in policy for field in _WHOLE_HOST):
        place.error("the traffic policy is empty: set at least one field")
        return
    if "tunnel" in policy and "proxyProtocol" in policy:
        (place / "proxyProtocol").error("can't be combined with tunnel")
        return
    _port_policy(policy, place, namespace)
    for i, settings in enumerate(policy.get("portLevelSettings", [])):
        at = place / "portLevelSettings" / i
        if "port" not in settings:
            at.error("the port is missing")
        if any(field in settings for field in _POLICY):
            _port_policy(settings, at, namespace)
        else:
            at.error(f"one of {', '.join(_POLICY)} must be set")
    if "tunnel" in policy:
        _tunnel(policy["tunnel"], place / "tunnel")
    if policy.get("proxyProtocol", {}).get("version", "V1") not in ("V1", "V2"):
        (place / "proxyProtocol" / "version").error("is neither V1 nor V2")


def _port_policy(policy: Spec, place: Place, namespace: str) -> None:
    outlier = policy.get("outlierDetection")
    if outlier is not None:
        _outlier_detection(outlier, place / "outlierDetection")
    if "connectionPool" in policy:
        connection_pool(policy["connectionPool"], place / "connectionPool")
    if "loadBalancer" in policy:
        _load_balancer(policy["loadBalancer"], place / "loadBalancer", has_outlier=outlier is not None)
    shared.client_tls(policy.get("tls", {}), place / "tls", namespace)


def _outlier_detection(outlier: Spec, place: Place) -> None:
    shared.duration(outlier, "baseEjectionTime", place)
    if outlier.get("consecutiveErrors"):
        (place / "consecutiveErrors").warn("is deprecated", "Use consecutiveGatewayErrors or consecutive5xxErrors.")
    if outlier.get("consecutiveLocalOriginFailures") and not outlier.get("splitExternalLocalOriginErrors"):
        (place / "consecutiveLocalOriginFailures").error("needs splitExternalLocalOriginErrors: true")
    shared.duration(outlier, "interval", place)
    for field in ("maxEjectionPercent", "minHealthPercent"):
        if not 0 <= outlier.get(field, 0) <= 100:
            (place / field).error(f"{outlier[field]} is not in 0 to 100")


def connection_pool(pool: Spec, place: Place) -> None:
    """Limits on connections, of a host or of a sidecar's listener."""
    if "http" not in pool and "tcp" not in pool:
        place.error("one of tcp and http must be set")
    http, tcp = pool.get("http", {}), pool.get("tcp", {})
    at = place / "http"
    for field in (
        "http1MaxPendingRequests",
        "http2MaxRequests",
        "maxRequestsPerConnection",
        "maxRetries",
        "maxConcurrentStreams",
    ):
        _not_negative(http, field, at)
    shared.duration(http, "idleTimeout", at)
    if http.get("h2UpgradePolicy") == "UPGRADE" and http.get("useClientProtocol"):
        (at / "useClientProtocol").error("can't be combined with h2UpgradePolicy: UPGRADE")
    at = place / "tcp"
    _not_negative(tcp, "maxConnections", at)
    shared.duration(tcp, "connectTimeout", at)
    shared.duration(tcp, "maxConnectionDuration", at)
    if abs(tcp.get("idleTimeout", 0)) >= formats.MILLISECOND:  # 0s turns the timeout off
        shared.duration(tcp, "idleTimeout", at)
    for field in ("time", "interval"):
        shared.duration(tcp.get("tcpKeepalive", {}), field, at / "tcpKeepalive")


def _not_negative(spec: Spec, field: str, place: Place) -> None:
    if spec.get(field, 0) < 0:
        (place / field).error(f"{spec[field]} is negative")


def _load_balancer(balancer: Spec, place: Place, *, has_outlier: bool) -> None:
    if "consistentHash" in balancer:
        _consistent_hash(balancer["consistentHash"], place / "consistentHash")
    locality_balancing(balancer.get("localityLbSetting"), place / "localityLbSetting", has_outlier=has_outlier)
    warmup, at = balancer.get("warmup"), place / "warmup"
    if warmup is None:
        return
    if "duration" not in warmup:
        at.error("the duration is missing")
    shared.duration(warmup, "duration", at)
    if warmup.get("minimumPercent", 0) > 100:
        (at / "minimumPercent").error(f"{warmup['minimumPercent']:g} is more than 100")
    if warmup.get("aggression", 1) < 1:
        (at / "aggression").error(f"{warmup['aggression']:g} is less than 1")


def _consistent_hash(settings: Spec, place: Place) -> None:
    cookie, at = settings.get("httpCookie"), place / "httpCookie"
    if cookie is not None and not cookie.get("name"):
        at.error("the cookie's name is missing")
    attributes = [attribute.get("name", "") for attribute in (cookie or {}).get("attributes", [])]
    repeated = shared.duplicates(attributes)
    for i, name in enumerate(attributes):
        if not name:
            (at / "attributes" / i).error("the attribute's name is missing")
        elif i in repeated:
            (at / "attributes" / i).error(f'the attribute "{name}" is there twice')
    if settings.get("minimumRingSize"):
        (place / "minimumRingSize").warn("is deprecated", "Use ringHash.minimumRingSize.")
        if "ringHash" in settings or "maglev" in settings:
            (place / "minimumRingSize").error("can't be combined with ringHash or maglev")
    if "maglev" in settings:
        size, at = settings["maglev"].get("tableSize", 0), place / "maglev" / "tableSize"
        if size == 0:
            at.error("must be set")
            at.error("must be a prime number")
        elif size >= _MAGLEV_LIMIT:
            at.error(f"{size} is not less than {_MAGLEV_LIMIT}")
        elif not _is_prime(size):
            at.error(f"{size} is not a prime number")


def _is_prime(number: int) -> bool:
    """Primality as Envoy tests it: 1 passes."""
    if 0 < number < 4:
        return True
    return number % 2 == 1 and all(number % factor for factor in range(3, math.isqrt(number) + 1, 2))


def locality_balancing(settings: Spec | None, place: Place, *, has_outlier: bool) -> None:
    """Load balancing by locality, of a host or of the mesh."""
    if settings is None:
        return
    distribute, failover = settings.get("distribute", []), settings.get("failover", [])
    priority = settings.get("failoverPriority", [])
    if distribute and failover:
        (place / "failover").error("can't be combined with distribute")
        return
    if failover and (label := next((label for label in priority if label in LOCALITY), "")):
        (place / "failoverPriority" / priority.index(label)).error(f"{label} can't be combined with failover")
        return
    for i, entry in enumerate(distribute):
        at = place / "distribute" / i / "to"
        shares = entry.get("to", {})
        bad = next((locality for locality, share in shares.items() if not 0 < share <= 100), None)
        if bad is not None:
            (at / bad).error(f"{shares[bad]} is not in 1 to 100")
            return
        if sum(shares.values()) != 100:
            at.error(f"the shares add up to {sum(shares.values())}, not to 100")
            return
        at.expect(_localities(list(shares)))
    (place / "distribute").expect(_localities([entry.get("from", "") for entry in distribute]))
    if (failover or priority) and not has_outlier:
        place.warn("failover needs outlierDetection, which tells that endpoints fail", "Set outlierDetection.")
    for i, entry in enumerate(failover):
        _failover(entry.get("from", ""), entry.get("to", ""), place / "failover" / i)


def _failover(source: str, target: str, place: Place) -> None:
    if source == target:
        place.error(f'"{source}" fails over to itself')
    if "/" in source + target:
        place.error("only regions can fail over: remove what follows the /")
    if "*" in source + target:
        place.error("a region can't be a wildcard here")


def _localities(localities: list[str]) -> str:
    """What is wrong with localities `region/zone/subzone`: each ends early, or with `*`, and none is inside another."""
    seen: list[tuple[str, ...]] = []
    for locality in localities:
        if "*" in locality and (locality.count("*") > 1 or not locality.endswith("*")):
            return f'"{locality}" may hold one *, at its end'
        parts = tuple(locality.split("/", 2))
        if "" in parts:
            return f'"{locality}" has an empty region, zone or subzone'
        overlapped = next((earlier for earlier in seen if _overlaps(earlier, parts)), None)
        if overlapped:
            return f'"{locality}" overlaps with "{"/".join(overlapped)}"'
        seen.append(parts)
    return ""


def _overlaps(earlier: tuple[str, ...], later: tuple[str, ...]) -> bool:
    """Whether two localities mean a common place; a later wildcard stands for the places not named before."""
    wide = tuple(part for part in earlier if part != "*")
    narrow = tuple(part for part in later if part != "*")
    if narrow[: len(wide)] == wide:
        return True
    return later[-1] != "*" and wide[: len(narrow)] == narrow


def _tunnel(tunnel: Spec, place: Place) -> None:
    protocol = tunnel.get("protocol", "")
    if protocol not in ("", "CONNECT", "POST"):
        (place / "protocol").error(f'"{protocol}" is neither CONNECT nor POST')
    host = tunnel.get("targetHost", "")
    if formats.domain(host) and not is_address(host):
        (place / "targetHost").error(f'"{host}" is neither a domain name nor an IP address')
    (place / "targetPort").expect(formats.port(tunnel.get("targetPort", 0)))
