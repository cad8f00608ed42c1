"""Which virtual host and which route take a request (Envoy's router/config_impl)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import unquote

from istioctl.proxies.trace.dump import Config
from istioctl.proxies.trace.matchers import header_matches, parameter_matches, regex_matches
from istioctl.proxies.trace.request import Request

_DENOMINATORS = {"HUNDRED": 100, "TEN_THOUSAND": 10_000, "MILLION": 1_000_000}


@dataclass(frozen=True, slots=True)
class RouteChoice:
    """A route that may take the request.

    Attributes:
        index: its place in the virtual host, counted from 0.
        share: in which share of the cases it does, 0 to 1, once it is looked at.
        unsure: conditions of it that can't be decided from the request, in words.
    """

    route: Config
    index: int
    share: float
    unsure: tuple[str, ...] = ()


def host_for_routes(request: Request, routes: Config) -> str:
    """The host that virtual hosts are looked up by: in lower case, without its port where the routes ignore it."""
    host = request.authority.lower()
    name, port = _split_port(host)
    return name if port is not None and routes.get("ignore_port_in_host_matching") else host


def find_virtual_host(routes: Config, host: str) -> tuple[Config, str] | None:
    """The virtual host for a host, and the domain of it that fits.

    The host itself comes first, then the longest `*.suffix`, then the longest `prefix.*`, then `*`; an asterisk stands
    for at least one character.
    """
    suffixes: list[tuple[int, Config, str]] = []
    prefixes: list[tuple[int, Config, str]] = []
    default: tuple[Config, str] | None = None
    for virtual_host in routes.get("virtual_hosts") or []:
        for domain in virtual_host.get("domains") or []:
            lowered = domain.lower()
            if lowered == host:
                return virtual_host, domain
            if lowered == "*":
                default = default or (virtual_host, domain)
            elif lowered.startswith("*") and host.endswith(lowered[1:]) and len(host) >= len(lowered):
                suffixes.append((len(lowered), virtual_host, domain))
            elif lowered.endswith("*") and host.startswith(lowered[:-1]) and len(host) >= len(lowered):
                prefixes.append((len(lowered), virtual_host, domain))
    for found in (suffixes, prefixes):
        if found:
            _, virtual_host, domain = max(found, key=lambda each: each[0])
            return virtual_host, domain
    return default


def choices(virtual_host: Config, request: Request) -> Iterator[RouteChoice]:
    """The routes that take a request, in their order, until one takes all that reach it."""
    for index, route in enumerate(virtual_host.get("routes") or []):
        match = route.get("match") or {}
        unsure: list[str] = []
        if not _matches(match, request, unsure):
            continue
        share = _share(match.get("runtime_fraction"))
        if share > 0:
            yield RouteChoice(route, index, share, tuple(unsure))
            if share >= 1 and not unsure:
                return


def _matches(match: Config, request: Request, unsure: list[str]) -> bool:
    """Whether a RouteMatch may take a request; what can't be decided is noted and taken for granted."""
    if not _path_matches(match, request, unsure):
        return False
    for matcher in match.get("headers") or []:
        found = header_matches(matcher, request)
        if found is False:
            return False
        if found is None:
            unsure.append(f"header {matcher.get('name')}")
    for matcher in match.get("query_parameters") or []:
        found = parameter_matches(matcher, request)
        if found is False:
            return False
        if found is None:
            unsure.append(f"query parameter {matcher.get('name')}")
    if "grpc" in match and not any(value.startswith("application/grpc") for value in request.values("content-type")):
        return False
    unsure += [
        f"{key.replace('_', ' ')}" for key in ("tls_context", "dynamic_metadata", "filter_state") if match.get(key)
    ]
    return True


def _path_matches(match: Config, request: Request, unsure: list[str]) -> bool:
    if "connect_matcher" in match:
        return request.method == "CONNECT"
    if request.method == "CONNECT" and match.get("prefix", "/") != "/":
        return False
    path = request.path_alone
    folded = path
    wanted = {key: str(match[key]) for key in ("prefix", "path", "path_separated_prefix") if key in match}
    if match.get("case_sensitive", True) is False:
        folded, wanted = path.lower(), {key: text.lower() for key, text in wanted.items()}
    if "prefix" in wanted:
        return folded.startswith(wanted["prefix"])
    if "path" in wanted:
        return folded == wanted["path"]
    if "path_separated_prefix" in wanted:
        start = wanted["path_separated_prefix"]
        return folded == start or folded.startswith(f"{start}/")
    if "safe_regex" in match:
        return regex_matches(match["safe_regex"], path)
    if "path_match_policy" in match:
        pattern = ((match["path_match_policy"].get("typed_config") or {}).get("path_template")) or "?"
        unsure.append(f"path template {pattern}")
        return True
    return folded.startswith("")  # `prefix: ""`, which a dump leaves out


def _share(fraction: Any) -> float:
    """The share of a RuntimeFractionalPercent, where nobody has set the runtime's key."""
    if not isinstance(fraction, Mapping):
        return 1.0
    default = fraction.get("default_value") or {}
    return float(default.get("numerator", 0)) / _DENOMINATORS[default.get("denominator", "HUNDRED")]


def normalized(request: Request, manager: Config, port: int) -> Request:
    """The request with path and host as the connection manager makes them before anything is matched.

    Args:
        port: of the listener.
    """
    name, own = _split_port(request.authority)
    strips = manager.get("strip_any_host_port") or (manager.get("strip_matching_host_port") and own == port)
    authority = name if strips and own is not None else request.authority
    path, mark, rest = request.path.partition("#")[0].partition("?")
    action = manager.get("path_with_escaped_slashes_action", "KEEP_UNCHANGED")
    if action == "UNESCAPE_AND_FORWARD":
        for escaped, plain in (("%2f", "/"), ("%2F", "/"), ("%5c", "\\"), ("%5C", "\\")):
            path = path.replace(escaped, plain)
    if manager.get("normalize_path"):
        path = _resolve_dots(_unescape(path).replace("\\", "/"))
    if manager.get("merge_slashes") and "//" in path:  # of `//` two are left: one leads, one ends the path
        path = "/" + "/".join(filter(None, path.split("/"))) + ("/" if path.endswith("/") else "")
    return replace(request, path=path + mark + rest, authority=authority)


def _unescape(path: str) -> str:
    """Percent-encoding of unreserved characters undone (RFC 3986, 6.2.2)."""
    parts = path.split("%")
    result = parts[0]
    for part in parts[1:]:
        character = unquote(f"%{part[:2]}") if len(part) >= 2 else ""
        plain = len(character) == 1 and character.isascii() and (character.isalnum() or character in "-._~")
        result += (character + part[2:]) if plain else f"%{part}"
    return result


def _resolve_dots(path: str) -> str:
    kept: list[str] = []
    segments = path.split("/")
    for position, segment in enumerate(segments):
        last = position == len(segments) - 1
        if segment == "..":
            if len(kept) > 1:
                kept.pop()
            if last:
                kept.append("")
        elif segment == ".":
            if last:
                kept.append("")
        else:
            kept.append(segment)
    return "/".join(kept) or "/"


def _split_port(host: str) -> tuple[str, int | None]:
    name, colon, text = host.rpartition(":")
    if colon and text.isdecimal() and not (name.startswith("[") and not name.endswith("]")):
        return name, int(text)
    return host, None
