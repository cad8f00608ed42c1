"""What building the project does besides packing files."""

from __future__ import annotations

import compileall
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):  # type: ignore[type-arg]
    """Compiles the sources that an editable install runs from.

    An installer compiles what it copies; sources that stay where they are it leaves alone, and where the environment
    forbids writing bytecode, as containers do, every start would compile them anew.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is built; `version` is `editable` or `standard`."""
        if version == "editable":
            compileall.compile_dir(Path(self.root) / "istioctl", quiet=1, workers=0)
