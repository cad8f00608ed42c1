"""Describing a pod or a service of a cluster: reads the objects that matter, and says what they mean together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from istioctl.actions.checks.cluster_objects import api_of
from istioctl.actions.pods import find_pod, split_reference
from istioctl.analysis.describing.description import KINDS, Description, describe
from istioctl.analysis.loading import object_of
from istioctl.analysis.mesh_settings import from_config_map
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.labels import revision_suffix
from istioctl.api.mesh import MESH_DEFAULTS
from istioctl.api.names import MESH_CONFIG_MAP
from istioctl.api.pods import injected_by
from istioctl.api.selectors import picks
from istioctl.api.trees import mapping, texts
from istioctl.cluster.clients import takes_client
from istioctl.cluster.errors import ApiError
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.queries import list_objects
from istioctl.cluster.session import Session
from istioctl.errors import InputError, IstioctlError

_RUNNING = "Running"
_INGRESS = {kind: ("networking.k8s.io/v1", kind) for kind in ("Ingress", "IngressClass")}


@dataclass(frozen=True, slots=True)
class DescribeOptions:
    """What is described.

    Attributes:
        name: `[TYPE/]NAME[.NAMESPACE]` of a pod, a service, or what has pods, such as `deploy/web`.
        namespace: where `name` says none.
        istio_namespace: where the control planes are.
        check_mesh: whether it is a problem that a pod is not in the mesh.
    """

    name: str
    namespace: str
    istio_namespace: str
    check_mesh: bool = True


@takes_client
def describe_pod(session: Session, options: DescribeOptions) -> Description:
    """What holds for a pod: the services in front of it, their routes, mTLS, policies.

    What may not be read is named among the problems, and left out.

    Raises:
        InputError: the type is none that has pods.
        ClusterError: the pod does not exist, or the server can't be reached or refuses to show it.
    """
    pod = object_of("Pod", find_pod(session, options.name, options.namespace))
    options = replace(options, name=pod.name, namespace=pod.namespace)
    snapshot, unread = _snapshot(session, options, injected_by(pod.annotations))
    snapshot.add(pod)
    services = [each for each in _services(snapshot, options.namespace) if picks(_selector(each), pod.labels)]
    found = describe([pod], services, snapshot, check_mesh=options.check_mesh)
    if not services and options.check_mesh and "Service" not in unread:
        found.problems.append(f"no Service selects {pod.friendly_name}, so Istio can't route to it by name")
    found.problems += unread.values()
    return found


@takes_client
def describe_service(session: Session, options: DescribeOptions) -> Description:
    """What holds for a service: its pods, the routes that lead to it, mTLS, policies.

    Raises:
        InputError: the type is none that has pods, or not one service alone selects these.
        ClusterError: the service does not exist, or the server can't be reached or refuses to show it.
    """
    service = object_of("Service", _find_service(session, options))
    options = replace(options, name=service.name, namespace=service.namespace)
    selector = _selector(service)
    pods: list[Resource] = []
    if selector:
        labels = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
        items = list_objects(session, "v1", "Pod", namespace=options.namespace, labels=labels)
        pods = [object_of("Pod", item) for item in items if not item["metadata"].get("deletionTimestamp")]
    pods.sort(key=lambda pod: (mapping(pod.data.get("status")).get("phase") != _RUNNING, pod.name))
    snapshot, unread = _snapshot(session, options, injected_by(pods[0].annotations) if pods else "")
    found = describe(pods, [service], snapshot, check_mesh=options.check_mesh)
    if not pods:
        why = "selects no pod" if selector else "has no selector, so its endpoints come from elsewhere"
        found.problems.append(f"{service.friendly_name} {why}")
    found.problems += unread.values()
    return found


def _find_service(session: Session, options: DescribeOptions) -> dict[str, Any]:
    """The service that is named, or the one in front of the pods that are."""
    reference = options.name if "/" in options.name else f"service/{options.name}"
    kind, name, namespace = split_reference(reference, options.namespace)
    if kind == "service":
        return session.get(f"/api/v1/namespaces/{namespace}/services/{name}")
    pod = find_pod(session, reference, options.namespace)
    items = list_objects(session, "v1", "Service", namespace=pod["metadata"]["namespace"])
    chosen = {name: item for item in items if (name := _chooses(item, pod))}
    if len(chosen) != 1:
        names = ", ".join(sorted(chosen))
        raise InputError(
            f"several services select its pods: {names}" if chosen else "no service selects its pods",
            where=options.name,
            hint=f"Name one of them: {names}." if chosen else "Name a service, or describe the pod.",
        )
    return next(iter(chosen.values()))


def _chooses(service: dict[str, Any], pod: dict[str, Any]) -> str:
    """The name of a service that selects a pod; empty where it does not."""
    selector = texts(mapping(service.get("spec")).get("selector"))
    labels = texts(pod["metadata"].get("labels"))
    return str(service["metadata"]["name"]) if selector and picks(selector, labels) else ""


def _snapshot(session: Session, options: DescribeOptions, revision: str) -> tuple[Snapshot, dict[str, str]]:
    """All objects that may be read, and by kind why others may not."""
    unread: dict[str, str] = {}

    def read(kind: str) -> list[Resource]:
        api_version, name = _INGRESS.get(kind) or api_of(kind)
        for namespace in ("", options.namespace):  # some may read their own namespace alone
            try:
                items = list_objects(session, api_version, name, namespace=namespace)
            except ApiError as problem:
                unread.setdefault(kind, f"{name} objects are left out: {problem.message}")
                if problem.status != 403 or kind in ("Namespace", "IngressClass"):
                    break
            else:
                return [object_of(kind, item) for item in items]
        return []

    mesh: dict[str, Any] = {}

    def read_mesh() -> list[Resource]:
        mesh.update(_mesh(session, options, revision, unread))
        return []

    tasks: list[Callable[[], list[Resource]]] = [*(partial(read, kind) for kind in KINDS), read_mesh]
    lists = in_parallel(tasks)
    if any(
        resource.spec.get("ingressClassName") for found in lists for resource in found if resource.kind == "Ingress"
    ):
        lists.append(read("IngressClass"))
    snapshot = Snapshot(mesh, {}, is_live=not unread, istio_namespace=options.istio_namespace)
    for found in lists:
        for resource in found:
            snapshot.add(resource)
    return snapshot, unread


def _mesh(session: Session, options: DescribeOptions, revision: str, unread: dict[str, str]) -> dict[str, Any]:
    """The mesh configuration of the revision; the defaults where it can't be read."""
    name = f"{MESH_CONFIG_MAP}{revision_suffix(revision)}"
    path = f"/api/v1/namespaces/{options.istio_namespace}/configmaps/{name}"
    try:
        return from_config_map(object_of("ConfigMap", session.get(path)))[0]
    except IstioctlError as problem:
        unread["ConfigMap"] = f"the mesh configuration is taken to be the default: {problem.message}"
        return {**MESH_DEFAULTS, "rootNamespace": options.istio_namespace}


def _services(snapshot: Snapshot, namespace: str) -> list[Resource]:
    found = [each for each in snapshot.all("Service") if each.namespace == namespace and _selector(each)]
    return sorted(found, key=lambda each: each.name)


def _selector(service: Resource) -> dict[str, str]:
    return texts(service.spec.get("selector"))
