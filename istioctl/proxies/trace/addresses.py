"""Which address a host name has, as far as a configuration dump tells."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

from istioctl.proxies.trace.dump import Config, Dump
from istioctl.proxies.trace.listeners import addresses
from istioctl.proxies.trace.request import IP


def address_of(dump: Dump, host: str, port: int) -> IP | None:
    """The address of a service; None where the dump does not say.

    The virtual host of an HTTP service lists its address beside its names, and a listener of its own that leads to the
    service's cluster, or reads its routes, stands at the address.
    """
    names = set(full_names(dump, host))
    for routes in dump.routes.values():
        for virtual_host in routes.get("virtual_hosts") or []:
            domains = [str(domain) for domain in virtual_host.get("domains") or []]
            if names.intersection(domains):
                for domain in domains:
                    if (found := _ip(domain)) is not None:
                        return found
    for listener in dump.listeners:
        if listener.get("traffic_direction") == "OUTBOUND" and names.intersection(_hosts(listener)):
            for address, own in addresses(listener):
                found = _ip(address)
                if own == port and found is not None and not found.is_unspecified:
                    return found
    return None


def full_names(dump: Dump, host: str) -> list[str]:
    """The names that a host may stand for, as a resolver in the pod completes it."""
    suffixes = ["", f".{dump.domain}"]
    labels = dump.domain.split(".")
    suffixes += ["." + ".".join(labels[start:]) for start in range(1, len(labels))]
    return [f"{host}{suffix}" for suffix in suffixes]


def _hosts(listener: Config) -> Iterator[str]:
    """The hosts of the clusters and route configurations that a listener leads to."""
    chains = [*(listener.get("filter_chains") or []), listener.get("default_filter_chain") or {}]
    for chain in chains:
        for each in chain.get("filters") or []:
            config = each.get("typed_config") or {}
            clusters = [str(config.get("cluster", ""))]
            clusters += [
                str(entry.get("name")) for entry in (config.get("weighted_clusters") or {}).get("clusters") or []
            ]
            for name in clusters:
                if name.count("|") == 3:
                    yield name.rpartition("|")[2]
            yield str((config.get("rds") or {}).get("route_config_name", "")).rpartition(":")[0]


def _ip(text: str) -> IP | None:
    try:
        return ip_address(text.strip("[]"))
    except ValueError:
        return None
