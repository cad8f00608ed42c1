"""`istioctl uninstall`: take Istio out of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from istioctl.cli.line.cluster_options import client_options, specification_inputs
from istioctl.cli.line.declare import Context, Exit, Option
from istioctl.cli.line.options import DryRunOption, OutputOption, SpecificationFlags, YesOption, global_options
from istioctl.cli.screen.console_progress import ConsoleProgress
from istioctl.cli.screen.terminal import terminal

if TYPE_CHECKING:
    from istioctl.actions.installation.uninstall import Removal

_LISTED = 30


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
    output: OutputOption = None,
) -> None:
    """Remove one control plane (--revision, --filename) or all of Istio (--purge)."""
    from istioctl.actions.installation.uninstall import UninstallOptions, carry_out, plan_removal

    console = terminal()
    progress = ConsoleProgress(console, removals_on_stdout=output is None)
    options = UninstallOptions(
        client=client_options(ctx),
        inputs=specification_inputs(ctx, wanted),
        namespace=global_options(ctx).istio_namespace,
        revision=wanted.revision,
        purge=purge,
        delete_namespace=delete_namespace,
        dry_run=dry_run,
    )
    removal = plan_removal(options, progress)
    for warning in removal.warnings:
        console.warn(warning)
    asks = not (yes or dry_run)
    for line in _preview(removal, every_object=verbose or asks):
        console.say(line)
    if asks and (removal.objects or delete_namespace) and not console.confirm("Proceed?", flag="--skip-confirmation"):
        console.say("Cancelled.")
        raise Exit(1)
    removed = carry_out(removal, progress)
    progress.complete("Uninstall complete" + (" (dry run: nothing was changed)" if dry_run else ""))
    if output is not None:
        from istioctl.cli.screen.printers import print_data

        print_data(
            {
                "context": removal.session.connection.context,
                "dryRun": dry_run,
                "removed": [str(key) for key in removed],
                "customResources": removal.custom_resources,
            },
            output,
        )


def _preview(removal: Removal, *, every_object: bool) -> list[str]:
    """What the user should know before anything goes."""
    lines = ["All Istio resources will be pruned from the cluster"] if removal.options.purge else []
    if not removal.objects:
        lines.append("No resources will be pruned from the cluster. Please double check the input configs")
        return lines
    if every_object:
        lines += ["These objects will be removed:", *(f"  {key}" for key in removal.objects)]
    if removal.custom_resources:
        kinds = ", ".join(f"{count} {kind}" for kind, count in removal.custom_resources.items())
        lines.append(f"Their definitions take {sum(removal.custom_resources.values())} custom resources along: {kinds}")
    if removal.gateways and not removal.options.purge:
        lines.append(f"These gateways go, and what they serve with them: {', '.join(removal.gateways)}")
    if removal.proxies:
        shown = list(removal.proxies[:_LISTED])
        more = [f"  and {len(removal.proxies) - _LISTED} more"] if len(removal.proxies) > _LISTED else []
        lines.append(f"{len(removal.proxies)} proxies lose their control plane:")
        lines += [*(f"  {proxy}" for proxy in shown), *more]
    elif removal.proxies is None and not removal.options.purge:
        lines.append("The control plane does not tell which proxies are connected to it; some may lose it.")
    return lines
