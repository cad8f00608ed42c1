"""What Envoys say of their configuration: of a file, or of many proxies at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from istioctl.actions.observe.targets import ADMIN_PORT, Answers, Proxy, Targets, ask_proxy, each_proxy, find_proxies
from istioctl.cluster.session import Session
from istioctl.proxies.config_dump import ConfigDump
from istioctl.proxies.json_parts import Reader
from istioctl.proxies.tables import Table


class Page(Protocol):
    """A page of the admin API that has been read."""

    @property
    def reader(self) -> Reader:
        """Decodes its parts."""


D = TypeVar("D", bound=Page)
T = TypeVar("T")

Keep = Callable[[Any], T]


@dataclass(frozen=True, slots=True)
class View(Generic[D]):
    """One way to look at a proxy.

    Attributes:
        request: the page of the admin API that tells it, with its query.
        open: reads the page; the second argument is where it comes from.
        tables: its tables, given the page.
        data: the same as trees, each run through the given function when it is made, and only what that gives is kept;
            a list, or one tree.
    """

    request: str
    open: Callable[[bytes, str], D]
    tables: Callable[[D], Sequence[Table]]
    data: Callable[[D, Keep[Any]], Any]


def look(
    session: Session, targets: Targets, view: View[D], make: Callable[[D], T], port: int = ADMIN_PORT
) -> Answers[T]:
    """What `make` gets from each proxy's page; several proxies are asked at the same time.

    Raises:
        InputError: no proxy is named, or what is named has no pods.
        ClusterError: there is no such object, or the API server can't be reached or refuses.
    """

    def read(proxy: Proxy) -> T:
        body = ask_proxy(session, proxy, view.request, port=port)
        return make(view.open(body, f"pod {proxy.key}"))

    return each_proxy(find_proxies(session, targets), read)


def config_dump(query: str) -> str:
    """The request for a configuration dump with this query."""
    return f"/config_dump?{query}"


#: What of a dump is asked for, by what it shows (upstream `proxyconfig.go`).
CLUSTERS = config_dump("mask=dynamic_active_clusters,dynamic_warming_clusters,static_clusters")
LISTENERS = config_dump("mask=dynamic_listeners,static_listeners")
ROUTES = config_dump("mask=dynamic_route_configs,static_route_configs")
SECRETS = config_dump("mask=dynamic_active_secrets,dynamic_warming_secrets")
BOOTSTRAP = config_dump("mask=bootstrap")
EVERYTHING = config_dump("include_eds=true")
HOSTS = "/clusters?format=json"


def of_dump(
    request: str, tables: Callable[[ConfigDump], Sequence[Table]], data: Callable[[ConfigDump, Keep[Any]], Any]
) -> View[ConfigDump]:
    """A view of a configuration dump."""
    return View(request, ConfigDump, tables, data)
