"""Envoy's unified matchers (xds.type.matcher.v3.Matcher), as listeners and authorization filters hold them.

What can't be told of a connection or request leaves several ways open; all of them are given. Rules: Envoy's
`source/common/matcher` (a nested matcher that decides nothing lets the next one try, and `on_no_match` comes last).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address

from istioctl.proxies.trace.matchers import Config, in_range, prefix_length, string_matches
from istioctl.proxies.trace.request import IP, Request


class Unknown:
    """Stands for the value of an input that is not known; `what` says of what, in words."""

    def __init__(self, what: str) -> None:
        self.what = what


@dataclass(slots=True)
class MatchInputs:
    """What a matcher can ask about.

    Attributes:
        address, port: where the client connected to.
        transport: `tls`, or `raw_buffer`.
        protocols: the application protocols that are detected.
        request: None where it is not read yet.
        questions: takes what would have to be known, in words.
    """

    address: IP | None
    port: int
    server_name: str = ""
    transport: str = "raw_buffer"
    protocols: tuple[str, ...] = ()
    source: IP | None = None
    request: Request | None = None
    questions: list[str] = field(default_factory=list)


def possible_actions(matcher: Config, seen: MatchInputs) -> list[Config | None]:
    """The actions (TypedExtensionConfig) that a matcher may come to, each once; None where it may match nothing.

    One entry means that it is certain.
    """
    return list(_unique(_of_matcher(matcher, seen)))


def _of_matcher(matcher: Config, seen: MatchInputs) -> Iterator[Config | None]:
    if "matcher_tree" in matcher:
        chosen = _branches(matcher["matcher_tree"], seen)
    else:
        listed = (matcher.get("matcher_list") or {}).get("matchers") or []
        chosen = (
            (each.get("on_match") or {}, verdict is True)
            for each in listed
            if (verdict := _holds(each.get("predicate") or {}, seen)) is not False
        )
    for on_match, is_certain in chosen:
        found = list(_of_outcome(on_match, seen))
        yield from (action for action in found if action is not None)
        if is_certain and None not in found:
            return
    yield from _of_outcome(matcher.get("on_no_match") or {}, seen)


def _of_outcome(outcome: Config, seen: MatchInputs) -> Iterator[Config | None]:
    """The actions of an OnMatch; None for what decides nothing, such as one that is only noted on the way."""
    if "matcher" in outcome:
        found: Iterator[Config | None] = _of_matcher(outcome["matcher"], seen)
    else:
        found = iter([outcome.get("action")])
    for action in found:
        yield None if outcome.get("keep_matching") else action


def _unique(actions: Iterator[Config | None]) -> Iterator[Config | None]:
    known: list[Config | None] = []
    for action in actions:
        if action not in known:
            known.append(action)
            yield action


def _branches(tree: Config, seen: MatchInputs) -> Iterator[tuple[Config, bool]]:
    """The branches of a MatcherTree that a value leads into, the closest first, and whether it certainly does."""
    value = _input(tree.get("input") or {}, seen)
    is_certain = not isinstance(value, Unknown)
    if "custom_match" in tree:
        yield from _custom_branches(tree["custom_match"].get("typed_config") or {}, value)
        return
    exact = (tree.get("exact_match_map") or {}).get("map") or {}
    prefixes = (tree.get("prefix_match_map") or {}).get("map") or {}
    if isinstance(value, Unknown):
        yield from ((branch, is_certain) for branch in (*exact.values(), *prefixes.values()))
    elif value is not None:
        if value in exact:
            yield exact[value], is_certain
        for prefix in sorted(prefixes, key=len, reverse=True):
            if value.startswith(prefix):
                yield prefixes[prefix], is_certain


def _custom_branches(config: Config, value: str | Unknown | None) -> Iterator[tuple[Config, bool]]:
    kind = str(config.get("@type", ""))
    if kind.endswith(".IPMatcher"):
        entries = [
            (entry, each.get("on_match") or {})
            for each in config.get("range_matchers") or []
            for entry in each.get("ranges") or []
        ]
        if value is None or isinstance(value, Unknown):
            yield from ((branch, False) for _, branch in entries if value is not None)
            return
        address = ip_address(value)
        held = [(prefix_length([entry], address) or 0, branch) for entry, branch in entries if in_range(entry, address)]
        yield from ((branch, True) for _, branch in sorted(held, key=lambda each: -each[0]))
    elif kind.endswith((".DomainMatcher", ".ServerNameMatcher")):
        domains = {
            str(domain): each.get("on_match") or {}
            for each in config.get("domain_matchers") or []
            for domain in each.get("domains") or []
        }
        if isinstance(value, Unknown):
            yield from ((branch, False) for branch in domains.values())
        elif value is not None:
            labels = value.split(".")
            names = [value, *("*." + ".".join(labels[start:]) for start in range(1, len(labels))), "*"]
            yield from ((domains[name], True) for name in names if name in domains)
    else:
        raise ValueError(f"matchers of the type {kind} can't be worked out")


def _holds(predicate: Config, seen: MatchInputs) -> bool | None:
    """Whether a predicate holds; None where that is not known."""
    if "or_matcher" in predicate:
        found = [_holds(each, seen) for each in predicate["or_matcher"].get("predicate") or []]
        return True if True in found else None if None in found else False
    if "and_matcher" in predicate:
        found = [_holds(each, seen) for each in predicate["and_matcher"].get("predicate") or []]
        return False if False in found else None if None in found else True
    if "not_matcher" in predicate:
        inner = _holds(predicate["not_matcher"], seen)
        return None if inner is None else not inner
    single = predicate.get("single_predicate") or {}
    value = _input(single.get("input") or {}, seen)
    if "custom_match" in single:
        return _custom_holds(single["custom_match"].get("typed_config") or {}, value, seen)
    if isinstance(value, Unknown):
        return None
    return value is not None and string_matches(single.get("value_match") or {}, value)


def _custom_holds(config: Config, value: str | Unknown | None, seen: MatchInputs) -> bool | None:
    if str(config.get("@type", "")).endswith("input_matchers.ip.v3.Ip"):
        if value is None or isinstance(value, Unknown):
            return None if value else False
        return any(in_range(entry, ip_address(value)) for entry in config.get("cidr_ranges") or [])
    seen.questions.append(f"a matcher of the type {str(config.get('@type', '')).rpartition('.')[2]}")
    return None


def _input(config: Config, seen: MatchInputs) -> str | Unknown | None:
    """The value of an input; None where there is none."""
    given = config.get("typed_config") or {}
    kind = str(given.get("@type", "")).rpartition(".")[2]
    found: str | Unknown | None
    match kind:
        case "DestinationIPInput":
            found = Unknown("the destination's address") if seen.address is None else str(seen.address)
        case "DestinationPortInput":
            found = str(seen.port)
        case "SourceIPInput" | "DirectSourceIPInput":
            found = Unknown("the client's address") if seen.source is None else str(seen.source)
        case "SourceTypeInput" if seen.source is not None:
            found = "local" if seen.source.is_loopback or seen.source == seen.address else None
        case "ServerNameInput":
            found = seen.server_name.lower() or None
        case "TransportProtocolInput":
            found = seen.transport
        case "ApplicationProtocolInput":
            found = ",".join(f"'{protocol}'" for protocol in seen.protocols) or None
        case "HttpRequestHeaderMatchInput" if seen.request is not None:
            found = ",".join(seen.request.values(str(given.get("header_name", "")))) or None
        case "HttpRequestQueryParamMatchInput" if seen.request is not None:
            found = seen.request.parameter(str(given.get("query_param", "")))
        case "UriSanInput" if seen.request is not None and (seen.request.source or not seen.request.mutual_tls):
            found = seen.request.source or None
        case _:
            found = Unknown(_WORDS.get(kind, f"{kind or 'an input without a type'}"))
    if isinstance(found, Unknown):
        seen.questions.append(found.what)
    return found


_WORDS = {"UriSanInput": "the client's identity", "SourcePortInput": "the client's port"}
