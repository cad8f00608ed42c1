"""Removing an installation: find what belongs to it, say what goes, remove it and wait until it is gone.

What belongs to an installation follows `operator/pkg/uninstall/prune.go` upstream: everything with a component label
for a purge; else the objects of one revision or one IstioOperator file, but for `Base`, which all revisions share.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from istioctl.actions.installation.left_behind import LeftBehind, left_behind
from istioctl.actions.installation.stages import remove, title_of
from istioctl.actions.progress import Progress, Silence
from istioctl.actions.revisions.control_planes import connected_proxies, control_plane_pods
from istioctl.api.components import BASE, COMPONENTS
from istioctl.api.identity import ObjectKey
from istioctl.api.install_order import CLUSTER_REMOVALS, NAMESPACED_REMOVALS, PURGE_REMOVALS
from istioctl.api.labels import COMPONENT, OWNER_NAME, OWNER_NAMESPACE, labels_of
from istioctl.api.names import DEFAULT_REVISION, REVISION, SYSTEM_NAMESPACE
from istioctl.api.trees import lookup_text
from istioctl.api.webhooks import INJECTOR
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import list_kinds, list_objects
from istioctl.cluster.session import Client, Session, open_session
from istioctl.errors import ClusterError, ErrorGroup, UsageError

if TYPE_CHECKING:
    from istioctl.rendering.specification.build import SpecificationInputs

_DEFINITION = "CustomResourceDefinition"


@dataclass(frozen=True, slots=True)
class UninstallOptions:
    """What to remove.

    Args:
        inputs: a file or flags that name the installation (its metadata and revision).
        revision: the control plane's; empty where `inputs` or `purge` say what to remove.
        purge: all of Istio, custom resource definitions included.
        delete_namespace: the control plane's namespace as well.
        timeout: how many seconds to wait until all is gone.
    """

    client: Client
    inputs: SpecificationInputs
    namespace: str = SYSTEM_NAMESPACE
    revision: str = ""
    purge: bool = False
    delete_namespace: bool = False
    dry_run: bool = False
    timeout: float = 60.0


@dataclass(frozen=True, slots=True)
class Removal:
    """What an uninstallation is about to do.

    Attributes:
        objects: in the order in which they are removed.
        components: the title of the component that each object belongs to.
        custom_resources: how many objects of each kind go with their definitions.
        proxies: the ids of proxies that would lose their control plane; None where that is not known.
        left_behind: who is left without an injector.
        warnings: what the user should know first.
    """

    options: UninstallOptions
    session: Session
    objects: tuple[ObjectKey, ...]
    components: Mapping[ObjectKey, str] = field(default_factory=dict)
    custom_resources: dict[str, int] = field(default_factory=dict)
    proxies: tuple[str, ...] | None = None
    left_behind: LeftBehind = field(default_factory=LeftBehind)
    warnings: tuple[str, ...] = ()

    @property
    def gateways(self) -> list[str]:
        """The names of the gateways that would go."""
        return [key.name for key in self.objects if key.kind == "Deployment" and "gateway" in key.name]


@dataclass(frozen=True, slots=True)
class RemovalReport:
    """What an uninstallation did.

    Attributes:
        removed: in the order in which it went.
    """

    removal: Removal
    removed: tuple[ObjectKey, ...]

    def as_data(self) -> dict[str, Any]:
        """The report for `-o json` and `-o yaml`."""
        return {
            "context": self.removal.session.connection.context,
            "dryRun": self.removal.options.dry_run,
            "removed": [str(key) for key in self.removed],
            "customResources": self.removal.custom_resources,
            "namespacesWithoutInjector": list(self.removal.left_behind.namespaces),
            "tags": list(self.removal.left_behind.tags),
        }


def uninstall(
    options: UninstallOptions, progress: Progress | None = None, confirm: Callable[[Removal], bool] | None = None
) -> RemovalReport | None:
    """Finds what belongs to an installation, asks, removes it, and waits until it is gone.

    Args:
        options: what to remove.
        progress: takes what happens; nobody by default.
        confirm: is asked before anything is removed; by default all is.

    Returns:
        What was removed; None where `confirm` says no.

    Raises:
        UsageError: nothing says what to remove.
        InputError: the file or the kubeconfig is unreadable.
        ClusterError: the revision does not exist, or the cluster refuses, or something is not gone in time.
        ErrorGroup: several of these.
    """
    progress = progress or Silence()
    removal = plan_removal(options, progress)
    for warning in removal.warnings:
        progress.warn(warning)
    if confirm is not None and not confirm(removal):
        return None
    try:
        removed = carry_out(removal, progress)
    finally:
        progress.end()
    progress.complete("Uninstall complete" + (" (dry run: nothing was changed)" if options.dry_run else ""))
    return RemovalReport(removal, tuple(removed))


def plan_removal(options: UninstallOptions, progress: Progress) -> Removal:
    """Finds what there is to remove; changes nothing.

    Raises:
        UsageError: nothing says what to remove.
        InputError: the file or the kubeconfig is unreadable.
        ClusterError: the revision does not exist, or the cluster can't be asked.
    """
    from istioctl.rendering.specification.build import build_specification

    revision = options.revision or _flag_value(options.inputs.set_flags, "revision")
    if not (options.purge or revision or options.inputs.files):
        raise UsageError(
            "at least one of the --revision (or --set revision=<revision>), --filename or --purge flags must be set",
            hint="Name a revision (`istioctl tag list` shows them), or remove everything with --purge.",
        )
    session = open_session(options.client, report=progress.note, dry_run=options.dry_run)
    warnings: list[str] = []
    if options.purge:
        if revision or options.inputs.files:
            warnings.append("--purge removes everything of Istio, whatever revision or file is given")
        kinds = (*NAMESPACED_REMOVALS, *CLUSTER_REMOVALS, *PURGE_REMOVALS)
        selector = COMPONENT
    else:
        specification = build_specification(options.inputs)
        revision = revision or specification.revision or DEFAULT_REVISION
        kinds = (*NAMESPACED_REMOVALS, *CLUSTER_REMOVALS)
        wanted = {
            REVISION: revision,
            OWNER_NAME: specification.name,
            OWNER_NAMESPACE: lookup_text(specification.data, "metadata", "namespace"),
        }
        selector = ",".join(f"{key}={value}" for key, value in wanted.items() if value)
        selector += f",{COMPONENT} in ({','.join(part.name for part in COMPONENTS if part.name != BASE)})"
    found = list_kinds(session, kinds, labels=selector)
    objects = [ObjectKey.of(item) for item in found if not item["metadata"].get("ownerReferences")]
    if not (options.purge or objects):  # a removal that was cut short may have left all but the webhooks
        _check_exists(session, revision)
    definitions = [key.name for key in objects if key.kind == _DEFINITION]
    proxies = _proxies(session, options.namespace, "" if options.purge else revision)
    return Removal(
        options=options,
        session=session,
        objects=tuple(objects),
        components={ObjectKey.of(item): title_of(item) for item in found},
        custom_resources=_custom_resources(session, definitions),
        proxies=proxies,
        left_behind=left_behind(session, revision, objects) if objects else LeftBehind(),
        warnings=tuple(warnings),
    )


def carry_out(removal: Removal, progress: Progress) -> list[ObjectKey]:
    """Removes what was planned, and waits until it is gone; what was removed.

    A run that was cut short is completed by the next one.

    Raises:
        ClusterError: an object can't be removed, or is not gone in time.
        ErrorGroup: several are not.
    """
    titles = {key: removal.components.get(key, "") for key in removal.objects}
    if removal.options.delete_namespace:
        titles[ObjectKey("v1", "Namespace", "", removal.options.namespace)] = "Namespace"
    return remove(removal.session, titles, removal.options.timeout, progress)


def _flag_value(flags: tuple[str, ...], path: str) -> str:
    values = [flag.partition("=")[2] for flag in flags if flag.partition("=")[0].strip() == path]
    return values[-1] if values else ""


def _check_exists(session: Session, revision: str) -> None:
    hooks = list_objects(session, *INJECTOR, labels=REVISION, metadata_only=True)
    known = sorted({labels_of(hook)[REVISION] for hook in hooks})
    if revision not in known:
        raise ClusterError(
            f"could not find target revision {revision!r}",
            where=session.server,
            hint=f"Choose one of {', '.join(known)}." if known else "No control plane is installed; see --purge.",
            id="no-revision",
        )


def _proxies(session: Session, namespace: str, revision: str) -> tuple[str, ...] | None:
    """The ids of the proxies that are connected to the control planes that would go."""
    try:
        pods = control_plane_pods(session, namespace, revision)
        return tuple(str(entry.get("proxy")) for entry in connected_proxies(session, pods)) if pods else None
    except (ClusterError, ErrorGroup):
        return None  # an istiod that does not answer can be removed all the same; the caller says so


def _custom_resources(session: Session, definitions: list[str]) -> dict[str, int]:
    """How many objects there are of each kind defined."""

    def count(name: str) -> tuple[str, int]:
        spec: dict[str, Any] = session.get(f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}")["spec"]
        version = next(entry["name"] for entry in spec["versions"] if entry.get("served"))
        page = session.find(f"/apis/{spec['group']}/{version}/{spec['names']['plural']}")
        return str(spec["names"]["kind"]), len((page or {}).get("items") or [])

    totals: Counter[str] = Counter()
    for kind, number in in_parallel([partial(count, name) for name in definitions]):
        totals[kind] += number
    return {kind: number for kind, number in sorted(totals.items()) if number}
