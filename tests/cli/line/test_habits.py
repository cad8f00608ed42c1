"""Words typed out of habit are answered with those to type."""

from __future__ import annotations

import pytest

from tests.support.run import run_cli


@pytest.mark.parametrize(
    ("argv", "hint"),
    [
        (["install", "--profile", "demo"], "istioctl install --set profile=demo"),
        (["install", "--profile=demo"], "istioctl install --set profile=demo"),
        (["manifest", "generate", "--profile", "demo"], "istioctl manifest generate --set profile=demo"),
        (["upgrade", "--profile"], "istioctl upgrade --set profile=NAME"),
        (["validate", "app.yaml"], "istioctl validate -f app.yaml"),
        (["install", "--profil"], "--help"),
        (["version", "x"], "istioctl version --help"),
    ],
)
def test_hints(argv: list[str], hint: str) -> None:
    done = run_cli(*argv)
    assert done.status == 64
    assert done.stdout == ""
    assert hint in done.stderr


def test_analyze_is_found_below_experimental() -> None:
    done = run_cli("experimental", "analyze", "--use-kube=false", "-", stdin="")
    assert done.status == 0
    assert "is now `istioctl analyze`" in done.stderr
