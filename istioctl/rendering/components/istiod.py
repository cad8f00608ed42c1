"""istiod: the facts its manifests need, and the manifests."""

from __future__ import annotations

from typing import Any

from istioctl.api import ports
from istioctl.api.names import DATAPLANE_MODE, INJECT, REVISION, TAG
from istioctl.api.webhooks import injector_name, injector_selectors, tag_injector_name
from istioctl.golang import json_text
from istioctl.patterns import lazy_pattern
from istioctl.rendering.components.facts import (
    RELEASE_NAME,
    Target,
    Tree,
    chart_labels,
    common_facts,
    component_image,
    revision,
    revision_labels,
    revision_suffix,
    wants_trust_bundle,
    whole_number,
)
from istioctl.rendering.components.mesh_settings import (
    gateway_class_overlays,
    injector_config,
    injector_values_text,
    mesh_config_text,
    mesh_networks,
)
from istioctl.rendering.components.stable_channel import admission_rules
from istioctl.rendering.components.user_templates import run_templates
from istioctl.rendering.text.jinja import render_template
from istioctl.rendering.text.value_text import env_entries, go_text

_TEMPLATES = ("accounts", "configuration", "webhooks", "policies", "deployment", "scaling", "services")
_IPV4 = lazy_pattern(r"([0-9]*\.){3}[0-9]*\Z")
_IPV6 = lazy_pattern(r"([0-9a-fA-F]*:)+[0-9a-fA-F]*\Z")

# API groups that hold or held Istio's configuration.
_ISTIO_GROUPS = [
    f"{group}.istio.io"
    for group in ("config", "security", "networking", "authentication", "rbac", "telemetry", "extensions")
]
# Kinds whose status says what the analysis found.
_ANALYZED_KINDS = (
    "authorizationpolicies", "destinationrules", "envoyfilters", "gateways", "peerauthentications", "proxyconfigs",
    "requestauthentications", "serviceentries", "sidecars", "telemetries", "virtualservices", "wasmplugins",
    "workloadentries", "workloadgroups",
)  # fmt: skip
# `udproutes` is not a kind there is; the role has it all the same.
_GATEWAY_API_KINDS = (
    "backendtlspolicies", "gatewayclasses", "gateways", "grpcroutes", "httproutes", "referencegrants", "tcproutes",
    "tlsroutes", "udproutes", "listenersets",
)  # fmt: skip
_VALUES_DESCRIPTION = (
    "This ConfigMap contains the Helm values used during chart rendering. This ConfigMap is rendered for debugging "
    "purposes and external tooling; modifying these values has no effect."
)


def istiod_documents(values: Tree, given: Tree, target: Target) -> list[str]:
    """The manifests of istiod, or of what stands for an istiod elsewhere.

    Args:
        values: all of istiod's values.
        given: those of them that were not defaults.
        target: where istiod goes.
    """
    facts = _facts(values, given, target)
    return [document for name in _TEMPLATES for document in render_template(f"istiod/{name}", facts)]


def _facts(values: Tree, given: Tree, target: Target) -> Tree:
    remote, shared = values["istiodRemote"], values["global"]
    labels = {"release": RELEASE_NAME, **revision_labels(values, "Pilot"), **chart_labels("istiod", "istiod")}
    facts = common_facts(values, target)
    return {
        **facts,
        "here": {
            "istiod": not remote["enabled"] or bool(remote["enabledLocalInjectorIstiod"]),
            "configuration": not remote["enabled"]
            or bool(shared["configCluster"] or remote["enabledLocalInjectorIstiod"]),
        },
        "platform": shared.get("platform") or values.get("platform") or "",
        "labels": labels,
        "account_labels": chart_labels("istiod", "istiod", app="istiod", release=RELEASE_NAME),
        "istiod": _deployment_facts(values, target),
        "reader": {
            "wanted": shared.get("enableReaderRBAC", True),
            "cluster_role": f"istio-reader-clusterrole{revision_suffix(values)}-{target.namespace}",
            "labels": chart_labels("istiod", "istio-reader", app="istio-reader", release=RELEASE_NAME),
        },
        "remote": _remote_facts(values),
        "injectors": _injectors(values, labels, target) if facts["scope"]["cluster"] else [],
        "istio_groups": _ISTIO_GROUPS,
        "analyzed_kinds": _ANALYZED_KINDS,
        "gateway_api_kinds": _GATEWAY_API_KINDS,
        "multicluster_group": (values["env"] or {}).get("MCS_API_GROUP") or "multicluster.x-k8s.io",
        "stable_channel": _stable_channel(values),
        **(_configuration_facts(values, given, target) if facts["scope"]["namespaced"] else {}),
    }


def _configuration_facts(values: Tree, given: Tree, target: Target) -> Tree:
    injector: Tree = {}
    if not values["global"]["omitSidecarInjectorConfigMap"]:
        injector = {"values": injector_values_text(values), "config": injector_config(values)}
    return {
        "mesh": mesh_config_text(values, target.namespace),
        "mesh_networks": mesh_networks(values),
        "injector": injector,
        "original_values": json_text.write(given, indent="  "),
        "merged_values": json_text.write(values, indent="  "),
        "values_description": _VALUES_DESCRIPTION,
        "gateway_classes": gateway_class_overlays(values),
    }


def _deployment_facts(values: Tree, target: Target) -> Tree:
    shared, env, suffix = values["global"], values["env"] or {}, revision_suffix(values)
    own = {REVISION: revision(values)} if suffix else {"istio": "pilot"}
    several = values["autoscaleMin"] if values["autoscaleEnabled"] else values["replicaCount"]
    return {
        "name": f"istiod{suffix}",
        "revision": revision(values),
        "cluster_role": f"istiod-clusterrole{suffix}-{target.namespace}",
        "gateway_role": f"istiod-gateway-controller{suffix}-{target.namespace}",
        "deploys_gateways": go_text(env.get("PILOT_ENABLE_GATEWAY_API_DEPLOYMENT_CONTROLLER")) != "false",
        "signs_elsewhere": bool(env.get("EXTERNAL_CA"))
        or shared["pilotCertProvider"] not in ("istiod", "custom", "none"),
        "signers": [go_text(signer) for signer in shared["certSigners"] or []] or None,
        "cluster_trust_bundle": wants_trust_bundle(env),
        "trust_bundle": shared.get("trustBundleName"),
        "pod_selector": {"app": "istiod", **own} if suffix else own,
        "service_selector": {"app": "istiod", **own},
        "budget_selector": {"app": "istiod", **own},
        "revision_selector": [{"key": REVISION, "operator": "In", "values": [revision(values)]}],
        "pod_labels": {
            "app": "istiod",
            "istio": "istiod" if suffix else "pilot",
            INJECT: "false",
            **revision_labels(values, "Pilot"),
            **{key: go_text(text) for key, text in (values["podLabels"] or {}).items()},
            DATAPLANE_MODE: "none",
            **chart_labels("istiod", "istiod"),
        },
        "image": component_image(values, "pilot"),
        "replicas": None if values["autoscaleEnabled"] else values["replicaCount"],
        "autoscaled": bool(values["autoscaleEnabled"] and values["autoscaleMin"] and values["autoscaleMax"]),
        "several": whole_number(several) > 1,
        "args": _arguments(values),
        "env": _environment(values, target),
        "init_containers": run_templates(values["initContainers"], values, target, "values.pilot.initContainers"),
    }


def _arguments(values: Tree) -> list[Any]:
    shared = values["global"]
    return [
        "discovery",
        f"--monitoringAddr=:{ports.MONITORING}",
        *([f"--log_output_level={go_text(level)}"] if (level := shared["logging"]["level"]) else []),
        *(["--log_as_json"] if shared["logAsJson"] else []),
        "--domain",
        shared["proxy"]["clusterDomain"],
        *([f"--cniNamespace={namespace}"] if (namespace := values["taint"]["namespace"]) else []),
        "--keepaliveMaxServerConnectionAge",
        go_text(values["keepaliveMaxServerConnectionAge"]),
        *(values["extraContainerArgs"] or []),
    ]


def _environment(values: Tree, target: Target) -> list[Tree]:
    """The variables that depend on values; a user's own come behind the accounts and before the rest."""
    shared, env, taint = values["global"], values["env"] or {}, values["taint"]
    accounts = f"{values['trustedZtunnelNamespace'] or target.namespace}/{values['trustedZtunnelName'] or 'ztunnel'}"
    late = {
        "PILOT_TRACE_SAMPLING": values["traceSampling"],
        "PILOT_ENABLE_NODE_UNTAINT_CONTROLLERS": "true" if taint["enabled"] else None,
        "PILOT_NODE_UNTAINT_CONTROLLERS_TAINT_NAME": (taint["name"] or "") if taint["enabled"] else None,
        "EXTERNAL_ISTIOD": (not env.get("EXTERNAL_ISTIOD") and shared["externalIstiod"]) or None,
        "PILOT_CA_CERT_CONFIGMAP": shared.get("trustBundleName") or None,
        "PILOT_CRL_CONFIGMAP": values.get("crlConfigMapName") or None,
    }
    return [
        *([] if env.get("CA_TRUSTED_NODE_ACCOUNTS") else env_entries({"CA_TRUSTED_NODE_ACCOUNTS": accounts})),
        *env_entries(env),
        *(values["envVarFrom"] or []),
        *({"name": name, "value": go_text(value)} for name, value in late.items() if value is not None and value != 0),
    ]


def _remote_facts(values: Tree) -> Tree | None:
    """The Service (and for an address the EndpointSlice) by which an istiod elsewhere is reached."""
    remote, address = values["istiodRemote"], go_text(values["global"]["remotePilotAddress"])
    if not (address and remote["enabled"]):
        return None
    name = f"istiod{revision_suffix(values)}" + ("-remote" if remote["enabledLocalInjectorIstiod"] else "")
    labels = chart_labels("istiod", "istiod")
    return {
        "name": name,
        "address": address,
        "address_type": "IPv4" if _IPV4.match(address) else "IPv6" if _IPV6.match(address) else "",
        "labels": {REVISION: revision(values), **labels},
        "slice_labels": {
            "kubernetes.io/service-name": name,
            "endpointslice.kubernetes.io/managed-by": "Helm",
            **labels,
        },
    }


def _injectors(values: Tree, labels: dict[str, str], target: Target) -> list[Tree]:
    """The webhook configurations of the sidecar injector: the revision's own and one for each of its tags."""
    if values["global"]["operatorManageWebhooks"]:
        return []
    everywhere = bool(values["sidecarInjectorWebhook"]["enableNamespacesByDefault"])
    suffix = revision_suffix(values)
    labels = {**labels, "app": "sidecar-injector"}
    own = {
        "name": injector_name(suffix, target.namespace),
        "labels": labels,
        "hooks": injector_selectors(revision(values), is_default=not suffix, everywhere=everywhere),
    }
    tagged = (
        {
            "name": tag_injector_name(tag, target.namespace),
            "labels": labels | {TAG: tag},
            "hooks": injector_selectors(tag, is_default=tag == "default", everywhere=everywhere),
        }
        for tag in map(go_text, values["revisionTags"] or [])
    )
    return [own, *tagged]


def _stable_channel(values: Tree) -> Tree | None:
    if not values["experimental"]["stableValidationPolicy"]:
        return None
    owner = f"{revision_suffix(values)}-{values['global']['istioNamespace']}.istio.io"
    return {
        "name": f"stable-channel-policy{owner}",
        "binding": f"stable-channel-policy-binding{owner}",
        "labels": chart_labels("istiod", "istiod"),
        "rules": admission_rules(),
    }
