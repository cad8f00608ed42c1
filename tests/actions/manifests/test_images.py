from __future__ import annotations

import json

from tests.support.run import run_cli


def test_every_image_of_an_installation() -> None:
    done = run_cli("images", "--set", "profile=demo", "--no-addons")
    assert done.stdout == "registry.istio.io/release/pilot:1.30.3\nregistry.istio.io/release/proxyv2:1.30.3\n"


def test_users_and_mirror() -> None:
    done = run_cli("images", "--set", "profile=ambient", "--registry", "mirror.example/istio/", "-o", "json")
    found = {entry["image"]: entry for entry in json.loads(done.stdout)}
    pilot = found["registry.istio.io/release/pilot:1.30.3-distroless"]
    assert pilot["usedBy"] == ["Deployment/istiod"]
    assert pilot["mirrored"] == "mirror.example/istio/pilot:1.30.3-distroless"
    assert any(user == "DaemonSet/ztunnel" for entry in found.values() for user in entry["usedBy"])
    assert any("grafana" in name for name in found)


def test_settings_count() -> None:
    flags = ("--set", "hub=h.example/x", "--set", "tag=9", "--set", "values.global.proxy.image=other.example/proxy:7")
    lines = run_cli("images", "--no-addons", *flags).stdout.splitlines()
    assert lines == ["h.example/x/pilot:9", "h.example/x/proxyv2:9", "other.example/proxy:7"]


def test_settings_of_add_ons_count() -> None:
    flags = ("--set", "addons.loki.version=9", "--set", "addons.common.registry=mirror.example/x")
    done = run_cli("images", *flags)
    assert "mirror.example/x/grafana/loki:9\n" in done.stdout
    assert "docker.io" not in done.stdout
    assert "none is asked for" in run_cli("images", "--no-addons", *flags).stderr


def test_wrong_specification() -> None:
    done = run_cli("images", "--set", "profile=nope")
    assert done.status != 0
    assert done.stdout == ""
