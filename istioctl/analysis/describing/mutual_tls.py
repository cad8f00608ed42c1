"""Which mTLS mode holds for a workload, and which one its clients use; each with the object that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from istioctl.analysis.analyzers.hosts import full_host
from istioctl.analysis.resources import Resource
from istioctl.api.selectors import picks
from istioctl.api.trees import lookup, mapping, mappings, text, texts

DEFAULT = "the default"
AUTOMATIC = "automatic mTLS"


@dataclass(frozen=True, slots=True)
class Mode:
    """A mode and what sets it: `PeerAuthentication ns/name`, `DestinationRule ns/name`, or a default's name."""

    mode: str
    source: str

    def as_data(self) -> dict[str, str]:
        """For `-o json`."""
        return {"mode": self.mode, "source": self.source}


@dataclass(frozen=True, slots=True)
class ServerMode:
    """What a workload accepts.

    Attributes:
        by_port: ports of the workload with a mode of their own.
        applied: all policies that select the workload, those that others override included.
    """

    workload: Mode
    by_port: Mapping[int, Mode] = field(default_factory=dict)
    applied: tuple[str, ...] = ()

    def at(self, port: int) -> Mode:
        """The mode at a port of the workload."""
        return self.by_port.get(port, self.workload)

    def as_data(self) -> dict[str, Any]:
        """For `-o json`."""
        ports = {str(port): mode.as_data() for port, mode in sorted(self.by_port.items())}
        return {**self.workload.as_data(), "ports": ports, "applied": list(self.applied)}


def server_mode(policies: Iterable[Resource], labels: dict[str, str], namespace: str, root: str) -> ServerMode:
    """The mode of a workload (upstream `pilot/pkg/security/authn/policy_applier.go`, ComposePeerAuthentication).

    At each level, mesh, namespace and workload, the oldest policy counts; the narrower level wins, and inherits what it
    leaves unset. A policy with a selector in the root namespace selects nothing.

    Args:
        policies: all PeerAuthentications.
        labels, namespace: the workload's.
        root: the mesh's root namespace.
    """
    mesh: Resource | None = None
    broad: Resource | None = None
    narrow: Resource | None = None
    applied = []
    for policy in sorted(policies, key=_age):
        wanted = _selector(policy)
        if policy.namespace not in (namespace, root) or not picks(wanted, labels):
            continue
        applied.append(f"{policy.name}.{policy.namespace}")
        if not wanted and policy.namespace == root:
            mesh = mesh or policy
        elif not wanted:
            broad = broad or policy
        elif policy.namespace != root:
            narrow = narrow or policy
    found = Mode("PERMISSIVE", DEFAULT)
    for policy_ in (mesh, broad, narrow):
        if policy_ is not None and (mode := _mode(policy_.spec.get("mtls"))):
            found = Mode(mode, policy_.friendly_name)
    ports: dict[int, Mode] = {}
    for port, settings in mapping(narrow.spec.get("portLevelMtls")).items() if narrow else ():
        if str(port).isdecimal():
            mode = _mode(settings)
            ports[int(port)] = Mode(mode, narrow.friendly_name) if mode and narrow else found
    return ServerMode(found, ports, tuple(applied))


def destination_rules(rules: Iterable[Resource], host: str, namespace: str, root: str) -> list[Resource]:
    """The DestinationRules for a host, the one that counts for most clients first.

    That is one of the host's own namespace, else of the root namespace; one elsewhere counts for the clients of its own
    namespace. Of several in a namespace the most specific host counts, then the oldest rule.
    """
    found = [(rule, _specificity(full_host(rule.namespace, text(rule.spec.get("host"))), host)) for rule in rules]
    places = {namespace: 0, root: 1}
    ordered = [(places.get(rule.namespace, 2), -rank, _age(rule), rule) for rule, rank in found if rank]
    return [rule for *_, rule in sorted(ordered, key=lambda each: each[:3])]


def client_mode(
    rule: Resource | None, port: int, subset: str, *, server: Mode, has_proxy: bool, automatic: bool
) -> Mode:
    """What clients with a proxy use towards a port of a service.

    Args:
        rule: the DestinationRule that counts for them.
        port: the service's port.
        subset: the subset that is called; empty for none.
        server: what the workload accepts.
        has_proxy: whether the workload has a sidecar or a ztunnel, that can answer mTLS.
        automatic: whether the mesh has `enableAutoMtls`.
    """
    policies: list[object] = []
    if rule is not None:
        own = [each for each in mappings(rule.spec.get("subsets")) if subset and each.get("name") == subset]
        for policy in (*(each.get("trafficPolicy") for each in own), rule.spec.get("trafficPolicy")):
            levels = mappings(mapping(policy).get("portLevelSettings"))
            policies += [each for each in levels if lookup(each, "port", "number") == port]
            policies.append(policy)
    for policy in policies:
        tls = mapping(policy).get("tls")
        if isinstance(tls, dict) and rule is not None:
            return Mode(text(tls.get("mode")) or "DISABLE", rule.friendly_name)
    if not automatic:
        return Mode("DISABLE", "meshConfig.enableAutoMtls: false")
    usable = has_proxy and server.mode != "DISABLE"
    return Mode("ISTIO_MUTUAL" if usable else "DISABLE", AUTOMATIC)


def conflict(client: Mode, server: Mode, *, has_proxy: bool) -> str:
    """Why a client of that mode can't reach such a server; empty where it can."""
    if client.mode == "ISTIO_MUTUAL" and not has_proxy:
        return f"{client.source} makes clients use mTLS, but the pods have no proxy to answer it"
    if client.mode == "ISTIO_MUTUAL" and server.mode == "DISABLE":
        return f"{client.source} makes clients use mTLS, but {server.source} turns it off for the pods"
    if client.mode != "ISTIO_MUTUAL" and server.mode == "STRICT" and has_proxy:
        words = "plain text" if client.mode == "DISABLE" else f"TLS of mode {client.mode}"
        return f"{client.source} makes clients send {words}, but {server.source} accepts only mTLS"
    return ""


def _mode(settings: object) -> str:
    mode = text(mapping(settings).get("mode"))
    return "" if mode == "UNSET" else mode


def _selector(policy: Resource) -> dict[str, str]:
    return texts(lookup(policy.spec, "selector", "matchLabels"))


def _age(resource: Resource) -> tuple[str, str, str]:
    return text(lookup(resource.data, "metadata", "creationTimestamp")), resource.namespace, resource.name


def _specificity(pattern: str, host: str) -> int:
    """How closely a DestinationRule's host fits: 0 not at all, and more the longer the pattern is."""
    if pattern == host:
        return 100_000
    if pattern == "*" or (pattern.startswith("*.") and host.endswith(pattern[1:])):
        return len(pattern)
    return 0
