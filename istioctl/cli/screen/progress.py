"""How progress is shown: live on a terminal, as lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from istioctl.cli.screen.console_progress import ConsoleProgress
from istioctl.cli.screen.terminal import Terminal

if TYPE_CHECKING:
    from istioctl.actions.progress import Progress


def is_live(console: Terminal) -> bool:
    """Whether progress is shown live: stderr is a terminal that may show colour, and progress is wanted."""
    return console.has_colour() and not console.quiet


@contextmanager
def shown_progress(console: Terminal, *, removals_on_stdout: bool = True) -> Iterator[Progress]:
    """Shows the progress of what is done within the block.

    Args:
        removals_on_stdout: whether the names of removed objects are the command's result.
    """
    with _shown(console, [""], removals_on_stdout) as found:
        yield found[""]


@contextmanager
def progress_of_clusters(
    console: Terminal, contexts: Sequence[str], *, removals_on_stdout: bool = True
) -> Iterator[dict[str, Progress]]:
    """Shows the progress of several clusters, by their contexts; each line names its cluster."""
    with _shown(console, contexts, removals_on_stdout) as found:
        yield found


@contextmanager
def _shown(console: Terminal, contexts: Sequence[str], removals_on_stdout: bool) -> Iterator[dict[str, Progress]]:
    prefixes = {context: f"[{context}] " if context else "" for context in contexts}
    if not is_live(console):
        yield {
            context: ConsoleProgress(console, removals_on_stdout=removals_on_stdout, prefix=prefix)
            for context, prefix in prefixes.items()
        }
        return
    from istioctl.cli.screen.live_progress import LiveProgress, LiveView

    view = LiveView(console)
    try:
        yield {
            context: LiveProgress(console, view, removals_on_stdout=removals_on_stdout, prefix=prefix, cluster=context)
            for context, prefix in prefixes.items()
        }
    finally:
        view.close()
