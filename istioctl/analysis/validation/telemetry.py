"""Telemetry and ProxyConfig.

Source: istio `pkg/config/validation/validation.go`, filters from `validation_istiod.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.analysis.validation import shared

if TYPE_CHECKING:
    from istioctl.analysis.validation.decode import Spec
    from istioctl.analysis.validation.objects import Metadata
    from istioctl.analysis.validation.report import Place

_TAG_NAMES = {"literal": "value", "header": "name", "environment": "name"}


def check(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a Telemetry."""
    del meta
    shared.targets(spec, place)
    for field in ("metrics", "tracing", "accessLogging"):
        for i, entry in enumerate(spec.get(field, [])):
            _providers(entry, place / field / i)
    for i, entry in enumerate(spec.get("metrics", [])):
        for j, override in enumerate(entry.get("overrides", [])):
            _override(override, place / "metrics" / i / "overrides" / j)
    for i, entry in enumerate(spec.get("accessLogging", [])):
        if "filter" in entry:
            (place / "accessLogging" / i / "filter").expect(_expression(entry["filter"].get("expression", "")))
    tracing = spec.get("tracing", [])
    if len(tracing) > 1:
        (place / "tracing" / 1).warn("only one tracing configuration is supported")
    for i, entry in enumerate(tracing):
        _tracing(entry, place / "tracing" / i)


def _providers(entry: Spec, place: Place) -> None:
    for i, provider in enumerate(entry.get("providers", [])):
        if not provider.get("name"):
            (place / "providers" / i).error("the provider's name is missing")


def _expression(text: str) -> str:
    from istioctl.analysis.validation.cel import CelError, parse

    try:
        parse(text)
    except CelError as error:
        return f"{text!r} is not a CEL expression: {error}"
    return ""


def _override(override: Spec, place: Place) -> None:
    for name, tag in override.get("tagOverrides", {}).items():
        at = place / "tagOverrides" / name
        if not name:
            at.warn("the tag's name is empty")
        is_set = bool(tag.get("value"))
        operation = tag.get("operation", "UPSERT")
        if operation == "UPSERT" and not is_set:
            (at / "value").error("operation UPSERT needs a value")
        elif operation == "REMOVE" and is_set:
            (at / "value").error("only operation UPSERT takes a value")
    if override.get("match", {}).get("customMetric") == "":
        (place / "match" / "customMetric").error("the metric's name is empty")


def _tracing(entry: Spec, place: Place) -> None:
    if len(entry.get("providers", [])) > 1:
        (place / "providers" / 1).warn("only one tracing provider is supported")
    share = entry.get("randomSamplingPercentage", 0.0)
    if not 0 <= share <= 100:
        (place / "randomSamplingPercentage").error(f"{share:g} is not in 0 to 100")
    for name, tag in entry.get("customTags", {}).items():
        at = place / "customTags" / name
        if not name:
            at.error("the tag's name is empty")
        for field, wanted in _TAG_NAMES.items():
            if field in tag and not tag[field].get(wanted):
                (at / field).error(f"the {wanted} is missing")


def check_proxy_config(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a ProxyConfig."""
    del meta
    shared.match_labels(spec, place)
    if spec.get("concurrency", 0) < 0:
        (place / "concurrency").error(f"{spec['concurrency']} is negative")
