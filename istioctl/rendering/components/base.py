"""The base component: the CRDs, the default revision's validator, the account by which other clusters read this one."""

from __future__ import annotations

from istioctl.api.names import REVISION
from istioctl.rendering.components.facts import RELEASE_NAME, Target, Tree, chart_labels, common_facts
from istioctl.rendering.components.stable_channel import admission_rules
from istioctl.rendering.text.data_files import data_names, read_data
from istioctl.rendering.text.jinja import render_template
from istioctl.rendering.text.value_text import go_text


def base_documents(values: Tree, target: Target) -> list[str]:
    """The manifests of the base component."""
    facts = common_facts(values, target)
    default = go_text(values["defaultRevision"])
    facts |= {
        "reader_labels": chart_labels("base", "istio-reader", app="istio-reader", release=RELEASE_NAME),
        "labels": chart_labels("base", "istiod", release=RELEASE_NAME, istio="istiod") | {REVISION: default},
        "default_istiod": "istiod" if default == "default" else f"istiod-{default}",
        "stable_channel": admission_rules(),
    }
    documents = custom_resource_definitions(values["base"]["excludedCRDs"] or []) if facts["scope"]["cluster"] else []
    return [*documents, *render_template("base/default_revision", facts)]


def custom_resource_definitions(excluded: list[str]) -> list[str]:
    """The texts of the CRDs, but for those `excluded` by name (`gateways.networking.istio.io`)."""
    names = data_names("manifests/base/crds", ".yaml")
    return [read_data("manifests", f"base/crds/{name}.yaml") for name in names if name not in excluded]
