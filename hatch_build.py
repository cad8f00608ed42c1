"""What building the project does besides packing files."""

from __future__ import annotations

import compileall
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):  # type: ignore[type-arg]
    """Prepares what would otherwise be done at the first start.

    A wheel gets modules that were made from the program's own data (see `istioctl/prebuilt.py`). For an editable
    install the sources are compiled: an installer compiles what it copies; sources that stay where they are it leaves
    alone, and where the environment forbids writing bytecode, as containers do, every start would compile them anew.
    """

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called before a wheel is built; `version` is `editable` or `standard`."""
        if version == "editable":
            compileall.compile_dir(Path(self.root) / "istioctl", quiet=1, workers=0)
            return
        self._folder = tempfile.TemporaryDirectory()
        for name, text in _prebuilt_modules(Path(self.root)):
            file = Path(self._folder.name) / name
            file.write_text(text, encoding="utf-8", newline="\n")
            build_data["force_include"][str(file)] = f"istioctl/_data/prebuilt/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Called when the wheel is written."""
        if version != "editable":
            self._folder.cleanup()


def _prebuilt_modules(root: Path) -> Iterator[tuple[str, str]]:
    """Name and text of each module made from the sources in `root`, by the program in the same place."""
    sys.path.insert(0, str(root))
    from istioctl import prebuilt
    from istioctl.injection import templates
    from istioctl.rendering.components import chart_values, mesh_settings
    from istioctl.rendering.specification import profiles
    from istioctl.rendering.text import cache, jinja

    modules = [cache.prebuilt_module(*each.preparation()) for each in (profiles, chart_values)]
    modules += [jinja.prebuilt_module(name) for name in jinja.template_names()]
    modules += [templates.prebuilt_module(text) for _, text in mesh_settings.built_in_templates()]
    for key, text in modules:
        yield prebuilt.file_name(key), text
