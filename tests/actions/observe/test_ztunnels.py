"""Finding ztunnels with fewer rights than all."""

from __future__ import annotations

import json

import pytest

from istioctl import ApiError
from istioctl.actions.observe.ztunnels import Source, find_ztunnels
from istioctl.cluster.session import Session
from tests.support.stub_cluster import Answer, Asked, StubCluster


def refuse(stub: StubCluster, *resources: str, status: int = 403) -> None:
    body = json.dumps({"kind": "Status", "code": status, "reason": "Forbidden", "message": "no right"}).encode()

    def bend(asked: Asked, answer: Answer) -> Answer:
        return Answer(status, body) if any(f"/{name}" in asked.path for name in resources) else answer

    stub.bend = bend


@pytest.mark.parametrize(
    "source",
    [Source(everything=True), Source(), Source(node="one"), Source(("web-1.shop",)), Source(("deploy/web.shop",))],
)
def test_without_the_right_to_read_daemon_sets_the_label_tells(
    stub: StubCluster, session: Session, source: Source
) -> None:
    refuse(stub, "daemonsets")
    assert [each.name for each in find_ztunnels(session, source).ztunnels] == ["ztunnel-1"]


def test_other_refusals_are_told(stub: StubCluster, session: Session) -> None:
    with pytest.raises(ApiError) as caught:
        find_ztunnels(session, Source())  # there is no DaemonSet
    assert caught.value.status == 404
    refuse(stub, "daemonsets", "pods")
    with pytest.raises(ApiError, match="no right") as caught:
        find_ztunnels(session, Source())
    assert "/pods" in str(caught.value)
