"""Reading istiod's list of proxies."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.errors import InputError
from istioctl.proxies import json_parts
from istioctl.proxies.sync_status import ProxyStatus, State, read_syncz, select
from istioctl.proxies.xds_types import CLUSTER, ENDPOINT, LISTENER, ROUTE

_STATES = {
    State.SYNCED: {"sent": "n1", "acked": "n1", "sentTime": "2026-11-26T23:04:56.146170532Z"},
    State.STALE: {"sent": "n2", "acked": "n1", "sentTime": "2026-11-26T23:05:00Z"},
    State.REFUSED: {"sent": "n2", "sentTime": "2026-11-26T23:05:02Z", "lastError": "no such\n  filter"},
    State.NOT_SENT: {"sentTime": "0001-01-01T00:00:00Z"},
}
_TYPES = (CLUSTER, LISTENER, ENDPOINT, ROUTE)


def _entry(name: str = "web-1.shop", **resources: Any) -> dict[str, Any]:
    return {"cluster_id": "Kubernetes", "proxy": name, "proxy_type": "sidecar", "istio_version": "1.30.3", **resources}


def _read(*entries: dict[str, Any]) -> list[ProxyStatus]:
    return read_syncz(json.dumps(entries).encode(), "istiod-a", "default")


@pytest.mark.parametrize("state", _STATES)
def test_state_of_a_type(state: State) -> None:
    (proxy,) = _read(_entry(resources={CLUSTER: _STATES[state]}))
    assert [each.state for each in proxy.types] == [state]
    assert proxy.state is state


@given(st.lists(st.sampled_from(list(State)), min_size=1, max_size=4))
def test_state_of_a_proxy_is_the_worst_of_its_types(states: list[State]) -> None:
    resources = {url: _STATES[state] for url, state in zip(_TYPES, states, strict=False)}
    (proxy,) = _read(_entry(resources=resources))
    order = [State.REFUSED, State.STALE, State.SYNCED, State.NOT_SENT]
    assert proxy.state is min(states, key=order.index)


def test_what_is_said_of_a_refusal() -> None:
    (proxy,) = _read(_entry(resources={CLUSTER: _STATES[State.SYNCED], LISTENER: _STATES[State.REFUSED]}))
    assert proxy.reason == "LDS: no such filter"
    assert proxy.since == "2026-11-26T23:05:02Z"
    assert proxy.subscribed == ("CDS", "LDS")
    config = proxy.as_data()["genericXdsConfigs"][1]
    assert config["configStatus"] == "ERROR"
    assert config["errorState"]["details"] == "no such\n  filter"


def test_since_of_a_synced_proxy_is_the_last_answer() -> None:
    later = _STATES[State.SYNCED] | {"sentTime": "2026-11-26T23:04:57Z"}
    (proxy,) = _read(_entry(resources={CLUSTER: _STATES[State.SYNCED], LISTENER: later}))
    assert proxy.since == "2026-11-26T23:04:57Z"


def test_who_only_asks_is_no_proxy() -> None:
    asking = {"proxy": "test-1.default", "proxy_type": "sidecar", "istio_version": "65536.65536.65536"}
    assert _read(asking, asking | {"resources": {"istio.io/debug/syncz": {}}}) == []


def test_selection() -> None:
    synced, stale = ({CLUSTER: _STATES[state]} for state in (State.SYNCED, State.STALE))
    proxies = _read(_entry("b.x", resources=synced), _entry("a.y", resources=stale), _entry("a.x", resources=stale))
    assert [each.id for each in select(proxies)] == ["a.x", "a.y", "b.x"]
    assert [each.id for each in select(proxies, namespace="x")] == ["a.x", "b.x"]
    assert [each.id for each in select(proxies, states=frozenset({State.STALE}))] == ["a.x", "a.y"]


_TIMES = st.sampled_from(["0001-01-01T00:00:00Z", "2026-11-26T23:05:00Z", "2026-11-26T23:05:00.5Z", "", None, 3])
_NONCES = st.sampled_from(["n1", "n2", "", None])
_RESOURCE = st.fixed_dictionaries(
    {},
    optional={
        "sent": _NONCES, "acked": _NONCES, "sentTime": _TIMES, "lastError": st.sampled_from(["", "why", None]),
        "more": st.integers(),
    },
)  # fmt: skip
_ENTRIES = st.fixed_dictionaries(
    {},
    optional={
        "proxy": st.sampled_from(["web-1.shop", "a", "", None]),
        "cluster_id": st.sampled_from(["Kubernetes", "", 1]),
        "istio_version": st.just("1.30.3"),
        "proxy_type": st.sampled_from(["sidecar", None]),
        "cluster_sent": st.just("n1"),
        "resources": st.none() | st.dictionaries(st.sampled_from([*_TYPES, "istio.io/debug/syncz"]), _RESOURCE),
    },
)


@given(st.lists(_ENTRIES, max_size=4))
def test_large_answers_say_the_same(entries: list[dict[str, Any]]) -> None:
    found = []
    for limit in (1 << 30, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(json_parts, "LARGE", limit)
            found.append([(proxy._replace(resources={}), proxy.as_data()) for proxy in _read(*entries)])
    assert found[0] == found[1]


@pytest.mark.parametrize("large", [False, True])
@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"<html>", b"\xff", b"[" * 100_000])
def test_unreadable(body: bytes, large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_parts, "LARGE", 0 if large else 1 << 30)
    with pytest.raises(InputError, match="istiod-a: the list of proxies is unreadable"):
        read_syncz(body, "istiod-a")
