"""Settings of injection that do not do what they say."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.api.annotations import ANNOTATIONS
from istioctl.api.injection_settings import _ANY_SETTING, INJECTED_VOLUMES, concerns
from istioctl.api.names import INJECT, INJECTION
from istioctl.yamldoc.reader import load

_TEMPLATES = Path(__file__).parents[2] / "manifests" / "istiod" / "injection"


def workload(
    own: dict[str, Any] | None = None, pod: dict[str, Any] | None = None, spec: dict[str, Any] | None = None
) -> dict[str, Any]:
    spec = {"containers": [{"name": "a", "image": "a"}]} | (spec or {})
    return {
        "kind": "Deployment",
        "metadata": {"name": "d", **(own or {})},
        "spec": {"template": {"metadata": pod or {}, "spec": spec}},
    }


def said(data: dict[str, Any], injected: dict[str, Any] | None = None) -> list[tuple[str, str, str]]:
    place = ("spec", "template")
    found = concerns(data, (*place, "metadata"), (*place, "spec"), load, injected)
    return [(each.kind, str(each.path[-1]), f"{each.message} {each.hint}") for each in found]


VOLUME, MOUNT = "sidecar.istio.io/userVolume", "sidecar.istio.io/userVolumeMount"
CPU, CPU_LIMIT = "sidecar.istio.io/proxyCPU", "sidecar.istio.io/proxyCPULimit"
MEMORY, MEMORY_LIMIT = "sidecar.istio.io/proxyMemory", "sidecar.istio.io/proxyMemoryLimit"
CONFIG = "proxy.istio.io/config"


@pytest.mark.parametrize(
    ("own", "pod", "kind", "words"),
    [
        ({"labels": {INJECT: "true"}}, {}, "misplaced", "the label sidecar.istio.io/inject has no effect"),
        ({"annotations": {INJECT: "false"}}, {}, "misplaced", "annotations of the pod template"),
        ({"annotations": {CPU: "1"}}, {}, "misplaced", CPU),
        ({"labels": {INJECT: "true"}}, {"labels": {INJECT: "true"}}, "", ""),
        ({"labels": {INJECT: "true"}}, {"annotations": {INJECT: "true"}}, "", ""),
        ({"labels": {"app": "a", "istio.io/rev": "x"}, "annotations": {"istio.io/rev": "x"}}, {}, "", ""),
        ({}, {"labels": {CPU: "1"}}, "misplaced", "only as an annotation"),
        ({}, {"labels": {"istio-injection": "enabled"}}, "misplaced", "only on namespaces"),
        ({}, {"labels": {INJECT: "true", "topology.istio.io/network": "n"}}, "", ""),
        ({}, {"annotations": {f"{CPU_LIMIT}s": "1"}}, "unknown-name", f"Did you mean {CPU_LIMIT}?"),
        ({}, {"annotations": {"sidecar.istio.io/xyz": "1"}}, "unknown-name", "is not an annotation of Istio"),
        ({}, {"annotations": {"sidecar.istio.io/capNetBindService": "true"}}, "", ""),
        ({}, {"annotations": {"example.com/x": "1", "prometheus.io/scrape": "true"}}, "", ""),
        ({}, {"annotations": {CONFIG: "concurency: 3"}}, "unknown-field", "Did you mean concurrency?"),
        ({}, {"annotations": {CONFIG: "tracing: {zipkin: {adress: x}}"}}, "unknown-field", "tracing.zipkin.adress"),
        ({}, {"annotations": {CONFIG: '{"concurrency": 3}'}}, "", ""),
        ({}, {"annotations": {VOLUME: '[{"name":"x","comfigMap":{}}]'}}, "unknown-field", "Did you mean configMap?"),
        ({}, {"annotations": {VOLUME: '[{"name":"x","configMap":{"nam":"y"}}]'}}, "unknown-field", "configMap.nam"),
        ({}, {"annotations": {VOLUME: '{"x":{"emptyDirs":{}}}'}}, "unknown-field", "x.emptyDirs"),
        ({}, {"annotations": {VOLUME: '{"x":{"emptyDir":{}}}'}}, "", ""),
        ({}, {"annotations": {VOLUME: '[{"configMap":{"name":"y"}}]'}}, "unknown-field", "[0].name is missing"),
        ({}, {"annotations": {VOLUME: "[{"}}, "unknown-field", "it is not JSON"),
        ({}, {"annotations": {VOLUME: '"x"'}}, "unknown-field", "a list is expected"),
        ({}, {"annotations": {VOLUME: '[{"name":5}]'}}, "unknown-field", "[0].name must be text"),
        ({}, {"annotations": {MOUNT: '[{"name":"istio-token","mountPaht":"/x"}]'}}, "unknown-field", "mountPath"),
        ({}, {"annotations": {MOUNT: '[{"name":"istio-token","mountpath":"/x"}]'}}, "unknown-field", "is missing"),
        ({}, {"annotations": {MOUNT: '[{"name":"z","mountPath":"/x"}]'}}, "no-volume", '"z"'),
        ({}, {"annotations": {MOUNT: '{"z":{"mountPath":"/x"}}'}}, "no-volume", '"z"'),
        ({}, {"annotations": {MOUNT: '{"z":{"mountPath":"/x"}}', VOLUME: '{"z":{"emptyDir":{}}}'}}, "", ""),
        ({}, {"annotations": {MOUNT: '[{"name":"istio-data","mountPath":"/x"}]'}}, "", ""),
        ({}, {"annotations": {CPU: "3", CPU_LIMIT: "1"}}, "above-limit", CPU_LIMIT),
        ({}, {"annotations": {CPU: "1100m", CPU_LIMIT: "1"}}, "above-limit", CPU_LIMIT),
        ({}, {"annotations": {CPU: "1000m", CPU_LIMIT: "1"}}, "", ""),
        ({}, {"annotations": {MEMORY: "1Gi", MEMORY_LIMIT: "1G"}}, "above-limit", MEMORY_LIMIT),
        ({}, {"annotations": {CPU: "3"}}, "", ""),
        ({}, {"annotations": {CPU: "x", CPU_LIMIT: "1"}}, "", ""),
        ({}, {"labels": {INJECT: "yes"}}, "odd-value", "the label sidecar.istio.io/inject is 'yes'"),
        ({}, {"annotations": {INJECT: "True"}}, "odd-value", "the annotation sidecar.istio.io/inject is 'True'"),
        ({}, {"labels": {INJECT: "true"}, "annotations": {INJECT: "no"}}, "", ""),
        ({}, {"labels": {INJECT: ""}}, "", ""),
        ({}, {"annotations": {"sidecar.istio.io/logLevel": "verbose"}}, "odd-value", "Use one of trace"),
        ({}, {"annotations": {"sidecar.istio.io/logLevel": "warn"}}, "", ""),
        ({}, {"annotations": {"sidecar.istio.io/logLevel": "info,misc:error,jwt:debug"}}, "", ""),
        ({}, {"annotations": {"sidecar.istio.io/logLevel": "wasm:info"}}, "", ""),
        ({}, {"annotations": {"sidecar.istio.io/logLevel": "warn,misc:loud"}}, "odd-value", "misc:loud"),
        ({}, {"annotations": {"sidecar.istio.io/componentLogLevel": "misc:error,rbac:loud"}}, "odd-value", "rbac:loud"),
        ({}, {"annotations": {"sidecar.istio.io/componentLogLevel": "misc:error,rbac:debug"}}, "", ""),
        ({"labels": ["x"], "annotations": 5}, {"annotations": "x"}, "", ""),
    ],
)
def test_settings_on_workloads_and_pods(own: dict[str, Any], pod: dict[str, Any], kind: str, words: str) -> None:
    found = said(workload(own, pod))
    if not kind:
        assert found == []
    else:
        assert kind in {each[0] for each in found}
        assert any(words in each[2] for each in found if each[0] == kind), found


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"volumes": [{"name": "v"}]}, []),
        ({"volumes": [{"name": "w"}]}, [("no-volume", "name")]),
        ({"volumes": "x"}, [("no-volume", "name")]),
    ],
)
def test_mounts_of_containers(spec: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    data = workload(spec=spec)
    data["spec"]["template"]["spec"]["containers"] = [{"name": "a", "volumeMounts": [{"name": "v"}, 5]}, "x"]
    assert [each[:2] for each in said(data)] == expected
    data["spec"]["volumeClaimTemplates"] = [{"metadata": {"name": "v"}}]
    assert said(data) == []


@pytest.mark.parametrize(
    ("request_", "limit", "is_above"),
    [
        ("2Gi", "1Gi", True),
        ("1Gi", "1024Mi", False),
        (3, 2, True),
        (2, "2", False),
        (True, 0, False),
        ("x", "1", False),
    ],
)
def test_requests_and_limits_of_containers(request_: Any, limit: Any, is_above: bool) -> None:
    resources = {"requests": {"memory": request_, "cpu": "1"}, "limits": {"memory": limit}}
    found = said(workload(spec={"initContainers": [{"name": "i", "resources": resources}]}))
    assert [each[:2] for each in found] == ([("above-limit", "memory")] if is_above else [])


def test_the_sidecar_that_comes_out_counts_once() -> None:
    resources = {"requests": {"cpu": "3"}, "limits": {"cpu": "2"}}
    injected = {"containers": [{"name": "istio-proxy", "resources": resources}], "volumes": [{"name": "v"}]}
    (found,) = said(workload(), injected)
    assert "istio-proxy requests 3 of cpu" in found[2]
    both = {"annotations": {CPU: "3", CPU_LIMIT: "2", MOUNT: '[{"name":"v","mountPath":"/x"}]'}}
    assert [each[0] for each in said(workload(pod=both), injected)] == ["above-limit"]


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2)
    | st.sampled_from(["", "1", "x", "[", '[{"name": 1}]', "{}", "a: ["]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from([1, None, "name", "volumeMounts", "resources", "requests", "cpu"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
NAMES = st.sampled_from(
    [INJECT, VOLUME, MOUNT, CPU, CPU_LIMIT, CONFIG, "sidecar.istio.io/logLevel", "sidecar.istio.io/x", 1]
)


@given(st.dictionaries(NAMES, ODD, max_size=4), st.dictionaries(NAMES, ODD, max_size=2), ODD, ODD, ODD)
def test_no_data_is_too_odd(annotations: Any, labels: Any, containers: Any, volumes: Any, metadata: Any) -> None:
    spec = {"containers": [containers], "initContainers": containers, "volumes": volumes}
    for data in (
        workload(metadata, {"annotations": annotations, "labels": labels}, spec)
        if isinstance(metadata, dict)
        else workload(None, {"annotations": annotations, "labels": labels}, spec),
        {"metadata": metadata, "spec": containers},
    ):
        assert isinstance(said(data), list)
        assert isinstance(said(data, {"containers": containers, "volumes": volumes}), list)


def test_volumes_of_the_templates_are_known() -> None:
    found: set[str] = set()
    for name in ("sidecar", "gateway", "grpc-agent", "grpc-simple"):
        text = (_TEMPLATES / f"{name}.yaml").read_text(encoding="utf-8")
        volumes = text[text.index("volumes:") :]
        found |= set(re.findall(r"^ {2}- \{?name: ([a-z-]+)", volumes, re.MULTILINE))
        found |= set(re.findall(r"volumes: \[\{name: ([a-z-]+)", text))
    containers = {"istio-proxy", "grpc-bootstrap-init"}
    assert found - containers == INJECTED_VOLUMES


def test_what_is_looked_at_before_all_settings_is_in_the_name_of_each() -> None:
    names = {name for name, known in ANNOTATIONS.items() if known.kinds == ("Pod",)}
    assert names
    assert all(_ANY_SETTING in name for name in names | {INJECT, INJECTION})
