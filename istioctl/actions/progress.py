"""How a long action tells what it does, as it does it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from istioctl.api.identity import ObjectKey

NOTHING: Mapping[str, str] = {}


class Stage(StrEnum):
    """What is being done with a component."""

    NEXT = "next"
    APPLYING = "applying"
    STARTING = "starting"
    CHECKING = "checking"
    GATHERING = "gathering"
    REMOVING = "removing"
    GONE = "gone"
    READY = "ready"


class Progress:
    """Takes what happens, from several threads; a class below this one tells what it overrides."""

    def note(self, text: str) -> None:
        """Something to know, such as what a slow server is asked."""

    def warn(self, text: str) -> None:
        """Something to take care of."""

    def processing(self, components: Sequence[str], waiting: Sequence[str]) -> None:
        """These components (by title) are under way, and these objects are waited for: all there is, now and then."""

    def working(
        self,
        component: str,
        stage: Stage,
        waiting: Mapping[str, str] = NOTHING,
        count: tuple[int, int] | None = None,
    ) -> None:
        """What one component (by title) is at, whenever that changes; for who shows the state of all side by side.

        Args:
            waiting: what it waits for, by name, and why; empty texts where there is nothing to say.
            count: how many of how many things are done.
        """

    def installed(self, component: str) -> None:
        """A component (by title) is in place and ready."""

    def failed(self, component: str, reason: str) -> None:
        """A component (by title) could not be installed."""

    def pruning(self) -> None:
        """What is no longer wanted is being removed."""

    def removed(self, key: ObjectKey, *, pretended: bool) -> None:
        """An object is removed, or would be."""

    def end(self) -> None:
        """Nothing is under way any more."""

    def complete(self, text: str) -> None:
        """All is done."""


class Silence(Progress):
    """A Progress that tells nobody."""
