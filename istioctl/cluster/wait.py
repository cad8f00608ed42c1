"""Waiting until objects are ready, or gone: the server tells each change, nothing is polled."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from math import inf
from typing import Any

from istioctl.api.identity import ObjectKey
from istioctl.cluster.answers import malformed
from istioctl.cluster.errors import ApiError, Unreachable
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import list_objects
from istioctl.cluster.readiness import has_readiness, pod_trouble, why_not_ready
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, ErrorGroup, IstioctlError

_RECONNECT_PAUSE, _LONGEST_PAUSE = 0.2, 2.0
_USEFUL_WATCH = 5.0  # seconds; servers end watches after minutes
_WATCHES_IN_VAIN = 8
_TELL_AGAIN = 0.8
_REMOVAL_TIMEOUT = 60.0

OnWaiting = Callable[[Mapping[str, str]], None]
"""Is told, whenever it changes, which objects are still waited for: why each, by its name, in the names' order; called
from several threads."""


def now_and_then(tell: Callable[[list[str]], None]) -> OnWaiting:
    """What tells the names alone, for those who write a line each time: where they differ, and not too often."""
    told: list[str] = []
    told_at = -inf

    def on_waiting(objects: Mapping[str, str]) -> None:
        nonlocal told, told_at
        names = list(objects)
        if names and names != told and time.monotonic() - told_at > _TELL_AGAIN:
            told, told_at = names, time.monotonic()
            tell(names)

    return on_waiting


def wait_until_ready(
    session: Session,
    keys: Iterable[ObjectKey],
    timeout: float,
    on_waiting: OnWaiting | None = None,
) -> None:
    """Returns once all objects are ready; those of kinds that have no readiness count as ready.

    Args:
        timeout: in seconds; the wait never lasts longer, whatever the server does.

    Raises:
        ClusterError: one object is not ready in time; the message says what it lacks, and names the last event.
        ErrorGroup: several are not, or several can't be read.
    """
    waited = [key for key in keys if has_readiness(key.kind)]
    deadline = time.monotonic() + timeout
    ledger = _WaitedFor(waited, on_waiting)
    work = [partial(_wait_for_one, session, key, deadline, ledger) for key in waited]
    failures = [failure for failure in in_parallel(work, limit=len(waited)) if failure is not None]
    if failures:
        described = in_parallel([partial(_describe, session, key, why, timeout) for key, why in failures])
        raise described[0] if len(described) == 1 else ErrorGroup(list[IstioctlError](described))


def wait_until_gone(
    session: Session,
    keys: Sequence[ObjectKey],
    timeout: float = _REMOVAL_TIMEOUT,
    on_waiting: OnWaiting | None = None,
) -> None:
    """Returns once none of the objects exists: a server that took a removal may still need a moment to carry it out.

    Raises:
        ClusterError: one still exists when the time (in seconds) is over; the message names its finalizers.
        ErrorGroup: several do.
    """
    deadline = time.monotonic() + timeout
    ledger = _WaitedFor(keys, on_waiting)

    def work(key: ObjectKey) -> None:
        last: dict[str, Any] | None = None
        for last in states_of(session, key, deadline):
            ledger.seen(key, None if last is None else _held(last) or "it is still there")
            if last is None:
                return
        raise ClusterError(
            "; ".join(filter(None, (f"it is not gone after {_duration(timeout)}", _held(last or {})))),
            where=f"{key} on {session.server}",
            hint="Look at what keeps it, with kubectl describe.",
            id="not-gone",
        )

    in_parallel([partial(work, key) for key in keys], limit=max(len(keys), 1))


def _held(state: Mapping[str, Any]) -> str:
    finalizers = state.get("metadata", {}).get("finalizers", [])
    return f"it is held by {', '.join(finalizers)}" if finalizers else ""


class _WaitedFor:
    """Which objects are waited for yet, and why; tells it once all have been looked at, then whenever it changes."""

    def __init__(self, keys: Sequence[ObjectKey], tell: OnWaiting | None) -> None:
        self._unseen = set(keys)
        self._waiting: dict[str, str] = {}
        self._told: dict[str, str] | None = None
        self._tell = tell
        self._lock = threading.Lock()

    def seen(self, key: ObjectKey, why: str | None) -> None:
        """The state of an object has come in: what it lacks, None where nothing."""
        if self._tell is None:
            return
        with self._lock:
            self._unseen.discard(key)
            if why is None:
                self._waiting.pop(str(key), None)
            else:
                self._waiting[str(key)] = why
            if not self._unseen and self._waiting != self._told:
                self._told = dict(sorted(self._waiting.items()))
                self._tell(self._told)


def _wait_for_one(
    session: Session, key: ObjectKey, deadline: float, ledger: _WaitedFor
) -> tuple[ObjectKey, str] | None:
    why: str | None = "the server tells nothing about it"
    for state in states_of(session, key, deadline):
        why = "it does not exist" if state is None else why_not_ready(state)
        ledger.seen(key, why)
        if why is None:
            return None
    return key, why or ""


def states_of(session: Session, key: ObjectKey, deadline: float) -> Iterator[dict[str, Any] | None]:
    """The object as it is and at each change (None while it does not exist), until the deadline.

    A watch without a resource version begins with the present state. One that breaks or ends is begun again, after ever
    longer pauses where watches tell nothing.

    Raises:
        ApiError: the server refuses, be it by ending one watch after the other.
        Unreachable: what the server answers makes no sense.
    """
    path = session.discovery.resource(key.api_version, key.kind).path(key.namespace)
    query = {"fieldSelector": f"metadata.name={key.name}", "sendInitialEvents": "true"}
    query |= {"resourceVersionMatch": "NotOlderThan", "allowWatchBookmarks": "true"}
    pause, in_vain = _RECONNECT_PAUSE, 0
    while time.monotonic() < deadline:
        began, refusal = time.monotonic(), None
        is_down = False
        try:
            yield from _watched(session, path, query, key, deadline)
        except Unreachable as problem:
            if not problem.passing:
                raise
            is_down = True
            session.patience.say(f"waiting for {session.server}, to hear about {key}: {problem.message}")
        except ApiError as problem:
            if problem.status in (400, 422) and "sendInitialEvents" in query:  # a server older than 1.27
                query = {"fieldSelector": query["fieldSelector"]}
                continue
            if problem.status not in (410, 429, 500, 502, 503, 504):
                raise
            refusal = problem
        if time.monotonic() - began > _USEFUL_WATCH:
            pause, in_vain = _RECONNECT_PAUSE, 0
        elif not is_down:  # a server that restarts is waited for until the deadline
            in_vain += 1
        if in_vain >= _WATCHES_IN_VAIN:
            raise refusal or malformed(
                f"the server ended {in_vain} watches as soon as they began", f"{session.server} (GET {path})"
            )
        wait = max(pause, (refusal and refusal.retry_after) or 0.0)
        time.sleep(max(0.0, min(wait, deadline - time.monotonic())))
        pause = min(pause * 2, _LONGEST_PAUSE)


def _watched(
    session: Session, path: str, query: dict[str, str], key: ObjectKey, deadline: float
) -> Iterator[dict[str, Any] | None]:
    seen = False
    if "sendInitialEvents" not in query:
        seen = True
        found = session.find(f"{path}/{key.name}")
        yield None if found is None else found | {"kind": key.kind}
    for event in session.watch(path, query, deadline):
        kind, state = event["type"], event["object"]
        if kind == "BOOKMARK":
            if not seen:  # all that exists has been told, and the object was not among it
                yield None
            seen = True
        elif kind == "DELETED":
            seen = True
            yield None
        else:
            seen = True
            yield state | {"kind": key.kind}


def _describe(session: Session, key: ObjectKey, why: str, timeout: float) -> ClusterError:
    """The error for an object that did not get ready: its condition, its pods' trouble, its last warning."""
    details = [why]
    try:
        details += _pod_details(session, key)
        event = _last_warning(session, key)
    except ClusterError:  # the explanation is a service; the time-out itself is what matters
        event = ""
    if event and event not in details:
        details.append(f"last event: {event}")
    return ClusterError(
        f"not ready after {_duration(timeout)}: {'; '.join(details)}",
        where=str(key),
        hint="Fix what the message names, or allow more time with --readiness-timeout.",
        id="not-ready",
    )


def _pod_details(session: Session, key: ObjectKey) -> list[str]:
    if key.kind not in ("DaemonSet", "Deployment", "StatefulSet", "Job"):
        return []
    owner = session.find(session.discovery.path(key)) or {}
    wanted = owner.get("spec", {}).get("selector", {}).get("matchLabels", {})
    if not wanted:
        return []
    selector = ",".join(f"{name}={value}" for name, value in wanted.items())
    pods = list_objects(session, "v1", "Pod", namespace=key.namespace, labels=selector)
    pods.sort(key=lambda pod: str(pod["metadata"].get("creationTimestamp")), reverse=True)
    for pod in pods:
        trouble = pod_trouble(pod)
        if trouble:
            return [f"Pod/{key.namespace}/{pod['metadata']['name']}: {trouble}"]
    return []


def _last_warning(session: Session, key: ObjectKey) -> str:
    """The newest warning about the object or what it owns (whose names begin with its own)."""
    events = list_objects(session, "v1", "Event", namespace=key.namespace, fields="type=Warning")
    related = [event for event in events if event.get("involvedObject", {}).get("name", "").startswith(key.name)]
    if not related:
        return ""
    newest = max(
        related,
        key=lambda event: str(event.get("lastTimestamp") or event.get("eventTime") or event["metadata"]["name"]),
    )
    return f"{newest.get('reason')}: {newest.get('message')}"


def _duration(seconds: float) -> str:
    return f"{seconds:g}s"
