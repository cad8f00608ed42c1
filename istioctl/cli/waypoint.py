"""`istioctl waypoint apply|generate|list|status|delete`: the waypoints of ambient mode."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated

from istioctl.api.identity import ObjectKey
from istioctl.cli.line import completers
from istioctl.cli.line.cluster_options import open_cluster
from istioctl.cli.line.declare import Argument, Context, GlobalOptions, Option
from istioctl.cli.line.options import ListFlags, NamesOutputOption, revision_option
from istioctl.cli.screen.printers import print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import ClusterError, ErrorGroup, IstioctlError, UsageError

if TYPE_CHECKING:
    from istioctl.actions.waypoints.waypoints import Waypoint
    from istioctl.cluster.session import Session


def _traffic_types(_: GlobalOptions) -> Sequence[str]:
    from istioctl.actions.waypoints.gateways import TRAFFIC_TYPES

    return TRAFFIC_TYPES


NameOption = Annotated[
    str, Option("--name", metavar="NAME", help="The waypoint's name.", autocompletion=completers.waypoints)
]
TrafficOption = Annotated[
    str,
    Option(
        "--for",
        metavar="TRAFFIC",
        help="What goes through it: all, none, service or workload.",
        autocompletion=_traffic_types,
    ),
]
RevisionOption = Annotated[str, revision_option("The control plane revision it has.")]
AllNamespacesOption = Annotated[bool, Option("-A", "--all-namespaces", help="The waypoints of all namespaces.")]
WordsArgument = Annotated[list[str], Argument(hidden=True)]
TimeoutOption = Annotated[str, Option("--waypoint-timeout", metavar="DURATION", help="How long to wait for it.")]


def generate(
    ctx: Context,
    words: WordsArgument = [],  # noqa: B006 - it is copied
    name: NameOption = "waypoint",
    traffic: TrafficOption = "",
    revision: RevisionOption = "",
    output: NamesOutputOption = None,
) -> None:
    """Print the Gateway that makes a waypoint.

    Apply it by hand: istioctl waypoint generate --namespace shop | kubectl apply -f -
    """
    from istioctl.actions.waypoints.gateways import Wanted, waypoint_gateway

    gateway = waypoint_gateway(Wanted(name, ctx.options.namespace, traffic, revision))
    if words:
        terminal().warn(f"not used: {' '.join(words)}; a waypoint is named by --name")
    print_data(gateway, output or "yaml", names=[ObjectKey.of(gateway).resource_name])


def apply(
    ctx: Context,
    name: NameOption = "waypoint",
    traffic: TrafficOption = "",
    revision: RevisionOption = "",
    enroll: Annotated[bool, Option("--enroll-namespace", help="Make the namespace use the waypoint.")] = False,
    overwrite: Annotated[
        bool, Option("--overwrite", help="Enroll the namespace even if it uses another waypoint.")
    ] = False,
    wait: Annotated[bool, Option("-w", "--wait/--no-wait", help="Wait until the waypoint is in place.")] = False,
    timeout: TimeoutOption = "1m30s",
) -> None:
    """Make a waypoint in a namespace, or change it."""
    from istioctl.actions.waypoints import waypoints
    from istioctl.actions.waypoints.gateways import Wanted, waypoint_gateway
    from istioctl.golang.durations import parse_duration

    console = terminal()
    seconds = parse_duration(timeout)
    session, namespace = _open(ctx)
    gateway = waypoint_gateway(Wanted(name, namespace, traffic, revision))
    own_name = gateway["metadata"]["name"]
    used, is_ambient = waypoints.enrolled_waypoint(session, namespace)
    if enroll:
        if used not in ("", own_name) and not overwrite:
            console.warn(
                f"nothing is applied: namespace {namespace} uses waypoint {used}; pass --overwrite to change it"
            )
            return
        if not is_ambient:
            hint = f"kubectl label namespace {namespace} istio.io/dataplane-mode=ambient"
            console.warn(f"namespace {namespace} is not in ambient mode; to put it there: {hint}")
    waypoints.apply_waypoint(session, gateway)
    console.write(f"waypoint {namespace}/{own_name} applied\n")
    if wait:
        waypoints.wait_until_programmed(session, namespace, own_name, seconds)
        console.write(f"waypoint {namespace}/{own_name} is ready\n")
    if enroll:
        waypoints.enroll_namespace(session, namespace, own_name)
        console.write(f"namespace {namespace} labeled with istio.io/use-waypoint: {own_name}\n")


def list_(ctx: Context, shown: ListFlags, name: NameOption = "", all_namespaces: AllNamespacesOption = False) -> None:
    """List waypoints."""
    found = _find(ctx, name, all_namespaces)[1]
    columns = ("REVISION", "TRAFFIC TYPE", "PROGRAMMED")
    _show(shown, found, columns, lambda each: (each.revision, each.traffic, each.programmed), all_namespaces)


def status(
    ctx: Context,
    name: NameOption = "",
    all_namespaces: AllNamespacesOption = False,
    wait: Annotated[bool, Option("-w", "--wait/--no-wait", help="Wait until all are in place.")] = True,
    timeout: TimeoutOption = "1m30s",
    *,
    shown: ListFlags,
) -> None:
    """Show what istiod says of waypoints, by default once all are in place.

    Where one is not in time, all are shown as they are, and the command fails.
    """
    from istioctl.actions.waypoints.waypoints import wait_for_all
    from istioctl.golang.durations import parse_duration

    seconds = parse_duration(timeout)
    session, found = _find(ctx, name, all_namespaces)
    failure: IstioctlError | None = None
    if wait:
        try:
            found = wait_for_all(session, found, seconds)
        except (ClusterError, ErrorGroup) as problem:
            failure = problem
            with suppress(ClusterError):
                found = _find(ctx, name, all_namespaces)[1]
    columns = ("STATUS", "TYPE", "REASON", "MESSAGE")
    _show(shown, found, columns, lambda each: [each.condition.get(key.lower(), "") for key in columns], all_namespaces)
    if failure is not None:
        raise failure


def delete(
    ctx: Context,
    names: Annotated[
        list[str], Argument(metavar="[NAME...]", help="The waypoints.", autocompletion=completers.waypoints)
    ] = [],  # noqa: B006
    name: Annotated[
        str, Option("--name", metavar="NAME", help="One more of them.", autocompletion=completers.waypoints)
    ] = "",
    everything: Annotated[bool, Option("--all", help="All waypoints of the namespace.")] = False,
    revision: Annotated[str, revision_option("The namespace's waypoints of this revision.")] = "",
) -> None:
    """Delete waypoints of a namespace, by name, by revision, or all."""
    from istioctl.actions.waypoints.waypoints import delete_waypoints, list_waypoints

    wanted = [*names, *([name] if name else [])]
    if wanted and (everything or revision):
        raise UsageError("cannot specify waypoint names when deleting all waypoints", where="--all, --revision")
    if not (wanted or everything or revision):
        raise UsageError("there is nothing to delete", hint="Name waypoints, or pass --all or --revision.")
    console = terminal()
    session, namespace = _open(ctx)
    if not wanted:
        wanted = [found.name for found in list_waypoints(session, namespace, revision=revision)]

    def tell(deleted: str, was_there: bool) -> None:
        console.write(f"waypoint {namespace}/{deleted} {'deleted' if was_there else 'not found'}\n")

    delete_waypoints(session, namespace, wanted, tell)


def _open(ctx: Context) -> tuple[Session, str]:
    """A session, and the namespace to work in."""
    session = open_cluster(ctx)
    return session, ctx.options.namespace or session.namespace


def _find(ctx: Context, name: str, all_namespaces: bool) -> tuple[Session, list[Waypoint]]:
    from istioctl.actions.waypoints.waypoints import list_waypoints

    session, namespace = _open(ctx)
    found = list_waypoints(session, "" if all_namespaces else namespace)
    return session, [waypoint for waypoint in found if name in ("", waypoint.name)]


def _show(
    shown: ListFlags,
    found: Sequence[Waypoint],
    columns: Sequence[str],
    cells: Callable[[Waypoint], Sequence[str]],
    with_namespace: bool,
) -> None:
    start = 0 if with_namespace else 1
    shown.show(
        found,
        lambda waypoint: str(waypoint.key.resource_name),
        ("NAMESPACE", "NAME", *columns)[start:],
        lambda waypoint: (waypoint.namespace, waypoint.name, *cells(waypoint))[start:],
        nothing="No waypoints found.",
    )
