"""The table of analyzers."""

from __future__ import annotations

import pytest

from istioctl.analysis.analyzers.registry import ANALYZERS, Analyzer, chosen
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import FOREIGN, Snapshot
from istioctl.api.schema.catalog import kinds


@pytest.mark.parametrize("analyzer", ANALYZERS, ids=lambda analyzer: analyzer.name)
def test_each_runs_on_nothing(analyzer: Analyzer) -> None:
    findings = Findings()
    analyzer.run(Snapshot({}, {}), findings)
    assert findings.items == []


@pytest.mark.parametrize("analyzer", ANALYZERS, ids=lambda analyzer: analyzer.name)
def test_inputs_are_kinds(analyzer: Analyzer) -> None:
    assert analyzer.inputs
    assert set(analyzer.inputs) <= {*FOREIGN.values(), *kinds()}


def test_choice() -> None:
    assert [analyzer.name for analyzer in chosen(("webhook.Analyzer", "x"))] == ["webhook.Analyzer"]
    assert chosen(()) == chosen(("x",)) == ANALYZERS
