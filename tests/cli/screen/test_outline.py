from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.cli.screen.differences import shown_differences, shown_verb
from istioctl.cli.screen.outline import Node, outline, tree_text
from istioctl.cli.screen.terminal import Terminal, using
from tests.support.held_cluster import held_cluster
from tests.support.pseudo_terminal import PseudoTerminal
from tests.support.run import run_cli
from tests.support.screen import Screen

ROOT = Path(__file__).parents[3]
DUMP = str(ROOT / "docs" / "examples" / "envoy.json")
LINES = [
    "Service: web",
    "   Port: http 80",
    "      Clients use: ISTIO_MUTUAL",
    "--------------------",
    "",
    "Applied  policies:",
    "   shop/a",
]


def shown(text: str) -> str:
    screen = Screen()
    Terminal(io.StringIO(), screen, io.StringIO(), {"TERM": "xterm"}).write(text)
    return screen.getvalue()


def plain(text: str) -> list[str]:
    sink = io.StringIO()
    Terminal(io.StringIO(), sink, io.StringIO()).write(text)
    return re.sub(r"\x1b\[[0-9;]*m", "", sink.getvalue()).splitlines()


def test_indented_lines_are_a_tree() -> None:
    root = outline(LINES)
    assert root == Node(
        "Service: web",
        [Node("Port: http 80", [Node("Clients use: ISTIO_MUTUAL")]), Node("Applied policies:", [Node("shop/a")])],
    )
    assert plain(tree_text(root, 80, {})) == [
        "Service: web",
        "├── Port: http 80",
        "│   └── Clients use: ISTIO_MUTUAL",
        "└── Applied policies:",
        "    └── shop/a",
    ]


def test_words_are_never_broken() -> None:
    name = "outbound|8000||a-name-that-is-longer-than-the-terminal-is-wide.shop.svc.cluster.local"
    lines = plain(tree_text(Node("x", [Node(f"Cluster: {name} (EDS, LEAST_REQUEST)")]), 40, {}))
    assert any(name in line for line in lines)


@given(
    st.lists(st.tuples(st.integers(0, 4), st.text("ab:|/., ", min_size=1, max_size=70)), max_size=12),
    st.integers(10, 140),
)
def test_every_word_is_in_the_tree(rows: list[tuple[int, str]], width: int) -> None:
    lines = ["root", *("   " * indent + text for indent, text in rows)]
    shown = " ".join(line.lstrip("│├└─ \xa0") for line in plain(tree_text(outline(lines), width, {})))
    assert "".join(shown.split()) == "".join(" ".join(lines).split())


def test_what_others_wrote_is_only_shown() -> None:
    text = shown(tree_text(Node("a", [Node("[bold]b[/bold] \x1b[2J :smile:"), Node("WARNING: \x9b31m")]), 80, {}))
    assert r"[bold]b[/bold] \x1b[2J :smile:" in text
    assert r"\x9b31m" in text
    assert "\x1b[2J" not in text


def test_differences_in_colour_and_without() -> None:
    text = "--- a\n+++ b\n@@ -1 +1 @@\n same\n-old\n+new\x1b[2J\n"
    on_terminal = Terminal(io.StringIO(), Screen(), io.StringIO(), {"TERM": "xterm"})
    with using(on_terminal):
        found = shown(shown_differences(text))
        verb = shown(shown_verb("create"))
    assert found == (
        "\x1b[1m--- a\x1b[0m\n\x1b[1m+++ b\x1b[0m\n\x1b[36m@@ -1 +1 @@\x1b[0m\n same\n"
        "\x1b[31m-old\x1b[0m\n\x1b[32m+new\\x1b[2J\x1b[0m\n"
    )
    assert verb == "\x1b[32mcreate\x1b[0m"
    with using(Terminal(io.StringIO(), io.StringIO(), io.StringIO())):
        assert shown_differences(text) == text
        assert shown_verb("create") == "create"


@pytest.mark.parametrize("columns", [80, 140])
def test_a_trace_is_a_tree_on_a_terminal(columns: int) -> None:
    argv = ["proxy-config", "trace", "-f", DUMP, "GET", "http://web.shop/next"]
    with PseudoTerminal(*argv, columns=columns) as terminal:
        assert terminal.end() == 1
        lines = terminal.lines()
        colours = terminal.colours("Outcome: unavailable")
    assert lines[0] == "GET http://web.shop/next out of web-1.shop"
    assert lines[1].startswith("├── Listener: 0.0.0.0_80")
    assert colours == {"red"}


@pytest.mark.parametrize("environ", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
@pytest.mark.parametrize(
    "argv",
    [
        ["proxy-config", "trace", "-f", DUMP, "GET", "http://web.shop/next"],
        ["proxy-config", "cluster", "-f", DUMP],
        ["addons", "list"],
    ],
    ids=" ".join,
)
def test_plain_as_in_a_pipe(argv: list[str], environ: dict[str, str]) -> None:
    with PseudoTerminal(*argv, columns=40, environ=environ) as terminal:
        terminal.end()
    assert terminal.raw.decode().replace("\r\n", "\n") == run_cli(*argv).stdout


def test_a_description_is_a_tree_on_a_terminal(tmp_path: Path) -> None:
    with held_cluster(tmp_path) as held:
        argv = ["describe", "service", "web.shop", "--kubeconfig", held.kubeconfig]
        with PseudoTerminal(*argv) as terminal:
            assert terminal.end() == 0
            lines = [line for line in terminal.texts() if line and not line.startswith("waiting for http")]
        piped = run_cli(*argv).stdout.splitlines()
    assert lines[0] == piped[0] == "Service: web.shop"
    assert "│   ├── Clients use: ISTIO_MUTUAL (automatic mTLS)" in lines
    words = " ".join(piped).replace("-" * 20, "").split()
    assert "".join(lines).translate(str.maketrans("", "", "│├└─ ")) == "".join(words)


@pytest.mark.parametrize("columns", [80, 140])
def test_differences_are_coloured_on_a_terminal(tmp_path: Path, columns: int) -> None:
    (tmp_path / "a.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: old}\n")
    (tmp_path / "b.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: new}\n")
    with PseudoTerminal(
        "manifest", "diff", str(tmp_path / "a.yaml"), str(tmp_path / "b.yaml"), columns=columns
    ) as terminal:
        assert terminal.end() == 1
        assert terminal.colours("-  x: old") == {"red"}
        assert terminal.colours("+  x: new") == {"green"}


def test_tables_fit_the_terminal() -> None:
    argv = ["proxy-config", "cluster", "-f", DUMP]
    wide = run_cli(*argv).stdout.splitlines()
    with PseudoTerminal(*argv, columns=76) as terminal:
        assert terminal.end() == 0
        lines = [line for line in terminal.lines() if line]
    assert max(map(len, lines)) <= 76 < max(map(len, wide))
    assert [line.split() for line in lines[-3:]] == [line.split() for line in wide[-3:]]
    assert " ".join(lines[:-3]).split() == wide[0].split()
