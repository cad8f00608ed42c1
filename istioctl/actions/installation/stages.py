"""What each component is at, told from the objects that it consists of; removing these."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from functools import partial
from typing import Any

from istioctl.actions.progress import Progress, Stage
from istioctl.api.components import BY_NAME
from istioctl.api.identity import ObjectKey
from istioctl.api.labels import COMPONENT, labels_of
from istioctl.cluster.apply import delete
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.session import Session
from istioctl.cluster.wait import OnWaiting, wait_until_gone


def title_of(item: Mapping[str, Any]) -> str:
    """The title of the component that an object of an installation says it belongs to."""
    name = labels_of(item).get(COMPONENT, "")
    return BY_NAME[name].title if name in BY_NAME else name or str(item["kind"])


def by_component(titles: Mapping[ObjectKey, str], progress: Progress, stage: Stage) -> OnWaiting:
    """Tells of each component which of its objects are waited for; one that waits for none is ready, or gone.

    Args:
        titles: the component of each object that may be waited for.
    """
    component_of = {str(key): title for key, title in titles.items()}
    last = Stage.GONE if stage is Stage.REMOVING else Stage.READY

    def on_waiting(objects: Mapping[str, str]) -> None:
        for title in dict.fromkeys(component_of.values()):
            own = {name: why for name, why in objects.items() if component_of.get(name) == title}
            progress.working(title, stage if own else last, own)

    return on_waiting


def remove(session: Session, titles: Mapping[ObjectKey, str], timeout: float, progress: Progress) -> list[ObjectKey]:
    """Removes objects, those of one kind at the same time, kind after kind, and waits until they are gone.

    Args:
        titles: the objects in the order of their kinds, and the component that each belongs to.
        timeout: how many seconds to wait.

    Returns:
        Those that were there.

    Raises:
        ClusterError: an object can't be removed, or is not gone in time.
        ErrorGroup: several are not.
    """
    removed: list[ObjectKey] = []
    for kind in dict.fromkeys((key.group, key.kind) for key in titles):
        members = [key for key in titles if (key.group, key.kind) == kind]
        tell_removing(titles, removed, progress)
        existed = in_parallel([partial(delete, session, key) for key in members])
        for key, was_there in zip(members, existed, strict=True):
            if was_there:
                removed.append(key)
                progress.removed(key, pretended=session.dry_run)
    if not session.dry_run:
        wait_until_gone(session, removed, timeout, by_component(titles, progress, Stage.REMOVING))
    return removed


def tell_removing(titles: Mapping[ObjectKey, str], removed: Collection[ObjectKey], progress: Progress) -> None:
    """Tells of each component how many of its objects are removed."""
    done = Counter(titles[key] for key in removed)
    for title, count in Counter(titles.values()).items():
        progress.working(title, Stage.REMOVING, count=(done[title], count))
