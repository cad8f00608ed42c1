"""Proving an installation: every object is there, is as wanted, and is ready.

What is wanted comes from a profile, files and flags, or from plain manifests; without any of these, from the cluster
itself: then the objects that the installation's labels name are checked, and that a control plane is among them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from istioctl.actions.installation.compare import Change, Verb, compare, compare_objects
from istioctl.actions.installation.install_plan import InstallOptions, WantedObject, prepare
from istioctl.actions.installation.stages import by_component, title_of
from istioctl.actions.progress import Progress, Stage
from istioctl.api.identity import ObjectKey
from istioctl.api.install_order import CLUSTER_REMOVALS, NAMESPACED_REMOVALS, PURGE_REMOVALS
from istioctl.api.labels import COMPONENT, OWNER_NAME, OWNER_NAMESPACE, VERSION, labels_of
from istioctl.api.names import REVISION
from istioctl.api.webhooks import INJECTOR, VALIDATOR, as_istiod_leaves_it, deactivated
from istioctl.cluster.errors import ApiError
from istioctl.cluster.queries import list_kinds, read_all
from istioctl.cluster.readiness import has_readiness, why_not_ready
from istioctl.cluster.session import Client, Session, open_session
from istioctl.cluster.wait import wait_until_ready
from istioctl.errors import ClusterError

if TYPE_CHECKING:
    from istioctl.rendering.specification.build import SpecificationInputs

_DEFINITION = "CustomResourceDefinition"
_SHARED = "Base"
_VERIFIER = "istioctl-verify-install"
"""Who would apply plain manifests: nobody who owns fields that they lack, such as the labels of an installation."""

_OWNER_LABELS = frozenset(f"metadata.labels.{name}" for name in (REVISION, VERSION, OWNER_NAME, OWNER_NAMESPACE))
"""Which installation an object belongs to; of what several revisions share, that is the last one installed."""


@dataclass(frozen=True, slots=True)
class VerifyOptions:
    """What to check.

    Args:
        inputs: what is wanted; None means what the cluster's own labels say.
        revision: of the control plane; empty means the only or the default one.
        wait: how many seconds objects may take to get ready; 0 means they have to be.
    """

    client: Client
    inputs: SpecificationInputs | None
    revision: str = ""
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Checked:
    """One object, and what is wrong with it; None where nothing is."""

    key: ObjectKey
    problem: str | None


@dataclass(frozen=True, slots=True)
class Verification:
    """The result.

    Attributes:
        revision: that was checked; empty where manifests were.
        objects: all that was checked, in the order of an installation.
    """

    revision: str
    objects: tuple[Checked, ...]

    @property
    def failures(self) -> list[Checked]:
        """The objects with which something is wrong."""
        return [checked for checked in self.objects if checked.problem is not None]

    def count(self, kind: str) -> int:
        """How many objects of a kind were checked."""
        return sum(checked.key.kind == kind for checked in self.objects)

    def as_data(self) -> dict[str, Any]:
        """The result for `-o json` and `-o yaml`."""
        return {
            "revision": self.revision,
            "verified": not self.failures,
            "customResourceDefinitions": self.count(_DEFINITION),
            "deployments": self.count("Deployment"),
            "objects": [
                {"object": str(checked.key), "ok": checked.problem is None, "problem": checked.problem or ""}
                for checked in self.objects
            ],
        }


def verify_install(options: VerifyOptions, progress: Progress) -> Verification:
    """Checks an installation; changes nothing.

    Raises:
        SpecError, InputError: the specification or the kubeconfig is wrong.
        ClusterError: the cluster can't be asked, or has no installation to check.
    """
    if options.inputs is None:
        return _from_cluster(options, progress)
    plan = prepare(InstallOptions(inputs=options.inputs, client=options.client), progress)
    if options.wait:
        titles = {item.key: title_of(item.data) for item in plan.wanted}
        _wait(plan.session, titles, options.wait, progress)
    changes = [change for change in compare(plan) if change.verb is not Verb.REMOVE]
    live = read_all(plan.session, [change.key for change in changes])
    shared = {item.key for item in plan.wanted if item.component == _SHARED}
    objects = [
        _checked(change, state, ignored=_OWNER_LABELS if change.key in shared else frozenset())
        for change, state in zip(changes, live, strict=True)
    ]
    return Verification(plan.revision or "default", tuple(objects))


def verify_manifests(
    client: Client, manifests: Sequence[dict[str, Any]], wait: float, progress: Progress
) -> Verification:
    """Checks that each of these objects is there, says what its manifest says, and is ready; changes nothing.

    Args:
        manifests: of objects that may have no namespace of their own; theirs is then the kubeconfig's.
        wait: as in VerifyOptions.

    Raises:
        InputError: the kubeconfig is unreadable.
        ClusterError: the cluster can't be asked, or refuses to be.
        ErrorGroup: it refuses several things.
    """
    session = open_session(client, report=progress.note)
    unknown: dict[int, Checked] = {}
    wanted: dict[int, WantedObject] = {}
    for index, data in enumerate(manifests):
        key = ObjectKey.of(data)
        try:
            namespaced = session.discovery.resource(key.api_version, key.kind).namespaced
        except ApiError as problem:
            if problem.status != 404:
                raise
            unknown[index] = Checked(key, problem.message)
            continue
        namespace = (key.namespace or session.namespace) if namespaced else ""
        wanted[index] = WantedObject("", replace(key, namespace=namespace), data)
    keys = [item.key for item in wanted.values()]
    if wait:
        _wait(session, {key: key.kind for key in keys}, wait, progress)
    changes = _compare_manifests(session.again(dry_run=True), list(wanted.values()))
    live = read_all(session, keys)
    known = dict(zip(wanted, map(_checked, changes, live), strict=True))
    return Verification("", tuple((unknown | known)[index] for index in range(len(manifests))))


def _compare_manifests(session: Session, wanted: Sequence[WantedObject]) -> list[Change]:
    """What applying manifests would change.

    An injection webhook may have given way to that of a tag, and istiod may have hardened a validating one.
    """
    changes = compare_objects(session, wanted, _VERIFIER)
    others = [
        replace(item, data=other)
        for item, change in zip(wanted, changes, strict=True)
        if change.verb is Verb.CHANGE and (other := _as_it_may_be(item, change.before)) is not None
    ]
    unchanged = {
        change.key: change for change in compare_objects(session, others, _VERIFIER) if change.verb is Verb.LEAVE
    }
    return [unchanged.get(change.key, change) for change in changes]


def _as_it_may_be(item: WantedObject, live: dict[str, Any] | None) -> dict[str, Any] | None:
    """Another state of an object that is as good as the wanted one, if there is such."""
    kind = (item.key.api_version, item.key.kind)
    if kind == INJECTOR:
        return deactivated(item.data)
    return as_istiod_leaves_it(item.data, live) if kind == VALIDATOR else None


def _checked(change: Change, state: dict[str, Any] | None, ignored: frozenset[str] = frozenset()) -> Checked:
    """What is wrong with an object, given what applying it would change; `ignored` are paths that may differ."""
    problems = [problem] if (problem := _problem(change.key, state)) else []
    if change.verb is Verb.CHANGE:
        paths = [path for path in changed_paths(change.before, change.after) if path not in ignored]
        if paths:
            problems.append(f"it is not as wanted: {', '.join(paths)}")
    return Checked(change.key, "; ".join(problems) or None)


def _from_cluster(options: VerifyOptions, progress: Progress) -> Verification:
    session = open_session(options.client, report=progress.note)
    kinds = (*NAMESPACED_REMOVALS, *CLUSTER_REMOVALS, *PURGE_REMOVALS)
    found = list_kinds(session, kinds, labels=COMPONENT)
    found = [item for item in found if not item["metadata"].get("ownerReferences")]
    revisions = sorted({labels_of(item)[REVISION] for item in found if _is_control_plane(item)})
    revision = options.revision or ("default" if "default" in revisions else "".join(revisions[:1]))
    if revision not in revisions:
        raise ClusterError(
            f"control plane revision {revision!r} is not installed" if revision else "no control plane is installed",
            where=session.server,
            hint=f"Choose one of {', '.join(revisions)}." if revisions else "Run `istioctl install` first.",
            id="no-istio",
        )
    chosen = [item for item in found if labels_of(item).get(REVISION) == revision or item["kind"] == _DEFINITION]
    keys = [ObjectKey.of(item) for item in chosen]
    if options.wait:
        _wait(session, {ObjectKey.of(item): title_of(item) for item in chosen}, options.wait, progress)
    states = read_all(session, keys)
    objects = [Checked(key, _problem(key, state)) for key, state in zip(keys, states, strict=True)]
    return Verification(revision, tuple(objects))


def _is_control_plane(item: dict[str, Any]) -> bool:
    return item["kind"] == "Deployment" and labels_of(item).get("app") == "istiod" and REVISION in labels_of(item)


def _wait(session: Session, titles: Mapping[ObjectKey, str], seconds: float, progress: Progress) -> None:
    """Waits for what takes time; what is still missing afterwards the check itself reports.

    Args:
        titles: the objects, and what each is a part of.
    """
    waited = {key: title for key, title in titles.items() if has_readiness(key.kind)}
    for title in dict.fromkeys(waited.values()):
        progress.working(title, Stage.CHECKING)
    try:
        wait_until_ready(session, list(waited), seconds, by_component(waited, progress, Stage.CHECKING))
    except ClusterError as problem:
        if problem.id != "not-ready":
            raise


def _problem(key: ObjectKey, state: dict[str, Any] | None) -> str | None:
    if state is None:
        return "it does not exist"
    if state["metadata"].get("deletionTimestamp"):
        return "it is being removed"
    return why_not_ready(state | {"kind": key.kind})


def changed_paths(before: Any, after: Any, path: str = "") -> list[str]:
    """The paths at which two trees of plain data differ, at most five."""
    if isinstance(before, dict) and isinstance(after, dict):
        found = [
            place
            for key in sorted({*before, *after})
            if before.get(key) != after.get(key)
            for place in changed_paths(before.get(key), after.get(key), f"{path}.{key}" if path else str(key))
        ]
        return found[:5]
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        found = [
            place
            for index, (one, other) in enumerate(zip(before, after, strict=True))
            if one != other
            for place in changed_paths(one, other, f"{path}[{index}]")
        ]
        return found[:5]
    return [path]
