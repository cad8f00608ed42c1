"""Istio's own validation as an analyzer: what istiod would refuse, or warn of."""

from __future__ import annotations

from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Snapshot
from istioctl.analysis.validation.objects import Metadata
from istioctl.analysis.validation.report import Place, Report, Severity
from istioctl.analysis.validation.rules import rules_of


def analyze_kind(kind: str, snapshot: Snapshot, findings: Findings) -> None:
    """Check the objects of one kind."""
    for resource in snapshot.all(kind):
        report = Report()
        metadata = Metadata(resource.name, resource.namespace, report)
        rules_of(kind)(resource.spec, metadata, Place(report))
        for problem in report.problems:
            name = problem.code or ("SchemaValidationError" if problem.severity is Severity.ERROR else "SchemaWarning")
            parameters = problem.parameters or (problem.message,)
            findings.report(name, resource, *parameters, path=problem.steps)
