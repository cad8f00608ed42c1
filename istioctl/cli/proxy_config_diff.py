"""`istioctl proxy-config diff`: what differs between two proxies, or between a proxy and a saved dump."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from istioctl.cli.line.cluster_options import open_cluster
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.files import read_bytes
from istioctl.cli.line.options import pod_argument
from istioctl.cli.line.proxy_flags import AdminPortOption
from istioctl.cli.proxy_view import SHORT, FormOption
from istioctl.cli.screen.differences import shown_differences
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.printers import print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

if TYPE_CHECKING:
    from istioctl.proxies.compare import KindDifference, View


def diff(
    ctx: Context,
    pods: Annotated[
        list[str],
        pod_argument("Two proxies, or one and a file."),
    ] = [],  # noqa: B006 - it is copied
    files: Annotated[
        list[str],
        Option("-f", "--file", metavar="FILE", help="A dump saved by `all -o json`; `-` is stdin. It counts as older."),
    ] = [],  # noqa: B006
    output: FormOption = SHORT,
    admin_port: AdminPortOption = 15000,
) -> int:
    """Compare the clusters, listeners, routes, endpoints and extensions of two proxies.

    What comes in no order is put in one, and versions and times do not count. The exit status is 1 where they
    differ, and 2 or above where they can't be compared.
    """
    from istioctl.proxies.compare import COMPARABLE, compare

    if len(pods) + len(files) != 2:
        raise UsageError("two sides are needed", hint="Name two pods, a pod and a --file, or two files.")
    if files.count("-") > 1:
        raise UsageError("stdin can be read once", where="--file")
    sides = [_read(name) for name in files] + _ask(ctx, pods, admin_port)
    found = compare(sides[0], sides[1], COMPARABLE)
    same = all(kind.matches for kind in found)
    if output == SHORT:
        for kind in found:
            terminal().write(_text(kind))
    else:
        data: dict[str, Any] = {"sides": [each.side for each in sides], "matches": same}
        print_data(data | {kind.title.lower(): kind.as_data() for kind in found}, output)
    return ExitStatus.OK if same else ExitStatus.DIFFERENT


def _read(file: str) -> View:
    from istioctl.proxies.compare import COMPARABLE, read_view

    return read_view(read_bytes(file), "stdin" if file == "-" else file, COMPARABLE)


def _ask(ctx: Context, pods: list[str], port: int) -> list[View]:
    """The configurations of proxies; each dump is let go of once it has been read."""
    if not pods:
        return []
    from istioctl.actions.observe.proxy_config import ask_page
    from istioctl.actions.observe.targets import Proxy, Targets, each_proxy, find_proxies
    from istioctl.proxies.compare import COMPARABLE, read_view
    from istioctl.proxies.views import EVERYTHING

    session = open_cluster(ctx)
    targets = [Targets((pod,), namespace=ctx.options.namespace) for pod in pods]
    if not all(each.means_one for each in targets):
        raise UsageError("each side is one proxy", hint="Name a pod, or a workload.")

    def read(proxy: Proxy) -> View:
        return read_view(ask_page(session, proxy, EVERYTHING, port=port), str(proxy), COMPARABLE)

    meant = [find_proxies(session, each)[0] for each in targets]
    answers = each_proxy(session, list(dict.fromkeys(meant)), read)
    if answers.failure:
        raise answers.failure
    return [answers.found[proxy] for proxy in meant]


def _text(kind: KindDifference) -> str:
    if kind.matches:
        return f"{kind.title} Match\n"
    lines = [f"only {each.only_in} has {each.name}" if each.only_in else each.text for each in kind.differences]
    return shown_differences("\n".join([f"{kind.title} Don't Match", *lines]) + "\n")
