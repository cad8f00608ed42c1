"""`istioctl addons` as far as no cluster is needed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.run import run_cli


def test_list() -> None:
    done = run_cli("addons", "list")
    assert done.status == 0
    assert done.stdout.splitlines()[0].split() == ["ADDON", "VERSION", "PURPOSE"]
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == [
        "prometheus", "loki", "jaeger", "zipkin", "grafana", "kiali",
    ]  # fmt: skip


def test_settings_from_files_and_flags(tmp_path: Path) -> None:
    file = tmp_path / "addons.yaml"
    file.write_text("addons:\n  loki: {version: '9.1'}\n  zipkin: {version: '9.1'}\n")
    flags = ("--set", "addons.zipkin.version=9.10", "--set", "common.registry=mirror.example.com")
    done = run_cli("addons", "list", "-f", "-", "-f", str(file), *flags, "-o", "json", stdin="loki: {version: '1'}")
    images = {addon["name"]: addon["images"] for addon in json.loads(done.stdout)}
    assert images["loki"] == ["mirror.example.com/grafana/loki:9.1"]
    assert images["zipkin"] == ["mirror.example.com/openzipkin/zipkin-slim:9.10"]


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["list", "--set", "loki.sise=1"], "there is no setting 'addons.loki.sise'"),
        (["list", "--set", "loki"], "'loki' has no value"),
        (["list", "--set", "addons=1"], "--set addons=1: it names no setting"),
        (["list", "-f", "nothing-here.yaml"], "nothing-here.yaml: the file can't be read"),
        (["install", "graphana"], "there is no add-on 'graphana'"),
        (["status", "graphana"], "there is no add-on 'graphana'"),
        (["uninstall", "graphana", "-y"], "there is no add-on 'graphana'"),
        (["uninstall", "grafana"], "there is nobody to ask: Remove grafana?"),
    ],
)
def test_what_is_refused_before_any_cluster_is_asked(argv: list[str], message: str) -> None:
    done = run_cli("addons", *argv, "--kubeconfig", "/nowhere")
    assert done.status != 0
    assert done.stdout == ""
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_that_is_no_mapping() -> None:
    done = run_cli("addons", "list", "-f", "-", stdin="[grafana]")
    assert "-: add-on settings are a mapping" in done.stderr
