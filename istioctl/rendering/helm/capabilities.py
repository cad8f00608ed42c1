"""What a chart may ask about the cluster and Helm: `.Capabilities`."""

from __future__ import annotations

from dataclasses import dataclass

from istioctl.errors import InputError
from istioctl.patterns import lazy_pattern

#: The Kubernetes version that Helm 3.21 assumes without a cluster.
DEFAULT_KUBE_VERSION = "v1.35.0"
HELM_VERSION = "v3.21.0"

#: The API versions that Helm 3.21 assumes without a cluster (those of its client library).
DEFAULT_API_VERSIONS = (
    "v1",
    "admissionregistration.k8s.io/v1",
    "admissionregistration.k8s.io/v1alpha1",
    "admissionregistration.k8s.io/v1beta1",
    "internal.apiserver.k8s.io/v1alpha1",
    "apps/v1",
    "apps/v1beta1",
    "apps/v1beta2",
    "authentication.k8s.io/v1",
    "authentication.k8s.io/v1alpha1",
    "authentication.k8s.io/v1beta1",
    "authorization.k8s.io/v1",
    "authorization.k8s.io/v1beta1",
    "autoscaling/v1",
    "autoscaling/v2",
    "autoscaling/v2beta1",
    "autoscaling/v2beta2",
    "batch/v1",
    "batch/v1beta1",
    "certificates.k8s.io/v1",
    "certificates.k8s.io/v1beta1",
    "certificates.k8s.io/v1alpha1",
    "coordination.k8s.io/v1alpha2",
    "coordination.k8s.io/v1beta1",
    "coordination.k8s.io/v1",
    "discovery.k8s.io/v1",
    "discovery.k8s.io/v1beta1",
    "events.k8s.io/v1",
    "events.k8s.io/v1beta1",
    "extensions/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1",
    "flowcontrol.apiserver.k8s.io/v1beta1",
    "flowcontrol.apiserver.k8s.io/v1beta2",
    "flowcontrol.apiserver.k8s.io/v1beta3",
    "networking.k8s.io/v1",
    "networking.k8s.io/v1beta1",
    "node.k8s.io/v1",
    "node.k8s.io/v1alpha1",
    "node.k8s.io/v1beta1",
    "policy/v1",
    "policy/v1beta1",
    "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1",
    "rbac.authorization.k8s.io/v1alpha1",
    "resource.k8s.io/v1",
    "resource.k8s.io/v1beta2",
    "resource.k8s.io/v1beta1",
    "resource.k8s.io/v1alpha3",
    "scheduling.k8s.io/v1alpha1",
    "scheduling.k8s.io/v1beta1",
    "scheduling.k8s.io/v1",
    "storage.k8s.io/v1beta1",
    "storage.k8s.io/v1",
    "storage.k8s.io/v1alpha1",
    "storagemigration.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1beta1",
    "apiextensions.k8s.io/v1",
)

_VERSION = lazy_pattern(r"\s*v?([0-9]+)((?:\.[0-9]+)+)?([-+].*)?\s*\Z")


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What is assumed of the cluster.

    Attributes:
        kube_version: such as `v1.30.0`.
        major, minor: its first two parts.
        api_versions: such as `apps/v1`; a kind may follow (`apps/v1/Deployment`) where someone says so.
    """

    kube_version: str
    major: str
    minor: str
    api_versions: tuple[str, ...]


def capabilities_of(
    kube_version: str | None, more_api_versions: tuple[str, ...] = (), *, exact: bool = False
) -> Capabilities:
    """The capabilities for a Kubernetes version, with further API versions.

    Args:
        kube_version: such as `1.30`; Helm's own assumption if None.
        more_api_versions: beside those that Helm assumes.
        exact: keep the version as it is spelled, as a cluster gives it, instead of its three numbers.

    Raises:
        InputError: the version is none.
    """
    found = _VERSION.match(kube_version or DEFAULT_KUBE_VERSION)
    if found is None or not found[2]:
        raise InputError(f"invalid Kubernetes version {kube_version!r}", hint="Write it as in 1.30.0.")
    parts = [found[1], *found[2].strip(".").split(".")]
    parts += ["0"] * (3 - len(parts))
    numbers = [str(int(part)) for part in parts]
    version = "v" + ".".join(numbers)
    if exact and kube_version:
        version = kube_version
    return Capabilities(version, numbers[0], numbers[1], DEFAULT_API_VERSIONS + more_api_versions)
