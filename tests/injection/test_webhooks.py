from __future__ import annotations

import pytest

from istioctl.injection.webhooks import verdicts


def _term(key, operator, *values):
    return {"key": key, "operator": operator, **({"values": list(values)} if values else {})}


def _hook(name, namespace, pod):
    return {
        "name": name,
        "namespaceSelector": {"matchExpressions": namespace},
        "objectSelector": {"matchExpressions": pod},
    }


DEFAULT = {
    "metadata": {"name": "injector", "labels": {"istio.io/rev": "default"}},
    "webhooks": [
        _hook(
            "namespace.sidecar-injector.istio.io",
            [_term("istio-injection", "In", "enabled")],
            [_term("sidecar.istio.io/inject", "NotIn", "false")],
        ),
        _hook(
            "object.sidecar-injector.istio.io",
            [_term("istio-injection", "DoesNotExist")],
            [_term("sidecar.istio.io/inject", "In", "true")],
        ),
    ],
}
NEVER = {"matchLabels": {"istio.io/deactivated": "never-match"}}
OFF = {
    "metadata": {"name": "off"},
    "webhooks": [{"name": "x.istio.io", "namespaceSelector": NEVER, "objectSelector": NEVER}],
}


@pytest.mark.parametrize(
    ("pod", "namespace", "injects", "reason"),
    [
        ({}, {"istio-injection": "enabled"}, True, "Namespace label istio-injection=enabled matches"),
        ({"sidecar.istio.io/inject": "true"}, {}, True, "Pod label sidecar.istio.io/inject=true matches"),
        ({"sidecar.istio.io/inject": "false"}, {"istio-injection": "enabled"}, False,
         "Pod has sidecar.istio.io/inject=false label, preventing injection"),
        ({"sidecar.istio.io/inject": "true"}, {"istio-injection": "disabled"}, False,
         "Namespace has istio-injection=disabled label, preventing injection"),
        ({}, {}, False,
         "No matching namespace labels (istio-injection=enabled) or pod labels (sidecar.istio.io/inject=true)"),
        ({"sidecar.istio.io/inject": "true"}, {"istio-injection": "enabled"}, True,
         "Namespace label istio-injection=enabled matches, and pod label sidecar.istio.io/inject=true matches"),
    ],
)  # fmt: skip
def test_labels_decide(pod, namespace, injects, reason):
    (verdict,) = verdicts([DEFAULT], pod, namespace)
    assert (verdict.name, verdict.revision, verdict.injects) == ("injector", "default", injects)
    assert verdict.reason == reason


def test_foreign_webhooks_are_passed_over_and_deactivated_ones_named():
    foreign = {"metadata": {"name": "a"}, "webhooks": [{"name": "x.example.com"}]}
    found = verdicts([OFF, foreign, DEFAULT], {}, {})
    assert [verdict.name for verdict in found] == ["injector", "off"]
    assert "deactivated" in found[1].reason


def test_a_webhook_for_every_namespace_says_so():
    hook = _hook("x.istio.io", [_term("kubernetes.io/metadata.name", "NotIn", "kube-system")], [])
    (verdict,) = verdicts([{"metadata": {"name": "a"}, "webhooks": [hook]}], {}, {"kubernetes.io/metadata.name": "x"})
    assert verdict.injects
    assert "all namespaces" in verdict.reason
