"""Help and completion answer sooner than a program that imports Typer can begin."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

RUNS = 7
#: How much longer than `import typer` an answer may take.
FACTOR = 1.3


def fastest(*commands: list[str]) -> list[float]:
    """The seconds that each command takes at best; they take turns, so that all meet the same machine."""
    best = [float("inf")] * len(commands)
    for _ in range(RUNS):
        for number, command in enumerate(commands):
            began = time.perf_counter()
            subprocess.run(command, capture_output=True, check=True)
            best[number] = min(best[number], time.perf_counter() - began)
    return best


@pytest.mark.parametrize("words", [["--help"], ["__complete", "inst"], ["__complete", "install", "--set", "profile=d"]])
def test_an_answer_comes_soon(words: list[str]) -> None:
    yardstick, own = fastest([sys.executable, "-c", "import typer"], [sys.executable, "-m", "istioctl", *words])

    assert own <= FACTOR * yardstick
