"""`experimental workload entry configure` on a real API server."""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.cluster import Cluster, wait_for
from tests.support.run import Done

pytestmark = pytest.mark.cluster

_GROUP = """\
apiVersion: networking.istio.io/v1
kind: WorkloadGroup
metadata:
  name: vm
  namespace: shop
spec:
  metadata:
    labels: {app: legacy}
  template:
    serviceAccount: worker
    ports: {http: 80}
    network: far
"""


def _config_map(name: str, namespace: str, **data: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": namespace}, "data": data
    }  # fmt: skip


@pytest.fixture(scope="module")
def mesh(cluster: Cluster) -> Iterator[Cluster]:
    """What the command reads: two control planes' ConfigMaps, a root certificate, a service account, a gateway."""
    cluster.clear(namespaces=True)
    cluster.namespace("istio-system")
    cluster.namespace("shop")
    for suffix, domain in (("", "cluster.local"), ("-canary", "other")):
        cluster.create(_config_map(f"istio{suffix}", "istio-system", mesh=f"trustDomain: {domain}"))
        values = json.dumps({"global": {"multiCluster": {"clusterName": f"c{suffix}"}}})
        cluster.create(_config_map(f"istio-sidecar-injector{suffix}", "istio-system", values=values))
    cluster.create(_config_map("istio-ca-root-cert", "shop", **{"root-cert.pem": "a certificate\n"}))
    account = {"name": "worker", "namespace": "shop"}
    cluster.create({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    gateway = {"name": "istio-eastwestgateway", "namespace": "istio-system"}
    spec = {"ports": [{"port": 15012}], "externalIPs": ["192.0.2.7"]}
    cluster.create({"apiVersion": "v1", "kind": "Service", "metadata": gateway, "spec": spec})
    yield cluster
    cluster.clear(namespaces=True)


def _configure(mesh: Cluster, folder: Path, *flags: str, stdin: str = _GROUP) -> Done:
    return mesh.run("x", "workload", "entry", "configure", "-f", "-", "-o", str(folder), *flags, stdin=stdin)


def test_files(mesh: Cluster, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "vm"
    done = _configure(mesh, folder, "--tokenDuration", "7200")
    assert done.status == 0, done.stderr
    assert done.stdout == f"Configuration generation into directory {folder} was successful\n"
    assert sorted(each.name for each in folder.iterdir()) == [
        "cluster.env", "hosts", "istio-token", "mesh.yaml", "root-cert.pem",
    ]  # fmt: skip
    assert (folder / "hosts").read_text() == "192.0.2.7 istiod.istio-system.svc\n"
    assert (folder / "root-cert.pem").read_text() == "a certificate\n"
    metadata = yaml.safe_load((folder / "mesh.yaml").read_text())["defaultConfig"]["proxyMetadata"]
    assert (metadata["ISTIO_META_CLUSTER_ID"], metadata["CANONICAL_SERVICE"]) == ("c", "legacy")
    assert "ISTIO_META_NETWORK='far'" in (folder / "cluster.env").read_text().splitlines()
    token = (folder / "istio-token").read_text()
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert claims["sub"] == "system:serviceaccount:shop:worker"
    assert claims["aud"] == ["istio-ca"]
    assert claims["exp"] - claims["iat"] == 7200
    assert token not in done.stdout + done.stderr
    assert str(folder / "istio-token") in done.stderr


def test_only_its_owner_ever_reads_the_token(mesh: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    token = tmp_path / "istio-token"
    token.write_text("old")
    token.chmod(0o666)
    modes = []
    replace = Path.replace

    def watching(source: Path, target: Path) -> Path:
        modes.append((target.name, stat.S_IMODE(source.stat().st_mode)))
        return replace(source, target)

    monkeypatch.setattr(Path, "replace", watching)
    before = os.umask(0)
    try:
        assert _configure(mesh, tmp_path).status == 0
    finally:
        os.umask(before)
    assert dict(modes) == {
        "cluster.env": 0o644, "hosts": 0o644, "istio-token": 0o600, "mesh.yaml": 0o644, "root-cert.pem": 0o644,
    }  # fmt: skip
    assert stat.S_IMODE(token.stat().st_mode) == 0o600
    assert token.read_text() != "old"


def test_logs_leave_the_token_out(mesh: Cluster, tmp_path: Path) -> None:
    done = _configure(mesh, tmp_path, "--vklog", "9")
    assert done.status == 0
    assert "POST" in done.stderr
    assert (tmp_path / "istio-token").read_text() not in done.stderr


def test_group_of_the_cluster_and_flags(mesh: Cluster, tmp_path: Path) -> None:
    crd = _workload_groups()
    mesh.create(crd)
    path = "/apis/networking.istio.io/v1/namespaces/shop/workloadgroups"
    wait_for(lambda: mesh.session.find(path) is not None)
    mesh.create(yaml.safe_load(_GROUP))
    flags = ("--ingressIP", "198.51.100.1", "--internalIP", "10.0.0.5", "--clusterID", "mine", "--autoregister")
    words = ("--name", "vm", "-n", "shop", "-o", str(tmp_path), "-r", "canary", "--capture-dns=false")
    done = mesh.run("x", "workload", "entry", "configure", *words, *flags)
    assert done.status == 0, done.stderr
    assert (tmp_path / "hosts").read_text() == "198.51.100.1 istiod-canary.istio-system.svc\n"
    lines = (tmp_path / "cluster.env").read_text().splitlines()
    assert {"ISTIO_SVC_IP='10.0.0.5'", "CA_ADDR='istiod-canary.istio-system.svc:15012'"} <= set(lines)
    assert {"ISTIO_META_CLUSTER_ID='mine'", "ISTIO_META_AUTO_REGISTER_GROUP='vm'", "TRUST_DOMAIN='other'"} <= set(lines)
    assert not any("DNS_CAPTURE" in line for line in lines)
    missing = mesh.run("x", "workload", "entry", "configure", "--name", "no", "-n", "shop", "-o", str(tmp_path))
    assert "there is no WorkloadGroup 'no' in namespace 'shop'" in missing.stderr
    mesh.session.send("DELETE", f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{crd['metadata']['name']}")


def _workload_groups() -> dict[str, Any]:
    names = {"plural": "workloadgroups", "singular": "workloadgroup", "kind": "WorkloadGroup"}
    schema = {"openAPIV3Schema": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}}
    versions = [{"name": "v1", "served": True, "storage": True, "schema": schema}]
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "workloadgroups.networking.istio.io"},
        "spec": {"group": "networking.istio.io", "scope": "Namespaced", "names": names, "versions": versions},
    }  # fmt: skip


def test_no_known_address_is_told(mesh: Cluster, tmp_path: Path) -> None:
    done = _configure(mesh, tmp_path, "--ingressService", "other.shop")
    assert done.status == 0
    assert (tmp_path / "hosts").read_text() == ""
    assert "no address of a gateway to istiod.istio-system.svc is known" in done.stderr


@pytest.mark.parametrize(
    ("flags", "stdin", "message"),
    [
        ((), _GROUP.replace("worker", "nobody"), 'serviceaccounts "nobody" not found'),
        ((), _GROUP.replace("shop", "default").replace("worker", "default"), "no ConfigMap 'istio-ca-root-cert'"),
        (("-r", "gone"), _GROUP, "no ConfigMap 'istio-sidecar-injector-gone' in namespace 'istio-system'"),
        ((), _GROUP.replace("WorkloadGroup", "Service"), "<stdin>: a WorkloadGroup is expected, not Service"),
        ((), _GROUP.replace("{http: 80}", "[80]"), "<stdin>:11: spec.template.ports"),
        ((), _GROUP.replace("  name: vm\n", ""), "metadata.name is missing"),
        ((), "", "one WorkloadGroup is expected, and there are 0 objects"),
        ((), "a: [", "<stdin>"),
        (("--internalIP", "a", "--externalIP", "b"), _GROUP, "exclude each other"),
        (("--ingressIP", "gateway.example"), _GROUP, "--ingressIP: 'gateway.example' is not an IP address"),
        (("--context", "nobody"), _GROUP, "cannot get resource"),
    ],
)
def test_nothing_is_written_where_something_is_wrong(
    mesh: Cluster, tmp_path: Path, flags: tuple[str, ...], stdin: str, message: str
) -> None:
    done = _configure(mesh, tmp_path / "vm", *flags, stdin=stdin)
    assert done.status != 0
    assert done.stdout == ""
    assert message in done.stderr
    assert done.stderr.count("Error:") == 1
    assert not (tmp_path / "vm").exists()


def test_a_folder_that_can_not_be_written(mesh: Cluster, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    done = _configure(mesh, tmp_path / "file")
    assert done.status == 65
    assert "the files can't be written: File exists" in done.stderr
