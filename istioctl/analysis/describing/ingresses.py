"""Which of Kubernetes' own Ingress objects lead to a service, and whether Istio's gateway serves them or another's.

Rules: `shouldProcessIngressWithClass` and `ConvertIngressVirtualService` in Istio's `pilot/pkg/config/kube/ingress`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from istioctl.analysis.describing.routes import Destination, GatewayPath, Route, RouteOwner
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.trees import lookup, mapping, mappings, text

_CLASS = "kubernetes.io/ingress.class"
_CONTROLLER = "istio.io/ingress-controller"


def ingress_routes(service: Resource, snapshot: Snapshot) -> list[RouteOwner]:
    """The Ingresses with a path, or a default, that leads to a service, by namespace and name."""
    found = []
    for owner in sorted(snapshot.all("Ingress"), key=lambda each: (each.namespace, each.name)):
        if owner.namespace != service.namespace:
            continue  # a backend is always of the Ingress's own namespace
        paths = list(_paths(owner))
        routes = [
            Route("rules", index, (words,), (here,))
            for index, (words, backend) in enumerate(paths)
            if (here := _backend(backend, service)) is not None
        ]
        if routes:
            problems: list[str] = []
            hosts = tuple(text(rule.get("host")) or "*" for rule in mappings(owner.spec.get("rules"))) or ("*",)
            gateway = _gateway(owner, hosts, snapshot, problems)
            elsewhere = len(paths) - len(routes)
            found.append(RouteOwner(owner, hosts, tuple(routes), elsewhere, False, (gateway,), tuple(problems)))
    return found


def _paths(owner: Resource) -> Iterator[tuple[str, dict[str, Any]]]:
    """Each path's condition in words, and its backend."""
    for rule in mappings(owner.spec.get("rules")):
        host = text(rule.get("host"))
        for path in mappings(lookup(rule, "http", "paths")):
            word = text(path.get("path")) or "/"
            exact = path.get("pathType") == "Exact"
            words = word if exact or word.endswith("*") else f"{word}*"
            yield f"{host}{words}", mapping(path.get("backend"))
    if default := mapping(owner.spec.get("defaultBackend")):
        yield "everything else", default


def _backend(backend: dict[str, Any], service: Resource) -> Destination | None:
    target = mapping(backend.get("service"))
    if text(target.get("name")) != service.name:
        return None
    port = mapping(target.get("port"))
    number = port.get("number")
    if not isinstance(number, int):
        ports = mappings(service.spec.get("ports"))
        number = next((each.get("port") for each in ports if each.get("name") == port.get("name")), 0)
    return Destination(service.name, "", number if isinstance(number, int) else 0, 100, is_here=True)


def _gateway(owner: Resource, hosts: tuple[str, ...], snapshot: Snapshot, problems: list[str]) -> GatewayPath:
    """Whoever serves an Ingress: Istio's gateway, or another controller by its class."""
    entries = mappings(lookup(owner.data, "status", "loadBalancer", "ingress"))
    addresses = tuple(text(entry.get("ip")) or text(entry.get("hostname")) for entry in entries)
    secured = [text(host) for each in mappings(owner.spec.get("tls")) for host in each.get("hosts") or ["*"]]
    servers = ("80/HTTP", *([f"443/HTTPS {','.join(secured)}"] if secured else ()))
    is_istio, named = _is_istio(owner, snapshot, problems)
    if not is_istio:
        return GatewayPath(named or "(the cluster's default)", "IngressClass", hosts, servers, addresses)
    name = f"{snapshot.istio_namespace}/{text(snapshot.mesh.get('ingressService'))}"
    return GatewayPath(name, "Service", hosts, servers, addresses)


def _is_istio(owner: Resource, snapshot: Snapshot, problems: list[str]) -> tuple[bool, str]:
    """Whether istiod configures its gateway by an Ingress; and the class that it is of."""
    mode, own = text(snapshot.mesh.get("ingressControllerMode")), text(snapshot.mesh.get("ingressClass"))
    named = text(lookup(owner.data, "metadata", "annotations", _CLASS))
    by_class = text(owner.spec.get("ingressClassName"))
    if named:
        wanted = named == own
    elif by_class:
        wanted = any(
            each.name == by_class and each.spec.get("controller") == _CONTROLLER
            for each in snapshot.all("IngressClass")
        )
        if not wanted and not snapshot.knows("IngressClass"):
            problems.append(f"{owner.friendly_name}: whether Istio serves the class {by_class} is not known")
    else:
        wanted = mode == "DEFAULT"
    if wanted and mode == "OFF":
        problems.append(f"{owner.friendly_name}: istiod ignores it, because ingressControllerMode is OFF")
        return False, named or by_class
    return wanted, named or by_class
