"""`istioctl ztunnel-config`: what ztunnels know, from the cluster or from a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

from istioctl.cli.line.completers import pods
from istioctl.cli.line.declare import Argument, Context, Option
from istioctl.cli.line.files import read_bytes
from istioctl.cli.line.parameters import flag_group
from istioctl.cli.proxy_view import Form, FormOption, open_cluster
from istioctl.cli.screen.printers import print_data, print_table
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError
from istioctl.proxies import ztunnel_tables as tables
from istioctl.proxies.ztunnel_tables import Selection

if TYPE_CHECKING:
    from istioctl.actions.observe.ztunnels import Source
    from istioctl.errors import IstioctlError
    from istioctl.proxies.ztunnel import ZtunnelDump

_GAP = 1


class CertificateForm(StrEnum):
    """How certificates are printed."""

    SHORT = "short"
    WIDE = "wide"
    JSON = "json"
    YAML = "yaml"


class Direction(StrEnum):
    """Which connections are shown."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


@flag_group
class ZtunnelFlags(NamedTuple):
    """The words and flags that say which ztunnels are meant, and how they are shown."""

    names: Annotated[
        list[str],
        Argument(
            metavar="[TYPE/]NAME[.NAMESPACE]",
            help="A ztunnel, or a workload, which means its node's ztunnel. Several may be given.",
            autocompletion=pods,
        ),
    ] = []  # noqa: RUF012 - it is copied
    file: Annotated[str, Option("-f", "--file", metavar="FILE", help="A ztunnel's dump; `-` is stdin.")] = ""
    node: Annotated[str, Option("--node", metavar="NODE", help="The ztunnel of this node.")] = ""
    everything: Annotated[bool, Option("--all", help="Every ztunnel.")] = False
    port: Annotated[int, Option("--proxy-admin-port", metavar="PORT", help="The port of ztunnel's admin API.")] = 15000

    def check(self) -> None:
        """Refuses what excludes each other.

        Raises:
            UsageError: it does.
        """
        given = {"--file": self.file, "--node": self.node, "--all": self.everything, "a pod": self.names}
        ways = [way for way, is_given in given.items() if is_given]
        if len(ways) > 1:
            raise UsageError(f"{' and '.join(ways)} exclude each other", hint="Pass at most one of them.")
        if not 0 < self.port < 65536:
            raise UsageError(f"port number {self.port} must be in the range 1..65535", where="--proxy-admin-port")


class View(NamedTuple):
    """A part of a dump.

    Attributes:
        rows: its rows, given a dump and what is selected of it.
        data: the same for JSON and YAML.
    """

    header: Sequence[str]
    rows: Callable[[ZtunnelDump, Selection], Sequence[Sequence[str]]]
    data: Callable[[ZtunnelDump, Selection], Any]


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
    output: FormOption = Form.SHORT,
    address: Annotated[str, Option("--address", metavar="IP", help="Only workloads with this address.")] = "",
    namespace: Annotated[
        str, Option("--workload-namespace", metavar="NAME", help="Only workloads of this namespace.")
    ] = "",
    workload_node: Annotated[str, Option("--workload-node", metavar="NODE", help="Only workloads of this node.")] = "",
) -> None:
    """Show the workloads that a ztunnel knows."""
    _show(ctx, flags, output, _WORKLOADS, Selection(namespace=namespace, address=address, node=workload_node))


def service(
    ctx: Context,
    flags: ZtunnelFlags,
    output: FormOption = Form.SHORT,
    namespace: Annotated[
        str, Option("--service-namespace", metavar="NAME", help="Only services of this namespace.")
    ] = "",
) -> None:
    """Show the services that a ztunnel knows."""
    _show(ctx, flags, output, _SERVICES, Selection(namespace=namespace))


def policy(
    ctx: Context,
    flags: ZtunnelFlags,
    output: FormOption = Form.SHORT,
    namespace: Annotated[
        str, Option("--policy-namespace", metavar="NAME", help="Only policies of this namespace.")
    ] = "",
) -> None:
    """Show the authorization policies that a ztunnel knows."""
    _show(ctx, flags, output, _POLICIES, Selection(namespace=namespace))


def certificate(
    ctx: Context,
    flags: ZtunnelFlags,
    output: Annotated[
        CertificateForm, Option("-o", "--output", help="How it is printed; wide also tells how long each is good.")
    ] = CertificateForm.SHORT,
    expires_within: Annotated[
        str,
        Option("--expires-within", metavar="DURATION", help="Only what expires by then, such as 72h; exit 1 for any."),
    ] = "",
) -> int:
    """Show the certificates of a ztunnel's workloads; without a name those of all ztunnels."""
    from istioctl.golang.durations import parse_duration

    span = timedelta(seconds=parse_duration(expires_within)) if expires_within else None
    if span is not None and span < timedelta(0):
        raise UsageError(f"{expires_within} is in the past", where="--expires-within")
    now = datetime.now(UTC)
    more = span is not None or output is CertificateForm.WIDE
    header = (*tables.CERTIFICATE_HEADER, *(tables.EXPIRY_HEADER if more else ()))
    doomed: list[object] = []

    def rows(dump: ZtunnelDump, _: Selection) -> Sequence[Sequence[str]]:
        found = tables.certificate_rows(dump, now, within=span)
        doomed.extend(found if span is not None else ())
        return [row[: len(header)] for row in found]

    def data(dump: ZtunnelDump, _: Selection) -> object:
        found = tables.certificates(dump, now, within=span)
        doomed.extend(found if span is not None else ())
        return found

    form = Form.SHORT if output is CertificateForm.WIDE else Form(output.value)
    _show(ctx, flags, form, View(header, rows, data), Selection(), own=True)
    return 1 if doomed else 0


def connections(
    ctx: Context,
    flags: ZtunnelFlags,
    output: FormOption = Form.SHORT,
    namespace: Annotated[
        str, Option("--workload-namespace", metavar="NAME", help="Only workloads of this namespace.")
    ] = "",
    direction: Annotated[str, Option("--direction", metavar="inbound|outbound", help="Only such connections.")] = "",
    raw: Annotated[bool, Option("--raw", help="Show addresses instead of names.")] = False,
) -> None:
    """Show the connections through a ztunnel; without a name those through all ztunnels."""
    if direction and direction not in set(Direction):
        terminal().warn(f"there is no direction {direction!r}, so both are shown: choose inbound or outbound")
    view = _CONNECTIONS
    if raw:
        view = view._replace(rows=lambda dump, selection: tables.connection_rows(dump, selection, raw=True))
    _show(ctx, flags, output, view, Selection(namespace=namespace, direction=direction), own=True)


def everything(
    ctx: Context,
    flags: ZtunnelFlags,
    output: FormOption = Form.SHORT,
    headers: Annotated[bool, Option("--with-headers", help="Put a heading above each part.")] = False,
) -> None:
    """Show all that a ztunnel knows."""
    dumps = _read(ctx, flags, own=False)
    if output is not Form.SHORT:
        _print_data({each.key: each.dump.raw for each in dumps.given}, output, dumps.is_one)
    elif dumps.given:
        for title, view in _EVERYTHING.items():
            terminal().write("\n" + (f"------ {title} INFO ------\n\n" if headers else ""))
            _print_rows(view, dumps, Selection())
    dumps.end()


def log(
    ctx: Context,
    flags: ZtunnelFlags,
    output: FormOption = Form.SHORT,
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
        session, find_ztunnels(session, _source(ctx, flags, own=True)), level=level, reset=reset, port=flags.port
    )
    if output is Form.SHORT:
        for ztunnel, text in answers.found.items():
            terminal().write(f"{ztunnel}:\n{text}\n\n")
    elif answers.found:
        print_data({ztunnel.key: text.splitlines() for ztunnel, text in answers.found.items()}, output.value)
    if answers.failure is not None:
        raise answers.failure


class Given(NamedTuple):
    """One dump.

    Attributes:
        key, label: the name of the pod that was meant, in JSON and in tables.
        workload, namespace: the pod for whose sake it was asked, if that is how.
    """

    key: str
    label: str
    dump: ZtunnelDump
    workload: str = ""
    namespace: str = ""


class Dumps(NamedTuple):
    """The dumps that are shown.

    Attributes:
        is_one: whether one was asked for, so that nothing need tell them apart.
        failure: why others can't be shown.
    """

    given: Sequence[Given]
    is_one: bool
    failure: IstioctlError | None = None

    def end(self) -> None:
        """Once all is shown: raises the failure, if there is one."""
        if self.failure is not None:
            raise self.failure


def _show(
    ctx: Context, flags: ZtunnelFlags, output: Form, view: View, selection: Selection, *, own: bool = False
) -> None:
    """Print a part of the dumps; `own` says that it differs from one ztunnel to another."""
    dumps = _read(ctx, flags, own=own)
    if output is Form.SHORT:
        if dumps.given:
            _print_rows(view, dumps, selection)
    else:
        found = {each.key: view.data(each.dump, _narrowed(selection, each)) for each in dumps.given}
        _print_data(found, output, dumps.is_one)
    dumps.end()


def _print_rows(view: View, dumps: Dumps, selection: Selection) -> None:
    if dumps.is_one:
        only = dumps.given[0]
        print_table(view.header, view.rows(only.dump, _narrowed(selection, only)), _GAP)
        return
    rows = [(each.label, *row) for each in dumps.given for row in view.rows(each.dump, _narrowed(selection, each))]
    print_table(("ZTUNNEL", *view.header), rows, _GAP)


def _print_data(found: Mapping[str, Any], form: Form, is_one: bool) -> None:
    if found:
        print_data(next(iter(found.values())) if is_one else found, form.value)


def _narrowed(selection: Selection, given: Given) -> Selection:
    """The selection, to the workload that was named instead of a ztunnel."""
    return selection._replace(name=given.workload, namespace=given.namespace) if given.workload else selection


def _read(ctx: Context, flags: ZtunnelFlags, *, own: bool) -> Dumps:
    flags.check()
    if flags.file:
        from istioctl.proxies.ztunnel import read_ztunnel_dump

        source = "<stdin>" if flags.file == "-" else flags.file
        return Dumps([Given("", "", read_ztunnel_dump(read_bytes(flags.file), source))], True)
    from istioctl.actions.observe.ztunnels import find_ztunnels, read_dumps

    session = open_cluster(ctx)
    found = find_ztunnels(session, _source(ctx, flags, own=own))
    answers = read_dumps(session, found, flags.port)
    given = [
        Given(named.key, str(named), answers.found[ztunnel], ztunnel.workload, ztunnel.workload_namespace)
        for ztunnel in found
        if ztunnel in answers.found
        for named in [ztunnel.asked_for]
    ]
    return Dumps(given, len(found) == 1 and not flags.everything, answers.failure)


def _source(ctx: Context, flags: ZtunnelFlags, *, own: bool) -> Source:
    from istioctl.actions.observe.ztunnels import Source

    return Source(
        references=tuple(flags.names),
        node=flags.node,
        everything=flags.everything or own,
        namespace=ctx.options.namespace,
        istio_namespace=ctx.options.istio_namespace,
    )
