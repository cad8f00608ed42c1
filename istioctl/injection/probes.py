"""Handing the kubelet's probes of the application to the proxy's agent.

The sidecar intercepts what the kubelet sends, so HTTP, TCP and gRPC probes become HTTP probes of the agent, which asks
the application itself. What it has to ask stands in an environment variable of the proxy.

Rules: Istio's `pkg/kube/inject/app_probe.go`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from istioctl.api.names import PROBERS_ENV, PROXY, REWRITE_PROBES, STATUS, STATUS_PORT
from istioctl.golang import json_text
from istioctl.injection.pod_annotations import read_bool
from istioctl.injection.typed import complete

Container = dict[str, Any]

_PROBES = {
    "readinessProbe": "/app-health/{}/readyz",
    "livenessProbe": "/app-health/{}/livez",
    "startupProbe": "/app-health/{}/startupz",
}
_HANDLERS = {"preStop": "/app-lifecycle/{}/prestopz", "postStart": "/app-lifecycle/{}/poststartz"}
_ACTIONS = {"httpGet": "HTTPGetAction", "tcpSocket": "TCPSocketAction", "grpc": "GRPCAction"}


def rewrite(pod: dict[str, Any], proxy: Container, by_default: bool, status_port: int) -> dict[str, Any]:
    """A pod whose probes go to the agent.

    Args:
        pod: an injected pod; it stays as it is, but for `proxy`.
        proxy: its sidecar, which gets the environment variable; may be changed.
        by_default: rewrite where the pod does not say.
        status_port: the agent's port, from the mesh configuration.
    """
    annotations = pod["metadata"].get("annotations", {})
    said = read_bool(annotations.get(REWRITE_PROBES, ""))
    if not (by_default if said is None else said):
        return pod
    probers = dict(_probers(pod, status_port))
    if probers:
        _hand_over(proxy, probers, merge=STATUS in annotations)
    port = _agent_port(annotations, status_port)
    spec = dict(pod["spec"])
    for group in ("containers", "initContainers"):
        if group in spec:
            spec[group] = [item if item.get("name") == PROXY else _redirected(item, port) for item in spec[group]]
    return {**pod, "spec": spec}


def _agent_port(annotations: dict[str, str], status_port: int) -> int:
    text = annotations.get(STATUS_PORT)
    if text is None:
        return status_port
    try:
        return int(text)
    except ValueError:
        return 0


def _probers(pod: dict[str, Any], status_port: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """What the agent has to ask, by the path under which the kubelet asks it."""
    spec = pod["spec"]
    for container in (*spec.get("initContainers", ()), *spec.get("containers", ())):
        name = container.get("name", "")
        if name == PROXY:
            continue
        ports = {port["name"]: port.get("containerPort", 0) for port in container.get("ports", ()) if "name" in port}
        for field, path in _PROBES.items():
            if (probe := container.get(field)) and (prober := _prober(probe, ports, status_port, *_ACTIONS)):
                if timeout := probe.get("timeoutSeconds"):
                    prober["timeoutSeconds"] = timeout
                yield path.format(name), prober
        lifecycle = container.get("lifecycle", {})
        for field, path in _HANDLERS.items():
            handler = lifecycle.get(field)
            if handler and (prober := _prober(handler, ports, status_port, "httpGet", "tcpSocket")):
                yield path.format(name), prober


def _prober(handler: dict[str, Any], ports: dict[str, int], status_port: int, *kinds: str) -> dict[str, Any] | None:
    kind = next((kind for kind in kinds if kind in handler), None)
    if kind is None:
        return None
    action = complete(handler[kind], _ACTIONS[kind])
    if kind != "grpc":
        if isinstance(action["port"], str):
            if action["port"] not in ports:
                return None
            action["port"] = ports[action["port"]]
        elif action["port"] == status_port:
            return None  # it goes to the agent already
    return {kind: action}


def _hand_over(proxy: Container, probers: dict[str, Any], *, merge: bool) -> None:
    env = list(proxy.get("env", ()))
    entry = {"name": PROBERS_ENV, "value": _dumped(probers)}
    index = next((i for i, item in enumerate(env) if merge and item.get("name") == PROBERS_ENV), None)
    if index is None:
        env.append(entry)
    else:
        try:
            known = json.loads(env[index].get("value", ""))
        except json.JSONDecodeError:
            return
        if not isinstance(known, dict):
            return
        env[index] = {"name": PROBERS_ENV, "value": _dumped(probers | known)}
    proxy["env"] = env


def _dumped(probers: dict[str, Any]) -> str:
    return json_text.write_plain({path: probers[path] for path in sorted(probers)})


def _redirected(container: Container, port: int) -> Container:
    name = container.get("name", "")
    changed = {
        field: _to_agent(container[field], path.format(name), port, *_ACTIONS)
        for field, path in _PROBES.items()
        if field in container
    }
    if lifecycle := container.get("lifecycle"):
        handlers = {
            field: _to_agent(lifecycle[field], path.format(name), port, "httpGet", "tcpSocket")
            for field, path in _HANDLERS.items()
            if field in lifecycle
        }
        changed["lifecycle"] = {**lifecycle, **handlers}
    return {**container, **changed} if changed else container


def _to_agent(handler: dict[str, Any], path: str, port: int, *kinds: str) -> dict[str, Any]:
    kind = next((kind for kind in kinds if kind in handler), None)
    if kind is None:
        return handler
    action = {**(handler["httpGet"] if kind == "httpGet" else {}), "path": path, "port": port}
    if action.get("scheme") == "HTTPS":
        action["scheme"] = "HTTP"
    result = {}
    for field, value in handler.items():
        if field == kind:
            result["httpGet"] = action
        else:
            result[field] = value
    return result
