"""Profiles, and the values laid under the user's."""

from __future__ import annotations

from pathlib import Path

import pytest

from istioctl.errors import InputError, SpecError
from istioctl.rendering.specification.profiles import (
    apply_value_overlays,
    current_name,
    profile_names,
    read_profile,
    value_overlay,
)

NAMES = [
    "ambient",
    "default",
    "demo",
    "empty",
    "minimal",
    "openshift",
    "openshift-ambient",
    "preview",
    "remote",
    "stable",
]


def test_the_built_in_profiles() -> None:
    assert profile_names() == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_every_profile_is_an_operator_document_with_a_spec(name: str) -> None:
    document = read_profile(name)
    assert (document["apiVersion"], document["kind"]) == ("install.istio.io/v1alpha1", "IstioOperator")
    assert document["spec"]


def test_old_and_missing_names() -> None:
    assert (current_name("external"), current_name(""), current_name("demo")) == ("remote", "default", "demo")


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("dmo", "Did you mean 'demo'"),
        ("./demo.yaml", "Give a file with -f"),
        ("values/demo", "Give a file"),
        ("zzz", "demo"),
    ],
)
def test_an_unknown_profile_is_named_with_those_there_are(name: str, hint: str) -> None:
    with pytest.raises(InputError, match="unknown profile") as caught:
        read_profile(name, where="here")
    assert hint in str(caught.value.hint)
    assert caught.value.where == "here"


def test_a_folder_of_one_s_own(tmp_path: Path) -> None:
    (tmp_path / "profiles").mkdir()
    (tmp_path / "profiles" / "mine.yaml").write_text("kind: IstioOperator\nspec: {hub: h}\n")
    (tmp_path / "profiles" / "list.yaml").write_text("[]\n")
    assert profile_names(tmp_path) == ["list", "mine"]
    assert read_profile("mine", tmp_path)["spec"] == {"hub": "h"}
    with pytest.raises(InputError, match="not an IstioOperator"):
        read_profile("list", tmp_path)
    with pytest.raises(InputError, match="unknown profile 'default'"):
        read_profile("default", tmp_path)


def test_a_folder_without_profiles(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no folder 'profiles'"):
        profile_names(tmp_path)


def test_overlays_lie_between_defaults_and_the_user() -> None:
    defaults: dict[str, object] = {"pilot": {"traceSampling": 1, "autoscaleEnabled": True, "image": "pilot"}}
    given: dict[str, object] = {"profile": "demo", "pilot": {"traceSampling": 50}}
    values = apply_value_overlays(defaults, given)
    pilot = values["pilot"]
    assert isinstance(pilot, dict)
    assert (pilot["traceSampling"], pilot["autoscaleEnabled"], pilot["image"]) == (50, False, "pilot")


def test_a_platform_wins_over_a_version_and_a_version_over_a_profile() -> None:
    overlay = value_overlay({"profile": "ambient", "compatibilityVersion": "1.26", "global": {"platform": "openshift"}})
    assert overlay["cni"] == {
        "ambient": {"enabled": True, "reconcileIptablesOnStartup": False},
        "provider": "multus",
        "chained": False,
        "cniBinDir": "/var/lib/cni/bin",
        "cniConfDir": "/etc/cni/multus/net.d",
        "cniConfFileName": "istio-cni.conf",
    }
    pilot = overlay["pilot"]
    assert isinstance(pilot, dict)
    assert pilot["env"]["PILOT_ENABLE_AMBIENT"] == "true"
    assert pilot["env"]["ENABLE_NATIVE_SIDECARS"] == "false"


def test_the_top_level_wins_over_global() -> None:
    overlay = value_overlay({"platform": "k3d", "global": {"platform": "k3s"}})
    assert overlay == {"cni": {"cniBinDir": "/bin", "cniConfDir": "/var/lib/rancher/k3s/agent/etc/cni/net.d"}}


def test_globals_can_be_flattened() -> None:
    values = apply_value_overlays(
        {"hub": "d"}, {"global": {"hub": "g", "tag": "t"}, "tag": "own"}, flatten_globals=True
    )
    assert (values["hub"], values["tag"]) == ("g", "own")


def test_reading_an_overlay_twice_gives_the_same() -> None:
    apply_value_overlays({}, {"profile": "demo", "pilot": {"env": {"A": "b"}}})
    assert "env" not in apply_value_overlays({}, {"profile": "demo"})["pilot"]  # type: ignore[operator]


@pytest.mark.parametrize(
    ("values", "hint"),
    [
        ({"profile": "nope"}, "Known: ambient, demo, preview, remote, stable."),
        ({"compatibilityVersion": "1.2"}, "Known: 1.25, 1.26, 1.27, 1.28, 1.29."),
        ({"global": {"platform": "mars"}}, "Known: gke, k3d, k3s, microk8s, minikube, openshift."),
    ],
)
def test_an_unknown_overlay_is_refused(values: dict[str, object], hint: str) -> None:
    with pytest.raises(SpecError, match="unknown") as caught:
        value_overlay(values)
    assert caught.value.hint == hint
