"""The way in: checks one Istio object."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from istioctl.analysis.validation.decode import Spec, decode_data
from istioctl.analysis.validation.report import Place, Report, Severity
from istioctl.analysis.validation.rules import rules_of
from istioctl.api.schema.catalog import find_kind
from istioctl.api.trees import mapping, text, texts
from istioctl.golang import strconv

if TYPE_CHECKING:
    from istioctl.api.schema.catalog import Kind
    from istioctl.yamldoc.reader import Node

_TOP_FIELDS = ("apiVersion", "kind", "metadata", "spec", "status")
_DRY_RUN = "istio.io/dry-run"
#: Annotations that istiod refuses: it sets them itself, or they say that it shall refuse.
_FORBIDDEN = (
    "internal.istio.io/webhook-always-reject",
    "internal.istio.io/parent-namespace",
    "internal.istio.io/parents",
)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What a check may ask about an object besides its spec."""

    name: str
    namespace: str
    report: Report
    labels: dict[str, str] = field(default_factory=dict)
    annotations: dict[str, str] = field(default_factory=dict)

    def place(self, *steps: str) -> Place:
        """The place of a metadata field."""
        return Place(self.report, ("metadata", *steps))


def istio_kind(api_version: object, kind: object) -> Kind | None:
    """The Istio kind of an object; None for everything else."""
    if not isinstance(api_version, str) or not isinstance(kind, str):
        return None
    group, _, version = api_version.rpartition("/")
    return find_kind(group, version, kind)


def check_object(
    root: Node, data: dict[str, Any], kind: Kind, *, namespace: str = "default", offset: int = 0
) -> Report:
    """Check an object of an Istio kind.

    Args:
        root: the object's node, for places.
        data: the object.
        namespace: the namespace of an object that names none.
        offset: lines of the file before the text that `root` was read from.
    """
    report = Report(root, offset)
    spec = decode_data(data.get("spec"), kind.message, Place(report))
    for name in data:
        if name not in _TOP_FIELDS:
            report.add(Severity.ERROR, (name,), f'unknown field "{name}"')
    metadata = _metadata(mapping(data.get("metadata")), namespace, report)
    if not report.errors and _annotations(spec, kind, metadata):
        rules_of(kind.name)(spec, metadata, Place(report))
    _limits(data.get("spec"), kind, report)
    return report


def _limits(spec: object, kind: Kind, report: Report) -> None:
    """Warn where the API server would refuse what istiod takes."""
    from istioctl.analysis.validation.limits import broken_limits

    known = {problem.steps for problem in report.errors}
    for path, message in broken_limits(spec, kind):
        if path not in known:
            Place(report, path).warn(f"the API server refuses this: {message}")


def _metadata(data: dict[str, Any], namespace: str, report: Report) -> Metadata:
    return Metadata(
        text(data.get("name")),
        text(data.get("namespace")) or namespace,
        report,
        texts(data.get("labels")),
        texts(data.get("annotations")),
    )


def _annotations(spec: Spec, kind: Kind, metadata: Metadata) -> bool:
    """Check the annotations that rule an object out; whether it is worth looking further."""
    at, before = metadata.place("annotations"), len(metadata.report.errors)
    if _DRY_RUN in metadata.annotations:
        value, action = metadata.annotations[_DRY_RUN], spec.get("action", "ALLOW")
        if kind.name != "AuthorizationPolicy":
            (at / _DRY_RUN).error("is for AuthorizationPolicies only", "Remove the annotation.")
        elif action not in ("ALLOW", "DENY"):
            (at / _DRY_RUN).error(f"works with actions ALLOW and DENY only, and this is {action}")
        elif not strconv.is_bool(value):
            (at / _DRY_RUN).error(f'"{value}" is neither true nor false')
    for name in _FORBIDDEN:
        if name in metadata.annotations:
            (at / name).error("must not be set by users", "Remove the annotation.")
    return len(metadata.report.errors) == before
