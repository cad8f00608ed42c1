"""Documents against the tables of fields."""

from __future__ import annotations

import pytest

from istioctl.api.schema.decode import check

VALUES = "istio.values.Values"
MESH = "istio.mesh.v1alpha1.MeshConfig"
KUBERNETES = "istio.operator.KubernetesResources"


def problems(data: object, expected: str) -> list[str]:
    return [f"{'.'.join(map(str, found.path))}: {found.message}" for found in check(data, expected)]


@pytest.mark.parametrize(
    "data",
    [
        {"pilot": {"autoscaleMin": 2, "autoscaleMax": "5", "traceSampling": "0.5", "env": {"A": [1]}, "tag": 1.5}},
        {"pilot": {"keepaliveMaxServerConnectionAge": "1h30m", "rollingMaxSurge": "25%", "rollingMaxUnavailable": 1}},
        {
            "cni": {"resourceQuotas": {"enabled": True}, "affinity": {"nodeAffinity": {}}},
            "istio_cni": {"enabled": True},
        },
        {"global": {"proxy": {"tracer": "none"}, "resourceScope": "all"}, "ztunnel": {"what": "ever"}},
        {"pilot": {"tolerations": [{"value": 5}]}, "gatewayClasses": {}},
        {"pilot": None, "global": {"imagePullSecrets": ["a", None], "mountMtlsCerts": None}},
    ],
)
def test_values_that_fit(data: object) -> None:
    assert problems(data, VALUES) == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"pilot": {"autoscaleMin": -1}}, "pilot.autoscaleMin: must be a whole number from 0 to 4294967295, not -1"),
        ({"pilot": {"autoscaleMin": 1.5}}, "pilot.autoscaleMin: must be a whole number from 0 to 4294967295, not 1.5"),
        (
            {"pilot": {"autoscaleMin": True}},
            "pilot.autoscaleMin: must be a whole number from 0 to 4294967295, not true",
        ),
        ({"pilot": {"autoscaleEnabled": "true"}}, "pilot.autoscaleEnabled: must be true or false, not 'true'"),
        ({"pilot": {"image": 5}}, "pilot.image: must be text, not 5"),
        ({"pilot": {"env": ["A"]}}, "pilot.env: must be a mapping, not a list"),
        (
            {"pilot": {"keepaliveMaxServerConnectionAge": "30"}},
            "pilot.keepaliveMaxServerConnectionAge: must be a duration",
        ),
        ({"pilot": {"resources": {"requests": {"cpu": 1}}}}, "pilot.resources.requests.cpu: must be text, not 1"),
        ({"pilot": {"tolerations": [{"thats": 1}]}}, 'pilot.tolerations.0.thats: unknown field "thats"'),
        (
            {"pilot": {"tolerations": [{"tolerationSeconds": "5"}]}},
            "pilot.tolerations.0.tolerationSeconds: must be a whole",
        ),
        ({"pilot": "hello"}, "pilot: must be a mapping, not 'hello'"),
        ({"global": {"proxy": {"tracer": "jaeger"}}}, "global.proxy.tracer: must be one of zipkin, lightstep"),
        ({"global": {"resourceScope": 2}}, "global.resourceScope: must be one of undefined, all"),
        ({"global": {"imagePullSecrets": "a"}}, "global.imagePullSecrets: must be a list, not 'a'"),
        ({"cni": {"cni_bin_dir": "x"}}, 'cni.cni_bin_dir: unknown field "cni_bin_dir"'),
        ({"gatewayClasses": {"a": 1}}, "gatewayClasses.a: must be a mapping, not 1"),
        ({"Pilot": {}}, 'Pilot: unknown field "Pilot"'),
    ],
)
def test_values_that_do_not_fit(data: object, problem: str) -> None:
    (found,) = problems(data, VALUES)
    assert found.startswith(problem)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"connectTimeout": "10s", "connect_timeout": "5s", "accessLogEncoding": 1}, None),
        ({"defaultConfig": {"concurrency": "5", "tracing": {"sampling": 10.5}, "proxyMetadata": {"A": "1"}}}, None),
        ({"connectTimeout": "9" * 400 + "s"}, "connectTimeout: must be a duration"),
        ({"connectTimeout": 10}, "connectTimeout: must be a duration such as 30s, 5m or 1h30m, not 10"),
        ({"outboundTrafficPolicy": {"mode": "SOMETIMES"}}, "outboundTrafficPolicy.mode: must be one of REGISTRY_ONLY"),
        ({"defaultConfig": {"proxyMetadata": {"A": 1}}}, "defaultConfig.proxyMetadata.A: must be text, not 1"),
        ({"notAField": 1}, 'notAField: unknown field "notAField"'),
        (
            {"extensionProviders": [{"name": "x", "zipkin": {}, "datadog": {}}]},
            "extensionProviders.0.zipkin: is ignored: only one of envoyExtAuthzHttp",
        ),
    ],
)
def test_mesh_configuration(data: object, problem: str | None) -> None:
    found = problems(data, MESH)
    assert [text[: len(problem or "")] for text in found] == ([] if problem is None else [problem])


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (
            {
                "resources": {"requests": {"cpu": 0.25, "memory": "1.5Gi"}},
                "strategy": {"rollingUpdate": {"maxSurge": 1}},
            },
            None,
        ),
        ({"podDisruptionBudget": {"minAvailable": "50%"}, "tolerations": [{"tolerationSeconds": 5.0}]}, None),
        ({"resources": {"requests": {"cpu": "lots"}}}, "resources.requests.cpu: must be a quantity"),
        (
            {"podDisruptionBudget": {"minAvailable": [1]}},
            "podDisruptionBudget.minAvailable: must be a whole number or a text",
        ),
        ({"tolerations": [{"tolerationSeconds": "5"}]}, "tolerations.0.tolerationSeconds: must be a whole number"),
        ({"env": [{"name": "A", "value": 1}]}, "env.0.value: must be text, not 1"),
        ({"replicas": 3}, 'replicas: unknown field "replicas"'),
        ({"replica_count": 3}, 'replica_count: unknown field "replica_count"'),
    ],
)
def test_kubernetes_settings(data: object, problem: str | None) -> None:
    found = problems(data, KUBERNETES)
    assert [text[: len(problem or "")] for text in found] == ([] if problem is None else [problem])


def test_all_problems_are_found_in_order() -> None:
    data = {"pilot": {"x": 1, "image": 2}, "y": 3}
    assert [found.path for found in check(data, VALUES)] == [("pilot", "x"), ("pilot", "image"), ("y",)]
