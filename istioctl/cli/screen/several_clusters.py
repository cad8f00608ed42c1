"""Several clusters that are installed at the same time, on one screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from istioctl.actions.installation.execute import InstallReport
from istioctl.actions.installation.install import Confirm, install, install_everywhere
from istioctl.cli.screen.console_progress import ConsoleProgress
from istioctl.cli.screen.terminal import terminal, using

if TYPE_CHECKING:
    from istioctl.actions.installation.install_plan import InstallOptions
    from istioctl.actions.progress import Progress


def install_into(
    wanted: Mapping[str, InstallOptions], confirm: Confirm | None, output: object, *, in_lines: bool
) -> list[InstallReport]:
    """Installs into each cluster, and shows what each is at and what became of it.

    Args:
        wanted: what to install, by the cluster's context.
        confirm: sees each plan.
        output: the format of the result, None where the names of removed objects are the result.
        in_lines: write lines even where a table could be shown.
    """
    console = terminal()
    if in_lines or not console.has_colour():
        return _in_lines(wanted, confirm, removals_on_stdout=output is None)
    from istioctl.cli.screen.progress_table import ProgressTable

    table = ProgressTable(console, list(wanted), removals_on_stdout=output is None)

    def tell(context: str, report: InstallReport | None) -> None:
        row = table.rows[context]
        row.give_up() if report is None else row.complete(_result(report))

    with table:
        return install_everywhere(_installations(wanted, table.rows, confirm), tell)


def _in_lines(
    wanted: Mapping[str, InstallOptions], confirm: Confirm | None, *, removals_on_stdout: bool
) -> list[InstallReport]:
    console = terminal()
    progress = {
        context: ConsoleProgress(console, removals_on_stdout=removals_on_stdout, prefix=f"[{context}] ")
        for context in wanted
    }
    results = dict.fromkeys(wanted, "failed")

    def tell(context: str, report: InstallReport | None) -> None:
        results[context] = "failed" if report is None else _result(report)

    try:
        return install_everywhere(_installations(wanted, progress, confirm), tell)
    finally:
        width = max(len(context) for context in wanted)
        for context, result in results.items():
            console.say(f"{context.ljust(width)}   {result}")


def _installations(
    wanted: Mapping[str, InstallOptions], progress: Mapping[str, Progress], confirm: Confirm | None
) -> dict[str, Callable[[], InstallReport | None]]:
    console = terminal()

    def one(context: str) -> InstallReport | None:
        with using(console):  # each runs in a thread of its own
            return install(wanted[context], progress[context], confirm)

    return {context: partial(one, context) for context in wanted}


def _result(report: InstallReport) -> str:
    return f"installed in {report.seconds:.1f}s"
