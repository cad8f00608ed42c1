"""`istioctl validate`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.support.run import run_cli

GOOD = "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: a}\nspec: {egress: [{hosts: ['*/*']}]}\n"
BAD = GOOD.replace("egress:", "egres:")


def test_text_names_places_and_hints() -> None:
    done = run_cli("validate", "-f", "-", stdin=BAD)
    assert (done.status, done.stderr) == (1, "")
    assert done.stdout.splitlines()[0] == "-:1: Sidecar a: invalid"
    assert "-:4:8: error: spec.egres: unknown field" in done.stdout
    assert "    Hint: Did you mean egress?" in done.stdout
    assert done.stdout.splitlines()[-1] == "1 invalid"


def test_all_is_well() -> None:
    done = run_cli("v", "-f", "-", stdin=f"{GOOD}---\napiVersion: v1\nkind: Pod\n")
    assert (done.status, done.stdout.splitlines()[-1]) == (0, "1 valid; 1 skipped (1 Pod)")


def test_json() -> None:
    done = run_cli("validate", "-f", "-", "-o", "json", stdin=BAD)
    report = json.loads(done.stdout)
    assert (done.status, report["invalid"]) == (1, 1)
    assert report["files"][0]["objects"][0]["problems"][0]["line"] == 4


def test_files_by_comma(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / name).write_text(GOOD)
    assert run_cli("validate", "-f", f"{tmp_path}/a,{tmp_path}/b").stdout.splitlines()[-1] == "2 valid"


def test_nothing_to_check_is_wrong_usage() -> None:
    assert run_cli("validate").status == 64
    assert run_cli("validate", "x").status == 64


def test_unreadable_input() -> None:
    assert run_cli("validate", "-f", "nowhere.yaml").status == 65
    assert run_cli("validate", "-f", "-", stdin="a: [").status == 65
