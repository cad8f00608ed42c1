"""The webhooks of a revision tag as a release's own charts make them (`tag set --manifests`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from istioctl.errors import InputError

_WEBHOOK_NAME = "istio-revision-tag-"


def webhooks_of_charts(
    manifests: Path, tag: str, namespace: str, revision: str, injector: Mapping[str, Any], *, all_namespaces: bool
) -> list[dict[str, Any]]:
    """Render the charts for one tag; the rules are those of upstream `istioctl/pkg/tag/generate.go`.

    Args:
        manifests: a release's manifests folder or archive.
        tag, revision: what is to mean what.
        namespace: the control plane's.
        injector: a webhook of the revision: whom the tag's webhooks call, and how.
        all_namespaces: inject into namespaces without any label, too.

    Raises:
        InputError: the charts make no webhooks for tags.
        SpecError, TemplateError: they can't be rendered.
    """
    from istioctl.rendering.manifests import render
    from istioctl.rendering.specification.build import SpecificationInputs, build_specification

    flags = [
        "profile=empty",
        "components.pilot.enabled=true",
        f"values.revisionTags[0]={tag}",
        f"values.sidecarInjectorWebhook.enableNamespacesByDefault={str(all_namespaces).lower()}",
    ]
    if policy := injector.get("reinvocationPolicy"):
        flags.append(f"values.sidecarInjectorWebhook.reinvocationPolicy={policy}")
    inputs = SpecificationInputs(set_flags=tuple(flags), namespace=namespace, revision=revision, manifests=manifests)
    for document in render(build_specification(inputs)).components.get("Pilot", ()):
        if document.kind == "MutatingWebhookConfiguration" and document.name.startswith(_WEBHOOK_NAME):
            return [{**hook, "clientConfig": injector["clientConfig"]} for hook in document.data["webhooks"]]
    raise InputError("its charts make no webhook for tags", where=f"--manifests {manifests}", id="no-tag-webhook")
