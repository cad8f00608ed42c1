"""`--quiet` leaves the result, the status, errors and warnings as they are."""

from __future__ import annotations

import pytest

from tests.support.run import run_cli

DEFAULT = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"


@pytest.mark.parametrize("flag", ["-q", "--quiet", "--quiet=true"])
def test_remarks_are_left_out(flag: str) -> None:
    said = run_cli("analyze", "--use-kube=false", "-", stdin=DEFAULT)
    quiet = run_cli("analyze", "--use-kube=false", "-", flag, stdin=DEFAULT)

    assert "No problems found" in run_cli("analyze", "--use-kube=false", "-", stdin="").stderr
    assert (quiet.status, quiet.stdout) == (said.status, said.stdout)
    assert quiet.stderr == ""


def test_errors_are_said() -> None:
    said, quiet = (run_cli("analyze", "--use-kube=false", "nowhere.yaml", *flags) for flags in ((), ("-q",)))

    assert quiet.status == said.status != 0
    assert quiet.stderr == "".join(
        line for line in said.stderr.splitlines(keepends=True) if line.startswith(("Error:", "Hint:"))
    )


def test_misuse_is_said() -> None:
    assert run_cli("-q", "analyze", "--nope").stderr.startswith("Error: ")


def test_one_run_does_not_hush_the_next() -> None:
    run_cli("profile", "list", "-q")

    assert run_cli("analyze", "--use-kube=false", "-", stdin="").stderr != ""
