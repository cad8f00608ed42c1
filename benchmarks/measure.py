"""Running a command line and looking at what it needed."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

_RUNS = 7
_LONGEST = 60
"""Seconds after which a run is ended; it counts as none."""


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


class Figures(NamedTuple):
    """What a program needed: the shortest time, the least time of processors, the largest memory."""

    seconds: float
    processor_seconds: float
    megabytes: float

    def __str__(self) -> str:
        return f"{self.seconds:.2f} s {self.megabytes:.0f} MB"


def measure(programs: Sequence[Sequence[str]], workload: Workload, runs: int = _RUNS) -> list[Figures]:
    """Run a workload several times by each of the programs; it has to succeed.

    They take turns, so that all meet the same machine. The memory that this process itself has counts as a program's
    until that has started: keep it small.
    """
    found: list[list[Figures]] = [[] for _ in programs]
    for _ in range(runs):
        for program, own in zip(programs, found, strict=True):
            own += _run([*program, *workload.argv], workload.name)
    if not all(found):
        raise SystemExit(f"{workload.name} takes more than {_LONGEST} s")
    return [
        Figures(min(each.seconds for each in own), min(each[1] for each in own), max(each.megabytes for each in own))
        for own in found
    ]


def _run(argv: Sequence[str], name: str) -> list[Figures]:
    """What one run needed; nothing where it does not end."""
    environ = {**os.environ, "KUBECONFIG": os.environ.get("KUBECONFIG", os.devnull)}
    late = threading.Event()
    begun = time.perf_counter()
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environ) as process:

        def end() -> None:
            late.set()
            process.kill()

        clock = threading.Timer(_LONGEST, end)
        clock.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begun
        clock.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode and not late.is_set():
            told = process.stderr.read() if process.stderr else b""
            raise SystemExit(f"{name} fails: {told.decode(errors='replace')}")
    return [] if late.is_set() else [Figures(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)]
