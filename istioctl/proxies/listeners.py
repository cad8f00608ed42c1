"""The listeners of an Envoy: rows and trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, TypeVar

from istioctl.golang.sorting import sort_by, sort_slice
from istioctl.proxies.config_dump import LISTENERS, ConfigDump, at_least_one, resource
from istioctl.proxies.filter_chains import destination, kind_of, match_text
from istioctl.proxies.names import same_word
from istioctl.proxies.tables import Table

T = TypeVar("T")
Listener = dict[str, Any]

MESSAGE = "envoy.config.listener.v3.Listener"


class ListenerFilter(NamedTuple):
    """Which listeners are meant; what is empty or 0 matches all.

    Attributes:
        type: `HTTP`, `TCP`, `HTTP+TCP` or `UNKNOWN`, in any case.
    """

    address: str = ""
    port: int = 0
    type: str = ""

    def matches(self, listener: Listener) -> bool:
        """Whether the listener is meant."""
        if self.address and not any(same_word(each, self.address) for each in addresses(listener)):
            return False
        if self.port and port_of(listener) != self.port:
            return False
        return not self.type or same_word(kind_of(chains(listener)), self.type)


def table(dump: ConfigDump, wanted: ListenerFilter, *, verbose: bool = True, typed: bool = False) -> Table:
    """A row a filter chain, or a row a listener; by port, address and type.

    Args:
        verbose: a row for each filter chain: what it matches, and where it leads.
        typed: with the listener's name first, marked `listener/`.

    Raises:
        InputError: the dump has no listeners.
    """
    rows = []
    for listener in sort_by(filter(wanted.matches, at_least_one(every(dump), "listeners", dump.source)), by_place):
        name = [f"listener/{listener.get('name', '')}"] if typed else []
        start = [*name, ",".join(addresses(listener)), str(port_of(listener))]
        if verbose:
            found = [(destination(chain), match_text(chain.get("filter_chain_match"))) for chain in chains(listener)]
            rows += [[*start, match, leads_to] for leads_to, match in sort_slice(found, _leads_further)]
        else:
            rows.append([*start, kind_of(chains(listener))])
    header = [*(["NAME"] if typed else []), "ADDRESSES", "PORT", *(["MATCH", "DESTINATION"] if verbose else ["TYPE"])]
    return Table(header, rows)


def trees(dump: ConfigDump, wanted: ListenerFilter, keep: Callable[[Any], T]) -> list[T]:
    """Each listener in protobuf's JSON, in the dump's order.

    Args:
        keep: what is kept of each, so that not all need be in memory at once.
    """
    from istioctl.proxies.protobuf_json import camel_case

    return [keep(camel_case(each, MESSAGE)) for each in every(dump) if wanted.matches(each)]


def every(dump: ConfigDump) -> Iterator[Listener]:
    """All listeners, those that came by XDS first, with the schema's names."""
    section = dump.section(LISTENERS)
    for entry in section.entries("dynamic_listeners", "DynamicListener"):
        if found := resource(entry.get("active_state") or {}, "listener"):
            found.pop("@type", None)
            yield found
    for entry in section.entries("static_listeners", "StaticListener"):
        if found := resource(entry, "listener"):
            found.pop("@type", None)
            yield found


def chains(listener: Listener) -> list[dict[str, Any]]:
    """The filter chains, the default one last."""
    default = listener.get("default_filter_chain")
    return [*(listener.get("filter_chains") or []), *([default] if default is not None else [])]


def addresses(listener: Listener) -> list[str]:
    """The addresses that a listener has, its own first; of a pipe, its path."""
    more = [each.get("address") or {} for each in listener.get("additional_addresses") or []]
    return [_address(each) for each in (listener.get("address") or {}, *more)]


def port_of(listener: Listener) -> int:
    """The port of a listener's own address; 0 where it has none."""
    socket = (listener.get("address") or {}).get("socket_address") or {}
    return int(socket.get("port_value") or 0)


def by_place(listener: Listener) -> tuple[int, str, str]:
    """Where a listener stands among others: by port, address and type."""
    return port_of(listener), addresses(listener)[0], kind_of(chains(listener))


def _leads_further(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Whether a destination stands before another: they are in descending order."""
    return first[0] > second[0]


def _address(address: dict[str, Any]) -> str:
    socket, pipe = address.get("socket_address"), address.get("pipe")
    return str((socket or {}).get("address") or "") if socket else str((pipe or {}).get("path") or "")
