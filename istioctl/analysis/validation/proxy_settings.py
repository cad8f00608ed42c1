"""The settings of one proxy, as the annotation `proxy.istio.io/config` holds them.

Source: istio.io/api `mesh/v1alpha1/proxy.proto`, istio `pkg/config/validation/agent/validation.go`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.analysis.validation import names
from istioctl.analysis.validation.decode import decode
from istioctl.analysis.validation.report import Place, Report
from istioctl.errors import InputError
from istioctl.golang.netip import is_address

if TYPE_CHECKING:
    from istioctl.analysis.validation.decode import Spec

_SECOND = 1_000_000_000
_REQUIRED = ("configPath", "binaryPath", "serviceCluster")
#: Addresses by where they are, and whether an empty one means none.
_ADDRESSES = (
    (("discoveryAddress",), False),
    (("statsdUdpAddress",), True),
    (("envoyMetricsServiceAddress",), True),
    (("envoyMetricsService", "address"), True),
    (("envoyAccessLogService", "address"), True),
    (("tracing", "zipkin", "address"), False),
    (("tracing", "datadog", "address"), False),
    (("tracing", "lightstep", "address"), False),
)


def problem(text: str) -> str:
    """What is wrong with settings as YAML; empty where they are in order. Fields that are not known are let pass."""
    from istioctl.yamldoc.reader import compose_all, to_data

    try:
        document = next(compose_all(text, "the annotation"), None)
        root = document.root if document else None
        if root is not None:
            to_data(root, "the annotation")  # what JSON can't say, such as null as a key, is found here
    except InputError as error:
        return str(error)
    if root is None or (root.kind == "scalar" and root.value in ("", "null", "~")):
        return ""
    if root.kind != "mapping":
        return "it is no mapping"
    report = Report(root)
    place = Place(report, ())
    _check(decode(root, "istio.mesh.v1alpha1.ProxyConfig", place), place)
    found = next((error for error in report.errors if not error.message.startswith("unknown field")), None)
    return f"{found.path}: {found.message}" if found else ""


def _check(settings: Spec, place: Place) -> None:
    for name in _REQUIRED:
        if settings.get(name) == "":
            (place / name).error("must be set")
    if "drainDuration" in settings:
        drain, at = settings["drainDuration"], place / "drainDuration"
        at.expect(names.duration(drain) or ("must be a whole number of seconds" if drain % _SECOND else ""))
    for name in ("proxyAdminPort", "statusPort"):
        if name in settings:
            (place / name).expect(names.port(settings[name]))
    if settings.get("controlPlaneAuthPolicy", "NONE") not in ("NONE", "MUTUAL_TLS"):
        (place / "controlPlaneAuthPolicy").error("must be NONE or MUTUAL_TLS")
    for path, may_be_empty in _ADDRESSES:
        _address(settings, path, place, may_be_empty=may_be_empty)
    if "lightstep" in settings.get("tracing", {}) and not settings["tracing"]["lightstep"].get("accessToken"):
        (place / "tracing" / "lightstep").error("the access token is missing")
    if "privateKeyProvider" in settings:
        _private_keys(settings["privateKeyProvider"], place / "privateKeyProvider")


def _private_keys(provider: Spec, place: Place) -> None:
    if not provider:
        place.error("the provider is missing")
    for name, of in provider.items():
        if not of.get("pollDelay"):
            (place / name / "pollDelay").error("must be set, and not zero")


def _address(settings: Spec, path: tuple[str, ...], place: Place, *, may_be_empty: bool) -> None:
    """Check an address of the form host:port, where it, or what it is a part of, is given."""
    *owners, name = path
    for owner in owners:
        if owner not in settings:
            return
        settings, place = settings[owner], place / owner
    if not owners and name not in settings:
        return
    address = settings.get(name, "")
    known = address.replace("$(HOST_IP)", "127.0.0.1", 1) if path[-2:-1] in (("zipkin",), ("datadog",)) else address
    host, colon, port = known.rpartition(":")
    host = host[1:-1] if host.startswith("[") and host.endswith("]") else "" if ":" in host else host
    usable = colon and port.isdecimal() and not names.port(int(port)) and (is_address(host) or not names.domain(host))
    if not usable and not (may_be_empty and not address):
        (place / name).error(f'"{address}" is not of the form host:port')
