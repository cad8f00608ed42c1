"""Ingress and egress gateways: Envoys at the mesh's edge, any number of each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from istioctl.api import components
from istioctl.api.names import (
    APP_VERSION,
    CANONICAL_NAME,
    CANONICAL_REVISION,
    DATAPLANE_MODE,
    INJECT,
    REVISION,
    SYSTEM_NAMESPACE,
    TEMPLATES,
)
from istioctl.api.ports import XDS
from istioctl.api.trees import lookup
from istioctl.rendering.components.facts import (
    RELEASE_NAME,
    Target,
    Tree,
    chart_labels,
    common_facts,
    image_name,
    revision,
    revision_labels,
    revision_suffix,
    wants_trust_bundle,
    whole_number,
)
from istioctl.rendering.text.jinja import render_template
from istioctl.rendering.text.value_text import bare, env_entries, go_text


class GatewayKind(NamedTuple):
    """What sets the two kinds apart.

    Attributes:
        chart: the chart's name.
        component: the component's name.
        gateway: the name of the first gateway of the kind; also where its values are.
        istio_label: what the kind's pods are selected by, unless labels say otherwise.
        more_ports: the key of a gateway's further ports.
    """

    chart: str
    component: str
    gateway: str
    istio_label: str
    more_ports: str


INGRESS = GatewayKind("istio-ingress", components.INGRESS, components.INGRESS_GATEWAY, "ingressgateway", "ingressPorts")
EGRESS = GatewayKind("istio-egress", components.EGRESS, components.EGRESS_GATEWAY, "egressgateway", "egressPorts")


def gateway_documents(kind: GatewayKind, values: Tree, target: Target) -> list[str]:
    """The manifests of one gateway."""
    facts = _facts(kind, values, target)
    return [*render_template("gateway/deployment", facts), *render_template("gateway/service", facts)]


def _facts(kind: GatewayKind, values: Tree, target: Target) -> Tree:
    given: Tree = values["gateways"][kind.gateway]
    gateway = {**given, "name": given["name"] or None}
    shared = values["global"]
    injected = gateway["injectionTemplate"] != ""
    name = gateway["name"] or (kind.gateway if injected else None)
    several = gateway["autoscaleMin"] if gateway["autoscaleEnabled"] else gateway.get("replicaCount")
    ports = [_container_port(port) for port in gateway["ports"] or []]
    return {
        **common_facts(values, target),
        **_label_facts(kind, gateway, values, target, injected=injected),
        "gateway": gateway,
        "prefix": gateway["name"] or "",
        "name": name,
        "account": f"{name or ''}-service-account",
        "chart_gateway": kind.gateway,
        "injected": injected,
        "replicas": None if gateway["autoscaleEnabled"] else gateway.get("replicaCount"),
        "several": whole_number(several) > 1,
        "image": image_name(
            shared["proxy"]["image"] or "proxyv2",
            shared["hub"],
            gateway.get("tag") or shared["tag"],
            shared["proxy"].get("variant") or shared["variant"],
        ),
        "args": _arguments(shared),
        "affinity": _affinity(shared, gateway),
        "container_ports": ports,
        "policy_ports": [[{"port": port["containerPort"], "protocol": port["protocol"]}] for port in ports],
        "service_ports": _service_ports(kind, gateway),
        "custom_service": gateway.get("customService"),
        "unprivileged": [] if gateway["runAsRoot"] else env_entries({"ISTIO_META_UNPRIVILEGED_POD": "true"}),
        "mesh_environment": _mesh_environment(values),
        "proxy_metadata": env_entries(values["meshConfig"]["defaultConfig"]["proxyMetadata"]),
        "network": _network(shared, gateway),
        "mounts": [
            {"name": volume.get("name"), "mountPath": volume.get("mountPath"), "readOnly": True}
            for volume in (
                *(gateway["secretVolumes"] or ()),
                *(volume for volume in gateway["configVolumes"] or () if volume.get("mountPath")),
            )
        ],
        "volumes": _volumes(gateway),
        "istiod_address": f"istiod{revision_suffix(values)}.{shared['istioNamespace']}.svc:{XDS}",
        "trust_bundle": shared.get("trustBundleName"),
        "cluster_trust_bundle": wants_trust_bundle(lookup(values, "pilot", "env")),
    }


def _label_facts(kind: GatewayKind, gateway: Tree, values: Tree, target: Target, *, injected: bool) -> Tree:
    own = {**revision_labels(values, kind.component), **chart_labels(kind.chart, kind.gateway)}
    role_labels = {"release": RELEASE_NAME, **own}
    labels = {**(gateway["labels"] or {}), **role_labels}
    inject = {INJECT: "true" if injected else "false"}
    if injected:
        annotations = {**inject, TEMPLATES: go_text(gateway["injectionTemplate"])}
    else:
        annotations = {**inject, REVISION: revision(values)}
    return {
        "labels": labels,
        "deployment_labels": labels if injected else {**labels, DATAPLANE_MODE: "none"},
        "pod_labels": {**_pod_labels(kind, gateway, values, target, injected=injected), **inject},
        "role_labels": role_labels,
        "policy_labels": {"app": gateway["name"], "istio": kind.istio_label, **role_labels},
        "injection_annotations": annotations,
    }


def _pod_labels(kind: GatewayKind, gateway: Tree, values: Tree, target: Target, *, injected: bool) -> Tree:
    selector: Tree = gateway["labels"] or {}
    version = selector.get(APP_VERSION) or selector.get("version") or values["revision"] or "latest"
    own = revision_labels(values, kind.component)
    labels = {**selector, "heritage": "Tiller", "release": "istio", "chart": "gateways"}
    if target.namespace != SYSTEM_NAMESPACE:  # these three are there for Services made long ago
        labels = dict(selector)
    labels |= {
        **own,
        **chart_labels(kind.chart, kind.gateway),
        CANONICAL_NAME: gateway["name"],
        CANONICAL_REVISION: go_text(version),
    }
    if not injected:
        labels[DATAPLANE_MODE] = "none"
    elif not values["revision"]:
        del labels[REVISION]
    return labels


def _arguments(shared: Tree) -> list[str]:
    proxy = shared["proxy"]
    options = {
        "--proxyLogLevel": proxy["logLevel"],
        "--proxyComponentLogLevel": proxy["componentLogLevel"],
        "--log_output_level": shared["logging"]["level"],
    }
    return [
        "proxy",
        "router",
        "--domain",
        f"$(POD_NAMESPACE).svc.{proxy['clusterDomain']}",
        *(f"{option}={go_text(value)}" for option, value in options.items() if value),
        *(["--log_as_json"] if shared["logAsJson"] else []),
        *([f"--stsPort={go_text(port)}"] if (port := shared["sts"]["servicePort"]) else []),
    ]


def _container_port(port: Tree) -> Tree:
    return {
        "containerPort": bare(port.get("targetPort") or port.get("port")),
        "protocol": port.get("protocol") or "TCP",
    }


def _service_ports(kind: GatewayKind, gateway: Tree) -> list[Tree]:
    return [
        *({key: bare(value) for key, value in port.items()} for port in gateway["ports"] or []),
        *({"port": bare(port.get("port")), "name": port.get("name")} for port in gateway.get(kind.more_ports) or []),
    ]


def _volumes(gateway: Tree) -> list[Tree]:
    secrets = (
        {"name": volume.get("name"), "secret": {"secretName": volume.get("secretName"), "optional": True}}
        for volume in gateway["secretVolumes"] or ()
    )
    configurations = (
        {"name": volume.get("name"), "configMap": {"name": volume.get("configMapName"), "optional": True}}
        for volume in gateway["configVolumes"] or ()
    )
    return [*secrets, *configurations]


def _mesh_environment(values: Tree) -> list[dict[str, str]]:
    domain = values["meshConfig"].get("trustDomain")
    mesh = values["global"]["meshID"] or domain
    return [
        *(env_entries({"ISTIO_META_MESH_ID": mesh}) if mesh else []),
        *(env_entries({"TRUST_DOMAIN": domain}) if domain else []),
    ]


def _network(shared: Tree, gateway: Tree) -> list[dict[str, str]]:
    if (gateway["env"] or {}).get("ISTIO_META_NETWORK") or not shared["network"]:
        return []
    return env_entries({"ISTIO_META_NETWORK": shared["network"]})


def _affinity(shared: Tree, gateway: Tree) -> Tree:
    architectures = {name: whole_number(weight) for name, weight in sorted((shared["arch"] or {}).items())}
    weighted = {name: weight for name, weight in architectures.items() if weight > 0}
    nodes: Mapping[str, Any] = gateway["nodeSelector"] or shared["defaultNodeSelector"] or {}
    required = [{"key": name, "operator": "In", "values": [go_text(value)]} for name, value in sorted(nodes.items())]
    if architectures:
        required.insert(0, _on_architecture(list(weighted) or None))
    affinity: Tree = {
        "nodeAffinity": {
            "requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [{"matchExpressions": required}]}
            if required
            else None,
            "preferredDuringSchedulingIgnoredDuringExecution": [
                {"weight": weight, "preference": {"matchExpressions": [_on_architecture([name])]}}
                for name, weight in weighted.items()
            ]
            or None,
        }
    }
    apart = {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            _apart(rule, namespaces=True) for rule in gateway["podAntiAffinityLabelSelector"] or []
        ],
        "preferredDuringSchedulingIgnoredDuringExecution": [
            {"weight": 100, "podAffinityTerm": _apart(rule)}
            for rule in gateway["podAntiAffinityTermLabelSelector"] or []
        ],
    }
    if any(apart.values()):
        affinity["podAntiAffinity"] = {when: rules for when, rules in apart.items() if rules}
    return affinity


def _on_architecture(names: list[str] | None) -> Tree:
    return {"key": "kubernetes.io/arch", "operator": "In", "values": names}


def _apart(rule: Tree, *, namespaces: bool = False) -> Tree:
    """A rule that keeps the gateway's pods off nodes with pods of some label; lists are given with commas."""
    expression = {"key": rule.get("key"), "operator": rule.get("operator")}
    if rule.get("values"):
        expression["values"] = go_text(rule["values"]).split(",")
    term: Tree = {"labelSelector": {"matchExpressions": [expression]}, "topologyKey": rule.get("topologyKey")}
    if namespaces and rule.get("namespaces"):
        term["namespaces"] = go_text(rule["namespaces"]).split(",")
    return term
