"""Add-ons: what there is, rendering them, installing them into a cluster and removing them again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from istioctl.actions.installation.stages import by_component, remove
from istioctl.actions.progress import Progress, Stage
from istioctl.api.identity import ObjectKey
from istioctl.api.install_order import Wave, wave_of
from istioctl.api.labels import labels_of, revision_suffix
from istioctl.api.names import APP_NAME, MESH_CONFIG_MAP, PART_OF, SYSTEM_NAMESPACE
from istioctl.cluster.apply import TOOL_OWNER, Desired, apply_all, ensure_namespace
from istioctl.cluster.errors import ApiError
from istioctl.cluster.queries import list_kinds, list_objects
from istioctl.cluster.session import Client, Session, open_session
from istioctl.cluster.wait import now_and_then, wait_until_ready
from istioctl.errors import ClusterError
from istioctl.rendering.addons.addons import (
    ADDONS,
    WHOLE,
    addon_documents,
    addon_images,
    addon_mesh_config,
    addon_settings,
    in_order,
)
from istioctl.rendering.specification.extension_providers import with_providers
from istioctl.rendering.text.documents import RenderedDocument

TITLES = {
    "prometheus": "Prometheus",
    "loki": "Loki",
    "jaeger": "Jaeger",
    "zipkin": "Zipkin",
    "grafana": "Grafana",
    "kiali": "Kiali",
}
_PURPOSES = {
    "prometheus": "collects the mesh's metrics",
    "loki": "keeps logs",
    "jaeger": "keeps and shows traces",
    "zipkin": "keeps and shows traces, in memory",
    "grafana": "shows metrics and logs",
    "kiali": "shows the mesh: its services, traffic and configuration",
}
#: Who has to be installed again to take notice when these come or go.
_READERS = {"loki": ("grafana",), "jaeger": ("grafana", "kiali"), "zipkin": ("grafana",), "grafana": ("kiali",)}
_CLAIM = ("v1", "PersistentVolumeClaim")
#: The kinds add-ons are made of, first removed first; claims hold data and go only when asked for.
_KINDS = (
    ("telemetry.istio.io/v1", "Telemetry"),
    ("apps/v1", "Deployment"),
    ("v1", "Service"),
    ("v1", "ConfigMap"),
    ("rbac.authorization.k8s.io/v1", "ClusterRoleBinding"),
    ("rbac.authorization.k8s.io/v1", "ClusterRole"),
    ("v1", "ServiceAccount"),
)


@dataclass(frozen=True, slots=True)
class Addon:
    """One add-on that could be installed."""

    name: str
    purpose: str
    version: str
    images: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """What `-o json` says of it."""
        return {"name": self.name, "purpose": self.purpose, "version": self.version, "images": list(self.images)}


@dataclass(frozen=True, slots=True)
class AddonOptions:
    """Which add-ons, how, and where.

    Args:
        names: of `istioctl.rendering.addons.addons.ADDONS`; none means all.
        settings: what is wanted otherwise than `manifests/addons/values.yaml` has it.
        namespace: where they go.
        mesh_namespace: the mesh's root namespace.
        revision: of the control plane whose mesh configuration learns of them; empty for the default one.
        wait: return only once all are ready.
        timeout: how many seconds that, or removal, may take.
        purge: when removing, remove what they have stored as well.
        tell_mesh: change the configuration of a mesh that has not what the add-ons need.
    """

    names: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    namespace: str = SYSTEM_NAMESPACE
    mesh_namespace: str = SYSTEM_NAMESPACE
    revision: str = ""
    wait: bool = True
    timeout: float = 300.0
    dry_run: bool = False
    purge: bool = False
    tell_mesh: bool = True

    @property
    def chosen(self) -> tuple[str, ...]:
        """The add-ons in the order they are installed."""
        return in_order(self.names or ADDONS)


@dataclass(slots=True)
class AddonReport:
    """What an installation or removal did.

    Attributes:
        names: the add-ons.
        objects: applied or removed.
        mesh: whether the mesh's configuration was changed; None where nothing in it was needed.
        readers: add-ons of the cluster that take notice of these only when they are installed again.
    """

    names: tuple[str, ...]
    objects: list[ObjectKey] = field(default_factory=list)
    mesh: bool | None = None
    readers: tuple[str, ...] = ()

    @property
    def advice(self) -> list[str]:
        """What the user should do next, one sentence each."""
        takes_notice = "takes notice once it is installed again: istioctl addons install"
        return [f"{reader} {takes_notice} {reader}" for reader in self.readers]

    def as_data(self) -> dict[str, Any]:
        """What `-o json` says of it."""
        return {
            "addons": list(self.names),
            "objects": sorted(map(str, self.objects)),
            "meshConfigChanged": self.mesh,
            "installAgain": list(self.readers),
        }


def list_addons(settings: Mapping[str, object] | None = None) -> list[Addon]:
    """All add-ons in the order they are installed.

    Args:
        settings: as in `AddonOptions`.

    Raises:
        SpecError: a setting is wrong.
    """
    merged = addon_settings(settings)
    return [Addon(name, _PURPOSES[name], merged[name]["version"], tuple(addon_images(name, merged))) for name in ADDONS]


def render_addons(options: AddonOptions, beside: Sequence[str] = ()) -> list[RenderedDocument]:
    """The objects of the chosen add-ons, in the order they are installed; asks no cluster.

    Args:
        options: which, and how.
        beside: add-ons that are there already.

    Raises:
        SpecError: a name or setting is wrong.
    """
    settings = addon_settings(options.settings)
    return addon_documents(options.chosen, settings, options.namespace, options.mesh_namespace, beside)


def install_addons(client: Client, options: AddonOptions, progress: Progress) -> AddonReport:
    """Makes the cluster have the chosen add-ons as they are wanted; can be repeated.

    Raises:
        SpecError: a name or setting is wrong; nothing was changed.
        ClusterError: the cluster refuses, or an add-on is not ready in time.
        ErrorGroup: several of these.
    """
    settings, chosen = addon_settings(options.settings), options.chosen
    session = open_session(client, report=progress.note, dry_run=options.dry_run)
    present = installed_addons(session, options.namespace)
    data = [document.data for document in render_addons(options, present)]
    keys = [ObjectKey.of(item) for item in data]
    report = AddonReport(chosen, keys, readers=_readers(chosen, present))
    mesh: dict[str, Any] | None = None
    config = addon_mesh_config(chosen, settings, options.namespace) if options.tell_mesh else {}
    if config:
        mesh = _changed_mesh(session, options, config)
        report.mesh = mesh is not None
    pretended = ensure_namespace(session, options.namespace, {}, TOOL_OWNER) and options.dry_run
    if mesh is not None:
        _store_mesh(session, mesh)
    titles = [TITLES[name] for name in chosen]
    progress.processing(titles, [])
    for title in titles:
        progress.working(title, Stage.APPLYING)
    for wave in Wave:
        members = [
            Desired.of(item)
            for key, item in zip(keys, data, strict=True)
            if wave_of(key.kind) is wave and not (pretended and key.namespace == options.namespace)
        ]
        apply_all(session, members, owner=TOOL_OWNER)
    if options.wait and not options.dry_run:
        # A claim that is bound late, or never, shows in its pod.
        workloads = {
            key: _title(item) for key, item in zip(keys, data, strict=True) if wave_of(key.kind) is Wave.WORKLOADS
        }
        seldom = now_and_then(partial(progress.processing, titles))
        each = by_component(workloads, progress, Stage.STARTING)

        def on_waiting(objects: Mapping[str, str]) -> None:
            seldom(objects)
            each(objects)

        wait_until_ready(session, list(workloads), options.timeout, on_waiting)
    for title in titles:
        progress.installed(title)
    return report


def uninstall_addons(
    client: Client,
    options: AddonOptions,
    progress: Progress,
    confirm: Callable[[AddonOptions], bool] | None = None,
) -> AddonReport | None:
    """Removes what `install_addons` made of the chosen add-ons, in whatever namespace, and waits until it is gone.

    The mesh's configuration keeps its extension provider: without the Telemetry that names it, nothing uses it.

    Args:
        confirm: is asked before anything is removed; by default all is.

    Returns:
        What was removed; None where `confirm` says no.

    Raises:
        SpecError: a name is wrong.
        ClusterError: an object can't be removed, or is not gone in time.
        ErrorGroup: several are not.
    """
    if confirm is not None and not confirm(options):
        return None
    selector = f"{PART_OF}={WHOLE},{APP_NAME} in ({','.join(options.chosen)})"
    session = open_session(client, report=progress.note, dry_run=options.dry_run)
    kinds = (*_KINDS, _CLAIM) if options.purge else _KINDS
    found = list_kinds(session, kinds, labels=selector)
    gone = tuple(name for name in options.chosen if any(labels_of(item)[APP_NAME] == name for item in found))
    left = [name for name in installed_addons(session, options.namespace) if name not in gone]
    report = AddonReport(gone, readers=_readers(gone, left))
    titles = {ObjectKey.of(item): _title(item) for item in found}
    report.objects = remove(session, titles, options.timeout, progress)
    return report


def installed_addons(session: Session, namespace: str = "") -> tuple[str, ...]:
    """The add-ons that this program has installed, in a namespace or in all.

    Raises:
        ClusterError: the cluster can't be asked.
    """
    label = f"{PART_OF}={WHOLE}"
    found = list_objects(session, "apps/v1", "Deployment", namespace=namespace, labels=label, metadata_only=True)
    names = {labels_of(item).get(APP_NAME) for item in found}
    return tuple(name for name in ADDONS if name in names)


def _title(item: Mapping[str, Any]) -> str:
    name = labels_of(item).get(APP_NAME, "")
    return TITLES.get(name, name)


def _readers(names: Sequence[str], present: Sequence[str]) -> tuple[str, ...]:
    readers = {reader for name in names for reader in _READERS.get(name, ())}
    return tuple(name for name in present if name in readers and name not in names)


def _changed_mesh(session: Session, options: AddonOptions, config: Mapping[str, Any]) -> dict[str, Any] | None:
    """The mesh's ConfigMap with extension providers added or corrected; None where it has them.

    Istio's ConfigMap is changed in place, as a person would with `kubectl edit`. Whoever installs Istio again from a
    specification says it there, too.
    """
    from istioctl.yamldoc.reader import load
    from istioctl.yamldoc.writer import dump

    name = f"{MESH_CONFIG_MAP}{revision_suffix(options.revision)}"
    found = session.find(f"/api/v1/namespaces/{options.mesh_namespace}/configmaps/{name}")
    if found is None:
        raise ClusterError(
            "there is no mesh configuration to tell of the traces' destination",
            where=f"ConfigMap/{options.mesh_namespace}/{name} on {session.server}",
            hint="Install Istio first, name its --revision, or leave jaeger.tracing.enabled off.",
            id="no-mesh-config",
        )
    data = found.get("data") or {}
    mesh = load(data.get("mesh") or "", f"ConfigMap/{options.mesh_namespace}/{name}") or {}
    wanted: list[dict[str, Any]] = config["extensionProviders"]
    given: list[dict[str, Any]] = mesh.get("extensionProviders") or []
    if all(provider in given for provider in wanted):
        return None
    mesh["extensionProviders"] = with_providers(given, wanted)
    return {"apiVersion": "v1", "kind": "ConfigMap", **found, "data": {**data, "mesh": dump(mesh)}}


def _store_mesh(session: Session, config_map: Mapping[str, Any]) -> None:
    try:
        session.send("PUT", session.discovery.path(ObjectKey.of(config_map)), config_map, {"fieldManager": TOOL_OWNER})
    except ApiError as problem:
        if problem.status == 409:
            problem.hint = "Somebody else has just changed it: run the command again."
        raise
