"""Which routes lead to a service: those of VirtualServices and of the Gateway API, their weights and their gateways."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from istioctl.analysis.analyzers.gateways import served_hosts
from istioctl.analysis.analyzers.hosts import full_host
from istioctl.analysis.resources import Resource, Snapshot
from istioctl.api.formats import hosts_overlap
from istioctl.api.selectors import format_equal, picks
from istioctl.api.trees import lookup, mapping, mappings, text, texts

MESH = "mesh"
_KINDS = ("http", "tls", "tcp")


@dataclass(frozen=True, slots=True)
class Destination:
    """One target of a route: its host as written, its subset, port and share in percent."""

    host: str
    subset: str
    port: int
    weight: int
    is_here: bool

    def __str__(self) -> str:
        name = f'host "{self.host}"' + (f' subset "{self.subset}"' if self.subset else "")
        return f"{name} with weight {self.weight}%"


@dataclass(frozen=True, slots=True)
class Route:
    """One route that leads to the service, among others maybe.

    Attributes:
        kind: http, tls or tcp.
        index: its place in its list, counted from 0.
        matches: its conditions in words; none means everything.
        notes: what it does besides, such as a fault or a mirror.
    """

    kind: str
    index: int
    matches: tuple[str, ...]
    destinations: tuple[Destination, ...]
    notes: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        targets = [
            {"host": each.host, "subset": each.subset, "port": each.port, "weight": each.weight, "here": each.is_here}
            for each in self.destinations
        ]
        place = f"{self.kind}[{self.index}]"
        return {"route": place, "matches": list(self.matches), "destinations": targets, "notes": list(self.notes)}


@dataclass(frozen=True, slots=True)
class GatewayPath:
    """A gateway through which requests come here.

    Attributes:
        servers: `PORT/PROTOCOL HOST,…` of each of its servers that serves one of the hosts.
        addresses: where it is reached, as its Services say.
    """

    name: str
    kind: str
    hosts: tuple[str, ...]
    servers: tuple[str, ...]
    addresses: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {
            "kind": self.kind,
            "name": self.name,
            "hosts": list(self.hosts),
            "servers": list(self.servers),
            "addresses": list(self.addresses),
        }


@dataclass(frozen=True, slots=True)
class RouteOwner:
    """A VirtualService, or a route of the Gateway API, that leads here.

    Attributes:
        elsewhere: how many of its routes lead to other services only.
        in_mesh: whether it counts for clients inside the mesh.
    """

    resource: Resource
    hosts: tuple[str, ...]
    routes: tuple[Route, ...]
    elsewhere: int
    in_mesh: bool
    gateways: tuple[GatewayPath, ...]
    problems: tuple[str, ...]

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        return {
            "kind": self.resource.kind,
            "name": self.resource.name,
            "namespace": self.resource.namespace,
            "hosts": list(self.hosts),
            "mesh": self.in_mesh,
            "routes": [route.as_data() for route in self.routes],
            "routesElsewhere": self.elsewhere,
            "gateways": [gateway.as_data() for gateway in self.gateways],
        }


def virtual_services(service: Resource, snapshot: Snapshot) -> list[RouteOwner]:
    """The VirtualServices with a route to a service, by namespace and name."""
    found = []
    for owner in sorted(snapshot.all("VirtualService"), key=lambda each: (each.namespace, each.name)):
        routes, elsewhere, problems = [], 0, list[str]()
        for kind, index, spec in _routes(owner):
            targets = tuple(_destinations(owner, spec, service))
            if not any(each.is_here for each in targets):
                elsewhere += 1
                continue
            routes.append(Route(kind, index, tuple(_matches(spec)), targets, tuple(_notes(spec))))
            problems += _shadows(owner, kind, index)
        if routes:
            names = [text(name) for name in owner.spec.get("gateways") or [MESH]]
            gateways = [_gateway(owner, name, snapshot, problems) for name in names if name != MESH]
            found.append(
                RouteOwner(
                    owner, tuple(map(str, owner.spec.get("hosts") or ())), tuple(routes), elsewhere, MESH in names,
                    tuple(each for each in gateways if each), tuple(problems),
                )
            )  # fmt: skip
    return found


def gateway_routes(service: Resource, snapshot: Snapshot) -> list[RouteOwner]:
    """The HTTPRoutes and GRPCRoutes of the Gateway API with a rule that leads to a service."""
    found = []
    for kind in ("HTTPRoute", "GRPCRoute"):
        for owner in sorted(snapshot.all(kind), key=lambda each: (each.namespace, each.name)):
            rules = mappings(owner.spec.get("rules"))
            routes = []
            for index, rule in enumerate(rules):
                targets = tuple(_backends(owner, rule, service))
                if any(each.is_here for each in targets):
                    words = tuple(_gateway_match(each) for each in mappings(rule.get("matches")))
                    routes.append(Route("rules", index, words, targets))
            if routes:
                problems: list[str] = []
                parents, in_mesh = _parents(owner, snapshot, problems)
                hosts = tuple(map(str, owner.spec.get("hostnames") or ("*",)))
                elsewhere = len(rules) - len(routes)
                found.append(RouteOwner(owner, hosts, tuple(routes), elsewhere, in_mesh, parents, tuple(problems)))
    return found


def _routes(owner: Resource) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for kind in _KINDS:
        for index, spec in enumerate(mappings(owner.spec.get(kind))):
            yield kind, index, spec


def _destinations(owner: Resource, route: dict[str, Any], service: Resource) -> Iterator[Destination]:
    entries = mappings(route.get("route"))
    here = full_host(service.namespace, service.name)
    for entry in entries:
        target = mapping(entry.get("destination"))
        host = text(target.get("host"))
        port = lookup(target, "port", "number")
        weight = entry.get("weight") if isinstance(entry.get("weight"), int) else 0
        share = 100 if len(entries) == 1 else int(weight or 0)
        is_here = _canonical(full_host(owner.namespace, host)) == here
        yield Destination(host, text(target.get("subset")), port if isinstance(port, int) else 0, share, is_here)


def _canonical(host: str) -> str:
    """A Service's host with the cluster's domain, where it has been left out behind the namespace."""
    return host if host.endswith(".svc.cluster.local") or host.count(".") != 1 else f"{host}.svc.cluster.local"


def _matches(route: dict[str, Any]) -> Iterator[str]:
    for match in mappings(route.get("match")):
        words = []
        for key, value in sorted(match.items(), key=lambda each: each[0] != "uri"):
            if key in ("uri", "scheme", "method", "authority") and isinstance(value, dict):
                shown = _string_match(value)
                words.append(shown if key == "uri" else f"{key} {shown}")
            elif key in ("headers", "withoutHeaders", "queryParams"):
                title = {"headers": "header", "withoutHeaders": "no header", "queryParams": "query parameter"}[key]
                words += [f"{title} {name}={_string_match(mapping(each))}" for name, each in mapping(value).items()]
            elif key in ("port", "sourceNamespace") or (key == "name" and value):
                words.append(f"{key} {value}")
            elif key in ("sniHosts", "destinationSubnets", "gateways") and isinstance(value, list):
                words.append(f"{key} {','.join(map(str, value))}")
            elif key == "sourceLabels":
                words.append(f"from pods {format_equal(texts(value))}")
        yield " and ".join(words) + (" uncased" if match.get("ignoreUriCase") else "") or "everything"


def _string_match(match: dict[str, Any]) -> str:
    if "exact" in match:
        return str(match["exact"])
    if "prefix" in match:
        return f"{match['prefix']}*"
    return f"~{match['regex']}" if "regex" in match else "present"


def _notes(route: dict[str, Any]) -> Iterator[str]:
    if fault := mapping(route.get("fault")):
        yield f"Fault injection {', '.join(sorted(fault))}"
    for mirror in [route.get("mirror"), *mappings(route.get("mirrors"))]:
        target = mapping(mapping(mirror).get("destination")) or mapping(mirror)
        if target:
            yield f"Mirror to {text(target.get('host'))}"
    if timeout := route.get("timeout"):
        yield f"Timeout {timeout}"


def _shadows(owner: Resource, kind: str, index: int) -> list[str]:
    """A route behind one that takes every request is never reached."""
    earlier = mappings(owner.spec.get(kind))[:index]
    first = next((n for n, spec in enumerate(earlier) if not spec.get("match")), None)
    if first is None:
        return []
    return [f"{owner.friendly_name}: {kind}[{index}] is never reached, because {kind}[{first}] takes every request"]


def _gateway(owner: Resource, reference: str, snapshot: Snapshot, problems: list[str]) -> GatewayPath | None:
    namespace, slash, name = reference.partition("/")
    namespace, name = (namespace, name) if slash else (owner.namespace, reference)
    gateway = snapshot.find("Gateway", namespace, name)
    if gateway is None:
        if snapshot.knows("Gateway"):
            problems.append(f"{owner.friendly_name}: there is no Gateway {namespace}/{name}")
        return None
    hosts = [str(host) for host in owner.spec.get("hosts") or ()]
    served = served_hosts(gateway, owner.namespace)
    if not any(hosts_overlap(one, other) for one in served for other in hosts):
        problems.append(f"{owner.friendly_name}: {gateway.friendly_name} serves none of its hosts ({', '.join(hosts)})")
    selector = texts(gateway.spec.get("selector"))
    pods = [pod for pod in snapshot.all("Pod") if picks(selector, pod.labels)]
    if not pods and snapshot.knows("Pod"):
        problems.append(f"{gateway.friendly_name} selects no pod ({format_equal(selector)})")
    servers = []
    for server in mappings(gateway.spec.get("servers")):
        own = [text(host).rpartition("/")[2] for host in server.get("hosts") or ()]
        if any(hosts_overlap(one, other) for one in own for other in hosts):
            port, mode = mapping(server.get("port")), text(lookup(server, "tls", "mode"))
            tls = f" {mode}" if mode else ""
            servers.append(f"{port.get('number')}/{port.get('protocol')}{tls} {','.join(own)}")
    return GatewayPath(f"{namespace}/{name}", "Gateway", tuple(hosts), tuple(servers), _addresses(pods, snapshot))


def _addresses(pods: list[Resource], snapshot: Snapshot) -> tuple[str, ...]:
    """Where the Services in front of these pods are reached from outside."""
    found: list[str] = []
    for service in snapshot.all("Service"):
        selector = texts(service.spec.get("selector"))
        if selector and any(pod.namespace == service.namespace and picks(selector, pod.labels) for pod in pods):
            entries = mappings(lookup(service.data, "status", "loadBalancer", "ingress"))
            found += [text(entry.get("ip")) or text(entry.get("hostname")) for entry in entries]
            found += [str(each) for each in service.spec.get("externalIPs") or ()]
    return tuple(dict.fromkeys(address for address in found if address))


def _backends(owner: Resource, rule: dict[str, Any], service: Resource) -> Iterator[Destination]:
    entries = [each for each in mappings(rule.get("backendRefs")) if each.get("kind", "Service") == "Service"]
    weights = [each.get("weight") if isinstance(each.get("weight"), int) else 1 for each in entries]
    total = sum(int(weight or 0) for weight in weights)
    for entry, weight in zip(entries, weights, strict=True):
        namespace, name = text(entry.get("namespace")) or owner.namespace, text(entry.get("name"))
        share = round(100 * int(weight or 0) / total) if total else 0
        port = entry.get("port") if isinstance(entry.get("port"), int) else 0
        is_here = (namespace, name) == (service.namespace, service.name)
        yield Destination(
            name if namespace == owner.namespace else f"{name}.{namespace}", "", port or 0, share, is_here
        )


def _gateway_match(match: dict[str, Any]) -> str:
    words = []
    if path := mapping(match.get("path")):
        words.append(f"{path.get('value', '/')}{'' if path.get('type') == 'Exact' else '*'}")
    method = match.get("method")
    if isinstance(method, dict):
        words.append(f"method {text(method.get('service'))}/{text(method.get('method'))}")
    elif method:
        words.append(f"method {method}")
    for key, title in (("headers", "header"), ("queryParams", "query parameter")):
        words += [f"{title} {each.get('name')}={each.get('value')}" for each in mappings(match.get(key))]
    return " and ".join(words) or "everything"


def _parents(owner: Resource, snapshot: Snapshot, problems: list[str]) -> tuple[tuple[GatewayPath, ...], bool]:
    """The gateways that a route is attached to, and whether it is attached to a Service, thus counts in the mesh."""
    gateways, in_mesh = [], False
    for reference in mappings(owner.spec.get("parentRefs")):
        if reference.get("kind") in ("Service", "ServiceEntry"):
            in_mesh = True
            continue
        namespace, name = text(reference.get("namespace")) or owner.namespace, text(reference.get("name"))
        gateway = snapshot.find("KubernetesGateway", namespace, name)
        if gateway is None:
            if snapshot.knows("KubernetesGateway"):
                problems.append(f"{owner.friendly_name}: there is no Gateway {namespace}/{name}")
            continue
        listeners = [
            f"{each.get('port')}/{each.get('protocol')} {each.get('hostname') or '*'}"
            for each in mappings(gateway.spec.get("listeners"))
            if reference.get("sectionName") in (None, each.get("name"))
        ]
        addresses = [text(each.get("value")) for each in mappings(lookup(gateway.data, "status", "addresses"))]
        hosts = tuple(map(str, owner.spec.get("hostnames") or ("*",)))
        gateways.append(
            GatewayPath(f"{namespace}/{name}", "KubernetesGateway", hosts, tuple(listeners), tuple(addresses))
        )
    for parent in mappings(lookup(owner.data, "status", "parents")):
        problems += [
            f"{owner.friendly_name}: not {condition['type']}: {condition.get('message')}"
            for condition in mappings(parent.get("conditions"))
            if condition.get("type") in ("Accepted", "ResolvedRefs") and condition.get("status") == "False"
        ]
    return tuple(gateways), in_mesh
