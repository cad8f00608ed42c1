"""Rendering an installation inside a test and looking at its objects."""

from __future__ import annotations

from typing import Any

from istioctl.rendering.manifests import Rendering, render
from istioctl.rendering.specification.build import SpecificationInputs, build_specification
from istioctl.yamldoc.reader import load
from istioctl.yamldoc.writer import dump

Objects = dict[tuple[str, str], dict[str, Any]]


def render_spec(spec: dict[str, Any], *flags: str, force: bool = False, **more: Any) -> Rendering:
    """The rendering of an IstioOperator with this `spec` and `--set` flags; `more` goes to `render`."""
    text = dump({"apiVersion": "install.istio.io/v1alpha1", "kind": "IstioOperator", "spec": spec})
    inputs = SpecificationInputs(files=("-",), set_flags=flags, force=force, stdin=lambda: text)
    return render(build_specification(inputs), force=force, **more)


def objects_of(rendering: Rendering) -> Objects:
    """The rendered objects but for the CRDs, as parsed from what would be printed, by kind and name."""
    found = {}
    for document in rendering.ordered():
        if document.kind != "CustomResourceDefinition":
            data = load(document.text)
            found[data["kind"], data["metadata"]["name"] or ""] = data
    return found


def objects(spec: dict[str, Any], *flags: str, **more: Any) -> Objects:
    """`objects_of` what `render_spec` renders."""
    return objects_of(render_spec(spec, *flags, **more))


def container(workload: dict[str, Any]) -> dict[str, Any]:
    """The first container of a workload."""
    first: dict[str, Any] = workload["spec"]["template"]["spec"]["containers"][0]
    return first


def environment(workload: dict[str, Any]) -> dict[str, Any]:
    """What the first container's `env` says, by name."""
    return {entry["name"]: entry.get("value", entry.get("valueFrom")) for entry in container(workload)["env"]}
