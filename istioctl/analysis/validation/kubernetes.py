"""Services and Deployments: what Istio asks of Kubernetes' own objects.

Source: istio `istioctl/pkg/validate/validate.go`, canonical names from `pkg/kube/labels`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from istioctl.analysis.validation import protocols
from istioctl.analysis.validation.report import Place, Report
from istioctl.api.names import APP_NAME, APP_VERSION, CANONICAL_NAME, CANONICAL_REVISION
from istioctl.api.trees import listing, lookup
from istioctl.api.unrendered import patch_or_template

if TYPE_CHECKING:
    from istioctl.yamldoc.reader import Node

KINDS = ("Service", "Deployment")

_REQUIREMENTS = "See https://istio.io/latest/docs/ops/deployment/application-requirements/"
_SELECTION = "See https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/"
NAME_LABELS = (CANONICAL_NAME, APP_NAME, "app")
REVISION_LABELS = (CANONICAL_REVISION, APP_VERSION, "version")


def check_service(data: dict[str, Any], place: Place) -> None:
    """The ports of a Service: each declares its protocol by its name or by appProtocol."""
    spec = data.get("spec")
    if not isinstance(spec, dict):
        place.error("the spec is missing")
        return
    for i, port in enumerate(listing(spec.get("ports"))):
        at = place / "ports" / i
        if not isinstance(port, dict):
            at.error("must be a mapping")
            continue
        if str(port.get("protocol", "")).upper() == "UDP":
            continue
        declared, name = port.get("appProtocol"), port.get("name")
        if declared is not None:
            if not isinstance(declared, str) or not protocols.parse(declared):
                (at / "appProtocol").error(f'"{declared}" is not a protocol Istio knows', _SELECTION)
        elif not isinstance(name, str):
            at.error("the port has no name, so its protocol is not declared", _REQUIREMENTS)
        elif not protocols.of_port_name(name):
            (at / "name").error(f'"{name}" does not start with a protocol, as http-web does', _REQUIREMENTS)


def check_deployment(data: dict[str, Any], place: Place) -> None:
    """The pod labels of a Deployment: telemetry takes a workload's name and version from them."""
    if reason := patch_or_template(data, lookup(data, "spec", "template", "spec")):
        place.warn(reason)
        return
    labels: Any = data
    for field in ("spec", "template", "metadata", "labels"):
        labels = labels.get(field) if isinstance(labels, dict) else None
    at = place / "template" / "metadata" / "labels"
    if not isinstance(labels or {}, dict):
        at.error("must be a mapping")
        return
    for name, value in (labels or {}).items():
        if not isinstance(value, str):
            (at / name).error("must be text", "Quote it.")
    for wanted, what in ((NAME_LABELS, "name"), (REVISION_LABELS, "version")):
        if not any(label in (labels or {}) for label in wanted):
            at.warn(f"the pods have no label for the workload's {what}: {' or '.join(wanted[1:])}", _REQUIREMENTS)


def check_kubernetes(kind: str, data: dict[str, Any], root: Node | None, offset: int = 0) -> Report:
    """Check a Service or Deployment, from its data; `root` gives places."""
    report = Report(root, offset)
    (check_service if kind == "Service" else check_deployment)(data, Place(report))
    return report
