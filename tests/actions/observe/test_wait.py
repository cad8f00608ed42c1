"""Waiting until configuration has reached the proxies: istiods and the clock are the test's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, cast

import pytest

from istioctl.actions.observe.istiods import Answer, Answers, Istiods
from istioctl.actions.observe.wait import Target, WaitOptions, WaitResult, wait
from istioctl.cluster.errors import ApiError, Unreachable
from istioctl.errors import ClusterError
from istioctl.proxies.xds_types import CLUSTER

_TARGET = Target("networking.istio.io", "VirtualService", "shop", "web", 2)


class Mesh:
    """Istiods whose state is a function of the time that has passed."""

    def __init__(self, state: Callable[[float], dict[str, Any]]) -> None:
        self.now = 0.0
        self.state = state

    def ask(self, page: str) -> Answers:
        state = self.state(self.now)
        if "problem" in state:
            raise state["problem"]
        body = state["proxies"] if page == "syncz" else state["configs"]
        return Answers((Answer("istiod-a", "default", json.dumps(body).encode()),))

    def wait(self, target: Target | None = _TARGET, **options: Any) -> WaitResult:
        self.said: list[str] = []
        chosen = WaitOptions(**{"timeout": 10.0, **options})
        return wait(
            cast(Istiods, self), target, chosen, self.said.append, clock=lambda: self.now, sleep=self._sleep
        )  # fmt: skip

    def _sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds


def _proxy(name: str, *, acked: str = "b", error: str = "") -> dict[str, Any]:
    status = {"sent": "b", "acked": acked, "lastError": error, "sentTime": "2026-11-26T23:04:56Z"}
    return {"cluster_id": "Kubernetes", "proxy": name, "resources": {CLUSTER: status}}


def _config(generation: int, name: str = "web") -> dict[str, Any]:
    metadata = {"name": name, "namespace": "shop", "generation": generation}
    return {"kind": "VirtualService", "apiVersion": "networking.istio.io/v1", "metadata": metadata}


def test_reached_once_istiod_has_read_it_and_the_proxies_have_confirmed() -> None:
    def state(now: float) -> dict[str, Any]:
        return {
            "configs": [_config(2 if now >= 1 else 1)],
            "proxies": [_proxy("a.shop", acked="b" if now >= 3 else "a"), _proxy("b.shop")],
        }

    mesh = Mesh(state)
    result = mesh.wait()
    assert (result.reached, result.total, result.lacking) == (True, 2, ())
    assert mesh.now == 4.0
    assert mesh.said == [
        "waiting for istiod-a: it has read generation 1 of the object, not yet 2",
        "waiting for a.shop: it has not confirmed the last answer, sent 2026-11-26T23:04:56Z",
    ]


@pytest.mark.parametrize(
    ("state", "who", "why"),
    [
        ({"configs": [], "proxies": []}, "istiod-a", "not yet read the object"),
        ({"configs": [_config(9, "other")], "proxies": []}, "istiod-a", "not yet read the object"),
        ({"configs": {}, "proxies": []}, "istiod-a", "unreadable"),
        ({"configs": [_config(2)], "proxies": [_proxy("a.x", acked="a")]}, "a.x", "has not confirmed"),
        ({"configs": [_config(2)], "proxies": [_proxy("a.x", error="bad filter")]}, "a.x", "CDS: bad filter"),
    ],
)
def test_time_is_over(state: dict[str, Any], who: str, why: str) -> None:
    mesh = Mesh(lambda now: state)
    result = mesh.wait(timeout=3.0)
    assert not result.reached
    assert [each.who for each in result.lacking] == [who]
    assert why in result.lacking[0].why
    assert mesh.now == 3.0


def test_a_moment_of_quiet_is_not_enough() -> None:
    mesh = Mesh(lambda now: {"configs": [_config(2)], "proxies": [_proxy("a.x", acked="a" if 0.4 < now < 5 else "b")]})
    assert mesh.wait().reached
    assert mesh.now == 6.0


def test_named_proxies_and_those_that_are_away() -> None:
    mesh = Mesh(lambda now: {"configs": [_config(2)], "proxies": [_proxy("a.x"), _proxy("b.x", acked="a")]})
    assert mesh.wait(proxies=("a.x",)).total == 1
    away = Mesh(mesh.state).wait(proxies=("c.x",), timeout=1.5)
    assert [(each.who, each.why) for each in away.lacking] == [("c.x", "it is not connected to any istiod")]


@pytest.mark.parametrize(("threshold", "reached"), [(0.5, True), (0.51, False), (0.0, True), (1.0, False)])
def test_threshold(threshold: float, reached: bool) -> None:
    mesh = Mesh(lambda now: {"configs": [_config(2)], "proxies": [_proxy("a.x"), _proxy("b.x", acked="a")]})
    assert mesh.wait(threshold=threshold).reached is reached


def test_everything() -> None:
    assert Mesh(lambda now: {"proxies": [_proxy("a.x")]}).wait(None).reached


def test_removal() -> None:
    gone = Target("networking.istio.io", "VirtualService", "shop", "web", 0)
    mesh = Mesh(lambda now: {"configs": [_config(2)] if now < 2 else [], "proxies": []})
    assert mesh.wait(gone).reached
    assert mesh.now == 3.0


def test_istiod_that_restarts_is_asked_again() -> None:
    away = Unreachable("nothing answers", where="istiod-a", hint="wait")
    mesh = Mesh(lambda now: {"problem": away} if now < 2 else {"proxies": [_proxy("a.x")]})
    assert mesh.wait(None).reached
    with pytest.raises(Unreachable, match="nothing answers"):
        Mesh(lambda now: {"problem": away}).wait(None)


def test_a_missing_right_ends_it_at_once() -> None:
    refused = ApiError(403, "Forbidden", "pods is forbidden", where="server")
    mesh = Mesh(lambda now: {"problem": refused})
    with pytest.raises(ClusterError, match="forbidden"):
        mesh.wait(None)
    assert mesh.now == 0
