"""The Go modules that the tables come from: their versions, and how they are fetched."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

#: Seconds for one module; the largest has 40 MB.
_PATIENCE = 300
_VERSIONS = Path(__file__).parent / "versions.txt"


class SourceError(Exception):
    """A module can't be fetched, or does not hold what is expected of it."""


def versions() -> dict[str, str]:
    """The version of each module by its path."""
    lines = (line.split() for line in _VERSIONS.read_text(encoding="utf-8").splitlines())
    return {line[0]: line[1] for line in lines if line and line[0] != "#"}


@cache
def module_folder(path: str) -> Path:
    """The folder with the files of a module of `versions.txt`, which Go keeps in its cache.

    Raises:
        SourceError: Go is not installed, or the module proxy has no such version or can't be reached.
    """
    version = versions()[path]
    go = shutil.which("go")
    if go is None:
        raise SourceError("the program 'go' is not on the PATH; it fetches the modules")
    with tempfile.TemporaryDirectory() as folder:
        try:
            done = subprocess.run(
                [go, "mod", "download", "-json", f"{path}@{version}"],
                cwd=folder, capture_output=True, text=True, timeout=_PATIENCE, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise SourceError(f"{path}@{version} was not there after {_PATIENCE} s") from None
    answer = json.loads(done.stdout) if done.stdout.startswith("{") else {}
    if "Dir" not in answer:
        raise SourceError(f"{path}@{version}: {answer.get('Error') or done.stderr.strip()}")
    return Path(answer["Dir"])
