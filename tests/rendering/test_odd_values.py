"""Odd values anywhere in an IstioOperator: rendered, or refused with an error that says so."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from istioctl.errors import IstioctlError
from istioctl.rendering.manifests import render
from istioctl.rendering.specification.build import SpecificationInputs, build_specification

_GATEWAY = {
    "name": "edge",
    "enabled": True,
    "namespace": "edge",
    "label": {"app": "edge"},
    "k8s": {
        "env": [{"name": "A", "value": "b"}],
        "hpaSpec": {"maxReplicas": 3, "metrics": [{"type": "Resource", "resource": {"name": "cpu"}}]},
        "nodeSelector": {"a": "b"},
        "overlays": [{"kind": "Deployment", "name": "edge", "patches": [{"path": "spec.replicas", "value": 2}]}],
        "resources": {"requests": {"cpu": "10m"}},
        "service": {"type": "NodePort", "ports": [{"port": 80, "name": "http", "targetPort": 8080}]},
    },
}
_PILOT = {"k8s": {"replicaCount": 2, "podDisruptionBudget": {"minAvailable": 1}, "tolerations": [{"key": "a"}]}}
_WHOLE = {
    "apiVersion": "install.istio.io/v1alpha1",
    "kind": "IstioOperator",
    "metadata": {"name": "it", "namespace": "istio-system"},
    "spec": {
        "profile": "minimal",
        "hub": "example.com/istio",
        "tag": "1.30.3",
        "revision": "canary",
        "meshConfig": {"accessLogFile": "/a", "defaultConfig": {"proxyMetadata": {"A": "b"}}, "rootNamespace": "root"},
        "components": {
            "pilot": _PILOT,
            "cni": {"enabled": True},
            "ingressGateways": [_GATEWAY],
            "egressGateways": [{"name": "out"}],
        },
        "values": {
            "global": {
                "proxy": {"resources": {"limits": {"cpu": "2"}}},
                "imagePullSecrets": ["a"],
                "arch": {"amd64": 1},
            },
            "pilot": {"env": {"A": "b"}, "podLabels": {"a": "b"}, "cni": {"enabled": True}},
            "gateways": {"istio-ingressgateway": {"env": {"A": "b"}, "labels": {"a": "b"}}},
            "sidecarInjectorWebhook": {"injectedAnnotations": {"a": "b"}, "templates": {"own": "spec: {}"}},
        },
        "unvalidatedValues": {"pilot": {"env": {"C": "d"}}, "global": {"tag": "x"}},
    },
}
Path = tuple[str | int, ...]


def _paths(data: Any, path: Path = ()) -> Iterator[Path]:
    for key, value in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield (*path, key)
        yield from _paths(value, (*path, key))


_PATHS = list(_paths(_WHOLE))
_ODD = st.sampled_from(
    [None, True, 0, -1, 1.5, 10**30, "", "x", "5", "true", "\ud800", "{{ .x }}", [], {}, [{}], [None], [[]], {"": 1}]
)


def _is_rendered(changes: dict[Path, Any], *, force: bool) -> bool:
    whole = copy.deepcopy(_WHOLE)
    for path, value in sorted(changes.items(), key=lambda change: -len(change[0])):
        here: Any = whole
        for step in path[:-1]:
            here = here[step]
        here[path[-1]] = copy.deepcopy(value)
    inputs = SpecificationInputs(files=("it",), texts={"it": json.dumps(whole)}, force=force)
    try:
        return bool(list(render(build_specification(inputs), kube_version="v1.33.0").ordered()))
    except IstioctlError:
        return False


@pytest.mark.parametrize("value", [5, "x", [], {}])
def test_one_anywhere_is_rendered_or_refused(value: object) -> None:
    rendered = [_is_rendered({path: value}, force=False) for path in _PATHS]
    assert set(rendered) == {True, False}


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(st.sampled_from(_PATHS), _ODD, min_size=1, max_size=2))
def test_forced_ones_are_rendered_or_refused(changes: dict[Path, Any]) -> None:
    _is_rendered(changes, force=True)
