"""`create-remote-secret` and `remote-clusters` on a real API server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from istioctl.cluster.errors import ApiError
from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.cluster.session import open_session
from tests.support.cluster import Cluster, ControlPlane
from tests.support.pod_server import pod_server

pytestmark = pytest.mark.cluster


def test_secret_opens_the_cluster(installed: Cluster, tmp_path: Path) -> None:
    done = installed.run("create-remote-secret", "--name", "c0")
    assert done.status == 0, done.stderr
    secret = next(iter(yaml.safe_load_all(done.stdout)))
    assert secret["metadata"] == {
        "name": "istio-remote-secret-c0",
        "namespace": "istio-system",
        "annotations": {"networking.istio.io/cluster": "c0"},
        "labels": {"istio/multiCluster": "true"},
    }
    assert "with --server" in done.stderr
    file = tmp_path / "c0"
    file.write_text(secret["stringData"]["c0"])
    reader = open_session(ClientOptions(kubeconfig=str(file)))
    assert reader.get("/api/v1/services")["kind"] == "ServiceList"
    with pytest.raises(ApiError, match="istio-reader-service-account"):
        reader.send("POST", "/api/v1/namespaces", {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "no"}})


def test_account_is_made_where_it_is_missing(empty: Cluster) -> None:
    if "istio-system" not in empty.names("Namespace"):
        empty.namespace("istio-system")
    flags = ("--server", "https://outside.example", "--tls-server-name", "inside")
    refused = empty.run("create-remote-secret", *flags, "--no-create-service-account")
    assert refused.status == 1
    assert "there is no service account 'istio-reader-service-account'" in refused.stderr
    done = empty.run("create-remote-secret", *flags)
    assert done.status == 0, done.stderr
    uid = empty.get("v1", "Namespace", "kube-system", "")["metadata"]["uid"]
    secret = next(iter(yaml.safe_load_all(done.stdout)))
    cluster = yaml.safe_load(secret["stringData"][uid])["clusters"][0]["cluster"]
    assert (cluster["server"], cluster["tls-server-name"]) == ("https://outside.example", "inside")


def test_secret_of_an_external_control_plane(installed: Cluster) -> None:
    done = installed.run("create-remote-secret", "--type", "config", "--server", "https://a")
    secret = next(iter(yaml.safe_load_all(done.stdout)))
    assert secret["metadata"]["name"] == "istio-kubeconfig"
    assert list(secret["stringData"]) == ["config"]


def test_secret_with_a_plugin(installed: Cluster) -> None:
    flags = ("--auth-type", "plugin", "--auth-plugin-name", "gcp", "--auth-plugin-config", "a=b")
    done = installed.run("create-remote-secret", "--name", "c0", *flags)
    kubeconfig = yaml.safe_load(next(iter(yaml.safe_load_all(done.stdout)))["stringData"]["c0"])
    assert kubeconfig["users"][0]["user"] == {"auth-provider": {"name": "gcp", "config": {"a": "b"}}}


@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        (("--name", "Not_A_Label"), 64, "can't be a name"),
        (("--auth-type", "plugin"), 64, "a plug-in needs a name"),
        (("--secret-name", "none"), 1, 'secrets "none" not found'),
        (("--service-account", "none"), 1, "there is no service account 'none'"),
        (("--context", "nobody"), 1, "cannot get resource"),
    ],
)
def test_refusals(installed: Cluster, argv: tuple[str, ...], status: int, words: str) -> None:
    done = installed.run("create-remote-secret", *argv)
    assert done.status == status
    assert words in done.stderr
    assert done.stdout == ""


@pytest.fixture
def with_istiod(installed: Cluster, control_plane: ControlPlane) -> Iterator[Cluster]:
    clusters = [{"id": "c1", "secretName": "istio-system/istio-remote-secret-c1", "syncStatus": "synced"}]
    with pod_server({"/debug/clusterz": json.dumps(clusters).encode()}) as address:
        control_plane.behave({"selector": "app=istiod", "ports": {"15014": address}})
        yield installed


def test_remote_clusters(with_istiod: Cluster) -> None:
    istiod = next(name for name in with_istiod.names("Pod") if name.startswith("istiod-"))
    done = with_istiod.run("remote-clusters")
    header, row = done.stdout.splitlines()
    assert header.split() == ["NAME", "SECRET", "STATUS", "ISTIOD"]
    assert row.split() == ["c1", "istio-system/istio-remote-secret-c1", "synced", istiod]
    assert json.loads(with_istiod.run("remote-clusters", "-o", "json").stdout)[0]["name"] == "c1"


def test_remote_clusters_without_istiod(empty: Cluster) -> None:
    done = empty.run("remote-clusters")
    assert done.status == 1
    assert "no running Istio pods" in done.stderr
