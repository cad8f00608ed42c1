from __future__ import annotations

import pytest

from istioctl.injection.openshift import GROUPS, UID_RANGE, proxy_ids, without_assigned_user


@pytest.mark.parametrize(
    ("annotations", "want"),
    [
        (None, (1337, 1337)),
        ({UID_RANGE: "1000/10"}, (1009, 1009)),
        ({UID_RANGE: "1000-1020", GROUPS: "7/3,9/9"}, (1020, 9)),
        ({UID_RANGE: "", GROUPS: "5-6"}, (1337, 6)),
        ({UID_RANGE: "odd"}, (1337, 1337)),
        ({UID_RANGE: "1/2", GROUPS: "1/2,x"}, (2, 1337)),
    ],
)
def test_ids(annotations, want):
    assert proxy_ids(annotations) == want


def _pod(proxy, app):
    containers = [{"name": "istio-proxy", "securityContext": {"runAsUser": proxy}}, {"name": "app"}]
    if app:
        containers[1]["securityContext"] = {"runAsUser": app}
    return {"spec": {"containers": containers}}


def test_a_user_that_everybody_got_is_taken_from_the_proxy():
    assert without_assigned_user(_pod(5, 5))["spec"]["containers"][0] == {"name": "istio-proxy", "securityContext": {}}
    chosen = _pod(6, 5)
    assert without_assigned_user(chosen) == chosen
