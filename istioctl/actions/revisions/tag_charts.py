"""The webhooks of a revision tag as a release's own charts make them (`tag set --manifests`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from istioctl.errors import InputError

if TYPE_CHECKING:
    from istioctl.actions.revisions.tag_objects import TagOptions

_WEBHOOK_NAME = "istio-revision-tag-"


def webhooks_of_charts(
    manifests: Path, options: TagOptions, revision: str, injector: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Render the charts for one tag; the rules are those of upstream `istioctl/pkg/tag/generate.go`.

    Args:
        manifests: a release's manifests folder or archive.
        injector: a webhook of the revision: whom the tag's webhooks call, and how.

    Raises:
        InputError: the charts make no webhooks for tags.
        SpecError, TemplateError: they can't be rendered.
    """
    from istioctl.rendering.manifests import render
    from istioctl.rendering.specification.build import SpecificationInputs, build_specification

    flags = [
        "profile=empty",
        "components.pilot.enabled=true",
        f"values.revisionTags[0]={options.tag}",
        f"values.sidecarInjectorWebhook.enableNamespacesByDefault={str(options.all_namespaces).lower()}",
        f"values.global.istioNamespace={options.namespace}",
    ]
    if policy := injector.get("reinvocationPolicy"):
        flags.append(f"values.sidecarInjectorWebhook.reinvocationPolicy={policy}")
    inputs = SpecificationInputs(set_flags=tuple(flags), revision=revision, manifests=manifests)
    for document in render(build_specification(inputs)).components.get("Pilot", ()):
        if document.kind == "MutatingWebhookConfiguration" and document.name.startswith(_WEBHOOK_NAME):
            return [{**hook, "clientConfig": injector["clientConfig"]} for hook in document.data["webhooks"]]
    raise InputError("its charts make no webhook for tags", where=f"--manifests {manifests}", id="no-tag-webhook")
