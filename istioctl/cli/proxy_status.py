"""`istioctl proxy-status`: how far the proxies have what istiod sent them."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any

from istioctl.api.ages import human_duration
from istioctl.cli.line.cluster_options import check_port, check_revision
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.files import read_bytes
from istioctl.cli.line.istiod_flags import IstiodFlags, open_istiods
from istioctl.cli.line.options import RevisionOption, output_option, pod_argument
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.printers import Output, print_data, shown_table
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

if TYPE_CHECKING:
    from istioctl.actions.observe.istiods import Istiods
    from istioctl.actions.observe.proxy_status import MeshStatus
    from istioctl.proxies.sync_status import ProxyStatus, TypeStatus

_GAP = 5
_SPARE = ("CLUSTER", "SUBSCRIBED TYPES", "VERSION", "ISTIOD")


_TABLE = Output("table")


class Wanted(StrEnum):
    """The states to show."""

    SYNCED = "synced"
    STALE = "stale"
    REFUSED = "refused"
    NOT_SENT = "not-sent"


def proxy_status(
    ctx: Context,
    references: Annotated[
        list[str],
        pod_argument("Compare istiod's and this proxy's view."),
    ] = [],  # noqa: B006 - it is copied
    states: Annotated[list[Wanted], Option("--state", help="Only proxies in this state; may be repeated.")] = [],  # noqa: B006
    watching: Annotated[bool, Option("-w", "--watch", help="Show it again whenever it changes.")] = False,
    output: Annotated[Output, output_option("table", named=True, default="table")] = _TABLE,
    verbosity: Annotated[
        int, Option("-v", "--verbosity", metavar="LEVEL", help="1 shows each type of configuration in its own column.")
    ] = 0,
    dump: Annotated[str, Option("--file", metavar="FILE", help="A configuration dump of the one proxy.")] = "",
    admin_port: Annotated[
        int, Option("--proxy-admin-port", metavar="PORT", help="The port of the proxy's admin page.")
    ] = 15000,
    revision: RevisionOption = "",
    timeout: Annotated[
        str, Option("--timeout", metavar="DURATION", help="How long istiod may take to answer.")
    ] = "30s",
    *,
    istiod: IstiodFlags,
) -> int:
    """Show which proxies have the configuration that istiod sent, since when, and why others refuse it.

    Of one proxy, show what differs between istiod's view and its own. The exit status is 1 where a proxy refuses its
    configuration, has not confirmed it, or differs, and where an istiod does not answer; with -v it is 0 all the same.
    """
    check_revision(revision)
    if len(references) > 1:
        raise UsageError("name one proxy, or none for all", where=" ".join(references))
    check_port(admin_port, "--proxy-admin-port")
    if dump and not references:
        raise UsageError("name the proxy that the dump is of", where="--file")
    istiods = open_istiods(ctx, istiod, revision, timeout)
    if references:
        return _compare(ctx, istiods, references[0], dump, admin_port, output)
    if watching:
        if output != _TABLE:
            raise UsageError("only the table can be watched", where="--watch, --output")
        from istioctl.cli.screen.watching import watch

        ages = terminal().stdout.isatty()  # they would make every look another one in a file
        watch(lambda: _table(_status(ctx, istiods, states), verbosity, ages=ages))
        return 0
    found = _status(ctx, istiods, states)
    if output == _TABLE:
        terminal().write(_table(found, verbosity))
    else:
        proxies = [proxy.as_data() for proxy in found.proxies]
        names = [f"pod/{proxy.id.rpartition('.')[0]}" for proxy in found.proxies]
        data = {"typeUrl": "istio.io/debug/syncz", "resources": proxies}
        print_data(data, output, names=names, items=proxies)
    return ExitStatus.OK if verbosity or found.is_well else ExitStatus.NOT_WELL


def _status(ctx: Context, istiods: Istiods, states: list[Wanted]) -> MeshStatus:
    from istioctl.actions.observe.proxy_status import mesh_status
    from istioctl.proxies.sync_status import State

    found = mesh_status(istiods, ctx.options.namespace, frozenset(State[state.name] for state in states))
    for problem in found.problems:
        terminal().warn(f"the proxies of one istiod are missing: {problem}")
    return found


def _table(found: MeshStatus, verbosity: int, *, ages: bool = True) -> str:
    """The table; without `ages` times stand in it as they are."""
    now = datetime.now(UTC) if ages else None
    if verbosity > 0:
        from istioctl.proxies.xds_types import ALWAYS_SHOWN, short_type

        types = sorted({*ALWAYS_SHOWN, *(each.type_url for proxy in found.proxies for each in proxy.types)})
        header = ["NAME", "CLUSTER", *map(short_type, types), "ISTIOD", "VERSION"]
        rows = []
        for proxy in found.proxies:
            cells = {each.type_url: _cell(each, now) for each in proxy.types}
            states = [cells.get(each, "IGNORED") for each in types]
            rows.append([proxy.id, proxy.cluster, *states, proxy.istiod, proxy.version])
        return shown_table(header, rows, _GAP, spare=_SPARE)
    header = ["NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES", "STATE", "SINCE"]
    rows = [_row(proxy, now) for proxy in found.proxies]
    if any(proxy.reason for proxy in found.proxies):
        header.append("REASON")
        rows = [[*row, proxy.reason] for row, proxy in zip(rows, found.proxies, strict=True)]
    return shown_table(header, rows, _GAP, spare=_SPARE)


def _row(proxy: ProxyStatus, now: datetime | None) -> list[str]:
    since = (_age(proxy.since_at, now) if now else proxy.since) or "-"
    return [proxy.id, proxy.cluster, proxy.istiod, proxy.version, _types(proxy.subscribed), proxy.state, since]


@lru_cache(maxsize=256)
def _types(names: tuple[str, ...]) -> str:
    return f"{len(names)} ({','.join(names)})" if names else "0"


def _cell(status: TypeStatus, now: datetime | None) -> str:
    """As the original's verbose table has it."""
    word = status.state.xds_name.replace("_", " ")
    age = "" if word == "NOT SENT" else _age(status.sent_at, now) if now else status.sent
    return f"{word} ({age})" if age else word


def _age(time: datetime | None, now: datetime) -> str:
    return human_duration((now - time).total_seconds()) if time else ""


def _compare(ctx: Context, istiods: Istiods, reference: str, dump: str, admin_port: int, output: Output) -> int:
    from istioctl.actions.observe.proxy_difference import proxy_difference

    namespace = ctx.options.namespace or (istiods.session.namespace if istiods.has_cluster else "default")
    body = read_bytes(dump) if dump else None
    found = proxy_difference(istiods, reference, namespace, admin_port=admin_port, dump=body)
    console = terminal()
    if output != _TABLE:
        data: dict[str, Any] = {"proxy": found.proxy, "matches": found.matches}
        data |= {kind.title.lower(): kind.as_data() for kind in found.kinds or ()}
        print_data(data, output, names=[f"pod/{found.proxy.rpartition('.')[0]}"])
    elif found.kinds is None:
        console.write(f"Sync diff is not available for ztunnel pod {found.proxy}\n")
    for kind in (found.kinds or ()) if output == _TABLE else ():
        loaded = f" (RDS last loaded at {_rfc1123(kind.loaded)})" if kind.loaded else ""
        verdict = "Match" if kind.matches else "Don't Match"
        console.write(f"{kind.title} {verdict}{loaded}\n")
        for each in kind.differences:
            text = f"only {each.only_in} has {each.name}" if each.only_in else each.text
            console.write(f"{text}\n")
    return ExitStatus.OK if found.matches else ExitStatus.NOT_WELL


def _rfc1123(text: str) -> str:
    from istioctl.golang.layouts import format_time
    from istioctl.golang.times import Time

    return format_time(Time(datetime.fromisoformat(text).astimezone()), "Mon, 02 Jan 2006 15:04:05 MST")
