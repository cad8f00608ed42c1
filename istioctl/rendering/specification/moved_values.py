"""Values that have moved elsewhere or are gone. Source: upstream's `NOTES.txt` of istiod's chart."""

from __future__ import annotations

from istioctl.api.trees import Values, lookup
from istioctl.errors import SpecError
from istioctl.rendering.specification.gone_settings import STACKDRIVER_LIMITS
from istioctl.rendering.specification.gone_settings import TABLE as GONE

_TRACING = "meshConfig.defaultConfig.tracing"

#: Values below `global` that went from the API, and that the charts read all the same.
_STILL_READ = (
    "outboundTrafficPolicy", "certificates", "localityLbSetting", "enableTracing", "mtls.auto", "proxy.accessLogFile",
    "proxy.accessLogFormat", "proxy.concurrency", "proxy.envoyAccessLogService", "proxy.envoyMetricsService",
    "proxy.protocolDetectionTimeout",
)  # fmt: skip
#: Values that still work, and where they belong now.
_MOVED = {
    **{f"global.{name}": GONE[f"values.global.{name}"].moved_to for name in _STILL_READ},
    "global.policyCheckFailOpen": "meshConfig.policyCheckFailOpen",
    "global.mtls.enabled": "a PeerAuthentication",
    "global.meshExpansion.enabled": "Gateways and other networking resources",
    "global.proxy.envoyAccessLogService.enabled": "meshConfig.enableEnvoyAccessLogService",
    "global.proxy.holdApplicationUntilProxyStarts": "meshConfig.defaultConfig.holdApplicationUntilProxyStarts",
    **{
        f"global.tracer.{field}": f"{_TRACING}.{field}"
        for field in ("lightstep.address", "lightstep.accessToken", "zipkin.address", "datadog.address")
    },
    "istiocoredns.enabled": "the proxy's own DNS (ISTIO_META_DNS_CAPTURE)",
    "pilot.ingress": "meshConfig.ingressService, ingressControllerMode and ingressClass",
}

#: Values that nothing obeys any more.
_GONE = (
    "telemetry.v2.prometheus.configOverride",
    "telemetry.v2.stackdriver.disableOutbound",
    *(f"{root}.stackdriver.{field}" for root in ("global.tracer", _TRACING) for field in STACKDRIVER_LIMITS),
)


def moved_values(values: Values) -> list[str]:
    """Warnings about given values of istiod that have moved, sorted."""
    return [
        f"values.{path} is deprecated; use {now} instead"
        for path, now in sorted(_MOVED.items())
        if lookup(values, *path.split(".")) not in (None, "")
    ]


def refuse_gone_values(values: Values) -> None:
    """Refuse given values of istiod that nothing obeys any more.

    Raises:
        SpecError: there is one.
    """
    for path in _GONE:
        if lookup(values, *path.split(".")) not in (None, ""):
            raise SpecError(f"values.{path} is gone", where=f"values.{path}", hint="Leave it out.", id="gone")
    if lookup(values, "global", "pilotCertProvider") == "kubernetes":
        raise SpecError(
            "values.global.pilotCertProvider=kubernetes is not supported",
            where="values.global.pilotCertProvider",
            hint="Use istiod, or the name of a signer such as k8s.io/example.com/signer.",
            id="gone",
        )
