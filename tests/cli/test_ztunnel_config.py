"""`istioctl ztunnel-config -f`: the command line over a dump in a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.run import run_cli

DUMP: dict[str, Any] = {
    "workloads": {"n/10.0.0.1": {"name": "a", "namespace": "shop", "workloadIps": ["10.0.0.1"], "node": "n1"}},
    "services": [{"name": "web", "namespace": "shop", "hostname": "web.shop.svc", "vips": ["n/10.1.0.1"]}],
    "policies": [{"name": "deny", "namespace": "shop", "action": "Deny", "scope": "Namespace"}],
    "workloadState": {
        "uid": {
            "info": {"name": "a", "namespace": "shop"},
            "connections": {"inbound": [{"src": "1.1.1.1:1", "actualDst": "10.0.0.1:80", "protocol": "HBONE"}]},
        }
    },
}  # fmt: skip


@pytest.fixture
def dump(tmp_path: Path) -> str:
    path = tmp_path / "dump.json"
    path.write_text(json.dumps(DUMP))
    return str(path)


@pytest.mark.parametrize(
    ("argv", "rows"),
    [
        (["workload"], [["NAMESPACE", "POD", "NAME", "ADDRESS", "NODE", "WAYPOINT", "PROTOCOL"],
                        ["shop", "a", "10.0.0.1", "n1", "None"]]),
        (["svc"], [["NAMESPACE", "SERVICE", "NAME", "SERVICE", "VIP", "WAYPOINT", "ENDPOINTS"],
                   ["shop", "web", "10.1.0.1", "None", "0/0"]]),
        (["pol", "--policy-namespace", "other"], [["NAMESPACE", "POLICY", "NAME", "ACTION", "SCOPE"]]),
        (["cons", "--direction", "outbound"],
         [["WORKLOAD", "DIRECTION", "LOCAL", "REMOTE", "REMOTE", "TARGET", "PROTOCOL"]]),
        (["cons", "--raw"], [["WORKLOAD", "DIRECTION", "LOCAL", "REMOTE", "REMOTE", "TARGET", "PROTOCOL"],
                             ["a.shop", "Inbound", "10.0.0.1:80", "1.1.1.1:1", "HBONE"]]),
    ],
)  # fmt: skip
def test_tables(dump: str, argv: list[str], rows: list[list[str]]) -> None:
    done = run_cli("zc", *argv, "-f", dump)
    assert (done.status, done.stderr) == (0, "")
    assert [line.split() for line in done.stdout.splitlines()] == rows


@pytest.mark.parametrize("part", ["workload", "service", "policy", "certificate", "connections", "all"])
@pytest.mark.parametrize("form", ["json", "yaml"])
def test_documents_even_of_nothing(part: str, form: str) -> None:
    done = run_cli("ztunnel-config", part, "-f", "-", "-o", form, stdin="{}")
    assert done.status == 0
    document = json.loads(done.stdout) if form == "json" else yaml.safe_load(done.stdout)
    assert document == ({} if part == "all" else [])


def test_everything_with_headings(dump: str) -> None:
    done = run_cli("zc", "all", "-f", dump, "--with-headers")
    headings = [line.strip("- ") for line in done.stdout.splitlines() if line.startswith("---")]
    assert headings == ["WORKLOAD INFO", "SERVICE INFO", "POLICY INFO", "SECRET INFO", "CONNECTIONS INFO"]
    assert json.loads(run_cli("zc", "all", "-f", dump, "-o", "json").stdout) == DUMP


def test_certificates_that_expire_soon() -> None:
    good = {"serialNumber": "1", "validFrom": "2020-01-01T00:00:00Z", "expirationTime": "2999-01-01T00:00:00Z"}
    over = {**good, "serialNumber": "2", "expirationTime": "2021-01-01T00:00:00Z"}
    certificates = [{"identity": "good", "certChain": [good]}, {"identity": "over", "certChain": [over]}]
    text = json.dumps({"certificates": certificates})

    def run(*argv: str) -> tuple[int, str]:
        done = run_cli("zc", "certificate", "-f", "-", *argv, stdin=text)
        return done.status, done.stdout

    status, wide = run("-o", "wide")
    assert (status, wide.splitlines()[0].split()[-2:]) == (0, ["EXPIRES", "IN"])
    assert [line.split()[0] for line in wide.splitlines()[1:]] == ["good", "over"]
    status, soon = run("--expires-within", "72h")
    assert (status, [line.split()[0] for line in soon.splitlines()[1:]]) == (1, ["over"])
    status, soon = run("--expires-within", "72h", "-o", "json")
    assert (status, [each["identity"] for each in json.loads(soon)]) == (1, ["over"])
    text = json.dumps({"certificates": certificates[:1]})
    assert run("--expires-within", "72h", "-o", "json") == (0, "[]\n")
    assert run("--expires-within", "soon")[0] != 0


def test_an_unknown_direction_is_told(dump: str) -> None:
    done = run_cli("zc", "connections", "-f", dump, "--direction", "up")
    assert done.status == 0
    assert "Inbound" in done.stdout
    assert done.stderr.startswith("Warning: there is no direction 'up'")


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["workload", "a", "-f", "x"], "--file and a pod exclude each other"),
        (["workload", "a", "--node", "x"], "--node and a pod exclude each other"),
        (["cert", "--all", "--node", "x"], "--node and --all exclude each other"),
        (["workload", "-f", "/nowhere"], "/nowhere: can't be read: No such file or directory"),
        (["workload", "-f", "-"], "<stdin>:1:1: this is not JSON"),
        (["workload", "--proxy-admin-port", "0"], "port number 0 must be in the range 1..65535"),
        (["workload", "-o", "wide"], "unknown output format 'wide'"),
        (["log", "--reset", "--level", "info"], "--level cannot be combined with --reset"),
        (["log", "-f", "x"], "a dump does not tell what is logged"),
        (["log", "--level", "access:loud,info"], "unrecognized logging level: loud"),
    ],
)
def test_misuse(argv: list[str], message: str) -> None:
    done = run_cli("zc", *argv)
    assert done.status != 0
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.count("Error:") == 1
