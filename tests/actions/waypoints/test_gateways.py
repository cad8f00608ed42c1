"""The Gateways that make waypoints."""

from __future__ import annotations

import pytest

from istioctl.actions.waypoints.gateways import Wanted, waypoint_gateway
from istioctl.errors import InputError


@pytest.mark.parametrize(
    ("wanted", "metadata"),
    [
        (Wanted(), {"name": "waypoint"}),
        (Wanted(name=""), {"name": "waypoint"}),
        (Wanted("w", "shop"), {"name": "w", "namespace": "shop"}),
        (Wanted(traffic="all"), {"name": "waypoint", "labels": {"istio.io/waypoint-for": "all"}}),
        (
            Wanted(traffic="none", revision="canary"),
            {"name": "waypoint", "labels": {"istio.io/rev": "canary", "istio.io/waypoint-for": "none"}},
        ),
    ],
)
def test_metadata(wanted: Wanted, metadata: dict[str, object]) -> None:
    gateway = waypoint_gateway(wanted)
    assert gateway["metadata"] == metadata
    assert gateway["spec"]["gatewayClassName"] == "istio-waypoint"
    assert gateway["spec"]["listeners"] == [{"name": "mesh", "port": 15008, "protocol": "HBONE"}]


@pytest.mark.parametrize(("wanted", "where"), [(Wanted(traffic="some"), "--for"), (Wanted(name="none"), "--name")])
def test_refused(wanted: Wanted, where: str) -> None:
    with pytest.raises(InputError) as caught:
        waypoint_gateway(wanted)
    assert caught.value.where == where
