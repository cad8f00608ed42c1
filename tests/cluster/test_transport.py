"""Connections to a server, from several threads at once."""

from __future__ import annotations

import ssl
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest
import yaml

from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.session import open_session
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
        session = open_session(ClientOptions(kubeconfig=str(kubeconfig(tmp_path, port, certificate[0]))))
        before = [*changes]
        in_parallel([partial(session.request, "GET", "/api/v1")] * 20)
        session.close()
    assert len(seen) == 20
    assert before == changes == [("http/1.1",)]


def kubeconfig(folder: Path, port: int, authority: str) -> Path:
    data = {
        "clusters": [
            {"name": "c", "cluster": {"server": f"https://127.0.0.1:{port}", "certificate-authority": authority}}
        ],
        "contexts": [{"name": "c", "context": {"cluster": "c", "user": ""}}],
        "current-context": "c",
    }
    file = folder / "kubeconfig"
    file.write_text(yaml.safe_dump(data))
    return file
