"""`istioctl admin log`: what istiod logs, and changing it."""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.line.cluster_options import check_port, check_revision, open_cluster
from istioctl.cli.line.completers import pods
from istioctl.cli.line.declare import Argument, Context, Option
from istioctl.cli.line.options import RevisionOption
from istioctl.cli.proxy_view import SHORT, FormOption
from istioctl.cli.screen.printers import print_data, print_table
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError

_HEADER = ("ACTIVE SCOPE", "DESCRIPTION", "LOG LEVEL", "STACK TRACE LEVEL")


def log(
    ctx: Context,
    pod: Annotated[
        str, Argument(metavar="[[TYPE/]NAME]", help="One istiod; else all of the revision.", autocompletion=pods)
    ] = "",
    selector: Annotated[str, Option("-l", "--selector", metavar="LABELS", help="The labels of istiod.")] = "app=istiod",
    revision: RevisionOption = "",
    level: Annotated[
        str, Option("--level", metavar="SCOPE:LEVEL,...", help="What it shall log: none, error, warn, info or debug.")
    ] = "",
    stack_level: Annotated[
        str, Option("--stack-trace-level", metavar="SCOPE:LEVEL,...", help="From which level on it logs the stack.")
    ] = "",
    reset: Annotated[bool, Option("--reset", help="Put all levels to their defaults.")] = False,
    reset_levels: Annotated[bool, Option("--log-reset", help="Put the log levels to their default, info.")] = False,
    reset_stack: Annotated[
        bool, Option("--stack-trace-reset", help="Put the levels of stack traces to their default, none.")
    ] = False,
    port: Annotated[int, Option("--ctrlz_port", "--ctrlz-port", metavar="PORT", help="ControlZ's port.")] = 9876,
    output: FormOption = SHORT,
) -> None:
    """Show what istiod logs, by subject, or change it.

    All istiods of the revision are asked, and changed.
    """
    check_revision(revision)
    if level and (reset or reset_levels):
        raise UsageError("--level cannot be combined with --reset, --log-reset")
    if stack_level and (reset or reset_stack):
        raise UsageError("--stack-trace-level cannot be combined with --reset, --stack-trace-reset")
    check_port(port, "--ctrlz_port")
    from istioctl.actions.observe.istiod_logs import Change, change_scopes, find_istiods, log_scopes, read_levels
    from istioctl.actions.observe.targets import each_proxy

    change = Change(
        read_levels(level, "--level"),
        read_levels(stack_level, "--stack-trace-level"),
        reset=reset or reset_levels,
        reset_stack=reset or reset_stack,
    )
    console = terminal()
    session = open_cluster(ctx)
    found = find_istiods(session, ctx.options.istio_namespace, pod, selector, revision)
    if change != Change({}, {}):
        changed = each_proxy(session, found, lambda istiod: change_scopes(session, istiod, port, change))
        for istiod, count in changed.found.items():
            console.say(f"{istiod}: {count} scopes changed")
        if changed.failure is not None:
            raise changed.failure
        return
    answers = each_proxy(session, found, lambda istiod: log_scopes(session, istiod, port))
    several = len(found) > 1
    if output == SHORT:
        rows = [
            ((str(istiod),) if several else (), (scope.name, scope.description, scope.level, scope.stack_level))
            for istiod, scopes in answers.found.items()
            for scope in scopes
        ]
        if answers.found:
            header = (*(("ISTIOD",) if several else ()), *_HEADER)
            print_table(header, [(*own, *row) for own, row in rows])
    elif answers.found:
        data = [
            scope.as_data() | ({"istiod": istiod.key} if several else {})
            for istiod, scopes in answers.found.items()
            for scope in scopes
        ]
        print_data(data, output)
    if answers.failure is not None:
        raise answers.failure
