"""The labels by which an installation's objects are found again, and selectors over labels."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from istioctl.errors import InputError

REVISION = "istio.io/rev"
TAG = "istio.io/tag"
INJECTION = "istio-injection"
NETWORK = "topology.istio.io/network"
COMPONENT = "operator.istio.io/component"
MANAGED = "operator.istio.io/managed"
VERSION = "operator.istio.io/version"
OWNER_NAME = "install.operator.istio.io/owning-resource"
OWNER_NAMESPACE = "install.operator.istio.io/owning-resource-namespace"
OWNER_NOT_PRUNED = "install.operator.istio.io/owning-resource-not-pruned"

_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")


def is_dns_label(text: str) -> bool:
    """Whether `text` is an RFC 1123 label: what revisions, tags and namespaces have to be."""
    return bool(_DNS_LABEL.match(text))


def owner_labels(
    *, namespace: str, revision: str, version: str, component: str | None = None, name: str = ""
) -> dict[str, str]:
    """The labels that mark an object as a part of one installation (upstream `install.go`, `getOwnerLabels`).

    Args:
        namespace, name: of the specification (`metadata` of the IstioOperator); left out where empty.
        revision: of the control plane; empty means `default`.
        version: of the program that installs.
        component: such as `Pilot`; without it the labels that all components of the installation share.
    """
    labels = {MANAGED: "Reconcile", VERSION: version, REVISION: revision or "default"}
    if name:
        labels[OWNER_NAME] = name
    if namespace:
        labels[OWNER_NAMESPACE] = namespace
    if component:
        labels[COMPONENT] = component
    return labels


def labels_of(obj: Mapping[str, Any]) -> dict[str, str]:
    """The labels of an object given as plain data."""
    metadata = obj.get("metadata") or {}
    return dict(metadata.get("labels") or {})


def format_equal(labels: Mapping[str, str]) -> str:
    """The selector text that asks for all of `labels`, such as `app=istiod,istio.io/rev=default`."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def matches(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Whether a LabelSelector (`matchLabels`, `matchExpressions`) selects an object with `labels`.

    A missing selector selects nothing, an empty one everything.

    Raises:
        InputError: an expression has an operator that Kubernetes does not know.
    """
    if selector is None:
        return False
    wanted: Mapping[str, str] = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_holds(expression, labels) for expression in selector.get("matchExpressions") or [])


def _holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    key, operator, values = str(expression.get("key")), expression.get("operator"), expression.get("values") or []
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    raise InputError(f"unknown operator {operator!r} in a label selector", where=key)
