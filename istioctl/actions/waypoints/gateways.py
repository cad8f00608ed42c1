"""The Gateway that makes a waypoint; needs no cluster."""

from __future__ import annotations

from typing import Any, NamedTuple

from istioctl.api import ports
from istioctl.api.names import REVISION
from istioctl.errors import InputError

API_VERSION = "gateway.networking.k8s.io/v1"
CLASS = "istio-waypoint"
DEFAULT_NAME = "waypoint"
TRAFFIC = "istio.io/waypoint-for"
TRAFFIC_TYPES = ("all", "none", "service", "workload")

_NO_WAYPOINT = "none"  # a namespace or object with this name as its waypoint has none


class Wanted(NamedTuple):
    """A waypoint to make.

    Attributes:
        namespace: empty leaves it out.
        traffic: one of `TRAFFIC_TYPES`, or empty for the control plane's default.
        revision: of the control plane that shall run it; empty for the default one.
    """

    name: str = DEFAULT_NAME
    namespace: str = ""
    traffic: str = ""
    revision: str = ""


def waypoint_gateway(wanted: Wanted) -> dict[str, Any]:
    """The Gateway that makes the waypoint.

    Raises:
        InputError: the name is reserved, or there is no such type of traffic.
    """
    if wanted.name == _NO_WAYPOINT:
        raise InputError(
            f"{_NO_WAYPOINT!r} can't be a waypoint's name", where="--name", hint="It stands for no waypoint at all."
        )
    if wanted.traffic and wanted.traffic not in TRAFFIC_TYPES:
        raise InputError(
            f"invalid traffic type: {wanted.traffic}", where="--for", hint=f"Choose from {', '.join(TRAFFIC_TYPES)}."
        )
    labels = {key: value for key, value in ((REVISION, wanted.revision), (TRAFFIC, wanted.traffic)) if value}
    metadata = {"name": wanted.name or DEFAULT_NAME, "namespace": wanted.namespace, "labels": labels}
    return {
        "apiVersion": API_VERSION,
        "kind": "Gateway",
        "metadata": {key: value for key, value in metadata.items() if value},
        "spec": {
            "gatewayClassName": CLASS,
            "listeners": [{"name": "mesh", "port": ports.HBONE, "protocol": "HBONE"}],
        },
    }
