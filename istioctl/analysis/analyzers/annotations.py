"""Istio's annotations on Kubernetes objects: known, in the right place, with a value that means something.

Source: istio `pkg/config/analysis/analyzers/annotations/annotations.go`; what is known of each is `api.annotations`.
"""

from __future__ import annotations

from collections.abc import Iterator

from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.annotations import ANNOTATIONS, value_problem
from istioctl.api.mesh_rules import proxy_config_problem
from istioctl.api.names import INJECT, INTERCEPTION_MODE, PROXY_CONFIG, REVISION, STATUS
from istioctl.api.pods import containers
from istioctl.errors import InputError
from istioctl.yamldoc.reader import load

KINDS = ("Namespace", "Service", "Pod", "Deployment")

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


def analyze_annotations(snapshot: Snapshot, findings: Findings) -> None:
    """Unknown, deprecated, misplaced and bad annotations."""
    for resource, name in _istio_annotations(snapshot):
        at = ("metadata", "annotations", name)
        known = ANNOTATIONS.get(name)
        if known is None:
            findings.report("UnknownAnnotation", resource, name, path=at)
            continue
        if known.deprecated and not (name == INJECT and INJECT in resource.labels):
            instead = f", in favour of the label {INJECT}" if name == INJECT else ""
            findings.report("DeprecatedAnnotation", resource, name, instead, path=at)
        if "Any" in known.kinds:
            continue
        if resource.kind not in known.kinds:
            findings.report("MisplacedAnnotation", resource, name, ", ".join(known.kinds), path=at)
        elif problem := _value_problem(name, resource.annotations[name]):
            findings.report("InvalidAnnotation", resource, name, problem, path=at)


def analyze_alpha(snapshot: Snapshot, findings: Findings) -> None:
    """Annotations of alpha features."""
    for resource, name in _istio_annotations(snapshot):
        known = ANNOTATIONS.get(name)
        is_by_cni = name in _SET_WITH_CNI and resource.kind == "Pod" and _has_cni(resource)
        if known and known.stage == "alpha" and not is_by_cni:
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
        for container in containers({"containers": pod.spec.get("initContainers")})
    )


def _value_problem(name: str, value: str) -> str:
    if name != PROXY_CONFIG:
        return value_problem(name, value)
    try:
        return proxy_config_problem(load(value, "the annotation"))
    except InputError as error:
        return str(error)
