"""The injector's webhooks: each pod meets one of its revision at most."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from istioctl.api.names import INJECT, INJECTION, REVISION
from istioctl.api.webhooks import (
    HookSelectors,
    as_istiod_leaves_it,
    clashes,
    deactivated,
    injector_name,
    injector_selectors,
    is_injector,
    revisions_of,
    tag_injector_name,
    takes,
)

REVISIONS = ["", "default", "canary"]


def labels(**given: str) -> dict[str, str]:
    names = {"revision": REVISION, "namespace": INJECTION, "pod": INJECT}
    return {names[name]: value for name, value in given.items() if value}


NAMESPACES = [
    {"kubernetes.io/metadata.name": "app", **labels(revision=revision, namespace=word)}
    for revision, word in itertools.product(REVISIONS, ["", "enabled", "disabled"])
]
PODS = [labels(revision=revision, pod=word) for revision, word in itertools.product(REVISIONS, ["", "true", "false"])]


def hook(selectors: HookSelectors) -> dict[str, Any]:
    return {
        "name": f"{selectors.prefix}sidecar-injector.istio.io",
        "namespaceSelector": {"matchExpressions": selectors.namespaces},
        "objectSelector": {"matchExpressions": selectors.pods},
    }


def meets(hooks: list[HookSelectors], namespace: dict[str, str], pod: dict[str, str]) -> list[str]:
    return [selectors.prefix for selectors in hooks if takes(hook(selectors), namespace, pod)]


@pytest.mark.parametrize("everywhere", [False, True])
def test_no_pod_is_injected_twice(everywhere: bool) -> None:
    default = injector_selectors("default", is_default=True, everywhere=everywhere)
    canary = injector_selectors("canary", is_default=False, everywhere=everywhere)
    for namespace, pod in itertools.product(NAMESPACES, PODS):
        assert len(meets([*default, *canary], namespace, pod)) <= 1, (namespace, pod)


def test_who_is_injected() -> None:
    hooks = injector_selectors("default", is_default=True, everywhere=False)
    assert meets(hooks, {"istio-injection": "enabled"}, {}) == ["namespace."]
    assert meets(hooks, {"istio-injection": "enabled"}, {"sidecar.istio.io/inject": "false"}) == []
    assert meets(hooks, {"istio.io/rev": "default"}, {}) == ["rev.namespace."]
    assert meets(hooks, {}, {"istio.io/rev": "default"}) == ["rev.object."]
    assert meets(hooks, {}, {"sidecar.istio.io/inject": "true"}) == ["object."]
    assert meets(hooks, {}, {}) == []


def test_everywhere_leaves_the_system_alone() -> None:
    hooks = injector_selectors("default", is_default=True, everywhere=True)
    assert meets(hooks, {"kubernetes.io/metadata.name": "app"}, {}) == ["auto."]
    assert meets(hooks, {"kubernetes.io/metadata.name": "kube-system"}, {}) == []


def test_the_charts_webhooks_do_not_clash() -> None:
    default = injector_selectors("default", is_default=True, everywhere=True)
    canary = injector_selectors("canary", is_default=False, everywhere=False)
    assert list(clashes([hook(selectors) for selectors in (*default, *canary)], {"default", "canary"})) == []


def test_two_defaults_clash() -> None:
    hooks = [hook(selectors) for selectors in injector_selectors("default", is_default=True, everywhere=False)]
    found = list(clashes([*hooks, *hooks], {"default"}))
    assert sorted(found) == [[index, index + len(hooks)] for index in range(len(hooks))]


def test_whose_configuration_it_is() -> None:
    hooks = [hook(selectors) for selectors in injector_selectors("canary", is_default=False, everywhere=False)]
    assert revisions_of({"webhooks": hooks}) == {"canary"}
    assert is_injector({"webhooks": [{"name": "x.istio.io"}]})
    assert is_injector({"metadata": {"labels": {REVISION: "a"}}})
    assert not is_injector({"metadata": None, "webhooks": [{"name": "x.example"}, "text"]})


def test_what_is_deactivated_takes_nothing() -> None:
    hooks = [hook(selectors) for selectors in injector_selectors("default", is_default=True, everywhere=True)]
    for one in deactivated({"webhooks": hooks})["webhooks"]:
        assert not any(takes(one, namespace, pod) for namespace, pod in itertools.product(NAMESPACES, PODS))


def test_names_say_where_the_control_plane_is() -> None:
    assert injector_name("-canary", "istio-system") == "istio-sidecar-injector-canary"
    assert tag_injector_name("prod", "mesh") == "istio-revision-tag-prod-mesh"


@pytest.mark.parametrize(
    ("wanted", "live", "applied"),
    [
        ("Ignore", "Fail", None),  # istiod owns the field by now
        ("Ignore", "Ignore", "Ignore"),
        ("Ignore", None, "Ignore"),
        ("Fail", "Fail", "Fail"),
        ("Fail", "Ignore", "Fail"),
    ],
)
def test_failure_policy_is_left_to_istiod_once_it_serves(wanted: str, live: str | None, applied: str | None) -> None:
    def configuration(policy: str) -> dict[str, Any]:
        return {"webhooks": [{"name": "validation.istio.io", "failurePolicy": policy, "sideEffects": "None"}]}

    made = as_istiod_leaves_it(configuration(wanted), configuration(live) if live else None)
    assert made["webhooks"][0].get("failurePolicy") == applied
    assert made["webhooks"][0]["sideEffects"] == "None"
    other = {"webhooks": [{"name": "other", "failurePolicy": "Fail"}]}
    assert as_istiod_leaves_it(configuration("Ignore"), other) == configuration("Ignore")
