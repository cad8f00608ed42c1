"""What the make of a cluster means for an installation: its provider, and the network plug-in it runs.

Rules: upstream `operator/pkg/render/manifest.go` (clusterSpecificSettings) and
`operator/pkg/apis/validation/validation.go` (detectCniIncompatibility).
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from istioctl.cluster.errors import ApiError

if TYPE_CHECKING:
    from istioctl.rendering.specification.build import SpecificationInputs

_FELIX = (
    "/apis/projectcalico.org/v3/felixconfigurations/default",
    "/apis/crd.projectcalico.org/v1/felixconfigurations/default",  # without Calico's own API server
)
_CILIUM = "/api/v1/namespaces/kube-system/configmaps/cilium-config"
_GKE = {
    "components": {"cni": {"namespace": "kube-system"}},
    "values": {"global": {"platform": "gke"}, "cni": {"resourceQuotas": {"enabled": False}}},
}


class Finder(Protocol):
    """What is asked: a session."""

    def find(self, path: str) -> dict[str, Any] | None:
        """The object at a path; None where there is none."""


def with_detected(inputs: SpecificationInputs, kubernetes: str) -> SpecificationInputs:
    """The inputs with what the server's version says about the platform, unless `AUTO_GKE_DETECTION` is false.

    Args:
        kubernetes: the server's version, such as `v1.31.2-gke.1`.
    """
    switched_off = os.environ.get("AUTO_GKE_DETECTION", "").lower() in ("0", "f", "false")
    return inputs._replace(detected=_GKE) if "-gke" in kubernetes and not switched_off else inputs


def network_warnings(session: Finder, spec: Mapping[str, Any]) -> list[str]:
    """What to change in the settings of Calico or Cilium before Istio works beside them, one sentence each.

    Args:
        spec: the `spec` of the installation.
    """
    return [*_about_calico(session), *_about_cilium(session, _enabled(spec, "cni"), _enabled(spec, "ztunnel"))]


def _about_calico(session: Finder) -> Iterator[str]:
    settings = next((found for path in _FELIX if (found := _settings(session, path, "spec"))), {})
    balancing = settings.get("bpfConnectTimeLoadBalancing", "Disabled")
    if balancing != "Disabled":
        yield _wrong("Calico", f"bpfConnectTimeLoadBalancing={balancing}", "bpfConnectTimeLoadBalancing=Disabled")
    if settings.get("bpfConnectTimeLoadBalancingEnabled") is True:
        enabled = "bpfConnectTimeLoadBalancingEnabled"
        yield _wrong("Calico", f"{enabled}=true", f"{enabled}=false")


def _about_cilium(session: Finder, cni: bool, ztunnel: bool) -> Iterator[str]:
    settings = _settings(session, _CILIUM, "data")
    only_host = settings.get("bpf-lb-sock-hostns-only") == "true"
    if cni and settings.get("cni-exclusive") == "true":  # it would overwrite the CNI configuration time and again
        yield _wrong("Cilium", "cni-exclusive=true", "cni-exclusive=false")
    if ztunnel and settings.get("enable-bpf-masquerade") == "true":
        yield _wrong("Cilium", "enable-bpf-masquerade=true", "enable-bpf-masquerade=false", " in ambient mode")
    if settings.get("bpf-lb-sock") == "true" and not only_host:
        yield _wrong("Cilium", "bpf-lb-sock=true", "bpf-lb-sock-hostns-only=true")
    if settings.get("kube-proxy-replacement") == "strict" and not only_host:
        yield _wrong("Cilium", "kube-proxy-replacement=strict", "bpf-lb-sock-hostns-only=true")


def _wrong(plugin: str, found: str, needed: str, when: str = "") -> str:
    return f"detected {plugin} CNI with '{found}'; Istio needs '{needed}' in the {plugin} configuration{when}"


def _settings(session: Finder, path: str, part: str) -> Mapping[str, Any]:
    """One part of an object; empty where it does not exist or may not be read."""
    try:
        found = (session.find(path) or {}).get(part)
    except ApiError:
        return {}
    return found if isinstance(found, Mapping) else {}


def _enabled(spec: Mapping[str, Any], component: str) -> bool:
    components = spec.get("components")
    of = components.get(component) if isinstance(components, Mapping) else None
    return isinstance(of, Mapping) and of.get("enabled") is True
