"""`istioctl ztunnel-config`: what ztunnels know, from the cluster or from a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from istioctl.cli.line import completers
from istioctl.cli.line.cluster_options import open_cluster
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.expiry import ExpiresWithinOption, expiry_span
from istioctl.cli.line.options import choice_option, namespace_option, output_option
from istioctl.cli.proxy_view import DIRECTIONS, SHORT, FormOption
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.printers import Output, print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.cli.ztunnel_view import Rows, View, ZtunnelFlags, look, show, source_of
from istioctl.errors import UsageError
from istioctl.proxies import ztunnel_tables as tables
from istioctl.proxies.ztunnel_tables import Selection

if TYPE_CHECKING:
    from istioctl.proxies.ztunnel import ZtunnelDump


_WORKLOADS = View(tables.WORKLOAD_HEADER, tables.workload_rows, tables.workloads)
_SERVICES = View(tables.SERVICE_HEADER, tables.service_rows, tables.services)
_POLICIES = View(tables.POLICY_HEADER, tables.policy_rows, tables.policies)
_CERTIFICATES = View(
    tables.CERTIFICATE_HEADER,
    lambda dump, _: [row[:-1] for row in tables.certificate_rows(dump, datetime.now(UTC))],
    lambda dump, _: dump.certificates,
)
_CONNECTIONS = View(tables.CONNECTION_HEADER, tables.connection_rows, tables.states)
_EVERYTHING = {
    "WORKLOAD": _WORKLOADS, "SERVICE": _SERVICES, "POLICY": _POLICIES, "SECRET": _CERTIFICATES,
    "CONNECTIONS": _CONNECTIONS,
}  # fmt: skip


def workload(
    ctx: Context,
    flags: ZtunnelFlags,
    output: FormOption = SHORT,
    address: Annotated[str, Option("--address", metavar="IP", help="Only workloads with this address.")] = "",
    namespace: Annotated[str, namespace_option("--workload-namespace", "Only workloads of this namespace.")] = "",
    workload_node: Annotated[
        str,
        Option(
            "--workload-node",
            metavar="NODE",
            help="Only workloads of this node.",
            autocompletion=completers.nodes,
        ),
    ] = "",
) -> None:
    """Show the workloads that a ztunnel knows."""
    show(ctx, flags, output, _WORKLOADS, Selection(namespace=namespace, address=address, node=workload_node))


def service(
    ctx: Context,
    flags: ZtunnelFlags,
    output: FormOption = SHORT,
    namespace: Annotated[str, namespace_option("--service-namespace", "Only services of this namespace.")] = "",
) -> None:
    """Show the services that a ztunnel knows."""
    show(ctx, flags, output, _SERVICES, Selection(namespace=namespace))


def policy(
    ctx: Context,
    flags: ZtunnelFlags,
    output: FormOption = SHORT,
    namespace: Annotated[str, namespace_option("--policy-namespace", "Only policies of this namespace.")] = "",
) -> None:
    """Show the authorization policies that a ztunnel knows."""
    show(ctx, flags, output, _POLICIES, Selection(namespace=namespace))


def certificate(
    ctx: Context,
    flags: ZtunnelFlags,
    output: Annotated[
        Output, output_option("short", "wide", default="short", note="wide also tells how long each is good.")
    ] = SHORT,
    expires_within: ExpiresWithinOption = "",
) -> int:
    """Show the certificates of a ztunnel's workloads; without a name those of all ztunnels."""
    span = expiry_span(expires_within)
    now = datetime.now(UTC)
    more = span is not None or output.form == "wide"
    header = (*tables.CERTIFICATE_HEADER, *(tables.EXPIRY_HEADER if more else ()))
    doomed: list[object] = []

    def rows(dump: ZtunnelDump, _: Selection) -> Rows:
        found = tables.certificate_rows(dump, now, within=span)
        doomed.extend(found if span is not None else ())
        return [row[: len(header)] for row in found]

    def data(dump: ZtunnelDump, _: Selection) -> object:
        found = tables.certificates(dump, now, within=span)
        doomed.extend(found if span is not None else ())
        return found

    form = SHORT if output.form == "wide" else output
    show(ctx, flags, form, View(header, rows, data), Selection(), own=True)
    return ExitStatus.NOT_WELL if doomed else ExitStatus.OK


def connections(
    ctx: Context,
    flags: ZtunnelFlags,
    output: FormOption = SHORT,
    namespace: Annotated[str, namespace_option("--workload-namespace", "Only workloads of this namespace.")] = "",
    direction: Annotated[str, choice_option("--direction", DIRECTIONS, "Only such connections.")] = "",
    raw: Annotated[bool, Option("--raw", help="Show addresses instead of names.")] = False,
) -> None:
    """Show the connections through a ztunnel; without a name those through all ztunnels."""
    if direction and direction not in DIRECTIONS:
        terminal().warn(f"there is no direction {direction!r}, so both are shown: choose inbound or outbound")
    view = _CONNECTIONS
    if raw:
        view = view._replace(rows=lambda dump, selection: tables.connection_rows(dump, selection, raw=True))
    show(ctx, flags, output, view, Selection(namespace=namespace, direction=direction), own=True)


def everything(
    ctx: Context,
    flags: ZtunnelFlags,
    output: FormOption = SHORT,
    headers: Annotated[bool, Option("--with-headers", help="Put a heading above each part.")] = False,
) -> None:
    """Show all that a ztunnel knows."""

    def keep(dump: ZtunnelDump, selection: Selection) -> Any:
        return dump.raw if output != SHORT else [view.rows(dump, selection) for view in _EVERYTHING.values()]

    shown = look(ctx, flags, keep, Selection())
    if output != SHORT:
        shown.print_document(output)
    elif shown.kept:
        for index, (title, view) in enumerate(_EVERYTHING.items()):
            terminal().write("\n" + (f"------ {title} INFO ------\n\n" if headers else ""))
            shown.print_rows(view.header, lambda kept, index=index: kept[index])  # type: ignore[misc]
    shown.end()


def log(
    ctx: Context,
    flags: ZtunnelFlags,
    output: FormOption = SHORT,
    level: Annotated[
        str, Option("--level", metavar="[LOGGER:]LEVEL,...", help="What it shall log: trace, debug, info, warning, …")
    ] = "",
    reset: Annotated[bool, Option("-r", "--reset", help="Let every logger tell info and worse again.")] = False,
) -> None:
    """Show, or change, what a ztunnel logs; without a name, every ztunnel."""
    flags.check()
    if flags.file:
        raise UsageError("a dump does not tell what is logged", where="--file")
    if reset and level:
        raise UsageError("--level cannot be combined with --reset")
    from istioctl.actions.observe.ztunnels import find_ztunnels, log_levels, ztunnel_levels

    ztunnel_levels(level)
    session = open_cluster(ctx)
    answers = log_levels(
        session, find_ztunnels(session, source_of(ctx, flags, own=True)), level=level, reset=reset, port=flags.port
    )
    if output == SHORT:
        for ztunnel, text in answers.found.items():
            terminal().write(f"{ztunnel}:\n{text}\n\n")
    elif answers.found:
        print_data({ztunnel.key: text.splitlines() for ztunnel, text in answers.found.items()}, output)
    if answers.failure is not None:
        raise answers.failure
