"""`istioctl upgrade`: check, then install over what is there."""

from __future__ import annotations

from istioctl.cli.install import confirmation
from istioctl.cli.line.cluster_options import client_options, specification_inputs
from istioctl.cli.line.declare import Context, Exit
from istioctl.cli.line.options import ApplyFlags, SpecificationFlags
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.progress import shown_progress
from istioctl.cli.screen.terminal import terminal
from istioctl.golang.durations import parse_duration


def upgrade(
    ctx: Context,
    wanted: SpecificationFlags,
    how: ApplyFlags,
) -> None:
    """Upgrade an installation in place, after checking that this is safe.

    Give the profile, files and flags of the installation again. A gradual upgrade installs a second revision instead.
    """
    from istioctl.actions.installation.install_plan import InstallOptions
    from istioctl.actions.installation.upgrade import upgrade as run

    options = InstallOptions(
        inputs=specification_inputs(ctx, wanted),
        client=client_options(ctx),
        readiness_timeout=parse_duration(how.readiness_timeout),
        dry_run=how.dry_run,
        atomic=how.atomic,
        verify=how.verify,
    )
    with shown_progress(terminal(), removals_on_stdout=how.output is None) as progress:
        report = run(options, ctx.options.istio_namespace, progress, confirmation(asks=not (how.yes or how.dry_run)))
    if report is None:
        terminal().say("Cancelled.")
        raise Exit(ExitStatus.FAILED)
    if how.output is not None:
        from istioctl.cli.screen.printers import print_data

        print_data(report.as_data(), how.output, names=[key.resource_name for key in report.applied])
