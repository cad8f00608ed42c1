"""Ways through a pod's proxy without iptables: a Sidecar object asks for listeners that are open on this machine."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

OPEN = "test/open"
"""An annotation: the pod's proxy listens, so that requests go through it; and a label with the pod's name, then."""
Pod = dict[str, Any]


def client_address(pod: Pod) -> str:
    """The address of this machine at which an open pod's proxy takes what the pod sends; the port is the Service's."""
    return "127.98." + pod["status"]["podIP"].split(".", 2)[2]


def sidecar_of(pod: Pod, ports: Mapping[int, str]) -> dict[str, Any]:
    """The Sidecar object of one pod, which its label `OPEN` names.

    Args:
        ports: where the application answers, by the pod's port that the proxy takes requests at.
    """
    incoming = [
        {**_listener(number, pod["status"]["podIP"]), "defaultEndpoint": address} for number, address in ports.items()
    ]
    outgoing = [{**_listener(number, client_address(pod)), "hosts": ["*/*"]} for number in ports]
    name = pod["metadata"]["name"]
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "Sidecar",
        "metadata": {"name": name, "namespace": pod["metadata"]["namespace"]},
        "spec": {"workloadSelector": {"labels": {OPEN: name}}, "ingress": incoming, "egress": outgoing},
    }


def _listener(number: int, address: str) -> dict[str, Any]:
    port = {"number": number, "name": f"http-{number}", "protocol": "HTTP"}
    return {"port": port, "bind": address, "captureMode": "NONE"}
