"""The hooks of pre-commit and the action of GitHub do what they say."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.packaging.conftest import ROOT


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder whose objects are in order."""
    for name in ("app.yaml", "gateway.yaml"):
        shutil.copy(ROOT / "docs" / "examples" / name, tmp_path / name)
    return tmp_path


@pytest.fixture
def broken(folder: Path) -> Path:
    """The same, with an object that is not valid and another one whose gateway does not exist."""
    text = (ROOT / "docs" / "examples" / "broken.yaml").read_text(encoding="utf-8")
    (folder / "an invalid one.yaml").write_text(text, encoding="utf-8")
    lost = text.replace("timeuot", "timeout").replace("name: api", "name: lost")
    (folder / "a lost one.yaml").write_text(lost, encoding="utf-8")
    return folder


def run(command: list[str], cwd: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    own = {**os.environ, "PATH": path, "NO_COLOR": "1", **environ}
    return subprocess.run(command, cwd=cwd, env=own, capture_output=True, text=True, check=False)


def hook(name: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does, with all files changed."""
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    (chosen,) = [each for each in hooks if each["id"] == name]
    files = sorted(path.name for path in cwd.iterdir()) if chosen.get("pass_filenames", True) else []
    return run([*shlex.split(chosen["entry"]), *chosen.get("args", []), *files], cwd)


@pytest.mark.parametrize(("name", "status"), [("istioctl-validate", 1), ("istioctl-analyze", 79)])
def test_hooks(name: str, status: int, broken: Path) -> None:
    done = hook(name, broken)
    assert done.returncode == status, done.stderr
    assert "a lost one.yaml" in done.stdout


@pytest.mark.parametrize("name", ["istioctl-validate", "istioctl-analyze"])
def test_hooks_pass_what_is_in_order(name: str, folder: Path) -> None:
    done = hook(name, folder)
    assert done.returncode == 0, done.stderr


def step(name: str) -> dict[str, Any]:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    (found,) = [each for each in action["runs"]["steps"] if each.get("name") == name]
    assert {value.removeprefix("${{ inputs.").removesuffix(" }}") for value in found["env"].values()} <= set(
        action["inputs"]
    )
    step_of: dict[str, Any] = found
    return step_of


def test_the_action_validates_and_analyzes(folder: Path) -> None:
    script = ["bash", "-e", "-o", "pipefail", "-c"]
    validated = run([*script, step("validate")["run"]], folder, PATHS="app.yaml gateway.yaml")
    analyzed = run([*script, step("analyze")["run"]], folder, PATHS=".", THRESHOLD="Info", SARIF="")

    assert validated.returncode == 0, validated.stderr
    assert "Gateway shop: valid" in validated.stdout
    assert analyzed.returncode == 0, analyzed.stderr


def test_the_action_fails_and_leaves_sarif(broken: Path) -> None:
    script = ["bash", "-e", "-o", "pipefail", "-c"]
    validated = run([*script, step("validate")["run"]], broken, PATHS=".")
    analyzed = run([*script, step("analyze")["run"]], broken, PATHS=".", THRESHOLD="Error", SARIF="found.sarif")

    assert validated.returncode == 1
    assert analyzed.returncode == 79
    assert '"version": "2.1.0"' in (broken / "found.sarif").read_text(encoding="utf-8")
