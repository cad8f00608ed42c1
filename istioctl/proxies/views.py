"""The ways to look at an Envoy: which page of its admin API tells it, and what is made of the page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, Protocol, TypeVar

from istioctl.errors import InputError
from istioctl.proxies.config_dump import ConfigDump
from istioctl.proxies.json_parts import TOO_DEEP, Reader
from istioctl.proxies.tables import Table

if TYPE_CHECKING:
    from istioctl.proxies.shareable import Piece

T = TypeVar("T")


class Page(Protocol):
    """A page of the admin API that has been read."""

    @property
    def reader(self) -> Reader:
        """Decodes its parts."""

    @property
    def source(self) -> str:
        """Where it comes from."""


D = TypeVar("D", bound=Page)
Keep = Callable[[Any], T]
_HINT = "See that it is what Envoy's admin API answered."


class View(NamedTuple, Generic[D]):
    """One way to look at a proxy.

    Attributes:
        request: the page of the admin API that tells it, with its query.
        open: reads the page; the second argument is where it comes from.
        tables: its tables, given the page.
        data: the same as trees, each run through the given function when it is made, and only what that gives is kept;
            a list, or one tree.
        text: what is shown of one page as JSON, in pieces, where there is a quicker way to it than `data`; the second
            argument is where the page comes from.
    """

    request: str
    open: Callable[[bytes, str], D]
    tables: Callable[[D], Sequence[Table]]
    data: Callable[[D, Keep[Any]], Any]
    text: Callable[[bytes, str], Iterable[Piece]] | None = None


def made(make: Callable[[D], T], page: D) -> T:
    """What `make` gets from a page.

    Dumps are read as Envoy writes them, without a check of each value's type, which would take longer than all else.
    Where a value turns out to be of another type, the page as a whole is refused.

    Raises:
        InputError: the page is not as Envoy writes it.
    """
    try:
        return make(page)
    except RecursionError:
        raise InputError(TOO_DEEP, where=page.source, hint=_HINT, id="not-a-dump") from None
    except (AttributeError, LookupError, TypeError, ValueError) as problem:
        raise InputError(
            f"a value is not of the type that Envoy gives it ({problem})",
            where=page.source,
            hint=_HINT,
            id="not-a-dump",
        ) from problem


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
