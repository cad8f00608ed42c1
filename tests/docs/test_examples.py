"""Every shell example of the README and the documentation works as written."""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from tests.support.console import Example, check, examples

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])

#: What `sh` blocks may start: installing this program, and programs that no test can count on.
ELSEWHERE = ("python3 -m venv", "kind", "minikube", "pipx", "uv", "docker", "helm", "crane", "flux", "argocd")


@pytest.fixture
def workplace(tmp_path: Path) -> Path:
    """A folder with the files that the examples speak of."""
    samples = ROOT / "docs" / "examples"
    shutil.copytree(samples, tmp_path, dirs_exist_ok=True)
    return tmp_path


def environment(home: Path, kubeconfig: Path | None = None) -> dict[str, str]:
    """That of a user who has one cluster, or none."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("ISTIOCTL_", "KUBE"))}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ.setdefault("XDG_CACHE_HOME", str(Path.home() / ".cache"))
    environ |= {"HOME": str(home), "NO_COLOR": "1", "COLUMNS": "120", "LC_ALL": "C.UTF-8"}
    return {**environ, "KUBECONFIG": str(kubeconfig)} if kubeconfig else environ


def pages_with(*, cluster: bool) -> list[object]:
    return [
        pytest.param(page, id=str(page.relative_to(ROOT)))
        for page in PAGES
        if any(example.cluster == cluster for example in examples(page))
    ]


@pytest.mark.parametrize("page", pages_with(cluster=False))
def test_offline_examples(page: Path, workplace: Path) -> None:
    for example in examples(page):
        if not example.cluster:
            check(example, workplace, environment(workplace))


@pytest.mark.cluster
@pytest.mark.parametrize("page", pages_with(cluster=True))
def test_cluster_examples(page: Path, workplace: Path, request: pytest.FixtureRequest) -> None:
    if not shutil.which("kubectl"):
        pytest.skip("the examples use kubectl, which is not on PATH")
    request.getfixturevalue("bare")
    kubeconfig: Path = request.getfixturevalue("kubeconfig")
    for example in examples(page):
        check(example, workplace, environment(workplace, kubeconfig if example.cluster else None))


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
def test_blocks_that_do_not_run_are_about_other_programs(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert not re.findall(r"^```(?:bash|shell)\b", text, re.MULTILINE)
    for block in re.findall(r"^```sh\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            assert line.startswith(ELSEWHERE), f"{page.name}: this could be a `console` block: {line}"


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
