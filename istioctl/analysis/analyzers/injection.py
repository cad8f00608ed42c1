"""Sidecar injection: namespaces, pods without a sidecar, or with an old or unfinished one."""

from __future__ import annotations

import json
from typing import Any

from istioctl.analysis.analyzers import pods
from istioctl.analysis.findings import Findings
from istioctl.analysis.mesh_settings import image_type
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api import selectors
from istioctl.api.labels import revision_suffix
from istioctl.api.names import DATAPLANE_MODE, INJECT, INJECTION, PROXY, PROXY_CONFIG, REVISION, SYSTEM_NAMESPACE
from istioctl.api.pods import containers
from istioctl.api.trees import lookup, mapping, text, texts
from istioctl.api.webhooks import INJECTOR_NAME, hooks_of, sidecar_image, takes
from istioctl.errors import InputError

_AUTO = "auto"


def _injector_name(revision: str) -> str:
    return f"{INJECTOR_NAME}{revision_suffix(revision)}"


def _injector_values(config_map: Resource) -> dict[str, Any]:
    try:
        return mapping(json.loads(texts(config_map.data.get("data")).get("values", "")))
    except ValueError:
        return {}


def analyze_injection(snapshot: Snapshot, findings: Findings) -> None:
    """Namespaces without injection, or with contradictory labels, and pods without a sidecar."""
    injected = set()
    for namespace in snapshot.all("Namespace"):
        if namespace.name != SYSTEM_NAMESPACE and _check_namespace(namespace, snapshot, findings):
            injected.add(namespace.name)
    for pod in snapshot.all("Pod", derived=False):
        if pod.namespace not in injected:
            continue
        wish = pod.labels.get(INJECT, pod.annotations.get(INJECT, ""))
        if wish.lower() == "false" or pod.spec.get("hostNetwork") is True:
            continue
        if not pods.proxy_image(containers(pod.spec, init=True)):
            findings.report("PodMissingProxy", pod, pod.full_name)


def _check_namespace(namespace: Resource, snapshot: Snapshot, findings: Findings) -> bool:
    """Check a namespace's labels; whether its pods must have sidecars."""
    labels = namespace.labels
    injection = labels.get(INJECTION)
    given = [] if injection is None else [f"{INJECTION}={injection}"]
    if injection in (None, "enabled"):
        given += [f"{name}={labels[name]}" for name in (REVISION, DATAPLANE_MODE) if name in labels]
    at: tuple[str, ...] = ("metadata", "labels")
    if len(given) > 1:
        findings.report("NamespaceMultipleInjectionLabels", namespace, f"[{' '.join(given)}]", path=at)
    if labels.get(DATAPLANE_MODE) == "ambient":
        return False
    if not injection and REVISION not in labels:
        at = ("metadata", "name")
        if _is_default(labels.get(REVISION, ""), snapshot):
            findings.report("NamespaceInjectionEnabledByDefault", namespace, path=at)
        else:
            findings.report("NamespaceNotInjected", namespace, path=at)
        return False
    return injection == "enabled"


def _is_default(revision: str, snapshot: Snapshot) -> bool:
    """Whether the injector takes namespaces without labels."""
    name = _injector_name(revision)
    found = (config_map for config_map in snapshot.all("ConfigMap") if config_map.name == name)
    config_map = next(found, None)
    if config_map is None:
        return False
    return lookup(_injector_values(config_map), "sidecarInjectorWebhook", "enableNamespacesByDefault") is True


def analyze_images(snapshot: Snapshot, findings: Findings) -> None:
    """Sidecars whose image is not the one the injector uses now."""
    images = {c.name: _image(c) for c in snapshot.all("ConfigMap") if c.name.startswith(INJECTOR_NAME)}
    revisions = {}
    for namespace in snapshot.all("Namespace"):
        if REVISION in namespace.labels:
            revisions[namespace.name] = namespace.labels[REVISION]
        elif namespace.labels.get(INJECTION) == "enabled":
            revisions[namespace.name] = "default"
    outdated: dict[str, list[str]] = {}
    for pod in snapshot.all("Pod", derived=False) if images else ():
        wanted = images.get(_injector_name(revisions[pod.namespace])) if pod.namespace in revisions else None
        if wanted is None or pod.annotations.get("sidecar.istio.io/proxyImage"):
            continue
        for container in containers(pod.spec, init=True):
            if container.get("name") == PROXY and container.get("image") not in (
                wanted,
                f"{wanted}-{_variant(pod, snapshot)}",
            ):
                outdated.setdefault(pod.namespace, []).append(pod.name)
    for name, found in outdated.items():
        namespace_ = snapshot.find("Namespace", "", name)
        findings.report("PodsIstioProxyImageMismatchInNamespace", namespace_, f"[{' '.join(sorted(found))}]")


def _image(config_map: Resource) -> str:
    """The image of the sidecars that an injector puts in."""
    return sidecar_image(_injector_values(config_map))


def _variant(pod: Resource, snapshot: Snapshot) -> str:
    """The flavour of a pod's proxy image: the last that mesh, root namespace, namespace and pod ask for."""
    root = snapshot.mesh.get("rootNamespace") or SYSTEM_NAMESPACE
    wide: list[dict[str, Any]] = []
    narrow: list[dict[str, Any]] = []
    for config in snapshot.all("ProxyConfig"):
        if config.namespace == root:
            wide.insert(0, config.spec)
        elif config.namespace == pod.namespace:
            if "selector" not in config.spec:
                wide.append(config.spec)
            elif selectors.picks(config.spec["selector"].get("matchLabels", {}), pod.labels):
                narrow.append(config.spec)
    found = [image_type(config) for config in (snapshot.mesh.get("defaultConfig"), *wide, *narrow, _own_config(pod))]
    variant = next((flavour for flavour in reversed(found) if flavour), "")
    return "" if variant == "default" else variant


def _own_config(pod: Resource) -> dict[str, Any]:
    from istioctl.yamldoc.reader import load

    try:
        return mapping(load(pod.annotations.get(PROXY_CONFIG, ""), "the annotation"))
    except InputError:
        return {}


def analyze_auto_images(snapshot: Snapshot, findings: Findings) -> None:
    """Workloads that leave their proxy's image to injection, which does not come."""
    for pod in snapshot.all("Pod", derived=False):
        if _waits_for_image(pod.spec):
            findings.report("ImageAutoWithoutInjectionError", pod, "Pod", pod.name, path=("spec", "containers"))
    if not snapshot.knows("MutatingWebhookConfiguration"):
        return
    hooks = [
        hook
        for configuration in snapshot.all("MutatingWebhookConfiguration")
        for hook in hooks_of(configuration.data)
        if text(hook.get("name")).endswith("istio.io")
    ]
    for deployment in snapshot.all("Deployment"):
        if not _waits_for_image(mapping(pods.template(deployment).get("spec"))):
            continue
        owner = snapshot.find("Namespace", "", deployment.namespace or "default")
        if not any(takes(hook, owner.labels if owner else {}, pods.template_labels(deployment)) for hook in hooks):
            at = ("spec", "template", "spec", "containers")
            findings.report("ImageAutoWithoutInjectionWarning", deployment, "Deployment", deployment.name, path=at)


def _waits_for_image(pod_spec: dict[str, Any]) -> bool:
    """Whether the proxy of a pod has the image that injection replaces."""
    return any(c.get("name") == PROXY and c.get("image") == _AUTO for c in containers(pod_spec))
