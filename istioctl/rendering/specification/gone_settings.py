"""Settings of an IstioOperator that earlier releases knew: when each went, and what to use instead.

The longest path that a setting starts with counts. Extend the table where a release drops or moves one: the hints of
`install` and `validate` read it, and `manifest migrate` does what it says. What is here comes from the history of
upstream's `values_types.proto`, and of `operator.proto` and `mesh/v1alpha1` in istio/api.
"""

from collections.abc import Sequence
from typing import NamedTuple

from istioctl.api.schema.casing import camel_case


class Gone(NamedTuple):
    """A setting that is no more.

    Attributes:
        since: the first release without it; empty where it is Kubernetes that has dropped it.
        instead: what to do now, as an imperative; empty where nothing takes its place.
        moved_to: the path, below `spec`, of the setting that does the same, where one does.
        form: how the value is written there, where that is not as it was: a name in
            `istioctl.rendering.changes.old_forms`.
    """

    since: str
    instead: str = ""
    moved_to: str = ""
    form: str = ""

    @property
    def advice(self) -> str:
        """A sentence or two for a hint."""
        then = self.instead or (f"Set {self.moved_to} instead" if self.moved_to else "Leave it out")
        return f"Istio {self.since} removed it. {then}." if self.since else f"{then}."


def _moved(since: str, to: str, form: str = "") -> Gone:
    return Gone(since, moved_to=to, form=form)


#: How an advice ends where nothing else is to be done.
LEAVE_OUT = ": leave it out"
_ADDONS = "Use `istioctl addons install`"
_ISTIOD = f"istiod does its work{LEAVE_OUT}"
_DNS = "Have the proxies answer DNS: meshConfig.defaultConfig.proxyMetadata.ISTIO_META_DNS_CAPTURE"
_REMOTE = "Use the profile `remote`"
_SDS = f"Certificates come that way always{LEAVE_OUT}"
_EAST_WEST = "Use an east-west gateway"
_AFFINITY = "values.pilot.affinity"
_GATEWAY_AFFINITY = "Set k8s.affinity of the gateway, below components"
_TELEMETRY = "Use Telemetry objects"
_LOGGING = "Use a Telemetry object's accessLogging"
_METRICS = "Use a Telemetry object's metrics overrides"
_TRACER = "Use a tracer of meshConfig.extensionProviders, and a Telemetry object"
_SNIFFING = "values.pilot.env.PILOT_ENABLE_PROTOCOL_SNIFFING_FOR"
_MESH, _PROXY = "meshConfig", "meshConfig.defaultConfig"
#: What stands beside `spec` in an IstioOperator that was read from a cluster.
STATUS = Gone("1.24", f"The operator in the cluster wrote it, which is gone{LEAVE_OUT}")
#: Fields of the Stackdriver tracer, which Istio's charts refuse.
STACKDRIVER_LIMITS = ("debug", "maxNumberOfAttributes", "maxNumberOfAnnotations", "maxNumberOfMessageEvents")
#: Settings of the injector's own Deployment, which istiod took over.
_INJECTOR = (
    "enabled", "hub", "image", "lifecycle", "nodeSelector", "podAnnotations", "podAntiAffinityLabelSelector",
    "podAntiAffinityTermLabelSelector", "replicaCount", "resources", "rollingMaxSurge", "rollingMaxUnavailable",
    "selfSigned", "tag", "tolerations",
)  # fmt: skip

#: By the path below `spec`, indexes of lists left out.
TABLE: dict[str, Gone] = {
    "addonComponents": Gone("1.8", _ADDONS),
    "autoInjection": Gone("1.5", _ISTIOD),
    "base": _moved("1.5", "components.base", "component"),
    "citadel": Gone("1.5", _ISTIOD),
    "cni": _moved("1.5", "components.cni", "component"),
    "configManagement": Gone("1.5", _ISTIOD),
    "coreDNS": Gone("1.5", _DNS),
    "defaultNamespace": _moved("1.5", "namespace"),
    "defaultRevision": _moved("1.21", "values.defaultRevision", "name"),
    "gateways": _moved("1.5", "components.ingressGateways", "gateways"),
    "policy": Gone("1.5", _ISTIOD),
    "resourceSuffix": Gone("1.24"),
    "security": Gone("1.5", _ISTIOD),
    "telemetry": Gone("1.5", "Use Telemetry objects"),
    "trafficManagement": _moved("1.5", "components.pilot", "component"),
    "components.certManager": Gone("1.5", _ISTIOD),
    "components.citadel": Gone("1.6", _ISTIOD),
    **{f"components.{addon}": Gone("1.8", _ADDONS) for addon in ("grafana", "kiali", "prometheus", "tracing")},
    "components.galley": Gone("1.6", _ISTIOD),
    "components.istiodRemote": Gone("1.25", _REMOTE),
    "components.nodeAgent": Gone("1.6", _ISTIOD),
    "components.policy": Gone("1.8", "Use an AuthorizationPolicy, or an external authorizer (action CUSTOM)"),
    "components.proxy": _moved("1.6", "values.global.proxy", "proxy"),
    "components.sidecarInjector": Gone("1.6", _ISTIOD),
    "components.telemetry": Gone("1.8", "Use Telemetry objects"),
    **{f"components.{component}.spec": Gone("1.24") for component in ("cni", "pilot", "ztunnel")},
    "meshConfig.authPolicy": Gone("1.9", "Use a PeerAuthentication"),
    "meshConfig.defaultConfig.connectTimeout": _moved("1.6", f"{_MESH}.connectTimeout"),
    "meshConfig.defaultConfig.parentShutdownDuration": Gone("1.17"),
    "meshConfig.defaultConfig.tracing.lightstep.cacertPath": _moved(
        "1.6", f"{_PROXY}.tracing.tlsSettings.caCertificates"
    ),
    "meshConfig.defaultConfig.tracing.lightstep.secure": Gone("1.6", f"Set {_PROXY}.tracing.tlsSettings"),
    **{f"{_PROXY}.tracing.stackdriver.{field}": Gone("1.23", _TRACER) for field in STACKDRIVER_LIMITS},
    "meshConfig.disableMixerHttpReports": Gone("1.8"),
    "meshConfig.disablePolicyChecks": Gone("1.8"),
    "meshConfig.disableReportBatch": Gone("1.8"),
    "meshConfig.enableClientSidePolicyCheck": Gone("1.8"),
    "meshConfig.enableSdsTokenMount": Gone("1.8", _SDS),
    "meshConfig.mixerAddress": Gone("1.8"),
    "meshConfig.mixerCheckServer": Gone("1.8"),
    "meshConfig.mixerReportServer": Gone("1.8"),
    "meshConfig.policyCheckFailOpen": Gone("1.8"),
    "meshConfig.rdsRefreshDelay": Gone("1.9"),
    "meshConfig.reportBatchMaxEntries": Gone("1.8"),
    "meshConfig.reportBatchMaxTime": Gone("1.8"),
    "meshConfig.sdsRefreshDelay": Gone("1.8", _SDS),
    "meshConfig.sdsUdsPath": Gone("1.8", _SDS),
    "meshConfig.sdsUseK8sSaJwt": Gone("1.8", _SDS),
    "meshConfig.sidecarToTelemetrySessionAffinity": Gone("1.8"),
    "meshConfig.thriftConfig": Gone("1.17"),
    "values.certmanager": Gone("1.6", "Install cert-manager from its own chart"),
    "values.clusterResources": Gone("1.9"),
    "values.cni.ambient.redirectMode": Gone("1.21"),
    "values.cni.taint": Gone("1.18", "Set values.cni.repair"),
    "values.galley": Gone("1.6", _ISTIOD),
    "values.gateways.istio-egressgateway.connectTimeout": Gone("1.8"),
    "values.gateways.istio-egressgateway.drainDuration": Gone("1.8"),
    "values.gateways.istio-egressgateway.zvpn": Gone("1.26", _EAST_WEST),
    "values.gateways.istio-ingressgateway.applicationPorts": Gone("1.8"),
    "values.gateways.istio-ingressgateway.certificates": Gone("1.8", "Use cert-manager, and Secrets by credentialName"),
    "values.gateways.istio-ingressgateway.connectTimeout": Gone("1.8"),
    "values.gateways.istio-ingressgateway.debug": Gone("1.8"),
    "values.gateways.istio-ingressgateway.domain": Gone("1.8"),
    "values.gateways.istio-ingressgateway.drainDuration": Gone("1.8"),
    "values.gateways.istio-ingressgateway.externalIPs": Gone(
        "1.8", "Set components.ingressGateways[].k8s.service.externalIPs"
    ),
    "values.gateways.istio-ingressgateway.hosts": Gone("1.8", "Use a Gateway"),
    "values.gateways.istio-ingressgateway.k8sIngress": Gone("1.8", "Use an Ingress, or a Gateway"),
    "values.gateways.istio-ingressgateway.k8sIngressHttps": Gone("1.8", "Use an Ingress, or a Gateway"),
    "values.gateways.istio-ingressgateway.meshExpansionPorts": Gone("1.9", _EAST_WEST),
    **{
        f"values.gateways.istio-{way}gateway.podAntiAffinity{kind}LabelSelector": Gone("1.24", _GATEWAY_AFFINITY)
        for way in ("egress", "ingress")
        for kind in ("", "Term")
    },
    "values.gateways.istio-ingressgateway.sds": Gone("1.8", f"Secrets reach gateways without it{LEAVE_OUT}"),
    "values.gateways.istio-ingressgateway.telemetry_addon_gateways": Gone("1.8", "Use a Gateway for each add-on"),
    "values.gateways.istio-ingressgateway.telemetry_domain_name": Gone("1.8", "Use a Gateway for each add-on"),
    "values.gateways.istio-ingressgateway.tls": Gone("1.8", "Use a Gateway"),
    "values.gateways.istio-ingressgateway.zvpn": Gone("1.26", _EAST_WEST),
    "values.global.autoscalingv2API": Gone("1.24"),
    "values.global.centralIstiod": _moved("1.9", "values.global.externalIstiod"),
    "values.global.certificates": _moved("1.7", f"{_MESH}.certificates"),
    "values.global.configNamespace": _moved("1.8", "values.global.istioNamespace"),
    "values.global.configRootNamespace": _moved("1.23", f"{_MESH}.rootNamespace"),
    "values.global.controlPlaneSecurityEnabled": Gone("1.8", f"The control plane is always secured{LEAVE_OUT}"),
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
    "values.global.monitoringPort": Gone("1.8"),
    "values.global.mtls.auto": _moved("1.7", f"{_MESH}.enableAutoMtls"),
    "values.global.mtls": Gone("1.7", "Use a PeerAuthentication"),
    "values.global.oneNamespace": Gone("1.22", "Use meshConfig.discoverySelectors"),
    "values.global.outboundTrafficPolicy": _moved("1.8", f"{_MESH}.outboundTrafficPolicy"),
    "values.global.policyCheckFailOpen": Gone("1.8"),
    "values.global.policyNamespace": Gone("1.8"),
    "values.global.prometheusNamespace": Gone("1.8", "Name the namespace to `istioctl addons install`"),
    "values.global.proxy.accessLogEncoding": _moved("1.7", f"{_MESH}.accessLogEncoding"),
    "values.global.proxy.accessLogFile": _moved("1.7", f"{_MESH}.accessLogFile", "text"),
    "values.global.proxy.accessLogFormat": _moved("1.7", f"{_MESH}.accessLogFormat", "text"),
    "values.global.proxy.concurrency": _moved("1.7", f"{_PROXY}.concurrency"),
    "values.global.proxy.connectTimeout": _moved("1.7", f"{_MESH}.connectTimeout"),
    "values.global.proxy.dnsRefreshRate": _moved("1.6", f"{_MESH}.dnsRefreshRate"),
    "values.global.proxy.drainDuration": _moved("1.7", f"{_PROXY}.drainDuration"),
    "values.global.proxy.enableCoreDumpImage": Gone("1.7", "Set values.global.proxy.enableCoreDump"),
    "values.global.proxy.enabled": Gone("1.7"),
    "values.global.proxy.envoyAccessLogService": _moved("1.7", f"{_PROXY}.envoyAccessLogService", "service"),
    "values.global.proxy.envoyMetricsService": _moved("1.7", f"{_PROXY}.envoyMetricsService", "service"),
    "values.global.proxy.envoyStatsd": _moved("1.7", f"{_PROXY}.statsdUdpAddress", "address"),
    "values.global.proxy.init": _moved("1.5", "values.global.proxy_init"),
    "values.global.proxy.kubevirtInterfaces": Gone("1.6", "Annotate the pods with istio.io/reroute-virtual-interfaces"),
    "values.global.proxy.parentShutdownDuration": Gone("1.7"),
    "values.global.proxy.protocolDetectionTimeout": _moved("1.7", f"{_MESH}.protocolDetectionTimeout"),
    "values.global.proxyInit": _moved("1.14", "values.global.proxy_init"),
    "values.global.refreshInterval": Gone("1.5"),
    "values.global.remotePilotCreateSvcEndpoint": Gone("1.8", _REMOTE),
    "values.global.remotePolicyAddress": Gone("1.8"),
    "values.global.remoteTelemetryAddress": Gone("1.8"),
    "values.global.sds": Gone("1.7", _SDS),
    "values.global.telemetryNamespace": Gone("1.8"),
    "values.global.tracer.lightstep.cacertPath": _moved("1.6", f"{_PROXY}.tracing.tlsSettings.caCertificates"),
    "values.global.tracer.lightstep.secure": Gone("1.6", f"Set {_PROXY}.tracing.tlsSettings"),
    **{f"values.global.tracer.stackdriver.{field}": Gone("1.23", _TRACER) for field in STACKDRIVER_LIMITS},
    "values.global.trustDomain": _moved("1.10", f"{_MESH}.trustDomain"),
    "values.global.trustDomainAliases": _moved("1.8", f"{_MESH}.trustDomainAliases"),
    "values.global.useMCP": _moved("1.23", f"{_MESH}.configSources", "nothing"),
    "values.grafana": Gone("1.8", _ADDONS),
    "values.istio_cni": _moved("1.24", "values.pilot.cni"),
    "values.istiocoredns": Gone("1.9", _DNS),
    "values.kiali": Gone("1.8", _ADDONS),
    "values.kustomize": Gone("1.8"),
    "values.mixer": Gone("1.8", "Use Telemetry objects and AuthorizationPolicies"),
    "values.nodeagent": Gone("1.6", _ISTIOD),
    "values.pilot.appNamespaces": Gone("1.8", "Use meshConfig.discoverySelectors"),
    "values.pilot.configNamespace": Gone("1.23"),
    "values.pilot.configSource": _moved("1.23", f"{_MESH}.configSources", "nothing"),
    "values.pilot.enableProtocolSniffingForInbound": _moved("1.23", f"{_SNIFFING}_INBOUND", "variable"),
    "values.pilot.enableProtocolSniffingForOutbound": _moved("1.23", f"{_SNIFFING}_OUTBOUND", "variable"),
    "values.pilot.ingress.ingressClass": _moved("1.7", f"{_MESH}.ingressClass"),
    "values.pilot.ingress.ingressControllerMode": _moved("1.7", f"{_MESH}.ingressControllerMode"),
    "values.pilot.ingress.ingressService": _moved("1.7", f"{_MESH}.ingressService"),
    "values.pilot.ingress": Gone("1.7", "Set meshConfig.ingressClass, ingressControllerMode and ingressService"),
    "values.pilot.meshNetworks": _moved("1.6", "values.global.meshNetworks", "networks"),
    "values.pilot.plugins": Gone("1.22"),
    "values.pilot.policy": Gone("1.8"),
    "values.pilot.podAntiAffinityLabelSelector": _moved("1.8", _AFFINITY, "required-anti-affinity"),
    "values.pilot.podAntiAffinityTermLabelSelector": _moved("1.8", _AFFINITY, "preferred-anti-affinity"),
    "values.pilot.sidecar": Gone("1.8", f"istiod has no sidecar{LEAVE_OUT}"),
    "values.pilot.useMCP": _moved("1.23", f"{_MESH}.configSources", "nothing"),
    "values.prometheus": Gone("1.8", _ADDONS),
    "values.prometheusOperator": Gone("1.8", "Install it from its own chart"),
    "values.security": Gone("1.6", _ISTIOD),
    **{f"values.sidecarInjectorWebhook.{field}": Gone("1.6", _ISTIOD) for field in _INJECTOR},
    "values.sidecarInjectorWebhook.injectLabel": Gone("1.8", "Label namespaces istio-injection=enabled"),
    "values.sidecarInjectorWebhook.objectSelector": Gone("1.23"),
    "values.sidecarInjectorWebhook.useLegacySelectors": Gone("1.23"),
    "values.telemetry.v1": Gone("1.8", _TELEMETRY),
    "values.telemetry.v2.accessLogPolicy": Gone("1.21", _LOGGING),
    "values.telemetry.v2.metadataExchange": Gone("1.21"),
    "values.telemetry.v2.prometheus.configOverride": Gone("1.21", _METRICS),
    "values.telemetry.v2.prometheus.gateway": Gone("1.21", _METRICS),
    "values.telemetry.v2.prometheus.inboundSidecar": Gone("1.21", _METRICS),
    "values.telemetry.v2.prometheus.outboundSidecar": Gone("1.21", _METRICS),
    "values.telemetry.v2.prometheus.wasmEnabled": Gone("1.21"),
    "values.telemetry.v2.stackdriver.configOverride": Gone("1.21", _METRICS),
    "values.telemetry.v2.stackdriver.disableOutbound": Gone("1.21", _LOGGING),
    "values.telemetry.v2.stackdriver.inboundAccessLogging": Gone("1.21", _LOGGING),
    "values.telemetry.v2.stackdriver.logging": Gone("1.21", _LOGGING),
    "values.telemetry.v2.stackdriver.monitoring": Gone("1.21", _TELEMETRY),
    "values.telemetry.v2.stackdriver.outboundAccessLogging": Gone("1.21", _LOGGING),
    "values.telemetry.v2.stackdriver.topology": Gone("1.21"),
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

_NAMED = "autoscaling/v2 has it as metric: {name: …}, with target: {type: …}"
#: The fields of `hpaSpec.metrics` in a component's `k8s`, by kind, that autoscaling/v2 has in another form.
_OF_METRICS = {
    "external": ("metricName", "metricSelector", "targetValue", "targetAverageValue"),
    "object": ("metricName", "selector", "targetValue", "averageValue"),
    "pods": ("metricName", "selector", "targetAverageValue"),
}

#: Names of profiles that are no more; `moved_to` is the one that took its place.
PROFILES: dict[str, Gone] = {
    "sds": Gone("1.5", "Certificates come that way always: use the profile `default`", "default"),
    "separate": Gone("1.6", "The control plane is one program: use the profile `default`", "default"),
}


def gone(path: Sequence[str | int]) -> Gone | None:
    """What became of a setting, by its path below `spec`; None where no release knew it, or it is still there."""
    names = names_of(path)
    if "hpaSpec" in names:
        if names[-1] in _OF_METRICS.get(names[-2], ()):
            return Gone("", _NAMED)
        if names[-1] in _OF_AUTOSCALING:
            return Gone("", _OF_AUTOSCALING[names[-1]])
    return _longest(names) or _longest(["values", *names])  # as `helm install` took it, without values


def names_of(path: Sequence[str | int]) -> list[str]:
    """The names in a path below `spec`, as the table has them; earlier releases also read those of `.proto` files."""
    names = [step for step in path if isinstance(step, str)]
    if names[:2] == ["values", "meshConfig"]:
        names = names[1:]
    return names if names[:1] == ["values"] else [camel_case(name) for name in names]


def _longest(names: list[str]) -> Gone | None:
    return next((found for end in range(len(names), 0, -1) if (found := TABLE.get(".".join(names[:end])))), None)
