"""Listing, printing and comparing profiles."""

from __future__ import annotations

from pathlib import Path

import pytest

from istioctl.actions.manifests.profile import diff_profiles, dump_profile, list_profiles
from istioctl.errors import InputError
from istioctl.rendering.manifests import render
from istioctl.rendering.specification.build import SpecificationInputs, build_specification
from istioctl.yamldoc.reader import load

HEAD = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\n"


def test_the_list_is_that_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "mine.yaml").touch()
    assert list_profiles(tmp_path) == ["mine"]
    assert "openshift-ambient" in list_profiles()


@pytest.mark.parametrize("name", [*list_profiles(), "external"])
def test_a_dump_given_back_renders_the_same_manifest(name: str) -> None:
    text = dump_profile(SpecificationInputs(profile=name)).as_yaml(with_origins=True)
    direct = build_specification(SpecificationInputs(set_flags=(f"profile={name}",)))
    again = build_specification(SpecificationInputs(files=("-",), stdin=lambda: text))
    wanted, found = ([document.text for document in render(one).ordered()] for one in (direct, again))
    assert wanted == found
    assert wanted or name == "empty"


def test_a_dump_names_its_profile() -> None:
    found = dump_profile(SpecificationInputs())
    assert isinstance(found.data, dict)
    assert found.data["spec"]["profile"] == "default"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("hub", "registry.istio.io/release"),
        ("spec.components.pilot", {"enabled": True}),
        ("components.egressGateways", [{"name": "istio-egressgateway", "enabled": True}]),
        ("components.egressGateways.[0]", {"name": "istio-egressgateway", "enabled": True}),
        ("components.egressGateways[name:istio-egressgateway].enabled", True),
        ("values.gateways.istio-ingressgateway", {}),
    ],
)
def test_a_part_of_a_dump(path: str, data: object) -> None:
    assert dump_profile(SpecificationInputs(profile="demo"), path).data == data


@pytest.mark.parametrize(
    ("path", "hint"),
    [("components.pilott", "Did you mean 'pilot'?"), ("components.egressGateways[5]", None), ("hub.x", None)],
)
def test_a_part_that_is_not_there(path: str, hint: str | None) -> None:
    with pytest.raises(InputError, match="there is no") as caught:
        dump_profile(SpecificationInputs(), path)
    assert caught.value.hint == hint


def test_flags_leave_out_empty_collections_and_what_is_outside_of_the_spec() -> None:
    flags = dump_profile(SpecificationInputs(profile="demo")).as_flags()
    assert ("components.egressGateways[0].enabled", True, "profile demo") in flags
    assert ("tag", "1.30.3", "default") in flags
    paths = [path for path, _, _ in flags]
    assert paths == sorted(paths)
    assert not [path for path in paths if path.startswith(("metadata", "kind", "values.gateways"))]


def test_flags_of_a_part_start_there() -> None:
    found = dump_profile(SpecificationInputs(), "components.egressGateways")
    assert found.as_flags() == [("[0].enabled", False, "default"), ("[0].name", "istio-egressgateway", "default")]
    with pytest.raises(InputError, match="single value"):
        dump_profile(SpecificationInputs(), "hub").as_flags()


def test_every_value_can_be_annotated_with_its_origin() -> None:
    text = (
        HEAD
        + 'spec:\n  meshConfig:\n    accessLogFormat: "a\\n\\nb\\n"\n    trustDomain: "a.b"\n    accessLogFile: "#x"\n'
    )
    inputs = SpecificationInputs(files=("-",), stdin=lambda: text, set_flags=("tag=x",))
    found = dump_profile(inputs)
    annotated = found.as_yaml(with_origins=True)
    assert load(annotated) == found.data
    lines = annotated.splitlines()
    assert "  tag: x  # --set tag=x" in lines
    assert "    accessLogFormat: |  # <stdin>:5" in lines
    assert '    accessLogFile: "#x"  # <stdin>:7' in lines or "    accessLogFile: '#x'  # <stdin>:7" in lines
    assert "  hub: registry.istio.io/release  # default" in lines


def test_a_single_value_can_be_annotated() -> None:
    found = dump_profile(SpecificationInputs(set_flags=("hub=a.b/c",)), "hub")
    assert found.as_yaml(with_origins=True) == "a.b/c  # --set hub=a.b/c\n"


def test_a_difference_has_both_values() -> None:
    found = diff_profiles("minimal", "demo")
    assert [(one.path, one.first, one.second) for one in found.differences] == [
        ("components.egressGateways[0].enabled", False, True),
        ("components.ingressGateways[0].enabled", False, True),
        ("values.profile", None, "demo"),
    ]


def test_the_lines_of_a_difference_hold_both_texts() -> None:
    lines = diff_profiles("minimal", "demo").lines()
    assert "-    - enabled: false" in lines
    assert "+    profile: demo" in lines
    assert " kind: IstioOperator" in lines


def test_a_file_is_laid_over_the_profile_it_names(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(HEAD + "spec: {profile: demo, tag: x}\n")
    assert [one.path for one in diff_profiles("demo", str(file)).differences] == ["tag", "values.global.tag"]
    assert diff_profiles("demo", "-", stdin=lambda: HEAD + "spec: {profile: demo}\n").differences == ()


def test_the_same_under_two_names() -> None:
    assert diff_profiles("external", "remote").differences == ()


def test_an_unknown_side_of_a_comparison() -> None:
    with pytest.raises(InputError, match="unknown profile 'demoo'"):
        diff_profiles("demo", "demoo")
    with pytest.raises(InputError, match="can't be read"):
        diff_profiles("demo", "no/such.yaml")
