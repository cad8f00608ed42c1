"""Which engine this is: what it compiled is of no use to another."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path


@cache
def engine() -> str:
    """What tells this version of the engine from any other: its own sources, and the interpreter."""
    package = Path(__file__).parents[1]
    parts = ("language", "compiler", "running", "functions")
    folders = (package, *(package / part for part in parts), package.parent / "golang")
    files = (file for folder in folders for file in os.scandir(folder) if file.name.endswith(".py"))
    sources = sorted((file.path, file.stat().st_size, file.stat().st_mtime_ns) for file in files)
    return repr((sys.implementation.cache_tag, sys.hexversion, sources))
