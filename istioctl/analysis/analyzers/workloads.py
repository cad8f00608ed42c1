"""Deployments and pods: the Services in front of them, and the user they run as."""

from __future__ import annotations

from istioctl.analysis.analyzers import pods
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api import selectors
from istioctl.api.names import GATEWAY_MANAGED, PROXY, PROXY_USER, WAYPOINT_CONTROLLER
from istioctl.api.pods import containers
from istioctl.api.trees import mapping, mappings, text, texts

_OWN_CONTAINERS = (PROXY, "istio-operator")


def analyze_services(snapshot: Snapshot, findings: Findings) -> None:
    """Deployments behind several Services that disagree about a port."""
    for deployment in snapshot.all("Deployment"):
        is_waypoint = deployment.labels.get(GATEWAY_MANAGED) == WAYPOINT_CONTROLLER
        if not is_waypoint and pods.deployment_in_mesh(deployment, snapshot):
            services = _services_of(deployment, snapshot)
            _protocols(deployment, services, findings)
            _target_ports(deployment, services, findings)


def _services_of(deployment: Resource, snapshot: Snapshot) -> list[Resource]:
    labels = pods.template_labels(deployment)
    found = []
    for service in snapshot.all("Service"):
        wanted = texts(service.spec.get("selector"))
        if wanted and service.namespace == deployment.namespace and selectors.picks(wanted, labels):
            found.append(service)
    return found


def _protocols(deployment: Resource, services: list[Resource], findings: Findings) -> None:
    users: dict[object, dict[str, list[str]]] = {}
    for service in services:
        for port in mappings(service.spec.get("ports")):
            by_protocol = users.setdefault(str(port.get("port")), {})
            by_protocol.setdefault(text(port.get("protocol")) or "TCP", []).append(service.full_name)
    for number, by_protocol in users.items():
        if len(by_protocol) > 1:
            involved = sorted(name for group in by_protocol.values() for name in group)
            report = "DeploymentAssociatedToMultipleServices"
            findings.report(report, deployment, deployment.name, number, _listed(involved), path=("metadata", "name"))


def _target_ports(deployment: Resource, services: list[Resource], findings: Findings) -> None:
    users: dict[str, dict[str, str]] = {}
    for service in services:
        for port in mappings(service.spec.get("ports")):
            target = str(port.get("targetPort") or port.get("port"))
            users.setdefault(target, {})[str(port.get("port"))] = service.full_name
    for target, by_port in users.items():
        if len(by_port) > 1:
            involved, numbers = sorted(by_port.values()), sorted(by_port, key=lambda number: (len(number), number))
            at = ("metadata", "name")
            findings.report(
                "DeploymentConflictingPorts",
                deployment,
                deployment.name,
                _listed(involved),
                target,
                _listed(numbers),
                path=at,
            )


def _listed(values: list[str]) -> str:
    return "[" + " ".join(values) + "]"


def analyze_user_ids(snapshot: Snapshot, findings: Findings) -> None:
    """Applications that run as the sidecar's user, whose traffic is not redirected."""
    for kind in ("Pod", "Deployment"):
        for resource in snapshot.all(kind, derived=False):
            if pods.is_control_plane(resource):
                continue
            spec = resource.spec if kind == "Pod" else mapping(pods.template(resource).get("spec"))
            applications = (c for c in containers(spec) if c.get("name") not in _OWN_CONTAINERS)
            if any(_user(part) == PROXY_USER for part in (spec, *applications)):
                findings.report("InvalidApplicationUID", resource)


def _user(spec: dict[str, object]) -> object:
    return mapping(spec.get("securityContext")).get("runAsUser")
