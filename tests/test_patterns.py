"""Patterns that are compiled late do all that they would do anyway."""

from __future__ import annotations

import ast
import datetime
import importlib.util
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from istioctl.patterns import PATIENT, lazy_pattern
from istioctl.yamldoc import reader


def test_a_lazy_pattern_finds_what_a_compiled_one_finds() -> None:
    pattern = lazy_pattern(r"(\w)(\d+)", re.ASCII)
    assert [found.groups() for found in pattern.finditer("a1 b22")] == [("a", "1"), ("b", "22")]
    assert pattern.sub(r"\2", "a1 b22") == "1 22"


def _told(code: str) -> str:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout


def test_only_the_patterns_of_some_packages_wait(tmp_path: Path) -> None:
    (tmp_path / "hasty.py").write_text("import re\nWORD = re.compile('[a-z]+')\n")
    show = (
        "print(*[isinstance(each, re.Pattern) for each in (hasty.WORD, email.utils.specialsre, email.utils.escapesre)])"
    )
    begin = f"import re, sys; sys.path.insert(0, {str(tmp_path)!r})"
    assert _told(f"{begin}; import hasty, email.utils; {show}") == "True True True\n"
    begin += "; from istioctl.patterns import compile_later; compile_later()"
    assert _told(f"{begin}; import hasty, email.utils; {show}") == "True False False\n"
    used = "print(email.utils.formataddr(('A (b)', 'c@d')), email.utils.specialsre.split('a,b'))"
    assert _told(f"{begin}; import email.utils; {used}") == "\"A (b)\" <c@d> ['a', 'b']\n"


def test_the_program_lets_patterns_wait_and_the_library_does_not() -> None:
    show = "print(isinstance(yaml.reader.Reader.NON_PRINTABLE, re.Pattern))"
    assert _told(f"import re, istioctl.yamldoc.pyyaml, yaml; {show}") == "True\n"
    begin = "import os, re, sys; from istioctl.cli import main; sys.argv = ['istioctl', 'version', '--remote=false']"
    run = f"main._leave = lambda status: None; main.main(); import yaml; {show}"
    assert _told(f"{begin}; {run}").endswith("False\n")


@pytest.mark.parametrize("package", sorted(PATIENT))
def test_packages_use_their_patterns_by_methods_alone(package: str) -> None:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    files = [Path(str(spec.origin))]
    if spec.submodule_search_locations:
        files = [file for folder in spec.submodule_search_locations for file in Path(folder).rglob("*.py")]
    for file in files:
        calls = [node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.Call)]
        handed = {ast.unparse(call.args[0]) for call in calls if _is_of_re(call) and call.args}
        assert not handed & _patterns(file), f"{file} hands a pattern to a function of re"


def _is_of_re(call: ast.Call) -> bool:
    named = call.func
    return isinstance(named, ast.Attribute) and ast.unparse(named.value) in ("re", "_re") and named.attr != "compile"


def _patterns(file: Path) -> set[str]:
    """The names of patterns that a module defines."""
    assigned = [node for node in ast.walk(ast.parse(file.read_bytes())) if isinstance(node, ast.Assign)]
    made = [node for node in assigned if ast.unparse(node.value).startswith(("re.compile(", "_re.compile("))]
    return {ast.unparse(target) for node in made for target in node.targets}


def test_others_can_use_pyyaml_as_ever() -> None:
    assert reader.load("a: 1") == {"a": 1}
    assert yaml.safe_load("day: 2024-05-06\nnumber: 1.5\nyes: on") == {
        "day": datetime.date(2024, 5, 6),
        "number": 1.5,
        True: True,
    }
    with pytest.raises(yaml.YAMLError, match="special characters"):
        yaml.load("a: \x01", yaml.SafeLoader)
