"""Settings that have no effect: they are warned of, and it is true of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from istioctl.api.schema.catalog import message
from istioctl.api.trees import Values, assign
from istioctl.rendering.manifests import render
from istioctl.rendering.specification.build import SpecificationInputs, build_specification
from istioctl.rendering.specification.idle_settings import _IDLE

_EVERYTHING = (
    "components.cni.enabled=true",
    "components.ztunnel.enabled=true",
    "components.egressGateways[0].name=istio-egressgateway",
    "components.egressGateways[0].enabled=true",
)


def warnings(*flags: str, text: str = "", folder: Path | None = None) -> list[str]:
    files: tuple[str, ...] = ()
    if folder:
        (folder / "mesh.yaml").write_text(f"apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\n{text}")
        files = (str(folder / "mesh.yaml"),)
    return list(build_specification(SpecificationInputs(files=files, set_flags=flags)).warnings)


def field_of(path: str) -> Any:
    name, field = "istio.values.Values", None
    for step in path.split("."):
        field = message(name).fields[step]
        name = field.of
    return field


def sample(path: str) -> Any:
    """A value of the type that a setting wants, and not the usual one."""
    field = field_of(path)
    if field.many:
        item: Any = {"key": "odd"} if field.sort == "message" else "odd"
        return [item] if field.many == "list" else {"odd": "odd"}
    if field.sort == "message":
        inner = next(name for name, each in message(field.of).fields.items() if each.sort != "message")
        return {inner: sample(f"{path}.{inner}")}
    kinds: dict[str, Any] = {
        "bool": True,
        "string": "odd",
        "value": "odd",
        "int-or-string": 7,
        "struct": {"odd": "odd"},
    }
    return kinds.get(field.of, 7)


def rendered(values: Values) -> str:
    specification = build_specification(SpecificationInputs(set_flags=_EVERYTHING))
    for name, value in values.items():
        assign(specification.data, value, "spec", "values", *name.split("."))
    texts = []
    for documents in render(specification).components.values():
        texts += [document.text for document in documents if document.kind != "ConfigMap"]
    return "".join(texts)


def test_what_has_no_effect_changes_no_object_but_the_injectors_values() -> None:
    settings = {path: sample(path) for path in _IDLE if not path.endswith((".enabled", ".name", ".labels"))}
    assert len(settings) > 20
    assert rendered(settings) == rendered({})


@pytest.mark.parametrize("path", _IDLE)
def test_each_is_warned_of(path: str) -> None:
    assert field_of(path)
    value: Any = sample(path)
    if path in ("pilot.enabled", "gateways.istio-ingressgateway.enabled"):
        value = False  # it is on anyway
    flag = path
    while isinstance(value, dict | list):
        [(key, value)] = value.items() if isinstance(value, dict) else enumerate(value)
        flag += f"[{key}]" if isinstance(key, int) else f".{key}"
    said = warnings(f"values.{flag}={value}".replace("True", "true").replace("False", "false"))
    assert any(f"values.{path} has no effect" in warning for warning in said), said


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (["values.global.defaultNodeSelector.disk=ssd"], "is for gateways only"),
        (["values.global.defaultNodeSelector.disk=ssd", "values.pilot.nodeSelector.disk=ssd"], ""),
        (["values.global.defaultNodeSelector.disk=ssd", "components.pilot.k8s.nodeSelector.disk=ssd"], ""),
        (["values.global.defaultTolerations[0].key=a"], "components.pilot.k8s.tolerations"),
        (["values.global.arch.amd64=2"], "components.pilot.k8s.affinity"),
        (["values.pilot.replicaCount=3"], "while values.pilot.autoscaleEnabled is true"),
        (["values.pilot.replicaCount=3", "values.pilot.autoscaleEnabled=false"], ""),
        (
            ["values.gateways.istio-ingressgateway.replicaCount=3"],
            "values.gateways.istio-ingressgateway.autoscaleEnabled",
        ),
        (["meshConfig.defaultProviders.tracing[0]=zipkin"], "no extension provider is 'zipkin'"),
        (["meshConfig.defaultProviders.accessLogging[0]=envoy"], ""),
        (["profile=demo", "meshConfig.defaultProviders.tracing[0]=jaeger"], ""),
        (
            [
                "meshConfig.defaultProviders.tracing[0]=z",
                "meshConfig.extensionProviders[0].name=z",
                "meshConfig.extensionProviders[0].zipkin.service=z.shop.svc.cluster.local",
                "meshConfig.extensionProviders[0].zipkin.port=9411",
            ],
            "",
        ),
        (["values.meshConfig.defaultProviders.metrics[0]=nosuch"], "no extension provider is 'nosuch'"),
        (["components.pilot.enabled=true", "components.ingressGateways[0].enabled=true"], ""),
        (["values.pilot.enabled=true", "values.gateways.istio-ingressgateway.enabled=true"], ""),
        (["values.cni.enabled=true"], "set components.cni.enabled instead"),
        (["values.cni.enabled=true", "components.cni.enabled=true"], ""),
        (["values.gateways.istio-ingressgateway.enabled=false"], "under components.ingressGateways instead"),
        (["values.pilot.cni.enabled=true", "values.global.multiCluster.clusterName=a"], ""),
    ],
)
def test_settings_with_less_effect_than_expected(flags: list[str], word: str) -> None:
    said = warnings(*flags)
    assert len(said) == bool(word), said
    assert all(word in warning for warning in said)


def test_the_place_is_named(tmp_path: Path) -> None:
    text = "spec:\n  values:\n    global:\n      jwtPolicy: third-party-jwt\n"
    (warning,) = warnings(text=text, folder=tmp_path)
    assert warning.startswith(f"{tmp_path}/mesh.yaml:6: values.global.jwtPolicy has no effect")
    (warning,) = warnings("values.global.jwtPolicy=x")
    assert warning.startswith("--set values.global.jwtPolicy=x: ")


@pytest.mark.parametrize(
    "profile", ["ambient", "default", "demo", "empty", "minimal", "openshift", "openshift-ambient", "preview", "stable"]
)
def test_profiles_by_themselves_draw_no_warning(profile: str) -> None:
    assert warnings(f"profile={profile}") == []
