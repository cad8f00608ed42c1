"""The waypoints of a cluster: making, listing, waiting for and deleting them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from istioctl.actions.waypoints.gateways import API_VERSION, CLASS, TRAFFIC
from istioctl.api.identity import ObjectKey
from istioctl.api.labels import labels_of
from istioctl.api.names import DATAPLANE_MODE, REVISION, USE_WAYPOINT
from istioctl.cluster.apply import TOOL_OWNER
from istioctl.cluster.clients import takes_client
from istioctl.cluster.errors import ApiError
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import list_objects
from istioctl.cluster.readiness import condition
from istioctl.cluster.session import APPLY, MERGE, Session
from istioctl.cluster.wait import states_of, wait_until_gone
from istioctl.errors import ClusterError, ErrorGroup, IstioctlError

_PROGRAMMED = "Programmed"


@dataclass(frozen=True, slots=True)
class Waypoint:
    """A waypoint of the cluster.

    Attributes:
        programmed: the status of its condition Programmed: `True`, `False` or `Unknown`.
        condition: that condition, or else its last one, with `type`, `status`, `reason` and `message`.
    """

    namespace: str
    name: str
    revision: str
    traffic: str
    programmed: str
    condition: dict[str, str]

    @property
    def key(self) -> ObjectKey:
        """Which Gateway it is."""
        return ObjectKey(API_VERSION, "Gateway", self.namespace, self.name)

    def as_data(self) -> dict[str, Any]:
        """For `-o json` and `-o yaml`."""
        return {
            "namespace": self.namespace,
            "name": self.name,
            "revision": self.revision,
            "trafficType": self.traffic,
            "programmed": self.programmed,
            "condition": self.condition,
        }


@takes_client
def enrolled_waypoint(session: Session, namespace: str) -> tuple[str, bool]:
    """The waypoint that a namespace uses (empty: none), and whether the namespace is in ambient.

    Raises:
        ClusterError: there is no such namespace, or the server refuses.
    """
    found = session.find(f"/api/v1/namespaces/{namespace}")
    if found is None:
        raise ClusterError(
            f"there is no namespace {namespace!r}", where=session.server, hint="Create it first.", id="no-namespace"
        )
    labels = labels_of(found)
    return labels.get(USE_WAYPOINT, ""), labels.get(DATAPLANE_MODE) == "ambient"


@takes_client
def enroll_namespace(session: Session, namespace: str, name: str) -> None:
    """Make a namespace use a waypoint.

    Raises:
        ClusterError: the server refuses.
    """
    session.send(
        "PATCH", f"/api/v1/namespaces/{namespace}", {"metadata": {"labels": {USE_WAYPOINT: name}}}, None, MERGE
    )


@takes_client
def apply_waypoint(session: Session, gateway: dict[str, Any]) -> None:
    """Make the Gateway, or change it.

    Raises:
        ClusterError: the cluster has no Gateway API, the server refuses, or somebody else owns what would change.
    """
    key = ObjectKey.of(gateway)
    try:
        path = session.discovery.path(key)
        session.request("PATCH", path, {"fieldManager": TOOL_OWNER}, json.dumps(gateway).encode(), APPLY)
    except ApiError as problem:
        if problem.status == 404:
            raise _no_gateway_api(session) from problem
        problem.where = f"{key} on {session.server}"
        raise


@takes_client
def wait_until_programmed(session: Session, namespace: str, name: str, timeout: float) -> Waypoint:
    """The waypoint, once istiod has put it in place.

    Args:
        timeout: in seconds.

    Raises:
        ClusterError: it is not in time, or the server refuses.
    """
    key = ObjectKey(API_VERSION, "Gateway", namespace, name)
    last: dict[str, Any] | None = None
    with session.patience.waiting_for(f"waypoint {namespace}/{name} to be programmed"):
        for last in states_of(session, key, time.monotonic() + timeout):
            if last is not None and (found := _waypoint(last)).programmed == "True":
                return found
    condition = _waypoint(last).condition if last else {}
    why = f"{condition['type']} is {condition['status']}" if condition.get("type") else "istiod says nothing about it"
    why += f" ({condition['reason']}: {condition['message']})" if condition.get("message") else ""
    raise ClusterError(
        f"timed out after {timeout:g}s while waiting for the waypoint: {why if last else 'it does not exist'}",
        where=f"Gateway/{namespace}/{name}",
        hint="See that its control plane runs (`istioctl version`), or allow more time with --waypoint-timeout.",
        id="not-ready",
    )


@takes_client
def list_waypoints(session: Session, namespace: str, *, revision: str = "") -> list[Waypoint]:
    """The waypoints of a namespace, of all where it is empty, by namespace and name.

    Raises:
        ClusterError: the cluster has no Gateway API, the server can't be reached or refuses.
    """
    labels = f"{REVISION}={revision}" if revision else ""
    gateways = list_objects(session, API_VERSION, "Gateway", namespace=namespace, labels=labels)
    if not gateways and "Gateway" not in session.discovery.served(API_VERSION, "Gateway"):
        raise _no_gateway_api(session)
    own = [item for item in gateways if (item.get("spec") or {}).get("gatewayClassName") == CLASS]
    return sorted((_waypoint(item) for item in own), key=lambda found: (found.namespace, found.name))


@takes_client
def wait_for_all(session: Session, waypoints: Sequence[Waypoint], timeout: float) -> list[Waypoint]:
    """The waypoints once each is programmed, in their order; they are waited for at the same time.

    Raises:
        ClusterError: one is not in time.
        ErrorGroup: several are not.
    """
    waits = [partial(wait_until_programmed, session, found.namespace, found.name, timeout) for found in waypoints]
    return in_parallel(waits, limit=max(len(waits), 1))


@takes_client
def delete_waypoints(
    session: Session, namespace: str, names: Sequence[str], on_deleted: Callable[[str, bool], None]
) -> None:
    """Delete waypoints of a namespace, and wait until they are gone; Gateways of other classes are left alone.

    Args:
        on_deleted: is told each name, in order, and whether there was such a waypoint.

    Raises:
        ClusterError: one can't be deleted.
        ErrorGroup: several can't.
    """
    there = {found.name for found in list_waypoints(session, namespace)}
    problems: list[IstioctlError] = []
    deleted: list[ObjectKey] = []
    for name in dict.fromkeys(names):
        key = ObjectKey(API_VERSION, "Gateway", namespace, name)
        was_there = name in there
        if was_there:
            try:
                session.send("DELETE", session.discovery.path(key))
            except ApiError as problem:
                if problem.status != 404:
                    problem.where = f"{key} on {session.server}"
                    problems.append(problem)
                    continue
                was_there = False
            else:
                deleted.append(key)
        on_deleted(name, was_there)
    wait_until_gone(session, deleted)
    if problems:
        raise problems[0] if len(problems) == 1 else ErrorGroup(problems)


def _no_gateway_api(session: Session) -> ClusterError:
    hint = "Install its CRDs first, see https://gateway-api.sigs.k8s.io/guides/"
    return ClusterError("the cluster has no Gateway API", where=session.server, hint=hint, id="no-gateway-api")


def _waypoint(gateway: dict[str, Any]) -> Waypoint:
    metadata, status = gateway["metadata"], gateway.get("status") or {}
    labels = labels_of(gateway)
    programmed = condition(status, _PROGRAMMED)
    shown = programmed or ([{}, *(status.get("conditions") or [])])[-1]
    return Waypoint(
        namespace=metadata["namespace"],
        name=metadata["name"],
        revision=labels.get(REVISION) or "default",
        traffic=labels.get(TRAFFIC) or "none",
        programmed=str(programmed.get("status") or "False"),
        condition={key: str(shown.get(key) or "") for key in ("type", "status", "reason", "message")} if shown else {},
    )
