"""Connections to a server, from several threads at once."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest

from istioctl.cluster.kubeconfig import Connection
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.transport import connection_pool
from tests.support.certificates import make_certificate
from tests.support.tls_server import tls_server


def test_what_threads_share_is_not_changed_as_they_connect(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """OpenSSL reads an SSL context without a lock as it makes a connection."""
    changes: list[tuple[str, ...]] = []

    def changed(context: ssl.SSLContext, protocols: Iterable[str]) -> None:
        changes.append(tuple(protocols))
        original(context, protocols)

    original = ssl.SSLContext.set_alpn_protocols
    monkeypatch.setattr(ssl.SSLContext, "set_alpn_protocols", changed)
    certificate = make_certificate(tmp_path)
    with tls_server(certificate) as (port, seen):
        authority = Path(certificate[0]).read_bytes()
        _, pool = connection_pool(Connection(server=f"https://127.0.0.1:{port}", ca=authority, proxy=""))
        before = [*changes]
        in_parallel([partial(pool.request, "GET", "/api/v1")] * 20)
        pool.close()
    assert len(seen) == 20
    assert before == changes == [("http/1.1",)]
