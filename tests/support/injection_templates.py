"""Runs injection templates on pods and gateways, as istiod does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from istioctl.api.mesh import MESH_MESSAGE, PROXY_MESSAGE
from istioctl.golang import types, values
from istioctl.gotemplate.template import TemplateSet
from istioctl.injection import go_values, workloads
from istioctl.injection.injector import Subject
from istioctl.injection.settings import Settings, Templates
from istioctl.injection.template_functions import TABLE
from istioctl.injection.templates import TemplateRenderer
from istioctl.rendering.components.chart_values import chart_values
from istioctl.rendering.components.mesh_settings import injector_values_text
from istioctl.rendering.text.data_files import data_names, read_data
from istioctl.yamldoc.reader import load_all

POD_TEMPLATES = ("sidecar", "gateway", "grpc-simple", "grpc-agent")
GATEWAY_TEMPLATES = ("waypoint", "kube-gateway", "agentgateway")
IMAGE = "registry.example.com/istio/proxyv2:1"


@cache
def own_texts() -> dict[str, str]:
    names = data_names("manifests/istiod/injection", ".yaml")
    return {name: read_data("manifests", f"istiod/injection/{name}.yaml") for name in names}


@cache
def default_values() -> str:
    return injector_values_text(chart_values("istiod", {}))


def overlaid(base: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Values with some set by dotted path."""
    result: dict[str, Any] = json.loads(base)
    for path, value in changes.items():
        *parents, last = path.split(".")
        place = result
        for name in parents:
            place = place.setdefault(name, {})
        place[last] = value
    return result


def pod(
    annotations: Mapping[str, str] | None = None, labels: Mapping[str, str] | None = None, **spec: Any
) -> dict[str, Any]:
    containers = [{"name": "app", "image": "app:1", "ports": [{"name": "http", "containerPort": 8080}]}]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": "shop"},
        "spec": {
            "template": {
                "metadata": {"annotations": dict(annotations or {}), "labels": dict(labels or {})},
                "spec": {"containers": containers, **spec},
            }
        },
    }


def render(
    name: str,
    workload: Mapping[str, Any],
    changes: Mapping[str, Any] | None = None,
    *,
    texts: Mapping[str, str] | None = None,
    base: str | None = None,
    mesh: str = "{}",
    native: bool = False,
    user: int = 0,
    compliance: str = "",
) -> Any:
    found = workloads.find(workload)
    assert found is not None
    data = json.dumps(overlaid(base or default_values(), changes or {}))
    known = Settings.read(
        Templates(texts or own_texts()), mesh, data, native_sidecars=native, compliance_policy=compliance
    )
    subject = Subject(found.pod, found.owner, known.mesh, IMAGE, user, user)
    return TemplateRenderer(known).render(name, subject).raw


_ADDRESS = types.struct("v1.GatewaySpecAddress", {"Value": types.STRING})
_PORT = types.struct(
    "v1.ServicePort",
    {"Name": types.STRING, "Port": types.INT32, "AppProtocol": types.pointer_to(types.STRING)},
)
_GATEWAY_SPEC = types.struct("v1.GatewaySpec", {"Addresses": types.slice_of(_ADDRESS)})


@cache
def gateway_type() -> types.GoType:
    """What istiod's gateway controller gives a template; `derivedInput` in upstream's `deploymentcontroller.go`."""
    texts = (
        "Name", "Namespace", "UID", "GatewayClass", "DeploymentName", "ServiceAccount", "ServiceType", "ClusterID",
        "Revision", "GatewayNameLabel", "ControllerLabel", "ProxyImage", "AgentgatewayImage",
    )  # fmt: skip
    return types.struct(
        "gatewaycommon.derivedInput",
        {
            **dict.fromkeys(texts, types.STRING),
            "ObjectMeta": go_values.kube_type("ObjectMeta"),
            "Spec": _GATEWAY_SPEC,
            "Ports": types.slice_of(_PORT),
            "KubeVersion": types.INT,
            "ProxyUID": types.INT64,
            "ProxyGID": types.INT64,
            "InfrastructureLabels": types.MAP_STRING,
            "InfrastructureAnnotations": types.MAP_STRING,
            "ProxyConfig": types.pointer_to(go_values.message_type(PROXY_MESSAGE)),
            "MeshConfig": types.pointer_to(go_values.message_type(MESH_MESSAGE)),
            "Values": types.MAP_ANY,
        },
    )


def gateway_data(changes: Mapping[str, Any], chart: Mapping[str, Any], mesh: str = "{}") -> object:
    annotations = changes.get("annotations", {"gateway.istio.io/name-override": "x"})
    config = go_values.message_value(Settings.read(Templates({}), mesh, "{}").mesh, MESH_MESSAGE)
    ports = [("status-port", 15021, "tcp"), ("http", 80, "http"), ("8080", 8080, None)]
    fields = {
        "Name": "edge",
        "Namespace": "shop",
        "UID": "7d1c0e54",
        "GatewayClass": "istio",
        "DeploymentName": "edge-istio",
        "ServiceAccount": "edge-istio",
        "ServiceType": "LoadBalancer",
        "ClusterID": "Kubernetes",
        "Revision": "",
        "GatewayNameLabel": "gateway.networking.k8s.io/gateway-name",
        "ControllerLabel": "istio.io-gateway-controller",
        "ProxyImage": IMAGE,
        "AgentgatewayImage": "agentgateway:1",
        "KubeVersion": 134,
        "ProxyUID": 0,
        "ProxyGID": 0,
        **{name: value for name, value in changes.items() if name[0].isupper()},
        "ObjectMeta": go_values.kube_value({"annotations": annotations}, "ObjectMeta"),
        "Spec": values.make(
            _GATEWAY_SPEC,
            {
                "Addresses": values.class_of(types.slice_of(_ADDRESS))(
                    [values.make(_ADDRESS, {"Value": address}) for address in changes.get("addresses", [])]
                )
            },
        ),
        "Ports": values.class_of(types.slice_of(_PORT))(
            [
                values.make(
                    _PORT,
                    {
                        "Name": name,
                        "Port": values.make(types.INT32, port),
                        "AppProtocol": values.pointer(protocol)
                        if protocol
                        else values.nil(types.pointer_to(types.STRING)),
                    },
                )
                for name, port, protocol in ports
            ]
        ),
        "InfrastructureLabels": values.class_of(types.MAP_STRING)(changes.get("labels", {})),
        "InfrastructureAnnotations": values.class_of(types.MAP_STRING)(annotations),
        "ProxyConfig": config["DefaultConfig"],  # type: ignore[index]
        "MeshConfig": config,
        "Values": dict(chart),
    }
    return values.make(gateway_type(), fields)


def render_gateway(text: str, data: object) -> list[Any]:
    rendered = TemplateSet({"inject": text}, dialect="istio", functions=TABLE).render("inject", data)
    return [document for document in load_all(rendered, "output") if document is not None]
