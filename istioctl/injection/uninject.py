"""Taking a sidecar out of plain data: what this program or an istiod put in, as far as the data tell.

The injector's own notes say what to remove: the status annotation names containers and volumes, variables of the proxy
hold the probes and the scrape settings of the application. A label or annotation that has the value an injector would
give it counts as the injector's, unless the workload's own metadata or selector says the same.

What the data can't tell, a `reverse_patch.Note` in the text may; see `restore`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from istioctl.api.names import (
    CLUSTER_ENV,
    INTERCEPTION_MODE,
    NETWORK,
    NETWORK_ENV,
    PROBERS_ENV,
    PROXY,
    PROXY_OVERRIDES,
    REVISION,
    REWRITE_PROBES,
    SCRAPE_ENV,
    STATUS,
    TEMPLATES,
    VALIDATION,
)
from istioctl.api.trees import lookup
from istioctl.injection import merging, metrics, policy, typed, workloads
from istioctl.injection.injector import Outcome
from istioctl.injection.workloads import Workload
from istioctl.patterns import lazy_pattern

_METRICS_PATH = "/stats/prometheus"
_DEFAULT_CONTAINER = ("kubectl.kubernetes.io/default-container", "kubectl.kubernetes.io/default-logs-container")
_CANONICAL_NAME, _CANONICAL_REVISION = "service.istio.io/canonical-name", "service.istio.io/canonical-revision"
_LONGEST_LABEL = 63
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
#: What is always among them.
_ALWAYS_FOR_CNI = _CNI_DEFAULTS.keys() - {"traffic.sidecar.istio.io/includeOutboundIPRanges"}
_SCRAPING = tuple(f"prometheus.io/{part}" for part in ("scrape", "path", "port"))
#: Templates of proxyless gRPC, which turn the rewriting of probes off.
_PROXYLESS = frozenset({"grpc-agent", "grpc-simple"})
#: What a gateway's template allows its proxy.
_LOW_PORTS = {"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_HANDLERS = ("preStop", "postStart")
#: Labels and annotations of which the data can't always tell whether an injector set them.
AMBIGUOUS = frozenset({
    *_OWN_LABELS, *_CNI_DEFAULTS, *_DEFAULT_CONTAINER, *_SCRAPING,
    NETWORK, _CANONICAL_NAME, _CANONICAL_REVISION, _NETWORKS, REVISION, REWRITE_PROBES,
})  # fmt: skip


class Injected(NamedTuple):
    """What an injected pod says of its injection.

    Attributes:
        pod: the pod.
        status: what was put in, by field.
        overrides: the user's own parts of injected containers.
        env: the variables of the proxy.
    """

    pod: Mapping[str, Any]
    status: Mapping[str, list[Any]]
    overrides: Mapping[str, list[dict[str, Any]]]
    env: Mapping[str, str]

    @property
    def is_gateway(self) -> bool:
        """Whether the proxy is a gateway's."""
        return "router" in (merging.find_anywhere(self.pod, PROXY) or {}).get("args", ())


class Uninjector:
    """Takes sidecars out of objects, one after the other.

    Attributes:
        met: what each object with a pod said of its injection, None where it had none.
    """

    def __init__(self, kept: Iterable[str] = (), known: Sequence[Injected | None] = ()) -> None:
        """Start anew.

        Args:
            kept: labels and annotations that are the user's, whatever their value.
            known: `met` of the same objects before a part of the injection was taken back; what has become another
                since counts as the user's.
        """
        self._kept = frozenset(kept)
        self._known = known
        self.met: list[Injected | None] = []

    def inject(self, data: Mapping[str, Any]) -> Outcome | None:
        """Take the sidecar out of one object; None where it holds no pod.

        Raises:
            InputError: the object, or the injector's note in it, is malformed.
        """
        workload = workloads.find(data)
        if workload is None:
            return None
        found, reason = self._told(workload)
        self.met.append(found)
        if found is None:
            return Outcome(workload, policy.Decision(False, reason), workload.data)
        pod = _without_sidecar(workload, found, self._kept | _claimed(workload))
        after = {**workload.data, **workload.with_pod(pod)}
        return Outcome(workload, policy.Decision(True, f"its annotation {STATUS} names what to remove"), after)

    def _told(self, workload: Workload) -> tuple[Injected | None, str]:
        pod = workload.pod
        if len(self.met) < len(self._known):
            return self._known[len(self.met)], "no injector has put a sidecar into it"
        if STATUS not in merging.annotations_of(pod):
            return None, "no injector has put a sidecar into it"
        status = merging.status_of(pod)
        if status is None:
            return None, f"its annotation {STATUS} can't be read"
        proxy = merging.find_anywhere(pod, PROXY) or {}
        env = {item.get("name", ""): item.get("value", "") for item in proxy.get("env", ())}
        return Injected(pod, status, merging.overrides_of(pod), env), ""


def kept_names(before: Mapping[str, Any], after: Mapping[str, Any]) -> set[str]:
    """The labels and annotations of a pod that injection left as they were, though an injector might have set them."""
    names: set[str] = set()
    was, now = before["metadata"], after["metadata"]
    for field in ("labels", "annotations"):
        held = was.get(field)
        if held and not AMBIGUOUS.isdisjoint(held):
            set_now = now.get(field, {})
            names.update(name for name in held if name in AMBIGUOUS and set_now.get(name) == held[name])
    return names


def _claimed(workload: Workload) -> set[str]:
    """The labels and annotations of a pod that its workload has or selects by as well: they are the user's."""
    metadata = workload.pod["metadata"]
    selector = lookup(workload.data, "spec", "selector")
    selector = selector if isinstance(selector, Mapping) else {}
    expressions = selector.get("matchExpressions")
    names = {
        str(each.get("key"))
        for each in (expressions if isinstance(expressions, list) else ())
        if isinstance(each, Mapping)
    }
    said = [selector, selector.get("matchLabels")]
    if workload.metadata_path != ("metadata",):
        said += [lookup(workload.data, "metadata", field) for field in ("labels", "annotations")]
    for field in ("labels", "annotations"):
        for entries in said:
            if isinstance(entries, Mapping):
                own = metadata.get(field, {})
                names.update(name for name, value in own.items() if entries.get(name) == value)
    return names


def _without_sidecar(workload: Workload, injected: Injected, kept: frozenset[str]) -> dict[str, Any]:
    pod = workload.pod
    status, overrides = injected.status, injected.overrides
    spec = dict(pod["spec"])
    proxy = merging.find(spec.get("initContainers", ()), PROXY)
    for group in ("initContainers", "containers", "volumes", "imagePullSecrets"):
        if group in spec:
            then = injected.pod["spec"].get(group, ())
            spec[group] = _without(spec[group], status.get(group) or (), overrides.get(group, []), then)
            if not spec[group] and group != "containers":
                del spec[group]
    own_proxy = merging.find(overrides["initContainers"], PROXY)
    if own_proxy is not None and proxy is not None:
        # a native sidecar: the user's container stood among the others
        inits = [item for item in spec["initContainers"] if item.get("name") != PROXY]
        spec["initContainers"] = inits
        spec["containers"] = [*spec.get("containers", ()), _as_written(own_proxy)]
        if not inits:
            del spec["initContainers"]
    probers = _decoded(injected.env.get(PROBERS_ENV))
    for group in ("initContainers", "containers"):
        if group in spec:
            spec[group] = [_with_own_probes(item, probers) for item in spec[group]]
    if injected.is_gateway:
        spec = _without_low_ports(spec)
    if still := _mounted(spec) & {item.get("name") for item in pod["spec"].get("volumes", ())}:
        names = still | {item.get("name") for item in spec.get("volumes", ())}
        spec["volumes"] = [item for item in pod["spec"]["volumes"] if item.get("name") in names]
    return {**pod, "metadata": _metadata(pod, spec, injected, workload.owner.name, kept), "spec": spec}


def _without(
    items: list[Any], names: Iterable[str], own: list[dict[str, Any]], then: Sequence[Any]
) -> list[dict[str, Any]]:
    """Items without those that were injected; the user's own part of one takes its place."""
    result = []
    for item in items:
        name = item.get("name", "")
        written = merging.find(own, name)
        if written is not None:
            result.append(item if _is_written(item, written) else _as_written(written))
        elif name not in names or item != merging.find(then, name):  # else it has been taken back already
            result.append(item)
    return result


def _is_written(container: dict[str, Any], written: dict[str, Any]) -> bool:
    """Whether a container is already as the user wrote it."""
    bare = {field: value for field, value in container.items() if (field, value) != ("image", merging.AUTO_IMAGE)}
    return bool(typed.complete(bare, "Container") == typed.complete(written, "Container"))


def _mounted(spec: Mapping[str, Any]) -> set[Any]:
    """The names of the volumes that containers mount: without them there would be no pod."""
    containers = [*spec.get("initContainers", ()), *spec.get("containers", ())]
    return {mount.get("name") for item in containers for mount in item.get("volumeMounts", ())}


def _as_written(container: dict[str, Any]) -> dict[str, Any]:
    return container if "image" in container else {**container, "image": merging.AUTO_IMAGE}


def _without_low_ports(spec: dict[str, Any]) -> dict[str, Any]:
    context = dict(spec.get("securityContext", {}))
    if _LOW_PORTS not in context.get("sysctls", ()):
        return spec
    context["sysctls"] = [item for item in context["sysctls"] if item != _LOW_PORTS]
    if not context["sysctls"]:
        del context["sysctls"]
    rest = {field: value for field, value in spec.items() if field != "securityContext"}
    return {**spec, "securityContext": context} if context else rest


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
    pod: Mapping[str, Any], spec: Mapping[str, Any], injected: Injected, owner: str, kept: frozenset[str]
) -> dict[str, Any]:
    metadata = dict(pod["metadata"])
    for field, entries in (
        ("annotations", _own_annotations(metadata.get("annotations", {}), spec, injected)),
        ("labels", _own_labels(metadata.get("labels", {}), injected.env, owner)),
    ):
        was = metadata.pop(field, {})
        own = {name: value for name, value in was.items() if name in entries or name in kept}
        own |= {name: value for name, value in entries.items() if name not in kept}
        if own:
            metadata[field] = own
    return metadata


def _own_annotations(was: Mapping[str, str], spec: Mapping[str, Any], injected: Injected) -> dict[str, str]:
    gone = {STATUS, PROXY_OVERRIDES, REVISION}
    said = {name.strip() for name in was.get(TEMPLATES, "").split(",")}
    if was.get(REWRITE_PROBES) == "false" and not said.isdisjoint(_PROXYLESS):
        gone.add(REWRITE_PROBES)
    annotations = {name: value for name, value in was.items() if name not in gone}
    first = next((item.get("name") for item in spec.get("containers", ()) if item.get("name") != PROXY), None)
    for name in _DEFAULT_CONTAINER:
        if first is not None and annotations.get(name) == first:
            del annotations[name]
    if VALIDATION in (injected.status.get("initContainers") or ()) or annotations.keys() >= _ALWAYS_FOR_CNI:
        annotations = _without_cni(annotations)
    if annotations.get("prometheus.io/path") == _METRICS_PATH:
        told = _decoded(injected.env.get(SCRAPE_ENV))
        annotations = metrics.without_settings(annotations)
        annotations |= {f"prometheus.io/{part}": text for part, text in told.items() if text}
    return annotations


def _own_labels(was: Mapping[str, str], env: Mapping[str, str], owner: str) -> dict[str, str]:
    labels = {name: value for name, value in was.items() if _OWN_LABELS.get(name) != value}
    if NETWORK in labels and env.get(NETWORK_ENV) == labels[NETWORK] and _names_cluster(list(env)):
        del labels[NETWORK]
    name = labels.get("app.kubernetes.io/name") or labels.get("app") or owner
    version = labels.get("app.kubernetes.io/version") or labels.get("version") or "latest"
    if labels.get(_CANONICAL_NAME) in (name, name[:_LONGEST_LABEL].removesuffix("-")):
        del labels[_CANONICAL_NAME]
    if labels.get(_CANONICAL_REVISION) == version:
        del labels[_CANONICAL_REVISION]
    return labels


def _names_cluster(variables: list[str]) -> bool:
    """Whether the proxy was told its cluster together with its network, as in meshes of several networks.

    Where it was told a network alone, the pod's own label most likely said it.
    """
    return variables[variables.index(NETWORK_ENV) - 1] == CLUSTER_ENV


def _without_cni(annotations: Mapping[str, str]) -> dict[str, str]:
    result = {name: value for name, value in annotations.items() if _CNI_DEFAULTS.get(name) != value}
    if networks := _CNI_NETWORK.sub("", result.pop(_NETWORKS, "")):
        result[_NETWORKS] = networks
    return result
