"""What the project's own injection templates render."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from istioctl.errors import TemplateError
from tests.support.injection_templates import (
    GATEWAY_TEMPLATES,
    IMAGE,
    default_values,
    gateway_data,
    own_texts,
    pod,
    render,
    render_gateway,
)


def sidecar(*given: Any, **more: Any) -> dict[str, Any]:
    """The proxy's container, whichever list it is in."""
    spec = render("sidecar", *given, **more)["spec"]
    listed = [*(spec["initContainers"] or []), *spec.get("containers", [])]
    (found,) = (container for container in listed if container["name"] == "istio-proxy")
    assert isinstance(found, dict)
    return found


def environment(container: Mapping[str, Any]) -> dict[str, Any]:
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container["env"]}


class TestSidecar:
    def test_a_plain_pod(self) -> None:
        rendered = render("sidecar", pod())
        assert [each["name"] for each in rendered["spec"]["initContainers"]] == ["istio-init"]
        assert [each["name"] for each in rendered["spec"]["containers"]] == ["istio-proxy"]
        assert rendered["metadata"]["labels"]["service.istio.io/canonical-name"] == "web"
        proxy = rendered["spec"]["containers"][0]
        assert proxy["image"] == IMAGE
        assert json.loads(environment(proxy)["ISTIO_META_POD_PORTS"]) == [{"name": "http", "containerPort": 8080}]
        mounted = {mount["name"] for mount in proxy["volumeMounts"]}
        assert mounted <= {volume["name"] for volume in rendered["spec"]["volumes"]}

    def test_a_native_sidecar_is_an_init_container_that_drains(self) -> None:
        rendered = render("sidecar", pod(), native=True)
        assert "containers" not in rendered["spec"]
        proxy = rendered["spec"]["initContainers"][-1]
        assert (proxy["name"], proxy["restartPolicy"]) == ("istio-proxy", "Always")
        assert proxy["lifecycle"]["preStop"]["exec"]["command"][-1] == "drain"

    def test_a_pod_may_refuse_to_be_native(self) -> None:
        refusing = pod({"sidecar.istio.io/nativeSidecar": "false"})
        assert [each["name"] for each in render("sidecar", refusing, native=True)["spec"]["containers"]] == [
            "istio-proxy"
        ]

    def test_without_interception_nothing_prepares_the_network(self) -> None:
        assert render("sidecar", pod({"sidecar.istio.io/interceptionMode": "NONE"}))["spec"]["initContainers"] == []

    def test_the_cni_plugin_needs_only_a_check(self) -> None:
        rendered = render("sidecar", pod(), {"pilot.cni.enabled": True, "pilot.cni.provider": "multus"})
        (init,) = rendered["spec"]["initContainers"]
        assert (init["name"], init["securityContext"]["capabilities"]) == ("istio-validation", {"drop": ["ALL"]})
        assert rendered["metadata"]["annotations"]["k8s.v1.cni.cncf.io/networks"] == "default/istio-cni"
        assert rendered["metadata"]["annotations"]["sidecar.istio.io/interceptionMode"] == "REDIRECT"

    def test_transparent_interception_takes_root(self) -> None:
        context = sidecar(pod({"sidecar.istio.io/interceptionMode": "TPROXY"}), user=1000)["securityContext"]
        assert context["capabilities"] == {"add": ["NET_ADMIN"], "drop": ["ALL"]}
        assert (context["runAsNonRoot"], context["runAsUser"], context["runAsGroup"]) == (False, 0, 1337)

    @pytest.mark.parametrize(("given_user", "user"), [(0, 1337), (1000650001, 1000650001)])
    def test_the_platform_may_choose_the_user(self, given_user: int, user: int) -> None:
        rendered = render("sidecar", pod(), user=given_user)
        (init,) = rendered["spec"]["initContainers"]
        assert init["args"][init["args"].index("-u") + 1] == str(user)
        assert rendered["spec"]["containers"][0]["securityContext"]["runAsUser"] == user

    def test_annotations_replace_all_resources(self) -> None:
        asking = pod({"sidecar.istio.io/proxyCPU": "5m", "sidecar.istio.io/proxyMemoryLimit": "1Gi"})
        assert sidecar(asking)["resources"] == {"requests": {"cpu": "5m"}, "limits": {"memory": "1Gi"}}

    def test_nothing_is_said_of_resources_that_are_null(self) -> None:
        changes = {"global.proxy.resources": {"limits": {"cpu": None, "memory": "1Gi"}, "requests": None}}
        assert sidecar(pod(), changes)["resources"] == {"limits": {"memory": "1Gi"}}

    def test_excluded_ports_count_the_status_port_once(self) -> None:
        excluding = pod({"traffic.sidecar.istio.io/excludeInboundPorts": "9090,15020"})
        (init,) = render("sidecar", excluding)["spec"]["initContainers"]
        assert init["args"][init["args"].index("-d") + 1] == "15090,15021,9090,15020"

    def test_no_status_port_no_probes(self) -> None:
        assert "readinessProbe" not in sidecar(pod({"status.sidecar.istio.io/port": "0"}))

    def test_volumes_of_the_user(self) -> None:
        asking = pod(
            {
                "sidecar.istio.io/userVolume": '{"extra":{"configMap":{"name":"m"}}}',
                "sidecar.istio.io/userVolumeMount": '{"extra":{"mountPath":"/m","readOnly":true}}',
            }
        )
        rendered = render("sidecar", asking)
        assert {"name": "extra", "configMap": {"name": "m"}} in rendered["spec"]["volumes"]
        mounts = rendered["spec"]["containers"][0]["volumeMounts"]
        assert {"name": "extra", "mountPath": "/m", "readOnly": True} in mounts

    def test_a_volume_annotation_that_is_no_json_fails(self) -> None:
        with pytest.raises(TemplateError, match="range"):
            render("sidecar", pod({"sidecar.istio.io/userVolume": "nonsense"}))


@pytest.mark.parametrize("name", ["sidecar", "gateway", "grpc-agent"])
def test_pull_secrets_are_all_named(name: str) -> None:
    given = render(name, pod(), {"global.imagePullSecrets": ["a", "12"]})["spec"]
    assert given["imagePullSecrets"] == [{"name": "a"}, {"name": "12"}]
    assert "imagePullSecrets" not in render(name, pod())["spec"]


class TestOthers:
    def test_a_gateway_is_asked_for_by_its_container(self) -> None:
        rendered = render("gateway", pod(containers=[{"name": "istio-proxy", "image": "auto"}]))
        (proxy,) = rendered["spec"]["containers"]
        assert proxy["args"][:2] == ["proxy", "router"]
        assert rendered["spec"]["securityContext"]["sysctls"][0]["value"] == "0"
        assert "kubectl.kubernetes.io/default-container" not in rendered["metadata"]["annotations"]

    def test_proxyless_grpc_gives_each_application_its_bootstrap(self) -> None:
        containers = render("grpc-agent", pod())["spec"]["containers"]
        assert [each["name"] for each in containers] == ["istio-proxy", "app"]
        assert environment(containers[0])["DISABLE_ENVOY"] == "true"
        assert environment(containers[1])["GRPC_XDS_BOOTSTRAP"] == "/etc/istio/proxy/grpc-bootstrap.json"

    def test_the_simple_bootstrap_is_json_once_the_shell_has_written_it(self) -> None:
        (init,) = render("grpc-simple", pod())["spec"]["initContainers"]
        script = init["command"][2]
        written = script.partition("echo '")[2].partition("' > ")[0]
        bootstrap = json.loads(written.replace("'${SERVER_URI}'", "uri").replace("'${NODE_ID}'", "node"))
        assert (bootstrap["xds_servers"][0]["server_uri"], bootstrap["node"]["id"]) == ("uri", "node")

    @pytest.mark.parametrize("name", GATEWAY_TEMPLATES)
    def test_gateways_get_five_objects(self, name: str) -> None:
        documents = render_gateway(own_texts()[name], gateway_data({}, json.loads(default_values())))
        kinds = ["ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler", "PodDisruptionBudget"]
        assert [document["kind"] for document in documents] == kinds
        for document in documents:
            assert document["metadata"]["ownerReferences"][0]["uid"] == "7d1c0e54"
            assert "gateway.istio.io/name-override" not in document["metadata"]["annotations"]

    def test_names_that_look_like_numbers_stay_texts(self) -> None:
        changes = {"Name": "123", "DeploymentName": "123"}
        for name in GATEWAY_TEMPLATES:
            for document in render_gateway(own_texts()[name], gateway_data(changes, json.loads(default_values()))):
                assert document["metadata"]["ownerReferences"][0]["name"] == "123"
