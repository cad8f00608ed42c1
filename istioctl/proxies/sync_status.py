"""How far each proxy has what istiod sent it, from istiod's `/debug/syncz` (upstream `pilot/pkg/xds/debug.go`).

A proxy that refuses what was sent says why; istiod keeps that as the `lastError` of the type until a later answer is
accepted, and the real tool shows it nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any

from istioctl.errors import InputError
from istioctl.proxies.xds_types import DEBUG, in_order, short_type


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


#: The state of a proxy is the first of these that one of its types is in.
_WORST_FIRST = (State.REFUSED, State.STALE, State.SYNCED, State.NOT_SENT)


@dataclass(frozen=True, slots=True)
class TypeStatus:
    """One type of configuration of one proxy.

    Attributes:
        sent: when istiod last sent it, as istiod writes it (RFC 3339); empty where it never did.
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


@dataclass(frozen=True)
class ProxyStatus:
    """One proxy, as one istiod sees it.

    Attributes:
        id: `POD.NAMESPACE`.
        kind: `sidecar`, `router`, `waypoint` or `ztunnel`; empty where it is not said.
        istiod: the control plane's pod that was asked.
        revision: of that control plane.
    """

    id: str
    namespace: str
    cluster: str
    version: str
    kind: str
    istiod: str
    revision: str
    types: tuple[TypeStatus, ...]

    @cached_property
    def state(self) -> State:
        """The worst of its types' states, those it was never sent aside."""
        found = {each.state for each in self.types}
        return next((state for state in _WORST_FIRST if state in found), State.NOT_SENT)

    @property
    def since(self) -> str:
        """Since when it is in its state: of a refusal or lack the first answer concerned, else the last answer sent.

        RFC 3339; empty where nothing was sent.
        """
        times = [each.sent for each in self.types if each.state is self.state and each.sent]
        if not times:
            return ""
        pick = max if self.state is State.SYNCED else min
        return pick(times, key=lambda text: _time(text) or datetime.min.replace(tzinfo=UTC))

    @property
    def since_at(self) -> datetime | None:
        """`since` as a time."""
        return _time(self.since)

    @property
    def reason(self) -> str:
        """Why it refuses what it was sent: for each type in question its short name and the proxy's own words."""
        words = [f"{short_type(each.type_url)}: {' '.join(each.reason.split())}" for each in self.types if each.reason]
        return "; ".join(words)

    @property
    def subscribed(self) -> list[str]:
        """The short names of all types it asks for."""
        return [short_type(each) for each in in_order({each.type_url for each in self.types})]

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
    try:
        found = json.loads(body)
    except ValueError:
        found = None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise InputError(
            "the list of proxies is unreadable",
            where=istiod,
            hint="Compare the versions of istiod and istioctl: `istioctl version`.",
            id="unreadable-syncz",
        )
    return [_proxy(entry, istiod, revision) for entry in found if _is_proxy(entry)]


def select(
    proxies: Iterable[ProxyStatus], *, namespace: str = "", states: frozenset[State] = frozenset()
) -> list[ProxyStatus]:
    """Those in a namespace (empty: all) and in one of the states (none: all), by name."""
    chosen = [
        proxy
        for proxy in proxies
        if (not namespace or proxy.namespace == namespace) and (not states or proxy.state in states)
    ]
    return sorted(chosen, key=lambda proxy: (proxy.id, proxy.istiod))


def _is_proxy(entry: dict[str, Any]) -> bool:
    if entry.get("cluster_id"):
        return True
    return any(not each.startswith(DEBUG) for each in _resources(entry))


def _resources(entry: dict[str, Any]) -> dict[str, dict[str, Any]]:
    resources = entry.get("resources")
    if not isinstance(resources, dict):
        return {}
    return {key: value for key, value in resources.items() if isinstance(value, dict)}


def _proxy(entry: dict[str, Any], istiod: str, revision: str) -> ProxyStatus:
    identifier = str(entry.get("proxy") or "")
    return ProxyStatus(
        identifier,
        identifier.rpartition(".")[2] if "." in identifier else "",
        str(entry.get("cluster_id") or ""),
        str(entry.get("istio_version") or ""),
        str(entry.get("proxy_type") or ""),
        istiod,
        revision,
        tuple(_type_status(url, status) for url, status in sorted(_resources(entry).items())),
    )


def _type_status(url: str, status: dict[str, Any]) -> TypeStatus:
    """The rule is istiod's own (upstream `pilot/pkg/xds/statusgen.go`, debugSyncStatus)."""
    sent, reason = status.get("sent") or "", str(status.get("lastError") or "")
    if reason:
        state = State.REFUSED
    elif not sent:
        state = State.NOT_SENT
    else:
        state = State.SYNCED if status.get("acked") == sent else State.STALE
    time = str(status.get("sentTime") or "")
    return TypeStatus(url, state, "" if time.startswith("0001-") else time, reason)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
