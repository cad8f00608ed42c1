"""`istioctl dashboard`: the mesh's web interfaces on this machine."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, NamedTuple

from istioctl.actions.observe.dashboard import (
    ADDONS,
    CONTROLZ_PORT,
    PROXY_ADMIN_PORT,
    Dashboard,
    OpenDashboard,
    OpenOptions,
    close_all,
    istiod_dashboard,
    open_dashboards,
)
from istioctl.cli.line.cluster_options import open_cluster
from istioctl.cli.line.declare import Argument, Context, GlobalOptions, Option
from istioctl.cli.line.options import OutputOption, RevisionOption, global_options, pod_argument
from istioctl.cli.line.parameters import flag_group
from istioctl.cli.screen.exit_status import ExitStatus, status_of
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

PortOption = Annotated[
    int,
    Option("-p", "--port", min=0, max=65535, metavar="PORT", help="The local port; by default the usual one."),
]
UiPortOption = Annotated[
    int, Option("--ui-port", min=0, max=65535, metavar="PORT", help="The port the dashboard has in its pod.")
]
SelectorOption = Annotated[str, Option("-l", "--selector", metavar="LABELS", help="Labels of the pod.")]
PodArgument = Annotated[
    str,
    pod_argument("A pod, or a workload of pods."),
]


@flag_group
class PageFlags(NamedTuple):
    """How a page is opened."""

    address: Annotated[
        str, Option("--address", metavar="ADDRESS", help="The local IP address to listen on, or localhost.")
    ] = "localhost"
    browser: Annotated[bool, Option("--browser/--no-browser", help="Open a browser on the page.")] = True
    output: OutputOption = None


def _addon_names(_: GlobalOptions) -> list[str]:
    return list(ADDONS)


NamesArgument = Annotated[
    list[str],
    Argument(metavar="NAME...", help=f"One or more of {', '.join(ADDONS)}.", autocompletion=_addon_names),
]


def addon(ctx: Context, port: PortOption = 0, ui_port: UiPortOption = 0, *, page: PageFlags) -> None:
    """Open the add-on's dashboard until interrupted."""
    chosen = ADDONS[ctx.name.rpartition(" ")[2]]
    _show(ctx, [replace(chosen, port=ui_port or chosen.port)], page, port)


def addons(ctx: Context, names: NamesArgument, page: PageFlags) -> None:
    """Open several add-ons' dashboards until interrupted."""
    if unknown := [name for name in names if name not in ADDONS]:
        raise UsageError(f'there is no dashboard "{unknown[0]}"', hint=f"Choose from {', '.join(ADDONS)}.")
    _show(ctx, [ADDONS[name] for name in dict.fromkeys(names)], page, 0)


def proxy(
    ctx: Context,
    pod: PodArgument = "",
    selector: SelectorOption = "",
    port: PortOption = 0,
    ui_port: UiPortOption = PROXY_ADMIN_PORT,
    *,
    page: PageFlags,
) -> None:
    """Open the admin page of a proxy (Envoy or ztunnel) until interrupted."""
    if bool(pod) == bool(selector):
        problem = "a pod and --selector exclude each other" if pod else "there is no pod to open"
        raise UsageError(problem, hint="Name a pod, or pass --selector.")
    dashboard = Dashboard("Proxy", ui_port, reference=pod, selector=selector)
    _show(ctx, [dashboard], page, port, own_namespace=True)


def controlz(
    ctx: Context,
    pod: PodArgument = "",
    selector: SelectorOption = "",
    revision: RevisionOption = "",
    port: PortOption = 0,
    ui_port: Annotated[int, Option("--ctrlz_port", "--ui-port", metavar="PORT", help="ControlZ's port.")] = (
        CONTROLZ_PORT
    ),
    *,
    page: PageFlags,
) -> None:
    """Open the ControlZ page of a control plane pod until interrupted."""
    dashboard = istiod_dashboard("ControlZ", ui_port, "", reference=pod, selector=selector, revision=revision)
    _show(ctx, [dashboard], page, port)


def istiod_debug(
    ctx: Context,
    pod: PodArgument = "",
    selector: SelectorOption = "",
    revision: RevisionOption = "",
    port: PortOption = 0,
    *,
    page: PageFlags,
) -> None:
    """Open the debug pages of a control plane pod until interrupted."""
    revision = revision or ("" if pod or selector else "default")
    dashboard = istiod_dashboard("Istiod debug", 0, "/debug", reference=pod, selector=selector, revision=revision)
    _show(ctx, [dashboard], page, port)


def _show(
    ctx: Context, dashboards: Sequence[Dashboard], page: PageFlags, port: int, *, own_namespace: bool = False
) -> None:
    console = terminal()
    flags = global_options(ctx)
    session = open_cluster(ctx)
    own = flags.namespace or session.namespace
    namespaces = (own,) if own_namespace else (flags.istio_namespace, own)
    opened: Sequence[OpenDashboard] = ()
    try:
        opened = open_dashboards(session, dashboards, OpenOptions(namespaces, page.address, port, console.say))
        _stay_open(opened, page)
    finally:
        close_all(opened)


def _stay_open(opened: Sequence[OpenDashboard], page: PageFlags) -> None:
    """Say where they are, and return at Ctrl-C, which is how this is meant to end."""
    console = terminal()
    try:
        if page.output is not None:
            from istioctl.cli.screen.printers import print_data

            print_data([each.as_data() for each in opened], page.output)
        for each in opened:
            if page.output is None:
                console.write(each.url + "\n")
            if page.browser:
                _browse(each.url)
        console.stdout.flush()
        console.say("Press Ctrl-C to end.")
        threading.Event().wait()
    except KeyboardInterrupt as end:
        if status_of(end) != ExitStatus.INTERRUPTED:
            raise
        console.say("")


def _browse(url: str) -> None:
    import webbrowser

    if not webbrowser.open(url):
        terminal().warn(f"no browser could be opened; open {url} yourself")
