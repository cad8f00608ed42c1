from __future__ import annotations

from collections.abc import Mapping

import pytest

from istioctl.actions.observe.bug_report.tally import Tally
from istioctl.actions.progress import NOTHING, Silence, Stage


class Listener(Silence):
    def __init__(self) -> None:
        self.last: dict[str, tuple[str, tuple[str, ...], tuple[int, int] | None]] = {}

    def working(
        self,
        component: str,
        stage: Stage,
        waiting: Mapping[str, str] = NOTHING,
        count: tuple[int, int] | None = None,
    ) -> None:
        self.last[component] = (str(stage), tuple(waiting), count)


def test_each_folder_is_counted() -> None:
    listener = Listener()
    tally = Tally(listener)
    tally.expect(["versions", "cluster/Pod.v1.json", "cluster/crs/Gateway.json"])
    assert listener.last == {"versions": ("gathering", (), (0, 1)), "cluster": ("gathering", (), (0, 2))}
    with tally.gathering("versions"):
        assert listener.last["versions"] == ("gathering", ("versions",), (0, 1))
    with tally.gathering("cluster/crs/Gateway.json"), tally.gathering("cluster/Pod.v1.json"):
        assert listener.last["cluster"] == ("gathering", ("Pod.v1.json", "crs/Gateway.json"), (0, 2))
    assert listener.last == {"versions": ("ready", (), (1, 1)), "cluster": ("ready", (), (2, 2))}


def test_what_comes_later_and_what_fails_counts_too() -> None:
    listener = Listener()
    tally = Tally(listener)
    tally.expect(["proxies/a/coredumps"])
    with pytest.raises(ValueError, match="gone"), tally.gathering("proxies/a/coredumps"):
        raise ValueError("gone")
    assert listener.last["proxies"] == ("ready", (), (1, 1))
    tally.expect(["proxies/a/0.core"])
    assert listener.last["proxies"] == ("gathering", (), (1, 2))
