"""From rendered templates to a stream of objects in install order, hooks behind the rest.

Source: Helm's `pkg/releaseutil` and `pkg/action`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from istioctl.errors import TemplateError
from istioctl.yamldoc.plain import UnreadableError
from istioctl.yamldoc.reader import load

_INSTALL_ORDER = {
    kind: place
    for place, kind in enumerate(
        [
            "PriorityClass",
            "Namespace",
            "NetworkPolicy",
            "ResourceQuota",
            "LimitRange",
            "PodSecurityPolicy",
            "PodDisruptionBudget",
            "ServiceAccount",
            "Secret",
            "SecretList",
            "ConfigMap",
            "StorageClass",
            "PersistentVolume",
            "PersistentVolumeClaim",
            "CustomResourceDefinition",
            "ClusterRole",
            "ClusterRoleList",
            "ClusterRoleBinding",
            "ClusterRoleBindingList",
            "Role",
            "RoleList",
            "RoleBinding",
            "RoleBindingList",
            "Service",
            "DaemonSet",
            "Pod",
            "ReplicationController",
            "ReplicaSet",
            "Deployment",
            "HorizontalPodAutoscaler",
            "StatefulSet",
            "Job",
            "CronJob",
            "IngressClass",
            "Ingress",
            "APIService",
        ]
    )
}
_HOOK = "helm.sh/hook"
_HOOK_EVENTS = frozenset(
    [
        "pre-install",
        "post-install",
        "pre-delete",
        "post-delete",
        "pre-upgrade",
        "post-upgrade",
        "pre-rollback",
        "post-rollback",
        "test",
        "test-success",
    ]
)
_SPACES = " \t\n\v\f\r\x85\xa0\u2028\u2029\u3000"


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object of a template's output.

    Attributes:
        path: the template's path.
        text: the object as YAML.
        kind: its kind.
    """

    path: str
    text: str
    kind: str

    def __str__(self) -> str:
        return f"---\n# Source: {self.path}\n{self.text}\n"


def split_documents(text: str) -> list[str]:
    """The documents of a stream, without those that are empty; comments stay.

    White space behind a separator belongs to it, so that one that follows at once does not count as another.
    """
    text = text.strip(_SPACES)
    documents: list[str] = []
    start = at = 0
    while (at := text.find("---", at)) >= 0:
        if at and not (text[at - 1] == "\n" and at > start):
            at += 1
            continue
        documents.append(text[start:at])
        start = at = _behind_spaces(text, at + 3)
    documents.append(text[start:])
    return [found for document in documents if (found := document.strip(_SPACES))]


def _behind_spaces(text: str, at: int) -> int:
    while at < len(text) and text[at] in "\t\n\f\r ":
        at += 1
    return at


def sort_manifests(rendered: Mapping[str, str]) -> tuple[list[Manifest], list[Manifest]]:
    """The objects of all outputs in install order, and the hooks in theirs.

    Raises:
        TemplateError: an output is not YAML.
    """
    manifests: list[Manifest] = []
    hooks: list[Manifest] = []
    for path in sorted(rendered):
        if path.rpartition("/")[2].startswith("_") or not rendered[path].strip(_SPACES):
            continue
        for text in split_documents(rendered[path]):
            kind, annotations = _head(text, path)
            manifest = Manifest(path, text, kind)
            if _HOOK not in annotations:
                manifests.append(manifest)
            elif {event.strip().lower() for event in annotations[_HOOK].split(",")} <= _HOOK_EVENTS:
                hooks.append(manifest)
    return sorted(manifests, key=_place), sorted(hooks, key=_place)


def _place(manifest: Manifest) -> tuple[int, str]:
    place = _INSTALL_ORDER.get(manifest.kind)
    return (len(_INSTALL_ORDER), manifest.kind) if place is None else (place, "")


def _head(text: str, path: str) -> tuple[str, Mapping[str, str]]:
    """An object's kind and annotations."""
    try:
        data = load(text, path)
    except UnreadableError as error:
        message = f"YAML parse error on {path}: error converting YAML to JSON: {error.go_text}"
        raise TemplateError(message, hint="Look at the template's output near that line.") from None
    if data is None:
        return "", {}
    if not isinstance(data, dict):
        what = "array" if isinstance(data, list) else "string" if isinstance(data, str) else "number"
        raise TemplateError(
            f"YAML parse error on {path}: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal {what} "
            "into Go value of type releaseutil.SimpleHead"
        )
    metadata = data.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    said = {key: _text(value) for key, value in annotations.items()} if isinstance(annotations, dict) else {}
    return _text(data.get("kind")), said


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None or isinstance(value, (dict, list)) else str(value)
