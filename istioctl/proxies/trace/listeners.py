"""Which listener takes a connection, and which of its filter chains (Envoy's FilterChainManagerImpl).

A chain is chosen step by step: by destination port and address, server name, transport protocol, application protocols,
then by the source. Each step keeps the chains that fit best and never looks back at the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from istioctl.proxies.trace.dump import Config, Dump
from istioctl.proxies.trace.matcher_tree import MatchInputs, possible_actions
from istioctl.proxies.trace.matchers import prefix_length
from istioctl.proxies.trace.request import IP

_ANY = ("0.0.0.0", "::")  # noqa: S104 - these are compared, not listened on
_TLS = "tls"
_PLAIN = "raw_buffer"
_TLS_INSPECTOR = "envoy.filters.listener.tls_inspector"
_HTTP_INSPECTOR = "envoy.filters.listener.http_inspector"
#: What a client in the mesh offers over mTLS (upstream `pilot/pkg/networking/util`, ALPNInMesh…).
_MESH_HTTP = ("istio-http/1.1", "istio", "http/1.1")
_MESH_TCP = ("istio",)


class UndecidedError(Exception):
    """Which filter chain it is depends on `questions`, in words."""

    def __init__(self, questions: tuple[str, ...]) -> None:
        super().__init__(*questions)
        self.questions = questions


@dataclass(frozen=True, slots=True)
class Connection:
    """What the listener sees of a connection.

    Attributes:
        address, port: where the client connected to; the address is None where it is not known.
        tls: whether TLS arrives.
        server_name: the SNI; empty without TLS.
        protocols: what the client offers (ALPN), or for plain text what is detected of HTTP.
        source: the client's address, if it is known.
    """

    address: IP | None
    port: int
    tls: bool
    server_name: str
    protocols: tuple[str, ...]
    source: IP | None = None


def client_protocols(*, http: bool, mutual_tls: bool, tls: bool) -> tuple[str, ...]:
    """The application protocols of a client's connection: offered over TLS, detected in plain text."""
    if mutual_tls:
        return _MESH_HTTP if http else _MESH_TCP
    if tls:
        return ("h2", "http/1.1")
    return ("http/1.1",) if http else ()


def find_listener(dump: Dump, connection: Connection, *, inbound: bool) -> Config | None:
    """The listener that handles a connection.

    In a sidecar, iptables lead connections to port 15001, or 15006 when they come in; its listener hands them on to the
    listener of the original destination: the one of its very address, else the one of all addresses. A gateway's
    listeners are reached directly.

    Args:
        inbound: whether it arrives at the pod from outside; a gateway's all do.
    """
    wanted = "INBOUND" if inbound and not dump.is_gateway else "OUTBOUND"
    directed = [each for each in dump.listeners if each.get("traffic_direction", "OUTBOUND") == wanted]
    catch_all = next((each for each in directed if each.get("name") in ("virtualOutbound", "virtualInbound")), None)
    candidates = [each for each in directed if each is not catch_all]
    exact, wide = [], []
    for listener in candidates:
        for address, port in addresses(listener):
            if port != connection.port:
                continue
            if address in _ANY:
                wide.append(listener)
            elif connection.address is not None and ip_address(address) == connection.address:
                exact.append(listener)
    return next(iter([*exact, *wide]), catch_all)


def addresses(listener: Config) -> Iterator[tuple[str, int]]:
    """The addresses and ports that a listener stands for."""
    places = [listener.get("address") or {}]
    places += [each.get("address") or {} for each in listener.get("additional_addresses") or []]
    for place in places:
        socket = place.get("socket_address") or {}
        if "port_value" in socket:
            yield str(socket.get("address", "")), int(socket["port_value"])


def find_filter_chain(listener: Config, connection: Connection) -> Config | None:
    """The filter chain that handles a connection; None where the listener closes it.

    Raises:
        UndecidedError: that depends on what is not known of the connection.
    """
    chains = [each for each in listener.get("filter_chains") or [] if isinstance(each, dict)]
    protocol = _transport(listener, connection)
    detected = _protocols(listener, connection, protocol)
    if isinstance(matcher := listener.get("filter_chain_matcher"), dict):
        return _by_matcher(listener, matcher, connection, protocol, detected)
    by_port = [each for each in chains if _match(each).get("destination_port") == connection.port]
    chains = by_port or [each for each in chains if "destination_port" not in _match(each)]
    steps: Sequence[Callable[[list[Config]], list[Config]]] = (
        lambda left: _closest(left, "prefix_ranges", connection.address),
        lambda left: _server_name(left, connection.server_name if protocol == _TLS else ""),
        lambda left: _first_of(left, "transport_protocol", (protocol,)),
        lambda left: _first_of(left, "application_protocols", detected),
        lambda left: _closest(left, "direct_source_prefix_ranges", connection.source),
        lambda left: _source_type(left, connection),
        lambda left: _closest(left, "source_prefix_ranges", connection.source),
        lambda left: [each for each in left if not _match(each).get("source_ports")],
    )
    for step in steps:
        chains = step(chains)
    return chains[0] if chains else listener.get("default_filter_chain")


def _by_matcher(
    listener: Config, matcher: Config, connection: Connection, protocol: str, detected: tuple[str, ...]
) -> Config | None:
    """The chain that a matcher's action names; the default one where it names none that there is."""
    name = connection.server_name if protocol == _TLS else ""
    seen = MatchInputs(connection.address, connection.port, name, protocol, detected, connection.source)
    actions = possible_actions(matcher, seen)
    if len(actions) > 1:
        raise UndecidedError(tuple(dict.fromkeys(seen.questions)))
    action = actions[0]
    wanted = "" if action is None else str((action.get("typed_config") or {}).get("value") or action.get("name", ""))
    chains = {str(each.get("name", "")): each for each in listener.get("filter_chains") or []}
    if action is not None:
        return chains.get(wanted)
    found: Config | None = listener.get("default_filter_chain")
    return found


def _match(chain: Config) -> dict[str, Any]:
    found = chain.get("filter_chain_match")
    return found if isinstance(found, dict) else {}


def _transport(listener: Config, connection: Connection) -> str:
    """What the listener detects: without the inspector for it, TLS looks like any bytes."""
    inspects = any(_applies(each, connection.port) for each in _filters(listener, _TLS_INSPECTOR))
    return _TLS if connection.tls and inspects else _PLAIN


def _protocols(listener: Config, connection: Connection, transport: str) -> tuple[str, ...]:
    if transport == _TLS:
        return connection.protocols
    inspects = any(_applies(each, connection.port) for each in _filters(listener, _HTTP_INSPECTOR))
    return connection.protocols if inspects and not connection.tls else ()


def _filters(listener: Config, name: str) -> Iterator[Config]:
    return (each for each in listener.get("listener_filters") or [] if each.get("name") == name)


def _applies(listener_filter: Config, port: int) -> bool:
    """Whether a listener filter runs for a destination port."""
    disabled = listener_filter.get("filter_disabled")
    return not (disabled and _predicate(disabled, port))


def _predicate(predicate: Config, port: int) -> bool:
    """A ListenerFilterChainMatchPredicate."""
    if "not_match" in predicate:
        return not _predicate(predicate["not_match"], port)
    if "or_match" in predicate:
        return any(_predicate(each, port) for each in predicate["or_match"].get("rules") or [])
    if "and_match" in predicate:
        return all(_predicate(each, port) for each in predicate["and_match"].get("rules") or [])
    if "destination_port_range" in predicate:
        bounds = predicate["destination_port_range"]
        return int(bounds.get("start", 0)) <= port < int(bounds.get("end", 0))
    return bool(predicate.get("any_match"))


def _closest(chains: list[Config], key: str, address: IP | None) -> list[Config]:
    """The chains with the longest range that holds the address."""
    lengths = [prefix_length(_match(each).get(key) or [], address) for each in chains]
    best = max((length for length in lengths if length is not None), default=None)
    return [each for each, length in zip(chains, lengths, strict=True) if best is not None and length == best]


def _server_name(chains: list[Config], name: str) -> list[Config]:
    """The chains for a server name: the name itself, then the longest `*.` that fits, then those for any."""
    labels = name.lower().split(".")
    wanted = [name.lower()] if name else []
    wanted += ["*." + ".".join(labels[start:]) for start in range(1, len(labels))]
    return _first_of(chains, "server_names", wanted)


def _first_of(chains: list[Config], key: str, wanted: Sequence[str]) -> list[Config]:
    """The chains that ask for the first of the wanted values that any asks for; else those that ask for none."""
    for value in wanted:
        found = [each for each in chains if value in _values(each, key)]
        if found:
            return found
    return [each for each in chains if not _values(each, key)]


def _values(chain: Config, key: str) -> list[str]:
    found = _match(chain).get(key)
    return [str(each) for each in found] if isinstance(found, list) else [str(found)] if found else []


def _source_type(chains: list[Config], connection: Connection) -> list[Config]:
    local = connection.source is not None and (connection.source.is_loopback or connection.source == connection.address)
    mine = "SAME_IP_OR_LOOPBACK" if local else "EXTERNAL"
    found = [each for each in chains if _match(each).get("source_type") == mine]
    return found or [each for each in chains if _match(each).get("source_type", "ANY") == "ANY"]
