from __future__ import annotations

import pytest

from istioctl.injection.policy import Policy, decide

INJECT = "sidecar.istio.io/inject"
NEVER = {"matchLabels": {"never": "inject"}}
ALWAYS = {"matchExpressions": [{"key": "always", "operator": "Exists"}]}


def pod(labels=None, annotations=None, namespace="", **spec):
    metadata = {"labels": labels or {}, "annotations": annotations or {}}
    return {"metadata": metadata | ({"namespace": namespace} if namespace else {}), "spec": spec}


@pytest.mark.parametrize(
    ("made", "policy", "inject", "reason"),
    [
        (pod(), Policy(), True, "policy is 'enabled'"),
        (pod(), Policy("disabled"), False, "policy is 'disabled'"),
        (pod(), Policy("off"), False, "does not know"),
        (pod({INJECT: "true"}), Policy("disabled"), True, "label"),
        (pod({INJECT: "false"}, {INJECT: "true"}), Policy(), False, "label"),
        (pod(None, {INJECT: "false"}), Policy(), False, "annotation"),
        (pod(hostNetwork=True), Policy(), False, "host networking"),
        (pod({INJECT: "true"}, namespace="kube-system"), Policy(), False, "kube-system"),
        (pod({"never": "inject", "always": ""}), Policy("enabled", [NEVER], [ALWAYS]), False, "neverInjectSelector"),
        (pod({"always": ""}), Policy("disabled", [NEVER], [ALWAYS]), True, "alwaysInjectSelector"),
        (pod({"never": "inject", INJECT: "true"}), Policy("enabled", [NEVER]), True, "label"),
        (pod({"x": "y"}), Policy("enabled", [{}]), True, "policy"),
    ],
)
def test_verdicts(made, policy, inject, reason):
    decision = decide(made, policy)
    assert decision.inject is inject
    assert reason in decision.reason


def test_odd_values_count_as_unset():
    decision = decide(pod({INJECT: "True"}), Policy())
    assert decision == (True, "the injector's policy is 'enabled'")
