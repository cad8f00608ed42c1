"""The order in which objects are applied and removed."""

from __future__ import annotations

from enum import IntEnum


class Wave(IntEnum):
    """Objects of one wave may be applied at the same time; each wave needs the ones before it."""

    FOUNDATION = 0
    """Namespaces and custom resource definitions: without them others can't be created."""
    CONFIGURATION = 1
    """Accounts, roles, configuration, services, webhooks: what pods need when they start."""
    WORKLOADS = 2
    """What starts pods, and what scales or protects them."""


_FOUNDATION = frozenset({"Namespace", "CustomResourceDefinition"})
_WORKLOADS = frozenset(
    {
        "CronJob",
        "DaemonSet",
        "Deployment",
        "HorizontalPodAutoscaler",
        "Job",
        "Pod",
        "PodDisruptionBudget",
        "ReplicaSet",
        "StatefulSet",
    }
)


def wave_of(kind: str) -> Wave:
    """The wave of a kind."""
    if kind in _FOUNDATION:
        return Wave.FOUNDATION
    return Wave.WORKLOADS if kind in _WORKLOADS else Wave.CONFIGURATION


NAMESPACED_REMOVALS: tuple[tuple[str, str], ...] = (
    ("apps/v1", "Deployment"),
    ("apps/v1", "DaemonSet"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("v1", "Pod"),
    ("v1", "Secret"),
    ("v1", "ServiceAccount"),
    ("rbac.authorization.k8s.io/v1", "RoleBinding"),
    ("rbac.authorization.k8s.io/v1", "Role"),
    ("policy/v1", "PodDisruptionBudget"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("networking.istio.io/v1alpha3", "EnvoyFilter"),
)
"""Kinds in namespaces that an installation holds, first removed first (`operator/pkg/uninstall/prune.go` upstream)."""

CLUSTER_REMOVALS: tuple[tuple[str, str], ...] = (
    ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
)
"""Cluster-wide kinds of an installation, first removed first."""

PURGE_REMOVALS: tuple[tuple[str, str], ...] = (
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("k8s.cni.cncf.io/v1", "NetworkAttachmentDefinition"),
)
"""What only a purge removes, because other installations and users' own objects need it."""
