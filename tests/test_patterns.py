"""Patterns that are compiled late do all that they would do anyway."""

from __future__ import annotations

import datetime
import importlib
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from istioctl import patterns
from istioctl.patterns import compiled_later, lazy_pattern
from istioctl.yamldoc import reader


def test_a_lazy_pattern_finds_what_a_compiled_one_finds() -> None:
    pattern = lazy_pattern(r"(\w)(\d+)", re.ASCII)
    assert [found.groups() for found in pattern.finditer("a1 b22")] == [("a", "1"), ("b", "22")]
    assert pattern.sub(r"\2", "a1 b22") == "1 22"


def test_only_the_patterns_of_the_package_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "patient.py").write_text("import re\nWORD = re.compile('[a-z]+', re.IGNORECASE)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(patterns, "own_process", True)
    original = re.compile
    with compiled_later("patient"):
        word = importlib.import_module("patient").WORD
        own = re.compile("x")
    assert re.compile is original
    assert isinstance(own, re.Pattern)
    assert not isinstance(word, re.Pattern)
    assert word.findall("Ab 1 c") == ["Ab", "c"]


def test_other_peoples_programs_get_patterns_as_ever() -> None:
    code = "import re, istioctl.yamldoc.pyyaml, yaml\nprint(isinstance(yaml.reader.Reader.NON_PRINTABLE, re.Pattern))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_a_failed_import_leaves_no_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "own_process", True)
    original = re.compile
    with pytest.raises(ModuleNotFoundError), compiled_later("nowhere_to_be_found"):
        importlib.import_module("nowhere_to_be_found")
    assert re.compile is original


def test_others_can_use_pyyaml_as_ever() -> None:
    assert reader.load("a: 1") == {"a": 1}
    assert yaml.safe_load("day: 2024-05-06\nnumber: 1.5\nyes: on") == {
        "day": datetime.date(2024, 5, 6),
        "number": 1.5,
        True: True,
    }
    with pytest.raises(yaml.YAMLError, match="special characters"):
        yaml.load("a: \x01", yaml.SafeLoader)
