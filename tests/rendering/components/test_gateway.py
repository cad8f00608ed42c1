"""Ingress and egress gateways."""

from __future__ import annotations

from typing import Any

from tests.support.rendering import Objects, container, environment, objects


def ingress(**values: Any) -> Objects:
    gateway = {"gateways": {"istio-ingressgateway": values}}
    return objects(
        {
            "profile": "empty",
            "components": {"ingressGateways": [{"name": "gw", "enabled": True}]},
            "unvalidatedValues": gateway,
        }
    )


def test_what_a_gateway_is_made_of() -> None:
    assert sorted(ingress()) == [
        ("Deployment", "gw"),
        ("HorizontalPodAutoscaler", "gw"),
        ("Role", "gw-sds"),
        ("RoleBinding", "gw-sds"),
        ("Service", "gw"),
        ("ServiceAccount", "gw-service-account"),
    ]


def test_ports_open_the_pod_and_the_service() -> None:
    ports = [{"port": "80", "targetPort": 8080, "name": "a"}, {"port": 90, "protocol": "UDP"}]
    found = ingress(ports=ports, ingressPorts=[{"port": 1, "name": "x", "targetPort": 5}])
    assert container(found["Deployment", "gw"])["ports"] == [
        {"containerPort": 8080, "protocol": "TCP"},
        {"containerPort": 90, "protocol": "UDP"},
        {"name": "http-envoy-prom", "containerPort": 15090, "protocol": "TCP"},
    ]
    assert found["Service", "gw"]["spec"]["ports"] == [
        {"port": 80, "targetPort": 8080, "name": "a"},
        {"port": 90, "protocol": "UDP"},
        {"port": 1, "name": "x"},
    ]


def test_a_stub_for_the_injector() -> None:
    found = ingress(injectionTemplate="gateway", env={"A": 1}, secretVolumes=[], podAnnotations={"p": "q"})[
        "Deployment", "gw"
    ]
    assert container(found)["image"] == "auto"
    assert environment(found) == {"ISTIO_META_UNPRIVILEGED_POD": "true", "A": "1"}
    template = found["spec"]["template"]
    assert template["spec"]["volumes"] is None
    assert template["metadata"]["annotations"]["inject.istio.io/templates"] == "gateway"
    assert template["metadata"]["annotations"]["p"] == "q"
    assert template["metadata"]["labels"]["sidecar.istio.io/inject"] == "true"


def test_a_stub_without_a_template() -> None:
    template = ingress(injectionTemplate=None)["Deployment", "gw"]["spec"]["template"]
    assert template["metadata"]["annotations"]["inject.istio.io/templates"] == ""


def test_volumes_that_are_mounted() -> None:
    found = ingress(
        secretVolumes=[{"name": "s", "secretName": "x"}],
        configVolumes=[{"name": "c", "configMapName": "y"}, {"name": "d", "mountPath": "/d"}],
    )["Deployment", "gw"]
    mounts = container(found)["volumeMounts"][-2:]
    # A secret is always mounted, so that the cluster says where its path is missing.
    assert mounts == [
        {"name": "s", "mountPath": None, "readOnly": True},
        {"name": "d", "mountPath": "/d", "readOnly": True},
    ]


def test_where_pods_may_run() -> None:
    rule = {"key": "app", "operator": "In", "values": "a,b", "topologyKey": "zone", "namespaces": "n,m"}
    found = ingress(
        nodeSelector={"disk": "ssd"}, podAntiAffinityLabelSelector=[rule], podAntiAffinityTermLabelSelector=[rule]
    )
    affinity = found["Deployment", "gw"]["spec"]["template"]["spec"]["affinity"]
    (term,) = affinity["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert term == {"matchExpressions": [{"key": "disk", "operator": "In", "values": ["ssd"]}]}
    apart = affinity["podAntiAffinity"]
    (required,) = apart["requiredDuringSchedulingIgnoredDuringExecution"]
    assert required["namespaces"] == ["n", "m"]
    assert required["labelSelector"]["matchExpressions"] == [{"key": "app", "operator": "In", "values": ["a", "b"]}]
    (preferred,) = apart["preferredDuringSchedulingIgnoredDuringExecution"]
    assert (preferred["weight"], preferred["podAffinityTerm"]["topologyKey"]) == (100, "zone")


def test_architectures_are_weighed() -> None:
    values = {"global": {"arch": {"amd64": 2, "s390x": 0, "arm64": "3"}}}
    spec = {"profile": "empty", "components": {"egressGateways": [{"name": "e", "enabled": True}]}}
    found = objects({**spec, "unvalidatedValues": values})["Deployment", "e"]["spec"]["template"]["spec"]["affinity"]
    nodes = found["nodeAffinity"]
    (term,) = nodes["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    assert term["matchExpressions"][0]["values"] == ["amd64", "arm64"]
    assert [entry["weight"] for entry in nodes["preferredDuringSchedulingIgnoredDuringExecution"]] == [2, 3]


def test_as_root_nothing_is_taken_away() -> None:
    found = ingress(runAsRoot=True)["Deployment", "gw"]
    assert "securityContext" not in container(found)
    assert "securityContext" not in found["spec"]["template"]["spec"]


def test_a_service_of_one_s_own() -> None:
    assert ("Service", "gw") not in ingress(customService=True)


def test_extra_containers_and_volumes() -> None:
    found = ingress(
        additionalContainers=[{"name": "side"}],
        secretVolumes=[{"name": "s", "secretName": "n", "mountPath": "/s"}],
        configVolumes=[{"name": "c", "configMapName": "m", "mountPath": "/c"}, {"name": "d", "configMapName": "n"}],
    )["Deployment", "gw"]["spec"]["template"]["spec"]
    assert [item["name"] for item in found["containers"]] == ["istio-proxy", "side"]
    assert [mount["mountPath"] for mount in found["containers"][0]["volumeMounts"]][-2:] == ["/s", "/c"]
    assert [volume["name"] for volume in found["volumes"]][-3:] == ["s", "c", "d"]


def test_an_egress_gateway_is_inside_only() -> None:
    found = objects({"profile": "demo"})
    assert found["Service", "istio-egressgateway"]["spec"]["type"] == "ClusterIP"
    assert found["Service", "istio-ingressgateway"]["spec"]["type"] == "LoadBalancer"
    assert (
        found["Deployment", "istio-egressgateway"]["metadata"]["labels"]["operator.istio.io/component"]
        == "EgressGateways"
    )
