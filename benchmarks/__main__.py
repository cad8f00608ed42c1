"""The way in: choose workloads, measure, compare."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks import proxy_config, proxy_status
from benchmarks.measure import Figures, Workload, measure

#: What the names of its workloads begin with, and what gives them; it may write what they read into the folder.
SUITES = {"proxy-config": proxy_config.workloads, "proxy-status": proxy_status.workloads}


def main(names: list[str]) -> int:
    """Measure the workloads whose names begin with one of `names`, or all; 1 where a limit is not kept."""
    real = os.environ.get("ISTIOCTL_REAL", "")
    broken = 0
    programs = [[sys.executable, "-m", "istioctl"], *([[real]] if real else [])]
    print(f"{'WORKLOAD':<36}{'OURS':>16}{'REAL':>16}{'TIME':>8}{'CPU':>8}{'MEMORY':>8}")
    with tempfile.TemporaryDirectory() as folder:
        chosen = [suite for first, suite in SUITES.items() if not names or any(map(_begin_alike(first), names))]
        for workload in (each for suite in chosen for each in suite(Path(folder))):
            if names and not workload.name.startswith(tuple(names)):
                continue
            ours, *others = measure(programs, workload)
            if not others:
                print(f"{workload.name:<36}{ours!s:>16}")
                continue
            theirs = others[0]
            print(f"{workload.name:<36}{ours!s:>16}{theirs!s:>16}{_ratios(ours, theirs, workload)}")
            broken += not _keeps(ours, theirs, workload)
    return 1 if broken else 0


def _begin_alike(first: str) -> Callable[[str], bool]:
    return lambda name: name.startswith(first) or first.startswith(name)


def _ratios(ours: Figures, theirs: Figures, workload: Workload) -> str:
    ratios = "".join(f"{own / other:>8.2f}" for own, other in zip(ours, theirs, strict=True))
    return ratios if _keeps(ours, theirs, workload) else f"{ratios}  above its limit"


def _keeps(ours: Figures, theirs: Figures, workload: Workload) -> bool:
    return ours.seconds <= workload.time * theirs.seconds and ours.megabytes <= workload.memory * theirs.megabytes


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
