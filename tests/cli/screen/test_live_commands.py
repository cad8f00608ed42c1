"""Each command that takes its time shows a live view on a terminal, and leaves the guide's lines."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.held_cluster import Held, held_cluster
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.run import run_cli

#: What the live view shows of each command, and the lines that stay.
COMMANDS: dict[str, tuple[list[str], list[str]]] = {
    "install --set profile=demo -y": (
        ["Istiod", "starting", "Ingress gateways", "Egress gateways", "next", "istiod: 0 of 1 replicas are available"],
        ["✔ Istio core installed", "✔ Istiod installed", "✔ Egress gateways installed", "✔ Ingress gateways installed",
         "✔ Installation complete"],
    ),
    "upgrade --set profile=demo -y": (
        ["Istiod", "starting", "Ingress gateways", "istiod: 0 of 1 replicas are available"],
        ["- Istio 1.30.3 is installed already; what differs will be changed", "✔ Istio core installed",
         "✔ Istiod installed", "✔ Egress gateways installed", "✔ Ingress gateways installed",
         "✔ Installation complete"],
    ),
    "addons install prometheus grafana": (
        ["Prometheus", "Grafana", "starting", "prometheus: 0 of 1 replicas are available"],
        ["✔ Prometheus installed", "✔ Grafana installed"],
    ),
    "verify-install --wait": (
        ["Istiod", "checking", "Istio core", "ready", "istiod: 0 of 1 replicas are available"],
        ["Checked 15 custom resource definitions", "Checked 3 Istio Deployments",
         "✔ Istio is installed and verified successfully"],
    ),
    "uninstall --purge -y": (
        ["Istiod", "removing", "Egress gateways", "it is held by"],
        ["  Removed apps/v1, Kind=Deployment/istiod.istio-system.", "✔ Uninstall complete"],
    ),
}  # fmt: skip
HEADS = "COMPONENT"


@pytest.fixture
def held(tmp_path: Path) -> Iterator[Held]:
    with held_cluster(tmp_path) as found:
        yield found


def run(held: Held, command: str, **how: object) -> PseudoTerminal:
    return PseudoTerminal(*command.split(), "--kubeconfig", held.kubeconfig, **how)  # type: ignore[arg-type]


def left_on(terminal: PseudoTerminal) -> list[str]:
    """What is left there, without what is said of a server that is slow because the machine is."""
    return [line for line in terminal.texts() if line and not line.startswith("- Waiting for http")]


@pytest.mark.parametrize("columns", [80, 140])
@pytest.mark.parametrize("command", COMMANDS)
def test_each_component_is_seen_and_the_lines_stay(held: Held, command: str, columns: int) -> None:
    seen, left = COMMANDS[command]
    with run(held, command, columns=columns) as terminal:
        view = terminal.until(lambda own: all(any(word in line for line in own.lines()) for word in seen))
        heads = next(line for line in view if line.startswith(HEADS))
        assert heads.split() == ["COMPONENT", "STATE", "SECONDS", "WAITS", "FOR"]
        assert all(len(line) <= columns for line in view)
        held.release()
        assert terminal.end() == 0
        after = left_on(terminal)
    assert not [line for line in after if line.startswith(HEADS) or " starting " in line or " next " in line]
    assert [line for line in after if line in left] == left
    if command.startswith(("install", "upgrade", "addons")):
        assert after == left
    assert not terminal.screen.cursor.hidden
    assert terminal.screen.cursor.x == 0


def test_bug_report(held: Held, tmp_path: Path) -> None:
    command = f"bug-report --output-dir {tmp_path} --skip-coredumps --skip-netstat --timeout 20s"
    with run(held, command) as terminal:
        view = terminal.until(lambda own: all(any(word in line for line in own.lines()) for word in ("cluster", HEADS)))
        assert any(" of " in line for line in view if line.startswith("cluster"))
        assert terminal.end() == 0
        after = terminal.lines()
    assert after[0].startswith("gathering ")
    assert not [line for line in after if line.startswith(HEADS) or "pieces are there" in line]
    assert (tmp_path / "bug-report.tar.gz").exists()


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
@pytest.mark.parametrize("command", COMMANDS)
def test_plain_lines_where_nothing_may_move(held: Held, command: str, environ: dict[str, str]) -> None:
    held.release()
    with run(held, command, environ=environ) as terminal:
        assert terminal.end() == 0
    held.cluster.reset()
    done = run_cli(*command.split(), "--kubeconfig", held.kubeconfig)
    assert b"\x1b" not in terminal.raw
    assert steady(terminal.raw.decode()) == steady(done.stdout + done.stderr)
    if command.startswith("install"):
        assert "- Processing resources for Istio core.\r\n" in terminal.raw.decode()
        assert "- Pruning removed resources\r\n" in terminal.raw.decode()


def steady(text: str) -> list[str]:
    """The lines that do not depend on how fast the machine is, in an order that does not either."""
    return sorted(line for line in text.splitlines() if not line.startswith(("- Waiting for", "- Processing")))


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_plain_bug_report(held: Held, tmp_path: Path, environ: dict[str, str]) -> None:
    held.release()
    with run(held, f"bug-report --output-dir {tmp_path} --skip-coredumps --skip-netstat", environ=environ) as terminal:
        assert terminal.end() == 0
    assert b"\x1b" not in terminal.raw
    assert terminal.raw.startswith(b"gathering ")
    assert HEADS.encode() not in terminal.raw


def test_no_view_where_progress_is_not_wanted(held: Held) -> None:
    held.release()
    with run(held, "install --set profile=demo -y --quiet") as terminal:
        assert terminal.end() == 0
    assert terminal.raw == b""


def test_results_go_elsewhere_whole(held: Held, tmp_path: Path) -> None:
    sink = tmp_path / "out"
    with run(held, "uninstall --purge -y", stdout=sink) as terminal:
        terminal.shows("it is held by")
        held.release()
        assert terminal.end() == 0
        after = left_on(terminal)
    removed = sink.read_text().splitlines()
    assert len(removed) > 20
    assert all(line.startswith("  Removed ") for line in removed)
    assert after[-1] == "✔ Uninstall complete"


def test_several_clusters_have_rows_of_their_own(held: Held, tmp_path: Path) -> None:
    config = held.cluster.kubeconfig.read_text().replace(
        '"contexts": [', '"contexts": [{"name": "again", "context": {"cluster": "stub", "user": "somebody"}}, '
    )
    held.cluster.kubeconfig.write_text(config)
    with run(held, "install --set profile=demo -y --context stub --context again") as terminal:
        rows = terminal.until(
            lambda own: all(any(line.startswith(each) for line in own.lines()) for each in ("stub ", "again "))
        )
        assert next(line for line in rows if HEADS in line).split()[0] == "CLUSTER"
        held.release()
        assert terminal.end() == 0
        after = terminal.lines()
    assert {"[stub] ✔ Istiod installed", "[again] ✔ Istiod installed"} <= set(after)
    assert not [line for line in after if HEADS in line]
    assert [line.split()[0] for line in after if " installed in " in line] == ["stub", "again"]


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_leaves_the_terminal_usable(held: Held, number: signal.Signals, status: int) -> None:
    with run(held, "install --set profile=demo -y") as terminal:
        terminal.shows("0 of 1 replicas are available")
        terminal.process.send_signal(number)
        assert terminal.end() == status
        after = left_on(terminal)
        assert (terminal.screen.cursor.x, terminal.screen.cursor.hidden) == (0, False)
    assert after == ["✔ Istio core installed", "Interrupted."]


def test_errors_stand_above(held: Held) -> None:
    held.refused = "deployments/istio-ingressgateway"
    with run(held, "install --set profile=demo -y", columns=132) as terminal:
        terminal.shows("istiod: 0 of 1 replicas are available")
        held.release()
        assert terminal.end() == 1
        after = left_on(terminal)
    failed = next(line for line in after if line.startswith("✘ Ingress gateways encountered an error: "))
    assert r"not \x1b[31mthis\x1b[0m one" in failed
    assert "✔ Egress gateways installed" in after
    assert any(line.startswith("Error: ") for line in after)
    assert not [line for line in after if line.startswith(HEADS)]


def test_a_question_has_the_screen_for_itself(held: Held) -> None:
    with run(held, "install --set profile=demo") as terminal:
        asked = terminal.shows("Proceed? (y/N)")
        assert not [line for line in asked if line.startswith(HEADS)]
        terminal.type("y\n")
        terminal.shows("0 of 1 replicas are available")
        held.release()
        assert terminal.end() == 0
        after = terminal.lines()
    assert after[-2:] == ["✔ Installation complete", ""]
    assert any("Proceed? (y/N) y" in line for line in terminal.texts())


def test_a_terminal_that_becomes_narrower(held: Held) -> None:
    """On one that cuts lines off; on those that wrap them, see tests/cli/screen/test_live.py."""
    with run(held, "install --set profile=demo -y", columns=140, environ={"XTERM_VERSION": "XTerm(390)"}) as terminal:
        terminal.shows("Deployment/istio-system/istiod: 0 of 1 replicas are available")
        terminal.resize(70)
        terminal.until(
            lambda own: any("istiod: 0 of 1 rep" in line and "Deployment" not in line for line in own.lines())
        )
        held.release()
        assert terminal.end() == 0
        after = terminal.lines()
    assert "✔ Istio core installed" in after
    assert not [line for line in after if line.startswith((HEADS, "Ingress gateways "))]


PROGRAM = """
import sys
from tests.support.run import run_cli
for command in sys.argv[2:]:
    done = run_cli(*command.split(), "--kubeconfig", sys.argv[1])
    assert done.status == 0, done
print([name for name in sys.modules if name.partition(".")[0] == "rich"])
"""


def test_without_a_terminal_nothing_of_rich_is_imported(held: Held, tmp_path: Path) -> None:
    held.release()
    report = f"bug-report --output-dir {tmp_path} --skip-coredumps --skip-netstat"
    others = [name for name in COMMANDS if not name.startswith("uninstall")]
    others += ["describe service web.shop", report, "uninstall --purge -y"]
    line = [sys.executable, "-c", PROGRAM, held.kubeconfig, *others]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr


ON_A_TERMINAL = """
import io, sys
from istioctl.cli.main import run
from istioctl.cli.screen.terminal import Terminal
from tests.support.screen import Screen
screen = Screen()
assert run(sys.argv[1:], Terminal(io.StringIO(), screen, screen, {"TERM": "xterm", "COLUMNS": "40"})) == 0
print([name for name in sys.modules if name.partition(".")[0] == "rich"])
"""


@pytest.mark.parametrize("command", ["addons list", "version --remote=false", "profile list"])
def test_commands_that_show_no_view_do_without_rich_on_a_terminal_too(command: str) -> None:
    line = [sys.executable, "-c", ON_A_TERMINAL, *command.split()]
    done = subprocess.run(line, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[3])
    assert (done.returncode, done.stdout) == (0, "[]\n"), done.stderr
