"""Checking the annotations by which a pod steers its sidecar.

Rules: Istio's `pkg/kube/inject/validate.go`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping

from istioctl.api import quantities
from istioctl.api.names import INTERCEPTION_MODE, MERGE_METRICS, PROXY_CONFIG, STATUS_PORT
from istioctl.errors import InputError
from istioctl.golang import strconv
from istioctl.injection import mesh

_INTERFACE = re.compile(r"[a-zA-Z][a-zA-Z0-9_.\-]*")


def read_bool(text: str) -> bool | None:
    """The boolean that an annotation says; None where it says none."""
    return strconv.parse_bool(text) if strconv.is_bool(text) else None


def check(annotations: Mapping[str, str]) -> None:
    """Check the values of all annotations that Istio knows.

    Raises:
        InputError: one or more values are wrong; the message names each annotation.
    """
    problems = []
    for name in sorted(annotations.keys() & _CHECKS.keys()):
        try:
            _CHECKS[name](annotations[name])
        except (ValueError, InputError) as error:
            said = error.message if isinstance(error, InputError) else str(error)
            problems.append(f"annotation {name}: '{annotations[name]}': {said}")
    if problems:
        raise InputError("; ".join(problems), id="bad-annotation")


def _interception_mode(value: str) -> None:
    if value not in ("REDIRECT", "TPROXY", "NONE"):
        raise ValueError("it must be REDIRECT, TPROXY or NONE")


def _port(value: str) -> None:
    text = value.strip()
    if not (text.isascii() and text.isdigit()) or int(text) > 65535:
        raise ValueError(f"'{text}' is not a port from 0 to 65535")


def _ports(value: str) -> None:
    if value.strip():
        for part in value.strip().split(","):
            _port(part)


def _ports_or_all(value: str) -> None:
    if value != "*":
        _ports(value)


def _ranges(value: str) -> None:
    if value:
        for part in value.split(","):
            _range(part)


def _ranges_or_all(value: str) -> None:
    if value != "*":
        _ranges(value)


def _range(text: str) -> None:
    import ipaddress

    address, slash, bits = text.rpartition("/")
    problem = f"'{text}' is not an IP range such as 10.0.0.0/8"
    if not slash or not re.fullmatch(r"0|[1-9]\d{0,2}", bits) or "%" in address:
        raise ValueError(problem)
    try:
        size = ipaddress.ip_address(address).max_prefixlen
    except ValueError:
        raise ValueError(problem) from None
    if int(bits) > size:
        raise ValueError(problem)


def _uint32(value: str) -> None:
    if not (value.isascii() and value.isdigit()) or int(value) >= 1 << 32:
        raise ValueError("it must be a whole number, zero or above")


def _boolean(value: str) -> None:
    if not strconv.is_bool(value):
        raise ValueError("it must be true or false")


def _quantity(value: str) -> None:
    if any(unicodedata.category(char) == "Cc" for char in value):
        raise ValueError("it holds control characters")
    quantities.parse(value)


def _interfaces(value: str) -> None:
    if value:
        for name in value.split(","):
            name = name.strip()
            if not _INTERFACE.fullmatch(name) or len(name) > 15:
                raise ValueError(f"'{name}' is not the name of a network interface")


def _proxy_config(value: str) -> None:
    mesh.check_proxy(value, PROXY_CONFIG)


_CHECKS: dict[str, Callable[[str], None]] = {
    INTERCEPTION_MODE: _interception_mode,
    STATUS_PORT: _port,
    "readiness.status.sidecar.istio.io/initialDelaySeconds": _uint32,
    "readiness.status.sidecar.istio.io/periodSeconds": _uint32,
    "readiness.status.sidecar.istio.io/failureThreshold": _uint32,
    "traffic.sidecar.istio.io/includeOutboundIPRanges": _ranges_or_all,
    "traffic.sidecar.istio.io/excludeOutboundIPRanges": _ranges,
    "traffic.sidecar.istio.io/includeInboundPorts": _ports_or_all,
    "traffic.sidecar.istio.io/excludeInboundPorts": _ports,
    "traffic.sidecar.istio.io/excludeOutboundPorts": _ports,
    "traffic.sidecar.istio.io/excludeInterfaces": _interfaces,
    "traffic.sidecar.istio.io/kubevirtInterfaces": _interfaces,
    "istio.io/reroute-virtual-interfaces": _interfaces,
    MERGE_METRICS: _boolean,
    PROXY_CONFIG: _proxy_config,
    "sidecar.istio.io/proxyCPU": _quantity,
    "sidecar.istio.io/proxyMemory": _quantity,
    "sidecar.istio.io/proxyCPULimit": _quantity,
    "sidecar.istio.io/proxyMemoryLimit": _quantity,
}
