"""Envoy's small matchers: of strings, headers, query parameters and addresses.

A string of a dump is as Envoy's admin page writes it: names with underscores, default values left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from ipaddress import ip_network
from typing import Any

from istioctl.proxies.trace.request import IP, Request

Config = Mapping[str, Any]


def string_matches(matcher: Config, value: str) -> bool | None:
    """Whether a StringMatcher takes a value (envoy.type.matcher.v3.StringMatcher); None where that can't be said."""
    if matcher.get("ignore_case"):
        lowered = {key: text.lower() if isinstance(text, str) else text for key, text in matcher.items()}
        return string_matches({**lowered, "ignore_case": False}, value.lower())
    for key, text in matcher.items():
        match key:
            case "exact":
                return bool(value == text)
            case "prefix":
                return value.startswith(text)
            case "suffix":
                return value.endswith(text)
            case "contains":
                return text in value
            case "safe_regex":
                return regex_matches(text, value)
            case "custom":
                return None
    return not value  # `exact: ""`, which a dump leaves out


def regex_matches(matcher: Config, value: str) -> bool:
    """Whether a RegexMatcher takes the whole value (RE2's syntax)."""
    return _compiled(str(matcher.get("regex", ""))).fullmatch(value) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options=options)
    except re2.error as problem:
        raise ValueError(f"{pattern!r} is not a regular expression: {problem}") from None


def header_matches(matcher: Config, request: Request) -> bool | None:
    """Whether a HeaderMatcher takes the request (envoy.config.route.v3.HeaderMatcher).

    A header that is missing matches nothing but the question whether it is there, inverted or not, unless the matcher
    treats it as empty. Of several values each is matched by itself, and one is enough (since Envoy 1.38; before, they
    were joined by commas).
    """
    invert = bool(matcher.get("invert_match"))
    values = request.values(str(matcher.get("name", "")))
    as_empty = bool(matcher.get("treat_missing_header_as_empty"))
    if "present_match" in matcher or not _VALUE_MATCHES.intersection(matcher):
        wanted = bool(matcher.get("present_match", True))
        return (bool(values or as_empty) == wanted) != invert
    if not values and not as_empty:
        return False
    found = [_header_value_matches(matcher, value) for value in values or [""]]
    if True in found:
        return not invert
    return None if None in found else invert


_VALUE_MATCHES = frozenset(
    ("exact_match", "safe_regex_match", "range_match", "prefix_match", "suffix_match", "contains_match", "string_match")
)


def _header_value_matches(matcher: Config, value: str) -> bool | None:
    if "string_match" in matcher:
        return string_matches(matcher["string_match"], value)
    if "safe_regex_match" in matcher:
        return regex_matches(matcher["safe_regex_match"], value)
    if "range_match" in matcher:
        bounds = matcher["range_match"]
        try:
            number = int(value)
        except ValueError:
            return False
        return int(bounds.get("start", 0)) <= number < int(bounds.get("end", 0))
    for key in ("exact", "prefix", "suffix", "contains"):
        if f"{key}_match" in matcher:
            return string_matches({key: matcher[f"{key}_match"]}, value)
    return None


def parameter_matches(matcher: Config, request: Request) -> bool | None:
    """Whether a QueryParameterMatcher takes the request."""
    value = request.parameter(str(matcher.get("name", "")))
    if "string_match" in matcher:
        return value is not None and string_matches(matcher["string_match"], value)
    return (value is not None) == bool(matcher.get("present_match", True))


def prefix_length(ranges: Sequence[Config], address: IP | None) -> int | None:
    """How long the longest of these CIDR ranges is that holds an address: 0 where there are no ranges, which hold all.

    None where none of them does, or the address is not known.
    """
    if not ranges:
        return 0
    if address is None:
        return 0 if any(_length(entry) == 0 for entry in ranges) else None
    held = [_length(entry) for entry in ranges if in_range(entry, address)]
    return max(held) if held else None


def in_range(entry: Config, address: IP) -> bool:
    """Whether a CidrRange holds an address."""
    network = ip_network(f"{entry.get('address_prefix', '0.0.0.0')}/{_length(entry)}", strict=False)  # noqa: S104
    return address.version == network.version and address in network


def _length(entry: Config) -> int:
    length = entry.get("prefix_len", 0)
    return int(length.get("value", 0) if isinstance(length, dict) else length)
