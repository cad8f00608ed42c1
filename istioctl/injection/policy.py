"""Who gets a sidecar, and why not.

Rules: `injectRequired` in Istio's `pkg/kube/inject/inject.go`.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from istioctl.api.names import IGNORED_NAMESPACES, INJECT
from istioctl.api.selectors import selects


class Policy(NamedTuple):
    """What happens to a pod that says nothing itself.

    Attributes:
        default: `enabled` or `disabled`; any other word injects nothing.
        never, always: label selectors, as in the injector's configuration; `never` is asked first.
    """

    default: str = "enabled"
    never: Sequence[Mapping[str, Any]] = ()
    always: Sequence[Mapping[str, Any]] = ()


class Decision(NamedTuple):
    """Whether a pod is injected.

    Attributes:
        inject: the verdict.
        reason: why, as a phrase such as `the label sidecar.istio.io/inject is false`.
    """

    inject: bool
    reason: str


def decide(pod: Mapping[str, Any], policy: Policy) -> Decision:
    """The verdict for a pod in the one form of `istioctl.injection.typed`."""
    metadata = pod.get("metadata", {})
    if pod.get("spec", {}).get("hostNetwork"):
        return Decision(False, "it has host networking enabled")
    namespace = metadata.get("namespace", "")
    if namespace in IGNORED_NAMESPACES:
        return Decision(False, f"the namespace {namespace} belongs to Kubernetes")
    labels = metadata.get("labels", {})
    place, said = "label", labels.get(INJECT)
    if said is None:
        place, said = "annotation", metadata.get("annotations", {}).get(INJECT, "")
    if said in ("true", "false"):
        return Decision(said == "true", f"the {place} {INJECT} is {said}")
    for selectors, inject, name in ((policy.never, False, "never"), (policy.always, True, "always")):
        for selector in selectors:
            if _given(selector) and selects(selector, labels):
                return Decision(inject and _valid(policy), f"its labels match a selector of {name}InjectSelector")
    if not _valid(policy):
        return Decision(False, f"the injector's policy is '{policy.default}', which it does not know")
    return Decision(policy.default == "enabled", f"the injector's policy is '{policy.default}'")


def _valid(policy: Policy) -> bool:
    return policy.default in ("enabled", "disabled")


def _given(selector: Mapping[str, Any]) -> bool:
    return bool(selector.get("matchLabels") or selector.get("matchExpressions"))
