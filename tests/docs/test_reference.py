"""The pages that the program writes say what it says."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

DOCS = Path(__file__).resolve().parents[2] / "docs"


def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_reference", DOCS / "make_reference.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_reference_is_fresh() -> None:
    page = (DOCS / "reference.md").read_text(encoding="utf-8")
    assert page == maker().reference(), "run python docs/make_reference.py"


def test_the_exit_statuses_are_fresh() -> None:
    page = (DOCS / "exit-statuses.md").read_text(encoding="utf-8")
    assert page == maker().exit_statuses(), "run python docs/make_reference.py"
