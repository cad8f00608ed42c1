"""Revision tags: list, set, generate and remove them (upstream `istioctl/pkg/tag`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from istioctl.actions.revisions.tag_objects import TagOptions, tag_objects
from istioctl.actions.revisions.webhook_conflicts import conflicts
from istioctl.api.identity import ObjectKey
from istioctl.api.labels import labels_of
from istioctl.api.names import DEFAULT_REVISION, REVISION, SYSTEM_NAMESPACE, TAG
from istioctl.api.webhooks import DEFAULT_VALIDATOR_NAME, INJECTOR, VALIDATOR, deactivated
from istioctl.cluster.apply import FIELD_OWNER, TOOL_OWNER, Desired, apply, delete
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.patience import Report
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Client, Session, open_session
from istioctl.cluster.wait import wait_until_gone
from istioctl.errors import ClusterError


@dataclass(frozen=True, slots=True)
class RevisionTag:
    """A tag, or a revision that has none (`tag` is empty).

    Attributes:
        namespaces: that ask for it by label.
    """

    tag: str
    revision: str
    namespaces: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """In the real tool's form."""
        return {"tag": self.tag, "revision": self.revision, "namespaces": list(self.namespaces)}


@dataclass(frozen=True, slots=True)
class TagPlan:
    """A tag that is about to be set.

    Attributes:
        objects: to apply.
        deactivated: the default revision's own webhook, as it is once it gives way to the tag `default`.
        conflicts: why injection would become ambiguous, one sentence each.
    """

    session: Session
    objects: tuple[dict[str, Any], ...]
    deactivated: dict[str, Any] | None
    conflicts: tuple[str, ...]


def list_tags(client: Client, namespace: str = SYSTEM_NAMESPACE, report: Report | None = None) -> list[RevisionTag]:
    """All tags, and the revisions without any, by revision.

    Raises:
        ClusterError: the cluster can't be asked.
    """
    session = open_session(client, report=report)
    hooks, services, namespaces = in_parallel(
        [
            partial(list_objects, session, *INJECTOR, labels=REVISION, metadata_only=True),
            partial(list_objects, session, "v1", "Service", namespace=namespace, labels=REVISION),
            partial(list_objects, session, "v1", "Namespace", labels=REVISION, metadata_only=True),
        ]
    )
    services = [service for service in services if labels_of(service).get("app") == "istiod"]
    pairs = {(labels_of(item)[REVISION], labels_of(item).get(TAG, "")) for item in (*hooks, *services)}
    tagged = {revision for revision, tag in pairs if tag}
    return [
        RevisionTag(
            tag,
            revision,
            tuple(sorted(item["metadata"]["name"] for item in namespaces if labels_of(item)[REVISION] == tag)),
        )
        for revision, tag in sorted(pairs)
        if tag or revision not in tagged
    ]


def plan_tag(
    client: Client,
    options: TagOptions,
    revision: str,
    *,
    overwrite: bool = False,
    generate: bool = False,
    report: Report | None = None,
) -> TagPlan:
    """What setting a tag takes; changes nothing.

    Args:
        generate: the objects are for reading: the tag may bear a revision's name.

    Raises:
        ClusterError: the tag or its revision is not as it has to be, or the cluster can't be asked.
    """
    session = open_session(client, report=report)
    hooks, services = in_parallel(
        [
            partial(list_objects, session, *INJECTOR),
            partial(list_objects, session, "v1", "Service", namespace=options.namespace, labels="app=istiod"),
        ]
    )
    if not (generate or overwrite or options.tag == DEFAULT_REVISION) and _of_revision(
        [*hooks, *services], options.tag
    ):
        raise ClusterError(
            f"cannot create revision tag {options.tag!r}: found existing control plane revision with same name",
            hint="Choose another name: pods that ask for the revision would get the tag's control plane instead.",
            id="tag-is-revision",
        )
    webhook = _only(_of_revision(hooks, revision), "webhook", revision)
    service = _only(_of_revision(services, revision), "service", revision)
    if webhook is None:
        raise ClusterError(
            f"cannot modify tag: cannot find MutatingWebhookConfiguration or Service with revision {revision!r}",
            hint="See `istioctl tag list` for the revisions there are.",
            id="no-revision",
        )
    if not overwrite and any(labels_of(item).get(TAG) == options.tag for item in (*hooks, *services)):
        raise ClusterError(
            f"revision tag {options.tag!r} already exists, and --overwrite is false",
            hint="Pass --overwrite to point it to another revision.",
            id="tag-exists",
        )
    is_default = options.tag == DEFAULT_REVISION
    validator = (
        session.find(session.discovery.path(ObjectKey(*VALIDATOR, "", DEFAULT_VALIDATOR_NAME))) if is_default else None
    )
    objects = tag_objects(options, webhook, service, validator)
    own = next(iter(_of_revision(hooks, DEFAULT_REVISION)), None) if is_default else None
    others = [hook for hook in hooks if own is None or hook["metadata"]["name"] != own["metadata"]["name"]]
    replaced = None if own is None else deactivated(own)
    return TagPlan(session, tuple(objects), replaced, tuple(conflicts(objects[0], others)))


def set_tag(
    client: Client,
    options: TagOptions,
    revision: str,
    *,
    overwrite: bool = False,
    report: Report | None = None,
    confirm: Callable[[TagPlan], bool] | None = None,
) -> bool:
    """Points a tag to a revision.

    Args:
        options: the tag.
        revision: that it is to mean.
        overwrite: whether it may mean another one now.
        report: is told what is waited for.
        confirm: is asked where injection would become ambiguous; by default it is done all the same.

    Returns:
        Whether it was done: False where `confirm` says no.

    Raises:
        ClusterError: the tag or its revision is not as it has to be, or the cluster can't be asked, or refuses.
        InputError, SpecError, TemplateError: the charts of `options.manifests` give no webhooks.
    """

    plan = plan_tag(client, options, revision, overwrite=overwrite, report=report)
    if plan.conflicts and confirm is not None and not confirm(plan):
        return False
    if plan.deactivated is not None:
        path = plan.session.discovery.path(ObjectKey.of(plan.deactivated))
        plan.session.send("PUT", path, plan.deactivated, {"fieldManager": FIELD_OWNER})
    for obj in plan.objects:
        apply(plan.session, Desired.of(obj), TOOL_OWNER)
    return True


@dataclass(frozen=True, slots=True)
class TagRemoval:
    """A tag that is about to be removed.

    Attributes:
        objects: that make it.
        namespaces: that still ask for it.
    """

    tag: str
    objects: tuple[ObjectKey, ...]
    namespaces: tuple[str, ...]


def remove_tag(
    client: Client,
    tag: str,
    namespace: str,
    report: Report | None = None,
    confirm: Callable[[TagRemoval], bool] | None = None,
) -> bool:
    """Removes a tag; returns once it is gone.

    Args:
        namespace: of the control plane.
        report: is told what is waited for.
        confirm: is asked where namespaces still ask for the tag; by default it is removed all the same.

    Returns:
        Whether it was done: False where `confirm` says no.

    Raises:
        ClusterError: there is no such tag, the cluster can't be asked or refuses, or an object is not gone in time.
        ErrorGroup: several are not.
    """
    session = open_session(client, report=report)
    selector = f"{TAG}={tag}"
    hooks, services, namespaces = in_parallel(
        [
            partial(list_objects, session, *INJECTOR, labels=selector, metadata_only=True),
            partial(list_objects, session, "v1", "Service", namespace=namespace, labels=selector),
            partial(list_objects, session, "v1", "Namespace", labels=f"{REVISION}={tag}"),
        ]
    )
    if not hooks and not services:
        raise ClusterError(
            f"cannot remove tag {tag!r}: cannot find MutatingWebhookConfiguration or Service for tag",
            where=session.server,
            hint="See `istioctl tag list` for the tags there are.",
            id="no-tag",
        )
    objects = tuple(ObjectKey.of(item) for item in (*hooks, *services))
    removal = TagRemoval(tag, objects, tuple(sorted(item["metadata"]["name"] for item in namespaces)))
    if removal.namespaces and confirm is not None and not confirm(removal):
        return False
    for key in objects:
        delete(session, key)
    wait_until_gone(session, objects)
    return True


def _of_revision(items: list[dict[str, Any]], revision: str) -> list[dict[str, Any]]:
    return [item for item in items if labels_of(item).get(REVISION) == revision and TAG not in labels_of(item)]


def _only(found: list[dict[str, Any]], what: str, revision: str) -> dict[str, Any] | None:
    if len(found) > 1:
        names = ", ".join(item["metadata"]["name"] for item in found)
        raise ClusterError(
            f"cannot modify tag: found multiple canonical {what}s with revision {revision!r}: {names}",
            hint="Remove the one that is left over.",
            id="ambiguous-revision",
        )
    return found[0] if found else None
