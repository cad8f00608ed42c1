"""Every shell example of the README and the documentation works as written."""

from __future__ import annotations

import io
import itertools
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from tests.support.cluster import Cluster
from tests.support.console import Example, check, examples
from tests.support.containers import docker
from tests.support.kubectl import need_kubectl

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

#: What a working copy holds that a clone does not.
NOT_CLONED = shutil.ignore_patterns(".git", ".venv", ".nox", ".*_cache", ".hypothesis", "__pycache__", "*.egg-info")


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with the files that the examples speak of."""
    samples = ROOT / "docs" / "examples"
    shutil.copytree(samples, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture(scope="session")
def package_index() -> None:
    """Skips the test where pip can install nothing."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-cache-dir", "-d", folder, "idna"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no package index can be reached: {done.stderr[-300:]}")


@pytest.fixture
def clone(tmp_path: Path, package_index: None) -> Path:
    """A clone of the repository."""
    return shutil.copytree(ROOT, tmp_path / "clone", ignore=NOT_CLONED)


def environment(home: Path, kubeconfig: Path | None = None) -> dict[str, str]:
    """That of a user who has one cluster, or none."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ISTIOCTL_", "KUBE"))}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    environ |= {"HOME": str(home), "NO_COLOR": "1", "COLUMNS": "120", "LC_ALL": "C.UTF-8"}
    return {**environ, "KUBECONFIG": str(kubeconfig)} if kubeconfig else environ


def pages_with(need: str | None) -> list[object]:
    """The pages that have an example with this need, or with none."""
    return [
        pytest.param(page, id=str(page.relative_to(ROOT)))
        for page in PAGES
        if any(need in example.needs if need else not example.needs for example in examples(page))
    ]


def blocks_in_clones() -> list[object]:
    """The blocks that run in a clone; those that need a cluster as well are marked so."""
    return [
        pytest.param(
            block,
            id=f"{page.relative_to(ROOT)}:{line}",
            marks=[pytest.mark.cluster] if "cluster" in block[0].needs else [],
        )
        for page in PAGES
        for line, block in grouped(examples(page))
        if "clone" in block[0].needs
    ]


def grouped(found: list[Example]) -> Iterator[tuple[int, list[Example]]]:
    """The examples of each block of a page."""
    for line, block in itertools.groupby(found, lambda example: example.line):
        yield line, list(block)


@pytest.mark.parametrize("page", pages_with(None))
def test_offline_examples(page: Path, workplace: Path) -> None:
    for example in examples(page):
        if not example.needs:
            check(example, workplace, environment(workplace))


@pytest.mark.cluster
@pytest.mark.parametrize("page", pages_with("cluster"))
def test_cluster_examples(page: Path, workplace: Path, request: pytest.FixtureRequest) -> None:
    need_kubectl()
    request.getfixturevalue("bare")
    kubeconfig: Path = request.getfixturevalue("kubeconfig")
    for example in examples(page):
        if not example.needs & {"clone", "mesh"}:
            check(example, workplace, environment(workplace, kubeconfig if "cluster" in example.needs else None))


@pytest.mark.parametrize("block", blocks_in_clones())
def test_examples_in_a_clone(block: list[Example], clone: Path, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    home = tmp_path / "home"
    (home / ".kube").mkdir(parents=True)
    # The whole suite runs in CI; here one test shows that the command does.
    environ = environment(home) | {"PYTEST_ADDOPTS": "-n0 tests/cli/test_version.py"}
    environ["PATH"] = f"{home / '.local/bin'}{os.pathsep}{environ['PATH']}"
    if "cluster" in block[0].needs:
        need_kubectl()  # it puts a kubeconfig's certificates into it
        bare: Cluster = request.getfixturevalue("bare")
        view = ["kubectl", "config", "view", "--raw", "--flatten"]
        own = {**os.environ, "KUBECONFIG": str(bare.kubeconfig)}
        (home / ".kube" / "config").write_bytes(subprocess.check_output(view, env=own))
    if "container" in block[0].needs:
        (tmp_path / "docker").mkdir()
        environ["PATH"] = f"{docker(tmp_path / 'docker')}{os.pathsep}{environ['PATH']}"
    for example in block:
        check(example, clone, environ)


def test_python_examples(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library page is one session; a `text` block is what the block above it prints."""
    blocks = re.findall(
        r"^```(python|text)\n(.*?)^```$", (ROOT / "docs/library.md").read_text(), re.MULTILINE | re.DOTALL
    )
    names: dict[str, object] = {}
    printed = io.StringIO()
    monkeypatch.chdir(workplace)
    for language, text in blocks:
        if language == "python":
            printed = io.StringIO()
            with redirect_stdout(printed):
                exec(compile(text, "docs/library.md", "exec"), names)  # noqa: S102 - the page's own code
        else:
            assert printed.getvalue() == text
    assert len(blocks) > 8


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_shell_block_runs(page: Path) -> None:
    languages = re.findall(r"^ *```(\w+)", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(languages) <= {"console", "sh", "python", "text", "yaml"}


def test_an_example_that_prints_something_else_fails(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("```console\n$ echo one; echo two; echo three\none\n...\nthree\n$ echo x\ny\n```\n")
    first, second = examples(page)

    check(first, tmp_path, environment(tmp_path))
    with pytest.raises(AssertionError, match="printed"):
        check(second, tmp_path, environment(tmp_path))
    with pytest.raises(AssertionError):
        check(Example(1, "exit 3"), tmp_path, environment(tmp_path))


def test_addresses_may_be_any_and_other_numbers_may_not(tmp_path: Path) -> None:
    example = Example(1, "echo at 10.1.2.3:30123, port 80, pod web-1234", ["at 127.0.0.1:31999, port 80, pod web-..."])
    check(example, tmp_path, environment(tmp_path))
    example.command = "echo at 10.1.2.3:30123, port 81, pod web-1234"
    with pytest.raises(AssertionError, match="printed"):
        check(example, tmp_path, environment(tmp_path))


def test_an_interrupted_example_ends(tmp_path: Path) -> None:
    example = Example(1, "trap 'exit 0' INT; echo up; echo Ctrl-C ends it; sleep 60 & wait", ["up", "..."])
    example.interrupted = True
    check(example, tmp_path, environment(tmp_path))
