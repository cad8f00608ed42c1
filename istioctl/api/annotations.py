"""Istio's annotations: what each goes on, how stable it is, and what its value must be.

Sources: istio.io/api `annotation/annotations.yaml`, and istio `pkg/kube/inject/validate.go` for the values.
"""

import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

from istioctl.api import names, quantities
from istioctl.golang.netip import is_prefix
from istioctl.golang.strconv import is_bool
from istioctl.patterns import lazy_pattern

Check = Callable[[str], str]
"""What is wrong with a value; empty where it is in order."""


class Annotation(NamedTuple):
    """One annotation.

    Attributes:
        kinds: what it goes on; `Any` for everything.
        stage: of the feature: `alpha`, `beta` or `stable`.
        deprecated: whether it is on its way out.
        check: what its value must be; None where nobody checks it.
    """

    kinds: tuple[str, ...]
    stage: str = "alpha"
    deprecated: bool = False
    check: Check | None = None


def value_problem(name: str, value: str) -> str:
    """What is wrong with the value of an annotation; empty where it is in order, or not checked.

    The text of `proxy.istio.io/config` is not looked at here: it is a part of the mesh configuration.
    """
    known = ANNOTATIONS.get(name)
    return known.check(value) if known and known.check else ""


def value_problems(annotations: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with which annotation of an object, by name, in alphabetical order."""
    found = {name: value_problem(name, annotations[name]) for name in sorted(annotations.keys() & ANNOTATIONS.keys())}
    return {name: problem for name, problem in found.items() if problem}


def _interception(value: str) -> str:
    return "" if value in ("REDIRECT", "TPROXY", "NONE") else f"'{value}' is not one of REDIRECT, TPROXY and NONE"


def _is_below(text: str, limit: int) -> bool:
    """Whether `text` is a whole number from 0 to below `limit` (strconv.ParseUint)."""
    digits = text.lstrip("0") or text[-1:]
    return text.isascii() and text.isdecimal() and len(digits) <= 10 and int(digits) < limit


def _uint32(value: str) -> str:
    return "" if _is_below(value, 1 << 32) else f"'{value}' is not a whole number from 0 to 4294967295"


def _port(value: str) -> str:
    text = value.strip()
    return "" if _is_below(text, 1 << 16) else f"'{text}' is not a port from 0 to 65535"


def _each(value: str, check: Check) -> str:
    return next((problem for part in value.split(",") if (problem := check(part))), "")


def _ports(value: str) -> str:
    return _each(value.strip(), _port) if value.strip() else ""


def _ports_or_all(value: str) -> str:
    return "" if value == "*" else _ports(value)


def _block(value: str) -> str:
    return "" if is_prefix(value) else f"'{value}' is not an IP range such as 10.0.0.0/8"


def _blocks(value: str) -> str:
    return _each(value, _block) if value else ""


def _blocks_or_all(value: str) -> str:
    return "" if value == "*" else _blocks(value)


_INTERFACE = lazy_pattern(r"[a-zA-Z][a-zA-Z0-9_.-]{0,14}")


def _interface(value: str) -> str:
    name = value.strip()
    return "" if _INTERFACE.fullmatch(name) else f"'{name}' is not the name of a network interface"


def _interfaces(value: str) -> str:
    return _each(value, _interface) if value else ""


def _boolean(value: str) -> str:
    return "" if is_bool(value) else f"'{value}' is neither true nor false"


def _quantity(value: str) -> str:
    if any(unicodedata.category(char) == "Cc" for char in value):
        return "it holds control characters"
    try:
        quantities.canonical(value)
    except ValueError as error:
        return str(error)
    return ""


_POD, _SERVICE, _GATEWAY, _ENTRY = ("Pod",), ("Service",), ("Gateway",), ("WorkloadEntry",)

#: Every annotation that Istio knows.
ANNOTATIONS: dict[str, Annotation] = {
    "alpha.istio.io/canonical-serviceaccounts": Annotation(_SERVICE, deprecated=True),
    "alpha.istio.io/kubernetes-serviceaccounts": Annotation(_SERVICE, deprecated=True),
    "ambient.istio.io/bypass-inbound-capture": Annotation(_POD),
    "ambient.istio.io/dns-capture": Annotation(_POD),
    names.AMBIENT_REDIRECTION: Annotation(_POD, "beta"),
    "ambient.istio.io/waypoint-inbound-binding": Annotation(("GatewayClass", "Gateway")),
    "galley.istio.io/analyze-suppress": Annotation(("Any",)),
    "gateway.istio.io/controller-version": Annotation(("Any",)),
    "gateway.istio.io/name-override": Annotation(_GATEWAY),
    "gateway.istio.io/service-account": Annotation(_GATEWAY),
    names.TEMPLATES: Annotation(_POD),
    "istio.io/autoRegistrationGroup": Annotation(_ENTRY),
    "istio.io/connectedAt": Annotation(_ENTRY),
    "istio.io/disconnectedAt": Annotation(_ENTRY),
    "istio.io/dry-run": Annotation(("AuthorizationPolicy",)),
    "istio.io/reroute-virtual-interfaces": Annotation(_POD, check=_interfaces),
    names.REVISION: Annotation(_POD),
    "istio.io/workloadController": Annotation(_ENTRY),
    "kubernetes.io/ingress.class": Annotation(("Ingress",), "stable"),
    "networking.istio.io/exportTo": Annotation(_SERVICE),
    "networking.istio.io/service-type": Annotation(_GATEWAY),
    "networking.istio.io/traffic-distribution": Annotation(("Namespace", "Service", "ServiceEntry")),
    names.MERGE_METRICS: Annotation(_POD, check=_boolean),
    names.PROXY_CONFIG: Annotation(_POD, "beta"),
    names.PROXY_OVERRIDES: Annotation(_POD),
    "readiness.status.sidecar.istio.io/applicationPorts": Annotation(_POD),
    "readiness.status.sidecar.istio.io/failureThreshold": Annotation(_POD, check=_uint32),
    "readiness.status.sidecar.istio.io/initialDelaySeconds": Annotation(_POD, check=_uint32),
    "readiness.status.sidecar.istio.io/periodSeconds": Annotation(_POD, check=_uint32),
    "sidecar.istio.io/agentLogLevel": Annotation(_POD),
    "sidecar.istio.io/bootstrapOverride": Annotation(_POD),
    "sidecar.istio.io/componentLogLevel": Annotation(_POD),
    "sidecar.istio.io/discoveryAddress": Annotation(_POD, deprecated=True),
    "sidecar.istio.io/extraStatTags": Annotation(_POD, deprecated=True),
    names.INJECT: Annotation(_POD, "beta", deprecated=True),
    names.INTERCEPTION_MODE: Annotation(_POD, check=_interception),
    "sidecar.istio.io/logLevel": Annotation(_POD),
    names.NATIVE_SIDECAR: Annotation(_POD),
    "sidecar.istio.io/proxyCPU": Annotation(_POD, check=_quantity),
    "sidecar.istio.io/proxyCPULimit": Annotation(_POD, check=_quantity),
    "sidecar.istio.io/proxyImage": Annotation(_POD),
    names.PROXY_IMAGE_TYPE: Annotation(_POD),
    "sidecar.istio.io/proxyMemory": Annotation(_POD, check=_quantity),
    "sidecar.istio.io/proxyMemoryLimit": Annotation(_POD, check=_quantity),
    names.REWRITE_PROBES: Annotation(_POD),
    "sidecar.istio.io/statsCompression": Annotation(_POD, deprecated=True),
    "sidecar.istio.io/statsEvictionInterval": Annotation(_POD),
    "sidecar.istio.io/statsFlushInterval": Annotation(_POD),
    "sidecar.istio.io/statsHistogramBins": Annotation(_POD),
    "sidecar.istio.io/statsHistogramBuckets": Annotation(_POD),
    "sidecar.istio.io/statsInclusionPrefixes": Annotation(_POD, deprecated=True),
    "sidecar.istio.io/statsInclusionRegexps": Annotation(_POD, deprecated=True),
    "sidecar.istio.io/statsInclusionSuffixes": Annotation(_POD, deprecated=True),
    names.STATUS: Annotation(_POD),
    "sidecar.istio.io/userVolume": Annotation(_POD),
    "sidecar.istio.io/userVolumeMount": Annotation(_POD),
    names.STATUS_PORT: Annotation(_POD, check=_port),
    "topology.istio.io/controlPlaneClusters": Annotation(("Namespace",)),
    "traffic.istio.io/nodeSelector": Annotation(_SERVICE, "stable"),
    "traffic.sidecar.istio.io/excludeInboundPorts": Annotation(_POD, check=_ports),
    "traffic.sidecar.istio.io/excludeInterfaces": Annotation(_POD, check=_interfaces),
    "traffic.sidecar.istio.io/excludeOutboundIPRanges": Annotation(_POD, check=_blocks),
    "traffic.sidecar.istio.io/excludeOutboundPorts": Annotation(_POD, check=_ports),
    "traffic.sidecar.istio.io/includeInboundPorts": Annotation(_POD, check=_ports_or_all),
    "traffic.sidecar.istio.io/includeOutboundIPRanges": Annotation(_POD, check=_blocks_or_all),
    "traffic.sidecar.istio.io/includeOutboundPorts": Annotation(_POD),
    "traffic.sidecar.istio.io/kubevirtInterfaces": Annotation(_POD, deprecated=True, check=_interfaces),
}
