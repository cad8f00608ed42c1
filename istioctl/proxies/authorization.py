"""The AuthorizationPolicies that an Envoy enforces, as its listeners' RBAC filters name them.

Source: istio `istioctl/pkg/authz/listener.go`; the names of rules are those of `pilot/pkg/security/authz/builder`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from istioctl.api.schema.casing import camel_case
from istioctl.api.trees import mapping, mappings
from istioctl.patterns import lazy_pattern
from istioctl.proxies.config_dump import LISTENERS, ConfigDump

HEADER = ("ACTION", "AuthorizationPolicy", "RULES")

_CUSTOM = "istio-ext-authz-"
_RULE = lazy_pattern(r"ns\[(?P<namespace>.+)\]-policy\[(?P<policy>.+)\]-rule\[(?P<rule>.+)\]")
_NOTHING = "_anonymous_match_nothing_"
"""A filter without rules, as istiod makes it of policies that allow nothing."""
_ACTIONS = ("ALLOW", "DENY", "LOG")  # in the order of the schema's enum
_ORDER = ("DENY", "ALLOW", "LOG", "CUSTOM")

_CONNECTION_MANAGERS = ("envoy.filters.network.http_connection_manager", "envoy.http_connection_manager")
_HTTP, _NETWORK = "envoy.filters.http.rbac", "envoy.filters.network.rbac"
_CONNECTION_MANAGER_TYPE = ".http_connection_manager.v3.HttpConnectionManager"
_TYPES = {_HTTP: ".http.rbac.v3.RBAC", _NETWORK: ".network.rbac.v3.RBAC"}


@dataclass(frozen=True, slots=True)
class AppliedPolicy:
    """A policy in force.

    Attributes:
        action: `DENY`, `ALLOW`, `LOG` or `CUSTOM`.
        name: `NAME.NAMESPACE`; of rules that no AuthorizationPolicy made, their own name.
        rules: how many of its rules are in force.
    """

    action: str
    name: str
    rules: int

    @property
    def row(self) -> tuple[str, str, str]:
        """The row under `HEADER`."""
        return self.action, self.name, str(self.rules)

    def as_data(self) -> dict[str, Any]:
        """For `-o json` and `-o yaml`."""
        return {"action": self.action, "policy": self.name, "rules": self.rules}


def applied_policies(dump: ConfigDump) -> list[AppliedPolicy]:
    """The policies of all listeners that came from istiod, by action and name.

    Raises:
        InputError: the dump has no listeners, or is not a dump.
    """
    entries = dump.section(LISTENERS).entries("dynamic_listeners", "DynamicListener")
    return policies_of(mapping(mapping(entry.get("active_state")).get("listener")) for entry in entries)


def policies_of(listeners: Iterable[Mapping[str, Any]]) -> list[AppliedPolicy]:
    """The policies of some listeners, by action and name.

    Args:
        listeners: with the schema's names.
    """
    names: dict[str, set[str]] = {action: set() for action in _ORDER}
    rules: dict[str, set[str]] = {}
    for config in (config for listener in listeners for config in _filters(listener)):
        for action, name in _named(config):
            found = _RULE.search(name)
            policy, rule = (f"{found['policy']}.{found['namespace']}", found["rule"]) if found else (name, "0")
            names[action].add(policy)
            rules.setdefault(policy, set()).add(rule)
    return [AppliedPolicy(action, name, len(rules[name])) for action in _ORDER for name in sorted(names[action])]


def _filters(listener: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The configurations of a listener's RBAC filters."""
    for chain in mappings(_field(listener, "filter_chains")):
        for network in mappings(chain.get("filters")):
            if network.get("name") in _CONNECTION_MANAGERS:
                manager = _config(network, _CONNECTION_MANAGER_TYPE) or {}
                for http in mappings(_field(manager, "http_filters")):
                    if http.get("name") == _HTTP and (config := _config(http, _TYPES[_HTTP])) is not None:
                        yield config
            elif network.get("name") == _NETWORK and (config := _config(network, _TYPES[_NETWORK])) is not None:
                yield config


def _config(found: Mapping[str, Any], type_: str) -> Mapping[str, Any] | None:
    """A filter's own configuration, an empty one where it has none; None where it is of another type."""
    config = mapping(_field(found, "typed_config"))
    return config if not config or str(config.get("@type", "")).endswith(type_) else None


def _named(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Action and name of each rule of an RBAC filter."""
    rules = mapping(config.get("rules"))
    action = rules.get("action", 0)
    if isinstance(action, int):
        action = _ACTIONS[action] if 0 <= action < len(_ACTIONS) else _ACTIONS[0]
    policies = mapping(rules.get("policies"))
    if action in _ACTIONS:
        yield from ((action, name) for name in policies or (_NOTHING,))
    for name in mapping(mapping(_field(config, "shadow_rules")).get("policies")):
        if name.startswith(_CUSTOM):
            yield "CUSTOM", name


def _field(message: Mapping[str, Any], name: str) -> Any:
    """A field in either spelling; dumps that were put together by hand have both."""
    return message.get(name, message.get(camel_case(name)))
