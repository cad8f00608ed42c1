"""The labels by which an installation's objects are found again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from istioctl.api.names import DEFAULT_REVISION, REVISION
from istioctl.patterns import lazy_pattern

COMPONENT = "operator.istio.io/component"
MANAGED = "operator.istio.io/managed"
VERSION = "operator.istio.io/version"
OWNER_NAME = "install.operator.istio.io/owning-resource"
OWNER_NAMESPACE = "install.operator.istio.io/owning-resource-namespace"
OWNER_NOT_PRUNED = "install.operator.istio.io/owning-resource-not-pruned"

_DNS_LABEL = lazy_pattern(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?\Z")


def is_dns_label(text: str) -> bool:
    """Whether `text` is an RFC 1123 label: what revisions, tags and namespaces have to be."""
    return bool(_DNS_LABEL.match(text))


def revision_suffix(revision: str) -> str:
    """What the names of a control plane's objects end in, by its revision; empty for the default one."""
    return "" if revision in ("", DEFAULT_REVISION) else f"-{revision}"


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
    labels = {MANAGED: "Reconcile", VERSION: version, REVISION: revision or DEFAULT_REVISION}
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


def annotations_of(obj: Mapping[str, Any]) -> dict[str, str]:
    """The annotations of an object given as plain data."""
    metadata = obj.get("metadata") or {}
    return dict(metadata.get("annotations") or {})
