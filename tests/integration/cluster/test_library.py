"""The library for those who hold a client of the official library: docs/library.md's own example, and its transport."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from kubernetes.client import ApiClient, Configuration
from kubernetes.config import load_kube_config

from istioctl import ApiError, ClientOptions, SpecificationInputs, kubernetes_version, list_revisions, open_session
from istioctl.cluster.pod_http import ask_pod
from tests.support.cluster import Cluster, ControlPlane, wait_for
from tests.support.pod_server import pod_server
from tests.support.tls_server import proxy

pytestmark = pytest.mark.cluster
PAGE = Path(__file__).resolve().parents[3] / "docs" / "library.md"


@pytest.fixture
def configuration(kubeconfig: Path) -> Any:
    made = Configuration()
    load_kube_config(config_file=str(kubeconfig), client_configuration=made)
    return made


@pytest.fixture
def api(configuration: Any) -> Iterator[Any]:
    with ApiClient(configuration) as client:
        yield client


def test_the_documentation_s_example(bare: Cluster, api: Any) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    last = next(index for index, block in enumerate(blocks) if "def try_out" in block)
    names: dict[str, Any] = {"inputs": None}
    for block in (*(block for block in blocks[:last] if "InstallOptions" in block), blocks[last]):
        exec(compile(block, str(PAGE), "exec"), names)  # noqa: S102 - the page's own code
    names["SpecificationInputs"] = SpecificationInputs
    printed = io.StringIO()
    with redirect_stdout(printed):
        names["try_out"](api)
    objects, *lines = printed.getvalue().splitlines()
    assert re.fullmatch(r"installed: 4\d objects", objects)
    assert lines == [
        "revision: default 1.30.3",
        "labelled: True",
        "injectors: ['istio-revision-tag-default', 'istio-sidecar-injector']",
        "proxy: ['registry.istio.io/release/proxyv2:1.30.3'] native",
        "failures: []",
        "findings: ['IST0102']",
        "removed: True",
    ]


def test_port_forwards_go_through_the_client_s_proxy(
    cluster: Cluster, configuration: Any, control_plane: ControlPlane
) -> None:
    namespace = f"forward-{time.monotonic_ns()}"
    cluster.namespace(namespace)
    cluster.create({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "web", "namespace": namespace, "labels": {"app": "forwarded"}},
        "spec": {"containers": [{"name": "web", "image": "registry.example.com/web:1"}]},
    })  # fmt: skip
    try:
        with pod_server({"/x": b"here"}) as address, proxy() as (port, through):
            control_plane.behave({"selector": "app=forwarded", "ports": {"8080": address}})
            wait_for(lambda: cluster.get("v1", "Pod", "web", namespace)["status"].get("phase") == "Running")
            configuration.proxy = f"http://127.0.0.1:{port}"
            configuration.proxy_headers = {"X-Way": "1"}
            session = open_session(configuration)
            assert ask_pod(session, namespace, "web", 8080, "/x") == b"here"
            session.close()
        assert through
        assert all(headers["x-way"] == "1" for _, headers in through)
    finally:
        control_plane.behave()
        cluster.session.send("DELETE", f"/api/v1/namespaces/{namespace}")


def test_what_takes_a_session_takes_a_client(cluster: Cluster, configuration: Any, api: Any) -> None:
    for client in (configuration, api, ClientOptions(official=api), cluster.session):
        assert kubernetes_version(client).startswith("v1.")


def test_refusals_are_the_client_s_own(configuration: Any) -> None:
    configuration.api_key = {"authorization": "Bearer of-nobody"}
    configuration.refresh_api_key_hook = None
    with pytest.raises(ApiError) as caught:
        list_revisions(configuration)
    assert caught.value.status == 401
    assert "of-nobody" not in f"{caught.value} {caught.value.hint}"
