from __future__ import annotations

import base64
import json

import pytest

from istioctl.errors import ClusterError
from istioctl.injection.webhook import WebhookInjector, apply_patch

POD = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "p"}, "spec": {"containers": [{"name": "a"}]}}


def answer(**response):
    return lambda review: {**review, "response": response}


def patched(*operations):
    text = base64.b64encode(json.dumps(operations).encode()).decode()
    return answer(allowed=True, patchType="JSONPatch", patch=text)


def test_a_patch_is_applied():
    add = {"op": "add", "path": "/spec/containers/0", "value": {"name": "istio-proxy"}}
    label = {"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}
    outcome = WebhookInjector(patched(add, label), "w").inject(POD)
    assert outcome is not None
    assert outcome.decision.inject
    assert outcome.after["metadata"] == {"name": "p", "labels": {"a": "b"}}
    assert [item["name"] for item in outcome.after["spec"]["containers"]] == ["istio-proxy", "a"]


def test_pods_that_are_left_alone():
    outcome = WebhookInjector(answer(allowed=True), "w").inject(POD)
    assert outcome is not None
    assert not outcome.decision.inject
    assert outcome.after is outcome.workload.data
    hosted = {**POD, "spec": {"hostNetwork": True}}
    assert "host networking" in WebhookInjector(answer(), "w").inject(hosted).decision.reason
    assert WebhookInjector(answer(), "w").inject({"kind": "Service"}) is None


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (answer(allowed=False, status={"message": "no"}), "the webhook refuses: no"),
        (answer(allowed=False), "it does not say why"),
        (lambda review: {}, "not an AdmissionReview"),
        (answer(allowed=True, patch="e30="), "not a JSON patch"),
        (answer(allowed=True, patch="!"), "not a JSON patch"),
        (patched({"op": "remove", "path": "/nowhere"}), "can't be applied: there is no /nowhere"),
        (patched({"op": "replace", "path": "/spec/containers", "value": 1}), "can't be applied"),
    ],
)
def test_answers_that_make_no_sense(ask, said):
    with pytest.raises(ClusterError, match=said):
        WebhookInjector(ask, "w").inject(POD)


@pytest.mark.parametrize(
    ("operation", "want"),
    [
        ({"op": "add", "path": "/l/-", "value": 3}, {"l": [1, 2, 3], "a/b": {}}),
        ({"op": "remove", "path": "/l/0"}, {"l": [2], "a/b": {}}),
        ({"op": "replace", "path": "/l/1", "value": 9}, {"l": [1, 9], "a/b": {}}),
        ({"op": "add", "path": "/a~1b/c", "value": 1}, {"l": [1, 2], "a/b": {"c": 1}}),
        ({"op": "copy", "from": "/l", "path": "/m"}, {"l": [1, 2], "a/b": {}, "m": [1, 2]}),
        ({"op": "move", "from": "/l", "path": "/m"}, {"a/b": {}, "m": [1, 2]}),
        ({"op": "test", "path": "/l/0", "value": 1}, {"l": [1, 2], "a/b": {}}),
        ({"op": "replace", "path": "", "value": 1}, 1),
    ],
)
def test_operations(operation, want):
    assert apply_patch({"l": [1, 2], "a/b": {}}, [operation]) == want


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "/l/7"},
        {"op": "add", "path": "/l/x", "value": 1},
        {"op": "replace", "path": "/z", "value": 1},
        {"op": "test", "path": "/l/0", "value": 2},
        {"op": "wipe", "path": "/l"},
        {"op": "add", "path": "l"},
        {"path": 1},
        7,
    ],
)
def test_operations_that_lead_nowhere(operation):
    with pytest.raises(ValueError, match=r"."):
        apply_patch({"l": [1, 2]}, [operation])
