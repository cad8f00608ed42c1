"""The CNI component: the agent on each node that puts pods into the mesh without rights of their own."""

from __future__ import annotations

from istioctl.api.names import DATAPLANE_MODE, INJECT
from istioctl.rendering.components.facts import (
    RELEASE_NAME,
    Target,
    Tree,
    chart_labels,
    common_facts,
    component_image,
    revision_labels,
)
from istioctl.rendering.text.jinja import render_template
from istioctl.rendering.text.value_text import go_text
from istioctl.yamldoc.writer import dump

_PLUGIN_FOLDER = "/opt/cni/bin"
_GKE_PLUGIN_FOLDER = "/home/kubernetes/bin"


def cni_documents(values: Tree, target: Target) -> list[str]:
    """The manifests of the CNI component."""
    shared = values["global"]
    labels = chart_labels("cni", "istio-cni")
    detected = _GKE_PLUGIN_FOLDER if "-gke" in target.kube_version else _PLUGIN_FOLDER
    level = values["logging"]["level"] or shared["logging"]["level"]
    facts = common_facts(values, target)
    facts |= {
        "common_labels": labels,
        "labels": {"release": RELEASE_NAME, **revision_labels(values, "Cni"), **labels},
        "pod_labels": {
            "k8s-app": "istio-cni-node",
            INJECT: "false",
            DATAPLANE_MODE: "none",
            **labels,
            **(values["podLabels"] or {}),
        },
        "image": component_image(values, "install-cni"),
        "args": [
            *([f"--log_output_level={go_text(level)}"] if level else []),
            *(["--log_as_json"] if shared["logAsJson"] else []),
        ]
        or None,
        "settings": _settings(values),
        "plugin_folder": values["cniBinDir"] or detected,
        "se_linux_options": _se_linux_options(values["seLinuxOptions"] or {}),
    }
    return [*render_template("cni/accounts", facts), *render_template("cni/node", facts)]


def _se_linux_options(given: Tree) -> Tree:
    return {**given, "type": given.get("type") or "spc_t"} if given else {}


def _settings(values: Tree) -> dict[str, str | None]:
    """What the agent reads from its ConfigMap; the user's own variables come last."""
    ambient, repair = values["ambient"], values["repair"]
    settings = {
        "CURRENT_AGENT_VERSION": values["tag"] or values["global"]["tag"],
        "AMBIENT_ENABLED": ambient["enabled"],
        "AMBIENT_ENABLEMENT_SELECTOR": dump(ambient["enablementSelectors"]).rstrip("\n"),
        "AMBIENT_DNS_CAPTURE": ambient["dnsCapture"],
        "AMBIENT_IPV6": ambient["ipv6"],
        "AMBIENT_RECONCILE_POD_RULES_ON_STARTUP": ambient["reconcileIptablesOnStartup"],
        "ENABLE_AMBIENT_DETECTION_RETRY": ambient["enableAmbientDetectionRetry"],
        "ISTIO_OWNED_CNI_CONFIG": values["istioOwnedCNIConfig"],
        "CHAINED_CNI_PLUGIN": values["chained"],
        "EXCLUDE_NAMESPACES": ",".join(go_text(name) for name in values["excludeNamespaces"] or []),
        "REPAIR_ENABLED": repair["enabled"],
        "REPAIR_LABEL_PODS": repair["labelPods"],
        "REPAIR_DELETE_PODS": repair["deletePods"],
        "REPAIR_REPAIR_PODS": repair["repairPods"],
        "REPAIR_INIT_CONTAINER_NAME": repair["initContainerName"],
        "REPAIR_BROKEN_POD_LABEL_KEY": repair["brokenPodLabelKey"],
        "REPAIR_BROKEN_POD_LABEL_VALUE": repair["brokenPodLabelValue"],
        "NATIVE_NFTABLES": values["global"]["nativeNftables"],
    }
    if name := values["cniConfFileName"]:
        settings["CNI_CONF_NAME"] = name
    if values["istioOwnedCNIConfig"]:
        settings["ISTIO_OWNED_CNI_CONF_FILENAME"] = values["istioOwnedCNIConfigFileName"]
    own = {name: go_text(value) for name, value in (values["env"] or {}).items()}
    return {name: None if value is None else go_text(value) for name, value in settings.items()} | own
