"""Documents whose text alone shows that nothing is wrong with them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from istioctl.analysis.validation import glance
from istioctl.analysis.validation.glance import plain_kind

SERVICE = """\
# number 1
apiVersion: v1
kind: Service
metadata: {name: app-1, namespace: ns-1}
spec:
  ports:
  - {name: http2-1, port: 81, targetPort: 8081}
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: app-1
spec:
  replicas: 1
  template:
    metadata:
      labels:
        app: app-1
        version: v1
    spec:
      containers:
      - name: main
        image: app-1:1.1
        args: ["a1", 'b1']
"""
CONFIG = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a1\ndata:\n  key1: "1"\n  key2: "1\\1"\n'


def fresh(text: str) -> str | None:
    glance._SHAPES.clear()
    return plain_kind(text)


@pytest.mark.parametrize("text", [SERVICE, DEPLOYMENT, CONFIG, CONFIG.replace("\\1", "")])
@given(data=st.data())
def test_what_is_remembered_is_what_would_be_found(text: str, data: st.DataObject) -> None:
    def digit(_: re.Match[str]) -> str:
        return data.draw(st.sampled_from("1239"))

    other = re.sub("[1-9]", digit, text)
    alone = fresh(other)
    fresh(text)
    assert plain_kind(other) == alone


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (SERVICE, "Service"),
        (DEPLOYMENT, "Deployment"),
        (SERVICE.replace("http2", "http3"), None),
        (SERVICE.replace("apiVersion: v1", "apiVersion: v2"), "Service"),
        (DEPLOYMENT.replace("apps/v1", "apps/v3").replace("replicas: 1", "replicas: x"), "Deployment"),
        (CONFIG, None),
        (CONFIG.replace("\\1", ""), "ConfigMap"),
        ('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: "a1}\n', None),
        ("apiVersion: networking.istio.io/v1\nkind: Gateway\n", None),
        ("apiVersion: v1\nkind: PodList\n", None),
    ],
)
def test_kinds(text: str, kind: str | None) -> None:
    assert fresh(text) == kind
    assert plain_kind(text) == kind


def test_another_version_of_one_shape_is_another_kind() -> None:
    wrong = DEPLOYMENT.replace("replicas: 1", "replicas: x")
    assert fresh(wrong.replace("apps/v1", "apps/v2")) == "Deployment"  # nothing is known of apps/v2
    assert plain_kind(wrong) is None


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(glance, "_MOST_REMEMBERED", 2 * len(SERVICE))
    for name in ("a", "b", "c", "d", "e"):
        plain_kind(SERVICE.replace("app", name))
        assert sum(map(len, glance._SHAPES)) <= 2 * len(SERVICE)
