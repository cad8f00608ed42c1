"""What Istio asks of Kubernetes' own objects."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.analysis.validation.kubernetes import check_kubernetes
from istioctl.analysis.validation.report import Severity


def problems(labels: Any) -> list[tuple[Severity, str]]:
    data = {"spec": {"template": {"metadata": {"labels": labels}}}}
    return [(problem.severity, problem.path) for problem in check_kubernetes("Deployment", data, None).problems]


LABELS = "spec.template.metadata.labels"


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({"app": "a", "version": "v1"}, []),
        ({"app": "a"}, [(Severity.WARNING, LABELS)]),
        (None, [(Severity.WARNING, LABELS)] * 2),
        ({"app": 1, "version": "v1"}, [(Severity.ERROR, f"{LABELS}.app")]),
        ("x", [(Severity.ERROR, LABELS)]),
    ],
)
def test_labels_of_pods(labels: Any, expected: list[tuple[Severity, str]]) -> None:
    assert problems(labels) == expected
