"""How to reach an ingress gateway from outside of the cluster.

The answers are those of the guide's "Determining the ingress IP and ports"
(https://istio.io/latest/docs/tasks/traffic-management/ingress/ingress-control/): a load balancer's address, or a node's
address and the Service's node ports, or the node itself where the gateway sits on its network.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from istioctl.api.identity import ObjectKey
from istioctl.api.names import GATEWAY_NAME, SYSTEM_NAMESPACE
from istioctl.api.selectors import format_equal
from istioctl.cluster.patience import Report
from istioctl.cluster.queries import list_objects
from istioctl.cluster.readiness import is_ready
from istioctl.cluster.session import Client, Session, open_session
from istioctl.cluster.transport import try_connection
from istioctl.cluster.wait import states_of
from istioctl.errors import ClusterError

_SELECTOR = "istio=ingressgateway"
_GATEWAY = ("gateway.networking.k8s.io/v1", "Gateway")


@dataclass(frozen=True, slots=True)
class EndpointOptions:
    """Which gateway, and how patient to be.

    Args:
        namespace: of the Service; empty means the control plane's, then all.
        istio_namespace: of the control plane.
        name: of the Service or of the Gateway API `Gateway`; empty means what the selector finds.
        selector: the labels of the Service.
        prefer_node_port: use node ports although a load balancer may come.
        wait: how many seconds to wait for the load balancer's address; 0 means not at all.
    """

    client: Client
    namespace: str = ""
    istio_namespace: str = SYSTEM_NAMESPACE
    name: str = ""
    selector: str = _SELECTOR
    prefer_node_port: bool = False
    wait: float = 0.0


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a gateway answers.

    Attributes:
        kind: `LoadBalancer`, `NodePort` or `HostNetwork`.
        host: an IP address or a name.
        http_port, https_port, tcp_port: None where the gateway has no such port.
    """

    kind: str
    namespace: str
    service: str
    host: str
    http_port: int | None
    https_port: int | None
    tcp_port: int | None

    @property
    def url(self) -> str:
        """The HTTP address; HTTPS where there is no other."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        if self.http_port is not None:
            return f"http://{host}" + ("" if self.http_port == 80 else f":{self.http_port}")
        return f"https://{host}" + ("" if self.https_port == 443 else f":{self.https_port}")

    def as_data(self) -> dict[str, Any]:
        """The answer for `-o json` and its like."""
        return {
            "type": self.kind,
            "namespace": self.namespace,
            "service": self.service,
            "host": self.host,
            "httpPort": self.http_port,
            "httpsPort": self.https_port,
            "tcpPort": self.tcp_port,
            "url": self.url,
        }


@dataclass(frozen=True, slots=True)
class Gateway:
    """A gateway of the cluster, found, but not yet asked how to reach it.

    Attributes:
        service: its Service.
    """

    options: EndpointOptions
    session: Session
    service: dict[str, Any]

    def endpoint(self) -> Endpoint:
        """How to reach it.

        Raises:
            ClusterError: it has no address (yet).
        """
        kind = self.service["spec"].get("type")
        if kind == "LoadBalancer" and not self.options.prefer_node_port:
            return _load_balancer(self.session, self.service, self.options)
        if kind in ("NodePort", "LoadBalancer"):
            return _node_port(self.session, self.service)
        return _host_network(self.session, self.service)

    def as_data(self) -> dict[str, Any]:
        """Its Service and its pods, at the paths that the guide's commands read with `kubectl get`.

        These are `metadata`, `spec` and `status` of the Service; and `items`, the pods with their places and addresses,
        which are none where the cluster does not let them be read.
        """
        try:
            pods = _all_pods(self.session, self.service)
        except ClusterError as problem:
            self.session.patience.say(f"the gateway's pods can't be read: {problem}")
            pods = []
        metadata = self.service["metadata"]
        return {
            "metadata": {key: metadata[key] for key in ("name", "namespace", "labels") if key in metadata},
            "spec": self.service["spec"],
            "status": self.service.get("status") or {},
            "items": [_place(pod) for pod in pods],
        }


def find_gateway(options: EndpointOptions, report: Report | None = None) -> Gateway:
    """Finds the gateway.

    Raises:
        InputError: the kubeconfig is unreadable.
        ClusterError: there is no such gateway, or there are several.
    """
    session = open_session(options.client, report=report)
    return Gateway(options, session, _find(session, options))


def ingress_endpoint(options: EndpointOptions, report: Report | None = None) -> Endpoint:
    """Finds the gateway and how to reach it.

    Raises:
        InputError: the kubeconfig is unreadable.
        ClusterError: there is no such gateway, or no address (yet).
    """
    return find_gateway(options, report).endpoint()


def check_connection(endpoint: Endpoint, timeout: float) -> None:
    """Opens a connection to each port, and closes it again.

    Raises:
        ClusterError: one can't be opened within `timeout` seconds.
    """
    ports = [port for port in (endpoint.http_port, endpoint.https_port, endpoint.tcp_port) if port is not None]
    for port in ports:
        try:
            try_connection(endpoint.host, port, timeout)
        except OSError as problem:
            raise ClusterError(
                f"no connection: {problem.strerror or problem}",
                where=f"{endpoint.host}:{port}",
                hint="See that the gateway's pods run, and that no firewall stands between.",
                id="no-connection",
            ) from problem


def _find(session: Session, options: EndpointOptions) -> dict[str, Any]:
    namespaces = [options.namespace] if options.namespace else [options.istio_namespace, ""]
    for namespace in namespaces:
        found = list(_candidates(session, options, namespace))
        if len(found) > 1:
            names = ", ".join(f"{item['metadata']['namespace']}/{item['metadata']['name']}" for item in found)
            raise ClusterError(
                f"there are several ingress gateways: {names}",
                hint="Choose one with -n and --name.",
                id="several-gateways",
            )
        if found:
            return found[0]
    what = f"named {options.name!r}" if options.name else f"labelled {options.selector}"
    place = f"namespace {options.namespace}" if options.namespace else "the cluster"
    raise ClusterError(
        f"there is no ingress gateway {what} in {place}",
        where=session.server,
        hint="Install one (`istioctl install --set profile=default`), or name yours with -n and --name.",
        id="no-gateway",
    )


def _candidates(session: Session, options: EndpointOptions, namespace: str) -> Iterator[dict[str, Any]]:
    if not options.name:
        services = list_objects(session, "v1", "Service", namespace=namespace, labels=options.selector)
        if services or options.selector != _SELECTOR:
            yield from services
            return
        yield from list_objects(session, "v1", "Service", namespace=namespace, labels=GATEWAY_NAME)
        return
    named = f"metadata.name={options.name}"
    services = list_objects(session, "v1", "Service", namespace=namespace, fields=named)
    if services:
        yield from services
        return
    for gateway in list_objects(session, *_GATEWAY, namespace=namespace, fields=named):
        own = gateway["metadata"]["namespace"]
        labels = format_equal({GATEWAY_NAME: options.name})
        yield from list_objects(session, "v1", "Service", namespace=own, labels=labels)


def _load_balancer(session: Session, service: dict[str, Any], options: EndpointOptions) -> Endpoint:
    address = _address(service)
    name = f"{service['metadata']['namespace']}/{service['metadata']['name']}"
    if not address and options.wait > 0:
        session.patience.say(f"waiting for the load balancer's address of Service {name}")
        for state in states_of(session, ObjectKey.of(service), time.monotonic() + options.wait):
            address = _address(state or {})
            if address:
                break
    if not address:
        waited = f" after {options.wait:g}s" if options.wait > 0 else ""
        raise ClusterError(
            f"the load balancer has no address{waited}: the cluster's provider has not given it one",
            where=f"Service/{name}",
            hint="Wait for it with --wait, or use the node ports with --node-port.",
            id="pending",
        )
    return _endpoint("LoadBalancer", service, address, "port")


def _address(service: dict[str, Any]) -> str:
    for entry in ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or []:
        if entry.get("ip") or entry.get("hostname"):
            return str(entry.get("ip") or entry.get("hostname"))
    return ""


def _endpoint(kind: str, service: dict[str, Any], host: str, number: str) -> Endpoint:
    ports = service["spec"].get("ports") or []

    def port(names: tuple[str, ...], numbers: tuple[int, ...]) -> int | None:
        for entry in ports:
            if entry.get("name") in names:
                return int(entry[number]) if entry.get(number) else None
        for entry in ports:
            if entry.get("port") in numbers:
                return int(entry[number]) if entry.get(number) else None
        return None

    return Endpoint(
        kind=kind,
        namespace=service["metadata"]["namespace"],
        service=service["metadata"]["name"],
        host=host,
        http_port=port(("http2", "http"), (80, 8080)),
        https_port=port(("https",), (443, 8443)),
        tcp_port=port(("tcp",), (31400,)),
    )


def _node_port(session: Session, service: dict[str, Any]) -> Endpoint:
    node = _node_with_pod(session, service)
    return _endpoint("NodePort", service, _node_address(node), "nodePort")


def _host_network(session: Session, service: dict[str, Any]) -> Endpoint:
    pods = [pod for pod in _pods(session, service) if pod["spec"].get("hostNetwork")]
    if not pods:
        name = f"{service['metadata']['namespace']}/{service['metadata']['name']}"
        raise ClusterError(
            f"the gateway is reachable from inside the cluster only: its Service is a {service['spec'].get('type')}",
            where=f"Service/{name}",
            hint="Make it a LoadBalancer or NodePort, or use kubectl port-forward.",
            id="cluster-only",
        )
    node = session.get(f"/api/v1/nodes/{pods[0]['spec']['nodeName']}")
    return _endpoint("HostNetwork", service, _node_address(node), "port")


def _all_pods(session: Session, service: dict[str, Any]) -> list[dict[str, Any]]:
    labels = format_equal(service["spec"].get("selector") or {})
    return list_objects(
        session, "v1", "Pod", namespace=service["metadata"]["namespace"], labels=labels or "no=selector"
    )


def _place(pod: dict[str, Any]) -> dict[str, Any]:
    """Which pod it is, where it runs, and its addresses."""
    parts = {
        "metadata": ("name", "namespace", "labels"),
        "spec": ("nodeName", "hostNetwork"),
        "status": ("phase", "hostIP", "hostIPs", "podIP", "podIPs"),
    }
    return {part: {key: pod[part][key] for key in keys if key in pod.get(part, {})} for part, keys in parts.items()}


def _pods(session: Session, service: dict[str, Any]) -> list[dict[str, Any]]:
    """The gateway's pods that are ready."""
    pods = _all_pods(session, service)
    return [pod for pod in pods if is_ready(pod)]


def _node_with_pod(session: Session, service: dict[str, Any]) -> dict[str, Any]:
    """A ready node that answers for the Service.

    With `externalTrafficPolicy: Local` only nodes that run a pod of the gateway answer; with `Cluster` all do, and one
    that runs a pod is preferred since it saves a hop.
    """
    used = {pod["spec"].get("nodeName") for pod in _pods(session, service)}
    nodes = [node for node in list_objects(session, "v1", "Node") if is_ready(node)]
    nodes.sort(key=lambda node: (node["metadata"]["name"] not in used, not _external(node), node["metadata"]["name"]))
    local = service["spec"].get("externalTrafficPolicy") == "Local"
    found = [node for node in nodes if node["metadata"]["name"] in used or not local]
    if not found:
        name = f"{service['metadata']['namespace']}/{service['metadata']['name']}"
        raise ClusterError(
            "no ready node runs a ready pod of the gateway" if nodes else "the cluster has no ready node",
            where=f"Service/{name}",
            hint="Look at the gateway's pods: kubectl get pods -o wide",
            id="no-node",
        )
    return found[0]


def _external(node: dict[str, Any]) -> str:
    return _address_of(node, "ExternalIP") or _address_of(node, "ExternalDNS")


def _node_address(node: dict[str, Any]) -> str:
    if node["metadata"]["name"] == "docker-desktop":
        return "127.0.0.1"  # its node's own address lies inside a virtual machine; Docker forwards the ports
    address = _external(node) or _address_of(node, "InternalIP") or _address_of(node, "Hostname")
    return address or str(node["metadata"]["name"])


def _address_of(node: dict[str, Any], kind: str) -> str:
    addresses = (node.get("status") or {}).get("addresses") or []
    return next((str(entry["address"]) for entry in addresses if entry.get("type") == kind), "")
