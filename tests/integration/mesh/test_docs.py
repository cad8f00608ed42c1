"""The examples of the documentation that need a mesh."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.support.console import check, examples
from tests.support.mesh import Mesh

pytestmark = pytest.mark.mesh

_PAGES = sorted((Path(__file__).parents[3] / "docs").glob("*.md"))


@pytest.mark.parametrize(
    "page",
    [page for page in _PAGES if any("mesh" in each.needs for each in examples(page))],
    ids=lambda page: page.stem,
)
def test_examples(mesh: Mesh, page: Path, tmp_path: Path) -> None:
    assert mesh.run("wait").status == 0
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environ = {"PATH": path, "HOME": str(tmp_path), "KUBECONFIG": str(mesh.kubeconfig), "NO_COLOR": "1"}
    for example in examples(page):
        if "mesh" in example.needs:
            check(example, tmp_path, environ)
