"""Settings of an IstioOperator that earlier releases knew: when each went, and what to use instead.

The longest path that a setting starts with counts. Extend the table where a release drops or moves one; what is here
comes from the history of upstream's `values_types.proto`, `operator.proto` and release notes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple


class Gone(NamedTuple):
    """A setting that is no more.

    Attributes:
        since: the first release without it; empty where it is Kubernetes that has dropped it.
        instead: what to do now, as an imperative; empty where nothing takes its place.
        moved_to: the path, below `spec`, of the setting that does the same, where one does.
    """

    since: str
    instead: str = ""
    moved_to: str = ""

    @property
    def advice(self) -> str:
        """A sentence or two for a hint."""
        then = self.instead or (f"Set {self.moved_to} instead" if self.moved_to else "Leave it out")
        return f"Istio {self.since} removed it. {then}." if self.since else f"{then}."


def _moved(since: str, to: str) -> Gone:
    return Gone(since, moved_to=to)


_ADDONS = "Use `istioctl addons install`"
_ISTIOD = "istiod does its work: leave it out"
_DNS = "Have the proxies answer DNS: meshConfig.defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE"
_REMOTE = "Use the profile `remote`"
_MESH, _PROXY = "meshConfig", "meshConfig.defaultConfig"

#: By the path below `spec`.
TABLE: dict[str, Gone] = {
    "addonComponents": Gone("1.8", _ADDONS),
    "autoInjection": Gone("1.5", _ISTIOD),
    "citadel": Gone("1.5", _ISTIOD),
    "cni": _moved("1.5", "components.cni"),
    "configManagement": Gone("1.5", _ISTIOD),
    "coreDNS": Gone("1.5", _DNS),
    "defaultNamespace": _moved("1.5", "namespace"),
    "gateways": _moved("1.5", "components.ingressGateways"),
    "policy": Gone("1.5", _ISTIOD),
    "security": Gone("1.5", _ISTIOD),
    "telemetry": Gone("1.5", "Use Telemetry objects"),
    "trafficManagement": _moved("1.5", "components.pilot"),
    "components.certManager": Gone("1.5", _ISTIOD),
    "components.citadel": Gone("1.6", _ISTIOD),
    **{f"components.{addon}": Gone("1.8", _ADDONS) for addon in ("grafana", "kiali", "prometheus", "tracing")},
    "components.galley": Gone("1.6", _ISTIOD),
    "components.istiodRemote": Gone("1.25", _REMOTE),
    "components.nodeAgent": Gone("1.6", _ISTIOD),
    "components.policy": Gone("1.8", "Use an AuthorizationPolicy, or an external authorizer (action CUSTOM)"),
    "components.proxy": _moved("1.6", "values.global.proxy"),
    "components.sidecarInjector": Gone("1.6", _ISTIOD),
    "components.telemetry": Gone("1.8", "Use Telemetry objects"),
    "meshConfig.authPolicy": Gone("1.5", "Use a PeerAuthentication"),
    "meshConfig.disableMixerHttpReports": Gone("1.8"),
    "meshConfig.disablePolicyChecks": Gone("1.8"),
    "meshConfig.disableReportBatch": Gone("1.8"),
    "meshConfig.enableClientSidePolicyCheck": Gone("1.8"),
    "meshConfig.mixerCheckServer": Gone("1.8"),
    "meshConfig.mixerReportServer": Gone("1.8"),
    "meshConfig.policyCheckFailOpen": Gone("1.8"),
    "meshConfig.sdsUdsPath": Gone("1.8"),
    "meshConfig.thriftConfig": Gone("1.22"),
    "values.certmanager": Gone("1.6", "Install cert-manager from its own chart"),
    "values.clusterResources": Gone("1.9"),
    "values.galley": Gone("1.6", _ISTIOD),
    "values.gateways.istio-ingressgateway.certificates": Gone("1.8", "Use cert-manager, and Secrets by credentialName"),
    "values.gateways.istio-ingressgateway.meshExpansionPorts": Gone("1.9", "Use an east-west gateway"),
    "values.gateways.istio-ingressgateway.sds": Gone("1.8", "Secrets reach gateways without it: leave it out"),
    "values.global.autoscalingv2API": Gone("1.24"),
    "values.global.centralIstiod": _moved("1.9", "values.global.externalIstiod"),
    "values.global.certificates": _moved("1.7", f"{_MESH}.certificates"),
    "values.global.configNamespace": _moved("1.8", "values.global.istioNamespace"),
    "values.global.configRootNamespace": _moved("1.23", f"{_MESH}.rootNamespace"),
    "values.global.controlPlaneSecurityEnabled": Gone("1.8", "The control plane is always secured: leave it out"),
    "values.global.createRemoteSvcEndpoints": Gone("1.8", _REMOTE),
    "values.global.defaultConfigVisibilitySettings": _moved("1.23", f"{_MESH}.defaultServiceExportTo"),
    "values.global.disablePolicyChecks": Gone("1.7"),
    "values.global.enableHelmTest": Gone("1.8"),
    "values.global.enableTracing": _moved("1.8", f"{_MESH}.enableTracing"),
    "values.global.istioRemote": Gone("1.8", _REMOTE),
    "values.global.istiod.enabled": Gone("1.7"),
    "values.global.k8sIngress": Gone("1.6", "Use an Ingress, or a Gateway"),
    "values.global.localityLbSetting": _moved("1.8", f"{_MESH}.localityLbSetting"),
    "values.global.meshExpansion": Gone("1.9", "Use an east-west gateway and WorkloadEntries"),
    "values.global.mtls.auto": _moved("1.7", f"{_MESH}.enableAutoMtls"),
    "values.global.mtls": Gone("1.7", "Use a PeerAuthentication"),
    "values.global.oneNamespace": Gone("1.22", "Use meshConfig.discoverySelectors"),
    "values.global.outboundTrafficPolicy": _moved("1.8", f"{_MESH}.outboundTrafficPolicy"),
    "values.global.policyCheckFailOpen": Gone("1.8"),
    "values.global.policyNamespace": Gone("1.8"),
    "values.global.prometheusNamespace": Gone("1.8", "Name the namespace to `istioctl addons install`"),
    "values.global.proxy.accessLogEncoding": _moved("1.7", f"{_MESH}.accessLogEncoding"),
    "values.global.proxy.accessLogFile": _moved("1.7", f"{_MESH}.accessLogFile"),
    "values.global.proxy.accessLogFormat": _moved("1.7", f"{_MESH}.accessLogFormat"),
    "values.global.proxy.concurrency": _moved("1.7", f"{_PROXY}.concurrency"),
    "values.global.proxy.connectTimeout": _moved("1.7", f"{_MESH}.connectTimeout"),
    "values.global.proxy.dnsRefreshRate": _moved("1.6", f"{_MESH}.dnsRefreshRate"),
    "values.global.proxy.drainDuration": _moved("1.7", f"{_PROXY}.drainDuration"),
    "values.global.proxy.enableCoreDumpImage": _moved("1.7", "values.global.proxy.enableCoreDump"),
    "values.global.proxy.envoyAccessLogService": _moved("1.7", f"{_PROXY}.envoyAccessLogService"),
    "values.global.proxy.envoyMetricsService": _moved("1.7", f"{_PROXY}.envoyMetricsService"),
    "values.global.proxy.envoyStatsd": _moved("1.7", f"{_PROXY}.statsdUdpAddress"),
    "values.global.proxy.kubevirtInterfaces": Gone("1.6", "Annotate the pods with istio.io/reroute-virtual-interfaces"),
    "values.global.proxy.parentShutdownDuration": Gone("1.7"),
    "values.global.proxy.protocolDetectionTimeout": _moved("1.7", f"{_MESH}.protocolDetectionTimeout"),
    "values.global.proxyInit": _moved("1.14", "values.global.proxy_init"),
    "values.global.remotePolicyAddress": Gone("1.8"),
    "values.global.remoteTelemetryAddress": Gone("1.8"),
    "values.global.sds": Gone("1.7", "Certificates come that way always: leave it out"),
    "values.global.telemetryNamespace": Gone("1.8"),
    "values.global.tracer.lightstep.cacertPath": _moved("1.6", f"{_PROXY}.tracing.tlsSettings.caCertificates"),
    "values.global.trustDomain": _moved("1.10", f"{_MESH}.trustDomain"),
    "values.global.trustDomainAliases": _moved("1.8", f"{_MESH}.trustDomainAliases"),
    "values.global.useMCP": _moved("1.23", f"{_MESH}.configSources"),
    "values.grafana": Gone("1.8", _ADDONS),
    "values.istio_cni": _moved("1.24", "values.pilot.cni"),
    "values.istiocoredns": Gone("1.9", _DNS),
    "values.kiali": Gone("1.8", _ADDONS),
    "values.kustomize": Gone("1.8"),
    "values.mixer": Gone("1.8", "Use Telemetry objects and AuthorizationPolicies"),
    "values.nodeagent": Gone("1.6", _ISTIOD),
    "values.pilot.appNamespaces": Gone("1.8", "Use meshConfig.discoverySelectors"),
    "values.pilot.configNamespace": Gone("1.23"),
    "values.pilot.configSource": _moved("1.23", f"{_MESH}.configSources"),
    "values.pilot.enableProtocolSniffingForInbound": Gone(
        "1.23", "Set values.pilot.env.PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_INBOUND instead"
    ),
    "values.pilot.enableProtocolSniffingForOutbound": Gone(
        "1.23", "Set values.pilot.env.PILOT_ENABLE_PROTOCOL_SNIFFING_FOR_OUTBOUND instead"
    ),
    "values.pilot.ingress": _moved("1.7", f"{_MESH}.ingressControllerMode"),
    "values.pilot.meshNetworks": _moved("1.6", "values.global.meshNetworks"),
    "values.pilot.plugins": Gone("1.22"),
    "values.pilot.policy": Gone("1.8"),
    "values.pilot.podAntiAffinityLabelSelector": _moved("1.8", "values.pilot.affinity"),
    "values.pilot.podAntiAffinityTermLabelSelector": _moved("1.8", "values.pilot.affinity"),
    "values.pilot.sidecar": Gone("1.8", "istiod has no sidecar: leave it out"),
    "values.pilot.useMCP": _moved("1.23", f"{_MESH}.configSources"),
    "values.prometheus": Gone("1.8", _ADDONS),
    "values.prometheusOperator": Gone("1.8", "Install it from its own chart"),
    "values.security": Gone("1.6", _ISTIOD),
    "values.sidecarInjectorWebhook.enabled": Gone("1.6", _ISTIOD),
    "values.sidecarInjectorWebhook.injectLabel": Gone("1.8", "Label namespaces istio-injection=enabled"),
    "values.sidecarInjectorWebhook.objectSelector": Gone("1.23"),
    "values.sidecarInjectorWebhook.selfSigned": Gone("1.6", _ISTIOD),
    "values.sidecarInjectorWebhook.useLegacySelectors": Gone("1.23"),
    "values.telemetry.v1": Gone("1.8", "Use Telemetry objects"),
    "values.telemetry.v2.accessLogPolicy": Gone("1.21", "Use a Telemetry object's accessLogging"),
    "values.telemetry.v2.metadataExchange": Gone("1.21"),
    "values.telemetry.v2.prometheus.configOverride": Gone("1.21", "Use a Telemetry object's metrics overrides"),
    "values.telemetry.v2.prometheus.wasmEnabled": Gone("1.21"),
    "values.tracing": Gone("1.8", _ADDONS),
    "values.version": _moved("1.8", "tag"),
}

_TARGET = "autoscaling/v2 has it in a metric of type Resource: resource: {name: cpu, target: {%s}}"
_UTILIZATION = _TARGET % "type: Utilization, averageUtilization: 80"
#: Below an `hpaSpec`: fields of the autoscaling API that Kubernetes has dropped.
_OF_AUTOSCALING = {
    "targetAverageUtilization": _UTILIZATION,
    "targetCPUUtilizationPercentage": _UTILIZATION,
    "targetAverageValue": _TARGET % "type: AverageValue, averageValue: 500m",
}


def gone(path: Sequence[str | int]) -> Gone | None:
    """What became of a setting, by its path below `spec`; None where no release knew it, or it is still there."""
    names = [str(step) for step in path]
    if "hpaSpec" in names and names[-1] in _OF_AUTOSCALING:
        return Gone("", _OF_AUTOSCALING[names[-1]])
    for end in range(len(names), 0, -1):
        if found := TABLE.get(".".join(names[:end])):
            return found
    return None
