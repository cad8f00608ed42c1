"""`istioctl proxy-config`: what Envoys say of their configuration, from the cluster or from a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import output_option
from istioctl.cli.line.parameters import flag_group
from istioctl.cli.line.proxy_flags import AdminPortOption, ProxyFlags
from istioctl.cli.proxy_view import DIRECTIONS, SHORT, FileOption, ViewFlags, show
from istioctl.cli.screen.printers import JSON, Output
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from istioctl.proxies.config_dump import ConfigDump
    from istioctl.proxies.tables import Table

_TITLES = ("BOOTSTRAP INFO", "CLUSTER INFO", "LISTENER INFO", "ROUTE INFO", "SECRET INFO", "ENDPOINTS INFO")
PortOption = Annotated[int, Option("--port", min=0, max=65535, metavar="PORT", help="Only those with this port.")]
AddressOption = Annotated[str, Option("--address", metavar="ADDRESS", help="Only those with this address.")]
TypeOption = Annotated[
    str, Option("--type", metavar="TYPE", help="Only listeners of this type: HTTP, TCP, HTTP+TCP or UNKNOWN.")
]
NameOption = Annotated[str, Option("--name", metavar="NAME", help="Only the route configuration of this name.")]
VerboseOption = Annotated[bool, Option("--verbose/--no-verbose", help="Also what each matches and where it leads.")]


@flag_group
class ClusterFlags(NamedTuple):
    """Which clusters are meant."""

    fqdn: Annotated[str, Option("--fqdn", metavar="TEXT", help="Only clusters whose service has this in its name.")] = (
        ""
    )
    direction: Annotated[
        str,
        Option(
            "--direction",
            metavar="NAME",
            help="Only inbound or outbound clusters.",
            autocompletion=lambda _: DIRECTIONS,
        ),
    ] = ""
    subset: Annotated[str, Option("--subset", metavar="TEXT", help="Only clusters with this in their subset.")] = ""
    port: PortOption = 0


@flag_group
class EndpointFlags(NamedTuple):
    """Which endpoints are meant."""

    address: AddressOption = ""
    port: PortOption = 0
    cluster: Annotated[str, Option("--cluster", metavar="NAME", help="Only endpoints of this cluster.")] = ""
    status: Annotated[str, Option("--status", metavar="STATUS", help="Only endpoints of this status: healthy, …")] = ""


def cluster(ctx: Context, proxies: ProxyFlags, view: ViewFlags, flags: ClusterFlags) -> None:
    """Show the clusters of proxies: the services and subsets that they can send to."""
    from istioctl.proxies import clusters
    from istioctl.proxies.views import CLUSTERS, of_dump

    wanted = clusters.ClusterFilter(**flags._asdict())
    look = of_dump(
        CLUSTERS, lambda dump: [clusters.table(dump, wanted)], lambda dump, keep: clusters.trees(dump, wanted, keep)
    )
    show(ctx, proxies, view, look)


def listener(
    ctx: Context,
    proxies: ProxyFlags,
    view: ViewFlags,
    address: AddressOption = "",
    port: PortOption = 0,
    type_: TypeOption = "",
    verbose: VerboseOption = True,
    waypoint: Annotated[
        bool, Option("--waypoint", hidden=True, help="The filter chains of a waypoint, and the ways into them.")
    ] = False,
) -> None:
    """Show the listeners of proxies: where they take connections, and what they do with them."""
    from istioctl.proxies import listeners, waypoint_listeners
    from istioctl.proxies.views import LISTENERS, of_dump

    wanted = listeners.ListenerFilter(address, port, type_)
    if waypoint:
        view = view._replace(output=SHORT)
    look = of_dump(
        LISTENERS,
        lambda dump: [waypoint_listeners.table(dump) if waypoint else listeners.table(dump, wanted, verbose=verbose)],
        lambda dump, keep: listeners.trees(dump, wanted, keep),
    )
    show(ctx, proxies, view, look)


def route(
    ctx: Context, proxies: ProxyFlags, view: ViewFlags, name: NameOption = "", verbose: VerboseOption = True
) -> None:
    """Show the routes of proxies: which requests go where."""
    from istioctl.proxies import routes
    from istioctl.proxies.views import ROUTES, of_dump

    look = of_dump(
        ROUTES,
        lambda dump: [routes.table(dump, name, verbose=verbose)],
        lambda dump, keep: routes.trees(dump, name, keep),
    )
    show(ctx, proxies, view, look)


def endpoint(ctx: Context, proxies: ProxyFlags, view: ViewFlags, flags: EndpointFlags) -> None:
    """Show the endpoints of proxies and their health, as `/clusters?format=json` of the admin API tells them."""
    from istioctl.proxies import hosts
    from istioctl.proxies.endpoints import EndpointFilter
    from istioctl.proxies.views import HOSTS, View

    wanted = EndpointFilter(*flags)

    def read(body: bytes, source: str) -> hosts.ClusterStatuses:
        page = hosts.ClusterStatuses(body, source)
        if not page.is_complete:
            terminal().warn(
                f"{source} has no `cluster_statuses`; `istioctl proxy-config eds` reads configuration dumps"
            )
        return page

    look = View(
        HOSTS,
        read,
        lambda page: [hosts.table(page, wanted)],
        lambda page, keep: hosts.trees(page, wanted, keep),
    )
    show(ctx, proxies, view, look)


def eds(ctx: Context, proxies: ProxyFlags, view: ViewFlags, flags: EndpointFlags) -> None:
    """Show the endpoints that proxies were given, with localities and metadata."""
    from istioctl.proxies import endpoints
    from istioctl.proxies.views import EVERYTHING, of_dump

    wanted = endpoints.EndpointFilter(*flags)
    look = of_dump(
        EVERYTHING, lambda dump: [endpoints.table(dump, wanted)], lambda dump, keep: endpoints.trees(dump, wanted, keep)
    )
    show(ctx, proxies, view, look)


def bootstrap(
    ctx: Context,
    proxies: ProxyFlags,
    file: FileOption = "",
    output: Annotated[Output, output_option(SHORT.form, default=JSON)] = Output(JSON),  # noqa: B008 - it is immutable
    admin_port: AdminPortOption = 15000,
) -> None:
    """Show what proxies were started with; in short, the versions of Istio and Envoy."""
    from istioctl.proxies import bootstrap as own
    from istioctl.proxies.views import BOOTSTRAP, of_dump

    look = of_dump(BOOTSTRAP, lambda dump: [own.table(dump)], lambda dump, keep: keep(own.tree(dump)))
    show(ctx, proxies, ViewFlags(file, output, False, admin_port), look)


def ecds(ctx: Context, proxies: ProxyFlags, view: ViewFlags) -> None:
    """Show the extensions that proxies got by name, such as Wasm plugins."""
    from istioctl.proxies import extensions
    from istioctl.proxies.views import EVERYTHING, of_dump

    running = not view.file
    look = of_dump(
        EVERYTHING,
        lambda dump: [extensions.table(dump, running=running)],
        lambda dump, keep: keep(extensions.tree(dump, running=running)),
    )
    show(ctx, proxies, view, look)


def everything(
    ctx: Context,
    proxies: ProxyFlags,
    view: ViewFlags,
    clusters: ClusterFlags,
    address: AddressOption = "",
    type_: TypeOption = "",
    name: NameOption = "",
    verbose: VerboseOption = True,
    with_headers: Annotated[bool, Option("--with-headers", help="Print a title above each table.")] = False,
) -> None:
    """Show all configuration of proxies; as JSON, the dump that the other commands take as a file."""
    from istioctl.proxies.shareable import shareable
    from istioctl.proxies.views import EVERYTHING, of_dump

    def tables(dump: ConfigDump) -> Sequence[Table]:
        from datetime import UTC, datetime

        from istioctl.proxies import everything as own

        return own.tables(dump, own.Selection(*clusters, address, type_, name, verbose), datetime.now(UTC))

    look = of_dump(EVERYTHING, tables, lambda dump, keep: keep(dump.shareable()))._replace(text=shareable)
    show(ctx, proxies, view, look, _TITLES if with_headers else ())
