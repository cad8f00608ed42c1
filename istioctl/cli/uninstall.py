"""`istioctl uninstall`: take Istio out of a cluster."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from istioctl.cli.line.cluster_options import client_options, specification_inputs
from istioctl.cli.line.declare import Context, Exit, Option
from istioctl.cli.line.options import DryRunOption, NamesOutputOption, SpecificationFlags, YesOption, global_options
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.progress import shown_progress
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from istioctl.actions.installation.uninstall import Removal


def uninstall(
    ctx: Context,
    wanted: SpecificationFlags,
    purge: Annotated[bool, Option("--purge", help="Remove all of Istio, its CRDs included.")] = False,
    delete_namespace: Annotated[
        bool, Option("--delete-namespace", help="Remove the control plane's namespace, too.")
    ] = False,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    verbose: Annotated[bool, Option("-v", "--verbose", help="List every object before removing it.")] = False,
    output: NamesOutputOption = None,
) -> None:
    """Remove one control plane (--revision, --filename) or all of Istio (--purge)."""
    from istioctl.actions.installation.uninstall import UninstallOptions
    from istioctl.actions.installation.uninstall import uninstall as run

    options = UninstallOptions(
        client=client_options(ctx),
        inputs=specification_inputs(ctx, wanted),
        namespace=global_options(ctx).istio_namespace,
        revision=wanted.revision,
        purge=purge,
        delete_namespace=delete_namespace,
        dry_run=dry_run,
    )
    with shown_progress(terminal(), removals_on_stdout=output is None) as progress:
        report = run(options, progress, partial(_confirm, asks=not (yes or dry_run), verbose=verbose))
    if report is None:
        terminal().say("Cancelled.")
        raise Exit(ExitStatus.FAILED)
    if output is not None:
        from istioctl.cli.screen.printers import print_data

        print_data(report.as_data(), output, names=[key.resource_name for key in report.removed])


def _confirm(removal: Removal, *, asks: bool, verbose: bool) -> bool:
    from istioctl.cli.screen.changes import removal_text

    for line in removal_text(removal, every_object=verbose or asks):
        terminal().insist(line) if asks else terminal().say(line)
    goes = removal.objects or removal.options.delete_namespace
    return not (asks and goes) or terminal().confirm("Proceed?", flag="--skip-confirmation")
