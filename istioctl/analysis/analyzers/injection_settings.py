"""Settings of injection that do not do what they say, on pods and on what makes them."""

from __future__ import annotations

from typing import Any

from istioctl.analysis.analyzers import pods
from istioctl.analysis.analyzers.annotations import KINDS
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.injection_settings import Concern, concerns
from istioctl.api.names import INJECT, INJECTION, STATUS
from istioctl.api.trees import listing, lookup
from istioctl.api.workloads import template_path
from istioctl.yamldoc.reader import load

_MESSAGES = {
    "misplaced": "MisplacedInjectionSetting",
    "unknown-name": "UnknownInjectionSetting",
    "unknown-field": "UnknownInjectionSetting",
    "odd-value": "UnknownInjectionSetting",
    "no-volume": "VolumeNotFound",
    "above-limit": "RequestAboveLimit",
}


def analyze_settings(snapshot: Snapshot, findings: Findings) -> None:
    """Settings that are misplaced, mistyped or at odds with each other."""
    for resource in snapshot.workloads():
        if pods.is_control_plane(resource) or _is_made_by_others(resource):
            continue
        path = template_path(resource.data) or ()
        for concern in concerns(resource.data, (*path, "metadata"), (*path, "spec"), _load):
            if not _is_said_already(concern, resource):
                meant = concern.hint if concern.kind in ("unknown-name", "unknown-field", "odd-value") else ""
                words = f"{concern.message}. {meant}" if meant else concern.message
                findings.report(_MESSAGES[concern.kind], resource, words, path=concern.path)

    for namespace in snapshot.all("Namespace"):
        if INJECT in namespace.labels:
            words = f"the label {INJECT} has no effect on a namespace, only on pods. Label it {INJECTION} instead."
            findings.report("MisplacedInjectionSetting", namespace, words, path=("metadata", "labels", INJECT))


def _load(text: str) -> Any:
    return load(text, "the annotation")


def _is_made_by_others(resource: Resource) -> bool:
    """Whether a pod was made by a workload, or has its sidecar already: its author is not the one to tell."""
    owners = listing(lookup(resource.data, "metadata", "ownerReferences"))
    return bool(owners) or STATUS in resource.annotations


def _is_said_already(concern: Concern, resource: Resource) -> bool:
    """Whether another analyzer says the same of the object's own annotations."""
    is_own = resource.kind in KINDS and concern.path[:2] == ("metadata", "annotations")
    return is_own and concern.kind in ("misplaced", "unknown-name")
