"""`istioctl diff`: what an installation would change in the cluster."""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.line.cluster_options import client_options, specification_inputs
from istioctl.cli.line.declare import Context, Exit, Option
from istioctl.cli.line.options import AddonsOption, NamesOutputOption, SpecificationFlags
from istioctl.cli.screen.differences import shown_differences, shown_verb
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.terminal import terminal


def diff(
    ctx: Context,
    wanted: SpecificationFlags,
    addons: AddonsOption = [],  # noqa: B006
    brief: Annotated[bool, Option("--brief", help="Only the names of what differs.")] = False,
    output: NamesOutputOption = None,
) -> None:
    """Compare the cluster with what a profile, files and flags describe.

    The server itself says what would change, by a dry run; nothing is written. The exit status is 0 where nothing
    differs, 1 where something does, and 2 or above where they can't be compared.
    """
    from istioctl.actions.installation.compare import Verb, compare, counts
    from istioctl.actions.installation.install_plan import InstallOptions, prepare
    from istioctl.cli.screen.console_progress import ConsoleProgress

    console = terminal()
    inputs = specification_inputs(ctx, wanted, addons=addons)
    plan = prepare(InstallOptions(inputs=inputs, client=client_options(ctx)), ConsoleProgress(console))
    for warning in plan.warnings:
        console.warn(warning)
    changes = compare(plan)
    differing = [change for change in changes if change.verb is not Verb.LEAVE]
    if output is not None:
        from istioctl.cli.screen.printers import print_data

        print_data(counts(changes), output, names=[change.key.resource_name for change in differing])
    else:
        for change in differing:
            text = f"{shown_verb(change.verb)} {change.key}\n" if brief else shown_differences(change.differences())
            console.write(text)
    raise Exit(ExitStatus.DIFFERENT if differing else ExitStatus.OK)
