"""The way of one request through one proxy, step by step, and where it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from istioctl.errors import InputError
from istioctl.proxies.trace import actions
from istioctl.proxies.trace.addresses import address_of
from istioctl.proxies.trace.clusters import Target, find_target
from istioctl.proxies.trace.dump import Config, Dump, Origin, origin_of
from istioctl.proxies.trace.listeners import (
    Connection,
    UndecidedError,
    client_protocols,
    find_filter_chain,
    find_listener,
)
from istioctl.proxies.trace.rbac import Judgement, judge
from istioctl.proxies.trace.request import Request
from istioctl.proxies.trace.routes import choices, find_virtual_host, host_for_routes, normalized

_HTTP_MANAGER = ".HttpConnectionManager"
_TCP_PROXY = ".TcpProxy"
_RBAC = ".RBAC"
#: Ports of a gateway's Service and the ports of its pods behind them (upstream's gateway chart).
_GATEWAY_PORTS = {80: 8080, 443: 8443}
_BLACK_HOLE = "BlackHoleCluster"


@dataclass(frozen=True, slots=True)
class Step:
    """One decision on the way.

    Attributes:
        kind: `listener`, `filter chain`, `authorization`, `filter`, `routes`, `virtual host`, `route`.
        name: what was chosen.
        detail: why, or what it does, in words.
        origin: the object that made it, where the proxy knows.
    """

    kind: str
    name: str
    detail: str = ""
    origin: Origin | None = None
    judgement: Judgement | None = None

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        data: dict[str, Any] = {"step": self.kind, "name": self.name, "detail": self.detail}
        data["object"] = self.origin.as_data() if self.origin else None
        return data | ({"judgement": self.judgement.as_data()} if self.judgement else {})


@dataclass(frozen=True, slots=True)
class Outcome:
    """One end that the request can come to.

    Attributes:
        kind: `forwarded`, `redirected`, `answered`, `denied`, `not found`, `unavailable`, `closed` or `unknown`.
        share: in which share of the cases, 0 to 1.
        status: the HTTP status that the client gets from this proxy; 0 where it forwards, or speaks no HTTP.
        detail: in words.
        condition: on what it depends; empty for nothing.
        route: the step of the route that leads there.
    """

    kind: str
    share: float
    status: int = 0
    detail: str = ""
    condition: str = ""
    target: Target | None = None
    route: Step | None = None

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        data: dict[str, Any] = {"kind": self.kind, "share": round(self.share, 6), "detail": self.detail}
        data |= {"status": self.status} if self.status else {}
        data |= {"condition": self.condition} if self.condition else {}
        data |= {"route": self.route.as_data()} if self.route else {}
        return data | ({"target": self.target.as_data()} if self.target else {})


@dataclass(slots=True)
class Trace:
    """The whole way."""

    request: Request
    inbound: bool
    steps: list[Step] = field(default_factory=list)
    outcomes: list[Outcome] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        request = self.request
        return {
            "request": {
                "method": request.method,
                "scheme": request.scheme,
                "authority": request.authority,
                "path": request.path,
                "port": request.port,
                "address": str(request.destination_ip) if request.destination_ip else None,
                "headers": [f"{name}: {value}" for name, value in request.headers],
            },
            "direction": "inbound" if self.inbound else "outbound",
            "steps": [step.as_data() for step in self.steps],
            "outcomes": [outcome.as_data() for outcome in self.outcomes],
            "notes": self.notes,
        }


def trace(dump: Dump, request: Request, *, inbound: bool) -> Trace:
    """The way that a request takes.

    Args:
        inbound: whether it arrives at the pod from outside, rather than leaves it; a gateway's requests all arrive.

    Raises:
        InputError: the dump has something of another form than Envoy writes.
    """
    result = Trace(request, inbound or dump.is_gateway)
    try:
        _follow(dump, result)
    except (
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as problem:  # Envoy's own dumps have their schema's types
        last = f"behind {result.steps[-1].kind} {result.steps[-1].name}" if result.steps else "at the listeners"
        raise InputError(
            f"the dump is not as Envoy writes it, {last}: {problem!r}"[:300],
            where=dump.proxy_id or None,
            hint="Take it anew from Envoy's /config_dump?include_eds.",
            id="malformed-dump",
        ) from problem
    return result


def _follow(dump: Dump, result: Trace) -> None:
    request, inbound = result.request, result.inbound
    if not inbound and request.destination_ip is None:
        request = result.request = replace(request, destination_ip=address_of(dump, request.host, request.port))
        if request.destination_ip is None:
            result.notes.append(f"the dump does not say which address {request.host} has; --address can")
    if inbound and request.destination_ip is None:
        request = result.request = replace(request, destination_ip=dump.address)
    connection = _connection(request)
    listener = find_listener(dump, connection, inbound=inbound)
    behind = _GATEWAY_PORTS.get(request.port)
    if listener is None and dump.is_gateway and behind:
        connection = replace(connection, port=behind)
        listener = find_listener(dump, connection, inbound=inbound)
        result.notes.append(f"port {request.port} of the gateway's Service is taken to lead to its port {behind}")
    if listener is None:
        result.outcomes.append(Outcome("closed", 1.0, detail=f"nothing listens on port {request.port}"))
        return
    result.steps.append(
        Step("listener", str(listener.get("name", "")), _address_words(connection), origin_of(listener))
    )
    try:
        chain = find_filter_chain(listener, connection)
    except UndecidedError as problem:
        what = " and ".join(problem.questions)
        result.outcomes.append(Outcome("unknown", 1.0, detail=f"which filter chain takes it depends on {what}"))
        return
    if chain is None:
        result.outcomes.append(Outcome("closed", 1.0, detail="no filter chain takes the connection"))
        return
    result.steps.append(
        Step("filter chain", str(chain.get("name") or "(unnamed)"), _chain_words(chain), origin_of(chain))
    )
    _through_chain(dump, chain, connection, result)


def _connection(request: Request) -> Connection:
    return Connection(
        request.destination_ip, request.port, request.is_tls, request.host if request.is_tls else "",
        client_protocols(http=request.is_http, mutual_tls=request.mutual_tls, tls=request.is_tls), request.source_ip,
    )  # fmt: skip


def _through_chain(dump: Dump, chain: Config, connection: Connection, result: Trace) -> None:
    """The network filters in their order; the last one ends the way."""
    for each in chain.get("filters") or []:
        config = each.get("typed_config") or {}
        kind = str(config.get("@type", ""))
        if kind.endswith(_RBAC):
            if _judged(config, result, connection, "connection"):
                return
        elif kind.endswith(_HTTP_MANAGER):
            if not result.request.is_http:
                result.notes.append("the proxy expects HTTP here; other bytes are answered with 400")
            _through_http(dump, config, connection, result)
            return
        elif kind.endswith(_TCP_PROXY):
            shares = (
                [(str(config["cluster"]), 1.0)]
                if "cluster" in config
                else actions.weighted(config.get("weighted_clusters") or {})
            )
            for name, share in shares:
                result.outcomes.append(_to_cluster(dump, name, share, connection, http=False))
            return
    result.outcomes.append(Outcome("closed", 1.0, detail="the filter chain forwards nothing"))


def _through_http(dump: Dump, manager: Config, connection: Connection, result: Trace) -> None:
    request = normalized(result.request, manager, connection.port)
    if request.path != result.request.path:
        result.notes.append(f"the path is normalized to {request.path}")
    result.request = request
    for each in manager.get("http_filters") or []:
        config = each.get("typed_config") or {}
        kind = str(config.get("@type", ""))
        if kind.endswith(_RBAC):
            if _judged(config, result, connection, "request"):
                return
        elif kind.endswith((".JwtAuthentication", ".ExtAuthz", ".RateLimit", ".LocalRateLimit", ".Wasm", ".Lua")):
            result.steps.append(Step("filter", str(each.get("name", "")), "may answer the request itself"))
    routes = manager.get("route_config")
    name = str((manager.get("rds") or {}).get("route_config_name") or (routes or {}).get("name", ""))
    routes = routes or dump.routes.get(name)
    if routes is None:
        result.outcomes.append(Outcome("not found", 1.0, 404, f"the dump holds no route configuration {name}"))
        return
    result.steps.append(Step("routes", name, "", origin_of(routes)))
    host = host_for_routes(request, routes)
    found = find_virtual_host(routes, host)
    if found is None:
        result.outcomes.append(Outcome("not found", 1.0, 404, f"no virtual host is for {host}"))
        return
    virtual_host, domain = found
    result.steps.append(
        Step("virtual host", str(virtual_host.get("name", "")), f"{host} is {domain}", origin_of(virtual_host))
    )
    if virtual_host.get("require_tls") in ("ALL", "EXTERNAL_ONLY") and request.scheme == "http":
        _, location = actions.redirect({"https_redirect": True}, {}, request)
        result.outcomes.append(Outcome("redirected", 1.0, 301, location))
        return
    left = 1.0
    for choice in choices(virtual_host, request):
        step = _route_step(choice.route, choice.index, request)
        condition = " and ".join(choice.unsure)
        share = left * choice.share
        for outcome in _of_route(dump, choice.route, request, connection, step):
            result.outcomes.append(replace(outcome, share=share * outcome.share, condition=condition))
        left -= 0 if condition else share
    if left > 1e-9:
        result.outcomes.append(Outcome("not found", left, 404, f"no route of {virtual_host.get('name')} takes it"))


def _route_step(route: Config, index: int, request: Request) -> Step:
    words = [actions.match_words(route.get("match") or {})]
    words += actions.notes(route, route.get("route") or {}, request)
    return Step("route", str(route.get("name") or f"#{index}"), "; ".join(words), origin_of(route))


def _of_route(dump: Dump, route: Config, request: Request, connection: Connection, step: Step) -> Iterator[Outcome]:
    if "redirect" in route:
        status, location = actions.redirect(route["redirect"], route.get("match") or {}, request)
        yield Outcome("redirected", 1.0, status, location, route=step)
    elif "direct_response" in route:
        answer = route["direct_response"]
        body = str((answer.get("body") or {}).get("inline_string", ""))
        yield Outcome("answered", 1.0, int(answer.get("status", 200)), body, route=step)
    elif "route" in route:
        shares = actions.cluster_shares(route["route"], request)
        for name, share in shares:
            yield replace(_to_cluster(dump, name, share, connection, http=True), route=step)
        if not shares:
            yield Outcome("unavailable", 1.0, 503, "all weights of the route are 0", route=step)
    else:
        yield Outcome("answered", 1.0, 200, "the route forwards nothing", route=step)


def _to_cluster(dump: Dump, name: str, share: float, connection: Connection, *, http: bool) -> Outcome:
    place = f"{connection.address or '(the address asked for)'}:{connection.port}"
    target = find_target(dump, name, place)
    status = 503 if http else 0
    if name == _BLACK_HOLE:
        return Outcome("closed", share, status, "nothing outside is to be reached (BlackHoleCluster)", target=target)
    if not target.kind:
        return Outcome("unavailable", share, status, f"there is no cluster {name}", target=target)
    if target.endpoints is not None and not any(each.is_healthy for each in target.endpoints):
        why = "none of its endpoints is healthy" if target.endpoints else "it has no endpoint"
        return Outcome("unavailable", share, status, f"{name}: {why}", target=target)
    return Outcome("forwarded", share, 0, name, target=target)


def _judged(config: Config, result: Trace, connection: Connection, what: str) -> bool:
    """Note what an RBAC filter says; whether it certainly refuses, so that the way ends here."""
    for judgement in judge(
        config, result.request, address=connection.address, port=connection.port, server_name=connection.server_name
    ):
        words = _judgement_words(judgement, what)
        origin = judgement.origins[0] if judgement.origins else None
        name = f"{judgement.action}{' (dry run)' if judgement.dry_run else ''}"
        result.steps.append(Step("authorization", name, words, origin, judgement))
        if judgement.dry_run:
            continue
        if judgement.allowed is False:
            status = 403 if what == "request" else 0
            result.outcomes.append(Outcome("denied", 1.0, status, words))
            return True
        if judgement.allowed is None:
            result.notes.append(f"it is refused or not depending on {', '.join(judgement.open_questions)}")
    return False


def _judgement_words(judgement: Judgement, what: str) -> str:
    names = ", ".join(judgement.policies)
    if judgement.allowed is None:
        return f"depends on {', '.join(judgement.open_questions)} ({names})"
    verdict = f"{what} is allowed" if judgement.allowed else f"{what} is refused"
    return f"{verdict}: {names} matches" if names else f"{verdict}: none of {judgement.count} policies matches"


def _address_words(connection: Connection) -> str:
    return f"for {connection.address or 'any address'}, port {connection.port}"


def _chain_words(chain: Config) -> str:
    match = chain.get("filter_chain_match") or {}
    words = []
    for key, title in (("server_names", "server name"), ("transport_protocol", ""), ("application_protocols", "")):
        if value := match.get(key):
            shown = "/".join(map(str, value)) if isinstance(value, list) else str(value)
            words.append(f"{title} {shown}".strip())
    socket = (chain.get("transport_socket") or {}).get("typed_config") or {}
    if str(socket.get("@type", "")).endswith(".DownstreamTlsContext"):
        mutual = socket.get("require_client_certificate")
        words.append("ends mutual TLS" if mutual else "ends TLS")
    return ", ".join(words)
