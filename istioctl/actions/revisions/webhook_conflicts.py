"""Injection webhooks that would inject one pod twice (upstream `pkg/config/analysis/analyzers/webhook`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from istioctl.api.labels import INJECTION, REVISION, labels_of, matches

_INJECT = "sidecar.istio.io/inject"
_CHOICES: tuple[dict[str, str], ...] = ({}, {INJECTION: "enabled"}, {INJECTION: "disabled"})
_POD_CHOICES: tuple[dict[str, str], ...] = ({}, {_INJECT: "true"}, {_INJECT: "false"})

Configuration = Mapping[str, Any]


def conflicts(wanted: Configuration, present: Sequence[Configuration]) -> list[str]:
    """What would go wrong if `wanted` stood next to the `present` webhook configurations, one sentence each.

    Every combination of the labels that matter, on a namespace and on a pod, may select at most one webhook.
    """
    name = wanted["metadata"]["name"]
    others = [config for config in present if config["metadata"]["name"] != name and _injects(config)]
    revisions = sorted({revision for config in (wanted, *others) for revision in _revisions(config)})
    namespaces = [choice | label for choice in _CHOICES for label in _labels(revisions)]
    pods = [choice | label for choice in _POD_CHOICES for label in _labels(revisions)]
    found: dict[str, str] = {}
    for own, (namespace, pod) in product(wanted.get("webhooks") or [], product(namespaces, pods)):
        if not _selects(own, namespace, pod):
            continue
        for other in others:
            for hook in other.get("webhooks") or []:
                if _selects(hook, namespace, pod):
                    theirs = f"{other['metadata']['name']}/{hook['name']}"
                    text = f"Webhook {name}/{own['name']} overlaps with {theirs}: injection may occur twice"
                    found.setdefault(f"{own['name']} {theirs}", text)
    return list(found.values())


def _labels(revisions: Sequence[str]) -> list[dict[str, str]]:
    return [{}, *({REVISION: revision} for revision in revisions)]


def _injects(config: Configuration) -> bool:
    hooks = config.get("webhooks") or []
    return REVISION in labels_of(config) or any(str(hook.get("name", "")).endswith("istio.io") for hook in hooks)


def _revisions(config: Configuration) -> Iterator[str]:
    if own := labels_of(config).get(REVISION):
        yield own
    for hook in config.get("webhooks") or []:
        for selector in (hook.get("namespaceSelector") or {}, hook.get("objectSelector") or {}):
            if named := (selector.get("matchLabels") or {}).get(REVISION):
                yield named
            for expression in selector.get("matchExpressions") or []:
                if expression.get("key") == REVISION:
                    yield from expression.get("values") or []


def _selects(hook: Mapping[str, Any], namespace: Mapping[str, str], pod: Mapping[str, str]) -> bool:
    """Whether the hook takes a pod; a webhook without a selector takes all."""
    return matches(hook.get("namespaceSelector") or {}, namespace) and matches(hook.get("objectSelector") or {}, pod)
