"""Carrying out an installation: apply in waves, wait until ready, prune, make it the default.

Component order and pruning follow `operator/pkg/install` and `operator/pkg/uninstall` upstream. Unlike there,
components whose predecessor failed are not begun.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from istioctl.actions.installation.install_plan import InstallPlan, WantedObject
from istioctl.actions.progress import Progress, Stage
from istioctl.api.components import BY_NAME, COMPONENTS, EGRESS, INGRESS
from istioctl.api.identity import ObjectKey
from istioctl.api.install_order import Wave, wave_of
from istioctl.api.names import DEFAULT_REVISION, NETWORK
from istioctl.api.release import VERSION
from istioctl.api.trees import lookup_text
from istioctl.cluster.apply import FIELD_OWNER, apply_all, delete, ensure_namespace
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.wait import now_and_then, wait_until_gone, wait_until_ready
from istioctl.errors import IstioctlError

if TYPE_CHECKING:
    from istioctl.actions.installation.addons import AddonReport


_PRUNING = "Removed resources"


@dataclass(slots=True)
class InstallReport:
    """What an installation did.

    Attributes:
        created, changed, unchanged: the objects applied.
        removed: the objects pruned.
        addons: what became of the add-ons that were asked for, once they are installed.
        seconds: how long it took.
    """

    plan: InstallPlan
    created: list[ObjectKey] = field(default_factory=list)
    changed: list[ObjectKey] = field(default_factory=list)
    unchanged: list[ObjectKey] = field(default_factory=list)
    removed: list[ObjectKey] = field(default_factory=list)
    seconds: float = 0.0
    addons: AddonReport | None = None

    @property
    def applied(self) -> list[ObjectKey]:
        """All that is now as it was wanted, in alphabetical order."""
        return sorted([*self.created, *self.changed, *self.unchanged])

    def as_data(self) -> dict[str, Any]:
        """The report for `-o json` and `-o yaml`."""
        return {
            "version": VERSION,
            "profile": self.plan.specification.profile,
            "revision": self.plan.revision or DEFAULT_REVISION,
            "namespace": self.plan.namespace,
            "context": self.plan.session.connection.context,
            "dryRun": self.plan.options.dry_run,
            "created": sorted(map(str, self.created)),
            "changed": sorted(map(str, self.changed)),
            "unchanged": sorted(map(str, self.unchanged)),
            "removed": sorted(map(str, self.removed)),
            "seconds": round(self.seconds, 2),
            "addons": self.addons.as_data() if self.addons else None,
        }


def execute(plan: InstallPlan, progress: Progress) -> InstallReport:
    """Carries out a plan; each step can be repeated, so the next run completes one that was cut short.

    Raises:
        ClusterError: an object is refused, or not ready in time.
        ErrorGroup: several are.
    """
    began = time.monotonic()
    run = _Execution(plan, progress)
    try:
        run.namespace()
        run.components()
        run.prune()
        run.default_tag()
    except KeyboardInterrupt:
        plan.session.stop()  # what other threads were about to do is not done behind the user's back
        raise
    run.report.seconds = time.monotonic() - began
    return run.report


class _Execution:
    """The steps of one installation, and what they have in common."""

    def __init__(self, plan: InstallPlan, progress: Progress) -> None:
        self.plan = plan
        self.progress = progress
        self.report = InstallReport(plan)
        self._before = plan.survey.resource_versions()
        self._lock = threading.Lock()
        self._names = [part.name for part in COMPONENTS if any(item.component == part.name for item in plan.wanted)]
        self._board = _UnderWay(progress, [BY_NAME[name].title for name in self._names])

    def namespace(self) -> None:
        """Creates the control plane's namespace, as the real tool does: outside of the manifests.

        One that is being removed takes nothing any more: that is found out before anything is applied.
        """
        network = lookup_text(self.plan.specification.spec, "values", "global", "network")
        labels = {NETWORK: network} if network else {}
        ensure_namespace(self.plan.session, self.plan.namespace, labels, f"istioctl-{VERSION}")

    def components(self) -> None:
        """Applies everything, and waits until each component is ready before those that need it begin."""
        names = self._names
        done = {name: threading.Event() for name in names}
        good: dict[str, bool] = {}
        predecessors = {name: _predecessor(name, names) for name in names}
        for name, before in predecessors.items():
            awaited = {BY_NAME[before].title: ""} if before else {}
            self.progress.working(BY_NAME[name].title, Stage.NEXT, awaited)

        def component(name: str) -> None:
            try:
                before = predecessors[name]
                if before:
                    done[before].wait()
                if not before or good.get(before):
                    self._component(name)
                    good[name] = True
            finally:
                done[name].set()

        in_parallel([partial(component, name) for name in names], limit=max(len(names), 1))

    def _component(self, name: str) -> None:
        title = BY_NAME[name].title
        self._board.begin(title)
        items = [item for item in self.plan.wanted if item.component == name]
        try:
            for wave in Wave:
                members = [item for item in items if wave_of(item.key.kind) is wave]
                self._apply(members, title)
                if wave is not Wave.CONFIGURATION:
                    self._wait(title, [item.key for item in members])
        except IstioctlError as problem:
            self._board.fail(title, str(problem))
            raise
        self._board.finish(title)

    def _apply(self, items: Iterable[WantedObject], title: str = "") -> None:
        sendable = [item.desired() for item in items if self._can_be_sent(item.key)]
        done = 0

        def on_applied(key: ObjectKey, applied: dict[str, Any]) -> None:
            nonlocal done
            self._note(key, applied)
            with self._lock:
                done += 1
                if title:
                    self.progress.working(title, Stage.APPLYING, count=(done, len(sendable)))

        if title and sendable:
            self.progress.working(title, Stage.APPLYING, count=(0, len(sendable)))
        apply_all(self.plan.session, sendable, on_applied=on_applied)

    def _can_be_sent(self, key: ObjectKey) -> bool:
        """A dry run can't check objects in a namespace that it only pretended to create."""
        pretended = self.plan.options.dry_run and not self.plan.survey.namespace_exists
        if pretended and key.namespace == self.plan.namespace:
            with self._lock:
                self.report.created.append(key)
            return False
        return True

    def _wait(self, title: str, keys: list[ObjectKey]) -> None:
        if not self.plan.options.dry_run:
            plan = self.plan
            seldom = now_and_then(partial(self._board.waiting, title))

            def on_waiting(objects: Mapping[str, str]) -> None:
                seldom(objects)
                self.progress.working(title, Stage.STARTING, objects)

            wait_until_ready(plan.session, keys, plan.options.readiness_timeout, on_waiting)

    def _note(self, key: ObjectKey, applied: dict[str, Any]) -> None:
        before = self._before.get(key.versionless)
        with self._lock:
            if before is None:
                self.report.created.append(key)
            elif before == applied["metadata"].get("resourceVersion"):
                self.report.unchanged.append(key)
            else:
                self.report.changed.append(key)

    def prune(self) -> None:
        """Removes what is stale, objects of one kind at the same time, kind after kind; returns once all is gone."""
        self.progress.pruning()
        session, stale = self.plan.session, self.plan.stale
        for kind in dict.fromkeys((key.group, key.kind) for key in stale):
            self.progress.working(_PRUNING, Stage.REMOVING, count=(len(self.report.removed), len(stale)))
            keys = [key for key in stale if (key.group, key.kind) == kind]
            in_parallel([partial(delete, session, key) for key in keys])
            for key in keys:
                self.report.removed.append(key)
                self.progress.removed(key, pretended=self.plan.options.dry_run)
        if not self.plan.options.dry_run:
            gone = partial(self.progress.working, _PRUNING, Stage.REMOVING)
            wait_until_gone(session, stale, self.plan.options.readiness_timeout, gone)

    def default_tag(self) -> None:
        """Makes this installation the one that `istio-injection=enabled` means."""
        if self.plan.deactivated is not None:
            path = self.plan.session.discovery.path(ObjectKey.of(self.plan.deactivated))
            self.plan.session.send("PUT", path, self.plan.deactivated, {"fieldManager": FIELD_OWNER})
        self._apply(self.plan.tag)


def _predecessor(name: str, names: Sequence[str]) -> str:
    """Which of the components has to be ready before this one begins; empty where none."""
    before = BY_NAME[name].after
    while before and before not in names:
        before = BY_NAME[before].after
    return before


class _UnderWay:
    """Which components are under way, and what they wait for; tells it in a steady order."""

    def __init__(self, progress: Progress, titles: Sequence[str]) -> None:
        self._progress = progress
        self._lock = threading.Lock()
        self._open = set(titles)
        self._waiting: dict[str, list[str]] = {}
        self._held: list[str] = []

    def begin(self, title: str) -> None:
        self.waiting(title, [])

    def waiting(self, title: str, objects: list[str]) -> None:
        with self._lock:
            self._waiting[title] = objects
            self._tell()

    def finish(self, title: str) -> None:
        with self._lock:
            self._close(title)
            if title == BY_NAME[INGRESS].title and BY_NAME[EGRESS].title in self._open:
                self._progress.working(title, Stage.READY)
                self._held.append(title)  # both begin at once; the guide names egress gateways first
                return
            self._progress.installed(title)
            self._release(title)

    def fail(self, title: str, reason: str) -> None:
        with self._lock:
            self._close(title)
            self._progress.failed(title, reason)
            self._release(title)

    def _close(self, title: str) -> None:
        self._open.discard(title)
        self._waiting.pop(title, None)

    def _release(self, title: str) -> None:
        if title == BY_NAME[EGRESS].title:
            for name in self._held:
                self._progress.installed(name)
            self._held.clear()

    def _tell(self) -> None:
        objects = sorted({name for names in self._waiting.values() for name in names})
        self._progress.processing(sorted(self._waiting), objects)
