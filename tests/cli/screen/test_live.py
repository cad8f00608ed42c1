from __future__ import annotations

import io
import re
import threading
import time
from collections.abc import Iterator

import pyte
import pytest
from rich.text import Text

from istioctl.actions.progress import Stage
from istioctl.api.identity import ObjectKey
from istioctl.cli.screen.live import LiveRegion
from istioctl.cli.screen.live_progress import LiveProgress, LiveView
from istioctl.cli.screen.progress import progress_of_clusters, shown_progress
from istioctl.cli.screen.terminal import Terminal
from tests.support.screen import Screen

ENVIRON = {"TERM": "xterm", "COLUMNS": "80", "LINES": "24"}


def seen(screen: Screen, columns: int = 80, lines: int = 24) -> list[str]:
    """What a terminal shows."""
    shown = pyte.Screen(columns, lines)
    pyte.Stream(shown).feed(screen.getvalue().replace("\n", "\r\n"))
    return [line.rstrip() for line in shown.display if line.strip()]


def until(screen: Screen, text: str) -> list[str]:
    deadline = time.monotonic() + 30
    while not any(text in line for line in seen(screen)):
        assert time.monotonic() < deadline, screen.getvalue()
        time.sleep(0.01)
    return seen(screen)


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def console(screen: Screen) -> Terminal:
    return Terminal(io.StringIO("y\n"), io.StringIO(), screen, ENVIRON)


@pytest.fixture
def view(console: Terminal) -> Iterator[LiveView]:
    view = LiveView(console)
    yield view
    view.close()


def test_lines_stand_above_and_nothing_else_is_left(console: Terminal, screen: Screen) -> None:
    before = threading.active_count()
    with shown_progress(console) as progress:
        progress.working("Istiod", Stage.STARTING, {"Deployment/istio-system/istiod": "0 of 1 replicas are available"})
        progress.working("CNI", Stage.NEXT, {"Istiod": ""})
        until(screen, "istiod: 0 of 1 replicas are available")
        progress.warn("old server")
        shown = until(screen, "CNI")
        assert shown[0] == "Warning: old server"
        assert shown[1].split() == ["COMPONENT", "STATE", "SECONDS", "WAITS", "FOR"]
        assert [line.split()[:2] for line in shown[2:]] == [["Istiod", "starting"], ["CNI", "next"]]
        progress.removed(ObjectKey("v1", "Service", "a", "b"), pretended=False)
        progress.installed("Istiod")
        progress.failed("CNI", "no room")
    assert seen(screen) == ["Warning: old server", "✔ Istiod installed", "✘ CNI encountered an error: no room"]
    assert isinstance(console.stdout, io.StringIO)
    assert console.stdout.getvalue() == "  Removed /v1, Kind=Service/b.a.\n"
    assert threading.active_count() == before
    assert console.region is None


def test_nothing_is_drawn_after_the_end(console: Terminal, screen: Screen) -> None:
    """As where a thread of an interrupted installation goes on."""
    with shown_progress(console) as progress:
        progress.end()
        assert console.region is None
        progress.working("Istiod", Stage.APPLYING)
        until(screen, "Istiod")
    progress.working("CNI", Stage.APPLYING)
    progress.end()
    assert console.region is None
    assert seen(screen) == []


def test_a_question_is_asked_on_an_empty_foot(console: Terminal, screen: Screen) -> None:
    with shown_progress(console) as progress:
        progress.working("Istiod", Stage.STARTING)
        until(screen, "Istiod")
        assert console.confirm("Proceed?", flag="--yes")
        text = screen.getvalue()
        before, _, after = text.partition("Proceed? (y/N) ")
        assert before.endswith("\x1b[1A\x1b[2K")
        assert "COMPONENT" not in after.partition("\n")[0]


def test_what_others_wrote_is_only_shown(screen: Screen, console: Terminal, view: LiveView) -> None:
    progress = LiveProgress(console, view, cluster="[red]east")
    progress.working("[bold]x\x1b[2J", Stage.CHECKING, {"a\x07b": "why\nso \x1b]0;t\x07"})
    shown = until(screen, "why")
    assert r"[red]east  [bold]x\x1b[2J  checking" in shown[1]
    assert r"a\x07b: why so \x1b]0;t\x07" in shown[1]
    assert "\x1b]0" not in screen.getvalue()
    assert "\x07" not in screen.getvalue()


def test_it_is_drawn_eight_times_a_second_at_most(console: Terminal, screen: Screen, view: LiveView) -> None:
    progress = LiveProgress(console, view)
    began = time.monotonic()
    for number in range(400):
        progress.working("Istiod", Stage.APPLYING, count=(number, 400))
        time.sleep(0.002)
    elapsed = time.monotonic() - began
    assert screen.getvalue().count("SECONDS") <= elapsed * 8 + 2


def test_more_rows_than_lines(console: Terminal, screen: Screen, view: LiveView) -> None:
    for number in range(60):
        LiveProgress(console, view).working(f"part-{number}", Stage.NEXT)
    shown = until(screen, "and 39 more")
    assert len(shown) == 23
    assert "part-20" in shown[-2]


@pytest.mark.parametrize(
    ("columns", "awaited"),
    [
        (140, "Deployment/istio-system/istiod and 1 more: 0 of 1 replicas are available"),
        (80, "istiod and 1 more: 0 of 1 replicas are available"),
        (73, "istiod and 1 more: 0 of 1 replicas are a…"),
        (64, "istiod and 1 more"),
        (46, "2 objects"),
    ],
)
def test_reasons_go_before_names(screen: Screen, columns: int, awaited: str) -> None:
    console = Terminal(io.StringIO(), io.StringIO(), screen, ENVIRON | {"COLUMNS": str(columns)})
    with shown_progress(console) as progress:
        waiting = {"Deployment/istio-system/istiod": "0 of 1 replicas are available", "Pod/a/b": ""}
        progress.working("Istiod", Stage.STARTING, waiting)
        until(screen, "Istiod")
        assert seen(screen, columns)[1].endswith(f" {awaited}")


@pytest.mark.parametrize(
    ("columns", "heads"),
    [
        (60, ["COMPONENT", "STATE", "SECONDS", "WAITS FOR"]),
        (59, ["COMPONENT", "STATE", "SECONDS"]),
        (45, ["COMPONENT", "STATE"]),
        (30, ["COMPONENT"]),
    ],
)
def test_columns_go_before_names_are_cut(screen: Screen, columns: int, heads: list[str]) -> None:
    console = Terminal(io.StringIO(), io.StringIO(), screen, ENVIRON | {"COLUMNS": str(columns)})
    with shown_progress(console) as progress:
        progress.working("Ingress gateways", Stage.APPLYING, {}, (12, 15))
        until(screen, "Ingress gateways")
        header, row = seen(screen, columns)
        assert re.split("  +", header) == heads
        assert row.startswith("Ingress gateways")
        assert "…" not in row


def test_seconds_stand_still_once_it_is_ready(console: Terminal) -> None:
    now = [10.0]
    view = LiveView(console, lambda: now[0])
    try:
        progress = LiveProgress(console, view)
        for component, stage in (("a", Stage.STARTING), ("b", Stage.READY), ("c", Stage.NEXT)):
            progress.working(component, Stage.NEXT if component == "c" else Stage.APPLYING)
            now[0] += 5
            progress.working(component, stage)
        now[0] += 60
        table = view.table()
        assert table is not None
        cells = table.columns[2]._cells  # type: ignore[attr-defined]
        assert [cell.plain for cell in cells] == ["75", "5", ""]
    finally:
        view.close()


def test_several_clusters_share_one_table(console: Terminal, screen: Screen) -> None:
    with progress_of_clusters(console, ["east", "west"]) as progress:
        progress["east"].working("Istiod", Stage.STARTING)
        progress["west"].working("Istiod", Stage.APPLYING)
        shown = until(screen, "west")
        assert [line.split()[:3] for line in shown] == [
            ["CLUSTER", "COMPONENT", "STATE"], ["east", "Istiod", "starting"], ["west", "Istiod", "applying"],
        ]  # fmt: skip
        progress["east"].installed("Istiod")
        progress["east"].end()
    assert seen(screen) == ["[east] ✔ Istiod installed"]


@pytest.mark.parametrize(
    ("environ", "more"),
    [({}, 2), ({"XTERM_VERSION": "XTerm(390)"}, 0), ({"TERM": "screen"}, 0), ({"TERM": "screen", "TMUX": "/tmp/x"}, 2)],  # noqa: S108
)
def test_lines_that_a_narrower_terminal_wraps_are_erased(environ: dict[str, str], more: int) -> None:
    screen = Screen()
    console = Terminal(io.StringIO(), io.StringIO(), screen, ENVIRON | environ)
    region = LiveRegion(console, lambda: Text("x" * 70, no_wrap=True))
    region.changed()
    until(screen, "xxx")
    drawn = len(screen.getvalue())
    region._console.width = 30
    region.remove()
    text = screen.getvalue()[drawn:]
    assert text.count("\x1b[2K\x1b[1A") >= more
    assert text.startswith("\r\x1b[2K\x1b[1A\x1b[2K\x1b[1A\r\x1b[2K") is (more == 2)


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}, {"TERM": "unknown"}])
def test_lines_only_where_nothing_may_move(screen: Screen, environ: dict[str, str]) -> None:
    console = Terminal(io.StringIO(), io.StringIO(), screen, ENVIRON | environ)
    with shown_progress(console) as progress:
        progress.processing(["Istiod"], ["Deployment/istio-system/istiod"])
        progress.working("Istiod", Stage.STARTING, {"Deployment/istio-system/istiod": "why"})
        progress.installed("Istiod")
        progress.pruning()
        progress.end()
        progress.complete("Installation complete")
    assert screen.getvalue() == (
        "- Processing resources for Istiod. Waiting for Deployment/istio-system/istiod\n"
        "✔ Istiod installed\n- Pruning removed resources\n✔ Installation complete\n"
    )
