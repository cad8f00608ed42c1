"""Every shell example of the README and the documentation works as written."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.console import Example, check, examples

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with the files that the examples speak of."""
    samples = ROOT / "docs" / "examples"
    if samples.is_dir():
        shutil.copytree(samples, tmp_path, dirs_exist_ok=True)
    return tmp_path


def environment(**extra: str) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "KUBECONFIG": os.devnull, "NO_COLOR": "1", "COLUMNS": "120", **extra}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_offline_examples(page: Path, workplace: Path) -> None:
    for example in examples(page):
        if not example.cluster:
            check(example, workplace, environment())


def cluster_pages() -> list[Path]:
    return [page for page in PAGES if any(example.cluster for example in examples(page))]


@pytest.mark.cluster
@pytest.mark.parametrize("page", cluster_pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_cluster_examples(page: Path, workplace: Path, request: pytest.FixtureRequest) -> None:
    kubeconfig: Path = request.getfixturevalue("kubeconfig")
    for example in examples(page):
        check(example, workplace, environment(KUBECONFIG=str(kubeconfig)))


def test_an_example_that_prints_something_else_fails(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo one; echo two; echo three\none\n...\nthree\n$ echo x\ny\n```\n")
    first, second = examples(page)

    check(first, tmp_path, environment())
    with pytest.raises(AssertionError, match="printed"):
        check(second, tmp_path, environment())
    with pytest.raises(AssertionError):
        check(Example(1, "exit 3"), tmp_path, environment())
