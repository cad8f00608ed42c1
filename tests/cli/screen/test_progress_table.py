from __future__ import annotations

import io
import re

import pytest

from istioctl.api.identity import ObjectKey
from istioctl.cli.screen.progress_table import ProgressTable
from istioctl.cli.screen.terminal import Terminal
from tests.support.screen import Screen


@pytest.fixture
def console() -> Terminal:
    return Terminal(io.StringIO(), io.StringIO(), Screen(), {"TERM": "xterm", "COLUMNS": "120"})


def test_last_frame_has_a_row_for_each_cluster(console: Terminal) -> None:
    with ProgressTable(console, ["east", "[west]", "north"]) as table:
        east, west = table.rows["east"], table.rows["[west]"]
        east.processing(["Istiod"], ["Deployment/istio-system/istiod"])
        east.installed("Istio core")
        east.installed("Istiod")
        east.complete("installed in 2.0s")
        west.installed("Istio core")
        west.failed("Istiod", "no room")
        west.give_up()
    assert isinstance(console.stderr, Screen)
    heads, _, *rows = console.stderr.last_frame()
    assert heads.split() == ["CLUSTER", "UNDER", "WAY", "DONE", "RESULT"]
    assert [re.split(r"\s{2,}", row) for row in rows] == [
        ["east", "Istio core, Istiod", "✔ installed in 2.0s"],
        ["[west]", "Istio core", "✘ failed"],
        ["north", "✘ failed"],
    ]
    assert "[[west]] Istiod encountered an error: no room" in console.stderr.getvalue()


def test_what_is_under_way_is_shown(console: Terminal) -> None:
    table = ProgressTable(console, ["east"])
    row = table.rows["east"]
    row.processing(["CNI", "Istiod"], ["a", "b", "c", "d"])
    assert row.cells() == ("east", "CNI, Istiod: waiting for a, b and 2 more", "", "")
    row.pruning()
    assert row.cells()[1] == "Pruning removed resources"
    row.end()
    assert row.cells()[1] == ""


def test_lines_that_are_no_progress_stand_above(console: Terminal) -> None:
    with ProgressTable(console, ["east"]) as table:
        table.rows["east"].note("waiting for the server")
        table.rows["east"].warn("old server")
    assert isinstance(console.stderr, Screen)
    assert "[east] Waiting for the server\n" in console.stderr.getvalue()
    assert "[east] Warning: old server" in console.stderr.getvalue()


@pytest.mark.parametrize("on_stdout", [True, False])
def test_removals_are_the_result_unless_that_is_data(console: Terminal, on_stdout: bool) -> None:
    with ProgressTable(console, ["east"], removals_on_stdout=on_stdout) as table:
        table.rows["east"].removed(ObjectKey("v1", "Service", "a", "b"), pretended=False)
        assert isinstance(console.stdout, io.StringIO)
        assert console.stdout.getvalue() == ""
    line = "[east] Removed /v1, Kind=Service/b.a\n"
    assert console.stdout.getvalue() == (line if on_stdout else "")
    assert isinstance(console.stderr, Screen)
    assert (line in console.stderr.getvalue()) is not on_stdout
