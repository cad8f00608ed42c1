"""Webhooks: overlapping injectors, missing control planes, and the addresses of external ones."""

from __future__ import annotations

from itertools import product
from typing import Any

from istioctl.analysis import selectors
from istioctl.analysis.analyzers.pods import INJECT, INJECTION_LABEL, REVISION_LABEL
from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot, inner, listing, mapping, mappings, text, texts
from istioctl.analysis.validation import names, urls

_DEFAULT_VALIDATOR = "istiod-default-validator"
_VALIDATORS = "istio-validator"
_INJECTORS = "istio-sidecar-injector"

Webhook = dict[str, Any]


def analyze_webhooks(snapshot: Snapshot, findings: Findings) -> None:
    """Injectors that would inject a pod twice, or whose control plane does not exist."""
    webhooks: list[tuple[Resource, Webhook]] = []
    revisions: set[str] = set()
    for configuration in snapshot.all("MutatingWebhookConfiguration"):
        found = mappings(configuration.data.get("webhooks"))
        own = _revisions(configuration, found)
        if own or any(text(webhook.get("name")).endswith("istio.io") for webhook in found):
            webhooks += [(configuration, webhook) for webhook in found]
            revisions |= own
    _overlaps(webhooks, revisions, findings)
    for configuration, webhook in webhooks if snapshot.knows("Service") else ():
        service = inner(webhook, "clientConfig", "service")
        if not isinstance(service, dict):
            continue
        namespace, name = text(service.get("namespace")), text(service.get("name"))
        if snapshot.find("Service", namespace, name) is None:
            problem = f"the webhook's control plane, the Service {namespace}/{name}, does not exist"
            findings.report("InvalidWebhook", configuration, problem, path=("webhooks",))


def _revisions(configuration: Resource, webhooks: list[Webhook]) -> set[str]:
    """The revisions that a configuration injects."""
    found = {configuration.labels.get(REVISION_LABEL)}
    for webhook in webhooks:
        for selector in (mapping(webhook.get("namespaceSelector")), mapping(webhook.get("objectSelector"))):
            found.add(texts(selector.get("matchLabels")).get(REVISION_LABEL))
            for expression in mappings(selector.get("matchExpressions")):
                if expression.get("key") == REVISION_LABEL:
                    found.update(value for value in listing(expression.get("values")) if isinstance(value, str))
    return {revision for revision in found if revision is not None}


def _overlaps(webhooks: list[tuple[Resource, Webhook]], revisions: set[str], findings: Findings) -> None:
    """Try every combination of labels that matters for injection: one webhook at most may apply."""

    def variants(label: str, values: tuple[str, str]) -> list[dict[str, str]]:
        plain: list[dict[str, str]] = [{}, *({label: value} for value in values)]
        return plain + [{**labels, REVISION_LABEL: revision} for revision in sorted(revisions) for labels in plain]

    on_namespaces, on_pods = variants(INJECTION_LABEL, ("enabled", "disabled")), variants(INJECT, ("true", "false"))
    reported = set()
    for namespace_labels, labels in product(on_namespaces, on_pods):
        matching = {
            f"{configuration.full_name}/{text(webhook.get('name'))}": configuration
            for configuration, webhook in webhooks
            if selectors.label_selector_picks(webhook.get("namespaceSelector"), namespace_labels)
            and selectors.label_selector_picks(webhook.get("objectSelector"), labels)
        }
        for name, configuration in matching.items() if len(matching) > 1 else ():
            others = " ".join(sorted(matching.keys() - {name}))
            if (configuration.name, others) not in reported:
                reported.add((configuration.name, others))
                problem = f"the webhook {name} overlaps with {others}: pods would be injected twice"
                findings.report("InvalidWebhook", configuration, problem, path=("webhooks",))


def analyze_external_control_planes(snapshot: Snapshot, findings: Findings) -> None:
    """The addresses by which webhooks reach a control plane outside the cluster."""
    for kind, prefix in (
        ("ValidatingWebhookConfiguration", _VALIDATORS),
        ("MutatingWebhookConfiguration", _INJECTORS),
    ):
        for configuration in snapshot.all(kind):
            if configuration.name.startswith(prefix) or configuration.name == _DEFAULT_VALIDATOR:
                for i, webhook in enumerate(mappings(configuration.data.get("webhooks"))):
                    _check_address(configuration, webhook, i, findings)


def _check_address(configuration: Resource, webhook: Webhook, index: int, findings: Findings) -> None:
    client, name = mapping(webhook.get("clientConfig")), text(webhook.get("name"))
    at = ("webhooks", index, "clientConfig")
    if isinstance(url := client.get("url"), str):
        parsed = urls.parse(url)
        if parsed is None:
            findings.report("InvalidExternalControlPlaneConfig", configuration, url, name, "is no URL", path=at)
        elif names.is_address(parsed.host) and "%" not in parsed.host:
            findings.report("ExternalControlPlaneAddressIsNotAHostname", configuration, url, name, path=at)
    elif not isinstance(client.get("service"), dict):
        findings.report("InvalidExternalControlPlaneConfig", configuration, "", name, "is missing", path=at)
