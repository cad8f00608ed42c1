"""How the authorization filters judge a request (envoy.config.rbac.v3, filters network/rbac and http/rbac).

Answers are yes, no, or None where they depend on what is not known of the request, such as who the client is or what
its token says; these conditions are collected in words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from istioctl.patterns import lazy_pattern
from istioctl.proxies.trace.dump import Config, Origin
from istioctl.proxies.trace.matcher_tree import MatchInputs, possible_actions
from istioctl.proxies.trace.matchers import header_matches, in_range, regex_matches, string_matches
from istioctl.proxies.trace.request import IP, Request

_POLICY = lazy_pattern(r"(?:istio-ext-authz-)?ns\[(.*)\]-policy\[(.*)\]-rule\[(\d+)\]\Z")
_PEER = "io.istio.peer_principal"


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one set of rules says.

    Attributes:
        action: `ALLOW` or `DENY`, or another that Envoy knows.
        allowed: None where it depends on `open_questions`.
        policies: the names of the policies that match, or may.
        dry_run: whether the rules are only tried, and what they say is only logged.
        count: how many policies there are.
    """

    action: str
    allowed: bool | None
    policies: tuple[str, ...]
    open_questions: tuple[str, ...]
    dry_run: bool
    count: int

    @property
    def origins(self) -> list[Origin]:
        """The AuthorizationPolicies behind the names."""
        found = [origin for name in self.policies if (origin := origin_of_policy(name))]
        return list(dict.fromkeys(found))

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {
            "action": self.action,
            "allowed": self.allowed,
            "policies": list(self.policies),
            "dependsOn": list(self.open_questions),
            "dryRun": self.dry_run,
        }


def origin_of_policy(name: str) -> Origin | None:
    """The object that a policy's name stands for, as istiod writes it: `ns[shop]-policy[deny]-rule[0]`."""
    found = _POLICY.match(name)
    return Origin("AuthorizationPolicy", found[1], found[2]) if found else None


def judge(
    filter_config: Config, request: Request, *, address: IP | None, port: int, server_name: str
) -> list[Judgement]:
    """What an RBAC filter says: its rules, and those it only tries.

    Args:
        filter_config: the filter's `typed_config`.
        address, port: where the connection was made to, as the proxy sees it.
        server_name: the SNI of the connection.
    """
    found = []
    for key, dry_run in (("rules", False), ("shadow_rules", True)):
        rules = filter_config.get(key)
        if isinstance(rules, dict):
            found.append(_ConditionEvaluator(request, address, port, server_name).rules(rules, dry_run=dry_run))
        elif isinstance(matcher := filter_config.get(key.replace("rules", "matcher")), dict):
            seen = MatchInputs(
                address, port, server_name, "tls" if request.is_tls else "raw_buffer", (), request.source_ip, request
            )
            found.append(_by_matcher(matcher, seen, dry_run=dry_run))
    return found


def _by_matcher(matcher: Config, seen: MatchInputs, *, dry_run: bool) -> Judgement:
    """What a matcher tree says; who is not matched at all is refused."""
    actions = [(action or {}).get("typed_config") or {} for action in possible_actions(matcher, seen)]
    verbs = [str(each.get("action", "ALLOW")) if each else "DENY" for each in actions]
    verdicts = {verb != "DENY" for verb in verbs}
    names = tuple(dict.fromkeys(str(each["name"]) for each in actions if each.get("name")))
    allowed = verdicts.pop() if len(verdicts) == 1 else None
    asked = tuple(dict.fromkeys(seen.questions)) if allowed is None else ()
    verb = verbs[0] if len(set(verbs)) == 1 else "MATCHER"
    return Judgement(verb, allowed, names, asked, dry_run, len(actions))


class _ConditionEvaluator:
    """Evaluates conditions about one request; notes which of them can't be decided."""

    def __init__(self, request: Request, address: IP | None, port: int, server_name: str) -> None:
        self.request = request
        self.address = address
        self.port = port
        self.server_name = server_name
        self.open: list[str] = []

    def rules(self, rules: Config, *, dry_run: bool) -> Judgement:
        action = str(rules.get("action", "ALLOW"))
        certain, possible, questions = list[str](), list[str](), list[str]()
        policies = rules.get("policies") or {}
        for name in sorted(policies):
            self.open = []
            verdict = self._policy(policies[name])
            if verdict:
                certain.append(name)
            elif verdict is None:
                possible.append(name)
                questions += self.open
        matched: bool | None = bool(certain) if certain or not possible else None
        allowed = matched if action == "ALLOW" else None if matched is None else not matched
        if action == "LOG":
            allowed = True
        asked = tuple(dict.fromkeys(questions)) if matched is None else ()
        names = certain or possible
        return Judgement(action, allowed, tuple(names), asked, dry_run, len(policies))

    def _policy(self, policy: Config) -> bool | None:
        sides = [
            _any([self._permission(each) for each in policy.get("permissions") or []]),
            _any([self._principal(each) for each in policy.get("principals") or []]),
        ]
        if policy.get("condition") or policy.get("checked_condition"):
            sides.append(self._unknown("a condition in CEL"))
        return _all(sides)

    def _permission(self, permission: Config) -> bool | None:
        for key, value in permission.items():
            match key:
                case "and_rules":
                    return _all([self._permission(each) for each in value.get("rules") or []])
                case "or_rules":
                    return _any([self._permission(each) for each in value.get("rules") or []])
                case "not_rule":
                    return _not(self._permission(value))
                case "destination_ip":
                    return self._address(value, self.address, "the destination's address")
                case "destination_port":
                    return bool(int(value) == self.port)
                case "destination_port_range":
                    return bool(int(value.get("start", 0)) <= self.port < int(value.get("end", 0)))
                case "requested_server_name":
                    return string_matches(value, self.server_name)
                case "uri_template":
                    pattern = (value.get("typed_config") or {}).get("path_template", "")
                    return _template_matches(pattern, self.request.path_alone)
                case _:
                    return self._common(key, value)
        return None

    def _principal(self, principal: Config) -> bool | None:
        for key, value in principal.items():
            match key:
                case "and_ids":
                    return _all([self._principal(each) for each in value.get("ids") or []])
                case "or_ids":
                    return _any([self._principal(each) for each in value.get("ids") or []])
                case "not_id":
                    return _not(self._principal(value))
                case "authenticated":
                    return self._peer(value.get("principal_name"))
                case "filter_state" if value.get("key") == _PEER:
                    return self._peer(value.get("string_match"))
                case "direct_remote_ip" | "source_ip" | "remote_ip":
                    return self._address(value, self.request.source_ip, "the client's address")
                case _:
                    return self._common(key, value)
        return None

    def _common(self, key: str, value: Any) -> bool | None:
        """What permissions and principals share."""
        match key:
            case "any":
                return bool(value)
            case "header":
                return self._decided(header_matches(value, self.request), f"header {value.get('name')}")
            case "url_path":
                return self._decided(string_matches(value.get("path") or {}, self.request.path_alone), "the path")
            case "metadata":
                return self._unknown(_metadata_words(value))
            case "sourced_metadata":
                return self._unknown(_metadata_words(value.get("metadata_matcher") or {}))
        return self._unknown(key.replace("_", " "))

    def _peer(self, matcher: Mapping[str, Any] | None) -> bool | None:
        if not self.request.mutual_tls:
            return False
        if matcher is None:
            return True
        if not self.request.source:
            return self._unknown(f"the client's identity ({_string_words(matcher)})")
        return self._decided(string_matches(matcher, self.request.source), "the client's identity")

    def _address(self, entry: Config, address: IP | None, what: str) -> bool | None:
        if address is None:
            shown = f"{entry.get('address_prefix')}/{entry.get('prefix_len', 0)}"
            return self._unknown(f"{what} ({shown})")
        return in_range(entry, address)

    def _decided(self, verdict: bool | None, what: str) -> bool | None:
        return self._unknown(what) if verdict is None else verdict

    def _unknown(self, what: str) -> bool | None:
        self.open.append(what)
        return None


def _any(verdicts: Iterable[bool | None]) -> bool | None:
    found = list(verdicts)
    return True if True in found else None if None in found else False


def _all(verdicts: Iterable[bool | None]) -> bool | None:
    found = list(verdicts)
    return False if False in found else None if None in found else True


def _not(verdict: bool | None) -> bool | None:
    return None if verdict is None else not verdict


def _metadata_words(matcher: Config) -> str:
    path = [str(each.get("key", "")) for each in matcher.get("path") or []]
    if (path and "jwt" in str(matcher.get("filter", ""))) or matcher.get("filter") == "istio_authn":
        return f"the token's claim {'.'.join(path[1:] if path[:1] == ['payload'] else path)}"
    return f"metadata {matcher.get('filter')} {'.'.join(path)}"


def _string_words(matcher: Mapping[str, Any]) -> str:
    for key, value in matcher.items():
        if key in ("exact", "prefix", "suffix", "contains"):
            return f"{key} {value}"
        if key == "safe_regex":
            return f"~{value.get('regex')}"
    return "any"


#: What the operators of a path template stand for (Envoy's uri_template: one segment, or any number of them).
_OPERATORS: dict[str, str] = {"{*}": "[^/]+", "{**}": ".*", "*": "[^/]+", "**": ".*"}


def _template_matches(template: str, path: str) -> bool:
    pieces = re.split(r"(\{[^}]*\}|\*\*|\*)", template)
    pattern = "".join(_operator(piece) if index % 2 else re.escape(piece) for index, piece in enumerate(pieces))
    return regex_matches({"regex": pattern}, path)


def _operator(text: str) -> str:
    """The expression for one operator; `{name=pattern}` means what its pattern does."""
    inner = text[1:-1].partition("=")[2] or "*"
    return _OPERATORS.get(text) or _OPERATORS.get(inner) or re.escape(inner)
