"""Injection by somebody else's injector: a mutating webhook that answers AdmissionReviews with JSON patches.

What goes out and comes back is what kube-inject and istiod exchange (`istioctl/pkg/kubeinject/kubeinject.go` and
`serveInject` in `pkg/kube/inject/webhook.go`). Who carries it is given from above.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from istioctl.api.trees import copy_of
from istioctl.errors import ClusterError
from istioctl.injection import policy, typed, workloads
from istioctl.injection.injector import Outcome
from istioctl.yamldoc.nesting import is_too_deep

#: Sends an AdmissionReview to the webhook and gives its answer, both as plain data.
Ask = Callable[[Mapping[str, Any]], Mapping[str, Any]]


_MOST_COPIED = 100_000
"""Values: a pod has some hundreds, and a patch that copies it into itself doubles it each time."""


class WebhookInjector:
    """Injects sidecars by asking a webhook.

    Args:
        ask: carries a review to the webhook.
        name: the webhook's name, for reports and errors.
    """

    def __init__(self, ask: Ask, name: str) -> None:
        self._ask = ask
        self._name = name

    def inject(self, data: Mapping[str, Any]) -> Outcome | None:
        """Inject one object; None where it holds no pod.

        Args:
            data: the object as the user wrote it, as plain data.

        Raises:
            InputError: the object is wrong.
            ClusterError: the webhook refuses, can't be asked or answers with something else.
        """
        workload = workloads.find(data)
        if workload is None:
            return None
        pod = workload.pod
        if pod["spec"].get("hostNetwork"):
            return Outcome(workload, policy.decide(pod, policy.Policy()), workload.data)
        if reason := workloads.no_pod_because(data, workload):
            return Outcome(workload, policy.Decision(False, reason), workload.data)
        patch = self._patch(workload, pod)
        if patch is None:
            decision = policy.Decision(False, f"the webhook {self._name} leaves it as it is")
            return Outcome(workload, decision, workload.data, workloads.concerns(data, workload))
        whole = typed.complete({"apiVersion": "v1", "kind": "Pod", **pod}, "Pod")
        try:
            patched = typed.read(apply_patch(whole, patch), "Pod", lenient=False)
        except (typed.WrongTypeError, ValueError) as error:
            raise ClusterError(f"the webhook's patch can't be applied: {error}", where=self._name) from None
        after = workload.with_pod({"metadata": patched.get("metadata", {}), "spec": patched.get("spec", {})})
        said = workloads.concerns(data, workload, patched.get("spec", {}))
        return Outcome(workload, policy.Decision(True, f"by the webhook {self._name}"), after, said)

    def _patch(self, workload: workloads.Workload, pod: Mapping[str, Any]) -> list[Any] | None:
        namespace = pod["metadata"].get("namespace") or workload.namespace
        review = {
            "apiVersion": "admission.k8s.io/v1",
            "kind": "AdmissionReview",
            "request": {
                "uid": "",
                "kind": {"group": "", "version": "v1", "kind": "Pod"},
                "resource": {"group": "", "version": "v1", "resource": "pods"},
                "operation": "CREATE",
                "name": pod["metadata"].get("name", ""),
                "namespace": namespace,
                "userInfo": {},
                "object": typed.complete({"apiVersion": "v1", "kind": "Pod", **pod}, "Pod"),
                "oldObject": None,
                "options": None,
            },
        }
        answer = self._ask(review)
        response = answer.get("response")
        if not isinstance(response, dict):
            raise ClusterError("the webhook's answer is not an AdmissionReview", where=self._name)
        patch = response.get("patch")
        if not response.get("allowed"):
            said = response.get("status") or response.get("result") or {}
            reason = said.get("message") if isinstance(said, dict) else ""
            raise ClusterError(f"the webhook refuses: {reason or 'it does not say why'}", where=self._name)
        if not patch:
            return None
        try:
            decoded = json.loads(base64.b64decode(patch))
        except (ValueError, TypeError, RecursionError):
            decoded = None
        if not isinstance(decoded, list) or is_too_deep(decoded):
            raise ClusterError("the webhook's patch is not a JSON patch", where=self._name)
        return decoded


def apply_patch(data: Any, patch: list[Any]) -> Any:
    """`data` with a JSON patch (RFC 6902) applied, as a copy.

    Raises:
        ValueError: an operation is malformed, or its path leads nowhere.
    """
    data = copy_of(data)
    copied = 0
    for operation in patch:
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            raise ValueError(f"{operation!r} is not an operation")
        kind, path = operation.get("op"), _steps(operation["path"])
        if kind in ("move", "copy"):
            value = _get(data, _steps(str(operation.get("from"))))
            copied += _size(value)
            if copied > _MOST_COPIED:
                raise ValueError("it copies too much")
            if kind == "move":
                data = _edit(data, _steps(str(operation.get("from"))), "remove", None)
            data = _edit(data, path, "add", copy_of(value))
        elif kind == "test":
            if _get(data, path) != operation.get("value"):
                raise ValueError(f"{operation['path']} is not what the patch expects")
        elif kind in ("add", "replace", "remove"):
            data = _edit(data, path, kind, operation.get("value"))
        else:
            raise ValueError(f"'{kind}' is not an operation")
    return data


def _size(data: Any) -> int:
    """How many values there are in plain data."""
    items = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return 1 + sum(map(_size, items))


def _steps(path: str) -> list[str]:
    if path and not path.startswith("/"):
        raise ValueError(f"'{path}' is not a path")
    return [step.replace("~1", "/").replace("~0", "~") for step in path.split("/")[1:]]


def _get(data: Any, path: list[str]) -> Any:
    for step in path:
        if isinstance(data, list):
            data = data[_index(data, step, len(data) - 1)]
        elif isinstance(data, dict) and step in data:
            data = data[step]
        else:
            raise ValueError(f"there is no /{'/'.join(path)}")
    return data


def _index(items: list[Any], step: str, last: int) -> int:
    if not step.isdigit() or int(step) > last:
        raise ValueError(f"there is no item {step}")
    return int(step)


def _edit(data: Any, path: list[str], kind: str, value: Any) -> Any:
    if not path:
        return value
    parent, step = _get(data, path[:-1]), path[-1]
    if isinstance(parent, list):
        if kind == "add":
            parent.insert(len(parent) if step == "-" else _index(parent, step, len(parent)), value)
            return data
        index = _index(parent, step, len(parent) - 1)
        if kind == "remove":
            del parent[index]
        else:
            parent[index] = value
    elif not isinstance(parent, dict) or (kind != "add" and step not in parent):
        raise ValueError(f"there is no /{'/'.join(path)}")
    elif kind == "remove":
        del parent[step]
    else:
        parent[step] = value
    return data
