"""Sidecars and Telemetries: several for the same workload, or none for any."""

from __future__ import annotations

from dataclasses import dataclass

from istioctl.analysis.analyzers import pods
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api import selectors
from istioctl.api.trees import mapping, text


@dataclass(frozen=True, slots=True)
class _Selecting:
    """A kind that selects pods, and the messages about it."""

    kind: str
    selector: str
    labels: str
    conflict: str

    def wanted(self, resource: Resource) -> dict[str, str]:
        found: dict[str, str] = resource.spec.get(self.selector, {}).get(self.labels, {})
        return found


_SIDECARS = _Selecting("Sidecar", "workloadSelector", "labels", "ConflictingSidecarWorkloadSelectors")
_TELEMETRIES = _Selecting("Telemetry", "selector", "matchLabels", "ConflictingTelemetryWorkloadSelectors")


def _by_pod(kind: _Selecting, snapshot: Snapshot, findings: Findings) -> dict[Resource, list[Resource]]:
    """The pods that objects of a kind select; an object that selects none is reported."""
    found: dict[Resource, list[Resource]] = {}
    for resource in snapshot.all(kind.kind):
        wanted = kind.wanted(resource)
        if not wanted or not snapshot.knows("Pod", resource.namespace):
            continue
        own = [
            p for p in snapshot.all("Pod") if p.namespace == resource.namespace and selectors.picks(wanted, p.labels)
        ]
        if not own:
            at = ("spec", kind.selector)
            findings.report("ReferencedResourceNotFound", resource, "selector", selectors.format_equal(wanted), path=at)
        for pod in own:
            found.setdefault(pod, []).append(resource)
    return found


def _names(resources: list[Resource]) -> str:
    return "[" + " ".join(sorted(resource.name for resource in resources)) + "]"


def analyze_sidecars(snapshot: Snapshot, findings: Findings) -> None:
    """Sidecars for the same pods, or without effect."""
    ineffective: dict[Resource, str] = {}
    for pod, resources in _by_pod(_SIDECARS, snapshot, findings).items():
        if pods.pod_is_ambient(pod):
            ineffective |= dict.fromkeys(resources, "the workload is in ambient mode")
        elif len(resources) > 1:
            _report_conflict(_SIDECARS, pod, resources, findings)
    by_namespace: dict[str, list[Resource]] = {}
    for sidecar in snapshot.all("Sidecar"):
        if not _SIDECARS.wanted(sidecar):
            by_namespace.setdefault(sidecar.namespace, []).append(sidecar)
    for namespace, resources in by_namespace.items():
        if pods.namespace_is_ambient(snapshot.find("Namespace", "", namespace)):
            ineffective |= dict.fromkeys(resources, "the namespace is in ambient mode")
        elif len(resources) > 1:
            for resource in resources:
                findings.report("MultipleSidecarsWithoutWorkloadSelectors", resource, _names(resources), namespace)
    for resource, reason in ineffective.items():
        findings.report("IneffectivePolicy", resource, reason)


def _report_conflict(kind: _Selecting, pod: Resource, resources: list[Resource], findings: Findings) -> None:
    for resource in resources:
        at = ("metadata", "name")
        findings.report(kind.conflict, resource, _names(resources), pod.namespace, pod.name, path=at)


def analyze_telemetries(snapshot: Snapshot, findings: Findings) -> None:
    """Telemetries for the same pods."""
    for pod, resources in _by_pod(_TELEMETRIES, snapshot, findings).items():
        if len(resources) > 1:
            _report_conflict(_TELEMETRIES, pod, resources, findings)


def analyze_default_telemetries(snapshot: Snapshot, findings: Findings) -> None:
    """Several Telemetries for a whole namespace."""
    by_namespace: dict[str, list[Resource]] = {}
    for telemetry in snapshot.all("Telemetry"):
        if "selector" not in telemetry.spec:
            by_namespace.setdefault(telemetry.namespace, []).append(telemetry)
    for namespace, resources in by_namespace.items():
        for resource in resources if len(resources) > 1 else ():
            findings.report("MultipleTelemetriesWithoutWorkloadSelectors", resource, _names(resources), namespace)


def analyze_providers(snapshot: Snapshot, findings: Findings) -> None:
    """Access logs that go nowhere."""
    if mapping(snapshot.mesh.get("defaultProviders")).get("accessLogging"):
        return
    for telemetry in snapshot.all("Telemetry"):
        for entry in telemetry.spec.get("accessLogging", []):
            if not entry.get("disabled") and not entry.get("providers"):
                at = ("spec", "accessLogging")
                findings.report("InvalidTelemetryProvider", telemetry, telemetry.name, telemetry.namespace, path=at)


def analyze_lightstep(snapshot: Snapshot, findings: Findings) -> None:
    """Traces that go to the deprecated Lightstep provider."""
    providers = snapshot.mesh.get("extensionProviders")
    names = {
        text(mapping(entry).get("name"))
        for entry in (providers if isinstance(providers, list) else [])
        if mapping(entry).get("lightstep") is not None
    }
    for telemetry in snapshot.all("Telemetry"):
        for i, entry in enumerate(telemetry.spec.get("tracing", [])):
            for j, provider in enumerate(entry.get("providers", [])):
                if provider.get("name") in names:
                    words = f"the Lightstep provider {provider['name']} is deprecated; use an OpenTelemetry provider"
                    findings.report("Deprecated", telemetry, words, path=("spec", "tracing", i, "providers", j, "name"))
