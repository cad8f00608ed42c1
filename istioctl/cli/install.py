"""`istioctl install`: put Istio into a cluster, or change what is there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from istioctl.cli.cluster_options import client_options, specification_inputs
from istioctl.cli.console_progress import ConsoleProgress
from istioctl.cli.declare import Context, Exit, Option
from istioctl.cli.options import (
    DryRunOption,
    FilesOption,
    ForceOption,
    ManifestsOption,
    OutputOption,
    RevisionOption,
    SetOption,
    YesOption,
)
from istioctl.cli.terminal import terminal
from istioctl.objects.durations import parse_duration
from istioctl.objects.release import VERSION

if TYPE_CHECKING:
    from istioctl.actions.install_plan import InstallPlan


def install(
    ctx: Context,
    files: FilesOption = [],  # noqa: B006 - it is copied
    set_flags: SetOption = [],  # noqa: B006
    revision: RevisionOption = "",
    manifests: ManifestsOption = None,
    force: ForceOption = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    readiness_timeout: Annotated[
        str, Option("--readiness-timeout", metavar="DURATION", help="How long each component may take to start.")
    ] = "5m0s",
    prune: Annotated[bool, Option("--prune/--no-prune", help="Remove what is no longer wanted.")] = True,
    output: OutputOption = None,
) -> None:
    """Install Istio, or change an installation.

    What a profile, files and flags describe is applied to the cluster; it waits until all is ready, and removes what an
    earlier installation left.
    """
    from istioctl.actions.install import execute
    from istioctl.actions.install_plan import InstallOptions, prepare

    console = terminal()
    progress = ConsoleProgress(console, removals_on_stdout=output is None)
    options = InstallOptions(
        inputs=specification_inputs(ctx, files, set_flags, revision, manifests, force=force),
        client=client_options(ctx),
        readiness_timeout=parse_duration(readiness_timeout),
        dry_run=dry_run,
        prune=prune,
    )
    try:
        plan = prepare(options, progress)
        for warning in plan.warnings:
            console.warn(warning)
        if not (yes or dry_run) and not console.confirm(_question(plan), flag="--skip-confirmation"):
            console.say("Cancelled.")
            raise Exit(1)
        report = execute(plan, progress)
    finally:
        progress.end()
    progress.complete("Installation complete" + (" (dry run: nothing was changed)" if dry_run else ""))
    if output is not None:
        from istioctl.cli.printers import print_data

        print_data(report.as_data(), output)


def _question(plan: InstallPlan) -> str:
    text = f'This will install the Istio {VERSION} profile "{plan.specification.profile}" into the cluster.'
    if plan.stale:
        text += "\nIt will remove what is no longer wanted:\n" + "".join(f"  {key}\n" for key in plan.stale)
    return f"{text} Proceed?"
