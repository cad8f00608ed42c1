"""Istio's annotations on Kubernetes objects: known, in the right place, with a value that means something.

Sources: istio.io/api `annotation/annotations.yaml`, value rules from istio `pkg/kube/inject/validate.go`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from istioctl.analysis.analyzers import pods
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.analysis.validation import names, proxy_settings
from istioctl.api import quantities
from istioctl.api.names import INJECT, INTERCEPTION_MODE, PROXY_CONFIG, REVISION, STATUS
from istioctl.golang import strconv

KINDS = ("Namespace", "Service", "Pod", "Deployment")

#: The kinds each annotation goes on. `~` before a name marks a deprecated one; `beta`, `stable`: not an alpha feature.
_TABLE = """
~alpha.istio.io/canonical-serviceaccounts Service
~alpha.istio.io/kubernetes-serviceaccounts Service
ambient.istio.io/bypass-inbound-capture Pod
ambient.istio.io/dns-capture Pod
ambient.istio.io/redirection Pod beta
ambient.istio.io/waypoint-inbound-binding GatewayClass,Gateway
galley.istio.io/analyze-suppress Any
gateway.istio.io/controller-version Any
gateway.istio.io/name-override Gateway
gateway.istio.io/service-account Gateway
inject.istio.io/templates Pod
istio.io/autoRegistrationGroup WorkloadEntry
istio.io/connectedAt WorkloadEntry
istio.io/disconnectedAt WorkloadEntry
istio.io/dry-run AuthorizationPolicy
istio.io/reroute-virtual-interfaces Pod
istio.io/rev Pod
istio.io/workloadController WorkloadEntry
kubernetes.io/ingress.class Ingress stable
networking.istio.io/exportTo Service
networking.istio.io/service-type Gateway
networking.istio.io/traffic-distribution Namespace,Service,ServiceEntry
prometheus.istio.io/merge-metrics Pod
proxy.istio.io/config Pod beta
proxy.istio.io/overrides Pod
readiness.status.sidecar.istio.io/applicationPorts Pod
readiness.status.sidecar.istio.io/failureThreshold Pod
readiness.status.sidecar.istio.io/initialDelaySeconds Pod
readiness.status.sidecar.istio.io/periodSeconds Pod
sidecar.istio.io/agentLogLevel Pod
sidecar.istio.io/bootstrapOverride Pod
sidecar.istio.io/componentLogLevel Pod
~sidecar.istio.io/discoveryAddress Pod
~sidecar.istio.io/extraStatTags Pod
~sidecar.istio.io/inject Pod beta
sidecar.istio.io/interceptionMode Pod
sidecar.istio.io/logLevel Pod
sidecar.istio.io/nativeSidecar Pod
sidecar.istio.io/proxyCPU Pod
sidecar.istio.io/proxyCPULimit Pod
sidecar.istio.io/proxyImage Pod
sidecar.istio.io/proxyImageType Pod
sidecar.istio.io/proxyMemory Pod
sidecar.istio.io/proxyMemoryLimit Pod
sidecar.istio.io/rewriteAppHTTPProbers Pod
~sidecar.istio.io/statsCompression Pod
sidecar.istio.io/statsEvictionInterval Pod
sidecar.istio.io/statsFlushInterval Pod
sidecar.istio.io/statsHistogramBins Pod
sidecar.istio.io/statsHistogramBuckets Pod
~sidecar.istio.io/statsInclusionPrefixes Pod
~sidecar.istio.io/statsInclusionRegexps Pod
~sidecar.istio.io/statsInclusionSuffixes Pod
sidecar.istio.io/status Pod
sidecar.istio.io/userVolume Pod
sidecar.istio.io/userVolumeMount Pod
status.sidecar.istio.io/port Pod
topology.istio.io/controlPlaneClusters Namespace
traffic.istio.io/nodeSelector Service stable
traffic.sidecar.istio.io/excludeInboundPorts Pod
traffic.sidecar.istio.io/excludeInterfaces Pod
traffic.sidecar.istio.io/excludeOutboundIPRanges Pod
traffic.sidecar.istio.io/excludeOutboundPorts Pod
traffic.sidecar.istio.io/includeInboundPorts Pod
traffic.sidecar.istio.io/includeOutboundIPRanges Pod
traffic.sidecar.istio.io/includeOutboundPorts Pod
~traffic.sidecar.istio.io/kubevirtInterfaces Pod
"""
_ROWS = [line.split() for line in _TABLE.split("\n") if line]
ATTACHED_TO = {row[0].lstrip("~"): tuple(row[1].split(",")) for row in _ROWS}
_DEPRECATED = frozenset(row[0][1:] for row in _ROWS if row[0].startswith("~"))
_ALPHA = frozenset(row[0].lstrip("~") for row in _ROWS if len(row) == 2)
#: Set by Istio itself.
_IGNORED = frozenset((STATUS, "gateway.istio.io/controller-version", REVISION))
#: Set by Istio itself where the CNI plugin redirects traffic.
_SET_WITH_CNI = frozenset(
    (
        INTERCEPTION_MODE,
        "traffic.sidecar.istio.io/includeInboundPorts",
        "traffic.sidecar.istio.io/excludeInboundPorts",
        "traffic.sidecar.istio.io/includeOutboundIPRanges",
    )
)
_INTERFACE = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]{0,14}\Z")


def analyze_annotations(snapshot: Snapshot, findings: Findings) -> None:
    """Unknown, deprecated, misplaced and bad annotations."""
    for resource, name in _istio_annotations(snapshot):
        at = ("metadata", "annotations", name)
        if name not in ATTACHED_TO:
            findings.report("UnknownAnnotation", resource, name, path=at)
            continue
        if name in _DEPRECATED and not (name == INJECT and INJECT in resource.labels):
            instead = f", in favour of the label {INJECT}" if name == INJECT else ""
            findings.report("DeprecatedAnnotation", resource, name, instead, path=at)
        kinds = ATTACHED_TO[name]
        if "Any" in kinds:
            continue
        if resource.kind not in kinds:
            findings.report("MisplacedAnnotation", resource, name, ", ".join(kinds), path=at)
        elif problem := value_problem(name, resource.annotations[name]):
            findings.report("InvalidAnnotation", resource, name, problem, path=at)


def analyze_alpha(snapshot: Snapshot, findings: Findings) -> None:
    """Annotations of alpha features."""
    for resource, name in _istio_annotations(snapshot):
        if name in _ALPHA and not (name in _SET_WITH_CNI and resource.kind == "Pod" and _has_cni(resource)):
            findings.report("AlphaAnnotation", resource, name, path=("metadata", "annotations", name))


def _istio_annotations(snapshot: Snapshot) -> Iterator[tuple[Resource, str]]:
    for kind in KINDS:
        for resource in snapshot.all(kind, derived=False):
            for name in resource.annotations:
                if name not in _IGNORED and (
                    name.partition("/")[0].endswith("istio.io") or name == "kubernetes.io/ingress.class"
                ):
                    yield resource, name


def _has_cni(pod: Resource) -> bool:
    return all(
        container.get("name") != "istio-init"
        for container in pods.containers({"containers": pod.spec.get("initContainers")})
    )


def value_problem(name: str, value: str) -> str:
    """What is wrong with the value of an annotation; empty where it is in order, or not checked."""
    check = _VALUES.get(name)
    return check(value) if check else ""


def _interception(value: str) -> str:
    return "" if value in ("REDIRECT", "TPROXY", "NONE") else f'"{value}" is none of REDIRECT, TPROXY and NONE'


def _whole(value: str) -> str:
    return "" if value.isascii() and value.isdecimal() and int(value) < 1 << 32 else f'"{value}" is no whole number'


def _port(value: str) -> str:
    digits = value.strip()
    return "" if digits.isascii() and digits.isdecimal() and int(digits) < 1 << 16 else f'"{value}" is no port number'


def _ports(value: str) -> str:
    parts = value.strip().split(",") if value.strip() else []
    return next((problem for part in parts if (problem := _port(part))), "")


def _ports_or_all(value: str) -> str:
    return "" if value == "*" else _ports(value)


def _networks(value: str) -> str:
    parts = value.split(",") if value else []
    return next((f'"{part}" is no CIDR block' for part in parts if not names.is_network(part)), "")


def _networks_or_all(value: str) -> str:
    return "" if value == "*" else _networks(value)


def _interfaces(value: str) -> str:
    parts = [part.strip() for part in value.split(",")] if value else []
    return next((f'"{part}" is no name of an interface' for part in parts if not _INTERFACE.match(part)), "")


def _boolean(value: str) -> str:
    return "" if strconv.is_bool(value) else f'"{value}" is neither true nor false'


def _quantity(value: str) -> str:
    try:
        quantities.parse(value)
    except ValueError as error:
        return str(error)
    return ""


_VALUES: dict[str, Callable[[str], str]] = {
    INTERCEPTION_MODE: _interception,
    "status.sidecar.istio.io/port": _port,
    "readiness.status.sidecar.istio.io/initialDelaySeconds": _whole,
    "readiness.status.sidecar.istio.io/periodSeconds": _whole,
    "readiness.status.sidecar.istio.io/failureThreshold": _whole,
    "traffic.sidecar.istio.io/includeOutboundIPRanges": _networks_or_all,
    "traffic.sidecar.istio.io/excludeOutboundIPRanges": _networks,
    "traffic.sidecar.istio.io/includeInboundPorts": _ports_or_all,
    "traffic.sidecar.istio.io/excludeInboundPorts": _ports,
    "traffic.sidecar.istio.io/excludeOutboundPorts": _ports,
    "traffic.sidecar.istio.io/excludeInterfaces": _interfaces,
    "traffic.sidecar.istio.io/kubevirtInterfaces": _interfaces,
    "istio.io/reroute-virtual-interfaces": _interfaces,
    "prometheus.istio.io/merge-metrics": _boolean,
    PROXY_CONFIG: proxy_settings.problem,
    "sidecar.istio.io/proxyCPU": _quantity,
    "sidecar.istio.io/proxyMemory": _quantity,
    "sidecar.istio.io/proxyCPULimit": _quantity,
    "sidecar.istio.io/proxyMemoryLimit": _quantity,
}
