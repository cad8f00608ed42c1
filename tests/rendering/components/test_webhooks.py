"""Each pod meets one webhook of its revision at most."""

from __future__ import annotations

import itertools

import pytest

from istioctl.api.labels import matches
from istioctl.rendering.components.webhooks import injector_hooks

REVISIONS = ["", "default", "canary"]


def labels(**given: str) -> dict[str, str]:
    names = {"revision": "istio.io/rev", "namespace": "istio-injection", "pod": "sidecar.istio.io/inject"}
    return {names[name]: value for name, value in given.items() if value}


NAMESPACES = [
    {"kubernetes.io/metadata.name": "app", **labels(revision=revision, namespace=word)}
    for revision, word in itertools.product(REVISIONS, ["", "enabled", "disabled"])
]
PODS = [labels(revision=revision, pod=word) for revision, word in itertools.product(REVISIONS, ["", "true", "false"])]


def meets(hooks: list[dict[str, object]], namespace: dict[str, str], pod: dict[str, str]) -> list[object]:
    return [
        hook["prefix"]
        for hook in hooks
        if matches({"matchExpressions": hook["namespaces"]}, namespace)
        and matches({"matchExpressions": hook["pods"]}, pod)
    ]


@pytest.mark.parametrize("everywhere", [False, True])
def test_no_pod_is_injected_twice(everywhere: bool) -> None:
    default = injector_hooks("default", is_default=True, everywhere=everywhere)
    canary = injector_hooks("canary", is_default=False, everywhere=everywhere)
    for namespace, pod in itertools.product(NAMESPACES, PODS):
        assert len(meets([*default, *canary], namespace, pod)) <= 1, (namespace, pod)


def test_who_is_injected() -> None:
    hooks = injector_hooks("default", is_default=True, everywhere=False)
    assert meets(hooks, {"istio-injection": "enabled"}, {}) == ["namespace."]
    assert meets(hooks, {"istio-injection": "enabled"}, {"sidecar.istio.io/inject": "false"}) == []
    assert meets(hooks, {"istio.io/rev": "default"}, {}) == ["rev.namespace."]
    assert meets(hooks, {}, {"istio.io/rev": "default"}) == ["rev.object."]
    assert meets(hooks, {}, {"sidecar.istio.io/inject": "true"}) == ["object."]
    assert meets(hooks, {}, {}) == []


def test_everywhere_leaves_the_system_alone() -> None:
    hooks = injector_hooks("default", is_default=True, everywhere=True)
    assert meets(hooks, {"kubernetes.io/metadata.name": "app"}, {}) == ["auto."]
    assert meets(hooks, {"kubernetes.io/metadata.name": "kube-system"}, {}) == []
