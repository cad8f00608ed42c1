"""The components that run on every node, and the base."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.rendering.components.base import custom_resource_definitions
from tests.support.rendering import Objects, container, environment, objects

EMPTY = {"profile": "empty"}


def cni(kube_version: str | None = None, **values: Any) -> Objects:
    spec = {**EMPTY, "components": {"cni": {"enabled": True}}, "unvalidatedValues": values}
    return objects(spec, kube_version=kube_version)


def ztunnel(**values: Any) -> Objects:
    return objects({**EMPTY, "components": {"ztunnel": {"enabled": True}}, "unvalidatedValues": values})


def plugin_folder(found: Objects) -> str:
    volumes = found["DaemonSet", "istio-cni-node"]["spec"]["template"]["spec"]["volumes"]
    (folder,) = (volume["hostPath"]["path"] for volume in volumes if volume["name"] == "cni-bin-dir")
    return str(folder)


@pytest.mark.parametrize(
    ("values", "version", "folder"),
    [
        ({}, None, "/opt/cni/bin"),
        ({"cni": {"cniBinDir": "/x"}}, "v1.31.0-gke.1", "/x"),
        ({"global": {"platform": "gke"}}, "v1.31.0-gke.1", "/home/kubernetes/bin"),
        ({"global": {"platform": "gke"}}, None, "/opt/cni/bin"),
        ({"global": {"platform": "k3s"}}, None, "/var/lib/rancher/k3s/data/cni"),
    ],
)
def test_where_the_plugin_goes(values: dict[str, Any], version: str | None, folder: str) -> None:
    assert plugin_folder(cni(version, **values)) == folder


def test_the_agent_s_settings_are_texts() -> None:
    data = cni(cni={"chained": False, "cniConfFileName": "a.conf", "env": {"X": 1, "CNI_CONF_NAME": "b.conf"}})[
        "ConfigMap", "istio-cni-config"
    ]["data"]
    assert (data["CHAINED_CNI_PLUGIN"], data["CNI_CONF_NAME"], data["X"]) == ("false", "b.conf", "1")
    assert data["EXCLUDE_NAMESPACES"] == "kube-system"
    assert cni(cni={"chained": None})["ConfigMap", "istio-cni-config"]["data"]["CHAINED_CNI_PLUGIN"] is None
    assert data["AMBIENT_ENABLEMENT_SELECTOR"].startswith("- podSelector:\n")


def test_ambient_needs_more_of_the_node() -> None:
    plain, ambient = cni(), cni(cni={"ambient": {"enabled": True}})
    assert ("ClusterRole", "istio-cni-ambient") in ambient.keys() - plain.keys()
    mounts = [mount["name"] for mount in container(ambient["DaemonSet", "istio-cni-node"])["volumeMounts"]]
    assert "cni-ztunnel-sock-dir" in mounts
    shared = cni(cni={"ambient": {"enabled": True, "shareHostNetworkNamespace": True}})["DaemonSet", "istio-cni-node"]
    assert shared["spec"]["template"]["spec"]["hostNetwork"] is True
    assert "ALLOW_SWITCH_TO_HOST_NS" not in environment(shared)
    assert environment(plain["DaemonSet", "istio-cni-node"])["ALLOW_SWITCH_TO_HOST_NS"] == "true"


@pytest.mark.parametrize(
    ("repair", "verbs"),
    [
        ({}, []),
        ({"repairPods": False, "deletePods": True}, ["delete"]),
        ({"repairPods": False, "labelPods": True}, ["patch", "update"]),
    ],
)
def test_repairing_takes_the_rights_it_needs(repair: dict[str, Any], verbs: list[str]) -> None:
    rules = cni(cni={"repair": repair})["ClusterRole", "istio-cni-repair-role"]["rules"]
    assert [verb for rule in rules[2:] for verb in rule["verbs"]] == verbs


def test_se_linux_has_a_type_once_it_is_asked_for() -> None:
    def options(**values: Any) -> Any:
        return container(cni(cni=values)["DaemonSet", "istio-cni-node"])["securityContext"].get("seLinuxOptions")

    assert options() is None
    assert options(seLinuxOptions={"level": "s0"}) == {"level": "s0", "type": "spc_t"}
    assert options(seLinuxOptions={"type": "other"}) == {"type": "other"}


def test_multus_and_quotas() -> None:
    found = cni(cni={"provider": "multus", "resourceQuotas": {"enabled": True, "pods": 7}})
    assert found["NetworkAttachmentDefinition", "istio-cni"]["metadata"]["namespace"] == "default"
    assert found["ResourceQuota", "istio-cni-resource-quota"]["spec"]["hard"] == {"pods": "7"}


def test_ztunnel_is_named_and_marked() -> None:
    found = ztunnel(ztunnel={"resourceName": "zt", "revision": "r", "annotations": {"a": "b"}, "labels": {"l": "m"}})
    daemon = found["DaemonSet", "zt"]
    assert daemon["metadata"]["annotations"] == {"a": "b", "istio.io/rev": "r"}
    assert daemon["metadata"]["labels"]["l"] == "m"
    assert environment(daemon)["CA_ADDRESS"] == "istiod-r.istio-system.svc:15012"
    assert daemon["spec"]["template"]["metadata"]["annotations"]["istio.io/rev"] == "r"


def test_ztunnel_s_options() -> None:
    found = ztunnel(
        ztunnel={"logAsJson": True, "peerCaCrl": {"enabled": True}, "nodeSelector": {"a": "b"}, "dnsPolicy": "None"},
        **{"global": {"network": "n", "networkPolicy": {"enabled": True}, "platform": "openshift"}},
    )
    daemon = found["DaemonSet", "ztunnel"]
    assert environment(daemon)["LOG_FORMAT"] == "json"
    assert environment(daemon)["NETWORK"] == "n"
    assert daemon["spec"]["template"]["spec"]["nodeSelector"] == {"kubernetes.io/os": "linux", "a": "b"}
    assert daemon["spec"]["template"]["spec"]["dnsPolicy"] == "None"
    assert "crl-volume" in [mount["name"] for mount in container(daemon)["volumeMounts"]]
    assert ("ClusterRole", "ztunnel") in found
    ports = [port["port"] for rule in found["NetworkPolicy", "ztunnel"]["spec"]["ingress"] for port in rule["ports"]]
    assert ports == [15021, 15020, 15000, 15008, 15001, 15006, 15053, 15053]


def test_the_default_revision_s_validator() -> None:
    spec = {**EMPTY, "components": {"base": {"enabled": True}}}

    def validator(**values: Any) -> dict[str, Any]:
        found = objects({**spec, "unvalidatedValues": values})
        hook: dict[str, Any] = found["ValidatingWebhookConfiguration", "istiod-default-validator"]["webhooks"][0]
        return hook

    assert ("ValidatingWebhookConfiguration", "istiod-default-validator") not in objects(spec)
    hook = validator(defaultRevision="canary")
    assert hook["clientConfig"]["service"]["name"] == "istiod-canary"
    assert hook["failurePolicy"] == "Ignore"
    hook = validator(defaultRevision="default", base={"validationURL": "https://x", "validationCABundle": "Zm9v"})
    assert hook["clientConfig"] == {"url": "https://x", "caBundle": "Zm9v"}
    assert hook["failurePolicy"] == "Fail"
    assert validator(defaultRevision="default", base={"validationFailurePolicy": "Fail"})["failurePolicy"] == "Fail"


def test_crds_can_be_left_out() -> None:
    every = custom_resource_definitions([])
    assert len(every) == 15
    assert len(custom_resource_definitions(["gateways.networking.istio.io"])) == 14
