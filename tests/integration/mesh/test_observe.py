"""`proxy-status`, `wait`, `describe` and `bug-report` beside the real istiod and the real Envoys."""

from __future__ import annotations

import base64
import json
import tarfile
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cluster import wait_for
from tests.support.mesh import NAMESPACE, Mesh, proxy_id
from tests.support.run import Done

pytestmark = pytest.mark.mesh


def _status(mesh: Mesh, *flags: str) -> dict[str, dict[str, Any]]:
    done = mesh.run("proxy-status", "-o", "json", *flags)
    return {each["node"]["id"]: each for each in json.loads(done.stdout)["resources"]}


def test_all_are_synced(mesh: Mesh) -> None:
    def compare() -> None:
        done = mesh.run("proxy-status")
        assert (done.status, done.stderr) == (0, "")
        header, *rows = [line.split("     ") for line in done.stdout.splitlines()]
        assert header[0] == "NAME"
        known = mesh.sent()
        assert {row[0].strip() for row in rows} == set(known)
        found = _status(mesh)
        for name, resources in known.items():
            types = {each["typeUrl"]: each for each in found[name]["genericXdsConfigs"]}
            assert set(types) == set(resources)
            assert {each["configStatus"] for each in types.values()} == {"SYNCED"}
            for url, resource in resources.items():
                assert types[url]["lastUpdated"] == resource["sentTime"]
        assert yaml.safe_load(mesh.run("ps", "-o", "yaml").stdout)["resources"]

    mesh.at_rest(compare)


def test_stale_proxy(mesh: Mesh) -> None:
    mesh.settle()
    pod = mesh.pod("web")
    with mesh.stale(pod):
        mesh.deploy("later")
        wait_for(lambda: not mesh.in_sync(pod))
        found = mesh.at_rest(lambda: _status(mesh, "--state", "stale"), but=[pod])
        assert list(found) == [proxy_id(pod)]
        assert mesh.run("ps").status == 1
        waited = mesh.run("wait", "--timeout", "2s")
        assert waited.status == 1
        assert f"{proxy_id(pod)}: it has not confirmed the last answer" in waited.stderr
    wait_for(lambda: mesh.in_sync(pod))
    mesh.undeploy("later")
    assert mesh.run("wait").status == 0


def test_refusal_is_explained(mesh: Mesh) -> None:
    mesh.settle()
    with mesh.refused("web") as reason:
        wait_for(lambda: reason in mesh.run("ps").stdout)
        done = mesh.run("proxy-status")
        assert done.status == 1
        (row,) = [line for line in done.stdout.splitlines() if "refused" in line]
        assert row.startswith(proxy_id(mesh.pod("web")))
        assert reason in row
        waited = mesh.run("wait", "envoyfilter", f"refused-web.{NAMESPACE}", "--timeout", "2s", "-o", "json")
        data = json.loads(waited.stdout)
        assert (waited.status, data["reached"]) == (1, False)
        assert [each["name"] for each in data["lacking"]] == [proxy_id(mesh.pod("web"))]
        assert reason in data["lacking"][0]["reason"]
    wait_for(lambda: mesh.in_sync(mesh.pod("web")), 30)


def test_istiod_that_is_away(mesh: Mesh) -> None:
    with mesh.istiod_away():
        done = mesh.run("proxy-status")
        assert (done.status, done.stdout) == (1, "")
        assert done.stderr.count("Error: ") == 1
    assert mesh.at_rest(lambda: mesh.run("proxy-status")).status == 0


def test_istiods_and_envoys_views_agree(mesh: Mesh) -> None:
    for pod in mesh.proxies():

        def compare(pod: str = pod) -> None:
            secrets = mesh.ask_envoy(pod, "config_dump?resource=dynamic_active_secrets")
            done = mesh.run("proxy-status", proxy_id(pod))
            assert done.status == 0, done.stdout + done.stderr
            assert [line.partition(" (")[0] for line in done.stdout.splitlines()] == [
                "Clusters Match", "Listeners Match", "Routes Match",
            ]  # fmt: skip
            assert mesh.ask_envoy(pod, "config_dump?resource=dynamic_active_secrets") == secrets

        mesh.at_rest(compare)


def test_difference_is_shown(mesh: Mesh, tmp_path: Path) -> None:
    pod = mesh.pod("api")
    saved = tmp_path / "dump.json"

    def compare() -> Done:
        saved.write_bytes(mesh.ask_envoy(pod, "config_dump").replace(b'"10s"', b'"11s"'))
        return mesh.run("proxy-status", proxy_id(pod), "--file", str(saved))

    done = mesh.at_rest(compare)
    assert done.status == 1
    assert "Clusters Don't Match" in done.stdout
    assert '-  "connectTimeout": "10s"' in done.stdout
    assert '+  "connectTimeout": "11s"' in done.stdout


def test_the_same_over_xds(mesh: Mesh) -> None:
    pytest.importorskip("h2")
    secure, plain = mesh.address(mesh.istiod(), 15012), mesh.address(mesh.istiod(), 15010)
    name = "istiod.istio-system.svc"
    for flags in (("--authority", name), ("--xds-address", secure, "--authority", name), ("--insecure",)):
        http, xds = mesh.at_rest(lambda flags=flags: (_status(mesh), _status(mesh, *flags)))  # type: ignore[misc]
        assert {key: each["state"] for key, each in xds.items()} == {key: each["state"] for key, each in http.items()}
        assert {each["istiod"] for each in xds.values()} == {mesh.istiod().partition("/")[2]}
    over_xds = ("version", "--xds-address", secure, "--authority", name)
    direct, usual = mesh.at_rest(lambda: (mesh.run(*over_xds), mesh.run("version")))
    assert (direct.stdout, direct.stderr) == (usual.stdout, "")
    assert "not trusted" in mesh.run("ps", "--xds-address", secure).stderr
    refused = mesh.run("ps", "--xds-address", plain, "--plaintext")
    assert (refused.status, refused.stdout) == (1, "")
    assert "unauthenticated" in refused.stderr
    of_one = ("ps", proxy_id(mesh.pod("web")), "--xds-address", secure, "--authority", name)
    difference = mesh.at_rest(lambda: mesh.run(*of_one))
    assert difference.status == 0, difference.stderr


def test_wait_for_objects(mesh: Mesh) -> None:
    host = {"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry"}
    entry = {**host, "metadata": {"name": "outside", "namespace": NAMESPACE}}
    entry["spec"] = {"hosts": ["outside.test"], "ports": [{"number": 80, "name": "http", "protocol": "HTTP"}]}
    entry["spec"] |= {"resolution": "STATIC", "endpoints": [{"address": "192.0.2.1"}]}
    mesh.apply(entry)
    done = mesh.run("wait", "service-entry", f"outside.{NAMESPACE}")
    assert done.status == 0, done.stderr
    assert done.stdout == f"ServiceEntry {NAMESPACE}/outside is on 4 of 4 proxies\n"
    for pod in mesh.proxies():
        assert b"outbound|80||outside.test" in mesh.ask_envoy(pod, "clusters")
    mesh.remove(entry)
    assert mesh.run("wait", "se", f"outside.{NAMESPACE}", "--for", "delete").status == 0
    for pod in mesh.proxies():
        assert b"outside.test" not in mesh.ask_envoy(pod, "clusters")
    assert "not found" in mesh.run("wait", "se", f"outside.{NAMESPACE}").stderr
    assert "knows no type" in mesh.run("wait", "cow", "x").stderr


def test_describe(mesh: Mesh) -> None:
    policy = {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication"}
    strict = {**policy, "metadata": {"name": "strict", "namespace": NAMESPACE}, "spec": {"mtls": {"mode": "STRICT"}}}
    mesh.apply(strict)
    done = mesh.run("describe", "pod", proxy_id(mesh.pod("web")))
    assert (done.status, done.stderr) == (0, "")
    assert f"Pod: {proxy_id(mesh.pod('web'))}\n   Pod Revision: default\n   Pod Ports: 8000 (echo)\n" in done.stdout
    assert "   Port: http 8000/HTTP targets pod port 8000\n" in done.stdout
    assert "Workload mTLS mode: STRICT" in done.stdout
    data = json.loads(mesh.run("x", "describe", "svc", f"web.{NAMESPACE}", "-o", "json").stdout)
    (port,) = data["services"][0]["ports"]
    assert port["server"] == {"mode": "STRICT", "source": f"PeerAuthentication {NAMESPACE}/strict"}
    assert port["clients"] == {"": {"mode": "ISTIO_MUTUAL", "source": "automatic mTLS"}}
    assert data["problems"] == []
    mesh.remove(strict)
    assert 'pods "none" not found' in mesh.run("describe", "pod", "none").stderr


def test_bug_report(mesh: Mesh, tmp_path: Path) -> None:
    done = mesh.run("bug-report", "--output-dir", str(tmp_path), "--include", NAMESPACE)
    assert done.status == 0, done.stderr
    files = _unpacked(tmp_path / "bug-report.tar.gz")
    web, istiod = mesh.pod("web"), mesh.istiod()
    assert files[f"proxies/{web}/istio-proxy.log"]
    assert json.loads(files[f"proxies/{web}/config_dump"])["configs"]
    assert json.loads(files[f"istio/{istiod}/debug/syncz"])
    assert f"proxies/{web}/netstat: " in files["missing.txt"].decode()
    assert not any(name.startswith("proxies/istio-system/") for name in files)
    found = mesh.session.get("/api/v1/namespaces/istio-system/secrets")["items"]
    keys = [value for secret in found for name, value in (secret.get("data") or {}).items() if "key" in name and value]
    assert keys
    everything = b"\n".join(files.values())
    assert b"PRIVATE KEY" not in everything
    for key in keys:
        assert key.encode() not in everything
        assert base64.b64decode(key) not in everything
    whole = mesh.run("bug-report", "--output-dir", str(tmp_path), "--full-secrets", "--include", NAMESPACE)
    assert whole.status == 0
    assert keys[0].encode() in b"\n".join(_unpacked(tmp_path / "bug-report.tar.gz").values())


def test_bug_report_without_rights_or_time(mesh: Mesh, tmp_path: Path) -> None:
    refused = mesh.run("bug-report", "--output-dir", str(tmp_path), "--context", "nobody")
    assert refused.status == 1
    assert refused.stderr.count("Error: ") == 1
    assert list(tmp_path.iterdir()) == []
    late = mesh.run("bug-report", "--output-dir", str(tmp_path), "--timeout", "0s")
    assert "the time was over" in late.stderr
    assert "the time was over" in _unpacked(tmp_path / "bug-report.tar.gz")["missing.txt"].decode()
    planned = mesh.run("bug-report", "--dry-run").stdout.splitlines()
    assert f"istio/{mesh.istiod()}/discovery.log" in planned


def _unpacked(path: Path) -> dict[str, bytes]:
    with tarfile.open(path) as archive:
        members = archive.getmembers()
        return {
            member.name.removeprefix("bug-report/"): content.read()
            for member in members
            if (content := archive.extractfile(member))
        }
