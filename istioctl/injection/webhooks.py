"""Which injection webhook of a cluster a pod falls to, by the labels of the pod and of its namespace.

Rules: Istio's `istioctl/pkg/checkinject/checkinject.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from istioctl.injection.names import REVISION_LABEL
from istioctl.injection.policy import matches

_NAMESPACE_LABEL = "istio-injection"
_EVERY_NAMESPACE = "kubernetes.io/metadata.name"
_NEVER = {"matchLabels": {"istio.io/deactivated": "never-match"}}

Labels = Mapping[str, str]


class Verdict(NamedTuple):
    """What one webhook configuration does with a pod.

    Attributes:
        name: of the MutatingWebhookConfiguration.
        revision: the control plane's.
        injects: whether the pod gets a sidecar from it.
        reason: why, or why not.
    """

    name: str
    revision: str
    injects: bool
    reason: str


def verdicts(configurations: Iterable[Mapping[str, Any]], pod: Labels, namespace: Labels) -> list[Verdict]:
    """What each of Istio's webhook configurations does with a pod, by name.

    Args:
        configurations: MutatingWebhookConfigurations; those that are not Istio's are passed over.
        pod: the pod's labels.
        namespace: the namespace's labels.
    """
    found = []
    for configuration in configurations:
        webhooks = configuration.get("webhooks") or []
        if any(str(webhook.get("name", "")).endswith("istio.io") for webhook in webhooks):
            metadata = configuration.get("metadata") or {}
            revision = (metadata.get("labels") or {}).get(REVISION_LABEL, "")
            injects, reason = _judge(webhooks, pod, namespace)
            found.append(Verdict(str(metadata.get("name", "")), revision, injects, reason))
    return sorted(found)


def _judge(webhooks: Sequence[Mapping[str, Any]], pod: Labels, namespace: Labels) -> tuple[bool, str]:
    for webhook in webhooks:
        for_namespace, for_pod = webhook.get("namespaceSelector"), webhook.get("objectSelector")
        by_namespace, by_pod = _matched(for_namespace, namespace), _matched(for_pod, pod)
        if by_namespace is not None and by_pod is not None:
            if reason := _why(by_namespace, by_pod):
                return True, reason
        elif by_namespace is not None:
            if label := _preventing(for_pod or {}, pod):
                return False, f"Pod has {label} label, preventing injection"
        elif by_pod is not None and namespace.get(_NAMESPACE_LABEL, "enabled") != "enabled":
            said = namespace[_NAMESPACE_LABEL]
            return False, f"Namespace has {_NAMESPACE_LABEL}={said} label, preventing injection"
    if any(hook.get("namespaceSelector") == _NEVER and hook.get("objectSelector") == _NEVER for hook in webhooks):
        return False, "The injection webhook is deactivated, and will never match labels."
    wanted = [
        ", ".join(label for webhook in webhooks for label in _wanted(webhook.get(selector) or {}))
        for selector in ("namespaceSelector", "objectSelector")
    ]
    return False, f"No matching namespace labels ({wanted[0]}) or pod labels ({wanted[1]})"


def _why(namespace_label: str, pod_label: str) -> str:
    if namespace_label and pod_label:
        return f"Namespace label {namespace_label} matches, and pod label {pod_label} matches"
    if namespace_label:
        everywhere = " (Automatic injection is enabled in all namespaces)."
        return f"Namespace label {namespace_label} matches" + (
            everywhere if _EVERY_NAMESPACE in namespace_label else ""
        )
    return f"Pod label {pod_label} matches" if pod_label else ""


def _matched(selector: Mapping[str, Any] | None, labels: Labels) -> str | None:
    """The label that makes a selector match, empty where none does it; None where the selector does not match."""
    if selector is None:
        return ""
    if not matches(selector, labels):
        return None
    for term in selector.get("matchExpressions") or ():
        if term.get("operator") in ("In", "NotIn") and term.get("key") in labels:
            return f"{term['key']}={labels[term['key']]}"
    return ""


def _preventing(selector: Mapping[str, Any], labels: Labels) -> str:
    """The label of a pod that a selector shuts out."""
    for term in selector.get("matchExpressions") or ():
        key, operator = term.get("key"), term.get("operator")
        refused = operator == "DoesNotExist" or (operator == "NotIn" and labels.get(key) in (term.get("values") or ()))
        if key in labels and refused:
            return f"{key}={labels[key]}"
    return ""


def _wanted(selector: Mapping[str, Any]) -> list[str]:
    return [
        f"{term.get('key')}={value}"
        for term in selector.get("matchExpressions") or ()
        if term.get("operator") == "In"
        for value in term.get("values") or ()
    ]
