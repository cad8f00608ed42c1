"""The injectors of a cluster: which namespaces each takes, and which pods await a restart.

Source: istio `istioctl/pkg/injector/injector-list.go`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from istioctl.api.labels import annotations_of, labels_of
from istioctl.api.names import DATAPLANE_MODE, IGNORED_NAMESPACES, INJECT, INJECTION, REVISION
from istioctl.api.pods import injected_by
from istioctl.api.selectors import selects
from istioctl.api.trees import mapping
from istioctl.api.webhooks import INJECTOR, hooks_of, injects_namespace, sidecar_image
from istioctl.cluster.clients import takes_client
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Session

Object = Mapping[str, Any]


@dataclass(slots=True)
class PodCount:
    """The pods of a namespace whose sidecars have one revision.

    Attributes:
        disabled: how many of them ask not to be injected.
        outdated: how many others would get another sidecar, or one at all, if they were made anew.
    """

    pods: int = 0
    disabled: int = 0
    outdated: int = 0


@dataclass(frozen=True, slots=True)
class InjectedNamespace:
    """A namespace with pods, or that would inject into some.

    Attributes:
        revision: of the injector that takes its pods; `MISSING/NAME` where it asks for one that there is not.
        counts: its pods by the revision of their sidecars, empty for those without one.
    """

    name: str
    revision: str
    counts: Mapping[str, PodCount] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        """For `-o json` and `-o yaml`."""
        counts = [
            {"revision": name, "pods": count.pods, "disabled": count.disabled, "needRestart": count.outdated}
            for name, count in self.counts.items()
        ]
        return {"namespace": self.name, "revision": self.revision, "pods": counts}


@dataclass(frozen=True, slots=True)
class Injector:
    """The webhook configuration of an injector.

    Attributes:
        image: of the sidecars it puts in; empty where no ConfigMap tells.
        namespaces: those that ask for it.
    """

    name: str
    revision: str
    image: str
    namespaces: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """For `-o json` and `-o yaml`."""
        return {
            "injector": self.name,
            "revision": self.revision,
            "image": self.image,
            "namespaces": list(self.namespaces),
        }


@dataclass(frozen=True, slots=True)
class Injection:
    """Namespaces and injectors, each by name."""

    namespaces: tuple[InjectedNamespace, ...]
    injectors: tuple[Injector, ...]


@takes_client
def list_injectors(session: Session, istio_namespace: str, namespace: str = "") -> Injection:
    """Who injects what.

    Args:
        istio_namespace: of the control plane, which is left out, as are those of Kubernetes and those in ambient mode.
        namespace: only this one; empty means all.

    Raises:
        ClusterError: a list can't be read.
        ErrorGroup: several can't.
    """
    read = partial(list_objects, session)
    reads: list[Callable[[], list[dict[str, Any]]]] = [
        partial(read, "v1", "Namespace"),
        partial(read, *INJECTOR, labels="app=sidecar-injector"),
        partial(read, "v1", "Pod", namespace=namespace),
        partial(read, "v1", "ConfigMap", labels=REVISION),
    ]
    namespaces, hooks, pods, config_maps = in_parallel(reads)
    hooks.sort(key=_name)
    kept = sorted((each for each in namespaces if _is_shown(each, istio_namespace, namespace)), key=_name)
    by_namespace: dict[str, list[Object]] = {}
    for pod in pods:
        by_namespace.setdefault(pod["metadata"]["namespace"], []).append(pod)
    found = [_namespace(each, hooks, by_namespace.get(_name(each), ())) for each in kept]
    images = {labels_of(each)[REVISION]: image for each in config_maps if (image := _image(each))}
    return Injection(
        tuple(each for each in found if each.counts or each.revision),
        tuple(_injector(hook, kept, images) for hook in hooks),
    )


def _name(obj: Object) -> str:
    return str(obj["metadata"]["name"])


def _is_shown(namespace: Object, istio_namespace: str, wanted: str) -> bool:
    name, labels = _name(namespace), labels_of(namespace)
    if name in IGNORED_NAMESPACES or name == istio_namespace or wanted not in ("", name):
        return False
    has_sidecars = labels.get(INJECTION) == "enabled" or labels.get(REVISION)
    return bool(has_sidecars) or labels.get(DATAPLANE_MODE) != "ambient"


def _namespace(namespace: Object, hooks: Sequence[Object], pods: Sequence[Object]) -> InjectedNamespace:
    revision = _revision_for(namespace, hooks)
    counts: dict[str, PodCount] = {}
    for pod in pods:
        own = injected_by(annotations_of(pod))
        count = counts.setdefault(own, PodCount())
        count.pods += 1
        if _is_disabled(pod):
            count.disabled += 1
        elif own != revision:
            count.outdated += 1
    return InjectedNamespace(_name(namespace), revision, dict(sorted(counts.items())))


def _revision_for(namespace: Object, hooks: Sequence[Object]) -> str:
    """The revision of the first injector that selects the namespace."""
    labels = labels_of(namespace)
    for configuration in hooks:
        if any(_selects(hook, labels) for hook in hooks_of(configuration)):
            return labels_of(configuration).get(REVISION, "")
    revision, injection = labels.get(REVISION, ""), labels.get(INJECTION)
    if not revision and injection in (None, "disabled"):
        return ""
    return f"MISSING/{revision or INJECTION}"


def _injector(configuration: Object, namespaces: Sequence[Object], images: Mapping[str, str]) -> Injector:
    taken = [_name(each) for each in namespaces if injects_namespace(configuration, labels_of(each))]
    revision = labels_of(configuration).get(REVISION, "")
    return Injector(_name(configuration), revision, images.get(revision, ""), tuple(taken))


def _selects(hook: Object, labels: Mapping[str, str]) -> bool:
    return selects(hook.get("namespaceSelector"), labels)


def _is_disabled(pod: Object) -> bool:
    return labels_of(pod).get(INJECT, annotations_of(pod).get(INJECT, "")).lower() == "false"


def _image(config_map: Object) -> str:
    """The image that the values of an injector's ConfigMap name; empty where they name none."""
    text = (config_map.get("data") or {}).get("values")
    try:
        return sidecar_image(mapping(json.loads(text))) if text else ""
    except (ValueError, RecursionError):
        return ""
