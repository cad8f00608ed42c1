"""Writing objects: server-side apply and removal.

Applying names its owner, so that the server knows who set which field and several tools can share one object
(https://kubernetes.io/docs/reference/using-api/server-side-apply/). The owner is the one that the real istioctl uses:
what one of the two has installed, the other can go on with.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from istioctl.api.identity import ObjectKey
from istioctl.cluster.errors import ApiError
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.session import APPLY, Session
from istioctl.cluster.wait import wait_until_gone

FIELD_OWNER = "istio-operator"
TOOL_OWNER = "istioctl"
"""The owner of what the real istioctl applies outside of an installation."""


@dataclass(frozen=True, slots=True)
class Desired:
    """An object to apply.

    Args:
        key: its identity.
        body: it, as JSON or YAML.
    """

    key: ObjectKey
    body: bytes

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Desired:
        """An object that is given as plain data."""
        return cls(ObjectKey.of(data), json.dumps(data, separators=(",", ":")).encode())


def apply(session: Session, desired: Desired, owner: str = FIELD_OWNER) -> dict[str, Any]:
    """Makes the object so, taking over fields that others have set; the object as the server now has it.

    An object that an earlier removal is still taking away would vanish with what is applied to it; so it is waited for
    until it is gone, then made anew.

    Raises:
        ApiError: the server refuses.
        ClusterError: an earlier removal of the object does not end in time.
        Unreachable: no answer came.
    """
    path, query = session.discovery.path(desired.key), {"fieldManager": owner, "force": "true"}
    applied = session.ask("PATCH", path, query, desired.body, APPLY)
    if applied["metadata"].get("deletionTimestamp") and not session.dry_run:
        session.patience.say(f"waiting for {desired.key} to be gone: an earlier removal is still under way")
        wait_until_gone(session, [desired.key])
        applied = session.ask("PATCH", path, query, desired.body, APPLY)
    return applied


def apply_all(
    session: Session,
    wave: Sequence[Desired],
    *,
    owner: str = FIELD_OWNER,
    on_applied: Callable[[ObjectKey, dict[str, Any]], None] | None = None,
) -> None:
    """Applies objects that do not depend on each other, at the same time.

    Args:
        on_applied: is told each object once it is stored; called from several threads.

    Raises:
        IstioctlError: one object is refused; its message names the object.
        ErrorGroup: several are.
    """

    def work(desired: Desired) -> None:
        try:
            applied = apply(session, desired, owner)
        except ApiError as problem:
            problem.where = f"{desired.key} on {session.server}"
            raise
        if on_applied is not None:
            on_applied(desired.key, applied)

    in_parallel([partial(work, desired) for desired in wave])


def delete(session: Session, key: ObjectKey) -> bool:
    """Removes an object, and what it owns before it; false where it was gone already.

    It is still there when this returns, until the server has dealt with what it owns: see `wait_until_gone`.

    Raises:
        ApiError: the server refuses.
        Unreachable: no answer came.
    """
    try:  # a body would hide the query's `dryRun` from the server
        session.send("DELETE", session.discovery.path(key), query={"propagationPolicy": "Foreground"})
    except ApiError as problem:
        if problem.status == 404:
            return False
        problem.where = f"{key} on {session.server}"
        raise
    return True


def ensure_namespace(session: Session, name: str, labels: dict[str, str], owner: str) -> bool:
    """Creates the namespace if there is none; whether it did.

    Raises:
        ApiError: the server refuses, or the namespace is being removed.
        Unreachable: no answer came.
    """
    existing = session.find(f"/api/v1/namespaces/{name}")
    if existing is not None:
        if existing.get("status", {}).get("phase") == "Terminating":
            raise ApiError(
                409,
                "Conflict",
                f"namespace {name} is being removed",
                where=session.server,
                hint="Wait until it is gone, then run the command again.",
                id="terminating",
            )
        return False
    body: dict[str, Any] = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}
    try:
        session.send("POST", "/api/v1/namespaces", body, {"fieldManager": owner})
    except ApiError as problem:
        if problem.reason == "AlreadyExists":
            return False
        raise
    return True
