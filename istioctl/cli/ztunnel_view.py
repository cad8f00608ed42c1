"""Which ztunnels are meant, and showing what they know: of a file, of one, or of several at the same time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, TypeVar

from istioctl.cli.line import completers
from istioctl.cli.line.cluster_options import check_port, open_cluster
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.files import read_bytes
from istioctl.cli.line.options import pod_argument
from istioctl.cli.line.parameters import flag_group
from istioctl.cli.proxy_view import SHORT
from istioctl.cli.screen.printers import Output, print_data, print_table
from istioctl.errors import UsageError
from istioctl.proxies.ztunnel import read_ztunnel_dump
from istioctl.proxies.ztunnel_tables import Selection

if TYPE_CHECKING:
    from istioctl.actions.observe.targets import Proxy
    from istioctl.actions.observe.ztunnels import Source
    from istioctl.errors import IstioctlError
    from istioctl.proxies.ztunnel import ZtunnelDump

_GAP = 1
T = TypeVar("T")

Rows = Sequence[Sequence[str]]
#: What is kept of a dump, given what is selected of it.
Keep = Callable[["ZtunnelDump", Selection], T]


@flag_group
class ZtunnelFlags(NamedTuple):
    """The words and flags that say which ztunnels are meant, and how they are shown."""

    names: Annotated[
        list[str],
        pod_argument("A ztunnel, or a workload, which means its node's ztunnel. Several may be given."),
    ] = []  # noqa: RUF012 - it is copied
    file: Annotated[str, Option("-f", "--file", metavar="FILE", help="A ztunnel's dump; `-` is stdin.")] = ""
    node: Annotated[
        str,
        Option("--node", metavar="NODE", help="The ztunnel of this node.", autocompletion=completers.nodes),
    ] = ""
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
        check_port(self.port, "--proxy-admin-port")


class View(NamedTuple):
    """A part of a dump: its rows under their header, and the same for JSON and YAML."""

    header: Sequence[str]
    rows: Keep[Rows]
    data: Keep[Any]


class Shown(NamedTuple):
    """What is kept of the dumps that could be read.

    Attributes:
        kept: by the pod that was meant; None stands for a file.
        is_one: whether one was asked for, so that nothing need tell them apart.
        failure: why others are missing.
    """

    kept: Sequence[tuple[Proxy | None, Any]]
    is_one: bool
    failure: IstioctlError | None = None

    def print_rows(self, header: Sequence[str], rows_of: Callable[[Any], Rows] = lambda kept: kept) -> None:
        """One table of them all, each row with its pod unless there is one only."""
        if self.is_one:
            for _, kept in self.kept:
                print_table(header, rows_of(kept), _GAP)
        elif self.kept:
            rows = [(str(pod), *row) for pod, kept in self.kept for row in rows_of(kept)]
            print_table(("ZTUNNEL", *header), rows, _GAP)

    def print_document(self, form: Output) -> None:
        """One document: what is kept of the one, or of all by `NAMESPACE/POD`."""
        if self.is_one:
            for _, kept in self.kept:
                print_data(kept, form)
        elif self.kept:
            found = {pod.key: kept for pod, kept in self.kept if pod is not None}
            rows = [row for each in found.values() for row in (each if isinstance(each, list) else [each])]
            print_data(found, form, items=rows)

    def end(self) -> None:
        """Once all is printed: raises the failure, if there is one."""
        if self.failure is not None:
            raise self.failure


def show(
    ctx: Context, flags: ZtunnelFlags, form: Output, view: View, selection: Selection, *, own: bool = False
) -> None:
    """Print a part of the dumps.

    Args:
        own: it differs from one ztunnel to another, so that all are asked where none is named.

    Raises:
        UsageError: flags exclude each other.
        InputError: a file can't be read.
        ClusterError: a ztunnel can't be asked; what the others say is printed before.
        ErrorGroup: several can't.
    """
    shown = look(ctx, flags, view.rows if form == SHORT else view.data, selection, own=own)
    if form == SHORT:
        shown.print_rows(view.header)
    else:
        shown.print_document(form)
    shown.end()


def look(ctx: Context, flags: ZtunnelFlags, keep: Keep[Any], selection: Selection, *, own: bool = False) -> Shown:
    """Read the dumps that are meant; of each only what `keep` gives stays in memory."""
    flags.check()
    if flags.file:
        source = "<stdin>" if flags.file == "-" else flags.file
        read = keep(read_ztunnel_dump(read_bytes(flags.file), source), selection)
        return Shown([(None, read)], True)
    from istioctl.actions.observe.ztunnels import Ztunnel, find_ztunnels, read_dumps

    def narrowed(ztunnel: Ztunnel, dump: ZtunnelDump) -> Any:
        if not ztunnel.workload:
            return keep(dump, selection)
        return keep(dump, selection._replace(name=ztunnel.workload, namespace=ztunnel.workload_namespace))

    session = open_cluster(ctx)
    found = find_ztunnels(session, source_of(ctx, flags, own=own))
    answers = read_dumps(session, found, narrowed, flags.port)
    kept = [(each.asked_for, answers.found[each]) for each in found.ztunnels if each in answers.found]
    is_one = len(found.ztunnels) == 1 and not found.problems and not flags.everything
    return Shown(kept, is_one, answers.failure)


def source_of(ctx: Context, flags: ZtunnelFlags, *, own: bool) -> Source:
    """The ztunnels that the flags mean; `own` as for `show`."""
    from istioctl.actions.observe.ztunnels import Source

    return Source(
        references=tuple(flags.names),
        node=flags.node,
        everything=flags.everything or own,
        namespace=ctx.options.namespace,
        istio_namespace=ctx.options.istio_namespace,
    )
