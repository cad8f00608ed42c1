"""istiod's manifests."""

from __future__ import annotations

import json
from typing import Any

import pytest

from istioctl.errors import SpecError
from istioctl.yamldoc.reader import load
from tests.support.rendering import Objects, container, environment, objects, render_spec


def pilot(*flags: str, **values: Any) -> Objects:
    return objects({"profile": "minimal", "unvalidatedValues": values}, *flags)


def test_a_revision_names_its_objects() -> None:
    found = pilot("revision=canary")
    names = {(kind, name) for kind, name in found if name.endswith("-canary")}
    assert {kind for kind, _ in names} >= {"Deployment", "Service", "ServiceAccount", "ConfigMap", "Role"}
    labels = found["Deployment", "istiod-canary"]["spec"]["selector"]["matchLabels"]
    assert labels == {"app": "istiod", "istio.io/rev": "canary"}
    assert ("ClusterRole", "istiod-clusterrole-canary-istio-system") in found


def test_tags_have_webhooks_and_services() -> None:
    found = pilot("revision=canary", revisionTags=["prod", "default"])
    assert ("Service", "istiod-revision-tag-prod") in found
    hooks = found["MutatingWebhookConfiguration", "istio-revision-tag-prod"]["webhooks"]
    assert [hook["name"].partition("sidecar")[0] for hook in hooks] == ["rev.namespace.", "rev.object."]
    hooks = found["MutatingWebhookConfiguration", "istio-revision-tag-default"]["webhooks"]
    assert [hook["name"].partition("sidecar")[0] for hook in hooks][2:] == ["namespace.", "object."]
    assert hooks[0]["clientConfig"]["service"]["name"] == "istiod-canary"


@pytest.mark.parametrize(("scope", "kinds"), [("cluster", {"ClusterRole"}), ("namespace", {"Deployment", "ConfigMap"})])
def test_one_administrator_s_half(scope: str, kinds: set[str]) -> None:
    found = {kind for kind, _ in pilot(**{"global": {"resourceScope": scope}})}
    assert found >= kinds
    assert not found & ({"ClusterRole", "Deployment", "ConfigMap"} - kinds)


@pytest.mark.parametrize(
    ("address", "kind"), [("10.1.2.3", "IPv4"), ("2001:db8::7", "IPv6"), ("istiod.example.com", "")]
)
def test_an_istiod_elsewhere(address: str, kind: str) -> None:
    found = objects({"profile": "remote", "values": {"global": {"remotePilotAddress": address}}})
    assert ("Deployment", "istiod") not in found
    service = found["Service", "istiod"]["spec"]
    if kind:
        assert found["EndpointSlice", "istiod"]["addressType"] == kind
        assert found["EndpointSlice", "istiod"]["endpoints"] == [{"addresses": [address]}]
        assert "type" not in service
    else:
        assert ("EndpointSlice", "istiod") not in found
        assert (service["type"], service["externalName"]) == ("ExternalName", address)


def test_the_image_is_put_together_or_given_whole() -> None:
    def image(**values: Any) -> str:
        name: str = container(pilot(**values)["Deployment", "istiod"])["image"]
        return name

    assert image() == "registry.istio.io/release/pilot:1.30.3"
    assert image(pilot={"hub": "h", "tag": 7, "variant": "debug"}) == "h/pilot:7-debug"
    assert image(pilot={"image": "a/b@sha256:0"}) == "a/b@sha256:0"


def test_variables_of_the_deployment() -> None:
    found = environment(
        pilot(
            pilot={
                "env": {"A": 1_000_000, "EXTERNAL_ISTIOD": "x"},
                "traceSampling": 0,
                "taint": {"enabled": True},
                "envVarFrom": [{"name": "S", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}}],
            },
            **{"global": {"externalIstiod": True, "trustBundleName": "tb"}},
        )["Deployment", "istiod"]
    )
    assert found["A"] == "1e+06"
    assert found["EXTERNAL_ISTIOD"] == "x"
    assert "PILOT_TRACE_SAMPLING" not in found
    assert found["PILOT_NODE_UNTAINT_CONTROLLERS_TAINT_NAME"] == "cni.istio.io/not-ready"
    assert found["S"] == {"secretKeyRef": {"name": "s", "key": "k"}}
    assert found["PILOT_CA_CERT_CONFIGMAP"] == "tb"
    assert found["CA_TRUSTED_NODE_ACCOUNTS"] == "istio-system/ztunnel"


def test_replicas_or_an_autoscaler() -> None:
    found = pilot()
    assert "replicas" not in found["Deployment", "istiod"]["spec"]
    assert ("PodDisruptionBudget", "istiod") not in found
    found = pilot(pilot={"autoscaleEnabled": False, "replicaCount": "3"})
    assert ("HorizontalPodAutoscaler", "istiod") not in found
    assert found["Deployment", "istiod"]["spec"]["replicas"] == 3
    assert found["PodDisruptionBudget", "istiod"]["spec"]["minAvailable"] == 1
    found = pilot(pilot={"autoscaleMin": 2, "pdb": {"maxUnavailable": "10%"}})
    assert found["PodDisruptionBudget", "istiod"]["spec"]["maxUnavailable"] == "10%"
    assert "minAvailable" not in found["PodDisruptionBudget", "istiod"]["spec"]


def test_labels_of_the_user_give_way_only_where_they_must() -> None:
    labels = {"app": "mine", "team": 5, "istio.io/dataplane-mode": "ambient"}
    found = pilot(pilot={"podLabels": labels})["Deployment", "istiod"]["spec"]["template"]["metadata"]["labels"]
    assert (found["app"], found["team"], found["istio.io/dataplane-mode"]) == ("mine", "5", "none")


def test_init_containers_may_hold_templates() -> None:
    init = [{"name": "i", "image": "{{ .Values.global.hub }}/x", "args": ["{{ .Release.Namespace }}"]}]
    spec = pilot(pilot={"initContainers": init})["Deployment", "istiod"]["spec"]["template"]["spec"]
    assert spec["initContainers"] == [{"name": "i", "image": "registry.istio.io/release/x", "args": ["istio-system"]}]
    with pytest.raises(SpecError) as caught:
        pilot(pilot={"initContainers": [{"name": "{{ fail `no` }}"}]})
    assert caught.value.where == "values.pilot.initContainers"


def test_the_values_are_kept_for_people() -> None:
    data = pilot(pilot={"env": {"A": 12345678901234567890.0}})["ConfigMap", "values"]["data"]
    assert json.loads(data["original-values"])["pilot"]["env"] == {"A": 12345678901234567000}
    assert json.loads(data["merged-values"])["autoscaleMax"] == 5


def test_gateway_classes_have_texts() -> None:
    classes = {"istio": {"service": {"spec": {"type": "X"}}, "deployment": {"spec": {"replicas": 2}}}, "bare": {}}
    found = pilot(gatewayClasses=classes)
    data = found["ConfigMap", "istio-default-gatewayclass-istio"]["data"]
    assert {kind: load(text) for kind, text in data.items()} == classes["istio"]
    assert found["ConfigMap", "istio-default-gatewayclass-bare"]["data"] is None


def test_rights_follow_what_istiod_does() -> None:
    def groups(**values: Any) -> set[str]:
        rules = pilot(**values)["ClusterRole", "istiod-clusterrole-istio-system"]["rules"]
        return {resource for rule in rules for resource in rule["resources"]}

    assert "signers" not in groups()
    assert "signers" in groups(**{"global": {"pilotCertProvider": "k8s.io/x", "certSigners": ["a"]}})
    assert "clustertrustbundles" in groups(pilot={"env": {"ENABLE_CLUSTER_TRUST_BUNDLE_API": True}})
    assert "virtualservices/status" in groups(**{"global": {"istiod": {"enableAnalysis": True}}})
    off = pilot(pilot={"env": {"PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER": False}})
    assert ("ClusterRole", "istiod-gateway-controller-istio-system") not in off


def test_moved_values_are_told_and_gone_ones_refused() -> None:
    rendering = render_spec({"profile": "minimal", "unvalidatedValues": {"global": {"proxy": {"accessLogFile": "/x"}}}})
    assert "values.global.proxy.accessLogFile is deprecated; use meshConfig.accessLogFile instead" in rendering.warnings
    with pytest.raises(SpecError, match="is gone"):
        pilot(telemetry={"v2": {"stackdriver": {"disableOutbound": True}}})
    with pytest.raises(SpecError, match="pilotCertProvider=kubernetes"):
        pilot(**{"global": {"pilotCertProvider": "kubernetes"}})


def test_only_stable_features() -> None:
    found = objects({"profile": "stable"})
    policy = found["ValidatingAdmissionPolicy", "stable-channel-policy-istio-system.istio.io"]
    assert len(policy["spec"]["validations"]) == 5
    binding = found["ValidatingAdmissionPolicyBinding", "stable-channel-policy-binding-istio-system.istio.io"]
    assert binding["spec"]["policyName"] == policy["metadata"]["name"]
