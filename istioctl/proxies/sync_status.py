"""How far each proxy has what istiod sent it, from istiod's `/debug/syncz` (upstream `pilot/pkg/xds/debug.go`).

A proxy that refuses what was sent says why; istiod keeps that as the `lastError` of the type until a later answer is
accepted, and the real tool shows it nowhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache, lru_cache
from operator import attrgetter, methodcaller
from typing import Any, NamedTuple

from istioctl.errors import InputError
from istioctl.proxies import json_parts
from istioctl.proxies.xds_types import DEBUG, in_order, short_type
from istioctl.yamldoc.json_weight import MOST_ENTRIES


class State(StrEnum):
    """What became of the last answer that istiod sent: of one type, or of all of a proxy's together."""

    SYNCED = "synced"
    STALE = "stale"
    REFUSED = "refused"
    NOT_SENT = "not sent"

    @property
    def xds_name(self) -> str:
        """The word for it in Envoy's API (`envoy.service.status.v3.ConfigStatus`)."""
        return {State.REFUSED: "ERROR", State.NOT_SENT: "NOT_SENT"}.get(self, self.name)


# Looked up once: an enumeration's members are found through a property, and there may be thousands of proxies.
_REFUSED, _STALE, _SYNCED, _NOT_SENT = State.REFUSED, State.STALE, State.SYNCED, State.NOT_SENT
#: The state of a proxy is the first of these that one of its types is in.
_WORST_FIRST = (_REFUSED, _STALE, _SYNCED, _NOT_SENT)


class Sent(NamedTuple):
    """What istiod says of one type of configuration of one proxy, in its own words.

    Attributes:
        sent: the nonce of the last answer; empty where there was none.
        acked: the nonce of the last answer that the proxy accepted.
        sent_time: when the last answer was sent; RFC 3339, UTC.
        last_error: why the proxy refuses it.
    """

    sent: str
    acked: str
    sent_time: str
    last_error: str


class TypeStatus(NamedTuple):
    """One type of configuration of one proxy.

    Attributes:
        sent: when istiod last sent it, as istiod writes it (RFC 3339, UTC); empty where it never did.
        reason: why the proxy refuses it; empty where it does not.
    """

    type_url: str
    state: State
    sent: str = ""
    reason: str = ""

    @property
    def sent_at(self) -> datetime | None:
        """When istiod last sent it."""
        return _time(self.sent)

    def as_data(self) -> dict[str, Any]:
        """In the form of `envoy.service.status.v3.ClientConfig.GenericXdsConfig`, as the real tool prints it."""
        data: dict[str, Any] = {"typeUrl": self.type_url}
        if self.sent:
            data["lastUpdated"] = self.sent
        data["configStatus"] = self.state.xds_name
        if self.reason:
            data["errorState"] = {"details": self.reason} | ({"lastUpdateAttempt": self.sent} if self.sent else {})
        return data


class ProxyStatus(NamedTuple):
    """One proxy, as one istiod sees it.

    There may be thousands, of which a table shows little more than the state: the rest is worked out when asked for.

    Attributes:
        id: `POD.NAMESPACE`.
        kind: `sidecar`, `router`, `waypoint` or `ztunnel`; empty where it is not said.
        istiod: the control plane's pod that was asked.
        revision: of that control plane.
        resources: what istiod says of each type of configuration, by type URL.
        state: the worst of its types' states, those it was never sent aside.
        since: since when it is in that: of a refusal or lack the first answer concerned, else the last answer sent;
            RFC 3339, empty where nothing was sent.
    """

    id: str
    namespace: str
    cluster: str
    version: str
    kind: str
    istiod: str
    revision: str
    resources: Mapping[str, Sent]
    state: State
    since: str

    @property
    def types(self) -> list[TypeStatus]:
        """The types of configuration that it asks for, by type URL."""
        return [
            TypeStatus(url, _state(sent), _past(sent.sent_time), sent.last_error)
            for url, sent in sorted(self.resources.items())
        ]

    @property
    def since_at(self) -> datetime | None:
        """`since` as a time."""
        return _time(self.since)

    @property
    def reason(self) -> str:
        """Why it refuses what it was sent: for each type in question its short name and the proxy's own words."""
        if self.state is not _REFUSED:
            return ""
        words = [f"{short_type(each.type_url)}: {' '.join(each.reason.split())}" for each in self.types if each.reason]
        return "; ".join(words)

    @property
    def subscribed(self) -> tuple[str, ...]:
        """The short names of all types it asks for."""
        return _short_names(tuple(self.resources))

    def as_data(self) -> dict[str, Any]:
        """In the form of `envoy.service.status.v3.ClientConfig`, as the real tool prints it, and what it leaves out."""
        metadata = {"CLUSTER_ID": self.cluster, "ISTIO_VERSION": self.version, "NAMESPACE": self.namespace}
        data: dict[str, Any] = {
            "@type": "type.googleapis.com/envoy.service.status.v3.ClientConfig",
            "node": {"id": self.id, "metadata": {key: value for key, value in metadata.items() if value}},
            "genericXdsConfigs": [each.as_data() for each in self.types],
            "state": self.state.value,
            "istiod": self.istiod,
        }
        more = {"since": self.since, "reason": self.reason, "proxyType": self.kind, "revision": self.revision}
        return data | {key: value for key, value in more.items() if value}


def read_syncz(body: bytes, istiod: str, revision: str = "") -> list[ProxyStatus]:
    """The proxies in one istiod's answer to `/debug/syncz`.

    Who only asks istiod questions, as this program and the original do over XDS, is not a proxy and left out.

    Args:
        istiod, revision: who answered.

    Raises:
        InputError: the answer is not such a list.
    """
    if len(body) >= json_parts.LARGE and (proxies := _read_typed(body, istiod, revision)) is not None:
        return proxies
    try:
        found = json_parts.read_whole(body, istiod)
    except InputError:
        found = None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise InputError(
            "the list of proxies is unreadable",
            where=istiod,
            hint="Compare the versions of istiod and istioctl: `istioctl version`.",
            id="unreadable-syncz",
        )
    _check_count(len(found), istiod)
    members = ("proxy", "cluster_id", "istio_version", "proxy_type")
    proxies = []
    for entry in found:
        name, cluster, version, kind = (str(entry.get(member) or "") for member in members)
        if _is_proxy(cluster, resources := _resources(entry)):
            proxies.append(_proxy(name, cluster, version, kind, istiod, revision, resources))
    return proxies


def _read_typed(body: bytes, istiod: str, revision: str) -> list[ProxyStatus] | None:
    """The same in a third of the time, where each value is of the type that istiod gives it; else None.

    The answer is not weighed: whoever asked for it did.
    """
    json_parts.load_msgspec()
    from msgspec import DecodeError

    try:
        found = _decoder().decode(body)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return None
    _check_count(len(found), istiod)
    return [
        _proxy(entry.proxy, entry.cluster_id, entry.istio_version, entry.proxy_type, istiod, revision, entry.resources)
        for entry in found
        if _is_proxy(entry.cluster_id, entry.resources)
    ]


@cache
def _decoder() -> Any:
    """What reads the list of proxies, without what is told twice."""
    from msgspec import defstruct
    from msgspec.json import Decoder

    sent = defstruct(
        "Sent",
        [(name, str, "") for name in Sent._fields],
        rename={"sent_time": "sentTime", "last_error": "lastError"},
        gc=False,
    )
    texts = [(name, str, "") for name in ("proxy", "cluster_id", "istio_version", "proxy_type")]
    return Decoder(list[defstruct("Entry", [*texts, ("resources", dict[str, sent], {})])])  # type: ignore[misc,valid-type]


def _check_count(count: int, istiod: str) -> None:
    if count > MOST_ENTRIES:
        problem = f"it tells of {count:,} proxies; {MOST_ENTRIES:,} are the limit"
        raise InputError(problem, where=istiod, id="too-large")


def select(
    proxies: Iterable[ProxyStatus], *, namespace: str = "", states: frozenset[State] = frozenset()
) -> list[ProxyStatus]:
    """Those in a namespace (empty: all) and in one of the states (none: all), by name."""
    chosen = [
        proxy
        for proxy in proxies
        if (not namespace or proxy.namespace == namespace) and (not states or proxy.state in states)
    ]
    return sorted(chosen, key=attrgetter("id", "istiod"))


def _is_proxy(cluster: str, resources: Mapping[str, Sent]) -> bool:
    return bool(cluster) or any(not each.startswith(DEBUG) for each in resources)


def _resources(entry: dict[str, Any]) -> dict[str, Sent]:
    resources = entry.get("resources")
    if not isinstance(resources, dict):
        return {}
    return {
        url: Sent(*(str(status.get(name) or "") for name in ("sent", "acked", "sentTime", "lastError")))
        for url, status in resources.items()
        if isinstance(status, dict)
    }


def _proxy(
    name: str, cluster: str, version: str, kind: str, istiod: str, revision: str, resources: Mapping[str, Sent]
) -> ProxyStatus:
    namespace = name.rpartition(".")[2] if "." in name else ""
    worst, since = _worst(resources.values()) if resources else (_NOT_SENT, "")
    return ProxyStatus(name, namespace, cluster, version, kind, istiod, revision, resources, worst, since)


def _worst(types: Collection[Sent]) -> tuple[State, str]:
    """The state of a proxy, and since when it is in that."""
    times = []
    for each in types:
        if each.last_error or each.acked != each.sent or not each.sent:
            break
        times.append(each.sent_time)
    else:  # all are synced, as nearly always
        return _SYNCED, _past(max(times, key=_sortable))
    states = [_state(each) for each in types]
    worst = next(state for state in _WORST_FIRST if state in states)
    concerned = zip(types, states, strict=True)
    times = [time for each, state in concerned if state is worst and (time := _past(each.sent_time))]
    return worst, (max if worst is _SYNCED else min)(times, key=_sortable, default="")


def _state(status: Sent) -> State:
    """The rule is istiod's own (upstream `pilot/pkg/xds/statusgen.go`, debugSyncStatus)."""
    if status.last_error:
        return _REFUSED
    if not status.sent:
        return _NOT_SENT
    return _SYNCED if status.acked == status.sent else _STALE


def _past(time: str) -> str:
    """The same time; empty for Go's that stands for never, which is before all others."""
    return "" if time.startswith("0001-") else time


@lru_cache(maxsize=256)
def _short_names(types: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(short_type(each) for each in in_order(set(types)))


_sortable = methodcaller("rstrip", "Z")
"""Gives times in the order of their texts: istiod writes them in UTC, with as many digits of a second as it needs."""


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
