from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.run import run_cli

UNREACHABLE = """\
apiVersion: v1
kind: Config
current-context: gone
contexts: [{name: gone, context: {cluster: gone, user: me}}]
clusters: [{name: gone, cluster: {server: "http://127.0.0.1:1"}}]
users: [{name: me, user: {}}]
"""


@pytest.mark.parametrize(
    ("kubeconfig", "reason"), [(UNREACHABLE, "no connection"), (None, "there is no such kubeconfig file")]
)
def test_own_version_is_told_whatever_the_cluster_does(tmp_path: Path, kubeconfig: str | None, reason: str) -> None:
    file = tmp_path / "config"
    if kubeconfig is not None:
        file.write_text(kubeconfig)
    done = run_cli("version", "--kubeconfig", str(file), "--kubeclient-timeout", "2s")
    assert (done.status, done.stdout) == (0, "client version: 1.30.3\n")
    assert done.stderr.startswith("The cluster tells nothing: ")
    assert reason in done.stderr
    data = run_cli("version", "--kubeconfig", str(file), "-o", "json", "--kubeclient-timeout", "2s")
    assert data.status == 0
    assert list(json.loads(data.stdout)) == ["clientVersion"]
