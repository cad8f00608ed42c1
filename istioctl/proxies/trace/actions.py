"""What a route does with a request it takes: forward it, answer it, or send the client elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from istioctl.proxies.trace.dump import Config
from istioctl.proxies.trace.request import Request

_CODES = {
    "MOVED_PERMANENTLY": 301, "FOUND": 302, "SEE_OTHER": 303, "TEMPORARY_REDIRECT": 307, "PERMANENT_REDIRECT": 308,
}  # fmt: skip
_FAULT = "envoy.filters.http.fault"


def match_words(match: Config) -> str:
    """A RouteMatch in words, such as `prefix /a, header x = y`."""
    words = []
    for key, title in (("prefix", "prefix"), ("path", "path"), ("path_separated_prefix", "path prefix")):
        if key in match:
            words.append(f"{title} {match[key]}")
    if "safe_regex" in match:
        words.append(f"path ~ {match['safe_regex'].get('regex', '')}")
    if "path_match_policy" in match:
        words.append(f"path template {(match['path_match_policy'].get('typed_config') or {}).get('path_template')}")
    if "connect_matcher" in match:
        words.append("CONNECT")
    for key, title in (("headers", "header"), ("query_parameters", "query parameter")):
        words += [f"{title} {_condition(each)}" for each in match.get(key) or []]
    if "runtime_fraction" in match:
        default = match["runtime_fraction"].get("default_value") or {}
        words.append(f"{default.get('numerator', 0)} per {default.get('denominator', 'HUNDRED').lower()}")
    return ", ".join(words) or "everything"


def _condition(matcher: Config) -> str:
    name, negation = matcher.get("name"), "not " if matcher.get("invert_match") else ""
    string = matcher.get("string_match") or {
        key.removesuffix("_match"): value for key, value in matcher.items() if key.endswith("_match")
    }
    for key, sign in (("exact", "="), ("prefix", "starts with"), ("suffix", "ends with"), ("contains", "contains")):
        if key in string:
            return f"{name} {negation}{sign} {string[key]}"
    if "safe_regex" in string:
        return f"{name} {negation}~ {string['safe_regex'].get('regex', '')}"
    return f"{name} {negation}present"


def cluster_shares(action: Config, request: Request) -> list[tuple[str, float]]:
    """The clusters that a route forwards to, each with its share, 0 to 1."""
    if "cluster" in action:
        return [(str(action["cluster"]), 1.0)]
    if "cluster_header" in action:
        return [(next(iter(request.values(str(action["cluster_header"]))), ""), 1.0)]
    return weighted(action.get("weighted_clusters") or {})


def weighted(group: Config) -> list[tuple[str, float]]:
    """The shares of weighted clusters, of HTTP and of TCP; those without weight get nothing."""
    entries = [(str(each.get("name", "")), int(each.get("weight", 0))) for each in group.get("clusters") or []]
    total = sum(weight for _, weight in entries)
    return [(name, weight / total) for name, weight in entries if weight] if total else []


def redirect(action: Config, match: Config, request: Request) -> tuple[int, str]:
    """The status and the Location of a redirect; to Envoy a part that is empty is not given."""
    scheme = str(action.get("scheme_redirect") or ("https" if action.get("https_redirect") else request.scheme))
    host = str(action.get("host_redirect") or request.authority)
    if not action.get("host_redirect") and scheme != request.scheme:
        default = {"https": ":80", "http": ":443"}.get(scheme, "")
        host = host.removesuffix(default) if default else host
    if port := action.get("port_redirect"):
        name, colon, text = host.rpartition(":")
        bare = name if colon and text.isdecimal() and not action.get("host_redirect") else host
        host = f"{bare}:{port}"
    path, mark, query = request.path.partition("?")
    rest = "" if action.get("strip_query") else mark + query
    if action.get("path_redirect"):
        path, own, own_query = str(action["path_redirect"]).partition("?")
        rest = own + own_query if own else rest
    elif rewritten := new_path(action, match, request):
        path = rewritten
    return _CODES.get(str(action.get("response_code")), 301), f"{scheme}://{host}{path}{rest}"


def new_path(action: Config, match: Config, request: Request) -> str:
    """The path that a route makes of the request's, without the query; empty where it leaves it alone."""
    path = request.path_alone
    if action.get("prefix_rewrite"):
        if "safe_regex" in match:
            return str(action["prefix_rewrite"])
        start = next((str(match[key]) for key in ("prefix", "path", "path_separated_prefix") if key in match), "")
        return str(action["prefix_rewrite"]) + path[len(start) :]
    if "regex_rewrite" in action:
        import re2

        rule = action["regex_rewrite"]
        pattern = str((rule.get("pattern") or {}).get("regex", ""))
        return str(re2.sub(pattern, str(rule.get("substitution", "")), path))
    return ""


def notes(route: Config, action: Config, request: Request) -> Iterator[str]:
    """What else a route does: rewrites, mirrors, faults, time-outs, retries."""
    path = new_path(action, route.get("match") or {}, request)
    if path and path != request.path_alone:
        yield f"path becomes {path}"
    if "host_rewrite_literal" in action:
        yield f"host becomes {action['host_rewrite_literal']}"
    for policy in action.get("request_mirror_policies") or []:
        yield f"mirrored to {policy.get('cluster')}"
    yield from _faults((route.get("typed_per_filter_config") or {}).get(_FAULT) or {})
    timeout = action.get("timeout")
    if timeout not in (None, "0s"):
        yield f"time-out {timeout}"
    if retries := (action.get("retry_policy") or {}).get("num_retries"):
        yield f"up to {retries} retries"


def _faults(fault: Config) -> Iterator[str]:
    config = fault.get("config") or fault
    for key, title in (("delay", "delayed by"), ("abort", "aborted with")):
        entry: dict[str, Any] = config.get(key) or {}
        if entry:
            percent = entry.get("percentage") or {}
            amount = entry.get("fixed_delay") or entry.get("http_status") or entry.get("grpc_status")
            unit = str(percent.get("denominator", "HUNDRED")).lower()
            yield f"{title} {amount} in {percent.get('numerator', 0)} per {unit}"
