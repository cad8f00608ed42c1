"""`istioctl install`: put Istio into a cluster, or change what is there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

from istioctl.api.release import VERSION
from istioctl.cli.line import completers
from istioctl.cli.line.cluster_options import client_options, specification_inputs
from istioctl.cli.line.declare import Context, Exit, Option
from istioctl.cli.line.options import AddonsOption, ApplyFlags, SpecificationFlags
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.progress import shown_progress
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError
from istioctl.golang.durations import parse_duration

if TYPE_CHECKING:
    from istioctl.actions.installation.install_plan import InstallPlan


def install(
    ctx: Context,
    wanted: SpecificationFlags,
    how: ApplyFlags,
    addons: AddonsOption = [],  # noqa: B006
    prune: Annotated[bool, Option("--prune/--no-prune", help="Remove what is no longer wanted.")] = True,
    diff: Annotated[bool, Option("--diff", help="Print first what will change.")] = False,
    contexts: Annotated[
        list[str],
        Option(
            "--context",
            metavar="NAME",
            help="The kubeconfig context; several clusters if repeated.",
            autocompletion=completers.contexts,
        ),
    ] = [],  # noqa: B006
) -> None:
    """Install Istio, or change an installation.

    What a profile, files and flags describe is applied to the cluster; it waits until all is ready, and removes what an
    earlier installation left.
    """
    from istioctl.actions.installation.install import install as run
    from istioctl.actions.installation.install_plan import InstallOptions

    asks = not (how.yes or how.dry_run)
    if len(contexts) > 1 and asks:
        raise UsageError(
            "several clusters are installed without asking", where="--context", hint="Add --skip-confirmation."
        )
    inputs = specification_inputs(ctx, wanted, addons=addons)
    seconds = parse_duration(how.readiness_timeout)
    wanted_by = {
        context: InstallOptions(
            inputs, client_options(ctx, context), seconds, how.dry_run, prune, how.atomic, how.verify
        )
        for context in contexts or [""]
    }
    if len(wanted_by) > 1:
        from istioctl.cli.screen.several_clusters import install_into

        reports = install_into(wanted_by, confirmation(asks=False, diff=diff), how.output)
    else:
        with shown_progress(terminal(), removals_on_stdout=how.output is None) as progress:
            report = run(next(iter(wanted_by.values())), progress, confirmation(asks=asks, diff=diff))
        if report is None:
            terminal().say("Cancelled.")
            raise Exit(ExitStatus.FAILED)
        reports = [report]
    if how.output is not None:
        from istioctl.cli.screen.printers import print_data

        data = [report.as_data() for report in reports]
        names = [key.resource_name for report in reports for key in report.applied]
        print_data(data if len(wanted_by) > 1 else data[0], how.output, names=names)


def confirmation(*, asks: bool, diff: bool = False) -> Callable[[InstallPlan], bool] | None:
    """What shows a plan, as differences or in a few lines, and asks whether to go on; None where nothing is shown."""
    return partial(_confirm, asks=asks, diff=diff) if asks or diff else None


def _confirm(plan: InstallPlan, *, asks: bool, diff: bool) -> bool:
    from istioctl.actions.installation.compare import compare
    from istioctl.cli.screen.changes import changes_text
    from istioctl.cli.screen.differences import shown_differences

    console = terminal()
    changes = compare(plan)
    if diff:
        for change in changes:
            console.write(shown_differences(change.differences()))
    if not asks:
        return True
    for line in changes_text(changes):
        console.insist(line)
    if choice := plan.options.inputs.addons:
        console.insist(f"add-ons to install or change: {', '.join(choice.names)}")
    question = f'This will install the Istio {VERSION} profile "{plan.specification.profile}" into the cluster.'
    return console.confirm(f"{question} Proceed?", flag="--skip-confirmation")
