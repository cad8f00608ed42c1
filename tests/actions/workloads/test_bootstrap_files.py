"""The texts of the files by which a workload joins the mesh."""

from __future__ import annotations

import json
import shlex
import subprocess
from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from istioctl.actions.workloads.bootstrap_files import (
    Group,
    MeshFacts,
    cluster_env,
    hosts,
    mesh_yaml,
    proxy_config,
)
from istioctl.errors import InputError

GROUP = Group("vm", "shop", ({}, {}), {}, {}, "worker", "", None, "group.yaml")
AROUND = MeshFacts("", "the mesh", cluster="c1")


def _metadata(group: Group, around: MeshFacts) -> dict[str, str]:
    found: dict[str, str] = yaml.safe_load(mesh_yaml(proxy_config(group, around)))["defaultConfig"]["proxyMetadata"]
    return found


def _env(group: Group, around: MeshFacts) -> dict[str, str]:
    text = cluster_env(group, around, proxy_config(group, around))
    return dict(word.split("=", 1) for word in shlex.split(text))


def test_what_the_proxy_knows_of_itself() -> None:
    found = _metadata(GROUP, AROUND)
    labels = json.loads(found.pop("ISTIO_METAJSON_LABELS"))
    assert labels == {"service.istio.io/canonical-name": "vm", "service.istio.io/canonical-revision": "latest"}
    assert found == {
        "CANONICAL_REVISION": "latest", "CANONICAL_SERVICE": "vm", "ISTIO_META_CLUSTER_ID": "c1",
        "ISTIO_META_DNS_CAPTURE": "true", "ISTIO_META_MESH_ID": "", "ISTIO_META_NETWORK": "",
        "ISTIO_META_WORKLOAD_NAME": "vm", "POD_NAMESPACE": "shop", "SERVICE_ACCOUNT": "worker", "TRUST_DOMAIN": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("labels", "name", "version"),
    [
        ({"app": "a", "version": "1"}, "a", "1"),
        ({"app": "a", "app.kubernetes.io/name": "b", "app.kubernetes.io/version": "2", "version": "1"}, "b", "2"),
        ({"app": "a", "service.istio.io/canonical-name": "c", "service.istio.io/canonical-revision": ""}, "c", ""),
    ],
)
def test_canonical_names(labels: dict[str, str], name: str, version: str) -> None:
    found = _metadata(replace(GROUP, labels=labels), AROUND)
    assert (found["CANONICAL_SERVICE"], found["CANONICAL_REVISION"]) == (name, version)


def test_layers_of_proxy_configuration() -> None:
    mesh = "{trustDomain: td, defaultConfig: {meshId: m, proxyMetadata: {A: mesh, B: mesh, ISTIO_META_NETWORK: x}}}"
    layers = (
        {"proxy.istio.io/config": "proxyMetadata: {B: own}\nconcurrency: 3"},
        {"proxy.istio.io/config": '{"proxyMetadata": {"C": "inner"}}'},
    )
    group = replace(GROUP, annotations=layers, network="n1")
    around = replace(AROUND, mesh_config=mesh)
    found = yaml.safe_load(mesh_yaml(proxy_config(group, around)))["defaultConfig"]
    metadata = found["proxyMetadata"]
    assert (metadata["A"], metadata["B"], metadata["C"]) == ("mesh", "own", "inner")
    assert (metadata["ISTIO_META_NETWORK"], metadata["TRUST_DOMAIN"], metadata["ISTIO_META_MESH_ID"]) == (
        "n1",
        "td",
        "m",
    )
    assert (found["concurrency"], found["meshId"]) == (3, "m")


def test_probe_ports_and_registration() -> None:
    probe = {"httpGet": {"port": 8080, "path": "/ready"}, "periodSeconds": 4}
    group = replace(GROUP, ports={"http": 80, "a": 9}, probe=probe)
    around = replace(AROUND, auto_register=True, capture_dns=False)
    found = yaml.safe_load(mesh_yaml(proxy_config(group, around)))["defaultConfig"]
    assert found["readinessProbe"] == probe
    metadata = found["proxyMetadata"]
    assert json.loads(metadata["ISTIO_META_POD_PORTS"]) == [
        {"name": "a", "containerPort": 9, "protocol": ""}, {"name": "http", "containerPort": 80, "protocol": ""},
    ]  # fmt: skip
    assert metadata["ISTIO_META_AUTO_REGISTER_GROUP"] == "vm"
    assert "ISTIO_META_DNS_CAPTURE" not in metadata
    assert _env(group, around)["ISTIO_INBOUND_PORTS"] == "9,80"


@pytest.mark.parametrize(
    ("mesh", "ports"),
    [("", "15020"), ("defaultConfig: {statusPort: 15021}", ""), ("defaultConfig: {statusPort: 999}", "999")],
)
def test_ports_that_are_not_captured(mesh: str, ports: str) -> None:
    found = _env(GROUP, replace(AROUND, mesh_config=mesh))
    assert found["ISTIO_LOCAL_EXCLUDE_PORTS"] == ",".join(filter(None, ("22,15090,15021", ports)))
    assert found["ISTIO_INBOUND_PORTS"] == "*"


def test_revision() -> None:
    around = replace(AROUND, revision="canary", istio_namespace="mesh")
    found = proxy_config(GROUP, around)
    assert found["discoveryAddress"] == "istiod-canary.mesh.svc:15012"
    assert _env(GROUP, around)["CA_ADDR"] == "istiod-canary.mesh.svc:15012"
    assert hosts(around, "10.0.0.1") == "10.0.0.1 istiod-canary.mesh.svc\n"
    assert "discoveryAddress" not in proxy_config(GROUP, AROUND)
    assert "CA_ADDR" not in _env(GROUP, AROUND)
    assert hosts(AROUND, "") == ""
    given_address = replace(around, mesh_config="defaultConfig: {discoveryAddress: 'a:1'}")
    assert proxy_config(GROUP, given_address)["discoveryAddress"] == "a:1"


def test_lines_are_sorted() -> None:
    lines = cluster_env(GROUP, AROUND, proxy_config(GROUP, AROUND)).splitlines()
    assert lines == sorted(lines)


def test_addresses_of_the_workload() -> None:
    inside = _env(GROUP, replace(AROUND, internal_address="10.1.1.1"))
    outside = _env(GROUP, replace(AROUND, external_address="1.2.3.4"))
    assert inside["ISTIO_SVC_IP"] == "10.1.1.1"
    assert "REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION" not in inside
    assert (outside["ISTIO_SVC_IP"], outside["REWRITE_PROBE_LEGACY_LOCALHOST_DESTINATION"]) == ("1.2.3.4", "true")


def test_errors_name_their_place() -> None:
    with pytest.raises(InputError, match="the mesh"):
        proxy_config(GROUP, replace(AROUND, mesh_config="defaultConfig: {concurrency: many}"))
    bad = replace(GROUP, annotations=({}, {"proxy.istio.io/config": "[]"}))
    with pytest.raises(InputError, match=r"group\.yaml: proxy\.istio\.io/config"):
        proxy_config(bad, AROUND)


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=30))
def test_values_survive_the_shell(value: str) -> None:
    group = replace(GROUP, network=value)
    assert _env(group, AROUND)["ISTIO_META_NETWORK"] == value


def test_a_real_shell_reads_it() -> None:
    group = replace(GROUP, network='it\'s $HOME `x` "y"\nz')
    text = cluster_env(group, AROUND, proxy_config(group, AROUND))
    script = f'{text}printf %s "$ISTIO_META_NETWORK"'
    done = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == group.network
