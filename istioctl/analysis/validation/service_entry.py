"""ServiceEntry, WorkloadEntry and WorkloadGroup.

Source: istio `pkg/config/validation/validation.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.analysis.validation import protocols, shared
from istioctl.analysis.validation.gateway import UNIX
from istioctl.api import formats
from istioctl.api.names import USE_WAYPOINT
from istioctl.golang.netip import is_address
from istioctl.patterns import lazy_pattern

if TYPE_CHECKING:
    from istioctl.analysis.validation.decode import Spec
    from istioctl.analysis.validation.objects import Metadata
    from istioctl.analysis.validation.report import Place

_PROBE_HEADER = lazy_pattern(r"[-A-Za-z0-9]+\Z")
_AUTO_ALLOCATE = "networking.istio.io/enable-autoallocate-ip"


def check(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a ServiceEntry."""
    if not _selector(spec, place):
        return
    if "workloadSelector" in spec and spec.get("endpoints"):
        (place / "endpoints").error("can't be combined with workloadSelector")
    hosts, resolution = spec.get("hosts", []), spec.get("resolution", "NONE")
    if not hosts:
        (place / "hosts").error("at least one host must be set")
    for i, host in enumerate(hosts):
        at = place / "hosts" / i
        if host == "*":
            at.error("the host * is not allowed here")
            continue
        at.expect(formats.wildcard_domain(host))
        if resolution != "DYNAMIC_DNS" and (problem := formats.partial_wildcard(host)):
            at.warn(problem)
    addresses = spec.get("addresses", [])
    for i, address in enumerate(addresses):
        (place / "addresses" / i).expect(formats.subnet(address))
    if any("/" in address for address in addresses) and resolution not in ("NONE", "STATIC"):
        (place / "addresses").error(f"CIDR blocks do not work with resolution {resolution}", "Use NONE or STATIC.")
    _ports(spec, meta, place / "ports")
    _RESOLUTIONS.get(resolution, _unknown_resolution)(spec, meta, place)
    if resolution != "NONE" and len(hosts) > 1:
        _distinguishable(spec, place)
    shared.export_to(spec, place, meta.namespace, may_hide=True)


def _selector(spec: Spec, place: Place) -> bool:
    """Check the workload selector; whether the rest is worth looking at."""
    before = len(place.report.errors)
    shared.match_labels(spec, place, "workloadSelector", "labels")
    return len(place.report.errors) == before


def _ports(spec: Spec, meta: Metadata, place: Place) -> None:
    ports = spec.get("ports", [])
    allocated = _has_allocated_address(spec, meta)
    for field, absent in (("name", ""), ("number", "0")):
        for i in shared.duplicates(str(port.get(field, absent)) for port in ports):
            (place / i / field).error(f"the port {field} {ports[i].get(field, absent)} is there twice")
    for i, port in enumerate(ports):
        at = place / i
        if port.get("targetPort"):
            (at / "targetPort").expect(formats.port(port["targetPort"]))
        if not spec.get("addresses") and not allocated and port.get("protocol", "") in ("", "TCP"):
            at.warn("a TCP port needs addresses, or automatic allocation of them, to be told from others")
        (at / "name").expect(formats.port_name(port.get("name", "")))
        (at / "protocol").expect(protocols.problem(port.get("protocol", "")))
        (at / "number").expect(formats.port(port.get("number", 0)))


def _has_allocated_address(spec: Spec, meta: Metadata) -> bool:
    """Whether istiod gives an entry without addresses one (istio `pilot/pkg/networking/serviceentry`)."""
    return spec.get("resolution", "NONE") != "NONE" and meta.labels.get(_AUTO_ALLOCATE, "").lower() != "false"


def _without_resolution(spec: Spec, meta: Metadata, place: Place) -> None:
    del meta
    if spec.get("endpoints"):
        (place / "endpoints").error("are not allowed with resolution NONE", "Use STATIC or DNS.")
    if "workloadSelector" in spec:
        (place / "workloadSelector").warn("has no effect with resolution NONE")


def _static(spec: Spec, meta: Metadata, place: Place) -> None:
    del meta
    port_names = {port.get("name", "") for port in spec.get("ports", [])}
    for i, endpoint in enumerate(spec.get("endpoints", [])):
        _workload(endpoint, place / "endpoints" / i, port_names)


def _dns(spec: Spec, meta: Metadata, place: Place) -> None:
    del meta
    endpoints, hosts = spec.get("endpoints", []), spec.get("hosts", [])
    resolution = spec["resolution"]
    if not endpoints:
        bad = next((i for i, host in enumerate(hosts) if formats.domain(host)), None)
        if bad is not None:
            at = place / "hosts" / bad
            at.error(f"{formats.domain(hosts[bad])}; without endpoints, resolution {resolution} looks up each host")
    if resolution == "DNS_ROUND_ROBIN" and len(endpoints) > 1:
        (place / "endpoints").error("resolution DNS_ROUND_ROBIN takes one endpoint at most")
    port_names = {port.get("name", "") for port in spec.get("ports", [])}
    for i, endpoint in enumerate(endpoints):
        at = place / "endpoints" / i
        address = endpoint.get("address", "")
        if formats.domain(address) and not is_address(address):
            (at / "address").error(f'"{address}" is neither a domain name nor an IP address')
        shared.labels(endpoint.get("labels", {}), at / "labels")
        _workload_ports(endpoint, at, port_names)
    if spec.get("addresses") and len(hosts) > 1:
        tcp = (port for port in spec.get("ports", []) if protocols.is_tcp(protocols.parse(port.get("protocol", ""))))
        if next(tcp, None):
            (place / "hosts").warn("several hosts with an address and a TCP port can't be told apart")


def _dynamic_dns(spec: Spec, meta: Metadata, place: Place) -> None:
    if not spec.get("hosts"):
        (place / "hosts").error("resolution DYNAMIC_DNS needs a wildcard host")
    for i, host in enumerate(spec.get("hosts", [])):
        if not formats.is_wildcard(host):
            (place / "hosts" / i).error("must be a wildcard with resolution DYNAMIC_DNS")
    for field in ("addresses", "endpoints"):
        if spec.get(field):
            (place / field).error("can't be set with resolution DYNAMIC_DNS, which looks up the requested host")
    for i, port in enumerate(spec.get("ports", [])):
        if protocols.parse(port.get("protocol", "")) not in ("HTTP", "TLS", "GRPC", "HTTP2"):
            (place / "ports" / i / "protocol").error("resolution DYNAMIC_DNS works with HTTP, HTTP2, GRPC and TLS only")
    location = spec.get("location", "MESH_EXTERNAL")
    if location not in ("MESH_EXTERNAL", "MESH_INTERNAL"):
        (place / "location").error("must be MESH_EXTERNAL or MESH_INTERNAL")
    waypoint = meta.labels.get(USE_WAYPOINT, "")
    if location == "MESH_INTERNAL" and waypoint and waypoint.lower() != "none":
        (place / "location").error("MESH_INTERNAL with resolution DYNAMIC_DNS does not work with a waypoint")


def _unknown_resolution(spec: Spec, meta: Metadata, place: Place) -> None:
    del meta
    (place / "resolution").error(f"{spec['resolution']} is not a resolution")


_RESOLUTIONS = {
    "NONE": _without_resolution,
    "STATIC": _static,
    "DNS": _dns,
    "DNS_ROUND_ROBIN": _dns,
    "DYNAMIC_DNS": _dynamic_dns,
}


def _distinguishable(spec: Spec, place: Place) -> None:
    for i, port in enumerate(spec.get("ports", [])):
        protocol = protocols.parse(port.get("protocol", ""))
        if not protocols.is_http(protocol) and not protocols.is_tls(protocol):
            (place / "ports" / i).error(
                "several hosts on this port can't be told apart: only HTTP and TLS name the host"
            )
            break


def check_workload_entry(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a WorkloadEntry."""
    del meta
    _workload(spec, place, None)


def _workload(workload: Spec, place: Place, port_names: set[str] | None) -> None:
    """A workload's address, ports and labels.

    Args:
        port_names: the ports of the ServiceEntry the workload is an endpoint of; such a workload has an IP address.
    """
    address, at = workload.get("address", ""), place / "address"
    if not address:
        if not workload.get("network"):
            place.error("the address is missing")
            return
        place.warn(f'there is no address, only the network "{workload["network"]}"')
    if address.startswith(UNIX):
        at.expect(formats.unix_socket(address.removeprefix(UNIX)))
        if workload.get("ports"):
            (place / "ports").error("can't be combined with the address of a Unix socket")
    elif address and not is_address(address):
        if port_names is not None:
            at.error(f'"{address}" is not an IP address')
        elif formats.domain(address):
            at.error(f'"{address}" is neither a domain name nor an IP address')
    _workload_ports(workload, place, port_names)
    shared.labels(workload.get("labels", {}), place / "labels")
    if address.startswith(UNIX) and port_names is not None and len(port_names) != 1:
        at.error("a Unix socket needs a ServiceEntry of exactly one port")


def _workload_ports(workload: Spec, place: Place, port_names: set[str] | None) -> None:
    for name, number in workload.get("ports", {}).items():
        at = place / "ports" / name
        if port_names is not None and name not in port_names:
            at.error(f"{number} is for a port of a name that the ServiceEntry does not have")
        at.expect(formats.port_name(name))
        at.expect(formats.port(number))


def check_workload_group(spec: Spec, meta: Metadata, place: Place) -> None:
    """Check a WorkloadGroup."""
    del meta
    if "template" not in spec:
        place.error("the template is missing")
        return
    before = len(place.report.errors)
    (place / "metadata" / "labels").expect("; ".join(formats.labels(spec.get("metadata", {}).get("labels", {}))))
    if "probe" in spec and len(place.report.errors) == before:
        _probe(spec["probe"], place / "probe")


def _probe(probe: Spec, place: Place) -> None:
    for field in ("periodSeconds", "initialDelaySeconds", "timeoutSeconds", "successThreshold", "failureThreshold"):
        if probe.get(field, 0) < 0:
            (place / field).error(f"{probe[field]} is negative")
    if "httpGet" in probe:
        http, at = probe["httpGet"], place / "httpGet"
        (at / "port").expect(formats.port(http.get("port", 0)))
        if http.get("scheme", "") not in ("", "HTTP", "HTTPS"):
            (at / "scheme").error(f'"{http["scheme"]}" is neither HTTP nor HTTPS')
        for i, header in enumerate(http.get("httpHeaders", [])):
            name = header.get("name", "")
            if not _PROBE_HEADER.match(name):
                (at / "httpHeaders" / i).error(f'"{name}" is not a header name')
    elif "tcpSocket" in probe:
        (place / "tcpSocket" / "port").expect(formats.port(probe["tcpSocket"].get("port", 0)))
    elif "exec" in probe:
        if not probe["exec"].get("command"):
            (place / "exec").error("the command is missing")
    else:
        place.error("one of httpGet, tcpSocket and exec must be set")
