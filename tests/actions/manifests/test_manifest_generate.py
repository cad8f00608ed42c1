"""Selecting and writing manifests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from istioctl.actions.manifests.manifest_generate import GenerateOptions, Manifests, generate, write_manifests
from istioctl.errors import InputError, UsageError
from istioctl.rendering.addons.addon_choice import AddonChoice
from istioctl.rendering.specification.build import SpecificationInputs
from istioctl.yamldoc.reader import load_all


def made(*flags: str, **options: Any) -> Manifests:
    return generate(GenerateOptions(SpecificationInputs(set_flags=flags), **options))


def kinds(manifests: Manifests) -> list[str]:
    return [document.kind for document in manifests.documents]


def test_crds_alone_or_left_out() -> None:
    assert set(kinds(made(only_crds=True))) == {"CustomResourceDefinition"}
    assert "CustomResourceDefinition" not in kinds(made(skip_crds=True))
    with pytest.raises(UsageError, match="exclude each other"):
        made(only_crds=True, skip_crds=True)


@pytest.mark.parametrize("name", ["IngressGateways", "ingressgateways", "ingressGateways"])
def test_one_component(name: str) -> None:
    assert {document.component for document in made(components=(name,)).documents} == {"IngressGateways"}


def test_add_ons_come_with_everything_but_not_with_a_part(tmp_path: Path) -> None:
    inputs = SpecificationInputs(addons=AddonChoice(("zipkin",), {"zipkin": {"version": "9"}}))
    found = generate(GenerateOptions(inputs))
    (pod,) = (
        document.data for document in found.documents if document.name == "zipkin" and document.kind == "Deployment"
    )
    assert pod["spec"]["template"]["spec"]["containers"][0]["image"].endswith(":9")
    assert tmp_path / "zipkin.yaml" in write_manifests(found, tmp_path)
    for part in ({"components": ("Pilot",)}, {"only_crds": True}):
        rendered = generate(GenerateOptions(inputs, **part))  # type: ignore[arg-type]
        assert "zipkin" not in {document.component for document in rendered.documents}


def test_an_unknown_component_is_told() -> None:
    with pytest.raises(UsageError) as caught:
        made(components=("Piloot",))
    assert caught.value.where == "--component"
    assert "Pilot" in (caught.value.hint or "")


def test_namespaces_come_first() -> None:
    manifests = made(
        "values.global.istioNamespace=mesh",
        "values.global.network=n1",
        "components.cni.enabled=true",
        "components.cni.namespace=kube-system",
        "components.ingressGateways.[0].namespace=edge",
        include_namespace=True,
    )
    edge, mesh, third = manifests.documents[:3]
    assert edge.data["metadata"] == {"name": "edge"}
    assert mesh.data["metadata"] == {"name": "mesh", "labels": {"topology.istio.io/network": "n1"}}
    assert third.kind == "CustomResourceDefinition"


def test_the_text_is_one_stream() -> None:
    manifests = made("profile=minimal", skip_crds=True)
    found = [data for data in load_all(manifests.text) if data]
    assert [data["kind"] for data in found] == kinds(manifests)


def test_a_file_for_each_component(tmp_path: Path) -> None:
    manifests = made("profile=demo", skip_crds=True)
    files = write_manifests(manifests, tmp_path / "new" / "out")
    assert [file.name for file in files] == ["Base.yaml", "Pilot.yaml", "IngressGateways.yaml", "EgressGateways.yaml"]
    assert sorted((tmp_path / "new" / "out").iterdir()) == sorted(files)
    written = [data for file in files for data in load_all(file.read_text())]
    assert len(written) == len(manifests.documents)


def test_writing_again_replaces(tmp_path: Path) -> None:
    (tmp_path / "Base.yaml").write_text("old")
    write_manifests(made("profile=minimal", skip_crds=True), tmp_path)
    assert "old" not in (tmp_path / "Base.yaml").read_text()


def test_a_folder_that_can_t_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="can't write the manifests"):
        write_manifests(made("profile=minimal", skip_crds=True), tmp_path / "file")


def test_nothing_is_left_behind_where_one_file_can_t_be_written(tmp_path: Path) -> None:
    (tmp_path / "Pilot.yaml").mkdir()
    (tmp_path / "Pilot.yaml" / "x").write_text("")
    with pytest.raises(InputError):
        write_manifests(made("profile=minimal", skip_crds=True), tmp_path)
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
