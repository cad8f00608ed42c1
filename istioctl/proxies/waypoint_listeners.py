"""The listeners of a waypoint as chains: how a connection finds its way inside (`proxy-config listener --waypoint`)."""

from __future__ import annotations

from typing import Any

from istioctl.golang.sorting import sort_slice
from istioctl.proxies.config_dump import ConfigDump, at_least_one
from istioctl.proxies.filter_chains import chain_matches, destination
from istioctl.proxies.listeners import by_place, chains, every
from istioctl.proxies.tables import Table

HEADER = ("LISTENER", "CHAIN", "MATCH", "DESTINATION")


def table(dump: ConfigDump) -> Table:
    """A row for each way into a filter chain.

    Raises:
        InputError: the dump has no listeners.
    """
    rows = []
    for listener in sort_slice(at_least_one(every(dump), "listeners", dump.source), _before):
        found = chains(listener)
        name = f"envoy://{listener.get('name', '')}"
        if "internal_listener" in listener and len(found) == 1 and found[0].get("name") == name:
            name = "internal"
        rows += [
            [name, str(chain.get("name") or ""), match, destination(chain)]
            for chain in found
            for match in chain_matches(chain, listener)
        ]
    return Table(HEADER, rows)


def _before(first: dict[str, Any], second: dict[str, Any]) -> bool:
    """Internal listeners stand among each other by name, others by port, address and type."""
    if "internal_listener" in first and "internal_listener" in second:
        return str(first.get("name") or "") < str(second.get("name") or "")
    return by_place(first) < by_place(second)
