"""Texts that objects are made of, and that are no objects yet: Helm templates and values, sources of Kustomize."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from istioctl.patterns import lazy_pattern

#: An object whose own name is to be filled in: a text in quotes is good YAML, and no name that a cluster takes. A line
#: matches in one way only: with two, the time doubles with each line.
_NAME_TO_FILL_IN = lazy_pattern(r"^metadata:[ \t]*\r?\n(?:[ \t].*\n)*?[ \t]+name:.*\{\{", re.MULTILINE)
_NO_OBJECT = "it has neither apiVersion nor kind, so it is not an object"


def rendering_hint(name: str, text: str, command: str, *, is_yaml: bool) -> str:
    """What to do with a text that is the source of manifests, not a manifest: a sentence, or empty where it is none.

    Args:
        name: the file's name.
        text: what it holds; of a text that is YAML, braces alone say nothing.
        command: what reads the manifests from stdin, such as `istioctl validate -f -`.
        is_yaml: whether the text can be parsed.
    """
    if "{{" in text and (not is_yaml or _NAME_TO_FILL_IN.search(text)):
        return f"This looks like a Helm template: render it first, as in `helm template CHART | {command}`."
    return _hint_by_name(name, command)


@lru_cache(100)  # the documents of a stream have its name in common
def _hint_by_name(name: str, command: str) -> str:
    file = PurePath(name)
    if file.stem in ("kustomization", "Kustomization"):
        return f"This is a source of Kustomize: build it first, as in `kubectl kustomize FOLDER | {command}`."
    if file.name in ("Chart.yaml", "values.yaml"):
        return f"This is part of a Helm chart: render it first, as in `helm template CHART | {command}`."
    return ""


def no_object_because(data: Mapping[str, Any]) -> str:
    """Why a document is not an object of Kubernetes, as a phrase; empty where it is one."""
    if not data or data.get("apiVersion") or data.get("kind"):
        return ""
    return f"{_NO_OBJECT} (Helm values are for `helm template -f`)"


def patch_or_template(data: Mapping[str, Any], pod_spec: object) -> str:
    """Why an object with a pod can't be applied as it is, as a phrase; empty where nothing says so.

    Args:
        data: the object.
        pod_spec: the specification of its pod.
    """
    spec = pod_spec if isinstance(pod_spec, Mapping) else {}
    containers = spec.get("containers")
    given = [part for part in containers if isinstance(part, Mapping)] if isinstance(containers, list) else []
    if any(isinstance(part, Mapping) and "$patch" in part for part in (data, data.get("spec"), spec, *given)):
        return "it is a Kustomize patch ($patch), not a whole object"
    metadata = data.get("metadata")
    names = [metadata.get("name") if isinstance(metadata, Mapping) else None]
    names += [part.get(field) for part in given for field in ("name", "image")]
    if any(isinstance(name, str) and "{{" in name for name in names):
        return "it is a template to be rendered first, as by `helm template`"
    return ""
