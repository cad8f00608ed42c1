"""One result in every output format."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from istioctl.cli.screen.printers import Output, data_text, print_data, print_table, read_output
from istioctl.cli.screen.terminal import Terminal, using
from istioctl.errors import InputError, TemplateError, UsageError

DATA = [{"name": "one", "ports": [80, 443], "on": True}, {"name": "second", "ports": []}]
FORMS = ["short", "json", "yaml", "name"]
NAMES = ["pod/one", "pod/second"]


def text_as(word: str, data: Any = DATA, **settings: Any) -> str:
    return data_text(data, read_output(word, FORMS), names=NAMES, **settings)


def test_json_and_yaml() -> None:
    assert json.loads(text_as("json")) == DATA
    assert yaml.safe_load(text_as("YAML")) == DATA


def test_names() -> None:
    assert text_as("name") == "pod/one\npod/second\n"
    with pytest.raises(UsageError, match="unknown output format 'name'"):
        read_output("name", ["short", "json"])


def test_jsonpath(tmp_path: Path) -> None:
    file = tmp_path / "template"
    file.write_text('{range .items[*]}{.name}{"\\n"}{end}', encoding="utf-8")

    assert text_as("jsonpath={[*].name}") == text_as("jsonpath=[*].name") == "one second"
    assert text_as("jsonpath-as-json={[0].ports}") == "[\n    [\n        80,\n        443\n    ]\n]\n"
    assert text_as(f"jsonpath-file={file}") == "one\nsecond\n"


def test_custom_columns_as_kubectl_prints_them(tmp_path: Path) -> None:
    file = tmp_path / "columns"
    file.write_text("NAME ON\n.name .on\n", encoding="utf-8")

    assert text_as("custom-columns=A:.name,PORTS:.ports[*]") == "A        PORTS\none      80,443\nsecond   <none>\n"
    assert text_as("custom-columns=A:.on,B:.on", headers=False) == "true     true\n<none>   <none>\n"
    assert text_as("custom-columns=A:.on,B:.on", [{"on": 1}]) == "A     B\n1     1\n"
    assert text_as(f"custom-columns-file={file}") == "NAME     ON\none      true\nsecond   <none>\n"
    assert text_as("custom-columns=A:.name", {"items": DATA}) == text_as("custom-columns=A:.name", {}, items=DATA)
    assert text_as("custom-columns=A:.name", {"name": "alone"}) == "A\nalone\n"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("xml", "unknown output format 'xml'"),
        ("json=x", "unknown output format 'json=x'"),
        ("jsonpath", "jsonpath needs a template"),
        ("jsonpath={.a", "--output jsonpath={.a: unclosed action"),
        ("custom-columns=A", "unexpected custom-columns spec: A"),
    ],
)
def test_words_that_are_no_format(word: str, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_output(word, FORMS)
    assert message in str(caught.value)


def test_a_file_that_is_missing() -> None:
    with pytest.raises(InputError, match="/nowhere"):
        read_output("jsonpath-file=/nowhere", [])


def test_a_template_that_makes_no_sense_for_the_data_names_itself() -> None:
    with pytest.raises(TemplateError, match=r"--output jsonpath=\{\[7\]\}: array index out of bounds"):
        text_as("jsonpath={[7]}")


def test_tables_without_a_header() -> None:
    console = Terminal(io.StringIO(), io.StringIO(), io.StringIO())
    console.headers = False
    with using(console):
        print_table(("NAME", "STATE"), [("a", "b"), ("long", "d")])
        print_table(("NAME",), [])
        print_data([{"kind": "Pod"}], Output("custom-columns", "KIND:.kind"))
    assert console.stdout.getvalue() == "a      b\nlong   d\nPod\n"  # type: ignore[attr-defined]


def test_what_has_no_room_is_said_in_lines_that_fit() -> None:
    class Screen(io.StringIO):
        def isatty(self) -> bool:
            return True

    screen = Screen()
    with using(Terminal(io.StringIO(), screen, io.StringIO(), {"TERM": "xterm", "COLUMNS": "24"})):
        print_table(
            ("NAME", "NOT BEFORE", "SERIAL NUMBER", "TYPE"), [("one", "2026-01-01", "0123456789", "Cert Chain")]
        )

    lines = re.sub("\x1b\\[[0-9;]*m", "", screen.getvalue()).splitlines()
    assert "no room in" in " ".join(lines)
    assert max(map(len, lines)) <= 24


def test_output_as_typed() -> None:
    assert [str(Output("json")), str(Output("jsonpath", "{.a}"))] == ["json", "jsonpath={.a}"]


def test_no_other_format_loads_the_templates() -> None:
    code = (
        "import io, sys\n"
        "from istioctl.cli.main import run\nfrom istioctl.cli.screen.terminal import Terminal\n"
        "status = run(['profile', 'list', '-o', 'json'], Terminal(io.StringIO(), io.StringIO(), sys.stderr))\n"
        "print(status, sorted({'jsonpath_ng', 'istioctl.jsonpath'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "0 []\n", done.stderr
