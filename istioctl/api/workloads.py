"""Which kinds make pods, and where their pod template stands.

Source: `IntoObject` in Istio's `pkg/kube/inject/inject.go` for the kinds it knows; others have theirs where a
Deployment has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from istioctl.api.trees import lookup

USUAL_PLACE = ("spec", "template")
#: The kinds that Istio reads as their types, whichever group their apiVersion names, and where their pod stands.
POD_TEMPLATES: Mapping[str, tuple[str, ...]] = {
    "Pod": (),
    "CronJob": ("spec", "jobTemplate", "spec", "template"),
    **dict.fromkeys(("Deployment", "DaemonSet", "ReplicaSet", "StatefulSet", "Job"), USUAL_PLACE),
    **dict.fromkeys(("ReplicationController", "DeploymentConfig"), USUAL_PLACE),
}


def has_usual_template(data: Mapping[str, Any]) -> bool:
    """Whether an object has a pod template with containers at the usual place, as Argo's Rollouts have."""
    containers = lookup(data, *USUAL_PLACE, "spec", "containers")
    return isinstance(containers, list) and bool(containers)


def template_path(data: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Where the template of an object's pods stands in it; None where it makes none, as a pod itself."""
    kind = data.get("kind")
    if isinstance(kind, str) and kind in POD_TEMPLATES:
        return POD_TEMPLATES[kind] or None
    return USUAL_PLACE if has_usual_template(data) else None
