"""Routes, domains and clusters in a few words (upstream `writer/envoy/configdump`, listener.go and route.go)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

_MOST_DOMAINS = 2


def match_text(match: Mapping[str, Any] | None) -> str:
    """The path that a route matches, such as `/api*`; headers and the like are not told."""
    found = match or {}
    parts = []
    if prefix := found.get("prefix"):
        parts.append(f"{prefix}*")
    if separated := found.get("path_separated_prefix"):
        parts.append(f"PathPrefix:{separated}")
    if path := found.get("path"):
        parts.append(str(path))
    if (regex := found.get("safe_regex")) is not None:
        parts.append(f"regex {regex.get('regex', '')}")
    return " ".join(parts)


def describe_routes(host: Mapping[str, Any]) -> str:
    """The paths that a virtual host's routes match."""
    return ", ".join(match_text(route.get("match")) for route in host.get("routes") or [])


def domains_text(host: Mapping[str, Any]) -> str:
    """A virtual host's domains; empty where it takes them all."""
    domains = host.get("domains") or []
    return "" if domains == ["*"] else "/".join(domains)


def plain_cluster(name: str) -> str:
    """`Cluster: NAME`; only the name where it says so itself, as `PassthroughCluster` does."""
    return name if "Cluster" in name else f"Cluster: {name}"


def short_domains(domains: Sequence[str]) -> str:
    """A few of the domains, without those that are longer forms of others, and how many there are besides."""
    if len(domains) < 2:
        return "".join(domains)
    without_port = [each for each in domains if ":" not in each or (each.count(":") > 2 and each.endswith("]"))]
    known = set(without_port)
    shortest = [each for each in without_port if not _has_shorter(each, known)]
    text = ", ".join(shortest[:_MOST_DOMAINS])
    return f"{text} + {len(shortest) - _MOST_DOMAINS} more..." if len(shortest) > _MOST_DOMAINS else text


def _has_shorter(domain: str, known: set[str]) -> bool:
    return any(domain.endswith(end) and domain.removesuffix(end) in known for end in (".svc.cluster.local", ".svc"))
