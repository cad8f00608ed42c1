"""Istio's annotations: one judgement of their values, by whoever asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.analysis.analyzers.annotations import analyze_alpha, analyze_annotations
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.annotations import ANNOTATIONS, value_problem, value_problems
from istioctl.errors import InputError
from istioctl.injection.pod_annotations import check

_TRAFFIC = "traffic.sidecar.istio.io/"
CASES = {
    "sidecar.istio.io/interceptionMode": (["REDIRECT", "TPROXY", "NONE"], ["redirect", ""]),
    "status.sidecar.istio.io/port": (
        ["0", "65535", " 80 ", "00080"],
        ["65536", "-1", "x", "", "+1", "８０", "9" * 5000],
    ),
    "readiness.status.sidecar.istio.io/periodSeconds": (["0", "4294967295"], ["-1", "4294967296", " 1", "1.5", ""]),
    _TRAFFIC + "includeOutboundIPRanges": (["*", "", "10.0.0.0/8,::/0"], ["10.0.0.0", "10.0.0.0/33", "a/8", "*,*"]),
    _TRAFFIC + "excludeOutboundIPRanges": (["", "1.2.3.4/32"], ["*", "1.2.3.4/032", "1.2.3.4/32,"]),
    _TRAFFIC + "includeInboundPorts": (["*", "", "80, 90"], ["80,", "http"]),
    _TRAFFIC + "excludeInboundPorts": (["", "80"], ["*"]),
    _TRAFFIC + "excludeInterfaces": (["", "eth0, net-1.x"], ["0eth", "a/b", "x" * 16, "a,,b"]),
    "istio.io/reroute-virtual-interfaces": (["net1"], ["1net"]),
    "prometheus.istio.io/merge-metrics": (["true", "F", "1"], ["yes", ""]),
    "sidecar.istio.io/proxyCPU": (["100m", "0.5"], ["lots", "1\n", ""]),
    "proxy.istio.io/config": (["", "{concurrency: 1}"], ["[1]", "statusPort: 0", "concurrency: [1]", "{"]),
}
VALUES = [(name, value, bad) for name, lists in CASES.items() for bad, values in enumerate(lists) for value in values]


@pytest.mark.parametrize(("name", "value", "bad"), VALUES)
def test_injection_and_analysis_judge_alike(name: str, value: str, bad: int) -> None:
    findings = Findings()
    snapshot = Snapshot({}, {})
    snapshot.add(Resource("Pod", "p", "n", {}, {}, annotations={name: value}))
    analyze_annotations(snapshot, findings)
    assert [finding.message.name for finding in findings.items if finding.message.name == "InvalidAnnotation"] == (
        ["InvalidAnnotation"] * bad
    )
    if bad:
        with pytest.raises(InputError, match="annotation"):
            check({name: value})
    else:
        check({name: value})


def test_all_wrong_values_are_named_at_once_and_foreign_names_pass() -> None:
    with pytest.raises(InputError) as caught:
        check({"status.sidecar.istio.io/port": "x", "sidecar.istio.io/proxyCPU": "y", "other": "z"})
    assert "status.sidecar.istio.io/port" in caught.value.message
    assert "sidecar.istio.io/proxyCPU" in caught.value.message


@given(st.sampled_from(sorted(ANNOTATIONS)), st.text())
def test_every_text_gets_a_verdict(name: str, value: str) -> None:
    problem = value_problem(name, value)
    assert value_problems({name: value, "other": value}) == ({name: problem} if problem else {})


def test_the_stage_decides_who_is_alpha() -> None:
    for name, known in ANNOTATIONS.items():
        findings = Findings()
        snapshot = Snapshot({}, {})
        snapshot.add(
            Resource("Pod", "p", "n", {"initContainers": [{"name": "istio-init"}]}, {}, annotations={name: ""})
        )
        analyze_alpha(snapshot, findings)
        ignored = name in ("sidecar.istio.io/status", "gateway.istio.io/controller-version", "istio.io/rev")
        assert bool(findings.items) is (known.stage == "alpha" and not ignored), name
