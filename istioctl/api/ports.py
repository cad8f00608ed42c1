"""The ports on which a mesh talks, each with its use.

Source: "Ports used by Istio" (https://istio.io/latest/docs/ops/deployment/application-requirements/#ports-used-by-istio)
and the defaults of `pilot/cmd/pilot-discovery/app/options.go` and `pilot/cmd/pilot-agent/options/options.go`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ENVOY_ADMIN, ENVOY_OUTBOUND, ENVOY_INBOUND, HBONE = 15000, 15001, 15006, 15008
XDS_PLAIN, XDS, MONITORING, WEBHOOK, CONTROLZ = 15010, 15012, 15014, 15017, 9876
AGENT_METRICS, AGENT_HEALTH, AGENT_DNS, ENVOY_METRICS = 15020, 15021, 15053, 15090
GRAFANA, JAEGER, KIALI, LOKI, PROMETHEUS, SKYWALKING, ZIPKIN = 3000, 16686, 20001, 3100, 9090, 8080, 9411

SIDECAR_PORTS: Mapping[int, str] = MappingProxyType({
    ENVOY_ADMIN: "Envoy's admin interface, for the pod itself only",
    ENVOY_OUTBOUND: "what the pod sends",
    15004: "istiod's debug pages, for the pod itself only",
    ENVOY_INBOUND: "what comes to the pod",
    HBONE: "what comes through HBONE tunnels",
    AGENT_METRICS: "metrics of the application, Envoy and the agent, merged",
    AGENT_HEALTH: "the proxy's readiness",
    AGENT_DNS: "DNS, where the agent answers it",
    ENVOY_METRICS: "Envoy's own metrics",
})  # fmt: skip
"""What listens in a pod with a sidecar, and for what."""

ISTIOD_PORTS: Mapping[int, str] = MappingProxyType({
    443: "webhooks, as the API server calls them through the Service",
    8080: "debug pages, for the pod itself only",
    XDS_PLAIN: "configuration (XDS) and certificates, as plain text",
    XDS: "configuration (XDS) and certificates, over TLS",
    MONITORING: "the control plane's own metrics",
    WEBHOOK: "webhooks, in the pod",
    CONTROLZ: "ControlZ, for the pod itself only",
})  # fmt: skip
"""What listens in istiod's pod or Service, and for what."""
