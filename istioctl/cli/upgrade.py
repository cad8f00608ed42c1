"""`istioctl upgrade`: check, then install over what is there."""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.install import confirmation
from istioctl.cli.line.cluster_options import client_options, specification_inputs
from istioctl.cli.line.declare import Context, Exit, Option
from istioctl.cli.line.options import DryRunOption, NamesOutputOption, SpecificationFlags, YesOption
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.progress import shown_progress
from istioctl.cli.screen.terminal import terminal
from istioctl.golang.durations import parse_duration


def upgrade(
    ctx: Context,
    wanted: SpecificationFlags,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    readiness_timeout: Annotated[
        str, Option("--readiness-timeout", metavar="DURATION", help="How long each component may take to start.")
    ] = "5m0s",
    atomic: Annotated[bool, Option("--atomic", help="Put everything back if the upgrade fails.")] = False,
    verify: Annotated[bool, Option("--verify", help="Check every object afterwards.")] = False,
    output: NamesOutputOption = None,
) -> None:
    """Upgrade an installation in place, after checking that this is safe.

    Give the profile, files and flags of the installation again. A gradual upgrade installs a second revision instead.
    """
    from istioctl.actions.installation.install_plan import InstallOptions
    from istioctl.actions.installation.upgrade import upgrade as run

    options = InstallOptions(
        inputs=specification_inputs(ctx, wanted),
        client=client_options(ctx),
        readiness_timeout=parse_duration(readiness_timeout),
        dry_run=dry_run,
        atomic=atomic,
        verify=verify,
    )
    with shown_progress(terminal(), removals_on_stdout=output is None) as progress:
        report = run(options, ctx.options.istio_namespace, progress, confirmation(asks=not (yes or dry_run)))
    if report is None:
        terminal().say("Cancelled.")
        raise Exit(ExitStatus.FAILED)
    if output is not None:
        from istioctl.cli.screen.printers import print_data

        print_data(report.as_data(), output, names=[key.resource_name for key in report.applied])
