"""Where a pod's metadata and specification stand in a workload, and who the workload is.

Rules: `IntoObject` in Istio's `pkg/kube/inject/inject.go` and `GetDeployMetaFromPod` in `pkg/kube/util.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from istioctl.api import injection_settings
from istioctl.api.injection_settings import Concern
from istioctl.api.names import PROXY_CONFIG, STATUS
from istioctl.api.trees import lookup
from istioctl.api.unrendered import patch_or_template
from istioctl.api.workloads import POD_TEMPLATES, USUAL_PLACE, has_usual_template
from istioctl.injection import typed
from istioctl.patterns import lazy_pattern
from istioctl.yamldoc import reader

_KEPT_ZEROS = ("replicas", "revisionHistoryLimit")
_SCHEDULED = lazy_pattern(r"(.+)-\d{8,10}")


class Owner(NamedTuple):
    """The workload that a pod belongs to, as templates see it (`TypeMeta`, `DeploymentMeta`)."""

    api_version: str
    kind: str
    name: str
    namespace: str


class Workload(NamedTuple):
    """A pod inside the object it is written in.

    Attributes:
        data: the whole object in the one form of `typed`; of a kind that Istio does not know, only its pod template is.
        metadata_path, spec_path: where the pod's metadata and specification stand in it.
        owner: the workload.
        kind, name, namespace: the object's own.
    """

    data: Mapping[str, Any]
    metadata_path: tuple[str, ...]
    spec_path: tuple[str, ...]
    owner: Owner
    kind: str
    name: str
    namespace: str

    @property
    def pod(self) -> dict[str, Any]:
        """The pod: its metadata and its specification."""
        return {
            "metadata": lookup(self.data, *self.metadata_path) or {},
            "spec": lookup(self.data, *self.spec_path) or {},
        }

    def with_pod(self, pod: Mapping[str, Any]) -> dict[str, Any]:
        """The object with another pod in it."""
        data: dict[str, Any] = _put(self.data, self.metadata_path, pod["metadata"] or None)
        data = _put(data, self.spec_path, pod["spec"])
        if self.kind == "DeploymentConfig":
            # as OpenShift's own client writes it: `test` always, most other zeros never
            given = data["spec"].items()
            spec = {name: value for name, value in given if value not in (False, 0) or name in _KEPT_ZEROS}
            data = {**data, "spec": {**spec, "test": spec.get("test", False)}}
        return data


def is_list(data: Mapping[str, Any]) -> bool:
    """Whether an object is a list of objects, as `kubectl get -o yaml` prints them, or a function's resource list."""
    return data.get("kind") in ("List", "ResourceList")


def find(data: Mapping[str, Any]) -> Workload | None:
    """The workload that an object is, or None where it holds no pod.

    Args:
        data: an object as the user wrote it.

    Raises:
        typed.WrongTypeError: a field of a known kind has a wrong type; its steps start at the object.
        InputError: a ReplicationController or DeploymentConfig has no template.
    """
    kind = data.get("kind")
    if not isinstance(kind, str):
        return None
    if kind not in POD_TEMPLATES:
        return _unknown(data, kind)
    tidy = typed.read(data, f"openshift.{kind}" if kind == "DeploymentConfig" else kind, lenient=True)
    path = POD_TEMPLATES[kind]
    if kind == "DeploymentConfig" and "spec" in tidy:
        tidy["spec"] |= {name: value for name, value in data["spec"].items() if value is False or value == 0}
    if kind in ("ReplicationController", "DeploymentConfig") and lookup(data, *path) is None:
        raise _missing(path)
    metadata_path = (*path, "metadata")
    if kind == "CronJob":
        # Istio looks at the metadata of the job, not of its pod
        metadata_path = ("spec", "jobTemplate", "metadata")
    metadata = tidy.get("metadata", {})
    name, namespace = metadata.get("name", ""), metadata.get("namespace", "")
    owner = Owner(tidy.get("apiVersion", ""), kind, name, namespace)
    if kind == "Pod":
        owner = owner_of_pod(tidy)
    return Workload(tidy, metadata_path, (*path, "spec"), owner, kind, name or owner.name, namespace)


def no_pod_because(data: Mapping[str, Any], workload: Workload) -> str:
    """Why no pod can be made of an object, as a phrase; empty where one can.

    The original injects patches, templates and workloads without containers, too; what comes out can't be applied.
    """
    spec = lookup(data, *workload.spec_path)
    has_containers = isinstance(spec, Mapping) and isinstance(spec.get("containers"), list) and spec["containers"]
    return patch_or_template(data, spec) or ("" if has_containers else "it has no containers")


def concerns(
    data: Mapping[str, Any], workload: Workload, injected: Mapping[str, Any] | None = None
) -> tuple[Concern, ...]:
    """The settings in an object that do not do what they say.

    Args:
        data: the object as the user wrote it.
        workload: what was found in it.
        injected: the specification of its pod with the sidecar; None where it gets none, and only what keeps it away
            can matter.
    """
    found = injection_settings.concerns(data, workload.metadata_path, workload.spec_path, _load, injected)
    return tuple(concern for concern in found if injected is not None or concern.kind in ("misplaced", "odd-value"))


def _load(text: str) -> Any:
    return reader.load(text, PROXY_CONFIG)


def _unknown(data: Mapping[str, Any], kind: str) -> Workload | None:
    """A kind that nobody declared, with a pod template at the usual place."""
    metadata = data.get("metadata")
    annotations = lookup(data, *USUAL_PLACE, "metadata", "annotations")
    is_injected = isinstance(annotations, dict) and STATUS in annotations  # its containers may all be init containers
    if not (has_usual_template(data) or is_injected) or not isinstance(metadata, dict):
        return None
    try:
        template = typed.read(lookup(data, *USUAL_PLACE), "PodTemplateSpec", lenient=True)
    except typed.WrongTypeError as error:
        raise error.inside("template").inside("spec") from None
    name, namespace = str(metadata.get("name") or ""), str(metadata.get("namespace") or "")
    owner = Owner(str(data.get("apiVersion") or ""), kind, name, namespace)
    tidy = _put(data, USUAL_PLACE, template)
    return Workload(tidy, (*USUAL_PLACE, "metadata"), (*USUAL_PLACE, "spec"), owner, kind, name, namespace)


def _missing(path: tuple[str, ...]) -> typed.WrongTypeError:
    error = typed.WrongTypeError("it is missing, and there is no pod without it")
    for step in reversed(path):
        error = error.inside(step)
    return error


def owner_of_pod(pod: Mapping[str, Any]) -> Owner:
    """The workload that made a pod, as far as its metadata tell; the pod itself where it was not generated."""
    metadata = pod.get("metadata", {})
    name, namespace = metadata.get("name", ""), metadata.get("namespace", "")
    references = metadata.get("ownerReferences", ()) if metadata.get("generateName") else ()
    controller = next((reference for reference in references if reference.get("controller")), None)
    if controller is None:
        return Owner("v1", "Pod", name, namespace)
    labels = metadata.get("labels", {})
    version, kind, owner = (controller.get(field, "") for field in ("apiVersion", "kind", "name"))
    if kind == "ReplicaSet":
        for label, maker in (("pod-template-hash", "Deployment"), ("rollouts-pod-template-hash", "Rollout")):
            if (suffix := labels.get(label)) and owner.endswith(suffix):
                version = version if maker == "Deployment" else "v1alpha1"
                return Owner(version, maker, owner.removesuffix(f"-{suffix}"), namespace)
    elif kind == "ReplicationController" and labels.get("deploymentconfig"):
        return Owner(version, "DeploymentConfig", labels["deploymentconfig"], namespace)
    elif kind == "Job" and (scheduled := _SCHEDULED.fullmatch(owner)):
        return Owner("batch/v1", "CronJob", scheduled[1], namespace)
    return Owner(version, kind, owner or name, namespace)


def _put(data: Any, path: tuple[str, ...], value: Any) -> Any:
    """`data` with a value at a path; None takes away what is there."""
    if not path:
        return value
    held = dict(data) if isinstance(data, Mapping) else {}
    below = _put(held.get(path[0]), path[1:], value)
    if below is None:
        held.pop(path[0], None)
    else:
        held[path[0]] = below
    return held
