"""Turning an installation into values and commands for Helm (upstream `operator/cmd/mesh/manifest-translate.go`).

Istio's charts know the profiles themselves, so the values hold what was set on top of the profile: by files, flags and
the fields of the specification that stand for values. Gateways have a chart of another make, and what `k8s:` says has
no general counterpart; both are told instead of translated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from istioctl.rendering.components import parts_of
from istioctl.rendering.manifests import render
from istioctl.rendering.specification import SpecificationInputs, build_specification
from istioctl.rendering.values import copy_of, merge

if TYPE_CHECKING:
    from istioctl.rendering.documents import RenderedDocument
    from istioctl.rendering.specification import Specification

CHARTS = {
    "Base": ("istio-base", "base"),
    "Pilot": ("istiod", "istiod"),
    "Cni": ("istio-cni", "cni"),
    "Ztunnel": ("ztunnel", "ztunnel"),
}
"""Of each component that has a chart: the usual name of its release, and the chart's name."""

_REPOSITORY = "oci://registry.istio.io/release/charts"
_UNPROFILED = frozenset({"default", "minimal", "empty"})
_RESOURCES = ("resources", "nodeSelector", "tolerations", "affinity")


@dataclass(frozen=True, slots=True)
class HelmRelease:
    """One component as a Helm release.

    Attributes:
        values: for the chart.
        adopt: the objects, as `kubectl` names them, with their namespace, that the release takes over.
    """

    component: str
    name: str
    chart: str
    namespace: str
    values: dict[str, Any]
    adopt: tuple[tuple[str, str, str], ...]

    def script(self, values_file: str) -> str:
        """The commands that hand the installed objects over to Helm and install the release."""
        lines = ["#!/bin/sh", "set -e"]
        for kind, name, namespace in self.adopt:
            target = f"{kind} {name}" + (f" --namespace {namespace}" if namespace else "")
            owner = f"meta.helm.sh/release-name={self.name} meta.helm.sh/release-namespace={self.namespace}"
            lines.append(f"kubectl annotate --overwrite {target} {owner}")
            lines.append(f"kubectl label --overwrite {target} app.kubernetes.io/managed-by=Helm")
        lines.append(self.command(values_file))
        return "\n".join(lines) + "\n"

    def command(self, values_file: str) -> str:
        """The command that installs the release."""
        return (
            f"helm upgrade --install {self.name} {_REPOSITORY}/{self.chart}"
            f" --namespace {self.namespace} --values {values_file}"
        )


@dataclass(frozen=True, slots=True)
class Translation:
    """An installation for Helm.

    Attributes:
        releases: in the order in which they are installed.
        notes: what could not be translated, one sentence each.
    """

    releases: tuple[HelmRelease, ...]
    notes: tuple[str, ...]


def manifest_translate(inputs: SpecificationInputs) -> Translation:
    """Translates a specification.

    Raises:
        InputError, SpecError: it is wrong.
    """
    specification = build_specification(inputs)
    rendering = render(specification)
    releases: list[HelmRelease] = []
    notes = [*specification.warnings, *rendering.warnings]
    shared = _values(specification)
    for part in parts_of(specification.data):
        component = part.component
        chart = CHARTS.get(component.name)
        settings = dict(part.kubernetes)
        if chart is None:
            notes.append(f"{part.path} can't be translated: install gateways with the chart `gateway`")
            continue
        values = copy_of(shared)
        known = {key: settings.pop(key) for key in _RESOURCES if key in settings}
        if known and component.name != "Base":
            merge(values, _nested(component.values_root if not component.flattened else (), known))
        notes += [f"{part.path}.k8s.{key} has no counterpart in the chart's values" for key in sorted(settings)]
        documents = rendering.components.get(component.name, ())
        adopt = tuple(_named(document) for document in documents)
        releases.append(HelmRelease(component.name, *chart, part.namespace, values, adopt))
    return Translation(tuple(releases), tuple(notes))


def _values(specification: Specification) -> dict[str, Any]:
    """What was set on top of the profile, as chart values."""
    plain = build_specification(SpecificationInputs(set_flags=(f"profile={specification.profile}",)))
    values = _added(specification.spec.get("values"), plain.spec.get("values"))
    named = {} if specification.profile in _UNPROFILED else {"profile": specification.profile}
    return named | (values if isinstance(values, dict) else {})


def _added(data: Any, base: Any) -> Any:
    """What `data` says that `base` does not; None where that is nothing."""
    if not (isinstance(data, dict) and isinstance(base, dict)):
        return None if data == base else copy_of(data)
    found = {key: added for key, value in data.items() if (added := _added(value, base.get(key))) is not None}
    return found or None


def _nested(path: tuple[str, ...], value: Any) -> dict[str, Any]:
    for key in reversed(path):
        value = {key: value}
    found: dict[str, Any] = value
    return found


def _named(document: RenderedDocument) -> tuple[str, str, str]:
    kind = f"{document.kind}.{document.group}" if document.group else document.kind
    return kind, document.name, document.namespace


def overview(translation: Translation, files: Mapping[str, str]) -> str:
    """A page that says what to do; `files` gives the script of each release."""
    lines = ["# From istioctl to Helm", "", "Run these in order:", ""]
    lines += [f"1. `{files[release.name]}`: component {release.component}" for release in translation.releases]
    if translation.notes:
        lines += ["", "Not translated:", "", *(f"- {note}" for note in translation.notes)]
    return "\n".join(lines) + "\n"
