"""A cluster whose istiod is a stub: `python -m benchmarks.stub_mesh PROXIES FOLDER`, until stdin ends.

Its API server is the real one of tests/controlplane, which forwards both programs to the stub. Prints the path of a
kubeconfig once everything is there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.stub_istiod import start
from tests.support.cluster import Cluster, ControlPlane, wait_for

_NAMESPACE, _POD = "istio-system", "istiod-1"


def main(count: int, folder: Path) -> None:
    """Serve so many proxies."""
    addresses = start(count, folder)
    control_plane = ControlPlane(folder / "cluster")
    try:
        control_plane.behave({"selector": "app=istiod", "ports": addresses})
        cluster = Cluster(control_plane.kubeconfig)
        cluster.namespace(_NAMESPACE)
        labels = {"app": "istiod", "istio": "pilot", "istio.io/rev": "default"}
        wait_for(lambda: "default" in cluster.names("ServiceAccount", namespace=_NAMESPACE))
        cluster.create(
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {"name": _POD, "namespace": _NAMESPACE, "labels": labels},
                "spec": {"containers": [{"name": "discovery", "image": "istio/pilot:1.30.3"}]},
            }
        )
        wait_for(lambda: _is_ready(cluster))
        print(control_plane.kubeconfig, flush=True)
        sys.stdin.read()
    finally:
        control_plane.down()


def _is_ready(cluster: Cluster) -> bool:
    status = cluster.get("v1", "Pod", _POD, _NAMESPACE).get("status", {})
    return any(each["type"] == "Ready" and each["status"] == "True" for each in status.get("conditions", []))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
