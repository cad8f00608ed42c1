from __future__ import annotations

from types import SimpleNamespace

import pytest

from istioctl.cluster import wait


def test_names_are_told_where_they_differ_and_not_too_often(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr(wait, "time", SimpleNamespace(monotonic=lambda: now[0]))
    told: list[list[str]] = []
    tell = wait.now_and_then(told.append)
    for seconds, objects in (
        (0, {"a": "no pod", "b": "no pod"}),
        (5, {"a": "one pod", "b": "no pod"}),  # only the reason differs
        (0, {"b": "no pod"}),
        (0.5, {"c": "no pod"}),  # too soon
        (0, {}),
        (1, {"c": "no pod"}),
    ):
        now[0] += seconds
        tell(objects)
    assert told == [["a", "b"], ["b"], ["c"]]
