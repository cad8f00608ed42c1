"""The sidecar injector's webhooks: what they select, who injects what, and which of them overlap.

A pod's namespace or the pod itself names a revision (`istio.io/rev`) or just wants injection (`istio-injection`,
`sidecar.istio.io/inject`); the webhooks of one configuration divide these cases, so that each pod meets one of them at
most. Sources upstream: the charts' `mutatingwebhook.yaml` and `revision-tags-mwc.yaml`, `istioctl/pkg/tag/generate.go`,
`pkg/config/analysis/analyzers/webhook/webhook.go`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from istioctl.api.names import IGNORED_NAMESPACES, INJECT, INJECTION, NAMESPACE_NAME, REVISION, SYSTEM_NAMESPACE
from istioctl.api.selectors import selects
from istioctl.api.trees import listing, mapping

Configuration = Mapping[str, Any]
"""A MutatingWebhookConfiguration as plain data."""
Expressions = list[dict[str, Any]]
Labels = Mapping[str, str]

API_VERSION = "admissionregistration.k8s.io/v1"
INJECTOR = (API_VERSION, "MutatingWebhookConfiguration")
VALIDATOR = (API_VERSION, "ValidatingWebhookConfiguration")
#: How the configurations of injectors and of their validators are called, before `-REVISION` and `-NAMESPACE`.
INJECTOR_NAME, VALIDATOR_NAME = "istio-sidecar-injector", "istio-validator"
DEFAULT_VALIDATOR_NAME = "istiod-default-validator"
#: How the names of an injector's webhooks end.
INJECTOR_SUFFIX = "sidecar-injector.istio.io"
#: The webhooks of a configuration that inject because a namespace asks for it.
BY_NAMESPACE = (f"rev.namespace.{INJECTOR_SUFFIX}", f"namespace.{INJECTOR_SUFFIX}")
#: The selector of a webhook that is put out of action but stays for a later switch back.
NEVER_MATCH: dict[str, Any] = {"matchLabels": {"istio.io/deactivated": "never-match"}}


def injector_name(revision_suffix: str, namespace: str) -> str:
    """The name of a revision's injector configuration; the suffix is empty for the revision `default`."""
    return f"{INJECTOR_NAME}{revision_suffix}{_place(namespace)}"


def tag_injector_name(tag: str, namespace: str) -> str:
    """The usual name of a tag's injector configuration."""
    return f"istio-revision-tag-{tag}{_place(namespace)}"


def _place(namespace: str) -> str:
    return "" if namespace == SYSTEM_NAMESPACE else f"-{namespace}"


class HookSelectors(NamedTuple):
    """What one of an injector's webhooks selects.

    Attributes:
        prefix: of its name, before `INJECTOR_SUFFIX`.
        namespaces, pods: the expressions of its selectors.
    """

    prefix: str
    namespaces: Expressions
    pods: Expressions


def injector_selectors(name: str, *, is_default: bool, everywhere: bool) -> list[HookSelectors]:
    """The webhooks of one configuration, in the order of the charts.

    Args:
        name: of the revision or tag that selects.
        is_default: whether it also serves whoever names no revision.
        everywhere: whether the default serves namespaces that say nothing at all.
    """
    not_refused, asks = expression(INJECT, "NotIn", "false"), expression(REVISION, "In", name)
    no_revision, no_injection = expression(REVISION, "DoesNotExist"), expression(INJECTION, "DoesNotExist")
    found = [
        HookSelectors("rev.namespace.", [asks, no_injection], [not_refused]),
        HookSelectors("rev.object.", [no_revision, no_injection], [not_refused, asks]),
    ]
    if is_default:
        pod_asks, namespace_asks = expression(INJECT, "In", "true"), expression(INJECTION, "In", "enabled")
        found += [
            HookSelectors("namespace.", [namespace_asks], [not_refused]),
            HookSelectors("object.", [no_injection, no_revision], [pod_asks, no_revision]),
        ]
        if everywhere:
            elsewhere = expression(NAMESPACE_NAME, "NotIn", *IGNORED_NAMESPACES)
            silent = [expression(INJECT, "DoesNotExist"), no_revision]
            found.append(HookSelectors("auto.", [no_injection, no_revision, elsewhere], silent))
    return found


def expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    """One of a LabelSelector's `matchExpressions`."""
    return {"key": key, "operator": operator} | ({"values": list(values)} if values else {})


def hooks_of(configuration: Configuration) -> list[Mapping[str, Any]]:
    """The webhooks of a configuration."""
    found = configuration.get("webhooks")
    return [hook for hook in found if isinstance(hook, Mapping)] if isinstance(found, list) else []


def has_istio_hook(configuration: Configuration) -> bool:
    """Whether one of a configuration's webhooks has a name of Istio's."""
    return any(str(hook.get("name", "")).endswith("istio.io") for hook in hooks_of(configuration))


def is_injector(configuration: Configuration) -> bool:
    """Whether a configuration is of a sidecar injector: it has or selects a revision, or a webhook's name says so."""
    return bool(revisions_of(configuration)) or has_istio_hook(configuration)


def revisions_of(configuration: Configuration) -> set[str]:
    """The revisions and tags that a configuration's label names or its webhooks select."""
    found = [mapping(mapping(configuration.get("metadata")).get("labels")).get(REVISION)]
    for hook in hooks_of(configuration):
        for selector in _selectors(hook):
            found.append(mapping(selector.get("matchLabels")).get(REVISION))
            for term in map(mapping, listing(selector.get("matchExpressions"))):
                if term.get("key") == REVISION:
                    found += listing(term.get("values"))
    return {revision for revision in found if isinstance(revision, str)}


def _selectors(hook: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    return mapping(hook.get("namespaceSelector")), mapping(hook.get("objectSelector"))


def sidecar_image(values: Mapping[str, Any]) -> str:
    """The image of the sidecars that an injector with these values of its chart puts in."""
    settings = mapping(values.get("global"))
    image = str(mapping(settings.get("proxy")).get("image") or "")
    return image if "/" in image else f"{settings.get('hub') or ''}/{image}:{settings.get('tag') or ''}"


def deactivated(configuration: Configuration) -> dict[str, Any]:
    """The configuration with selectors that never match: it stays for a later switch back."""
    never = {"namespaceSelector": NEVER_MATCH, "objectSelector": NEVER_MATCH}
    return {**configuration, "webhooks": [{**hook, **never} for hook in hooks_of(configuration)]}


def is_deactivated(hook: Mapping[str, Any]) -> bool:
    """Whether a webhook is put out of action."""
    return hook.get("namespaceSelector") == NEVER_MATCH and hook.get("objectSelector") == NEVER_MATCH


def as_istiod_leaves_it(validator: Configuration, live: Configuration | None) -> dict[str, Any]:
    """A validator's configuration as it is to be applied over the live one.

    Once istiod serves, it sets each webhook's `failurePolicy` to `Fail` and owns the field from then on: asking for
    `Ignore` again would open the door until istiod closes it (`pkg/webhooks/validation/controller` upstream).
    """
    closed = {hook.get("name") for hook in hooks_of(live or {}) if hook.get("failurePolicy") == "Fail"}
    hooks = [dict(hook) for hook in hooks_of(validator)]
    for hook in hooks:
        if hook.get("name") in closed and hook.get("failurePolicy") == "Ignore":
            del hook["failurePolicy"]
    return {**validator, "webhooks": hooks}


def takes(hook: Mapping[str, Any], namespace: Labels, pod: Labels) -> bool:
    """Whether a webhook is asked about a pod with these labels, in a namespace with those.

    A selector that is missing selects everything, one that Kubernetes refuses nothing.
    """
    by_namespace, by_pod = _selectors(hook)
    return selects(by_namespace, namespace) and selects(by_pod, pod)


def injects_namespace(configuration: Configuration, labels: Labels) -> bool:
    """Whether a configuration's webhooks inject the pods of a namespace because it asks for it by its labels."""
    found = (hook for hook in hooks_of(configuration) if hook.get("name") in BY_NAMESPACE)
    return any(selects(hook.get("namespaceSelector"), labels) for hook in found)


def clashes(hooks: Sequence[Mapping[str, Any]], revisions: Iterable[str]) -> Iterator[list[int]]:
    """The sets of webhooks (by their index) that one and the same pod would meet, each set once.

    Every combination of the labels that matter for injection is tried, on a namespace and on a pod: of the webhooks
    of a cluster one at most may take each.

    Args:
        revisions: all that the webhooks select.
    """
    named: list[dict[str, str]] = [{}, *({REVISION: revision} for revision in sorted(revisions))]

    def variants(label: str, *values: str) -> list[dict[str, str]]:
        return [own | said for own in named for said in ({}, *({label: value} for value in values))]

    seen = set()
    for namespace, pod in product(variants(INJECTION, "enabled", "disabled"), variants(INJECT, "true", "false")):
        taking = [index for index, hook in enumerate(hooks) if takes(hook, namespace, pod)]
        if len(taking) > 1 and tuple(taking) not in seen:
            seen.add(tuple(taking))
            yield taking
