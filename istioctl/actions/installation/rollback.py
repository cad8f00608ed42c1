"""Putting back what an installation changed, where it failed and was asked to leave nothing half done."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from istioctl.actions.installation.install_plan import InstallPlan
from istioctl.api.identity import ObjectKey
from istioctl.api.install_order import Wave, wave_of
from istioctl.cluster.apply import delete
from istioctl.cluster.errors import ApiError
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import read_all
from istioctl.cluster.session import Session
from istioctl.cluster.wait import wait_until_gone


@dataclass(frozen=True, slots=True)
class ObjectsBefore:
    """The objects that an installation may touch, as they were; None for those that did not exist."""

    plan: InstallPlan
    states: dict[ObjectKey, dict[str, Any] | None]


def remember(plan: InstallPlan) -> ObjectsBefore:
    """Reads everything that `plan` may touch.

    Raises:
        ClusterError: the server can't be reached or refuses.
    """
    keys = [*(item.key for item in (*plan.wanted, *plan.tag)), *plan.stale]
    if plan.deactivated is not None:
        keys.append(ObjectKey.of(plan.deactivated))
    states = read_all(plan.session, keys)
    return ObjectsBefore(plan, dict(zip(keys, states, strict=True)))


def put_back(before: ObjectsBefore) -> int:
    """Makes everything as it was; how many objects that took.

    Raises:
        ClusterError: the server can't be reached or refuses; running it again goes on from there.
        ErrorGroup: it refuses several things.
    """
    plan, session = before.plan, before.plan.session.again()
    now = dict(zip(before.states, read_all(session, list(before.states)), strict=True))
    created = [key for key, state in before.states.items() if state is None and now[key] is not None]
    for wave in reversed(Wave):
        in_parallel([partial(delete, session, key) for key in created if wave_of(key.kind) is wave])
    touched = [
        (key, state)
        for key, state in before.states.items()
        if state is not None and _version(state) != _version(now[key])
    ]
    for wave in Wave:
        restores = [partial(_restore, session, key, state) for key, state in touched if wave_of(key.kind) is wave]
        in_parallel(restores)
    namespace = ObjectKey("v1", "Namespace", "", plan.namespace)
    if not plan.survey.namespace_exists:
        delete(session, namespace)
        created.append(namespace)
    wait_until_gone(session, created)
    return len(created) + len(touched)


def _version(state: dict[str, Any] | None) -> tuple[object, object]:
    metadata = (state or {}).get("metadata") or {}
    generation = metadata.get("generation")  # a workload's status changes its resource version all the time
    return (metadata.get("uid"), metadata.get("resourceVersion") if generation is None else generation)


def _restore(session: Session, key: ObjectKey, state: dict[str, Any]) -> None:
    path = session.discovery.path(key)
    own = ("resourceVersion", "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds")
    metadata = {name: value for name, value in state["metadata"].items() if name not in own}
    wanted = {**state, "metadata": metadata}
    current = session.find(path)
    if current is not None and current["metadata"].get("deletionTimestamp"):
        wait_until_gone(session, [key])
        current = None
    if current is None:
        metadata.pop("managedFields", None)
        session.send("POST", path.rpartition("/")[0], wanted)
        return
    metadata["resourceVersion"] = current["metadata"]["resourceVersion"]
    try:
        session.send("PUT", path, wanted)
    except ApiError as problem:
        if problem.status != 409:
            raise
        latest = session.get(path)  # a controller was faster; its fields are in the status, which PUT leaves alone
        metadata["resourceVersion"] = latest["metadata"]["resourceVersion"]
        session.send("PUT", path, wanted)
