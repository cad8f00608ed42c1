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
from istioctl.api.labels import COMPONENT, INJECTION, REVISION, TAG, labels_of
from istioctl.errors import ClusterError

DEFAULT = "default"

WEBHOOK = ("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration")
VALIDATOR = ("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration")
VALIDATOR_NAME = "istiod-default-validator"

_SUFFIX = "sidecar-injector.istio.io"
_INJECT = "sidecar.istio.io/inject"
_NEVER: dict[str, Any] = {"matchLabels": {"istio.io/deactivated": "never-match"}}
_VALIDATED = ("security.istio.io", "networking.istio.io", "telemetry.istio.io", "extensions.istio.io")
_UNINJECTED_NAMESPACES = ["kube-system", "kube-public", "kube-node-lease", "local-path-storage"]


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
    namespace: str = "istio-system"
    webhook_name: str = ""
    all_namespaces: bool = False
    labels: Mapping[str, str] = field(default_factory=dict)
    user_managed: bool = False
    manifests: Path | None = None


def webhook_name(tag: str, namespace: str) -> str:
    """The usual name of a tag's webhook configuration."""
    return f"istio-revision-tag-{tag}" + ("" if namespace == "istio-system" else f"-{namespace}")


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
    if options.tag == DEFAULT:
        found.append(_default_validator(options, webhook, injector, validator))
    if service is not None:
        found.append(_tag_service(options, service))
    return found


def deactivated(webhook: Mapping[str, Any]) -> dict[str, Any]:
    """The webhook configuration with selectors that never match: it stays for a later switch back."""
    hooks = [{**hook, "namespaceSelector": _NEVER, "objectSelector": _NEVER} for hook in webhook.get("webhooks") or []]
    return {**webhook, "webhooks": hooks}


def _injector(webhook: Mapping[str, Any]) -> Mapping[str, Any]:
    for hook in webhook.get("webhooks") or []:
        if str(hook.get("name", "")).endswith(_SUFFIX):
            return hook  # type: ignore[no-any-return] # an entry of plain data
    name = (webhook.get("metadata") or {}).get("name")
    raise ClusterError(f"webhook configuration {name} holds no sidecar injector", hint="install the revision again")


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
        hooks = webhooks_of_charts(options.manifests, options, labels_of(webhook).get(REVISION, ""), injector)
    labels = _labels(options, {"app": "sidecar-injector", COMPONENT: "Pilot"}, _without_app(webhook))
    name = options.webhook_name or webhook_name(options.tag, options.namespace)
    api_version, kind = WEBHOOK
    return {"apiVersion": api_version, "kind": kind, "metadata": _metadata(name, labels, webhook), "webhooks": hooks}


def _webhooks(options: TagOptions, injector: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": f"{prefix}{_SUFFIX}",
            "clientConfig": injector["clientConfig"],
            "sideEffects": injector.get("sideEffects", "None"),
            "rules": [{"operations": ["CREATE"], "apiGroups": [""], "apiVersions": ["v1"], "resources": ["pods"]}],
            "failurePolicy": "Fail",
            "reinvocationPolicy": injector.get("reinvocationPolicy", "Never"),
            "admissionReviewVersions": ["v1"],
            "namespaceSelector": {"matchExpressions": namespaces},
            "objectSelector": {"matchExpressions": pods},
        }
        for prefix, namespaces, pods in _selectors(options)
    ]


_Expressions = list[dict[str, Any]]


def _selectors(options: TagOptions) -> list[tuple[str, _Expressions, _Expressions]]:
    """Name prefix, namespace expressions and pod expressions of each webhook of a tag."""
    not_refused = _expression(_INJECT, "NotIn", "false")
    asks_for_tag = _expression(REVISION, "In", options.tag)
    no_revision, no_injection = _expression(REVISION, "DoesNotExist"), _expression(INJECTION, "DoesNotExist")
    found = [
        ("rev.namespace.", [asks_for_tag, no_injection], [not_refused]),
        ("rev.object.", [no_revision, no_injection], [not_refused, asks_for_tag]),
    ]
    if options.tag == DEFAULT:
        found += [
            ("namespace.", [_expression(INJECTION, "In", "enabled")], [not_refused]),
            ("object.", [no_injection, no_revision], [_expression(_INJECT, "In", "true"), no_revision]),
        ]
        if options.all_namespaces:
            named = _expression("kubernetes.io/metadata.name", "NotIn", *_UNINJECTED_NAMESPACES)
            unlabelled = [_expression(_INJECT, "DoesNotExist"), no_revision]
            found.append(("auto.", [no_injection, no_revision, named], unlabelled))
    return found


def _expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"key": key, "operator": operator} | ({"values": list(values)} if values else {})


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
        "objectSelector": {"matchExpressions": [_expression(REVISION, "DoesNotExist")]},
    }
    policies = {entry.get("failurePolicy") for entry in (present or {}).get("webhooks") or []}
    if "Fail" not in policies:  # istiod sets Fail once it serves; it then owns the field
        hook["failurePolicy"] = "Ignore"
    labels = _labels(options, {"app": "istiod", "istio": "istiod", COMPONENT: "Pilot"}, _without_app(webhook))
    api_version, kind = VALIDATOR
    metadata = _metadata(VALIDATOR_NAME, labels, webhook)
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "webhooks": [hook]}


def _tag_service(options: TagOptions, service: Mapping[str, Any]) -> dict[str, Any]:
    spec = service.get("spec") or {}
    labels = _labels(options, {}, labels_of(service))
    name = f"istiod-revision-tag-{options.tag}"
    selector = {"app": "istiod", REVISION: labels_of(service).get(REVISION, DEFAULT)}
    kept = {key: spec[key] for key in ("ports", "ipFamilyPolicy", "ipFamilies") if key in spec}
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": _metadata(name, labels, service, options.namespace),
        "spec": {**kept, "selector": selector},
    }
