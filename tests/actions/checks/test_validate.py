"""Validating files, folders and streams."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl import workers
from istioctl.actions.checks.validate import FileReport, ValidateOptions, validate
from istioctl.errors import InputError

GOOD = "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: a}\nspec: {egress: [{hosts: ['*/*']}]}\n"
BAD = GOOD.replace("egress", "egres")
CONFIG_MAP = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: b}\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: s}\nspec:\n  ports:\n  - {name: %s, port: 80}\n"


def run(*inputs: str, stdin: str = "") -> list[FileReport]:
    def fetch(url: str) -> str:
        if url.endswith("missing"):
            raise InputError("cannot get it: 404", where=url)
        return GOOD

    return list(validate(ValidateOptions(inputs), stdin=lambda: stdin, fetch=fetch))


def one(text: str) -> FileReport:
    (report,) = run("-", stdin=text)
    return report


def test_each_object_gets_a_verdict() -> None:
    report = one(f"{GOOD}---\n{CONFIG_MAP}---\n{BAD}")
    assert [(v.line, v.is_valid) for v in report.verdicts] == [(1, True), (11, False)]
    assert report.verdicts[1].problems[0].line == 14
    assert report.skipped == {"ConfigMap": 1}


def test_services_and_deployments_are_checked() -> None:
    assert one(SERVICE % "http-web").passed == {"Service": 1}
    (verdict,) = one(SERVICE % "web").verdicts
    assert verdict.problems[0].path == "spec.ports[0].name"
    (verdict,) = one("apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d}\nspec: {}\n").verdicts
    assert verdict.is_valid
    assert len(verdict.problems) == 2


def test_lists_are_looked_into() -> None:
    indented = "\n".join("  " + line for line in BAD.splitlines())
    report = one(f"apiVersion: v1\nkind: List\nitems:\n-{indented[1:]}\n")
    assert [(v.kind, v.is_valid) for v in report.verdicts] == [("Sidecar", False)]


def test_a_version_that_is_not_served_is_warned_of() -> None:
    (verdict,) = one(GOOD.replace("/v1", "/v9")).verdicts
    assert verdict.is_valid
    assert "v1alpha3" in verdict.problems[0].hint


def test_operators_are_checked() -> None:
    text = "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec: {%s}\n"
    assert one(text % "profile: demo").verdicts[0].is_valid
    assert not one(text % "profiles: demo").verdicts[0].is_valid


@pytest.mark.parametrize(
    ("text", "message", "where"),
    [
        ("a: [", "bad YAML", "-:"),
        (f"{GOOD}---\na: {{\n", "bad YAML", "-:"),
        ("- a\n", "mapping", "-:1"),
        (f"{CONFIG_MAP}data: {{}}\n", '"data" is there twice', "-:5:1"),
        (f"{GOOD}---\n{CONFIG_MAP}data: {{}}\n", "twice", "-:10:1"),
    ],
)
def test_documents_that_cannot_be_read(text: str, message: str, where: str) -> None:
    (failure,) = one(text).failures
    assert message in failure.message
    assert (failure.where or "").startswith(where)


def test_sources_of_manifests_are_told_apart(tmp_path: Path) -> None:
    (failure,) = one("a: {{ .Values.x }}\n").failures
    assert "helm template" in (failure.hint or "")
    (tmp_path / "kustomization.yaml").write_text("resources: [a.yaml]\n")
    (report,) = run(str(tmp_path))
    assert "kubectl kustomize" in report.notes[0]


def test_folders_are_searched(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    for name in ("b.yaml", "a.json", "sub/c.yml", "skip.txt"):
        (tmp_path / name).write_text(GOOD)
    assert [Path(report.source).name for report in run(str(tmp_path))] == ["a.json", "b.yaml", "c.yml"]
    assert [len(report.verdicts) for report in run(str(tmp_path / "skip.txt"))] == [1]


def test_inputs_that_cannot_be_opened(tmp_path: Path) -> None:
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\xfa")
    reports = run("nowhere.yaml", str(tmp_path / "x.yaml"), "http://a/missing", "a\0b")
    assert all(len(report.failures) == 1 for report in reports)


def test_urls_are_fetched() -> None:
    assert run("https://a/b.yaml")[0].verdicts[0].is_valid


def test_addresses_that_end_in_colons_need_no_quotes() -> None:
    head = "apiVersion: networking.istio.io/v1\nkind: ServiceEntry\nmetadata: {name: a}\n"
    text = head + "spec:\n  hosts: [a]\n  addresses: [1::]\n"
    assert one(text).verdicts[0].is_valid


@pytest.mark.parametrize("value", ["2x", "''", "3", "true", "[]", "{}", "'*'", "99999999999h"])
@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("VirtualService", "{hosts: [a.com], http: [{route: [{destination: {host: a}}], timeout: VALUE}]}"),
        ("VirtualService", "{hosts: [a.com], http: [{route: [{destination: {host: a, port: {number: VALUE}}}]}]}"),
        ("DestinationRule", "{host: a.com, trafficPolicy: {connectionPool: {tcp: {connectTimeout: VALUE}}}}"),
        ("DestinationRule", "{host: a.com, trafficPolicy: {outlierDetection: {interval: VALUE}}}"),
        ("ServiceEntry", "{hosts: [a.com], ports: [{number: VALUE, name: http, protocol: HTTP}], resolution: DNS}"),
    ],
)
def test_a_wrong_value_is_a_problem_of_its_object_with_its_place(kind: str, spec: str, value: str) -> None:
    text = f"apiVersion: networking.istio.io/v1\nkind: {kind}\nmetadata: {{name: a}}\nspec: {spec}\n"
    report = one(text.replace("VALUE", value))
    assert not report.failures
    (verdict,) = report.verdicts
    if verdict.is_valid:
        assert value == "3"
    assert {problem.line for problem in verdict.problems} <= {4}


DOCUMENTS = [
    GOOD, BAD, CONFIG_MAP, SERVICE % "http-web", SERVICE % "web", GOOD.replace("/v1", "/v9"),
    "a: [\n", "--- a\n", "kind: Pod\nkind: Pod\n", "- a\n", "", "# nothing\n", "a: 1\n...\nb: 2\n",
    "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata:\n  name: v\nspec:\n  hosts: [a]\n  http:\n"
    "  - route:\n    - destination:\n        host: a\n      weight: 300\n",
    "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata:\n  name: d\nspec:\n  host: a\n  host: b\n",
    "apiVersion: v1\nkind: List\nitems:\n- kind: Sidecar\n  apiVersion: networking.istio.io/v1\n  spec: {egres: x}\n",
    "apiVersion: install.istio.io/v1alpha1\nkind: IstioOperator\nspec:\n  profil: demo\n",
]  # fmt: skip


@given(st.sampled_from(DOCUMENTS))
def test_a_document_behind_another_is_judged_as_it_is_alone(text: str) -> None:
    alone, behind = one(text), one(f"{CONFIG_MAP}---\n{text}")
    lines = CONFIG_MAP.count("\n") + 1

    def placed(report: FileReport, by: int) -> list[object]:
        return [
            (
                verdict.kind,
                verdict.line - by,
                [(p.line - by if p.line else 0, p.column, p.message) for p in verdict.problems],
            )
            for verdict in report.verdicts
        ]

    assert placed(behind, lines) == placed(alone, 0)
    assert [failure.message for failure in behind.failures] == [failure.message for failure in alone.failures]
    assert behind.passed == alone.passed
    assert behind.skipped == alone.skipped + Counter({"ConfigMap": 1})


def test_several_processes_find_what_one_finds_in_the_same_order(monkeypatch: pytest.MonkeyPatch) -> None:
    text = "---\n".join(DOCUMENTS[number % len(DOCUMENTS)] for number in range(200))
    alone = one(text)
    forks = []
    fork = os.fork
    monkeypatch.setattr(os, "fork", lambda: forks.append(fork()) or forks[-1])
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1}, raising=False)
    monkeypatch.setattr(workers, "LONG_STREAM", 1000)
    monkeypatch.setattr(workers, "_BATCH", 500)
    monkeypatch.setattr(workers, "_has_threads", lambda: False)

    together = one(text)

    assert len(forks) == 2
    assert together.verdicts == alone.verdicts
    assert list(together.skipped.items()) == list(alone.skipped.items())
    assert together.passed == alone.passed
    assert together.notes == alone.notes
    assert [(each.where, each.message, each.hint, each.id) for each in together.failures] == [
        (each.where, each.message, each.hint, each.id) for each in alone.failures
    ]
