"""`proxy-config` on the dump of a small mesh and on that of a large one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from benchmarks.measure import Workload

_COMMANDS = {
    "cluster": (), "listener": (), "route": (), "eds": (), "all": (), "cluster -o json": ("-o", "json"),
    "all -o json": ("-o", "json"),
}  # fmt: skip


def workloads(folder: Path) -> list[Workload]:
    """A dump of 400 KB, and one of 3,000 services and more than 50 MB."""
    found = []
    for size, services, time, memory in (("small", 20, 0.9, 1.0), ("large", 3000, 0.7, 0.7)):
        file = folder / f"{size}.json"
        subprocess.run([sys.executable, "-m", "benchmarks.large_dump", str(services), str(file)], check=True)
        for name, flags in _COMMANDS.items():
            argv = ("proxy-config", name.split()[0], "-f", str(file), *flags)
            found.append(Workload(f"proxy-config {size} {name}", argv, time, memory))
    return found
