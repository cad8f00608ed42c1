"""A part's `k8s:` settings, laid over the objects its manifests made.

Each setting is a strategic merge patch of one object. Source: upstream `operator/pkg/render/postprocess.go`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from istioctl.errors import InputError
from istioctl.rendering.components.parts import Part
from istioctl.rendering.text.documents import RenderedDocument
from istioctl.yamldoc.strategic import merge

_Patch = Callable[[Any, str], dict[str, Any]]


def _pod(field: str) -> _Patch:
    return lambda value, container: {"spec": {"template": {"spec": {field: value}}}}


def _container(field: str) -> _Patch:
    return lambda value, container: {
        "spec": {"template": {"spec": {"containers": [{"name": container, field: value}]}}}
    }


def _spec(field: str) -> _Patch:
    return lambda value, container: {"spec": {field: value}}


def _whole_spec(value: Any, container: str) -> dict[str, Any]:
    return {"spec": value}


def _annotations(value: Any, container: str) -> dict[str, Any]:
    return {"metadata": {"annotations": value}}


def _pod_annotations(value: Any, container: str) -> dict[str, Any]:
    return {"spec": {"template": {"metadata": {"annotations": value}}}}


#: For each setting the kind of the object it changes (empty: the part's workload) and the patch it stands for.
_SETTINGS: dict[str, tuple[str, _Patch]] = {
    "affinity": ("", _pod("affinity")),
    "env": ("", _container("env")),
    "hpaSpec": ("HorizontalPodAutoscaler", _whole_spec),
    "imagePullPolicy": ("", _container("imagePullPolicy")),
    "nodeSelector": ("", _pod("nodeSelector")),
    "podAnnotations": ("", _pod_annotations),
    "podDisruptionBudget": ("PodDisruptionBudget", _whole_spec),
    "priorityClassName": ("", _pod("priorityClassName")),
    "readinessProbe": ("", _container("readinessProbe")),
    "replicaCount": ("", _spec("replicas")),
    "resources": ("", _container("resources")),
    "securityContext": ("", _pod("securityContext")),
    "service": ("Service", _whole_spec),
    "serviceAnnotations": ("Service", _annotations),
    "strategy": ("", _spec("strategy")),
    "tolerations": ("", _pod("tolerations")),
}


def apply_settings(part: Part, documents: list[RenderedDocument], revision: str) -> list[RenderedDocument]:
    """The documents with the part's `k8s:` settings; those no setting speaks of stay unparsed.

    Args:
        part: whose settings and documents these are.
        documents: what its manifests made.
        revision: the control plane's; it is part of istiod's name.

    Raises:
        InputError: a setting has a form that can't be laid over its object.
    """
    patches: dict[str, list[tuple[str, _Patch, Any]]] = {}
    given = _settings(part)
    for setting, (kind, patch) in _SETTINGS.items():
        if setting in given:
            value = given[setting]
            patches.setdefault(kind or part.component.workload, []).append((setting, patch, value))
    if not patches:
        return documents
    name = _workload_name(part, revision)
    return [
        _patched(document, patches[document.kind], part)
        if document.kind in patches and document.name == name
        else document
        for document in documents
    ]


def _settings(part: Part) -> Mapping[str, Any]:
    """The part's settings, of a gateway's Service without the ports: they went into its values, as they open the pod's.

    What is left is a patch with no port, which puts those of one number together.
    """
    service = part.kubernetes.get("service", {})
    if not (part.component.is_list and isinstance(service, Mapping)):
        return part.kubernetes
    return {**part.kubernetes, "service": {**service, "ports": []}}


def _workload_name(part: Part, revision: str) -> str:
    if part.name:
        return part.name
    suffix = f"-{revision}" if part.component.name == "Pilot" and revision else ""
    return part.component.workload_name + suffix


def _patched(document: RenderedDocument, patches: list[tuple[str, _Patch, Any]], part: Part) -> RenderedDocument:
    data = document.data
    for setting, patch, value in patches:
        try:
            data = merge(data, patch(value, part.component.container), document.kind)
        except InputError as error:
            where = f"{part.path}.k8s.{setting}"
            raise InputError(error.message, where=where, hint=error.hint, id="bad-setting") from None
    if document.kind == "PodDisruptionBudget":
        data = _one_budget(data)
    return document.with_data(data)


def _one_budget(data: dict[str, Any]) -> dict[str, Any]:
    """A budget says how many may be missing or how many must be there, not both; the former is the user's word."""
    spec = data.get("spec") or {}
    if "maxUnavailable" in spec and "minAvailable" in spec:
        return {**data, "spec": {**spec, "minAvailable": None}}
    return data
