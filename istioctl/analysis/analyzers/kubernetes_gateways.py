"""The Kubernetes Gateway API: policies that miss its gateways, and CRDs that are too old."""

from __future__ import annotations

import re

from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Snapshot
from istioctl.api import selectors
from istioctl.api.names import GATEWAY_NAME
from istioctl.patterns import lazy_pattern

_POLICIES = ("AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin")
_BUNDLE_VERSION = "gateway.networking.k8s.io/bundle-version"
#: The bundle version from which on istiod processes the objects of a CRD (istio `pkg/config/schema/gatewayapi`).
_MINIMUM = {
    "grpcroutes.gateway.networking.k8s.io": (1, 1, 0),
    "backendtlspolicies.gateway.networking.k8s.io": (1, 4, 0),
    "tlsroutes.gateway.networking.k8s.io": (1, 5, 0),
}
#: A version, whose minor and patch numbers may be missing (github.com/Masterminds/semver).
_WORDS = r"[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*"
_VERSION = lazy_pattern(rf"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?((?:-{_WORDS})?(?:\+{_WORDS})?)", re.ASCII)


def analyze_selectors(snapshot: Snapshot, findings: Findings) -> None:
    """Policies that pick a gateway's pods by labels, where only a target reference works."""
    gateways = [pod for pod in snapshot.all("Pod") if GATEWAY_NAME in pod.labels]
    for kind in _POLICIES:
        for policy in snapshot.all(kind):
            if "targetRef" in policy.spec or "selector" not in policy.spec:
                continue
            wanted = policy.spec["selector"].get("matchLabels", {})
            for pod in gateways:
                if pod.namespace == policy.namespace and selectors.picks(wanted, pod.labels):
                    findings.report("IneffectiveSelector", policy, pod.labels[GATEWAY_NAME], path=("spec", "selector"))


def analyze_crd_versions(snapshot: Snapshot, findings: Findings) -> None:
    """CRDs of the Gateway API that istiod ignores for their age."""
    for crd in snapshot.all("CustomResourceDefinition"):
        version = _VERSION.fullmatch(crd.annotations.get(_BUNDLE_VERSION, ""))
        minimum = _MINIMUM.get(crd.name)
        if version is None or minimum is None:
            continue
        *numbers, suffix = version.groups()
        installed = tuple(int(number or 0) for number in numbers)
        if installed < minimum:
            given, wanted = ".".join(map(str, installed)) + suffix, ".".join(map(str, minimum))
            at = ("metadata", "annotations", _BUNDLE_VERSION)
            findings.report("GatewayAPICRDVersionBelowMinimum", crd, crd.name, given, wanted, path=at)
