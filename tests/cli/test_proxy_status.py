"""`istioctl proxy-status`, with istiods that answer from memory."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from istioctl.actions.observe.istiods import Answer, Answers
from istioctl.cli import proxy_status
from istioctl.cluster.xds import XdsAnswer
from istioctl.errors import ClusterError
from istioctl.proxies.xds_types import CLUSTER, LISTENER, ROUTE
from tests.support.run import Done, run_cli
from tests.support.stub_dump import config_dump


class FakeIstiods:
    """Answers with what the test says."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers

    def ask(self, page: str) -> Answers:
        assert page.partition("?")[0] == "syncz"
        return self.answers


def _entry(name: str, seconds: int = 65, **types: str) -> dict[str, Any]:
    sent = (datetime.now(UTC) - timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    states = {
        "synced": {"sent": "a", "acked": "a", "sentTime": sent},
        "stale": {"sent": "b", "acked": "a", "sentTime": sent},
        "refused": {"sent": "b", "sentTime": sent, "lastError": "unknown filter"},
        "unsent": {"sentTime": "0001-01-01T00:00:00Z"},
    }
    urls = {"cds": CLUSTER, "lds": LISTENER, "rds": ROUTE}
    resources = {urls[key]: states[state] for key, state in types.items()}
    return {"cluster_id": "Kubernetes", "proxy": name, "istio_version": "1.30.3", "resources": resources}


def _answers(*entries: dict[str, Any], istiod: str = "istiod-a") -> Answers:
    return Answers((Answer(istiod, "default", json.dumps(entries).encode()),))


def _run(monkeypatch: pytest.MonkeyPatch, answers: Answers, *argv: str) -> Done:
    monkeypatch.setattr(proxy_status, "open_istiods", lambda *_: FakeIstiods(answers))
    return run_cli("proxy-status", *argv)


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("     ") if cell.strip()]


def test_table(monkeypatch: pytest.MonkeyPatch) -> None:
    done = _run(monkeypatch, _answers(_entry("b.shop", cds="synced"), _entry("a.shop", cds="synced", lds="synced")))
    assert done.status == 0
    header, first, second = map(_cells, done.stdout.splitlines())
    assert header == ["NAME", "CLUSTER", "ISTIOD", "VERSION", "SUBSCRIBED TYPES", "STATE", "SINCE"]
    assert first == ["a.shop", "Kubernetes", "istiod-a", "1.30.3", "2 (CDS,LDS)", "synced", "65s"]
    assert second[4:] == ["1 (CDS)", "synced", "65s"]


def test_reason_of_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    done = _run(monkeypatch, _answers(_entry("a.shop", cds="synced", lds="refused"), _entry("b.shop", cds="stale")))
    assert done.status == 1
    header, first, second = map(_cells, done.stdout.splitlines())
    assert header[-1] == "REASON"
    assert first[5:] == ["refused", "65s", "LDS: unknown filter"]
    assert second[5:] == ["stale", "65s"]


def test_verbose_table_is_the_one_that_scripts_know(monkeypatch: pytest.MonkeyPatch) -> None:
    done = _run(monkeypatch, _answers(_entry("a.shop", cds="stale", rds="unsent", lds="refused")), "-v", "1")
    assert done.status == 0
    header, row = map(_cells, done.stdout.splitlines())
    assert header == ["NAME", "CLUSTER", "CDS", "ECDS", "EDS", "LDS", "RDS", "ISTIOD", "VERSION"]
    states = ["STALE (65s)", "IGNORED", "IGNORED", "ERROR (65s)", "NOT SENT"]
    assert row == ["a.shop", "Kubernetes", *states, "istiod-a", "1.30.3"]


@pytest.mark.parametrize(("flags", "shown"), [
    (("--state", "stale"), ["c.b"]),
    (("--state", "stale", "--state", "refused"), ["a.a", "c.b"]),
    (("-n", "a"), ["a.a", "b.a"]),
    (("-n", "none"), []),
])  # fmt: skip
def test_filters(monkeypatch: pytest.MonkeyPatch, flags: tuple[str, ...], shown: list[str]) -> None:
    answers = _answers(_entry("a.a", cds="refused"), _entry("b.a", cds="synced"), _entry("c.b", cds="stale"))
    done = _run(monkeypatch, answers, *flags, "-o", "json")
    assert [each["node"]["id"] for each in json.loads(done.stdout)["resources"]] == shown


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_one_document(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    done = _run(monkeypatch, _answers(_entry("a.shop", cds="synced", lds="refused")), "-o", form)
    (resource,) = yaml.safe_load(done.stdout)["resources"]
    assert resource["node"] == {
        "id": "a.shop",
        "metadata": {"CLUSTER_ID": "Kubernetes", "ISTIO_VERSION": "1.30.3", "NAMESPACE": "shop"},
    }
    assert [each["configStatus"] for each in resource["genericXdsConfigs"]] == ["SYNCED", "ERROR"]
    assert resource["state"] == "refused"
    assert resource["reason"] == "LDS: unknown filter"
    assert yaml.safe_load(_run(monkeypatch, _answers(), "-o", form).stdout)["resources"] == []


def test_an_istiod_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    given = _answers(_entry("a.shop", cds="synced")).given
    done = _run(monkeypatch, Answers(given, (ClusterError("it restarts", where="istiod-b"),)))
    assert done.status == 1
    assert "Warning: the proxies of one istiod are missing: istiod-b: it restarts" in done.stderr
    assert "a.shop" in done.stdout


@pytest.mark.parametrize(("argv", "words"), [
    (("a", "b"), "name one proxy"),
    (("a", "--proxy-admin-port", "70000"), "must be in the range 1..65535"),
    (("--file", "x"), "name the proxy"),
    (("--watch", "-o", "json"), "only the table can be watched"),
    (("-o", "xml"), "-o"),
])  # fmt: skip
def test_refusals(monkeypatch: pytest.MonkeyPatch, argv: tuple[str, ...], words: str) -> None:
    done = _run(monkeypatch, _answers(), *argv)
    assert done.status == 64
    assert words in done.stderr
    assert done.stdout == ""


def test_without_a_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    done = run_cli("ps", "--kubeconfig", str(tmp_path / "none"))
    assert done.status != 0
    assert done.stdout == ""
    assert "Error: " in done.stderr


def test_an_address_needs_no_cluster(tmp_path: Path) -> None:
    pytest.importorskip("h2")
    flags = ("--kubeconfig", str(tmp_path / "none"), "--xds-address", "127.0.0.1:1")
    done = run_cli("ps", *flags, "--plaintext")
    assert (done.status, done.stdout) == (1, "")
    assert "127.0.0.1:1: no connection" in done.stderr
    assert "kubeconfig" in run_cli("ps", *flags).stderr


def test_one_proxy_s_dump_and_an_address_need_no_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    dump = json.dumps(config_dump()).encode()

    def page(_: object, name: str, pod: str = "") -> XdsAnswer:
        asked.append(name)
        return XdsAnswer("istiod", {}, (dump,))

    pytest.importorskip("h2")
    monkeypatch.setattr("istioctl.cluster.xds.XdsClient.page", page)
    (tmp_path / "dump.json").write_bytes(dump)
    flags = ("--kubeconfig", str(tmp_path / "none"), "--xds-address", "127.0.0.1:1", "--plaintext")
    done = run_cli("ps", "web-1.shop", "--file", str(tmp_path / "dump.json"), *flags)
    assert (done.status, done.stderr) == (0, "")
    assert [line.split(" (")[0] for line in done.stdout.splitlines()] == [
        "Clusters Match", "Listeners Match", "Routes Match"
    ]  # fmt: skip
    assert asked == ["config_dump?proxyID=web-1.shop&types=CDS,LDS,RDS"]
    for argv in (("deploy/web", "--file", str(tmp_path / "dump.json")), ("web-1.shop",)):
        assert "no cluster is configured" in run_cli("ps", *argv, *flags).stderr
