"""Builds the Go programs that tests run, once for each state of their sources."""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path


def build(sources: Path, name: str, ldflags: str = "") -> Path:
    """The program of the Go module in the folder `sources`, below ~/.cache/istioctl-NAME.

    Raises:
        FileNotFoundError: there is no Go.
        subprocess.CalledProcessError: it does not build.
    """
    files = sorted([*sources.glob("*.go"), sources / "go.mod", sources / "go.sum"])
    digest = hashlib.sha256(ldflags.encode() + b"".join(file.read_bytes() for file in files)).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / f"istioctl-{name}" / digest
    target = cache / name
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.exists():
            print(f"building {target} (minutes the first time)", file=sys.stderr)
            flags = ["-buildvcs=false", "-trimpath", "-ldflags", f"-s -w {ldflags}"]
            command = ["go", "build", *flags, "-o", f"{target}.new", "."]
            subprocess.run(command, cwd=sources, check=True, stdout=sys.stderr)
            Path(f"{target}.new").rename(target)
    return target
