"""What istiod and the Gateway API say about objects in their status."""

from __future__ import annotations

from typing import Any

from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.trees import mapping, mappings, text

_GATEWAY_API = ("Accepted", "Programmed", "ResolvedRefs")
#: The conditions of each kind that are bad news when they are False.
_WANTED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("Service", "ServiceEntry", "WorkloadEntry"), ("istio.io/WaypointBound",)),
    "AuthorizationPolicy": ("ZtunnelAccepted", "WaypointAccepted"),
    **dict.fromkeys(("KubernetesGateway", "HTTPRoute", "GRPCRoute"), _GATEWAY_API),
}


def analyze_conditions(snapshot: Snapshot, findings: Findings) -> None:
    """Conditions that say that an object does not work."""
    for kind, wanted in _WANTED.items():
        for resource in snapshot.all(kind):
            for condition in _conditions(resource):
                name, reason = text(condition.get("type")), text(condition.get("reason"))
                is_partly_bad = (
                    kind == "AuthorizationPolicy" and name == "WaypointAccepted" and reason == "PartiallyInvalid"
                )
                if (name in wanted and condition.get("status") == "False") or is_partly_bad:
                    message = text(condition.get("message"))
                    findings.report("NegativeConditionStatus", resource, name, reason, message, path=("status",))


def _conditions(resource: Resource) -> list[dict[str, Any]]:
    status = mapping(resource.data.get("status"))
    if resource.kind in ("HTTPRoute", "GRPCRoute"):
        return [
            condition for parent in mappings(status.get("parents")) for condition in mappings(parent.get("conditions"))
        ]
    return mappings(status.get("conditions"))
