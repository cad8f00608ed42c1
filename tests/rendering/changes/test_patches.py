"""`k8s:` settings over rendered objects."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.errors import InputError
from tests.support.rendering import container, environment, objects, render_spec

MINIMAL = {"profile": "minimal"}


def pilot(**settings: Any) -> dict[str, Any]:
    return {**MINIMAL, "components": {"pilot": {"k8s": settings}}}


def istiod(**settings: Any) -> dict[str, Any]:
    return objects(pilot(**settings))["Deployment", "istiod"]


def test_settings_reach_the_pod_and_the_container() -> None:
    found = istiod(
        affinity={"nodeAffinity": {}}, nodeSelector={"a": "b"}, priorityClassName="p", tolerations=[{"key": "k"}],
        securityContext={"fsGroup": 1}, podAnnotations={"x": "y"}, replicaCount=2, imagePullPolicy="Never",
        readinessProbe={"periodSeconds": 9}, resources={"limits": {"cpu": 1}}, strategy={"type": "Recreate"},
    )  # fmt: skip
    pod = found["spec"]["template"]["spec"]
    assert found["spec"]["replicas"] == 2
    assert found["spec"]["strategy"]["type"] == "Recreate"
    assert found["spec"]["template"]["metadata"]["annotations"]["x"] == "y"
    assert (pod["affinity"], pod["nodeSelector"]) == ({"nodeAffinity": {}}, {"a": "b"})
    assert (pod["priorityClassName"], pod["tolerations"]) == ("p", [{"key": "k"}])
    assert pod["securityContext"] == {"fsGroup": 1}
    assert container(found)["imagePullPolicy"] == "Never"
    assert container(found)["readinessProbe"]["periodSeconds"] == 9
    assert container(found)["readinessProbe"]["httpGet"]["path"] == "/ready"
    assert container(found)["resources"]["limits"] == {"cpu": 1}
    assert "requests" in container(found)["resources"]


def test_variables_merge_by_name() -> None:
    found = environment(istiod(env=[{"name": "REVISION", "value": "x"}, {"name": "NEW", "value": "y"}]))
    assert (found["REVISION"], found["NEW"], found["CLUSTER_ID"]) == ("x", "y", "Kubernetes")


def test_services_autoscalers_and_budgets() -> None:
    settings = {
        "service": {"type": "NodePort", "ports": [{"port": 15012, "nodePort": 3}]},
        "serviceAnnotations": {"a": "b"},
        "hpaSpec": {"maxReplicas": 9},
        "podDisruptionBudget": {"maxUnavailable": 1},
    }
    found = objects({**pilot(**settings), "values": {"pilot": {"autoscaleMin": 2}}})
    service = found["Service", "istiod"]
    assert service["metadata"]["annotations"] == {"a": "b"}
    assert service["spec"]["type"] == "NodePort"
    assert [port.get("nodePort") for port in service["spec"]["ports"]] == [None, 3, None, None]
    assert found["HorizontalPodAutoscaler", "istiod"]["spec"]["maxReplicas"] == 9
    budget = found["PodDisruptionBudget", "istiod"]["spec"]
    assert (budget["maxUnavailable"], budget["minAvailable"]) == (1, None)


def test_a_gateway_s_ports_replace_and_open_the_pod() -> None:
    ports = [{"name": "a", "port": 81, "targetPort": 8081, "protocol": "UDP"}]
    gateway = {
        "name": "g",
        "enabled": True,
        "k8s": {"service": {"ports": ports, "type": "ClusterIP"}, "replicaCount": 4},
    }
    found = objects({**MINIMAL, "components": {"ingressGateways": [gateway]}})
    assert found["Service", "g"]["spec"]["ports"] == ports
    assert found["Service", "g"]["spec"]["type"] == "ClusterIP"
    assert found["Deployment", "g"]["spec"]["replicas"] == 4
    assert container(found["Deployment", "g"])["ports"][0] == {"containerPort": 8081, "protocol": "UDP"}


def test_settings_put_a_gateway_s_ports_of_one_number_together() -> None:
    ports = [
        {"name": "tcp", "port": 443, "targetPort": 8443},
        {"name": "http", "port": 80, "targetPort": 8080},
        {"name": "udp", "port": 443, "targetPort": 8443, "protocol": "UDP"},
    ]

    def names(gateway: dict[str, Any]) -> list[str]:
        values = {"gateways": {"istio-ingressgateway": {"ports": ports}}}
        found = objects({**MINIMAL, "components": {"ingressGateways": [{"name": "g", **gateway}]}, "values": values})
        return [port["name"] for port in found["Service", "g"]["spec"]["ports"]]

    assert names({}) == ["tcp", "http", "udp"]
    assert names({"k8s": {"replicaCount": 2}}) == ["tcp", "udp", "http"]


@pytest.mark.parametrize("flags", [(), ("revision=canary",)])
def test_the_revision_s_own_istiod_is_changed(flags: tuple[str, ...]) -> None:
    found = objects(pilot(replicaCount=5), *flags)
    (name,) = (name for kind, name in found if kind == "Deployment")
    assert found["Deployment", name]["spec"]["replicas"] == 5


def test_a_setting_that_can_t_be_laid_over_is_told() -> None:
    with pytest.raises(InputError) as caught:
        render_spec(pilot(env=[{"$patch": "nonsense", "name": "A"}]), force=True)
    assert caught.value.where == "spec.components.pilot.k8s.env"


def test_documents_that_nothing_changes_are_not_parsed() -> None:
    rendering = render_spec(pilot(replicaCount=2))
    parsed = [doc for docs in rendering.components.values() for doc in docs if doc._data is not None]
    assert [(doc.kind, doc.name) for doc in parsed] == [("Deployment", "istiod")]
