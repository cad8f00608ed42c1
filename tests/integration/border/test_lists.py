"""What is kept of the lists that a server gives."""

from __future__ import annotations

from pathlib import Path

from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import open_session
from tests.integration.border.commands import OBJECTS
from tests.support.stub_cluster import StubCluster


def test_a_server_that_sends_more_than_metadata(tmp_path: Path) -> None:
    with StubCluster(tmp_path, OBJECTS) as stub:
        session = open_session(ClientOptions(str(stub.kubeconfig)))
        found = list_objects(session, "v1", "Pod", metadata_only=True)
        whole = list_objects(session, "v1", "Pod")
        session.close()

    assert {key for item in whole for key in item} > {"apiVersion", "kind", "metadata"}  # the stub always sends all
    assert found == [{key: item[key] for key in ("apiVersion", "kind", "metadata")} for item in whole]
