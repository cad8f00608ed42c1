"""One meaning for each exit status, and one status for each kind of failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from istioctl.cli.screen.exit_status import MEANINGS, ExitStatus, exit_status_of, trouble_of
from istioctl.errors import (
    ClusterError,
    ErrorGroup,
    InputError,
    InternalError,
    IstioctlError,
    OutputError,
    SpecError,
    TemplateError,
    UsageError,
)
from tests.support.run import run_cli

EXAMPLES = Path(__file__).parents[3] / "docs" / "examples"
NOWHERE = """\
apiVersion: v1
kind: Config
current-context: away
contexts: [{name: away, context: {cluster: away, user: me}}]
clusters: [{name: away, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: me, user: {token: x}}]
"""


@pytest.mark.parametrize(
    ("error", "status", "of_a_comparison"),
    [
        (UsageError("x"), 64, 64),
        (InputError("x"), 65, 65),
        (SpecError("x"), 1, 2),
        (ClusterError("x"), 1, 2),
        (TemplateError("x"), 1, 2),
        (OutputError("x"), 1, 2),
        (InternalError("x"), 1, 2),
        (ErrorGroup([InputError("x"), ClusterError("y")]), 65, 65),
    ],
)
def test_statuses_of_errors(error: IstioctlError, status: int, of_a_comparison: int) -> None:
    assert (exit_status_of(error), trouble_of(error)) == (status, of_a_comparison)


def test_every_status_has_its_meaning() -> None:
    assert list(MEANINGS) == sorted({status for name, status in vars(ExitStatus).items() if name.isupper()})


@pytest.mark.parametrize("command", [["diff"], ["proxy-config", "diff", "a.b", "c.d"]])
def test_a_comparison_that_fails_is_no_difference(command: list[str], tmp_path: Path) -> None:
    kubeconfig = tmp_path / "config"
    kubeconfig.write_text(NOWHERE, encoding="utf-8")
    away = run_cli(*command, "--kubeconfig", str(kubeconfig), "--kubeclient-timeout", "1s")
    unreadable = run_cli(*command, "--kubeconfig", str(tmp_path / "none"))

    assert (away.status, away.stdout) == (2, "")
    assert (unreadable.status, unreadable.stdout) == (65, "")


def test_files_are_compared_likewise(tmp_path: Path) -> None:
    lost = str(tmp_path / "nowhere")

    assert run_cli("manifest", "diff", lost, lost).status == 65
    assert run_cli("profile", "diff", lost, "demo").status == 65
    assert run_cli("proxy-config", "diff", "-f", lost, "-f", lost).status == 65
    assert run_cli("proxy-config", "diff", "-f", lost).status == 64


@pytest.mark.parametrize(
    "words",
    [
        ["profile", "diff", "default", "default"],
        ["manifest", "diff", f"{EXAMPLES}/shop.yaml", f"{EXAMPLES}/shop.yaml"],
        ["proxy-config", "diff", "-f", f"{EXAMPLES}/envoy.json", "-f", f"{EXAMPLES}/envoy.json"],
    ],
)
def test_nor_is_a_result_that_can_not_be_printed(words: list[str]) -> None:
    failed = run_cli(*words, "-o", "jsonpath={@[7]}")

    assert run_cli(*words).status == 0
    assert (failed.status, failed.stdout) == (2, "")
