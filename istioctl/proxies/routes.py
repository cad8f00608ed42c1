"""The routes of an Envoy: rows and trees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from istioctl.golang.sorting import sort_slice
from istioctl.proxies.config_dump import ROUTES, ConfigDump, at_least_one, resource
from istioctl.proxies.names import PASSTHROUGH, managed_by, whole_number
from istioctl.proxies.route_text import match_text, short_domains
from istioctl.proxies.tables import Table

T = TypeVar("T")
Routes = dict[str, Any]

MESSAGE = "envoy.config.route.v3.RouteConfiguration"
HEADER = ("NAME", "VHOST NAME", "DOMAINS", "MATCH", "VIRTUAL SERVICE")
SHORT_HEADER = ("NAME", "VIRTUAL HOSTS")


def table(dump: ConfigDump, name: str = "", *, verbose: bool = True, typed: bool = False) -> Table:
    """A row a route, or a row a route configuration; those named by a port in the order of ports.

    Args:
        name: only the configuration of this name.
        verbose: a row for each route; routes to where the client meant to go anyway are left out.
        typed: with names marked `route/`.

    Raises:
        InputError: the dump has no routes.
    """
    rows: list[list[str]] = []
    every = at_least_one(_every(dump), "routes", dump.source)
    for routes in sort_slice((each for each in every if name in ("", _name(each))), _before):
        shown = f"route/{_name(routes)}" if typed else _name(routes)
        hosts = routes.get("virtual_hosts") or []
        if verbose:
            rows += [[shown, *row] for host in hosts for row in _rows(host)]
        else:
            rows.append([shown, str(len(hosts))])
    return Table(HEADER if verbose else SHORT_HEADER, rows)


def trees(dump: ConfigDump, name: str, keep: Callable[[Any], T]) -> list[T]:
    """Each route configuration in protobuf's JSON, in the order of the table.

    Args:
        keep: what is kept of each, so that not all need be in memory at once.
    """
    from istioctl.proxies.protobuf_json import camel_case

    found = [
        (_name(routes), keep(camel_case(routes, MESSAGE))) for routes in _every(dump) if name in ("", _name(routes))
    ]
    return [kept for _, kept in sort_slice(found, lambda first, second: _is_lower(first[0], second[0]))]


def _every(dump: ConfigDump) -> Iterator[Routes]:
    section = dump.section(ROUTES)
    for field, message in (
        ("dynamic_route_configs", "DynamicRouteConfig"),
        ("static_route_configs", "StaticRouteConfig"),
    ):
        for entry in section.entries(field, message):
            found = resource(entry, "route_config")
            if found is not None:
                found.pop("@type", None)
                yield found


def _name(routes: Routes) -> str:
    return str(routes.get("name") or "")


def _before(first: Routes, second: Routes) -> bool:
    return _is_lower(_name(first), _name(second))


def _is_lower(first: str, second: str) -> bool:
    """Whether both names are numbers, the first the lower; names of other kinds have no order."""
    low, high = whole_number(first), whole_number(second)
    return low is not None and high is not None and low < high


def _rows(host: dict[str, Any]) -> Iterator[list[str]]:
    name, domains = str(host.get("name") or ""), short_domains(host.get("domains") or [])
    routes = host.get("routes") or []
    for route in routes:
        if (route.get("route") or {}).get("cluster") != PASSTHROUGH:
            yield [name, domains, match_text(route.get("match")), managed_by(route.get("metadata"))]
    if not routes:
        yield [name, domains, "/*", "404"]
