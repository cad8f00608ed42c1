"""Taking a sidecar out again: the reverse of injection, for what this program or an istiod put in.

The injector's own notes say what to remove: the status annotation names containers and volumes, variables of the proxy
hold the probes and the scrape settings of the application. What it did not note can't come back: a probe's named port
stays a number, and a label or annotation that has the value an injector would give it counts as the injector's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from istioctl.api.names import (
    INTERCEPTION_MODE,
    NETWORK,
    NETWORK_ENV,
    PROBERS_ENV,
    PROXY,
    PROXY_OVERRIDES,
    REVISION,
    SCRAPE_ENV,
    STATUS,
    VALIDATION,
)
from istioctl.injection import merging, metrics, policy, typed, workloads
from istioctl.injection.injector import Outcome
from istioctl.patterns import lazy_pattern

_METRICS_PATH = "/stats/prometheus"
_DEFAULT_CONTAINER = ("kubectl.kubernetes.io/default-container", "kubectl.kubernetes.io/default-logs-container")
_CANONICAL_NAME, _CANONICAL_REVISION = "service.istio.io/canonical-name", "service.istio.io/canonical-revision"
_OWN_LABELS = {"security.istio.io/tlsMode": "istio", "networking.istio.io/tunnel": "http"}
_NETWORKS = "k8s.v1.cni.cncf.io/networks"
_CNI_NETWORK = lazy_pattern(r'(?:\A|, )default/istio-cni\Z|, {"name": "istio-cni", "namespace": "default"}(?=][^]]*\Z)')
#: What the injector notes down for the CNI plugin where nobody says otherwise.
_CNI_DEFAULTS = {
    INTERCEPTION_MODE: "REDIRECT",
    "traffic.sidecar.istio.io/includeOutboundIPRanges": "*",
    "traffic.sidecar.istio.io/includeInboundPorts": "*",
    "traffic.sidecar.istio.io/excludeInboundPorts": "15020",
}
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_HANDLERS = ("preStop", "postStart")


class Uninjector:
    """Takes sidecars out."""

    def inject(self, data: Mapping[str, Any]) -> Outcome | None:
        """Take the sidecar out of one object; None where it holds no pod.

        Raises:
            InputError: the object, or the injector's note in it, is malformed.
        """
        workload = workloads.find(data)
        if workload is None:
            return None
        pod = workload.pod
        if STATUS not in merging.annotations_of(pod):
            return Outcome(workload, policy.Decision(False, "no injector has put a sidecar into it"), workload.data)
        status = merging.status_of(pod)
        if status is None:
            return Outcome(workload, policy.Decision(False, f"its annotation {STATUS} can't be read"), workload.data)
        after = {**workload.data, **workload.with_pod(_without_sidecar(pod, status, workload.owner.name))}
        return Outcome(workload, policy.Decision(True, f"its annotation {STATUS} names what to remove"), after)


def _without_sidecar(pod: dict[str, Any], status: Mapping[str, list[Any]], owner: str) -> dict[str, Any]:
    proxy = merging.find_anywhere(pod, PROXY) or {}
    env = {item.get("name", ""): item.get("value", "") for item in proxy.get("env", ())}
    overrides = merging.overrides_of(pod)
    spec = dict(pod["spec"])
    for group in ("initContainers", "containers", "volumes", "imagePullSecrets"):
        if group in spec:
            spec[group] = _without(spec[group], status.get(group) or (), overrides.get(group, []))
            if not spec[group] and group != "containers":
                del spec[group]
    own_proxy = merging.find(overrides["initContainers"], PROXY)
    if own_proxy is not None:
        # a native sidecar: the user's container stood among the others
        spec["initContainers"] = [item for item in spec["initContainers"] if item.get("name") != PROXY]
        spec["containers"] = [*spec.get("containers", ()), _as_written(own_proxy)]
        if not spec["initContainers"]:
            del spec["initContainers"]
    probers = _decoded(env.get(PROBERS_ENV))
    for group in ("initContainers", "containers"):
        if group in spec:
            spec[group] = [_with_own_probes(item, probers) for item in spec[group]]
    metadata = _metadata(pod, spec, env, owner, with_cni=VALIDATION in (status.get("initContainers") or ()))
    return {**pod, "metadata": metadata, "spec": spec}


def _without(items: list[Any], names: Any, own: list[Any]) -> list[Any]:
    """Items without those that were injected; the user's own part of one takes its place."""
    result = []
    for item in items:
        written = merging.find(own, item.get("name", ""))
        if written is not None:
            result.append(_as_written(written))
        elif item.get("name") not in names:
            result.append(item)
    return result


def _as_written(container: dict[str, Any]) -> dict[str, Any]:
    return container if "image" in container else {**container, "image": merging.AUTO_IMAGE}


def _decoded(text: str | None) -> dict[str, Any]:
    try:
        data = json.loads(text or "{}")
    except ValueError:
        return {}
    return data if isinstance(data, dict) else {}


def _with_own_probes(container: dict[str, Any], probers: Mapping[str, Any]) -> dict[str, Any]:
    changed = {field: _own(container[field], probers, "Probe") for field in _PROBES if field in container}
    if "lifecycle" in container:
        handlers = container["lifecycle"]
        changed["lifecycle"] = {
            field: _own(handler, probers, "LifecycleHandler") if field in _HANDLERS else handler
            for field, handler in handlers.items()
        }
    return {**container, **changed}


def _own(handler: dict[str, Any], probers: Mapping[str, Any], of: str) -> dict[str, Any]:
    prober = probers.get(handler.get("httpGet", {}).get("path", ""))
    if not isinstance(prober, dict):
        return handler
    action: dict[str, Any] = typed.read(prober, of, lenient=False)
    action.pop("timeoutSeconds", None)
    result: dict[str, Any] = {}
    for field, value in handler.items():
        result |= action if field == "httpGet" else {field: value}
    return result


def _metadata(
    pod: Mapping[str, Any], spec: Mapping[str, Any], env: Mapping[str, str], owner: str, *, with_cni: bool
) -> dict[str, Any]:
    metadata = dict(pod["metadata"])
    gone = {STATUS, PROXY_OVERRIDES, REVISION}
    annotations = {name: value for name, value in metadata.get("annotations", {}).items() if name not in gone}
    first = (spec.get("containers") or [{}])[0].get("name")
    for name in _DEFAULT_CONTAINER:
        if first is not None and annotations.get(name) == first:
            del annotations[name]
    if with_cni:
        annotations = _without_cni(annotations)
    if annotations.get("prometheus.io/path") == _METRICS_PATH:
        told = _decoded(env.get(SCRAPE_ENV))
        annotations = metrics.without_settings(annotations)
        annotations |= {f"prometheus.io/{part}": text for part, text in told.items() if text}
    labels = {name: value for name, value in metadata.get("labels", {}).items() if _OWN_LABELS.get(name) != value}
    if env.get(NETWORK_ENV) == labels.get(NETWORK):
        labels.pop(NETWORK, None)
    name = labels.get("app.kubernetes.io/name") or labels.get("app") or owner
    version = labels.get("app.kubernetes.io/version") or labels.get("version") or "latest"
    if labels.get(_CANONICAL_NAME) == name:
        del labels[_CANONICAL_NAME]
    if labels.get(_CANONICAL_REVISION) == version:
        del labels[_CANONICAL_REVISION]
    for field, entries in (("annotations", annotations), ("labels", labels)):
        metadata.pop(field, None)
        if entries:
            metadata[field] = entries
    return metadata


def _without_cni(annotations: Mapping[str, str]) -> dict[str, str]:
    result = {name: value for name, value in annotations.items() if _CNI_DEFAULTS.get(name) != value}
    if networks := _CNI_NETWORK.sub("", result.pop(_NETWORKS, "")):
        result[_NETWORKS] = networks
    return result
