"""Progress on a terminal: a live table of what is under way, below the lines that stay."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from istioctl.actions.progress import NOTHING, Stage
from istioctl.cli.screen.console_progress import ConsoleProgress
from istioctl.cli.screen.live import LiveRegion
from istioctl.cli.screen.terminal import Terminal, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

Clock = Callable[[], float]

_DONE = (Stage.GONE, Stage.READY)
_STYLES = {Stage.NEXT: "dim"} | dict.fromkeys(_DONE, "green")
_UNDER_WAY = "cyan"
_SHORTEST_REASON = 16
_NARROWEST = 12
_GAP = 2


@dataclass(slots=True)
class Row:
    """What one component is at.

    Attributes:
        since, until: when it was begun and done, by the view's clock; None where it was not.
    """

    stage: Stage
    waiting: Mapping[str, str]
    count: tuple[int, int] | None
    since: float | None
    until: float | None


class LiveView:
    """The table of all components under way, of one cluster or of several.

    Args:
        terminal: the streams of the run; stderr has to be a terminal that shows colour.
        clock: tells seconds.
    """

    def __init__(self, terminal: Terminal, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._rows: dict[tuple[str, str], Row] = {}
        self._lock = threading.Lock()
        self._region = LiveRegion(terminal, self.table)

    def close(self) -> None:
        """The table leaves the screen, and does not come back."""
        self._region.remove()

    def set(
        self, cluster: str, component: str, stage: Stage, waiting: Mapping[str, str], count: tuple[int, int] | None
    ) -> None:
        """The row of a component is now like this."""
        with self._lock:
            before = self._rows.get((cluster, component))
            since = before.since if before else None
            now = self._clock()
            if since is None and stage is not Stage.NEXT:
                since = now
            until = (before and before.until) or now if stage in _DONE else None
            self._rows[cluster, component] = Row(stage, waiting, count, since, until)
        self._region.changed()

    def drop(self, cluster: str, component: str | None = None) -> None:
        """A component, or all of the cluster's, are no longer under way."""
        with self._lock:
            gone = [key for key in self._rows if key[0] == cluster and component in (None, key[1])]
            for key in gone:
                del self._rows[key]
        if gone:
            self._region.changed()

    def table(self) -> RenderableType | None:
        """The table as it is now; None where nothing is under way."""
        with self._lock:
            rows = dict(self._rows)
        if not rows:
            return None
        several = any(cluster for cluster, _ in rows)
        lines = max(0, self._region.height - 2)
        hidden = len(rows) - lines if len(rows) > lines + 1 else 0
        more = f"and {hidden} more" if hidden else ""
        cells = [
            [*((visible(cluster),) if several else ()), visible(component), _state(row), self._seconds(row)]
            for (cluster, component), row in list(rows.items())[: len(rows) - hidden]
        ]
        heads = [*(("CLUSTER",) if several else ()), "COMPONENT", "STATE", "SECONDS"]
        widths = [max(map(cell_len, column)) for column in zip(heads, *cells, strict=True)]
        widths[0] = max(widths[0], len(more))
        # Names are never cut: where there is no room, the columns behind them are left out, from the last on.
        kept, room = len(widths), self._region.width
        while kept > 1 + several and sum(widths[:kept]) + _GAP * kept > room:
            kept -= 1
        rest = room - sum(widths) - _GAP * (len(widths) + 1)
        table = Table(box=None, padding=(0, _GAP, 0, 0), header_style="bold")
        for head, width in zip(heads[:kept], widths, strict=False):
            table.add_column(head, no_wrap=True, width=width, justify="right" if head == "SECONDS" else "left")
        if rest >= _NARROWEST:
            table.add_column("WAITS FOR", no_wrap=True, width=rest)
        for row, (*names, state, seconds) in zip(rows.values(), cells, strict=False):
            texts = [*map(Text, names), Text(state, _STYLES.get(row.stage, _UNDER_WAY)), Text(seconds)]
            table.add_row(*texts[:kept], *([_awaited(row.waiting, rest)] if rest >= _NARROWEST else ()))
        if more:
            table.add_row(Text(more, "dim"))
        return table

    def _seconds(self, row: Row) -> str:
        if row.since is None:
            return ""
        return str(max(0, int((self._clock() if row.until is None else row.until) - row.since)))


class LiveProgress(ConsoleProgress):
    """The lines of a ConsoleProgress, and rows of a table for what is under way.

    Args:
        view: the table.
        cluster: whose rows these are; empty where there is one cluster only.
    """

    def __init__(
        self, console: Terminal, view: LiveView, *, removals_on_stdout: bool = True, prefix: str = "", cluster: str = ""
    ) -> None:
        super().__init__(console, removals_on_stdout=removals_on_stdout, prefix=prefix)
        self._view = view
        self._cluster = cluster

    def processing(self, components: Sequence[str], waiting: Sequence[str]) -> None:
        """The table says it."""

    def pruning(self) -> None:
        """The table says it."""

    def working(
        self,
        component: str,
        stage: Stage,
        waiting: Mapping[str, str] = NOTHING,
        count: tuple[int, int] | None = None,
    ) -> None:
        """What one component is at: its row."""
        self._view.set(self._cluster, component, stage, waiting, count)

    def installed(self, component: str) -> None:
        """A component is in place and ready: a line instead of its row."""
        self._view.drop(self._cluster, component)
        super().installed(component)

    def failed(self, component: str, reason: str) -> None:
        """A component could not be installed: a line instead of its row."""
        self._view.drop(self._cluster, component)
        super().failed(component, reason)

    def end(self) -> None:
        """Nothing is under way any more."""
        self._view.drop(self._cluster)


def _state(row: Row) -> str:
    return f"{row.stage} {row.count[0]} of {row.count[1]}" if row.count else str(row.stage)


def _awaited(waiting: Mapping[str, str], width: int) -> Text:
    """What is waited for, in as many words as there is room for: reasons go first, then places, at last the name."""
    names = [visible(name) for name in waiting]
    if not names:
        return Text()
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    why = visible(" ".join(next(iter(waiting.values())).split()))
    short, long = (f"{name}{more}" for name in (names[0].rpartition("/")[2], names[0]))
    for needed in (len(why), min(len(why), _SHORTEST_REASON)):
        for text in (long, short):
            if why and len(text) + 2 + needed <= width:
                return Text(f"{text}: ", no_wrap=True, overflow="ellipsis").append(why, "dim")
    number = "1 object" if len(names) == 1 else f"{len(names)} objects"
    return Text(next(text for text in (long, short, number) if len(text) <= width or text is number), no_wrap=True)
