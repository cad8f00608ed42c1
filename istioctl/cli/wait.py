"""`istioctl wait`: until configuration has reached the proxies."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from istioctl.cli.line import completers
from istioctl.cli.line.cluster_options import check_revision
from istioctl.cli.line.declare import Argument, Context, Option
from istioctl.cli.line.istiod_flags import IstiodFlags, open_istiods
from istioctl.cli.line.options import OutputOption, RevisionOption
from istioctl.cli.screen.exit_status import ExitStatus
from istioctl.cli.screen.printers import print_data
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError


class Goal(StrEnum):
    """What is waited for."""

    DISTRIBUTION = "distribution"
    DELETE = "delete"


def wait(
    ctx: Context,
    words: Annotated[
        list[str], Argument(metavar="[TYPE NAME[.NAMESPACE]]", help="The object; everything if left out.")
    ] = [],  # noqa: B006 - it is copied
    goal: Annotated[Goal, Option("--for", help="That proxies have it, or no longer have it.")] = Goal.DISTRIBUTION,
    generation: Annotated[
        str, Option("--generation", metavar="NUMBER", help="This generation of the object; else the present one.")
    ] = "",
    proxies: Annotated[
        list[str],
        Option(
            "--proxy",
            metavar="POD.NAMESPACE",
            help="Only this proxy; may be repeated.",
            autocompletion=completers.proxies,
        ),
    ] = [],  # noqa: B006
    threshold: Annotated[
        str, Option("--threshold", metavar="SHARE", help="The share of the proxies that has to have it, 0 to 1.")
    ] = "1",
    timeout: Annotated[str, Option("--timeout", metavar="DURATION", help="How long to wait.")] = "30s",
    output: OutputOption = None,
    revision: RevisionOption = "",
    *,
    istiod: IstiodFlags,
) -> int:
    """Wait until an object, or all configuration, has reached the proxies.

    When the time is over, say who lacks it and why. The exit status is 1 where it has not reached all in time.
    """
    from istioctl.actions.observe.wait import WaitOptions, find_target
    from istioctl.actions.observe.wait import wait as wait_for
    from istioctl.golang.durations import parse_duration

    check_revision(revision)
    if len(words) not in (0, 2):
        raise UsageError("name a type and an object, or nothing", where=" ".join(words))
    if (generation or goal is Goal.DELETE) and not words:
        raise UsageError("name the object", where="--generation" if generation else "--for delete")
    if generation and not (generation.isdecimal() and int(generation)):
        raise UsageError(f"{generation!r} is not a generation", where="--generation", hint="Use a number from 1 on.")
    options = WaitOptions(tuple(proxies), _share(threshold), parse_duration(timeout))
    istiods = open_istiods(ctx, istiod, revision)
    console = terminal()
    target = None
    if words:
        name, dot, given = words[1].rpartition(".")
        namespace = ctx.options.namespace or istiods.session.namespace
        name, namespace = (name, given) if dot and name else (words[1], namespace)
        target = find_target(
            istiods.session, words[0], name, namespace,
            generation=int(generation) if generation else None, gone=goal is Goal.DELETE,
        )  # fmt: skip
    found = wait_for(istiods, target, options, console.say)
    what = str(target) if target else "all configuration"
    gone = " no longer" if goal is Goal.DELETE else ""
    if output is not None:
        print_data(found.as_data(), output)
    elif found.reached:
        console.write(f"{what} is{gone} on {found.total - len(found.lacking)} of {found.total} proxies\n")
    if not found.reached:
        console.insist(f"Error: {what} did not reach all within {timeout}")
        for each in found.lacking:
            console.insist(f"  {each.who}: {each.why}")
    return ExitStatus.OK if found.reached else ExitStatus.NOT_WELL


def _share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(
            f"{text!r} is not a share", where="--threshold", hint="Use a number from 0 to 1, such as 0.99."
        )
    return share
