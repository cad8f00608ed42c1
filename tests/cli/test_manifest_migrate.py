"""`manifest migrate`, `set` and `unset` on a command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from istioctl.yamldoc.reader import load
from tests.support.run import run_cli

OLD = """\
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
spec:
  values:
    global:
      proxy:
        accessLogFile: /dev/stdout # to the log
"""
NEW = """\
apiVersion: install.istio.io/v1alpha1
kind: IstioOperator
spec:
  meshConfig:
    accessLogFile: /dev/stdout # to the log
"""
CLASH = OLD + "  meshConfig:\n    accessLogFile: /dev/null\n"


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.yaml"
    path.write_text(OLD)
    path.chmod(0o640)
    return path


def test_the_file_is_on_stdout_and_the_report_on_stderr(old: Path) -> None:
    done = run_cli("manifest", "migrate", "-f", str(old))
    assert (done.status, done.stdout) == (0, NEW)
    assert done.stderr == (
        f"{old}:7: moved values.global.proxy.accessLogFile: Since Istio 1.7 it is meshConfig.accessLogFile.\n"
        f"{old}: 1 setting of an earlier release\n"
    )
    assert old.read_text() == OLD


def test_stdin_goes_to_stdout() -> None:
    done = run_cli("manifest", "migrate", "-f", "-", stdin=OLD)
    assert (done.status, done.stdout) == (0, NEW)
    assert done.stderr.startswith("<stdin>:7: moved")


def test_it_is_written_where_it_is_wanted(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    assert run_cli("manifest", "migrate", "-f", str(old), "-o", str(new)).stdout == ""
    assert (new.read_text(), old.read_text()) == (NEW, OLD)
    assert run_cli("manifest", "migrate", "-f", str(old), "--in-place").stdout == ""
    assert (old.read_text(), old.stat().st_mode & 0o777) == (NEW, 0o640)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.yaml", "old.yaml"]


def test_the_difference_can_be_shown(old: Path) -> None:
    done = run_cli("manifest", "migrate", "-f", str(old), "--diff")
    assert done.status == 0
    assert done.stdout.startswith(f"--- {old}\n+++ {old}\n@@ -1,7 +1,5 @@\n")
    assert "-        accessLogFile: /dev/stdout # to the log\n" in done.stdout
    assert old.read_text() == OLD


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_difference_is_one_for_patch(old: Path, end: str) -> None:
    text = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec:\n  profile: external"
    old.write_bytes(text.replace("\n", end).encode())
    done = run_cli("manifest", "migrate", "-f", str(old), "--diff")
    changed = "-  profile: external\n\\ No newline at end of file\n+  profile: remote\n\\ No newline at end of file\n"
    assert done.stdout.endswith(f" kind: IstioOperator{end} spec:{end}{changed}")


def test_check_says_by_its_status_whether_there_is_something_to_do(old: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(NEW)
    done = run_cli("manifest", "migrate", "-f", str(old), "-f", str(new), "--check")
    assert (done.status, done.stdout) == (1, "")
    assert f"{new}: nothing to migrate\n" in done.stderr
    assert run_cli("manifest", "migrate", "-f", str(new), "--check").status == 0
    assert run_cli("manifest", "migrate", "-f", str(old), "--dry-run").status == 0


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_the_report_is_one_document(old: Path, form: str) -> None:
    done = run_cli("manifest", "migrate", "-f", str(old), "--check", "--report", form)
    (found,) = json.loads(done.stdout) if form == "json" else load(done.stdout)
    assert found["file"] == str(old)
    assert found["refused"] == []
    assert found["settings"] == [
        {
            "line": 7,
            "verb": "moved",
            "path": "values.global.proxy.accessLogFile",
            "to": "meshConfig.accessLogFile",
            "reason": "Since Istio 1.7 it is meshConfig.accessLogFile.",
        }
    ]


def test_what_has_to_be_decided_stops_all_files(old: Path, tmp_path: Path) -> None:
    clash = tmp_path / "clash.yaml"
    clash.write_text(CLASH)
    done = run_cli("manifest", "migrate", "-f", f"{old},{clash}", "--in-place")
    assert (done.status, done.stdout) == (1, "")
    assert done.stderr.startswith(f"Error: {clash}:7: values.global.proxy.accessLogFile is '/dev/stdout', but")
    assert "Hint: Decide which counts" in done.stderr
    assert (old.read_text(), clash.read_text()) == (OLD, CLASH)


def test_what_is_refused_all_the_same_is_an_error_after_the_file() -> None:
    done = run_cli("manifest", "migrate", "-f", "-", stdin=OLD + "  nonsense: 1\n")
    assert done.status == 1
    assert load(done.stdout)["spec"]["nonsense"] == 1
    assert 'Error: <stdin> (migrated):4: unknown field "nonsense" in spec' in done.stderr


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "no file is given"),
        (["-f", "a", "-o", "b", "--in-place"], "exclude each other"),
        (["-f", "a", "--check", "--in-place"], "exclude each other"),
        (["-f", "-", "--in-place"], "stdin has no place"),
        (["-f", "a", "-f", "b"], "several files"),
        (["-f", "a", "--report", "json"], "can't hold the file and the report"),
    ],
)
def test_flags_that_make_no_sense_together(words: list[str], message: str) -> None:
    done = run_cli("manifest", "migrate", *words)
    assert (done.status, done.stdout) == (64, "")
    assert message in done.stderr


def test_a_missing_file_is_an_error() -> None:
    done = run_cli("manifest", "migrate", "-f", "/no/such/file")
    assert (done.status, done.stdout) == (65, "")
    assert "can't be read" in done.stderr


def test_set_and_unset_rewrite_the_file(old: Path) -> None:
    old.write_text(NEW)
    assert run_cli("manifest", "set", str(old), "profile=demo", "meshConfig.enableTracing=true").status == 0
    assert old.read_text() == NEW.replace("log\n", "log\n    enableTracing: true\n  profile: demo\n")
    assert run_cli("manifest", "unset", str(old), "profile", "meshConfig.enableTracing").status == 0
    assert old.read_text() == NEW


def test_set_and_unset_show_what_they_would_do(old: Path) -> None:
    old.write_text(NEW)
    assert "+  profile: demo" in run_cli("manifest", "set", str(old), "profile=demo", "--diff").stdout
    assert run_cli("manifest", "set", str(old), "profile=demo", "--dry-run").status == 0
    assert old.read_text() == NEW
    done = run_cli("manifest", "unset", "-", "meshConfig", stdin=NEW)
    assert done.stdout == NEW.partition("spec:")[0]


def test_nothing_is_written_where_set_is_refused(old: Path) -> None:
    done = run_cli("manifest", "set", str(old), "profile=demo")
    assert (done.status, done.stdout) == (1, "")
    assert 'unknown field "accessLogFile" in values.global.proxy' in done.stderr
    assert "Set meshConfig.accessLogFile instead" in done.stderr
    assert old.read_text() == OLD
    assert run_cli("manifest", "set", str(old)).status == 64
    assert run_cli("manifest", "unset", str(old), "tag").status == 1
