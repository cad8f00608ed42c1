"""Who is left without an injector where a control plane goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from istioctl.api.identity import ObjectKey
from istioctl.api.labels import labels_of
from istioctl.api.names import REVISION, TAG
from istioctl.api.webhooks import INJECTOR, injects_namespace
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, ErrorGroup

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """What a control plane leaves behind.

    Attributes:
        namespaces: those whose pods get no sidecar any more though they ask for one.
        tags: those that lead to the control plane.
        problem: why neither is known; empty where they are.
    """

    namespaces: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    problem: str = ""


def left_behind(session: Session, revision: str, going: Collection[ObjectKey]) -> LeftBehind:
    """Asks the cluster who is left without an injector.

    Args:
        revision: the control plane's; its tags are of no use without it, even where they stay.
        going: the objects that are removed.
    """
    try:
        hooks, namespaces = in_parallel(
            [
                partial(list_objects, session, *INJECTOR, labels=REVISION),
                partial(list_objects, session, "v1", "Namespace", metadata_only=True),
            ]
        )
    except ErrorGroup as group:
        return LeftBehind(problem=str(group.errors[0]))
    except ClusterError as error:  # without the right to look, removing goes on
        return LeftBehind(problem=str(error))
    gone = [hook for hook in hooks if labels_of(hook).get(REVISION) == revision or ObjectKey.of(hook) in going]
    return of_hooks(gone, [hook for hook in hooks if hook not in gone], namespaces)


def of_hooks(going: Iterable[Object], staying: Iterable[Object], namespaces: Iterable[Object]) -> LeftBehind:
    """The namespaces that only webhooks that go inject, and the tags among these."""
    going, staying = list(going), list(staying)
    lost = []
    for namespace in namespaces:
        labels = labels_of(namespace)
        is_lost = any(injects_namespace(hook, labels) for hook in going)
        if is_lost and not any(injects_namespace(hook, labels) for hook in staying):
            lost.append(str(namespace["metadata"]["name"]))
    tags = {labels_of(hook).get(TAG, "") for hook in going} - {""}
    return LeftBehind(tuple(sorted(lost)), tuple(sorted(tags)))
