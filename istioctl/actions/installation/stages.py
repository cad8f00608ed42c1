"""What each component is at, told from the objects that it consists of."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from istioctl.actions.progress import Progress, Stage
from istioctl.api.components import BY_NAME
from istioctl.api.identity import ObjectKey
from istioctl.api.labels import COMPONENT, labels_of
from istioctl.cluster.wait import OnWaiting


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


def tell_removing(titles: Mapping[ObjectKey, str], removed: Collection[ObjectKey], progress: Progress) -> None:
    """Tells of each component how many of its objects are removed."""
    done = Counter(titles[key] for key in removed if key in titles)
    for title, count in Counter(titles.values()).items():
        progress.working(title, Stage.REMOVING, count=(done[title], count))
