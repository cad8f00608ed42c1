"""`istioctl install`: put Istio into a cluster, or change what is there."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Annotated

from istioctl.api.release import VERSION
from istioctl.cli.line import completers
from istioctl.cli.line.cluster_options import client_options, specification_inputs
from istioctl.cli.line.declare import Context, Exit, Option
from istioctl.cli.line.options import AddonsOption, DryRunOption, OutputOption, SpecificationFlags, YesOption
from istioctl.cli.screen.console_progress import ConsoleProgress
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import ErrorGroup, IstioctlError, UsageError
from istioctl.golang.durations import parse_duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from istioctl.actions.installation.compare import Change
    from istioctl.actions.installation.install import InstallReport
    from istioctl.actions.installation.install_plan import InstallOptions, InstallPlan
    from istioctl.cli.screen.progress_table import TableRow

_LISTED = 20


def install(
    ctx: Context,
    wanted: SpecificationFlags,
    addons: AddonsOption = [],  # noqa: B006
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    readiness_timeout: Annotated[
        str, Option("--readiness-timeout", metavar="DURATION", help="How long each component may take to start.")
    ] = "5m0s",
    prune: Annotated[bool, Option("--prune/--no-prune", help="Remove what is no longer wanted.")] = True,
    diff: Annotated[bool, Option("--diff", help="Print first what will change.")] = False,
    atomic: Annotated[
        bool, Option("--atomic", help="Put everything back as it was if the installation fails.")
    ] = False,
    verify: Annotated[bool, Option("--verify", help="Check every object afterwards.")] = False,
    contexts: Annotated[
        list[str],
        Option(
            "--context",
            metavar="NAME",
            help="The kubeconfig context; several clusters if repeated.",
            autocompletion=completers.contexts,
        ),
    ] = [],  # noqa: B006
    output: OutputOption = None,
) -> None:
    """Install Istio, or change an installation.

    What a profile, files and flags describe is applied to the cluster; it waits until all is ready, and removes what an
    earlier installation left.
    """
    from istioctl.actions.installation.install_plan import InstallOptions

    console = terminal()
    several = len(contexts) > 1
    if several and not (yes or dry_run):
        raise UsageError(
            "several clusters are installed without asking", where="--context", hint="Add --skip-confirmation."
        )
    inputs = specification_inputs(ctx, wanted, addons=addons)
    seconds = parse_duration(readiness_timeout)
    runs = [
        _Run(
            InstallOptions(inputs, client_options(ctx, context), seconds, dry_run, prune),
            ConsoleProgress(console, removals_on_stdout=output is None, prefix=f"[{context}] " if several else ""),
            asks=not (yes or dry_run),
            diff=diff,
            atomic=atomic,
            verify=verify,
        )
        for context in contexts or [""]
    ]
    if not several:
        reports = [runs[0].install()]
    elif console.has_colour() and not diff:
        reports = _in_table(runs, contexts, removals_on_stdout=output is None)
    else:
        reports = _in_lines(runs, contexts)
    if output is not None:
        from istioctl.cli.screen.printers import print_data

        data = [report.as_data() for report in reports]
        print_data(data if several else data[0], output)


class _Run:
    """The installation of one cluster."""

    def __init__(
        self,
        options: InstallOptions,
        progress: ConsoleProgress | TableRow,
        *,
        asks: bool,
        diff: bool,
        atomic: bool,
        verify: bool,
    ) -> None:
        self.options = options
        self.progress = progress
        self.asks, self.diff, self.atomic, self.verify = asks, diff, atomic, verify

    def install(self) -> InstallReport:
        """Plans, asks and installs, and then the add-ons that go with it; what was done."""
        from istioctl.actions.installation.install import install_addons
        from istioctl.actions.installation.install_plan import prepare

        try:
            plan = prepare(self.options, self.progress)
            for warning in plan.warnings:
                self.progress.warn(warning)
            self._ask(plan)
            report = self._carry_out(plan)
            report.addons = install_addons(plan, self.progress)
            for line in report.addons.advice if report.addons else ():
                self.progress.note(line)
        finally:
            self.progress.end()
        pretended = " (dry run: nothing was changed)" if self.options.dry_run else ""
        self.progress.complete(f"Installation complete{pretended}")
        if self.verify and not self.options.dry_run:
            self._verify()
        return report

    def _ask(self, plan: InstallPlan) -> None:
        if not (self.asks or self.diff):
            return
        from istioctl.actions.installation.compare import compare

        console = terminal()
        changes = compare(plan)
        if self.diff:
            for change in changes:
                console.write(change.differences())
        if self.asks:
            for line in _preview(changes):
                console.say(line)
            if choice := self.options.inputs.addons:
                console.say(f"add-ons to install or change: {', '.join(choice.names)}")
            question = f'This will install the Istio {VERSION} profile "{plan.specification.profile}" into the cluster.'
            if not console.confirm(f"{question} Proceed?", flag="--skip-confirmation"):
                console.say("Cancelled.")
                raise Exit(1)

    def _carry_out(self, plan: InstallPlan) -> InstallReport:
        from istioctl.actions.installation.install import execute

        if not self.atomic or self.options.dry_run:
            return execute(plan, self.progress)
        from istioctl.actions.installation.rollback import put_back, remember

        before = remember(plan)
        try:
            return execute(plan, self.progress)
        except (IstioctlError, KeyboardInterrupt):
            self.progress.note("putting back what was there")
            count = put_back(before)
            self.progress.note(f"{count} objects are as they were before")
            raise

    def _verify(self) -> None:
        from istioctl.actions.installation.verify_install import VerifyOptions, verify_install
        from istioctl.errors import ClusterError

        found = verify_install(VerifyOptions(self.options.client, self.options.inputs), self.progress)
        if found.failures:
            raise ErrorGroup(
                [
                    ClusterError(str(checked.problem), where=str(checked.key), id="unverified")
                    for checked in found.failures
                ]
            )
        self.progress.complete(f"{len(found.objects)} objects checked successfully")


def _in_table(runs: list[_Run], contexts: list[str], *, removals_on_stdout: bool) -> list[InstallReport]:
    """Installs several clusters at the same time, with a table of what each is at."""
    from istioctl.cli.screen.progress_table import ProgressTable

    table = ProgressTable(terminal(), contexts, removals_on_stdout=removals_on_stdout)
    for run, context in zip(runs, contexts, strict=True):
        run.progress = table.rows[context]

    def tell(context: str, result: str | None) -> None:
        row = table.rows[context]
        row.give_up() if result is None else row.complete(result)

    with table:
        return _all(runs, contexts, tell)


def _in_lines(runs: list[_Run], contexts: list[str]) -> list[InstallReport]:
    """Installs several clusters at the same time; at the end a table of what became of each."""
    results = dict.fromkeys(contexts, "failed")

    def tell(context: str, result: str | None) -> None:
        results[context] = result or "failed"

    try:
        return _all(runs, contexts, tell)
    finally:
        width = max(len(context) for context in contexts)
        for context, result in results.items():
            terminal().say(f"{context.ljust(width)}   {result}")


def _all(runs: list[_Run], contexts: list[str], tell: Callable[[str, str | None], None]) -> list[InstallReport]:
    """Installs several clusters at the same time; `tell` takes what became of each, None where it failed."""
    from istioctl.cli.screen.terminal import using
    from istioctl.cluster.parallel import in_parallel

    console = terminal()

    def one(run: _Run, context: str) -> InstallReport:
        try:
            with using(console):
                report = run.install()
        except IstioctlError:
            tell(context, None)
            raise
        tell(context, f"installed in {report.seconds:.1f}s")
        return report

    return in_parallel([partial(one, run, context) for run, context in zip(runs, contexts, strict=True)])


def _preview(changes: list[Change]) -> list[str]:
    """What will happen, in a few lines; removals all by name."""
    from istioctl.actions.installation.compare import Verb

    lines = []
    for verb in (Verb.CREATE, Verb.CHANGE, Verb.REMOVE):
        names = [str(change.key) for change in changes if change.verb is verb]
        shown = names if verb is Verb.REMOVE else names[:_LISTED]
        if names:
            lines += [f"{len(names)} objects to {verb}:", *(f"  {name}" for name in shown)]
        if len(shown) < len(names):
            lines.append(f"  and {len(names) - len(shown)} more")
    left = sum(change.verb is Verb.LEAVE for change in changes)
    return [*lines, f"{left} objects to leave as they are"] if left else lines
