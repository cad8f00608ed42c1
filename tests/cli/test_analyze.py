"""`istioctl analyze`."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest

from istioctl.yamldoc.reader import load
from tests.support.run import Done, run_cli

ROUTE = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web]
  gateways: [front]
  http:
  - route: [{destination: {host: web}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: old, namespace: shop}
spec: {ports: [{port: 70, name: p}]}
"""
FORMATS = ("log", "json", "yaml", "sarif", "junit")


def analyze(*flags: str, text: str = ROUTE) -> Done:
    return run_cli("analyze", "--use-kube=false", "-A", *flags, "-", stdin=text)


def test_log() -> None:
    done = analyze("--output-threshold", "Error")
    finding, advice = done.stdout.splitlines()
    assert finding == 'Error [IST0101] (VirtualService shop/web -:6) the gateway "front" does not exist'
    assert advice.endswith(" See https://istio.io/latest/docs/reference/config/analysis/ist0101/")
    assert (done.status, done.stderr) == (79, "")


@pytest.mark.parametrize("form", FORMATS)
def test_the_status_is_the_same_in_each_format(form: str) -> None:
    assert analyze("-o", form).status == 79
    assert analyze("-o", form, "--failure-threshold", "error", "--output-threshold", "Error").status == 79
    silent = analyze("-o", form, "-S", "IST0101=*")
    assert silent.status == 0
    assert analyze("-o", form, "-S", "IST0101=*", "--failure-threshold", "Info").status == 79


def test_json_and_yaml_are_the_same_data() -> None:
    found = json.loads(analyze("-o", "json").stdout)
    assert load(analyze("-o", "yaml").stdout) == found
    assert {key: found[0][key] for key in ("code", "level", "origin", "reference", "path")} == {
        "code": "IST0101",
        "level": "Error",
        "origin": "VirtualService shop/web",
        "reference": "-:6",
        "path": "spec.gateways[0]",
    }


def test_sarif(tmp_path: Path) -> None:
    path = tmp_path / "a b.yaml"
    path.write_text(ROUTE)
    [run] = json.loads(run_cli("analyze", "-k=false", "-A", str(path), "-o", "sarif").stdout)["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
    result = run["results"][0]
    assert (result["ruleId"], result["level"]) == ("IST0101", "error")
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"].endswith("/a%20b.yaml")
    assert physical["region"] == {"startLine": 6, "startColumn": 14}


def junit(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(analyze("-o", "junit", text=text).stdout)  # noqa: S314 - it is our own


def test_junit() -> None:
    root = junit(ROUTE)
    [suite] = root
    failures = suite.findall("testcase/failure")
    assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
    assert int(suite.get("failures", "")) == len(failures) > 0
    assert failures[0].get("message") == 'the gateway "front" does not exist'


@pytest.mark.parametrize(("form", "nothing"), [("log", ""), ("json", "[]\n"), ("yaml", "[]\n")])
def test_nothing_found(form: str, nothing: str) -> None:
    done = analyze("-o", form, text="")
    assert (done.status, done.stdout, done.stderr) == (0, nothing, "✔ No problems found in -.\n")


@pytest.mark.parametrize("form", ["sarif", "junit"])
def test_nothing_found_is_a_report_too(form: str) -> None:
    done = analyze("-o", form, text="")
    assert done.status == 0
    if form == "sarif":
        assert json.loads(done.stdout)["runs"][0]["results"] == []
    else:
        assert junit("").get("failures") == "0"


@pytest.mark.parametrize("form", FORMATS)
def test_broken_input_does_not_spoil_the_report(form: str) -> None:
    done = analyze("-o", form, text="a: [\n")
    assert done.status == 65
    assert done.stderr.startswith("Error: ")
    assert done.stdout == analyze("-o", form, text="").stdout
    assert analyze("-o", form, "--ignore-unknown", text="a: [\n").status == 0


def test_unknown_fields_are_warned_of() -> None:
    done = analyze(text=ROUTE.replace("gateways:", "gatewys:"))
    assert '-:6:3: spec.gatewys: unknown field "gatewys"' in done.stderr


def test_list_of_analyzers() -> None:
    done = run_cli("analyze", "-L")
    assert done.status == 0
    assert "* virtualservice.GatewayAnalyzer:\n" in done.stdout


def test_verbose_names_analyzers() -> None:
    assert "\n  webhook.Analyzer\n" in analyze("-v").stderr


def test_other_files_are_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(ROUTE)
    done = run_cli("analyze", "--use-kube=false", str(tmp_path / "a.txt"))
    assert done.status == 0
    assert "a.txt was skipped" in done.stderr


@pytest.mark.parametrize(
    ("flags", "word"),
    [
        (("-o", "html"), "html"),
        (("--failure-threshold", "Worse"), "Worse"),
        (("--output-threshold", ""), "--output-threshold"),
        (("-S", "IST0101"), "IST0101"),
        (("-S", "IST0101=a=b"), "a=b"),
        (("--no-such-flag",), "no-such-flag"),
    ],
)
def test_wrong_usage(flags: tuple[str, ...], word: str) -> None:
    done = analyze(*flags)
    assert (done.status, done.stdout) == (64, "")
    assert word in done.stderr


def test_a_suppression_of_no_code_is_told() -> None:
    assert "no message IST9999" in analyze("-S", "IST9999=*").stderr


def test_unreadable_inputs() -> None:
    assert run_cli("analyze", "--use-kube=false", "nowhere.yaml").status == 65
    assert analyze("--meshConfigFile", "nowhere.yaml").status == 65


def test_no_cluster(tmp_path: Path) -> None:
    done = run_cli("analyze", "--kubeconfig", str(tmp_path / "none"))
    assert (done.status, done.stdout) == (65, "")
    assert done.stderr.startswith("Error: ")
