"""The committed CRDs are what the schema makes, and they are what the API server gets from the real tool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from istioctl.analysis.schema import crds
from istioctl.analysis.schema.catalog import schema
from istioctl.yamldoc.reader import load, load_all
from tests.support.corpus import corpus_dir

COMMITTED = Path(__file__).resolve().parents[3] / "manifests" / "base" / "crds"


@pytest.fixture(params=sorted(schema().kinds))
def definition(request: pytest.FixtureRequest) -> dict[str, Any]:
    return load(crds.definition(schema().kinds[request.param]))


def test_the_committed_text_is_fresh(tmp_path: Path) -> None:
    made = {path.name: path.read_text() for path in crds.write_all(tmp_path)}
    assert made == {path.name: path.read_text() for path in COMMITTED.iterdir()}


def test_names_agree(definition: dict[str, Any]) -> None:
    names = definition["spec"]["names"]
    assert definition["metadata"]["name"] == f"{names['plural']}.{definition['spec']['group']}"


def test_one_version_is_stored_and_all_share_a_schema(definition: dict[str, Any]) -> None:
    versions = definition["spec"]["versions"]
    assert sum(version["storage"] for version in versions) == 1
    assert all(version["schema"] == versions[0]["schema"] for version in versions)


def test_required_fields_exist(definition: dict[str, Any]) -> None:
    def check(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("required"), list) and "properties" in node:
                assert set(node["required"]) <= set(node["properties"])
            for value in node.values():
                check(value)
        elif isinstance(node, list):
            for value in node:
                check(value)

    check(definition["spec"]["versions"][0]["schema"])


@pytest.mark.conformance
def test_the_schemas_are_the_recorded_ones() -> None:
    def bare(node: Any) -> Any:
        if isinstance(node, dict):
            return {
                k: bare(v) for k, v in node.items() if not (k == "description" and isinstance(v, str)) and v is not None
            }
        return [bare(item) for item in node] if isinstance(node, list) else node

    expected = (corpus_dir() / "manifest" / "crds" / "expected.yaml").read_text()
    want = {crd["metadata"]["name"]: bare(crd) for crd in load_all(expected) if crd}
    made = (load(crds.definition(kind)) for kind in schema().kinds.values())
    got = {crd["metadata"]["name"]: bare(crd) for crd in made}
    assert got == want
