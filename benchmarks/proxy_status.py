"""`proxy-status` of a large mesh and of a small one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Workload


def workloads(folder: Path) -> Iterator[Workload]:
    """5,000 proxies, and five. The stub has a process of its own, as what a process has counts for those it starts."""
    for count, time in ((5000, 0.7), (5, 1.0)):
        own = folder / f"mesh-{count}"
        own.mkdir()
        serving = [sys.executable, "-m", "benchmarks.stub_mesh", str(count), str(own)]
        with subprocess.Popen(serving, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as mesh:
            assert mesh.stdout is not None  # noqa: S101 - it is a pipe
            kubeconfig = mesh.stdout.readline().strip()
            if not kubeconfig:
                raise SystemExit("the mesh of proxy-status does not start")
            yield Workload(f"proxy-status {count} proxies", ("proxy-status", "--kubeconfig", kubeconfig), time)
