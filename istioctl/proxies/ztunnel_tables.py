"""Tables and selections of a ztunnel's dump: which entries, in which order, under which headings.

Sources: istio `istioctl/pkg/writer/ztunnel/configdump`: `workload.go`, `services.go`, `policies.go`,
`certificates.go` and `connections.go`. Names compare there as Go's strings.EqualFold has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from istioctl.proxies.ztunnel import ZtunnelDump

Entry = dict[str, Any]
Row = tuple[str, ...]

WORKLOAD_HEADER = ("NAMESPACE", "POD NAME", "ADDRESS", "NODE", "WAYPOINT", "PROTOCOL")
SERVICE_HEADER = ("NAMESPACE", "SERVICE NAME", "SERVICE VIP", "WAYPOINT", "ENDPOINTS")
POLICY_HEADER = ("NAMESPACE", "POLICY NAME", "ACTION", "SCOPE")
CERTIFICATE_HEADER = (
    "CERTIFICATE NAME", "TYPE", "STATUS", "VALID CERT", "SERIAL NUMBER", "NOT AFTER", "NOT BEFORE",
)  # fmt: skip
EXPIRY_HEADER = ("EXPIRES IN",)
CONNECTION_HEADER = ("WORKLOAD", "DIRECTION", "LOCAL", "REMOTE", "REMOTE TARGET", "PROTOCOL")

_DAY = timedelta(days=1)
_LONGEST_NUMBER = 100  # digits; RFC 5280 allows 49


class Selection(NamedTuple):
    """Which entries are wanted; an empty text wants all.

    Attributes:
        name: of a workload.
        address: one of a workload's addresses.
        node: of a workload.
        direction: `inbound` or `outbound`, of connections.
    """

    name: str = ""
    namespace: str = ""
    address: str = ""
    node: str = ""
    direction: str = ""


def workloads(dump: ZtunnelDump, selection: Selection = Selection()) -> list[Entry]:  # noqa: B008 - it is immutable
    """The selected workloads, in the dump's order."""
    wanted = selection.address.casefold()
    return [
        workload
        for workload in dump.workloads
        if _is_wanted(workload["name"], selection.name)
        and _is_wanted(workload["namespace"], selection.namespace)
        and _is_wanted(workload["node"], selection.node)
        and (not wanted or wanted in (address.casefold() for address in workload["workloadIps"] or ()))
    ]


def workload_rows(dump: ZtunnelDump, selection: Selection = Selection()) -> list[Row]:  # noqa: B008
    """The selected workloads under `WORKLOAD_HEADER`, by namespace, name and node."""
    waypoint_of = _Waypoints(dump)
    found = sorted(
        workloads(dump, selection), key=lambda entry: (f"{entry['namespace']}.{entry['name']}", entry["node"])
    )
    return [
        (
            entry["namespace"],
            entry["name"],
            ",".join(entry["workloadIps"] or ()) or entry["hostname"],
            entry["node"],
            waypoint_of(entry),
            entry["protocol"],
        )
        for entry in found
    ]


def services(dump: ZtunnelDump, selection: Selection = Selection()) -> list[Entry]:  # noqa: B008
    """The selected services by namespace, name and host name."""
    found = [entry for entry in dump.services if _is_wanted(entry["namespace"], selection.namespace)]
    return sorted(found, key=lambda entry: (entry["namespace"], entry["name"], entry["hostname"]))


def service_rows(dump: ZtunnelDump, selection: Selection = Selection()) -> list[Row]:  # noqa: B008
    """The selected services under `SERVICE_HEADER`, with how many of their endpoints are healthy."""
    waypoint_of = _Waypoints(dump)
    healthy = {entry["uid"]: entry["status"] == "Healthy" for entry in dump.workloads}
    rows: list[Row] = []
    for entry in services(dump, selection):
        endpoints = (entry["endpoints"] or {}).values()
        ready = sum(healthy.get(endpoint["workloadUid"], False) for endpoint in endpoints)
        addresses = ",".join(_address(vip) for vip in entry["vips"] or ())
        rows.append((entry["namespace"], entry["name"], addresses, waypoint_of(entry), f"{ready}/{len(endpoints)}"))
    return rows


def policies(dump: ZtunnelDump, selection: Selection = Selection()) -> list[Entry]:  # noqa: B008
    """The selected authorization policies by namespace and name."""
    found = [entry for entry in dump.policies if _is_wanted(entry["namespace"], selection.namespace)]
    return sorted(found, key=lambda entry: (entry["namespace"], entry["name"]))


def policy_rows(dump: ZtunnelDump, selection: Selection = Selection()) -> list[Row]:  # noqa: B008
    """The selected policies under `POLICY_HEADER`."""
    return [(entry["namespace"], entry["name"], entry["action"], entry["scope"]) for entry in policies(dump, selection)]


def certificate_rows(dump: ZtunnelDump, now: datetime, *, within: timedelta | None = None) -> list[Row]:
    """All certificates under `CERTIFICATE_HEADER` and `EXPIRY_HEADER`: of each identity the chain, then its roots.

    Args:
        now: decides which are valid, and how long still.
        within: leave out those that are good for longer, and identities without a certificate.
    """
    rows: list[Row] = []
    for secret in dump.certificates:
        state = "Unavailable" if "Unavailable" in secret["state"] else secret["state"]
        chain, roots = secret["certChain"] or [], secret["rootCerts"] or []
        if not chain:
            if within is None:
                rows.append((secret["identity"], "NA", state, "false", "NA", "NA", "NA", "NA"))
            continue
        kinds = ["Leaf"] + ["Intermediate"] * (len(chain) - 1)
        if len(chain) > 1 and not roots:  # before 1.24, the root was the end of the chain
            kinds[-1] = "Root"
        for kind, certificate in [*zip(kinds, chain, strict=True), *(("Root", root) for root in roots)]:
            left = _time_left(certificate, now)
            if within is None or (left is not None and left <= within):
                rows.append(
                    (
                        secret["identity"],
                        kind,
                        state,
                        "true" if _is_valid(certificate, now) else "false",
                        _serial_number(certificate["serialNumber"]),
                        certificate["expirationTime"] or "NA",
                        certificate["validFrom"] or "NA",
                        "NA" if left is None else f"{left // _DAY}d",
                    )
                )
    return rows


def certificates(dump: ZtunnelDump, now: datetime, *, within: timedelta | None = None) -> list[Entry]:
    """The identities with their certificates; with `within`, those that have one which is not good for longer."""
    if within is None:
        return dump.certificates

    def expires(certificate: Mapping[str, str]) -> bool:
        left = _time_left(certificate, now)
        return left is not None and left <= within

    return [
        secret
        for secret in dump.certificates
        if any(expires(each) for each in (*(secret["certChain"] or ()), *(secret["rootCerts"] or ())))
    ]


def states(dump: ZtunnelDump, selection: Selection = Selection()) -> list[Entry]:  # noqa: B008
    """The workloads of the ztunnel's node that are selected, by namespace and name."""
    found = [
        state
        for state in dump.states
        if selection.namespace in ("", state["info"]["namespace"]) and _is_wanted(state["info"]["name"], selection.name)
    ]
    return sorted(found, key=lambda state: (state["info"]["namespace"], state["info"]["name"]))


def connection_rows(dump: ZtunnelDump, selection: Selection, *, raw: bool = False) -> list[Row]:
    """The connections of the selected workloads under `CONNECTION_HEADER`.

    Args:
        raw: show addresses rather than the names of services and workloads that have them.
    """
    name_of = (lambda address: address) if raw else _Names(dump)
    rows: list[Row] = []
    for state in states(dump, selection):
        workload = f"{state['info']['name']}.{state['info']['namespace']}"
        connections = state["connections"]
        if selection.direction != "outbound":
            for entry in connections["inbound"] or ():
                local, remote, target = name_of(entry["actualDst"]), name_of(entry["src"]), entry["originalDst"]
                rows.append((workload, "Inbound", local, remote, target, entry["protocol"]))
        if selection.direction != "inbound":
            for entry in connections["outbound"] or ():
                local, remote, target = (name_of(entry[key]) for key in ("src", "actualDst", "originalDst"))
                rows.append((workload, "Outbound", local, remote, target, entry["protocol"]))
    return rows


def _is_wanted(value: str, wanted: str) -> bool:
    return not wanted or value.casefold() == wanted.casefold()


def _address(vip: str) -> str:
    """The address of `NETWORK/ADDRESS`."""
    return vip.partition("/")[2]


class _Waypoints:
    """Names the waypoint of a workload or service: the first service that has its address or its host name."""

    def __init__(self, dump: ZtunnelDump) -> None:
        self._names: dict[str, str] = {}
        for service in dump.services:
            for key in (f"{service['namespace']}/{service['hostname']}", *(service["vips"] or ())):
                self._names.setdefault(key, service["name"])

    def __call__(self, entry: Entry) -> str:
        waypoint = entry.get("waypoint")
        return "None" if waypoint is None else self._names.get(waypoint["destination"], "NA")


class _Names:
    """Turns `ADDRESS:PORT` into `NAME:PORT` where a service or workload has the address as its first."""

    def __init__(self, dump: ZtunnelDump) -> None:
        self._names = {
            _first(entry["workloadIps"]): f"{entry['name']}.{entry['namespace']}" for entry in dump.workloads
        } | {_address(_first(entry["vips"])): entry["hostname"] for entry in dump.services}
        self._names.pop("", None)

    def __call__(self, address: str) -> str:
        host, colon, port = address.rpartition(":")
        name = self._names.get(host.removeprefix("[").removesuffix("]")) if colon else None
        if name is None:
            return address
        return f"[{name}]:{port}" if ":" in name else f"{name}:{port}"


def _first(values: Iterable[str] | None) -> str:
    return next(iter(values or ()), "")


def _serial_number(text: str) -> str:
    """A decimal serial number as the hexadecimal digits that certificates show."""
    digits = text.removeprefix("-")
    if not (digits.isascii() and digits.isdecimal()) or len(digits) > _LONGEST_NUMBER:
        return "NA"
    return f"{int(text):x}"


def _is_valid(certificate: Mapping[str, str], now: datetime) -> bool:
    start, end = _moment(certificate["validFrom"]), _moment(certificate["expirationTime"])
    return start is not None and end is not None and start < now < end


def _time_left(certificate: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long a certificate is still good, negative once it is over; None where the dump does not tell."""
    end = _moment(certificate["expirationTime"])
    return None if end is None else end - now


def _moment(text: str) -> datetime | None:
    """A time as RFC 3339 writes it."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else None
