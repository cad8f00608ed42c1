"""Turning an installation into values and commands for Helm (upstream `operator/cmd/mesh/manifest-translate.go`).

The values hold what was set on top of the default profile: by another profile (which names the overlays that the
charts know themselves), by files, flags and the fields of the specification that stand for values, and by those `k8s:`
settings that the charts have values for, with a component's `hub` and `tag`. To see what is lost, both forms are
rendered; where they differ, both are kept. Gateways have a chart of another make whose objects can't take over from
those installed; they are told instead of translated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from istioctl.actions.manifests.helm_settings import IMAGES, helm_settings
from istioctl.api.release import VERSION
from istioctl.api.trees import Values, copy_of, lookup, merge
from istioctl.rendering.components.parts import Part, flattened, parts_of
from istioctl.rendering.manifests import render
from istioctl.rendering.specification.build import SpecificationInputs, build_specification

if TYPE_CHECKING:
    from istioctl.rendering.specification.build import Specification
    from istioctl.rendering.text.documents import RenderedDocument

_REPOSITORY = "oci://registry.istio.io/release/charts"
_RECORD = "values"
"""How the name of the ConfigMap begins that tells which values were given; nothing reads it."""


@dataclass(frozen=True, slots=True)
class HelmRelease:
    """One component as a Helm release.

    Attributes:
        values: for the chart.
        version: of the chart; empty where that is not known, which means the newest.
        adopt: the objects, as `kubectl` names them, with their namespace, that the release takes over.
        differing: the objects as the chart makes them with these values, and as they are now, where that differs.
    """

    component: str
    name: str
    chart: str
    namespace: str
    values: dict[str, Any]
    version: str
    adopt: tuple[tuple[str, str, str], ...]
    differing: tuple[str, str] | None = None

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
        version = f" --version {self.version}" if self.version else ""
        return (
            f"helm upgrade --install {self.name} {_REPOSITORY}/{self.chart}{version}"
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
    notes = [*specification.warnings, *rendering.warnings]
    parts = parts_of(specification.data)
    settings = {}
    for part in parts:
        if part.component.published_chart:
            settings[part.component.name], left = helm_settings(part)
            notes += [f"{part.path}.k8s.{path} has no counterpart in the chart's values" for path in left]
        else:
            notes.append(f"{part.path} can't be translated: install gateways with the chart `gateway`")
    by_helm = dict(rendering.components)
    for part in parts:
        name = part.component.name
        if name in settings and part.settings.keys() & {*IMAGES, "k8s"}:
            by_helm[name] = render(_without_settings(specification, part, settings[name])).components.get(name, ())
    shared = values_over_default(specification)
    version = "" if lookup(specification.spec, "installPackagePath") else VERSION
    releases = []
    for part in parts:
        component = part.component
        if component.name not in settings:
            continue
        values = copy_of(shared)
        if component.name == "Base":
            values.setdefault("defaultRevision", "")  # as in the default profile; the chart would add a validator
        if own := settings[component.name]:
            merge(values, _nested(component.values_root, copy_of(own)))
        if component.flattened:
            values = {key: value for key, value in flattened(values, component).items() if value != {}}
        documents = rendering.components.get(component.name, ())
        texts = _stream(by_helm.get(component.name, ())), _stream(documents)
        releases.append(
            HelmRelease(
                component=component.name,
                name=component.helm_release,
                chart=component.published_chart,
                namespace=part.namespace,
                values=values,
                version=version,
                adopt=tuple(_named(document) for document in documents),
                differing=texts if texts[0] != texts[1] else None,
            )
        )
    return Translation(tuple(releases), tuple(notes))


def _without_settings(specification: Specification, part: Part, settings: Values) -> Specification:
    """The specification as the chart of a component sees it: with values instead of the component's settings."""
    data = copy_of(specification.data)
    below = lookup(data, "spec", "components", part.component.key)
    if isinstance(below, dict):
        for key in (*IMAGES, "k8s"):
            below.pop(key, None)
    merge(data, {"spec": {"values": _nested(part.component.values_root, copy_of(settings))}})
    return specification._replace(data=data)


def _stream(documents: Sequence[RenderedDocument]) -> str:
    """The objects in the order of their names, without what differs but has no effect."""
    from istioctl.yamldoc.writer import dump

    return "---\n".join(
        dump(_with_sorted_env(document.data))
        for document in sorted(documents, key=_named)
        if not (document.kind == "ConfigMap" and document.name.startswith(_RECORD))
    )


def _with_sorted_env(data: dict[str, Any]) -> dict[str, Any]:
    """The object with its containers' variables by name: the charts put those of values before their own."""
    data = copy_of(data)
    containers = lookup(data, "spec", "template", "spec", "containers")
    for container in containers if isinstance(containers, list) else []:
        if isinstance(container.get("env"), list):
            container["env"].sort(key=lambda variable: str(variable.get("name")))
    return data


def values_over_default(specification: Specification) -> dict[str, Any]:
    """What was set on top of the default profile, as chart values; the charts have the overlays that it may name."""
    plain = build_specification(SpecificationInputs())
    return _added(specification.spec.get("values"), plain.spec.get("values"))


def _added(data: Any, base: Any) -> dict[str, Any]:
    """What `data` says that `base` does not; what is not a mapping says nothing."""
    found: dict[str, Any] = {}
    data, base = (tree if isinstance(tree, dict) else {} for tree in (data, base))
    for key, value in data.items():
        if key in base and value == base[key]:
            continue
        if not (isinstance(value, dict) and value):
            found[key] = copy_of(value)
        elif added := _added(value, base.get(key)):
            found[key] = added
    return found


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
    for release in translation.releases:
        if release.differing:
            lines += [
                "",
                f"The chart makes other objects of {release.component} than istioctl does. See whether you need",
            ]
            lines += [f"what is lost: `diff {' '.join(difference_files(release))}`"]
    if translation.notes:
        lines += ["", "Not translated:", "", *(f"- {note}" for note in translation.notes)]
    return "\n".join(lines) + "\n"


def difference_files(release: HelmRelease) -> tuple[str, str]:
    """The names of the files with a release's objects as Helm makes them and as istioctl does."""
    return f"diff-{release.name}-helm-output.yaml", f"diff-{release.name}-istioctl-output.yaml"
