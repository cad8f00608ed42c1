"""What analyzers ask about pods, namespaces and workloads."""

from __future__ import annotations

from typing import Any

from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.names import AMBIENT_REDIRECTION, DATAPLANE_MODE, INJECT, INJECTION, PROXY, REVISION, TEMPLATES
from istioctl.api.pods import Container, containers
from istioctl.api.trees import lookup, mapping, text, texts


def template(deployment: Resource) -> dict[str, Any]:
    """The pod template of a Deployment."""
    return mapping(deployment.spec.get("template"))


def template_labels(deployment: Resource) -> dict[str, str]:
    """The labels of the pods of a Deployment."""
    return texts(lookup(template(deployment), "metadata", "labels"))


def proxy_image(found: list[Container]) -> str:
    """The image of the sidecar among containers; empty where there is none."""
    return next((text(container.get("image")) for container in found if container.get("name") == PROXY), "")


def pod_in_mesh(pod: Resource, snapshot: Snapshot) -> bool:
    """Whether a pod has a sidecar, or gets one when it is created."""
    return _in_mesh(containers(pod.spec, init=True), pod.labels, pod.annotations, pod.namespace, snapshot)


def deployment_in_mesh(deployment: Resource, snapshot: Snapshot) -> bool:
    """Whether the pods of a Deployment get a sidecar."""
    found = containers(mapping(template(deployment).get("spec")))
    annotations = texts(lookup(template(deployment), "metadata", "annotations"))
    return _in_mesh(found, template_labels(deployment), annotations, deployment.namespace, snapshot)


def _in_mesh(
    found: list[Container], labels: dict[str, str], annotations: dict[str, str], namespace: str, snapshot: Snapshot
) -> bool:
    if proxy_image(found):
        return True
    for metadata in (labels, annotations):
        if INJECT in metadata:
            return metadata[INJECT] == "true"
    owner = snapshot.find("Namespace", "", namespace)
    return owner is not None and owner.labels.get(INJECTION) == "enabled"


def is_gateway(pod: Resource) -> bool:
    """Whether a pod is a gateway's: it has no container but the proxy."""
    found = containers(pod.spec)
    return pod.annotations.get(TEMPLATES) == "gateway" or [each.get("name") for each in found] in ([], [PROXY])


def pod_is_ambient(pod: Resource) -> bool:
    """Whether ztunnel carries a pod's traffic."""
    return pod.annotations.get(AMBIENT_REDIRECTION) == "enabled"


def namespace_is_ambient(namespace: Resource | None) -> bool:
    """Whether the pods of a namespace are in ambient mode."""
    if namespace is None or namespace.labels.get(INJECTION) == "enabled" or namespace.labels.get(REVISION):
        return False
    return namespace.labels.get(DATAPLANE_MODE) == "ambient"


def is_control_plane(resource: Resource) -> bool:
    """Whether an object is part of Istio itself."""
    return "istio" in resource.labels or resource.labels.get("release") == "istio"
