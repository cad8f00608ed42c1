"""The committed CRDs are what the tables make, and they are what the API server gets from the real tool."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from istioctl.api.schema.catalog import kinds, plural
from istioctl.yamldoc.reader import load, load_all
from tests.support.corpus import corpus_dir
from tools.api_tables import crds
from tools.api_tables.crd_facts import without_descriptions
from tools.api_tables.descriptions import descriptions

COMMITTED = Path(__file__).resolve().parents[2] / "manifests" / "base" / "crds"


@pytest.fixture(params=sorted(kinds()))
def definition(request: pytest.FixtureRequest) -> dict[str, Any]:
    return load(crds.definition(kinds()[request.param], descriptions()))


def test_the_committed_text_is_fresh() -> None:
    made = {
        f"{plural(kind.name)}.{kind.group}.yaml": crds.definition(kind, descriptions()) for kind in kinds().values()
    }
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
    expected = (corpus_dir() / "manifest" / "crds" / "expected.yaml").read_text()
    want = {crd["metadata"]["name"]: without_descriptions(crd) for crd in load_all(expected) if crd}
    made = (load(crds.definition(kind, descriptions())) for kind in kinds().values())
    assert {crd["metadata"]["name"]: without_descriptions(crd) for crd in made} == want
