"""What the manifests of several components are told in the same way: labels, images, which half of a cluster."""

from __future__ import annotations

from typing import Any, NamedTuple

from istioctl.api.labels import COMPONENT, OWNER_NAME
from istioctl.api.names import APP_INSTANCE, APP_NAME, APP_VERSION, MANAGED_BY, PART_OF, REVISION
from istioctl.api.trees import mapping
from istioctl.golang.strconv import TRUE
from istioctl.rendering.text.value_text import go_text

#: The name of every release, and the version its charts say.
RELEASE_NAME = "istio"
CHART_VERSION = "1.0.0"

#: Trees of values and of facts; what stands in them is known to the templates, not to the type checker.
Tree = dict[str, Any]


class Target(NamedTuple):
    """Where a component goes.

    Attributes:
        namespace: the component's.
        kube_version: the cluster's version, such as `v1.31.2-gke.1`; empty where no cluster was asked.
    """

    namespace: str
    kube_version: str = ""


def common_facts(values: Tree, target: Target) -> Tree:
    """The facts every template gets."""
    shared = values["global"]
    return {
        "values": values,
        "release": {"namespace": target.namespace},
        "scope": scope_facts(shared.get("resourceScope", "all")),
        "suffix": revision_suffix(values),
        "platform": values.get("platform") or shared.get("platform") or "",
        "pull_secrets": [{"name": name} for name in shared.get("imagePullSecrets") or []],
    }


def scope_facts(scope: object) -> dict[str, bool]:
    """Which objects are wanted: an installation may be divided between two administrators."""
    return {"cluster": scope in ("all", "cluster"), "namespaced": scope in ("all", "namespace")}


def chart_labels(chart: str, name: str, **more: str) -> dict[str, str]:
    """The labels of every object of a chart.

    Args:
        chart: its name, such as `istio-ingress`.
        name: the application's name.
        more: labels whose names are words.
    """
    return {
        **more,
        APP_NAME: name,
        APP_INSTANCE: RELEASE_NAME,
        PART_OF: "istio",
        APP_VERSION: CHART_VERSION,
        MANAGED_BY: "Helm",
        "helm.sh/chart": f"{chart}-{CHART_VERSION}",
    }


def revision_labels(values: Tree, component: str) -> dict[str, str]:
    """The labels of objects that belong to one revision of one component."""
    return {
        REVISION: revision(values),
        OWNER_NAME: go_text(values.get("ownerName")) or "unknown",
        COMPONENT: component,
    }


def revision(values: Tree) -> str:
    """The revision's name; `default` for the one without."""
    return go_text(values.get("revision")) or "default"


def revision_suffix(values: Tree) -> str:
    """What the names of a revision's objects end in; empty for the one without a name."""
    name = go_text(values.get("revision"))
    return f"-{name}" if name else ""


def image_name(image: object, hub: object, tag: object, variant: object) -> str:
    """A container's image: `image` itself where it has a slash, else put together."""
    name = go_text(image)
    if "/" in name:
        return name
    return f"{go_text(hub)}/{name}:{go_text(tag)}" + (f"-{go_text(variant)}" if variant else "")


def component_image(values: Tree, name: str) -> str:
    """The image of a component whose values may have their own hub, tag and variant; `name` unless they name it."""
    shared = values["global"]
    hub, tag, variant = (values[key] or shared[key] for key in ("hub", "tag", "variant"))
    return image_name(values["image"] or name, hub, tag, variant)


#: The variable of istiod that says whether it publishes its root certificate as a ClusterTrustBundle.
TRUST_BUNDLE = "ENABLE_CLUSTER_TRUST_BUNDLE_API"


def wants_trust_bundle(env: object) -> bool:
    """Whether `TRUST_BUNDLE` is true among variables, as istiod reads it: it may be a boolean or a text."""
    return go_text(mapping(env).get(TRUST_BUNDLE)) in TRUE


def whole_number(value: object) -> int:
    """A count that may be given as a text; 0 for what is none."""
    try:
        return int(float(value)) if isinstance(value, int | float | str) else 0
    except (ValueError, OverflowError):
        return 0
