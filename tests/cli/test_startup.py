"""Help and completion answer about as soon as a program that imports Typer can begin."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

RUNS = 7
#: How much longer than `import typer` an answer may take.
FACTOR = 1.3


def fastest(environ: dict[str, str], *commands: list[str]) -> list[float]:
    """The seconds that each command takes at best; they take turns, so that all meet the same machine."""
    best = [float("inf")] * len(commands)
    for _ in range(RUNS):
        for number, command in enumerate(commands):
            began = time.perf_counter()
            subprocess.run(command, env=environ, capture_output=True, check=True)
            best[number] = min(best[number], time.perf_counter() - began)
    return best


@pytest.mark.parametrize("words", [["--help"], ["__complete", "inst"], ["__complete", "install", "--set", "profile=d"]])
def test_an_answer_comes_soon(words: list[str], tmp_path: Path) -> None:
    """With compiled modules, as after any installation, though the checkout may not be written to."""
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    program = "from istioctl.__main__ import main; main()"

    commands = [[sys.executable, "-c", "import typer"], [sys.executable, "-c", program, *words]]
    yardstick, own = fastest(environ, *commands)

    assert own <= FACTOR * yardstick
