"""Which authorization policies an Envoy enforces."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from istioctl.errors import InputError
from istioctl.proxies.authorization import applied_policies, policies_of
from istioctl.proxies.config_dump import ConfigDump
from tests.support.run import run_cli

_TYPE = "type.googleapis.com/envoy.extensions.filters"


def _rbac(kind: str, *rules: str, action: str | int | None = None, shadow: tuple[str, ...] = ()) -> dict[str, Any]:
    config: dict[str, Any] = {"@type": f"{_TYPE}.{kind}.rbac.v3.RBAC"}
    if rules or action is not None:
        config["rules"] = {"policies": {rule: {} for rule in rules}} | ({} if action is None else {"action": action})
    if shadow:
        config["shadow_rules"] = {"policies": {rule: {} for rule in shadow}}
    return {"name": f"envoy.filters.{kind}.rbac", "typed_config": config}


def _http(*filters: dict[str, Any]) -> dict[str, Any]:
    type_ = f"{_TYPE}.network.http_connection_manager.v3.HttpConnectionManager"
    config = {"@type": type_, "http_filters": list(filters)}
    return {"name": "envoy.filters.network.http_connection_manager", "typed_config": config}


def _listener(*filters: dict[str, Any]) -> dict[str, Any]:
    return {"name": "inbound", "filter_chains": [{"filters": list(filters)}]}


def _rows(*listeners: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [policy.row for policy in policies_of(listeners)]


def _rule(name: str, number: int = 0, namespace: str = "shop") -> str:
    return f"ns[{namespace}]-policy[{name}]-rule[{number}]"


def test_by_action_and_name() -> None:
    listener = _listener(
        _rbac("network", _rule("tcp"), action="DENY"),
        _http(_rbac("http", _rule("b"), _rule("a"), _rule("a", 1)), _rbac("http", _rule("log"), action=2)),
    )
    assert _rows(listener) == [
        ("DENY", "tcp.shop", "1"), ("ALLOW", "a.shop", "2"), ("ALLOW", "b.shop", "1"), ("LOG", "log.shop", "1"),
    ]  # fmt: skip


def test_rules_count_once_over_all_listeners() -> None:
    chains = [_listener(_http(_rbac("http", _rule("a"), _rule("a", 1)))), _listener(_rbac("network", _rule("a")))]
    assert _rows(*chains) == [("ALLOW", "a.shop", "2")]


def test_filters_without_rules_match_nothing() -> None:
    assert _rows(_listener(_rbac("network"))) == [("ALLOW", "_anonymous_match_nothing_", "1")]
    assert _rows(_listener(_rbac("network", action="DENY"))) == [("DENY", "_anonymous_match_nothing_", "1")]
    assert _rows(_listener({"name": "envoy.filters.network.rbac"})) == [("ALLOW", "_anonymous_match_nothing_", "1")]


def test_custom_policies_stand_among_the_shadow_rules() -> None:
    shadow = (f"istio-ext-authz-{_rule('outside')}", f"istio-dry-run-allow-{_rule('tried')}")
    assert _rows(_listener(_http(_rbac("http", _rule("a"), shadow=shadow)))) == [
        ("ALLOW", "a.shop", "1"), ("CUSTOM", "outside.shop", "1"),
    ]  # fmt: skip


def test_rules_of_others_keep_their_name() -> None:
    assert _rows(_listener(_rbac("network", "from-a-filter"))) == [("ALLOW", "from-a-filter", "1")]


@pytest.mark.parametrize(
    "filter_",
    [
        {"name": "envoy.filters.network.tcp_proxy"},
        {"name": "envoy.filters.network.rbac", "typed_config": {"@type": f"{_TYPE}.network.tcp_proxy.v3.TcpProxy"}},
        _http({"name": "envoy.filters.http.router"}),
        _rbac("http", _rule("a")),  # a filter of HTTP has no say outside
    ],
)
def test_what_is_not_an_rbac_filter(filter_: dict[str, Any]) -> None:
    assert _rows(_listener(filter_)) == []


def _dump(*listeners: dict[str, Any]) -> bytes:
    entries = [{"name": "l", "active_state": {"listener": listener}} for listener in listeners]
    entries.append({"name": "gone", "draining_state": {"listener": _listener(_rbac("network", _rule("gone")))}})
    section = {"@type": "type.googleapis.com/envoy.admin.v3.ListenersConfigDump", "dynamic_listeners": entries}
    return json.dumps({"configs": [section]}).encode()


def test_a_dump() -> None:
    dump = ConfigDump(_dump(_listener(_rbac("network", _rule("a")))), "dump.json")
    assert [policy.row for policy in applied_policies(dump)] == [("ALLOW", "a.shop", "1")]
    with pytest.raises(InputError, match="ListenersConfigDump"):
        applied_policies(ConfigDump(b'{"configs": []}', "dump.json"))


def test_command_line(tmp_path: Path) -> None:
    path = tmp_path / "dump.json"
    path.write_bytes(_dump(_listener(_rbac("network", _rule("a"), action="DENY"))))
    table = run_cli("x", "authz", "check", "-f", str(path))
    assert [line.split() for line in table.stdout.splitlines()] == [
        ["ACTION", "AuthorizationPolicy", "RULES"], ["DENY", "a.shop", "1"],
    ]  # fmt: skip
    found = yaml.safe_load(run_cli("x", "authz", "check", "-f", str(path), "-o", "yaml").stdout)
    assert found == [{"action": "DENY", "policy": "a.shop", "rules": 1}]
    path.write_bytes(_dump())
    assert json.loads(run_cli("x", "authz", "check", "-f", str(path), "-o", "json").stdout) == []
    missing = run_cli("x", "authz", "check", "-f", str(tmp_path / "none"))
    assert (missing.status, missing.stdout) == (65, "")
