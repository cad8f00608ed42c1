"""`--watch`: showing a result again whenever it has changed."""

from __future__ import annotations

import time
from collections.abc import Callable

from istioctl.cli.screen.terminal import terminal
from istioctl.errors import ClusterError, ErrorGroup

_PAUSE = 2.0


def watch(render: Callable[[], str], pause: float = _PAUSE, rounds: int | None = None) -> None:
    """Prints what `render` returns, and again each time it is different; on a terminal in the place of the one before.

    What can't be had just now is said on stderr, and tried again, unless it never could be had. Ctrl-C ends it.

    Args:
        pause: seconds between two looks.
        rounds: after how many looks to end; None goes on for good.

    Raises:
        ClusterError, ErrorGroup: the first look fails.
    """
    console = terminal()
    in_place = console.stdout.isatty() and console.environ.get("TERM") != "dumb"
    shown: str | None = None
    complaint = ""
    while rounds is None or rounds > 0:
        try:
            text, problem = render(), ""
        except (ClusterError, ErrorGroup) as error:
            if shown is None:
                raise
            text, problem = shown, str(error)
        if problem != complaint:
            console.warn(problem) if problem else console.say("The cluster answers again.")
            complaint = problem
        if text != shown and not problem:
            if in_place:
                console.redraw(text)
            else:
                console.write(("\n" if shown else "") + text)
            console.stdout.flush()
            shown = text
        rounds = None if rounds is None else rounds - 1
        if rounds != 0:
            time.sleep(pause)
