"""Several clusters that are installed at the same time, on one screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from istioctl.actions.installation.execute import InstallReport
from istioctl.actions.installation.install import Confirm, install, install_everywhere
from istioctl.cli.screen.progress import progress_of_clusters
from istioctl.cli.screen.terminal import terminal, using

if TYPE_CHECKING:
    from istioctl.actions.installation.install_plan import InstallOptions
    from istioctl.actions.progress import Progress


def install_into(wanted: Mapping[str, InstallOptions], confirm: Confirm | None, output: object) -> list[InstallReport]:
    """Installs into each cluster, and shows what each is at and what became of it.

    Args:
        wanted: what to install, by the cluster's context.
        confirm: sees each plan.
        output: the format of the result, None where the names of removed objects are the result.
    """
    console = terminal()
    results = dict.fromkeys(wanted, "failed")

    def tell(context: str, report: InstallReport | None) -> None:
        results[context] = "failed" if report is None else f"installed in {report.seconds:.1f}s"

    try:
        with progress_of_clusters(console, list(wanted), removals_on_stdout=output is None) as progress:
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
