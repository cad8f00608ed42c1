"""A cluster that needs no Go, and a session with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from istioctl import ClientOptions, open_session
from istioctl.cluster.session import Session
from tests.support.stub_cluster import StubCluster


@pytest.fixture
def stub(tmp_path: Path) -> Iterator[StubCluster]:
    with StubCluster(tmp_path) as cluster:
        yield cluster


@pytest.fixture
def session(stub: StubCluster) -> Iterator[Session]:
    opened = open_session(ClientOptions(kubeconfig=str(stub.kubeconfig)))
    yield opened
    opened.close()
