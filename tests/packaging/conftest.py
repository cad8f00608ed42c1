"""Distributions of the program, built once for all tests."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def succeed(command: list[str | Path], cwd: Path, **environ: str) -> str:
    """What a command prints; the test fails where it does.

    Args:
        environ: the command's environment, next to `PATH` and `HOME`.
    """
    own = {"PATH": os.environ["PATH"], "HOME": str(cwd), "LC_ALL": "C.UTF-8", **environ}
    done = subprocess.run(command, cwd=cwd, env=own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def build(source: Path, target: str, folder: Path) -> Path:
    """Build a `wheel` or an `sdist` of the project in `source`."""
    succeed([sys.executable, "-m", "hatchling", "build", "-t", target, "-d", folder], source)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="session")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the Dockerfile copies into the image, in a folder with spaces in its name."""
    folder = tmp_path_factory.mktemp("source") / "a folder with spaces"
    folder.mkdir()
    stage = (ROOT / "Dockerfile").read_text(encoding="utf-8").split("FROM ")[1]
    for line in re.findall(r"^COPY (.*)$", stage, re.MULTILINE):
        *names, _ = line.split()
        for name in names:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def wheel(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built without the rest of the repository."""
    return build(source, "wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def venv(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh virtual environment with the wheel; dependencies are found where this test's are."""
    folder = tmp_path_factory.mktemp("venv") / "an environment"
    succeed([sys.executable, "-m", "venv", "--without-pip", folder], ROOT)
    pip = [sys.executable, "-m", "pip", "--python", folder / "bin" / "python", "install", "--quiet"]
    succeed([*pip, "--no-deps", "--no-index", wheel], wheel.parent)
    (site_packages(folder) / "dependencies.pth").write_text(sysconfig.get_paths()["purelib"], encoding="utf-8")
    return folder


def site_packages(venv: Path) -> Path:
    """Where a virtual environment keeps its packages."""
    return venv / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
