"""`proxy-config` as a whole: saved dumps, one proxy, several, and those that can't be asked."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from istioctl.proxies import json_parts
from istioctl.proxies.redaction import without_secrets
from tests.proxies.test_secrets import ROOT, entry
from tests.support.run import run_cli
from tests.support.stub_cluster import Answer, Asked, StubCluster, pod_answer
from tests.support.stub_dump import clusters, config_dump

DUMP = json.dumps(config_dump())
TABLES = ("cluster", "listener", "route", "eds", "secret", "ecds", "all")
PAGE = json.dumps(clusters())


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[StubCluster]:
    with StubCluster(tmp_path) as cluster:
        pods = "/api/v1/namespaces/shop/pods"
        web = cluster.objects[f"{pods}/web-1"]
        web["spec"]["containers"] = [{"name": "istio-proxy", "args": ["proxy", "sidecar"]}]
        other = copy.deepcopy(web)
        other["metadata"]["name"] = "web-2"
        cluster.objects[f"{pods}/web-2"] = other
        yield cluster


def pc(stub: StubCluster, *argv: str) -> tuple[int, str, str]:
    done = run_cli("proxy-config", *argv, "-c", str(stub.kubeconfig), "-n", "shop")
    return done.status, done.stdout, done.stderr


@pytest.mark.parametrize("command", TABLES)
@pytest.mark.parametrize("form", ["short", "json", "yaml"])
def test_a_saved_dump_and_a_proxy_give_the_same(stub: StubCluster, command: str, form: str) -> None:
    saved = run_cli("pc", command, "-f", "-", "-o", form, stdin=json.dumps(json.loads(pod_answer("/config_dump").body)))
    assert saved.status == 0, saved.stderr
    assert saved.stdout
    assert pc(stub, command, "web-1", "-o", form) == (0, saved.stdout, "")
    assert pc(stub, command, "deploy/web", "-o", form)[:2] == (0, saved.stdout)


@pytest.mark.parametrize("large", [False, True])
def test_a_dump_comes_out_as_envoy_laid_it_out(stub: StubCluster, large: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_parts, "LARGE", 0 if large else 1 << 30)
    dump = without_secrets({"configs": json.loads(pod_answer("/config_dump").body)["configs"]})
    text = json.dumps(dump, indent=1)

    def bend(asked: Asked, answer: Answer) -> Answer:
        return Answer(200, text.encode()) if asked.path.startswith("/config_dump") else answer

    stub.bend = bend
    saved = run_cli("pc", "all", "-f", "-", "-o", "json", stdin=text)
    assert (saved.status, saved.stdout, saved.stderr) == (0, text + "\n", "")
    assert pc(stub, "all", "web-1", "-o", "json") == (0, text + "\n", "")
    several = json.loads(pc(stub, "all", "--all", "-o", "json")[1])
    assert several == dict.fromkeys(["shop/web-1", "shop/web-2"], dump)


@pytest.mark.parametrize("command", [*TABLES, "endpoint", "bootstrap"])
def test_several_proxies_are_keyed_by_their_names(stub: StubCluster, command: str) -> None:
    status, text, problems = pc(stub, command, "--all", "-o", "json")
    assert (status, problems) == (0, "")
    several = json.loads(text)
    assert list(several) == ["shop/web-1", "shop/web-2"]
    if command != "secret":
        assert several["shop/web-2"] == json.loads(pc(stub, command, "web-2", "-o", "json")[1])


def test_each_row_has_its_pod(stub: StubCluster) -> None:
    status, text, _ = pc(stub, "cluster", "web-2", "web-1")
    assert status == 0
    header, *rows = text.splitlines()
    assert header.split()[:3] == ["POD", "SERVICE", "FQDN"]
    assert [row.split()[:3] for row in rows] == [
        ["shop/web-2", "web.shop.svc.cluster.local", "80"],
        ["shop/web-1", "web.shop.svc.cluster.local", "80"],
    ]
    assert pc(stub, "cluster", "-l", "app=web", "-A")[1].count("shop/web-") == 2


@pytest.mark.parametrize("form", ["short", "json"])
def test_a_proxy_that_dies_does_not_hide_the_others(stub: StubCluster, form: str) -> None:
    def bend(asked: Asked, answer: Answer) -> Answer:
        dead = "/pods/web-1/portforward" in asked.path
        body = {"kind": "Status", "code": 404, "reason": "NotFound", "message": 'pods "web-1" not found'}
        return Answer(404, json.dumps(body).encode()) if dead else answer

    stub.bend = bend
    status, text, problems = pc(stub, "cluster", "--all", "-o", form)
    assert status != 0
    assert "web-2" in text
    assert "web-1" not in text
    assert problems.count("Error:") == 1
    assert 'pods "web-1" not found' in problems


def test_nothing_found_is_a_document_too() -> None:
    for command in ("cluster", "listener", "route", "eds"):
        for form, empty in (("json", "[]\n"), ("yaml", "[]\n")):
            flag = {"cluster": "--fqdn", "listener": "--address", "route": "--name", "eds": "--cluster"}[command]
            done = run_cli("pc", command, "-f", "-", flag, "nothing", "-o", form, stdin=DUMP)
            assert (done.status, done.stdout) == (0, empty)
    assert json.loads(run_cli("pc", "endpoint", "-f", "-", "--port", "1", "-o", "json", stdin=PAGE).stdout) == []


def test_endpoints_of_a_configuration_dump_are_elsewhere() -> None:
    done = run_cli("pc", "endpoint", "-f", "-", stdin=DUMP)
    assert (done.status, done.stdout.split()[0]) == (0, "ENDPOINT")
    assert "proxy-config eds" in done.stderr


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (["cluster"], "a pod or --file is needed"),
        (["cluster", "web-1", "-f", "x"], "exclude each other"),
        (["cluster", "web-1", "--all"], "exclude each other"),
        (["cluster", "-f", "x", "--watch"], "only the tables of proxies can be watched"),
        (["cluster", "-f", "-", "-o", "xml"], "xml"),
        (["cluster", "web-1", "--proxy-admin-port", "0"], "proxy-admin-port"),
        (["log", "web-1", "--level", "info", "-r"], "cannot be combined"),
        (["log", "web-1", "--level", "loud"], "unrecognized logging level: loud"),
        (["diff", "web-1"], "two sides are needed"),
        (["diff", "-f", "-", "-f", "-"], "stdin can be read once"),
        (["secret", "-f", "-", "--expires-within", "soon"], "soon"),
    ],
)
def test_misuse(argv: list[str], words: str) -> None:
    done = run_cli("proxy-config", *argv, stdin=DUMP)
    assert done.status != 0
    assert done.stdout == ""
    assert words in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"configs": 1}', '{"configs": [1]}', "Envoy says no", "\0"])
@pytest.mark.parametrize("command", TABLES)
def test_what_is_no_dump(command: str, text: str) -> None:
    done = run_cli("pc", command, "-f", "-", stdin=text)
    if command == "eds" and text == "{}":
        assert done.status == 0  # a dump that was made without endpoints
        return
    assert done.status != 0
    assert done.stdout == ""
    assert done.stderr.startswith("Error: stdin: ")


def test_certificates_that_expire_soon_fail() -> None:
    dump = json.dumps({"configs": [{"@type": "type.googleapis.com/envoy.admin.v3.SecretsConfigDump",
                                    "dynamic_active_secrets": [ROOT, entry("empty")]}]})  # fmt: skip
    late = run_cli("pc", "secret", "-f", "-", "--expires-within", "24h", stdin=dump)
    assert (late.status, late.stdout) == (0, "No certificate expires within 24h.\n")
    soon = run_cli("pc", "secret", "-f", "-", "--expires-within", "999999h", "-o", "json", stdin=dump)
    assert soon.status == 1
    assert [each["name"] for each in json.loads(soon.stdout)] == ["ROOTCA"]
    wide = run_cli("pc", "secret", "-f", "-", "-o", "wide", stdin=dump)
    assert wide.stdout.splitlines()[0].endswith("EXPIRES IN     IDENTITY")


def logging(levels: dict[str, str]) -> Any:
    """Pods whose Envoys keep these levels."""

    def answer(path: str) -> Answer:
        page, _, query = path.partition("?")
        if page != "/logging":
            return pod_answer(path)
        name, _, level = query.partition("=")
        for logger in levels if name == "level" else [name] if name in levels else []:
            levels[logger] = level
        lines = "".join(f"  {logger}: {own}\n" for logger, own in levels.items())
        return Answer(200, f"active loggers:\n{lines}\n".encode())

    return answer


def test_log_levels(stub: StubCluster) -> None:
    levels = {"http": "warning", "redis": "warning", "admin": "warning"}
    stub.pods = logging(levels)
    assert pc(stub, "log", "web-1")[1].startswith("web-1.shop:\nactive loggers:\n  http: warning\n")
    # one pod: the stub's pods share their levels, and are asked at the same time
    status, text, _ = pc(stub, "log", "web-1", "--level", "error,http:debug,conn::redis=off", "-o", "json")
    assert status == 0
    wanted = {"http": "debug", "redis": "off", "admin": "error"}
    assert json.loads(text) == {"shop/web-1": wanted}
    _, text, _ = pc(stub, "log", "deploy/web", "-o", "json")
    assert json.loads(text) == {"shop/web-1": wanted, "shop/web-2": wanted}
    status, text, problems = pc(stub, "log", "web-1", "--level", "htp:debug")
    assert (status != 0, text) == (True, "")
    assert "unrecognized logger name: htp" in problems
    assert "Did you mean http?" in problems
    status, text, _ = pc(stub, "log", "web-1", "--reset")
    assert set(levels.values()) == {"warning"}


def test_differences(stub: StubCluster, tmp_path: Path) -> None:
    assert pc(stub, "diff", "web-1", "web-2")[0] == 0
    saved = tmp_path / "saved.json"
    other = config_dump()
    other["configs"][1]["dynamic_active_clusters"][0]["cluster"]["type"] = "STATIC"
    saved.write_text(json.dumps(other))
    status, text, _ = pc(stub, "diff", "web-1", "-f", str(saved))
    assert status == 1
    assert '-  "type": "STATIC"' in text
    assert '+  "type": "EDS"' in text
    status, text, _ = pc(stub, "diff", "web-1", "-f", str(saved), "-o", "json")
    assert json.loads(text)["matches"] is False
    assert json.loads(text)["routes"]["matches"] is True


def test_roots(stub: StubCluster) -> None:
    stub.pods = lambda path: Answer(200, json.dumps(dump_of(ROOT)).encode())
    status, text, _ = pc(stub, "rootca-compare", "web-1", "deploy/web")
    assert status == 0
    assert "have the identical ROOTCA" in text
    stub.pods = lambda path: Answer(200, json.dumps(dump_of()).encode())
    status, text, problems = pc(stub, "rootca-compare", "web-1", "web-2")
    assert (status != 0, text) == (True, "")
    assert "no readable root certificate" in problems


def dump_of(*found: dict[str, Any]) -> dict[str, Any]:
    kind = "type.googleapis.com/envoy.admin.v3.SecretsConfigDump"
    return {"configs": [{"@type": kind, "dynamic_active_secrets": list(found)}]}


@pytest.mark.parametrize("command", TABLES)
@pytest.mark.parametrize("form", ["short", "json"])
def test_values_of_other_types_are_one_error_or_none(command: str, form: str) -> None:
    """Each value of a dump in turn is replaced by one that may be of another type."""

    def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
        yield path
        pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        for key, inner in pairs:
            yield from places(inner, (*path, key))

    others = (7, "x", [7], {"x": 7}, None)
    for number, path in enumerate(places(config_dump())):
        dump: Any = {"": config_dump()}
        holder, last = dump, ""
        for key in path:
            holder, last = holder[last], key
        holder[last] = others[number % len(others)]
        done = run_cli("pc", command, "-f", "-", "-o", form, stdin=json.dumps(dump[""]))
        assert done.status in (0, 65), (path, done.stderr)
        assert done.status == 0 or (done.stdout == "" and done.stderr.count("Error: ") == 1), path
        assert "Traceback" not in done.stderr
