"""Running a command line and looking at what it needed."""

from __future__ import annotations

import os
import subprocess
import time
from dataclasses import dataclass

_RUNS = 5


@dataclass(frozen=True)
class Workload:
    """A command line that both programs understand.

    Attributes:
        time, memory: the most this program may need, as a part of what the real one needs.
    """

    name: str
    argv: tuple[str, ...]
    time: float = 1.0
    memory: float = 1.0


@dataclass(frozen=True)
class Figures:
    """What a program needed: the shortest time, the largest memory."""

    seconds: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s {self.megabytes:.0f} MB"


def measure(program: list[str], workload: Workload, runs: int = _RUNS) -> Figures:
    """Run a workload several times; it has to succeed.

    The memory that this process itself has counts as the program's until that has started: keep it small.
    """
    seconds, kilobytes = float("inf"), 0
    environ = {**os.environ, "KUBECONFIG": os.environ.get("KUBECONFIG", os.devnull)}
    for _ in range(runs):
        begun = time.perf_counter()
        process = subprocess.Popen(
            [*program, *workload.argv], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environ
        )
        with process:
            _, status, usage = os.wait4(process.pid, 0)
            seconds = min(seconds, time.perf_counter() - begun)
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                told = process.stderr.read() if process.stderr else b""
                raise SystemExit(f"{workload.name} fails: {told.decode(errors='replace')}")
        kilobytes = max(kilobytes, usage.ru_maxrss)
    return Figures(seconds, kilobytes / 1024)
