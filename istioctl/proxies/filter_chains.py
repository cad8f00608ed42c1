"""What the filter chains of a listener match, and where they lead (upstream `writer/envoy/configdump/listener.go`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from istioctl.proxies.names import BLACK_HOLE
from istioctl.proxies.route_text import describe_routes, domains_text, plain_cluster

HTTP_FILTER = "envoy.filters.network.http_connection_manager"
TCP_FILTER = "envoy.filters.network.tcp_proxy"

_IP_MATCHER = "type.googleapis.com/xds.type.matcher.v3.IPMatcher"
#: The protocols that istiod puts together, in its order, and what they stand for.
_PROTOCOLS = {
    ("http/1.0", "http/1.1", "h2c"): "HTTP",
    ("istio", "istio-http/1.0", "istio-http/1.1", "istio-h2"): "Istio HTTP Plain",
    ("http/1.0", "http/1.1", "h2c", "istio-http/1.0", "istio-http/1.1", "istio-h2"): "HTTP TLS",
    ("istio-peer-exchange", "istio"): "TCP TLS",
}

Chain = Mapping[str, Any]


def kind_of(chains: Iterable[Chain]) -> str:
    """`HTTP`, `TCP`, `HTTP+TCP` or `UNKNOWN`, after the network filters of a listener's chains."""
    filters = [each for chain in chains for each in chain.get("filters") or []]
    http = any(each.get("name") == HTTP_FILTER for each in filters)
    tcp = any(each.get("name") == TCP_FILTER and not _leads_nowhere(each) for each in filters)
    return "+".join(word for word, present in (("HTTP", http), ("TCP", tcp)) if present) or "UNKNOWN"


def destination(chain: Chain) -> str:
    """Where a chain leads: a route, a cluster, or what its own routes match."""
    for each in chain.get("filters") or []:
        config = each.get("typed_config") or {}
        if each.get("name") == HTTP_FILTER:
            if (routes := config.get("route_config")) is not None:
                return _own_routes(routes)
            name = (config.get("rds") or {}).get("route_config_name")
            return f"Route: {name}" if name else "HTTP"
        if each.get("name") == TCP_FILTER and not _leads_nowhere(each):
            return plain_cluster(str(config.get("cluster") or ""))
    return "Non-HTTP/Non-TCP"


def match_text(match: Mapping[str, Any] | None) -> str:
    """What a chain matches, such as `SNI: a.b; App: HTTP; Addr: 10.0.0.1/32:80`; `ALL` where that is everything."""
    found = match or {}
    parts = []
    if names := found.get("server_names"):
        parts.append(f"SNI: {','.join(names)}")
    if transport := found.get("transport_protocol"):
        parts.append(f"Trans: {transport}")
    if protocols := found.get("application_protocols"):
        parts.append(f"App: {_PROTOCOLS.get(tuple(protocols)) or ','.join(protocols)}")
    port = f":{found['destination_port']}" if found.get("destination_port") is not None else ""
    ranges = [
        f"{each.get('address_prefix', '')}/{each.get('prefix_len', 0)}" for each in found.get("prefix_ranges") or []
    ]
    if ranges:
        parts.append(f"Addr: {','.join(ranges)}{port}")
    elif port:
        parts.append(f"Addr: *{port}")
    return "; ".join(parts) or "ALL"


def chain_matches(chain: Chain, listener: Mapping[str, Any]) -> list[str]:
    """What leads to a chain, one way each: its own match, or the paths through the listener's matcher tree."""
    matcher = listener.get("filter_chain_matcher")
    if matcher is None:
        return [match_text(chain.get("filter_chain_match"))]
    name = str(chain.get("name") or "")
    otherwise = matcher.get("on_no_match") or {}
    if "action" in otherwise and _action(otherwise) == name:
        return ["UNMATCHED"]
    return _paths(name, otherwise.get("matcher", matcher)) or ["NONE"]


def _paths(name: str, matcher: Mapping[str, Any]) -> list[str]:
    """The ways through a matcher tree to the chain of that name."""
    otherwise = matcher.get("on_no_match") or {}
    if "action" in otherwise and _action(otherwise) == name:
        return ["ANY"]
    if "matcher" in otherwise:
        return _paths(name, otherwise["matcher"]) or ["NONE"]
    tree = matcher.get("matcher_tree") or {}
    what = str((tree.get("input") or {}).get("name") or "")
    found = []
    for condition, branch in _branches(tree):
        if "action" in branch and _action(branch) == name:
            found.append(f"{what}{condition}")
        elif "matcher" in branch:
            found += [f"{what}{condition} -> {path}" for path in _paths(name, branch["matcher"])]
    return found


def _branches(tree: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The branches of a matcher tree with their conditions, in the order of these."""
    for field, sign in (("exact_match_map", "="), ("prefix_match_map", "^")):
        for value, branch in sorted(((tree.get(field) or {}).get("map") or {}).items()):
            yield f"{sign}{value}", branch
    custom = (tree.get("custom_match") or {}).get("typed_config") or {}
    if custom.get("@type") == _IP_MATCHER:
        ranges = {
            _cidr(each): matcher.get("on_match") or {}
            for matcher in custom.get("range_matchers") or []
            for each in matcher.get("ranges") or []
        }
        for value, branch in sorted(ranges.items()):
            yield f"={value}", branch


def _cidr(each: Mapping[str, Any]) -> str:
    length = each.get("prefix_len") or 0
    return str(each.get("address_prefix") or "") + ("" if length in (32, 128) else f"/{length}")


def _action(branch: Mapping[str, Any]) -> str:
    return str((branch.get("action") or {}).get("name") or "")


def _own_routes(routes: Mapping[str, Any]) -> str:
    """The routes that a filter has itself, instead of a name to ask for."""
    hosts: Sequence[Mapping[str, Any]] = routes.get("virtual_hosts") or []
    if len(hosts) == 1 and (cluster := _only_cluster(hosts[0])):
        return cluster
    texts = [" ".join(filter(None, (domains_text(host), describe_routes(host)))) for host in hosts]
    return f"Inline Route: {'; '.join(texts)}"


def _only_cluster(host: Mapping[str, Any]) -> str:
    """The cluster that everything goes to; empty where it depends."""
    routes = host.get("routes") or []
    if host.get("domains") != ["*"] or len(routes) != 1 or (routes[0].get("match") or {}).get("prefix") != "/":
        return ""
    cluster = (routes[0].get("route") or {}).get("cluster")
    return "" if cluster is None else plain_cluster(str(cluster))


def _leads_nowhere(each: Mapping[str, Any]) -> bool:
    """Whether the filter's configuration mentions the cluster that drops everything."""
    return _mentions(each.get("typed_config"), BLACK_HOLE)


def _mentions(value: Any, text: str) -> bool:
    if isinstance(value, dict):
        return any(_mentions(inner, text) for inner in value.values())
    if isinstance(value, list):
        return any(_mentions(inner, text) for inner in value)
    return isinstance(value, str) and text in value
