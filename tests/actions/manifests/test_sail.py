"""Installations as resources of the Sail operator."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from istioctl.actions.manifests.sail import SailResources, translate_to_sail
from istioctl.api.trees import lookup
from istioctl.rendering.specification.build import SpecificationInputs
from istioctl.rendering.specification.profiles import profile_names
from istioctl.yamldoc.reader import load_all
from tests.support.run import run_cli
from tests.support.sail_schemas import schema_of

SETTINGS = (
    "components.cni.enabled=true",
    "components.ztunnel.enabled=true",
    "values.pilot.env.PILOT_ENABLE_STATUS=true",
    "meshConfig.defaultConfig.proxyMetadata.SOME=1",
    "values.cni.ambient.enabled=true",
    "values.cni.logLevel=debug",
    "values.ztunnel.logLevel=debug",
    "values.global.logging.level=default:debug",
    "components.pilot.k8s.resources.requests.cpu=250m",
    "components.pilot.k8s.priorityClassName=high",
    "values.gateways.istio-ingressgateway.autoscaleMax=3",
    "revision=canary",
    "values.revisionTags[0]=prod",
    "tag=1.30.3",
    "hub=example.com/istio",
)


def translated(*flags: str) -> SailResources:
    return translate_to_sail(SpecificationInputs(set_flags=flags))


def by_kind(found: SailResources) -> dict[str, dict[str, Any]]:
    return {resource["kind"]: resource for resource in found.resources}


def test_each_component_is_a_resource() -> None:
    made = by_kind(translated(*SETTINGS))
    assert list(made) == ["Istio", "IstioCNI", "ZTunnel", "IstioRevisionTag"]
    assert {resource["apiVersion"] for resource in made.values()} == {"sailoperator.io/v1"}
    istio = made["Istio"]
    assert istio["metadata"] == {"name": "canary"}
    assert {key: istio["spec"][key] for key in ("namespace", "profile", "version")} == {
        "namespace": "istio-system",
        "profile": "default",
        "version": "v1.30.3",
    }
    values = istio["spec"]["values"]
    assert values["pilot"]["env"]["PILOT_ENABLE_STATUS"] == "true"
    assert values["pilot"]["resources"]["requests"]["cpu"] == "250m"
    assert values["meshConfig"]["defaultConfig"]["proxyMetadata"] == {"SOME": "1"}
    assert values["global"]["hub"] == "example.com/istio"
    assert not values.keys() & {"cni", "ztunnel", "gateways", "revision", "revisionTags"}
    assert made["IstioCNI"]["spec"]["values"]["cni"]["ambient"] == {"enabled": True}
    assert made["ZTunnel"]["spec"]["values"]["ztunnel"]["logLevel"] == "debug"
    assert "profile" not in made["ZTunnel"]["spec"]
    assert made["IstioRevisionTag"]["metadata"] == {"name": "prod"}
    assert made["IstioRevisionTag"]["spec"] == {"targetRef": {"kind": "Istio", "name": "canary"}}


def test_what_has_no_place_is_named() -> None:
    notes = "\n".join(translated(*SETTINGS, "profile=demo").notes)
    for path in (
        "spec.components.pilot.k8s.priorityClassName",
        "spec.components.ingressGateways[0]",
        "values.gateways",
        "values.cni.logLevel",
    ):
        assert path in notes


def test_an_installation_without_a_revision_needs_no_tag() -> None:
    made = by_kind(translated())
    assert list(made) == ["Istio"]
    assert made["Istio"]["metadata"] == {"name": "default"}


@pytest.mark.parametrize("profile", profile_names())
def test_the_operators_schemas_take_the_resources(profile: str) -> None:
    for found in (translated(f"profile={profile}"), translated(f"profile={profile}", *SETTINGS)):
        for resource in found.resources:
            assert problems(resource) == []


@pytest.mark.parametrize(
    ("spec", "kind", "path", "value"),
    [
        ("components: {pilot: {hub: a.b/c, tag: 1.5}}", "Istio", "pilot", {"hub": "a.b/c", "tag": "1.5"}),
        ("components: {cni: {enabled: true, tag: x}}", "IstioCNI", "cni", {"tag": "x"}),
        ("components: {ztunnel: {enabled: true, hub: z.z}}", "ZTunnel", "ztunnel", {"hub": "z.z"}),
        ("values: {pilot: {autoscaleMin: '2'}}", "Istio", "pilot", {"autoscaleMin": 2}),
        ("values: {pilot: {keepaliveMaxServerConnectionAge: 10m}}", "Istio", "pilot",
         {"keepaliveMaxServerConnectionAge": "10m"}),
        ("values: {global: {imagePullPolicy: '', network: net}}", "Istio", "global", {"network": "net"}),
        ("meshConfig: {connectTimeout: 3s, h2_upgrade_policy: 1}", "Istio", "meshConfig",
         {"connectTimeout": "3s", "h2UpgradePolicy": "UPGRADE"}),
        ("meshConfig: {extensionProviders: [{name: e, envoyExtAuthzGrpc: {service: s, port: '1'}}]}", "Istio",
         "meshConfig.extensionProviders", [{"name": "e", "envoyExtAuthzGrpc": {"service": "s", "port": 1}}]),
        ("values: {global: {meshNetworks: {net: {gateways: [{port: 1, registry_service_name: s}]}}}}", "Istio",
         "global.meshNetworks", {"net": {"gateways": [{"port": 1, "registryServiceName": "s"}]}}),
    ],
)  # fmt: skip
def test_values_have_the_types_of_the_resources(spec: str, kind: str, path: str, value: Any) -> None:
    resource = by_kind(from_file(spec))[kind]
    assert lookup(resource["spec"]["values"], *path.split(".")) == value
    assert problems(resource) == []


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ("values: {pilot: {deploymentLabels: null}}", "values.pilot.deploymentLabels is null"),
        ("unvalidatedValues: {mine: 1}", "values.mine has no place"),
        ("components: {cni: {enabled: true, k8s: {tolerations: [{key: a}]}}}", "spec.components.cni.k8s.tolerations"),
        (
            "components: {ztunnel: {enabled: true}}\n  values: {ztunnel: {redirectMode: a}}",
            "values.ztunnel.redirectMode",
        ),
        (
            "components: {egressGateways: [{name: e, enabled: false, k8s: {replicaCount: 2}}]}",
            "egressGateways[0] is off",
        ),
        ("values: {cni: {cniBinDir: /x}}", "values.cni has no place there: spec.components.cni is off"),
        (
            "components: {pilot: {enabled: false}}\n  meshConfig: {enableTracing: true}",
            "values.meshConfig has no place",
        ),
    ],
)
def test_nothing_is_lost_silently(spec: str, path: str) -> None:
    found = from_file(spec)
    assert [note for note in found.notes if path in note]
    for resource in found.resources:
        assert problems(resource) == []


def test_a_profile_may_be_among_the_values() -> None:
    assert by_kind(from_file("values: {profile: stable}"))["Istio"]["spec"]["profile"] == "stable"


def from_file(spec: str) -> SailResources:
    text = f"apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec:\n  {spec}\n"
    return translate_to_sail(SpecificationInputs(files=("f",), texts={"f": text}))


def test_the_operators_schemas_refuse_what_is_wrong() -> None:
    [istio] = translated().resources
    istio["spec"]["values"] = {"pilot": {"autoscaleMax": "many", "unknown": 1}}
    assert len(problems(istio)) == 2


def problems(resource: dict[str, Any]) -> list[str]:
    validator = Draft202012Validator(schema_of(resource["kind"]))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(resource["spec"])]


def test_the_command_prints_or_writes_them(tmp_path: Path) -> None:
    words = ("manifest", "translate", "--to", "sail", "--set", "profile=ambient")
    done = run_cli(*words)
    assert done.status == 0
    assert [document["kind"] for document in load_all(done.stdout)] == ["Istio", "IstioCNI", "ZTunnel"]
    assert run_cli(*words, "-o", str(tmp_path / "out")).status == 0
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["istio-default.yaml", "istiocni-default.yaml", "ztunnel-default.yaml"]
    assert run_cli("manifest", "translate", "--to", "sial").status == 64
