"""The objects that make a revision tag, derived from those of the revision it points to.

A tag is a second injection webhook whose selectors ask for the tag's name, and a second Service for the same istiod.
The tag `default` also answers to `istio-injection=enabled`, and has the validation webhook of the whole cluster. The
rules are those of `istioctl/pkg/tag/generate.go` and of the charts' `revision-tags-mwc.yaml` upstream.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from istioctl.actions.revisions.tag_charts import webhooks_of_charts
from istioctl.api.labels import COMPONENT, labels_of
from istioctl.api.names import DEFAULT_REVISION, REVISION, SYSTEM_NAMESPACE, TAG
from istioctl.api.webhooks import (
    DEFAULT_VALIDATOR_NAME,
    INJECTOR,
    INJECTOR_SUFFIX,
    VALIDATOR,
    as_istiod_leaves_it,
    expression,
    injector_selectors,
    tag_injector_name,
)
from istioctl.errors import ClusterError

_VALIDATED = ("security.istio.io", "networking.istio.io", "telemetry.istio.io", "extensions.istio.io")


@dataclass(frozen=True, slots=True)
class TagOptions:
    """How a tag is to be.

    Args:
        tag: its name.
        namespace: of the control plane.
        webhook_name: another name for the webhook configuration than the usual one.
        all_namespaces: inject into namespaces without any label, too; only for the tag `default`.
        labels: to set on top of those that come from the revision.
        user_managed: leave out the labels by which an installation finds (and removes) its own objects.
        manifests: a release whose charts say what the webhooks are, instead of the rules here.
    """

    tag: str
    namespace: str = SYSTEM_NAMESPACE
    webhook_name: str = ""
    all_namespaces: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    user_managed: bool = False
    manifests: Path | None = None


def tag_objects(
    options: TagOptions,
    webhook: Mapping[str, Any],
    service: Mapping[str, Any] | None,
    validator: Mapping[str, Any] | None,
) -> list[dict[str, Any]]:
    """The objects of a tag, ready to apply.

    Args:
        webhook: the injection webhook configuration of the revision that the tag shall point to.
        service: the istiod Service of that revision; without it the tag gets none.
        validator: the cluster's present default validator, if any: istiod may have hardened its failure policy.

    Raises:
        ClusterError: `webhook` holds no sidecar injector.
        InputError, SpecError, TemplateError: the charts of `options.manifests` give no webhooks.
    """
    injector = _injector(webhook)
    found = [_tag_webhook(options, webhook, injector)]
    if options.tag == DEFAULT_REVISION:
        found.append(_default_validator(options, webhook, injector, validator))
    if service is not None:
        found.append(_tag_service(options, service))
    return found


def _injector(webhook: Mapping[str, Any]) -> Mapping[str, Any]:
    for hook in webhook.get("webhooks") or []:
        if str(hook.get("name", "")).endswith(INJECTOR_SUFFIX):
            return hook  # type: ignore[no-any-return] # an entry of plain data
    name = (webhook.get("metadata") or {}).get("name")
    raise ClusterError(f"webhook configuration {name} holds no sidecar injector", hint="Install the revision again.")


def _labels(options: TagOptions, own: Mapping[str, str], inherited: Mapping[str, str]) -> dict[str, str]:
    labels = {**own, **inherited, TAG: options.tag, **options.labels}
    if options.user_managed:
        labels = {key: value for key, value in labels.items() if "operator.istio.io" not in key}
    return labels


def _without_app(obj: Mapping[str, Any]) -> dict[str, str]:
    return {key: value for key, value in labels_of(obj).items() if key != "app"}


def _metadata(name: str, labels: dict[str, str], source: Mapping[str, Any], namespace: str = "") -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": name, "labels": labels}
    if namespace:
        metadata["namespace"] = namespace
    annotations = (source.get("metadata") or {}).get("annotations")
    if annotations:
        metadata["annotations"] = dict(annotations)
    return metadata


def _tag_webhook(options: TagOptions, webhook: Mapping[str, Any], injector: Mapping[str, Any]) -> dict[str, Any]:
    if options.manifests is None:
        hooks = _webhooks(options, injector)
    else:
        hooks = webhooks_of_charts(
            options.manifests,
            options.tag,
            options.namespace,
            labels_of(webhook).get(REVISION, ""),
            injector,
            all_namespaces=options.all_namespaces,
        )
    labels = _labels(options, {"app": "sidecar-injector", COMPONENT: "Pilot"}, _without_app(webhook))
    name = options.webhook_name or tag_injector_name(options.tag, options.namespace)
    api_version, kind = INJECTOR
    return {"apiVersion": api_version, "kind": kind, "metadata": _metadata(name, labels, webhook), "webhooks": hooks}


def _webhooks(options: TagOptions, injector: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{prefix}{INJECTOR_SUFFIX}",
            "clientConfig": injector["clientConfig"],
            "sideEffects": injector.get("sideEffects", "None"),
            "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
            "failurePolicy": "Fail",
            "reinvocationPolicy": injector.get("reinvocationPolicy", "Never"),
            "admissionReviewVersions": ["v1"],
            "namespaceSelector": {"matchExpressions": namespaces},
            "objectSelector": {"matchExpressions": pods},
        }
        for prefix, namespaces, pods in injector_selectors(
            options.tag, is_default=options.tag == DEFAULT_REVISION, everywhere=options.all_namespaces
        )
    ]


def _default_validator(
    options: TagOptions, webhook: Mapping[str, Any], injector: Mapping[str, Any], present: Mapping[str, Any] | None
) -> dict[str, Any]:
    client: dict[str, Any] = {}
    config = injector["clientConfig"]
    if config.get("url"):
        from urllib.parse import urlsplit

        client["url"] = urlsplit(config["url"])._replace(path="/validate", query="").geturl()
    else:
        service = config["service"]
        client["service"] = {"name": service["name"], "namespace": service["namespace"], "path": "/validate"}
    if config.get("caBundle"):
        client["caBundle"] = config["caBundle"]
    hook: dict[str, Any] = {
        "name": "validation.istio.io",
        "clientConfig": client,
        "rules": [
            {
                "operations": ["CREATE", "UPDATE"],
                "apiGroups": list(_VALIDATED),
                "apiVersions": ["*"],
                "resources": ["*"],
            }
        ],
        "sideEffects": "None",
        "admissionReviewVersions": ["v1"],
        "objectSelector": {"matchExpressions": [expression(REVISION, "DoesNotExist")]},
        "failurePolicy": "Ignore",
    }
    labels = _labels(options, {"app": "istiod", "istio": "istiod", COMPONENT: "Pilot"}, _without_app(webhook))
    api_version, kind = VALIDATOR
    metadata = _metadata(DEFAULT_VALIDATOR_NAME, labels, webhook)
    made = {"apiVersion": api_version, "kind": kind, "metadata": metadata, "webhooks": [hook]}
    return as_istiod_leaves_it(made, present)


def _tag_service(options: TagOptions, service: Mapping[str, Any]) -> dict[str, Any]:
    spec = service.get("spec") or {}
    labels = _labels(options, {}, labels_of(service))
    name = f"istiod-revision-tag-{options.tag}"
    selector = {"app": "istiod", REVISION: labels_of(service).get(REVISION, DEFAULT_REVISION)}
    kept = {key: spec[key] for key in ("ports", "ipFamilyPolicy", "ipFamilies") if key in spec}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(name, labels, service, options.namespace),
        "spec": {**kept, "selector": selector},
    }
