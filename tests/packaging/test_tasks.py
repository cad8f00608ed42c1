"""What CI runs can be run as a nox session of the same name."""

from __future__ import annotations

import ast
import re

from tests.packaging.conftest import ROOT


def sessions() -> dict[str, list[str]]:
    """The command lines of each session in noxfile.py."""
    found: dict[str, list[str]] = {}
    for function in ast.parse((ROOT / "noxfile.py").read_text(encoding="utf-8")).body:
        if isinstance(function, ast.FunctionDef) and function.decorator_list:
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            found[function.name] = [
                " ".join(arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))
                for call in calls
                if isinstance(call.func, ast.Attribute) and call.func.attr == "run"
            ]
    return found


def test_each_step_of_ci_is_a_session_with_its_commands() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    steps = dict(re.findall(r'^step "([a-z]+)"\n(.*?)(?=^step|^\n)', script, re.MULTILINE | re.DOTALL))

    assert {"lint", "types", "layers", "documentation"} <= set(steps)
    for name, text in steps.items():
        for command in re.findall(r"^\.venv/bin/(?!python)([^\"$\n]*[^\"$\s])", text, re.MULTILINE):
            assert command in sessions()[name], f"noxfile.py: session {name} lacks: {command}"


def test_the_readmes_second_command_is_what_ci_runs() -> None:
    command = re.findall(r"^```sh\n(.*?)\n```$", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)[1]

    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
