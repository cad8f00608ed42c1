"""EnvoyFilters: patches whose place or operation has no lasting effect."""

from __future__ import annotations

from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.analysis.validation.decode import Spec
from istioctl.api.schema.paths import Path
from istioctl.api.trees import mapping

_WITHOUT_ADDING = ("ROUTE_CONFIGURATION", "HTTP_ROUTE")
_REPLACEABLE = ("NETWORK_FILTER", "HTTP_FILTER", "VIRTUAL_HOST")


def analyze_patches(snapshot: Snapshot, findings: Findings) -> None:
    """Operations that do not go with what they are applied to, and relative ones without a priority."""
    versioned: set[tuple[str, str]] = set()
    for envoy_filter in snapshot.all("EnvoyFilter"):
        for i, entry in enumerate(envoy_filter.spec.get("configPatches", [])):
            if "patch" not in entry:
                break
            name = _patched(entry)
            _check(envoy_filter, entry, ("spec", "configPatches", i, "patch"), name in versioned, findings)
            if entry.get("match", {}).get("proxy", {}).get("proxyVersion"):
                versioned.add(name)


def _patched(entry: Spec) -> tuple[str, str]:
    """What a patch is about: the filter it adds or the filter it matches, which upstream never takes for the same."""
    value = entry["patch"].get("value")
    if value and "name" in mapping(value):
        return "value", str(mapping(value)["name"])
    listener = entry.get("match", {}).get("listener", {}) if value else {}
    return "match", listener.get("filterChain", {}).get("filter", {}).get("name", "")


def _check(envoy_filter: Resource, entry: Spec, at: Path, is_versioned: bool, findings: Findings) -> None:
    operation, applies_to = entry["patch"].get("operation", "INVALID"), entry.get("applyTo", "INVALID")
    wrong = {
        "ADD": applies_to in _WITHOUT_ADDING,
        "REMOVE": applies_to in _WITHOUT_ADDING,
        "REPLACE": applies_to not in _REPLACEABLE,
    }
    if wrong.get(operation):
        findings.report(f"EnvoyFilterUses{operation.capitalize()}OperationIncorrectly", envoy_filter, path=at)
    elif operation in ("REMOVE", "REPLACE", "INSERT_BEFORE", "INSERT_AFTER") and not envoy_filter.spec.get("priority"):
        suffix = "WithProxyVersion" if is_versioned else ""
        findings.report(f"EnvoyFilterUsesRelativeOperation{suffix}", envoy_filter, path=at)
