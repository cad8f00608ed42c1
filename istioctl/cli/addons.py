"""`istioctl addons list|install|status|uninstall`: what shows the mesh, beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from istioctl.cli.line.cluster_options import check_revision, client_options
from istioctl.cli.line.declare import Argument, Context, Exit, GlobalOptions, Option
from istioctl.cli.line.options import (
    DryRunOption,
    ListFlags,
    NamesOutputOption,
    YesOption,
    global_options,
    revision_option,
)
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.printers import print_data
from istioctl.cli.screen.progress import shown_progress
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from istioctl.actions.installation.addon_status import AddonState
    from istioctl.actions.installation.addons import AddonOptions, AddonReport
    from istioctl.api.trees import Values


def _names(_: GlobalOptions) -> list[str]:
    from istioctl.rendering.addons.addons import ADDONS

    return list(ADDONS)


NamesArgument = Annotated[
    list[str],
    Argument(metavar="ADDON", help="Add-ons; all where none is named.", autocompletion=_names),
]
FilesOption = Annotated[
    list[str], Option("-f", "--filename", metavar="FILE", help="Settings of add-ons, `-` for stdin; may be repeated.")
]
SetOption = Annotated[
    list[str], Option("-s", "--set", metavar="PATH=VALUE", help="One setting, such as jaeger.tracing.enabled=true.")
]


def list_(
    ctx: Context,
    files: FilesOption = [],  # noqa: B006 - it is copied
    set_flags: SetOption = [],  # noqa: B006
    *,
    shown: ListFlags,
) -> None:
    """List the add-ons there are, with the versions and images that would be installed."""
    from istioctl.actions.installation.addons import list_addons

    shown.show(
        list_addons(_settings(files, set_flags)),
        lambda addon: str(addon.name),
        ("ADDON", "VERSION", "PURPOSE"),
        lambda addon: (addon.name, addon.version, addon.purpose),
    )


def install(
    ctx: Context,
    names: NamesArgument = [],  # noqa: B006 - it is copied
    files: FilesOption = [],  # noqa: B006
    set_flags: SetOption = [],  # noqa: B006
    revision: Annotated[
        str,
        revision_option("The control plane that is told where traces go."),
    ] = "",
    wait: Annotated[bool, Option("--wait/--no-wait", help="Return only once all are ready.")] = True,
    timeout: Annotated[float, Option("--readiness-timeout", metavar="SECONDS", help="How long that may take.")] = 300.0,
    dry_run: DryRunOption = False,
    output: NamesOutputOption = None,
) -> None:
    """Install add-ons, or change installed ones."""
    from istioctl.actions.installation.addons import AddonOptions, install_addons

    check_revision(revision)
    flags = global_options(ctx)
    options = AddonOptions(
        names=tuple(names),
        settings=_settings(files, set_flags),
        namespace=flags.namespace or flags.istio_namespace,
        mesh_namespace=flags.istio_namespace,
        revision=revision,
        wait=wait,
        timeout=timeout,
        dry_run=dry_run,
    )
    with shown_progress(terminal()) as progress:
        report = install_addons(client_options(ctx), options, progress)
    if report.mesh:
        terminal().say("The mesh's configuration was told where traces go; say it in your specification, too.")
    _conclude(report, output)


def status(
    ctx: Context,
    names: NamesArgument = [],  # noqa: B006 - it is copied
    *,
    shown: ListFlags,
) -> None:
    """Show which add-ons are installed, ready and in touch with what they live from."""
    from istioctl.actions.installation.addon_status import addon_states

    words = {True: "yes", False: "no", None: "-"}

    def row(state: AddonState) -> tuple[str, ...]:
        if not state.installed:
            return state.name, "-", "-", "-", "-", "it is not installed"
        return state.name, state.namespace, state.version, words[state.ready], words[state.connected], state.detail

    shown.show(
        addon_states(client_options(ctx), tuple(names), global_options(ctx).namespace, terminal().say),
        lambda state: str(state.name),
        ("ADDON", "NAMESPACE", "VERSION", "READY", "CONNECTED", "DETAIL"),
        row,
    )


def uninstall(
    ctx: Context,
    names: NamesArgument = [],  # noqa: B006 - it is copied
    purge: Annotated[bool, Option("--purge", help="Remove what they have stored, too.")] = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    output: NamesOutputOption = None,
) -> None:
    """Remove add-ons; what they have stored stays, unless --purge says otherwise."""
    from istioctl.actions.installation.addons import AddonOptions, uninstall_addons

    console = terminal()
    stored = " and all they have stored" if purge else ""

    def confirm(options: AddonOptions) -> bool:
        return console.confirm(f"Remove {', '.join(options.chosen)}{stored}?", flag="--skip-confirmation")

    options = AddonOptions(names=tuple(names), dry_run=dry_run, purge=purge)
    with shown_progress(console, removals_on_stdout=output is None) as progress:
        report = uninstall_addons(client_options(ctx), options, progress, None if yes or dry_run else confirm)
    if report is None:
        console.say("Cancelled.")
        raise Exit(ExitStatus.FAILED)
    _conclude(report, output)


def _settings(files: list[str], flags: list[str]) -> Values:
    from istioctl.rendering.addons.addons import addon_overrides

    return addon_overrides([(_text(name), name) for name in files], flags)


def _text(name: str) -> str:
    from istioctl.yamldoc.texts import read_text

    return terminal().read_input() if name == "-" else read_text(name)


def _conclude(report: AddonReport, output: NamesOutputOption) -> None:
    for line in report.advice:
        terminal().say(line)
    if output is not None:
        print_data(report.as_data(), output, names=[key.resource_name for key in sorted(report.objects)])
