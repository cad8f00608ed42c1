"""The facts that the real istioctl 1.30.3 stated of our inputs hold for this program, too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.recorded.cases import FACTS, Done, cases, write_injector
from tests.support.run import run_cli

RECORDED: dict[str, Any] = json.loads(FACTS.read_text(encoding="utf-8"))


def run(words: list[str]) -> Done:
    done = run_cli(*words)
    return Done(done.status, done.stdout)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("recorded")
    write_injector(made, run)
    return made


@pytest.mark.parametrize("name", sorted(RECORDED))
def test_facts_hold(name: str, folder: Path) -> None:
    found = cases(folder)[name](run)
    if name.startswith("analyze "):
        assert set(RECORDED[name]) <= set(found)  # here all analyzers look at files; see docs/differences.md
    else:
        assert found == RECORDED[name]


def test_every_case_is_recorded(tmp_path: Path) -> None:
    assert set(cases(tmp_path)) == set(RECORDED)
