"""Progress of several installations at once: a table on the terminal, a row a cluster, drawn anew as things happen."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from istioctl.api.identity import ObjectKey
from istioctl.cli.screen.terminal import Terminal, visible

if TYPE_CHECKING:
    from rich.console import RenderableType

_NAMED = 2


class ProgressTable:
    """The table; it is shown within its `with` block, and its last state stays on the screen.

    Args:
        console: the streams of the run; stderr has to be a terminal.
        contexts: the clusters, in the order of their rows.
        removals_on_stdout: whether the names of removed objects are the command's result.
    """

    def __init__(self, console: Terminal, contexts: Sequence[str], *, removals_on_stdout: bool = True) -> None:
        from rich.console import Console
        from rich.live import Live

        self.rows = {context: TableRow(self, context) for context in contexts}
        self._console = console
        self._live = Live(
            get_renderable=self._render,
            console=Console(file=console.stderr, _environ=console.environ),
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._removals_on_stdout = removals_on_stdout
        self._removals: list[str] = []

    def __enter__(self) -> Self:
        self._live.start(refresh=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        for row in self.rows.values():
            if not row.has_result:
                row.give_up()
        self._live.stop()
        for line in self._removals:
            self._console.write(f"{line}\n")

    def say(self, line: str, style: str = "") -> None:
        """A line above the table."""
        from rich.text import Text

        self._live.console.print(Text(visible(line), style), soft_wrap=True)

    def tell_removal(self, line: str) -> None:
        """A line of the command's result, which is written once the table stands still."""
        if self._removals_on_stdout:
            self._removals.append(line)
        else:
            self.say(line)

    def _render(self) -> RenderableType:
        from rich.box import SIMPLE_HEAD
        from rich.table import Table
        from rich.text import Text

        table = Table("CLUSTER", "UNDER WAY", "DONE", "RESULT", box=SIMPLE_HEAD)
        for row in self.rows.values():
            table.add_row(*(Text(visible(cell)) for cell in row.cells()))
        return table


class TableRow:
    """The Progress of one cluster; what has no place in its row is a line above the table."""

    def __init__(self, table: ProgressTable, context: str) -> None:
        self._table = table
        self._context = context
        self._under_way = ""
        self._done: list[str] = []
        self._result = ""
        self._lock = threading.Lock()

    def cells(self) -> tuple[str, str, str, str]:
        """The row: context, what is under way, what is done, and what came out."""
        with self._lock:
            return self._context, self._under_way, ", ".join(self._done), self._result

    @property
    def has_result(self) -> bool:
        """Whether it is known what came out."""
        return bool(self._result)

    def note(self, text: str) -> None:
        """Something to know."""
        self._table.say(f"[{self._context}] {text[:1].upper()}{text[1:]}")

    def warn(self, text: str) -> None:
        """Something to take care of."""
        self._table.say(f"[{self._context}] Warning: {text}", "yellow")

    def processing(self, components: Sequence[str], waiting: Sequence[str]) -> None:
        """These components are under way, and these objects are waited for."""
        more = f" and {len(waiting) - _NAMED} more" if len(waiting) > _NAMED else ""
        awaited = f": waiting for {', '.join(waiting[:_NAMED])}{more}" if waiting else ""
        self._set(", ".join(components) + awaited)

    def installed(self, component: str) -> None:
        """A component is in place and ready."""
        with self._lock:
            self._done.append(component)
            self._under_way = ""

    def failed(self, component: str, reason: str) -> None:
        """A component could not be installed."""
        self._table.say(f"[{self._context}] {component} encountered an error: {reason}", "red")
        self._set("")

    def pruning(self) -> None:
        """What is no longer wanted is being removed."""
        self._set("Pruning removed resources")

    def removed(self, key: ObjectKey, *, pretended: bool) -> None:
        """An object is removed, or would be."""
        happened = "Not pruned because of dry run:" if pretended else "Removed"
        self._table.tell_removal(f"[{self._context}] {happened} {key.long_name}")

    def complete(self, text: str) -> None:
        """All is done."""
        with self._lock:
            self._under_way = ""
            self._result = f"✔ {text}"

    def give_up(self) -> None:
        """It has failed; why is told elsewhere."""
        with self._lock:
            self._under_way = ""
            self._result = "✘ failed"

    def end(self) -> None:
        """Nothing is under way any more."""
        self._set("")

    def _set(self, under_way: str) -> None:
        with self._lock:
            self._under_way = under_way
