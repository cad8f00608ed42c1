"""Upstream's own inputs and results of injection: the pairs of `pkg/kube/inject/testdata/inject`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from istioctl.errors import IstioctlError
from istioctl.injection.inject import inject
from istioctl.injection.injector import Injector
from istioctl.injection.templates import TemplateRenderer
from istioctl.yamldoc.reader import load_all
from tests.support.corpus import corpus_dir
from tests.support.injecting import as_stored, injector_of

_OPENSHIFT = {
    "openshift.io/sa.scc.uid-range": "1000620000/10000",
    "openshift.io/sa.scc.supplemental-groups": "1000620000/10000",
}


def _rows() -> list[Any]:
    folder = corpus_dir() / "inject-upstream"
    rows = json.loads((folder / "table.json").read_text())
    return [pytest.param(row, folder, id=f"{row['input']}-{row['want']}-{index}") for index, row in enumerate(rows)]


@pytest.mark.conformance
@pytest.mark.parametrize(("row", "folder"), _rows())
def test_pair(row: dict[str, Any], folder: Path) -> None:
    config = row["config"]
    injector = injector_of(
        (folder / config["inject"]).read_text(),
        (folder / config["mesh"]).read_text(),
        (folder / config["values"]).read_text(),
        native=row.get("env", {}).get("ENABLE_NATIVE_SIDECARS") == "true",
    )
    if row.get("skipKubeInject"):  # what istiod does on OpenShift, where namespaces say who may run
        settings = injector.settings._replace(namespaces={"test-ns": _OPENSHIFT})
        injector = Injector(settings, TemplateRenderer(settings))
    text = (folder / "data" / row["input"]).read_text()
    if row["want"] is None:
        with pytest.raises(IstioctlError, match=r"annotation \S+: "):
            inject(text, injector)
        return
    wanted = [as_stored(data) for data in load_all((folder / "data" / row["want"]).read_text()) if data]
    got = [as_stored(data) for data in load_all(inject(text, injector).text) if data]
    assert got == wanted
