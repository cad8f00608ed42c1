"""What applying an installation would change, asked from the server itself: a dry run of each apply, nothing stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Any

from istioctl.actions.installation.install_plan import InstallPlan, WantedObject
from istioctl.api.identity import ObjectKey
from istioctl.cluster.apply import FIELD_OWNER, apply
from istioctl.cluster.errors import ApiError
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import read_all
from istioctl.cluster.session import Session

_SERVERS_OWN = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")


class Verb(StrEnum):
    """What would happen to an object."""

    CREATE = "create"
    CHANGE = "change"
    LEAVE = "leave"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Change:
    """What would happen to one object.

    Attributes:
        before: as it is in the cluster; None where it is not.
        after: as it would be; None where it would be removed.
    """

    key: ObjectKey
    verb: Verb
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    def differences(self, before_name: str = "cluster", after_name: str = "wanted") -> str:
        """The change as a unified diff of YAML, with these names for the two sides; empty where there is none."""
        from difflib import unified_diff

        from istioctl.yamldoc.writer import dump

        before, after = (dump(state).splitlines() if state else [] for state in (self.before, self.after))
        lines = unified_diff(before, after, f"{before_name}/{self.key}", f"{after_name}/{self.key}", lineterm="")
        return "".join(f"{line}\n" for line in lines)


def compare(plan: InstallPlan) -> list[Change]:
    """What carrying out `plan` would do to each object, in the order in which it would be done.

    Fields that others own (what istiod writes into webhooks, replicas that an autoscaler sets) count as unchanged,
    since applying does not touch them.

    Raises:
        ClusterError: the server refuses an object, or to be read.
        ErrorGroup: it refuses several.
    """
    session = plan.session.again(dry_run=True)
    changes = compare_objects(session, (*plan.wanted, *plan.tag))
    stale = read_all(session, plan.stale)
    changes += [
        Change(key, Verb.REMOVE, cleaned(live), None)
        for key, live in zip(plan.stale, stale, strict=True)
        if live is not None
    ]
    session.close()
    return changes


def compare_objects(session: Session, wanted: Sequence[WantedObject], owner: str = FIELD_OWNER) -> list[Change]:
    """What applying each object would do to it; `session` is one that runs dry.

    Args:
        owner: who would apply it. What this owner has set and does not want any more would be removed.

    Raises:
        ClusterError: the server refuses an object, or to be read.
        ErrorGroup: it refuses several.
    """
    found = read_all(session, [item.key for item in wanted])
    return in_parallel(
        [partial(_compare, session, item, live, owner) for item, live in zip(wanted, found, strict=True)]
    )


def _compare(session: Session, item: WantedObject, live: dict[str, Any] | None, owner: str) -> Change:
    if live is None:
        return Change(item.key, Verb.CREATE, None, cleaned(item.data))
    try:
        applied = apply(session, item.desired(), owner)
    except ApiError as problem:
        problem.where = f"{item.key} on {session.server}"
        raise
    before, after = cleaned(live), cleaned(applied)
    return Change(item.key, Verb.LEAVE if before == after else Verb.CHANGE, before, after)


def cleaned(obj: Mapping[str, Any]) -> dict[str, Any]:
    """An object without its status and without what only the server writes."""
    metadata = {key: value for key, value in obj["metadata"].items() if key not in _SERVERS_OWN}
    return {key: value for key, value in obj.items() if key not in ("status", "metadata")} | {"metadata": metadata}


def counts(changes: list[Change]) -> dict[str, list[str]]:
    """The names of the objects by what would happen to them."""
    return {verb.value: [str(change.key) for change in changes if change.verb is verb] for verb in Verb}
