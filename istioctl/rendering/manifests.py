"""From a specification to the objects it stands for, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from istioctl.api.components import COMPONENTS
from istioctl.api.trees import Values, lookup_text
from istioctl.errors import ErrorGroup, InputError, IstioctlError
from istioctl.rendering.components.builtin import render_builtin
from istioctl.rendering.components.parts import Part, part_values, parts_of
from istioctl.rendering.specification.build import Specification
from istioctl.rendering.specification.moved_values import moved_values, refuse_gone_values
from istioctl.rendering.text.documents import RenderedDocument

if TYPE_CHECKING:
    from istioctl.rendering.helm.release import ReleaseCharts

#: Makes the texts of one component: (component, namespace, values, kube_version).
ChartSource = Callable[[str, str, Values, str | None], list[str]]


class Rendering(NamedTuple):
    """The objects of an installation.

    Attributes:
        components: for each component there is, in the order of `COMPONENTS`, its documents in the order made.
        warnings: what the user should know, one sentence each.
    """

    components: Mapping[str, tuple[RenderedDocument, ...]]
    warnings: tuple[str, ...] = ()

    def ordered(self) -> list[RenderedDocument]:
        """All documents in the order in which they can be applied one by one."""
        return in_order([document for documents in self.components.values() for document in documents])


def render(
    specification: Specification,
    *,
    kube_version: str | None = None,
    chart_source: ChartSource | None = None,
    force: bool = False,
) -> Rendering:
    """Render a specification.

    Args:
        specification: merged and checked.
        kube_version: the cluster's version, such as `v1.31.2-gke.1`; None where no cluster was asked.
        chart_source: makes the components' documents instead of the built-in manifests, or of the release that
            `spec.installPackagePath` names.
        force: whether overlays that can't be applied are warned about instead of refused.

    Raises:
        InputError: settings or overlays can't be applied.
        SpecError: the values can't be used.
        ErrorGroup: several of these.
    """
    release = _release(specification) if chart_source is None else None
    source = chart_source or release or render_builtin
    revision = lookup_text(specification.data, "spec", "values", "revision")
    components: dict[str, tuple[RenderedDocument, ...]] = {}
    warnings: list[str] = []
    refused: list[IstioctlError] = []
    for part in parts_of(specification.data):
        values = part_values(part, specification.data)
        if part.component.name == "Pilot" and source is render_builtin:
            refuse_gone_values(values)
            warnings += moved_values(values)
        texts = source(part.component.name, part.namespace, values, kube_version)
        documents, said, errors = _finished(part, texts, revision)
        name = part.component.name
        components[name] = components.get(name, ()) + tuple(documents)
        warnings += said
        refused += errors
    if refused and not force:
        raise refused[0] if len(refused) == 1 else ErrorGroup(refused)
    warnings += [str(error) for error in refused]
    if release is not None:
        warnings += release.warnings
    return Rendering(components, tuple(warnings))


def _release(specification: Specification) -> ReleaseCharts | None:
    """The charts of the release that the specification names, or None."""
    package = lookup_text(specification.data, "spec", "installPackagePath")
    if not package:
        return None
    from istioctl.rendering.helm.release import ReleaseCharts

    return ReleaseCharts(Path(package))


def _finished(
    part: Part, texts: list[str], revision: str
) -> tuple[list[RenderedDocument], list[str], list[InputError]]:
    """A part's objects with its settings and overlays; also warnings, and overlays that could not be applied."""
    documents = [made for made in (RenderedDocument(part.component.name, text) for text in texts) if made.kind]
    if not part.kubernetes:
        return documents, [], []
    from istioctl.rendering.changes.overlays import apply_overlays
    from istioctl.rendering.changes.patches import apply_settings

    return apply_overlays(part, apply_settings(part, documents, revision))


# Kinds that do not come between configuration and services, where everything else is: their ranks. Source: upstream
# `objectKindOrdering` in `operator/cmd/mesh/manifest-generate.go`.
_RANKS = {
    ("", "Namespace"): -2000,
    ("apiextensions.k8s.io", "CustomResourceDefinition"): -1000,
    ("", "ServiceAccount"): 1,
    ("rbac.authorization.k8s.io", "ClusterRole"): 1,
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): 2,
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"): 3,
    ("", "ConfigMap"): 100,
    ("autoscaling", "HorizontalPodAutoscaler"): 1001,
    ("", "Service"): 10000,
}
_OTHERS = 1000
_PLACES = {component.name: place for place, component in enumerate(COMPONENTS)}


def in_order(documents: list[RenderedDocument]) -> list[RenderedDocument]:
    """Documents in the order in which they can be applied one by one: what others need comes first."""

    def rank(document: RenderedDocument) -> tuple[int, str, str, str, str, int]:
        group, kind = document.group, document.kind
        place = _PLACES.get(document.component, len(_PLACES))
        return (_RANKS.get((group, kind), _OTHERS), group, kind, document.name, document.namespace, place)

    return sorted(documents, key=rank)
