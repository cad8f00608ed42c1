"""Keys that are there twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from istioctl.analysis.loading import Loader
from istioctl.analysis.sources import Source
from istioctl.rendering.specification.build import SpecificationInputs, build_specification
from istioctl.yamldoc.duplicates import Duplicate, duplicate_keys
from istioctl.yamldoc.reader import compose_all


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a: 1\nb: 2\n", []),
        ("a: 1\nb: 2\na: 3\n", [Duplicate("a", 0, 2, 0)]),
        ("x:\n- a: 1\n- a: 2\n  b: {c: 1, c: 2}\n", [Duplicate("c", 3, 3, 12)]),
        ("a: &x {b: 1, b: 2}\nc: *x\n", [Duplicate("b", 0, 0, 13)]),
        ("- [1, 1]\n", []),
    ],
)
def test_where_they_are(text: str, found: list[Duplicate]) -> None:
    (document,) = compose_all(text)
    assert document.root is not None
    assert list(duplicate_keys(document.root)) == found


def test_installing_and_analyzing_warn_and_take_the_last(tmp_path: Path) -> None:
    file = tmp_path / "iop.yaml"
    file.write_text(
        "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec:\n"
        "  meshConfig:\n    accessLogFile: /a\n    enableTracing: true\n    accessLogFile: /b\n"
    )
    made = build_specification(SpecificationInputs(files=(str(file),)))
    assert made.spec["meshConfig"]["accessLogFile"] == "/b"  # type: ignore[index, call-overload]
    assert any("accessLogFile is set in line 5 as well" in warning and ":7" in warning for warning in made.warnings)
    assert str(made.origins.of(("spec", "meshConfig", "accessLogFile"))) == f"{file}:7"
    assert str(made.origins.of(("spec", "meshConfig", "enableTracing"))) == f"{file}:6"

    loader = Loader("default")
    list(loader.read(Source("f.yaml", "kind: x\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, name: b}\n")))
    assert loader.warnings == ["f.yaml:5:21: name is set in line 5 as well."]
