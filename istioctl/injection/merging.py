"""A pod and the rendered injection templates made into an injected pod.

Templates are laid over the pod one after the other, then what the user said about the proxy is laid over that, then the
rest is put right: metrics, probes, the status annotation, the order of containers.

Rules: `RunTemplate` and `injectPod` in Istio's `pkg/kube/inject/inject.go` and `webhook.go`. Pods are plain data in the
one form of `istioctl.injection.typed`; no function changes its argument.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from istioctl.api.names import (
    CLUSTER_ENV,
    CORE_DUMP,
    INIT,
    INTERCEPTION_MODE,
    NATIVE_SIDECAR,
    NETWORK,
    NETWORK_ENV,
    PROXY,
    PROXY_OVERRIDES,
    STATUS,
    VALIDATION,
)
from istioctl.api.trees import lookup
from istioctl.errors import InputError
from istioctl.golang import json_text
from istioctl.injection import metrics, probes, typed
from istioctl.injection.rendered import Overlay
from istioctl.injection.settings import Settings
from istioctl.yamldoc import strategic

Pod = dict[str, Any]
Container = dict[str, Any]

#: In a user's `istio-proxy` container, the image that the injector would choose.
AUTO_IMAGE = "auto"
_GROUPS = ("initContainers", "containers")
_NOTED = (*_GROUPS, "volumes", "imagePullSecrets")


def annotations_of(pod: Mapping[str, Any]) -> Mapping[str, str]:
    """A pod's annotations."""
    found: Mapping[str, str] = pod.get("metadata", {}).get("annotations", {})
    return found


def find(containers: Iterable[Container], name: str) -> Container | None:
    """The first container of that name."""
    return next((item for item in containers if item.get("name", "") == name), None)


def find_anywhere(pod: Mapping[str, Any], name: str) -> Container | None:
    """The container of that name, else the init container."""
    spec = pod.get("spec", {})
    return find(spec.get("containers", ()), name) or find(spec.get("initContainers", ()), name)


def bare(pod: Pod, status_port: int) -> Pod:
    """A pod as it was before an earlier injection, for templates to look at: what they see must not depend on it."""
    status = status_of(pod)
    if status is not None:
        spec = dict(pod.get("spec", {}))
        for group in _GROUPS:
            gone = status.get(group) or ()
            if group in spec:
                spec[group] = [item for item in spec[group] if item.get("name", "") not in gone]
        annotations = {name: value for name, value in annotations_of(pod).items() if name != STATUS}
        if metrics.scraped_port(annotations) == str(status_port):
            annotations = metrics.without_settings(annotations)
        pod = {**pod, "metadata": {**pod["metadata"], "annotations": annotations}, "spec": spec}
    overrides = overrides_of(pod)
    if not any(overrides.values()):
        return pod
    spec = dict(pod.get("spec", {}))
    for group in _GROUPS:
        known = spec.get(group, [])
        missing = [item for item in overrides[group] if find(known, item.get("name", "")) is None]
        if missing:
            spec[group] = [*known, *missing]
    return {**pod, "spec": spec}


def status_of(pod: Pod) -> dict[str, list[Any]] | None:
    """What the status annotation of an injected pod says was put in, by field; None without a readable one.

    Raises:
        InputError: what it says of containers is not a list of names.
    """
    try:
        status = json.loads(annotations_of(pod)[STATUS])
    except (KeyError, ValueError):
        return None
    if not isinstance(status, dict):
        return None
    lists = {field: [] if status.get(field) is None else status[field] for field in _NOTED}
    for field in _GROUPS:
        if not isinstance(lists[field], list) or not all(isinstance(name, str) for name in lists[field]):
            raise InputError(f"annotation {STATUS}: '{field}' must be a list of names", id="bad-annotation")
    return lists if all(isinstance(names, list) for names in lists.values()) else None


def overrides_of(pod: Pod) -> dict[str, list[Container]]:
    """The user's own parts of injected containers, which an earlier injection noted down."""
    text = annotations_of(pod).get(PROXY_OVERRIDES)
    if text is None:
        return {group: [] for group in _GROUPS}
    try:
        noted = typed.read(json.loads(text), "PodSpec", lenient=False)
    except ValueError as error:
        raise InputError(f"annotation {PROXY_OVERRIDES}: not JSON: {error}") from None
    except typed.WrongTypeError as error:
        raise InputError(f"annotation {PROXY_OVERRIDES}: {error.message}") from None
    return {group: noted.get(group, []) for group in _GROUPS}


def overlaid(pod: Pod, overlay: Overlay, template: str) -> Pod:
    """`pod` with a rendered template laid over it.

    Raises:
        InputError: what the template rendered is not a part of a pod.
    """
    if overlay.read is None:
        return pod
    if not isinstance(overlay.read, dict):
        raise InputError("it renders no mapping", where=f"template {template}")
    try:
        if (tidy := overlay.tidy_over(pod)) is not None:
            return strategic.merge(pod, tidy, "Pod", is_clean=True) if pod else tidy
        merged: Pod = typed.read(strategic.merge(pod, overlay.raw, "Pod"), "Pod", lenient=False)
    except InputError as error:
        raise InputError(error.message, where=f"template {template}", hint=error.hint) from None
    return merged


def run(pod: Pod, names: Iterable[str], render: Callable[[str], Overlay], native: bool) -> tuple[Pod, Pod]:
    """Lay the templates over the pod, and over nothing.

    Args:
        pod: the user's pod.
        names: the templates, in order.
        render: gives a template's output.
        native: whether the proxy may become an init container.

    Returns:
        The merged pod, and what the templates alone make.
    """
    merged: Pod = pod
    template_pod: Pod = {}
    said = annotations_of(pod).get(NATIVE_SIDECAR)
    for name in names:
        overlay = render(name)
        template_pod = overlaid(template_pod, overlay, name)
        if {"true": True, "false": False}.get(annotations_of(merged).get(NATIVE_SIDECAR, said or ""), native):
            merged = _proxy_as_init(merged, template_pod)
        merged = overlaid(merged, overlay, name)
    return {"metadata": {}, "spec": {}, **merged}, template_pod


def _proxy_as_init(pod: Pod, template_pod: Pod) -> Pod:
    """The user's `istio-proxy` container among the init containers, if that is where the template has it."""
    spec = pod.get("spec", {})
    proxy = find(spec.get("containers", ()), PROXY)
    if proxy is None or find(template_pod.get("spec", {}).get("initContainers", ()), PROXY) is None:
        return pod
    containers = list(spec["containers"])
    containers.remove(proxy)
    return {
        **pod,
        "spec": {**spec, "containers": containers, "initContainers": [*spec.get("initContainers", ()), proxy]},
    }


def reapplied(merged: Pod, original: Pod, template_pod: Pod, proxy_config: Mapping[str, Any]) -> Pod:
    """`merged` with the user's own words about injected containers laid over the template's."""
    noted = overrides_of(original)
    injected = status_of(original) or {}
    already = STATUS in annotations_of(original)
    overrides: dict[str, list[Container]] = {}
    for group in ("containers", "initContainers"):
        for container in template_pod.get("spec", {}).get(group, ()):
            name = container.get("name", "")
            if name in injected.get(group, ()):
                continue
            own = find(noted[group], name)
            if own is None and group == "containers":
                own = find(original.get("spec", {}).get(group, ()), name)
            elif own is None:
                own = find_anywhere(original, name)
            if own is None:
                continue
            if own.get("image") == AUTO_IMAGE:
                own = {field: value for field, value in own.items() if field != "image"}
            overrides.setdefault(group, []).append(own)
            merged = strategic.merge(merged, {"spec": {group: [own]}}, "Pod")
    if overrides and not already:
        note = {group: [typed.complete(own, "Container") for own in items] for group, items in overrides.items()}
        merged = _annotated(merged, {PROXY_OVERRIDES: json_text.write_plain(note)})
    return _with_proxy_user(merged, original, proxy_config)


def _annotated(pod: Pod, more: Mapping[str, str]) -> Pod:
    return {**pod, "metadata": {**pod.get("metadata", {}), "annotations": {**annotations_of(pod), **more}}}


def _with_proxy_user(pod: Pod, original: Pod, proxy_config: Mapping[str, Any]) -> Pod:
    """Make the container that redirects traffic agree with the user that the pod's own `istio-proxy` runs as."""
    own = find_anywhere(original, PROXY)
    context = (own or {}).get("securityContext", {})
    user, group = context.get("runAsUser"), context.get("runAsGroup")
    spec = pod["spec"]
    init = find(spec.get("initContainers", ()), INIT) or find(spec.get("initContainers", ()), VALIDATION)
    if (user is None and group is None) or init is None:
        return pod
    mode = annotations_of(pod).get(INTERCEPTION_MODE)
    tproxy = proxy_config.get("interceptionMode") == "TPROXY" or mode == "TPROXY"
    changed = dict(init)
    if tproxy and user is not None:
        pod = _replaced(pod, PROXY, lambda proxy: _in_context(proxy, {"runAsUser": 0}))
    if not tproxy and init["name"] == VALIDATION:
        wanted = {"runAsUser": user, "runAsGroup": group}
        changed = _in_context(changed, {name: value for name, value in wanted.items() if value is not None})
    args = list(init.get("args", ()))
    if user and "-u" in args[:-1]:
        args[args.index("-u") + 1] = str(user)
        changed["args"] = args
    inits = [changed if item is init else item for item in pod["spec"]["initContainers"]]
    return {**pod, "spec": {**pod["spec"], "initContainers": inits}}


def _in_context(container: Container, more: Mapping[str, Any]) -> Container:
    return {**container, "securityContext": {**container.get("securityContext", {}), **more}}


def _replaced(pod: Pod, name: str, change: Callable[[Container], Container]) -> Pod:
    spec = dict(pod["spec"])
    for group in ("containers", "initContainers"):
        if (found := find(spec.get(group, ()), name)) is not None:
            spec[group] = [change(item) if item is found else item for item in spec[group]]
            break
    return {**pod, "spec": spec}


def finished(
    pod: Pod, template_pod: Pod, settings: Settings, mesh: Mapping[str, Any], proxy_env: Mapping[str, str]
) -> Pod:
    """The last touches: cluster, metrics, probes, labels, annotations and order.

    Args:
        pod: the merged pod.
        template_pod: what the templates alone make.
        settings: the injector's settings.
        mesh: the mesh configuration with the pod's own proxy configuration in it.
        proxy_env: variables that the proxy gets, by name.
    """
    port = mesh["defaultConfig"].get("statusPort", 0)
    proxy = find_anywhere(pod, PROXY)
    if proxy is not None:
        changed = dict(proxy)
        if proxy_env:
            env = [item for item in proxy.get("env", ()) if item.get("name") not in proxy_env]
            changed["env"] = env + [{"name": name, "value": proxy_env[name]} for name in sorted(proxy_env)]
        pod = _replaced(pod, PROXY, lambda _: changed)
        proxy = changed
    metadata = pod.get("metadata", {})
    annotations = metrics.merge(dict(annotations_of(pod)), proxy, mesh.get("enablePrometheusMerge", True), port)
    pod = {**pod, "metadata": {**metadata, "annotations": annotations}}
    if proxy is not None:
        by_default = bool(lookup(settings.values, "sidecarInjectorWebhook", "rewriteAppHTTPProbe"))
        pod = probes.rewrite(pod, proxy, by_default, port)
    labels = dict(metadata.get("labels", {}))
    if network := proxy_env.get(NETWORK_ENV):
        labels[NETWORK] = network
    annotations = {
        **annotations,
        STATUS: _status_text(template_pod, settings.revision),
        **settings.templates.annotations,
    }
    metadata = {**metadata, "annotations": annotations}
    if labels:
        metadata["labels"] = labels
    return _ordered({**pod, "metadata": metadata}, settings, mesh)


def _status_text(template_pod: Pod, revision: str) -> str:
    spec = template_pod.get("spec", {})
    status: dict[str, Any] = {field: [item.get("name", "") for item in spec.get(field, ())] or None for field in _NOTED}
    status["revision"] = revision or "default"
    return json_text.write_plain(status)


def _ordered(pod: Pod, settings: Settings, mesh: Mapping[str, Any]) -> Pod:
    """Containers in the order in which they must start."""
    hold = mesh["defaultConfig"].get("holdApplicationUntilProxyStarts") or lookup(
        settings.values, "global", "proxy", "holdApplicationUntilProxyStarts"
    )
    spec = dict(pod["spec"])
    spec["containers"] = _moved(spec.get("containers", []), PROXY, first=bool(hold))
    init = spec.get("initContainers", [])
    if find(init, PROXY) is not None:
        for name in (CORE_DUMP, PROXY, VALIDATION, INIT):
            init = _moved(init, name, first=True)
    else:
        init = _moved(init, VALIDATION, first=True)
        init = _moved(_moved(init, INIT, first=False), CORE_DUMP, first=False)
    if init:
        spec["initContainers"] = init
    return {**pod, "spec": spec}


def _moved(containers: list[Container], name: str, *, first: bool) -> list[Container]:
    found = [item for item in containers if item.get("name", "") == name]
    if not found:
        return containers
    others = [item for item in containers if item.get("name", "") != name]
    return [found[-1], *others] if first else [*others, found[-1]]


def proxy_environment(pod: Pod, values: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """The variables that tell a proxy its cluster and network.

    Args:
        pod: the pod, whose label may name the network.
        values: the installation's values.
        given: variables from the webhook's address, which go before the values.
    """
    env = dict(given)
    cluster = env.get(CLUSTER_ENV) or lookup(values, "global", "multiCluster", "clusterName")
    network = env.get(NETWORK_ENV) or lookup(values, "global", "network")
    network = pod.get("metadata", {}).get("labels", {}).get(NETWORK, network)
    if cluster:
        env[CLUSTER_ENV] = cluster
    if network:
        env[NETWORK_ENV] = network
    return env
