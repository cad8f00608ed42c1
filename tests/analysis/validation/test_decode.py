"""Objects decoded as protobuf's JSON decoder does it."""

from __future__ import annotations

from typing import Any

import pytest

from istioctl.analysis.validation.decode import decode
from istioctl.analysis.validation.report import Place, Report
from istioctl.yamldoc.reader import compose_all


def decoded(message: str, text: str) -> tuple[dict[str, Any], list[str]]:
    root = next(compose_all(text)).root
    report = Report(root)
    return decode(root, message, Place(report)), [error.path for error in report.errors]


@pytest.mark.parametrize(
    ("message", "text", "expected"),
    [
        ("OutlierDetection", "{consecutive_5xx_errors: 3}", {"consecutive5xxErrors": 3}),
        ("OutlierDetection", "{max_ejection_percent: 3}", {"maxEjectionPercent": 3}),
        ("WorkloadSelector", "{match_labels: {a: b}, matchLabels: {}}", {"matchLabels": {}}),
        ("WorkloadSelector", "{matchLabels: {a: b}, match_labels: {}}", {"matchLabels": {"a": "b"}}),
        ("PortSelector", "{number: ' 80 '}", {"number": 80}),
        ("PortSelector", "{number: 'null'}", {"number": 0}),
        ("Percent", "{value: '1.5 '}", {"value": 1.5}),
    ],
)
def test_what_istiod_takes(message: str, text: str, expected: dict[str, Any]) -> None:
    assert decoded(message, text) == (expected, [])


@pytest.mark.parametrize(
    ("message", "text", "path"),
    [
        ("OutlierDetection", "{consecutive5xx_errors: 3}", "spec.consecutive5xx_errors"),
        ("Telemetry", "{target_refs: []}", "spec.target_refs"),
        ("Telemetry", "{target_ref: {}}", "spec.target_ref"),
        ("OutlierDetection", "{interval: 10000000h}", "spec.interval"),
        ("PortSelector", "{number: '8 0'}", "spec.number"),
    ],
)
def test_what_istiod_refuses(message: str, text: str, path: str) -> None:
    assert decoded(message, text)[1] == [path]
