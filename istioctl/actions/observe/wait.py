"""Waiting until configuration has reached the proxies.

istiod no longer keeps track of single objects (`PILOT_ENABLE_CONFIG_DISTRIBUTION_TRACKING` is gone since 1.23). What it
tells is which generation of an object it has read (`/debug/configz`), and whether a proxy has confirmed the last answer
it was sent (`/debug/syncz`). It gathers changes for a moment before it sends them (`PILOT_DEBOUNCE_AFTER`, 100 ms), so
the proxies have an object once every istiod has read it and, for longer than that moment, none of them owes an answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any

from istioctl.actions.observe.istiods import Istiods
from istioctl.actions.observe.proxy_status import mesh_status
from istioctl.api.kinds import Resource
from istioctl.cluster.clients import takes_client
from istioctl.cluster.errors import ApiError, Unreachable
from istioctl.cluster.session import Session
from istioctl.errors import ClusterError, ErrorGroup, InputError, IstioctlError
from istioctl.proxies.json_parts import read_whole
from istioctl.proxies.sync_status import ProxyStatus, State

#: The API versions whose kinds istiod distributes, the preferred one of a group first.
_API_VERSIONS = (
    "networking.istio.io/v1",
    "networking.istio.io/v1alpha3",
    "security.istio.io/v1",
    "telemetry.istio.io/v1",
    "extensions.istio.io/v1alpha1",
    "gateway.networking.k8s.io/v1",
    "gateway.networking.k8s.io/v1beta1",
    "gateway.networking.k8s.io/v1alpha2",
)
_PAUSE = 0.5
_SETTLED = 1.0


@dataclass(frozen=True, slots=True)
class Target:
    """The object that is waited for.

    Attributes:
        api_group: such as `networking.istio.io`.
        generation: which one of it at least; 0 means that it is to be gone.
    """

    api_group: str
    kind: str
    namespace: str
    name: str
    generation: int

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class WaitOptions:
    """What is waited for.

    Attributes:
        proxies: only these (`POD.NAMESPACE`); none means all.
        threshold: the share of the proxies that has to have it, 0 to 1.
        timeout: seconds.
    """

    proxies: tuple[str, ...] = ()
    threshold: float = 1.0
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class LackingProxy:
    """Who lacks it, and why."""

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class WaitResult:
    """How it stands at the end.

    Attributes:
        target: None where everything was waited for.
        total: how many proxies there are.
        lacking: proxies and istiods without it; there may be some where the threshold is met all the same.
        reached: whether enough have it.
    """

    target: Target | None
    total: int
    lacking: tuple[LackingProxy, ...]
    reached: bool

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        target = self.target and {
            "kind": self.target.kind,
            "namespace": self.target.namespace,
            "name": self.target.name,
            "generation": self.target.generation,
        }
        lacking = [{"name": each.who, "reason": each.why} for each in self.lacking]
        return {"reached": self.reached, "object": target, "proxies": self.total, "lacking": lacking}


@takes_client
def find_target(
    session: Session, kind: str, name: str, namespace: str, *, generation: int | None = None, gone: bool = False
) -> Target:
    """The object that a type and a name mean, as the cluster has it now.

    Args:
        kind: its kind or plural in any case, hyphens between the words allowed.
        generation: the one to wait for; the present one if left out.
        gone: it is waited for its removal, so it need not be there.

    Raises:
        InputError: the cluster knows no such type of configuration.
        ClusterError: there is no such object, or the server refuses.
    """
    resource = _resource(session, kind)
    group = resource.api_version.partition("/")[0]
    if gone:
        return Target(group, resource.kind, namespace, name, 0)
    if generation is None:
        found = session.get(resource.path(namespace, name))
        generation = int(found["metadata"].get("generation") or 1)
    return Target(group, resource.kind, namespace, name, generation)


def _resource(session: Session, word: str) -> Resource:
    """The collection that a word means: its kind, plural, singular or one of its short names."""
    wanted = word.replace("-", "").lower()
    known: set[str] = set()
    for api_version in _API_VERSIONS:
        for entry in (session.find(f"/apis/{api_version}") or {}).get("resources") or []:
            kind, plural = entry["kind"], entry["name"]
            if "/" in plural:
                continue
            if wanted in (kind.lower(), plural, entry.get("singularName"), *(entry.get("shortNames") or ())):
                return Resource(api_version, kind, plural, bool(entry.get("namespaced")))
            known.add(kind.lower())
    raise InputError(
        f"the cluster knows no type {word!r} of Istio's",
        where=word,
        hint=f"Use one of {', '.join(sorted(known))}." if known else "Install Istio first.",
        id="unknown-type",
    )


def wait(
    istiods: Istiods,
    target: Target | None,
    options: WaitOptions,
    report: Callable[[str], None],
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> WaitResult:
    """Return once enough proxies have the object, or everything where `target` is None, or the time is over.

    Args:
        report: takes a line whenever somebody else is waited for.

    Raises:
        ClusterError: there is no istiod, or a question is refused; one that is away for a moment is asked again.
    """
    deadline = clock() + options.timeout
    settled_since: float | None = None
    said = ""
    while True:
        try:
            total, unaware, owing = _look(istiods, target, options.proxies)
            allowed = total - ceil(options.threshold * total)
            problem: IstioctlError | None = None
        except (ClusterError, ErrorGroup) as error:
            if not _may_pass(error):
                raise
            total, unaware, owing, allowed, problem = 0, [LackingProxy("istiod", str(error))], [], 0, error
        now = clock()
        if unaware or len(owing) > allowed:
            settled_since = None
        elif settled_since is None:
            settled_since = now
        if settled_since is not None and now - settled_since >= _SETTLED:
            return WaitResult(target, total, tuple(owing), True)
        if now >= deadline:
            if problem is not None:
                raise problem
            return WaitResult(target, total, tuple(unaware + owing), settled_since is not None)
        line = _line(unaware or owing)
        if line and line != said:
            report(line)
        said = line
        sleep(min(_PAUSE, max(deadline - now, 0.0)) or _PAUSE)


def _look(
    istiods: Istiods, target: Target | None, wanted: Sequence[str]
) -> tuple[int, list[LackingProxy], list[LackingProxy]]:
    """How many proxies there are, which istiods have not read the object, and which proxies owe an answer."""
    unaware: list[LackingProxy] = []
    if target is not None:
        answers = istiods.ask("configz")
        unaware = [LackingProxy("istiod", str(problem)) for problem in answers.problems]
        for answer in answers.given:
            if why := _not_read(answer.body, target):
                unaware.append(LackingProxy(answer.istiod, why))
    status = mesh_status(istiods)
    unaware += [LackingProxy("istiod", str(problem)) for problem in status.problems if target is None]
    proxies = [proxy for proxy in status.proxies if not wanted or proxy.id in wanted]
    owing = [LackingProxy(proxy.id, _why(proxy)) for proxy in proxies if proxy.state in (State.STALE, State.REFUSED)]
    connected = {proxy.id for proxy in proxies}
    missing = [name for name in wanted if name not in connected]
    owing += [LackingProxy(name, "it is not connected to any istiod") for name in missing]
    return len(connected) + len(missing), unaware, owing


def _not_read(body: bytes, target: Target) -> str:
    """Why an istiod that answers `/debug/configz` like this has not read the object; empty where it has."""
    try:
        configs = read_whole(body, "istiod")
    except InputError:
        configs = None
    if not isinstance(configs, list):
        return "its list of objects is unreadable"
    for config in configs:
        metadata = config.get("metadata") or {}
        if (
            config.get("kind") == target.kind
            and str(config.get("apiVersion", "")).startswith(f"{target.api_group}/")
            and metadata.get("name") == target.name
            and (metadata.get("namespace") or "") == target.namespace
        ):
            generation = int(metadata.get("generation") or 0)
            if not target.generation:
                return "it has not yet read that the object is gone"
            return (
                ""
                if generation >= target.generation
                else (f"it has read generation {generation} of the object, not yet {target.generation}")
            )
    return "it has not yet read the object" if target.generation else ""


def _why(proxy: ProxyStatus) -> str:
    if proxy.state is State.REFUSED:
        return f"it refuses its configuration: {proxy.reason}"
    return "it has not confirmed the last answer" + (f", sent {proxy.since}" if proxy.since else "")


def _line(lacking: Sequence[LackingProxy]) -> str:
    if not lacking:
        return ""
    more = f", and for {len(lacking) - 1} more" if len(lacking) > 1 else ""
    return f"waiting for {lacking[0].who}: {lacking[0].why}{more}"


def _may_pass(problem: IstioctlError) -> bool:
    """Whether istiod may answer in a moment, as while it restarts."""
    if isinstance(problem, ErrorGroup):
        return all(_may_pass(each) for each in problem.errors)
    if isinstance(problem, ApiError):
        return problem.status == 404 or problem.status >= 500
    return isinstance(problem, Unreachable) or problem.id == "no-istio"
