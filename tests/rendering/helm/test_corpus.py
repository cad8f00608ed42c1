"""Every recorded case of Helm's engine gives what Helm gave."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from istioctl.gotemplate.errors import ExecutionError, ParseError
from istioctl.rendering.helm.capabilities import Capabilities
from istioctl.rendering.helm.chart import Chart, chart_of
from istioctl.rendering.helm.dependencies import resolve_dependencies
from istioctl.rendering.helm.engine import render_templates
from istioctl.rendering.helm.template_data import capabilities_value, release_value
from istioctl.rendering.helm.values import coalesce
from tests.support.corpus import corpus_dir
from tests.support.typed_data import typed

GROUPS = """
    helm-builtins helm-coalesce helm-files helm-fromyaml helm-idioms helm-include helm-json-toml helm-required-fail
    helm-subcharts helm-toyaml helm-tpl helm-values-typing
"""
_API_VERSIONS = "v1 apps/v1 batch/v1 networking.k8s.io/v1 policy/v1 autoscaling/v2 rbac.authorization.k8s.io/v1"


@pytest.fixture(autouse=True)
def _recorded_environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


def cases() -> Iterator[object]:
    folder = corpus_dir("corpus-gotemplate")
    for group in GROUPS.split():
        for line in (folder / f"{group}.jsonl").read_text("utf-8").splitlines():
            case = json.loads(line)
            yield pytest.param(case, id=case["id"])


def as_values(data: Any) -> Any:
    """Recorded JSON as chart values: numbers are floats, `$t` marks other types."""
    if isinstance(data, dict):
        if set(data) == {"$t", "v"}:
            return typed(data["$t"], data["v"])
        return {key: as_values(value) for key, value in data.items()}
    if isinstance(data, list):
        return [as_values(item) for item in data]
    return float(data) if type(data) is int else data


def files_of(data: dict[str, Any], templates: dict[str, str], name: str, metadata: dict[str, Any]) -> dict[str, bytes]:
    said = {"apiVersion": "v2", "name": name, "version": "0.1.0"} | metadata
    files = {"Chart.yaml": json.dumps(said).encode()}
    files |= {path: text.encode() for path, text in ((data.get("Files") or {}) | templates).items()}
    for sub, inner in (data.get("Subcharts") or {}).items():
        below = files_of(inner, inner.get("templates") or {}, sub, inner.get("Chart") or {})
        files |= {f"charts/{sub}/{path}": content for path, content in below.items()}
    return files


def set_values(chart: Chart, data: dict[str, Any]) -> None:
    chart.values = as_values(data.get("Values") or {})
    for sub in chart.charts:
        set_values(sub, data["Subcharts"][sub.name])


def render(case: dict[str, Any]) -> str:
    data = case["data"] or {}
    metadata = data["Chart"] if data.get("Chart") else {"appVersion": "1.2.3", "description": "a demo"}
    chart = chart_of(files_of(data, case["templates"], "demo", metadata), "demo")
    set_values(chart, data)
    user = as_values(data.get("UserValues") or {})
    resolve_dependencies(chart, user)
    release = {"Name": "rel", "Namespace": "ns1", "Revision": 1, "IsUpgrade": False} | (data.get("Release") or {})
    said = data.get("Capabilities") or {}
    version = said.get("KubeVersion", "v1.30.0")
    major, minor = version.removeprefix("v").split(".")[:2]
    capabilities = Capabilities(version, major, minor, tuple(said.get("APIVersions", _API_VERSIONS.split())))
    shared = {
        "Release": release_value(
            release["Name"], release["Namespace"], revision=release["Revision"], upgrade=release["IsUpgrade"]
        ),
        "Capabilities": capabilities_value(capabilities),
    }
    strict = bool((case.get("options") or {}).get("strict"))
    return render_templates(chart, coalesce(chart, user), shared, strict=strict)[f"demo/{case['entry']}"]


def outcome(case: dict[str, Any]) -> tuple[str, str]:
    try:
        return "want", render(case)
    except ExecutionError as error:
        return error.category, str(error)
    except ParseError as error:
        return "parse", str(error)


@pytest.mark.conformance
@pytest.mark.parametrize("case", list(cases()))
def test_case(case: dict[str, Any]) -> None:
    kind, text = outcome(case)
    if "error" in case:
        category, _, part = case["error"].partition(": ")
        assert (kind, part in text) == (category, True), text
        assert (case.get("error_full") or part) in text
    elif "match" in case:
        assert kind == "want", text
        assert re.fullmatch(case["match"], text, re.DOTALL)
    else:
        assert (kind, text) == ("want", case["want"])
