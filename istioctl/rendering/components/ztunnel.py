"""The ztunnel component: the proxy on each node that carries the traffic of pods without a sidecar."""

from __future__ import annotations

from istioctl.api import ports
from istioctl.api.labels import OWNER_NAME
from istioctl.api.names import DATAPLANE_MODE, INJECT, REVISION
from istioctl.rendering.components.facts import (
    RELEASE_NAME,
    Target,
    Tree,
    chart_labels,
    common_facts,
    image_name,
    revision_labels,
    revision_suffix,
    scope_facts,
    wants_trust_bundle,
)
from istioctl.rendering.text.jinja import render_template

_DNS_PORTS = ({"port": ports.AGENT_DNS, "protocol": "TCP"}, {"port": ports.AGENT_DNS, "protocol": "UDP"})


def ztunnel_documents(values: Tree, target: Target) -> list[str]:
    """The manifests of the ztunnel component."""
    name = values["resourceName"] or "ztunnel"
    labels = chart_labels("ztunnel", "ztunnel")
    revision_annotation = {REVISION: values["revision"]} if values["revision"] else {}
    owned = revision_labels(values, "Ztunnel")
    facts = common_facts(values, target)
    facts |= {
        "scope": scope_facts(values["resourceScope"]),
        "platform": values.get("platform") or "",
        "name": name,
        "labels": labels,
        "pod_labels": {
            "app": "ztunnel",
            INJECT: "false",
            DATAPLANE_MODE: "none",
            **labels,
            **(values["podLabels"] or {}),
        },
        "policy_labels": {"app": "ztunnel", "release": RELEASE_NAME, **owned, **labels},
        "role_labels": {"app": "ztunnel", "release": name, OWNER_NAME: owned[OWNER_NAME], **labels},
        "annotations": {**(values["annotations"] or {}), **revision_annotation},
        "pull_secrets": [{"name": secret} for secret in values["imagePullSecrets"] or []],
        "image": image_name(values["image"] or "ztunnel", values["hub"], values["tag"], values["variant"] or ""),
        "istiod_address": f"istiod{revision_suffix(values)}.{values['istioNamespace']}.svc:{ports.XDS}",
        "trust_bundle": values.get("trustBundleName"),
        "cluster_trust_bundle": wants_trust_bundle(values["env"]),
        "dns_ports": _DNS_PORTS,
    }
    return render_template("ztunnel/node", facts)
