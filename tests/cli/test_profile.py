"""`istioctl profile`."""

from __future__ import annotations

import json

import pytest

from istioctl.yamldoc.reader import load
from tests.support.run import run_cli

HEAD = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\n"


def test_list() -> None:
    done = run_cli("profile", "list")
    assert (done.status, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:3] == ["Istio configuration profiles:", "    ambient", "    default"]
    assert json.loads(run_cli("profile", "list", "-o", "json").stdout)[-1] == "stable"


def test_dump_prints_yaml_that_is_read_back() -> None:
    done = run_cli("profile", "dump", "demo", "--set", "hub=a.b/c")
    assert done.status == 0
    again = run_cli("profile", "dump", "-f", "-", stdin=done.stdout)
    assert again.stdout == done.stdout
    assert load(done.stdout)["spec"]["hub"] == "a.b/c"


def test_dump_formats() -> None:
    flags = run_cli("profile", "dump", "-p", "components.pilot", "-o", "flags", "--show-origin")
    assert flags.stdout == "enabled=true  # default\n"
    data = json.loads(run_cli("profile", "dump", "-p", "components.pilot", "-o", "json", "--show-origin").stdout)
    assert data == {"origins": {"enabled": "default"}, "specification": {"enabled": True}}
    assert run_cli("profile", "dump", "-p", "hub").stdout == "registry.istio.io/release\n"
    assert run_cli("profile", "dump", "-p", "components.pilot", "--show-origin").stdout == "enabled: true  # default\n"


def test_dump_warns_on_stderr() -> None:
    done = run_cli("profile", "dump", "-f", "-", stdin=HEAD + "spec: {meshConfig: {newer: 1}}\n")
    assert done.status == 0
    assert 'unknown field "newer" in meshConfig' in done.stderr


@pytest.mark.parametrize(
    ("args", "status", "message"),
    [
        (["dump", "demo", "-f", "x.yaml"], 64, "exclude each other"),
        (["dump", "-o", "xml"], 64, "unknown output format 'xml'"),
        (["dump", "a", "b"], 64, "unexpected extra argument"),
        (["dump", "nope"], 65, "unknown profile 'nope'"),
        (["dump", "--set", "values.x=1"], 1, 'unknown field "x" in values'),
        (["dump", "-p", "hub", "-o", "flags"], 65, "single value"),
        (["list", "-d", "no/such"], 65, "no folder 'profiles'"),
        (["diff", "demo"], 64, "Missing argument"),
        (["diff", "demo", "nope"], 65, "unknown profile 'nope'"),
    ],
)
def test_misuse(args: list[str], status: int, message: str) -> None:
    done = run_cli("profile", *args)
    assert (done.status, done.stdout) == (status, "")
    assert message in done.stderr


def test_diff_statuses() -> None:
    same = run_cli("profile", "diff", "remote", "external")
    assert (same.status, same.stdout) == (0, "Profiles are identical\n")
    other = run_cli("profile", "diff", "minimal", "demo")
    assert other.status == 1
    assert other.stdout.startswith("The difference between profiles:\n apiVersion: install.istio.io/v1alpha1\n")
    broken = run_cli("profile", "diff", "demo", "-", stdin=HEAD + "spec: {nope: 1}\n")
    assert broken.status == 2
    data = json.loads(run_cli("profile", "diff", "minimal", "demo", "-o", "json").stdout)
    assert data["identical"] is False
    assert {"path": "values.profile", "first": None, "second": "demo"} in data["differences"]
