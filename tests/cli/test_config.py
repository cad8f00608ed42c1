"""`istioctl experimental config list`, and old spellings of commands."""

from __future__ import annotations

import json

import pytest

from istioctl.cli.line.commands import ROOT
from istioctl.cli.line.find import function_of
from tests.support.run import run_cli

CONFIG = ("experimental", "config", "list")


@pytest.fixture(autouse=True)
def _no_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KUBECONFIG", "ISTIOCTL_KUBECONFIG", "ISTIOCTL_CONTEXT", "ISTIOCTL_NAMESPACE"):
        monkeypatch.delenv(name, raising=False)


def settings(*argv: str) -> dict[str, tuple[str, str]]:
    done = run_cli(*CONFIG, *argv, "-o", "json")
    assert done.status == 0, done.stderr
    return {row["flag"]: (row["value"], row["source"]) for row in json.loads(done.stdout)}


def test_defaults() -> None:
    found = settings()

    assert found["istioNamespace"] == ("istio-system", "default")
    assert found["kubeclient-timeout"] == ("15s", "default")
    assert found["kubeconfig"] == ("", "default")


def test_the_environment_wins_over_defaults_and_flags_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ISTIOCTL_CONTEXT", "home")
    monkeypatch.setenv("ISTIOCTL_NAMESPACE", "shop")
    monkeypatch.setenv("ISTIOCTL_KUBECLIENT_TIMEOUT", "1m30s")

    found = settings("-n", "shop", "--as-group=a", "--as-group=b")

    assert found["context"] == ("home", "environment ISTIOCTL_CONTEXT")
    assert found["namespace"] == ("shop", "flag")
    assert found["kubeclient-timeout"] == ("90s", "environment ISTIOCTL_KUBECLIENT_TIMEOUT")
    assert found["as-group"] == ("a,b", "flag")


def test_kubectls_variable_counts_unless_there_is_a_better_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KUBECONFIG", "/one")
    assert settings()["kubeconfig"] == ("/one", "environment KUBECONFIG")
    monkeypatch.setenv("ISTIOCTL_KUBECONFIG", "/two")
    assert settings()["kubeconfig"] == ("/two", "environment ISTIOCTL_KUBECONFIG")
    assert settings("--kubeconfig", "/three")["kubeconfig"] == ("/three", "flag")


def test_a_line_that_typer_reads_says_the_same() -> None:
    assert settings("-nshop")["namespace"] == ("shop", "flag")


def test_as_a_table() -> None:
    done = run_cli("-n", "shop", *CONFIG)
    lines = done.stdout.splitlines()

    assert lines[0].split() == ["FLAG", "VALUE", "FROM"]
    assert ["namespace", "shop", "flag"] in [line.split() for line in lines]


def test_old_spellings_work_and_say_the_new_one() -> None:
    done = run_cli("x", "version", "--remote=false")

    assert (done.status, done.stdout) == (0, "client version: 1.30.3\n")
    assert done.stderr == "Warning: `istioctl experimental version` is now `istioctl version`\n"
    assert "uninstall" not in run_cli("experimental", "--help").stdout


def test_old_spellings_are_the_same_commands() -> None:
    for name, command in ROOT.commands["experimental"].commands.items():
        if command.replaced_by:
            assert function_of(command) is function_of(ROOT.commands[name])
