"""Planning an installation: render it, compare it with the cluster, decide what to apply, remove and make the default.

Labels and the default tag follow `operator/pkg/install` and `operator/pkg/webhook` upstream, so that either tool can go
on with what the other installed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from istioctl.actions.installation.install_survey import Survey, kubernetes_version, kubernetes_warning, survey
from istioctl.actions.installation.platform import network_warnings, with_detected
from istioctl.actions.progress import Progress
from istioctl.actions.revisions.tag_objects import TagOptions, tag_objects
from istioctl.actions.revisions.webhook_conflicts import conflicts
from istioctl.api.identity import ObjectKey
from istioctl.api.labels import OWNER_NOT_PRUNED, labels_of, owner_labels
from istioctl.api.names import DEFAULT_REVISION, REVISION, TAG
from istioctl.api.release import VERSION
from istioctl.api.webhooks import DEFAULT_VALIDATOR_NAME, INJECTOR, VALIDATOR, as_istiod_leaves_it, deactivated
from istioctl.cluster.apply import Desired
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.session import Client, Session, open_session
from istioctl.errors import ClusterError

if TYPE_CHECKING:
    from istioctl.rendering.specification.build import Specification, SpecificationInputs


@dataclass(frozen=True, slots=True)
class InstallOptions:
    """What to install, where, and how carefully.

    Args:
        inputs: profile, files and flags.
        client: the cluster.
        readiness_timeout: how many seconds each component may take to get ready.
        dry_run: let the server check everything and store nothing.
        prune: remove what an earlier installation left and this one does not want.
        atomic: put everything back as it was if the installation fails.
        verify: check every object afterwards.
    """

    inputs: SpecificationInputs
    client: Client
    readiness_timeout: float = 300.0
    dry_run: bool = False
    prune: bool = True
    atomic: bool = False
    verify: bool = False


@dataclass(frozen=True, slots=True)
class WantedObject:
    """An object of the installation, with the labels that mark it as such."""

    component: str
    key: ObjectKey
    data: dict[str, Any]

    def desired(self) -> Desired:
        """The object as it is sent."""
        return Desired.of(self.data)


@dataclass(frozen=True, slots=True)
class InstallPlan:
    """All that is known before anything is changed.

    Attributes:
        namespace, revision: of the control plane; the revision `default` is empty.
        wanted: the objects to apply.
        tag: the objects that make this installation the default one; applied last.
        deactivated: an injection webhook of another revision, as it is once it gives way to the tag.
        stale: what is to be removed.
        warnings: what the user should know first.
    """

    options: InstallOptions
    session: Session
    specification: Specification
    survey: Survey
    namespace: str
    revision: str
    wanted: tuple[WantedObject, ...]
    tag: tuple[WantedObject, ...]
    deactivated: dict[str, Any] | None
    stale: tuple[ObjectKey, ...]
    warnings: tuple[str, ...]


def prepare(options: InstallOptions, progress: Progress) -> InstallPlan:
    """Renders the installation and compares it with the cluster; changes nothing.

    Raises:
        SpecError, InputError: the specification is wrong.
        ClusterError: the cluster can't be reached or refuses to be read.
        ErrorGroup: several of these.
    """
    from istioctl.rendering.manifests import render
    from istioctl.rendering.specification.build import build_specification

    session = open_session(options.client, report=progress.note, dry_run=options.dry_run)
    kubernetes = kubernetes_version(session)
    specification = build_specification(with_detected(options.inputs, kubernetes))
    namespace, revision = specification.namespace, specification.revision
    results: list[Any] = in_parallel(
        [
            partial(survey, session, namespace, revision),
            partial(render, specification, kube_version=kubernetes, force=options.inputs.force),
            partial(network_warnings, session, specification.spec),
        ]
    )
    found, rendering, about_network = results
    owner = partial(
        owner_labels,
        namespace=namespace,
        revision=revision,
        version=VERSION,
        name=specification.name,
    )
    wanted = [
        _beside_istiod(_wanted(document.component, document.data, owner(component=document.component)), found)
        for document in rendering.ordered()
    ]
    tag, replaced = _default_tag(specification, found, wanted, namespace, revision, owner())
    if tag:
        wanted = [_deactivated_if_default(item) for item in wanted]
    keep = {item.key.versionless for item in (*wanted, *tag)}
    stale = found.stale(keep, namespace) if options.prune else []
    warnings = [*specification.warnings, *rendering.warnings, *about_network]
    warnings += filter(None, (kubernetes_warning(kubernetes), found.version_warning()))
    warnings += _ambiguous_injection([*wanted, *tag], found, replaced, force=options.inputs.force)
    return InstallPlan(
        options=options,
        session=session,
        specification=specification,
        survey=found,
        namespace=namespace,
        revision=revision,
        wanted=tuple(wanted),
        tag=tuple(tag),
        deactivated=replaced,
        stale=tuple(stale),
        warnings=tuple(warnings),
    )


def _wanted(component: str, data: Mapping[str, Any], labels: Mapping[str, str]) -> WantedObject:
    metadata = {**data["metadata"], "labels": {**labels_of(data), **labels}}
    return WantedObject(component, ObjectKey.of(data), {**data, "metadata": metadata})


def _beside_istiod(item: WantedObject, found: Survey) -> WantedObject:
    """The object without what istiod has set in the live one and would set again."""
    if (item.key.api_version, item.key.kind) != VALIDATOR:
        return item
    return replace(item, data=as_istiod_leaves_it(item.data, found.validator(item.key.name)))


def _default_tag(
    specification: Specification,
    found: Survey,
    wanted: list[WantedObject],
    namespace: str,
    revision: str,
    owner: Mapping[str, str],
) -> tuple[list[WantedObject], dict[str, Any] | None]:
    """The objects of the tag `default` where this installation shall have it, and a webhook that has to give way.

    It does where it has no revision, or where nothing is the default yet (`operator/pkg/webhook` upstream).
    """
    values = specification.spec.get("values")
    by_operator = values.get("global") if isinstance(values, Mapping) else None
    if isinstance(by_operator, Mapping) and by_operator.get("operatorManageWebhooks") is True:
        return [], None
    if revision and found.has_default_tag:
        return [], None
    canonical = next((item.data for item in wanted if _is_injector(item)), None)
    if canonical is None:
        return [], None  # a remote cluster, or a profile without a control plane
    live = {ObjectKey.of(hook).name: hook for hook in found.webhooks}
    service = next((item.data for item in wanted if _is_control_plane_service(item)), None)
    injection = values.get("sidecarInjectorWebhook") if isinstance(values, Mapping) else None
    options = TagOptions(
        tag=DEFAULT_REVISION,
        namespace=namespace,
        all_namespaces=isinstance(injection, Mapping) and injection.get("enableNamespacesByDefault") is True,
        labels={**owner, OWNER_NOT_PRUNED: "true"},
    )
    objects = tag_objects(
        options,
        _with_bundle(canonical, live.get(canonical["metadata"]["name"])),
        service,
        found.validator(DEFAULT_VALIDATOR_NAME),
    )
    other = next(
        (
            hook
            for hook in found.webhooks
            if revision and labels_of(hook).get(REVISION) == DEFAULT_REVISION and TAG not in labels_of(hook)
        ),
        None,
    )
    tag = [WantedObject("Pilot", ObjectKey.of(data), data) for data in objects]
    return tag, None if other is None else deactivated(other)


def _with_bundle(canonical: dict[str, Any], live: Mapping[str, Any] | None) -> dict[str, Any]:
    """The webhook with the CA bundle that istiod has put into the live one."""
    hooks = (live or {}).get("webhooks") or [{}]
    bundle = hooks[0].get("clientConfig", {}).get("caBundle")
    if not bundle:
        return canonical
    own = [{**hook, "clientConfig": {**hook["clientConfig"], "caBundle": bundle}} for hook in canonical["webhooks"]]
    return {**canonical, "webhooks": own}


def _ambiguous_injection(
    wanted: list[WantedObject], found: Survey, deactivated: Mapping[str, Any] | None, *, force: bool
) -> list[str]:
    """What would inject pods twice (`operator/pkg/webhook` upstream, CheckWebhooks); refused unless `force`.

    Raises:
        ClusterError: a webhook of this installation and one of another would select the same pods.
    """
    own = {item.key.name: item.data for item in wanted if item.key.kind == INJECTOR[1]}
    replaced = {*own, *([deactivated["metadata"]["name"]] if deactivated is not None else [])}
    others = [hook for hook in found.webhooks if hook["metadata"]["name"] not in replaced]
    problems = [problem for hook in own.values() for problem in conflicts(hook, others)]
    if problems and not force:
        raise ClusterError(
            problems[0],
            where="webhooks of the cluster",
            hint="Remove the other webhook or tag, install another revision, or go on with --force.",
            id="webhook-conflict",
        )
    return problems


def _is_injector(item: WantedObject) -> bool:
    is_webhook = item.component == "Pilot" and item.key.kind == "MutatingWebhookConfiguration"
    return is_webhook and TAG not in labels_of(item.data)


def _is_control_plane_service(item: WantedObject) -> bool:
    labels = labels_of(item.data)
    is_service = item.component == "Pilot" and item.key.kind == "Service"
    return is_service and labels.get("app") == "istiod" and TAG not in labels


def _deactivated_if_default(item: WantedObject) -> WantedObject:
    """The injector of the revision `default`, deactivated where the tag takes over.

    Applying it active first would change its generation at each installation.
    """
    if _is_injector(item) and labels_of(item.data).get(REVISION) == DEFAULT_REVISION:
        return WantedObject(item.component, item.key, deactivated(item.data))
    return item
