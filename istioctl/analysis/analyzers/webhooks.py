"""Webhooks: overlapping injectors, missing control planes, and the addresses of external ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from istioctl.analysis.findings import Findings
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.trees import lookup, mapping, mappings, text
from istioctl.api.webhooks import (
    DEFAULT_VALIDATOR_NAME,
    INJECTOR,
    INJECTOR_NAME,
    VALIDATOR,
    VALIDATOR_NAME,
    clashes,
    hooks_of,
    is_injector,
    revisions_of,
)
from istioctl.golang import urls
from istioctl.golang.netip import is_address

Webhook = Mapping[str, Any]


def analyze_webhooks(snapshot: Snapshot, findings: Findings) -> None:
    """Injectors that would inject a pod twice, or whose control plane does not exist."""
    configurations = [found for found in snapshot.all("MutatingWebhookConfiguration") if is_injector(found.data)]
    webhooks = [(found, webhook) for found in configurations for webhook in hooks_of(found.data)]
    _overlaps(webhooks, {name for found in configurations for name in revisions_of(found.data)}, findings)
    for configuration, webhook in webhooks:
        service = lookup(webhook, "clientConfig", "service")
        if not isinstance(service, dict):
            continue
        namespace, name = text(service.get("namespace")), text(service.get("name"))
        if snapshot.knows("Service", namespace) and snapshot.find("Service", namespace, name) is None:
            problem = f"the webhook's control plane, the Service {namespace}/{name}, does not exist"
            findings.report("InvalidWebhook", configuration, problem, path=("webhooks",))


def _overlaps(webhooks: list[tuple[Resource, Webhook]], revisions: set[str], findings: Findings) -> None:
    reported = set()
    for clash in clashes([webhook for _, webhook in webhooks], revisions):
        taking = {f"{webhooks[i][0].full_name}/{text(webhooks[i][1].get('name'))}": webhooks[i][0] for i in clash}
        for name, configuration in taking.items():
            others = " ".join(sorted(taking.keys() - {name}))
            if (configuration.name, others) not in reported:
                reported.add((configuration.name, others))
                problem = f"the webhook {name} overlaps with {others}: pods would be injected twice"
                findings.report("InvalidWebhook", configuration, problem, path=("webhooks",))


def analyze_external_control_planes(snapshot: Snapshot, findings: Findings) -> None:
    """The addresses by which webhooks reach a control plane outside the cluster."""
    for kind, prefix in ((VALIDATOR[1], VALIDATOR_NAME), (INJECTOR[1], INJECTOR_NAME)):
        for configuration in snapshot.all(kind):
            if configuration.name.startswith(prefix) or configuration.name == DEFAULT_VALIDATOR_NAME:
                for i, webhook in enumerate(mappings(configuration.data.get("webhooks"))):
                    _check_address(configuration, webhook, i, findings)


def _check_address(configuration: Resource, webhook: Webhook, index: int, findings: Findings) -> None:
    client, name = mapping(webhook.get("clientConfig")), text(webhook.get("name"))
    at = ("webhooks", index, "clientConfig")
    if isinstance(url := client.get("url"), str):
        try:
            host = urls.parse_url(url).hostname
        except urls.URLError:
            findings.report("InvalidExternalControlPlaneConfig", configuration, url, name, "is not a URL", path=at)
            return
        if is_address(host) and "%" not in host:
            findings.report("ExternalControlPlaneAddressIsNotAHostname", configuration, url, name, path=at)
    elif not isinstance(client.get("service"), dict):
        findings.report("InvalidExternalControlPlaneConfig", configuration, "", name, "is missing", path=at)
