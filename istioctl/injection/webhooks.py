"""Which injection webhook of a cluster a pod falls to, by the labels of the pod and of its namespace.

Rules: Istio's `istioctl/pkg/checkinject/checkinject.go`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from istioctl.api.labels import labels_of
from istioctl.api.names import INJECTION, NAMESPACE_NAME, REVISION
from istioctl.api.selectors import selects
from istioctl.api.webhooks import Labels, has_istio_hook, hooks_of, is_deactivated


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
        if has_istio_hook(configuration):
            name = (configuration.get("metadata") or {}).get("name", "")
            injects, reason = _judge(hooks_of(configuration), pod, namespace)
            found.append(Verdict(str(name), labels_of(configuration).get(REVISION, ""), injects, reason))
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
        elif by_pod is not None and namespace.get(INJECTION, "enabled") != "enabled":
            said = namespace[INJECTION]
            return False, f"Namespace has {INJECTION}={said} label, preventing injection"
    if any(map(is_deactivated, webhooks)):
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
        return f"Namespace label {namespace_label} matches" + (everywhere if NAMESPACE_NAME in namespace_label else "")
    return f"Pod label {pod_label} matches" if pod_label else ""


def _matched(selector: Mapping[str, Any] | None, labels: Labels) -> str | None:
    """The label that makes a selector match, empty where none does it; None where the selector does not match."""
    if selector is None:
        return ""
    if not selects(selector, labels):
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
