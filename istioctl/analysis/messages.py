"""The catalogue of analysis messages.

Codes, names and levels up to IST8999 are those of istio 1.30.3 (`pkg/config/analysis/msg/messages.yaml`); the words are
this project's. What only this program says begins with IST9001, and is never an Error, so that no exit status differs.
`{0}`, `{1}`, … stand for a message's parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

#: Where a message is explained, by its code in lower case.
DOCUMENTATION = "https://istio.io/latest/docs/reference/config/analysis/"

#: Where the codes begin that only this program has.
OWN_CODES = "IST9001"


class Level(IntEnum):
    """How bad a finding is; the lower, the worse."""

    ERROR = 0
    WARNING = 1
    INFO = 2

    @property
    def title(self) -> str:
        """`Error`, `Warning` or `Info`."""
        return self.name.capitalize()


@dataclass(frozen=True, slots=True)
class Message:
    """One kind of message: its code, its text with places for parameters, and what to do about it."""

    name: str
    code: str
    level: Level
    text: str
    advice: str

    @property
    def documentation(self) -> str:
        """The address of the page that explains it; empty where only this program says it."""
        return "" if self.code >= OWN_CODES else f"{DOCUMENTATION}{self.code.lower()}/"


# fmt: off
MESSAGES = {
    message.name: message
    for message in (
        Message("InternalError", "IST0001", Level.ERROR, "internal error: {0}", "Report this as a bug."),
        Message("Deprecated", "IST0002", Level.WARNING, "{0}", "Move to what replaces it before it is removed."),
        Message("ReferencedResourceNotFound", "IST0101", Level.ERROR,
                'the {0} "{1}" does not exist', "Create it, or correct the reference."),
        Message("NamespaceNotInjected", "IST0102", Level.INFO,
                "no sidecar is injected in this namespace",
                "Label it istio-injection=enabled, or istio-injection=disabled where that is meant."),
        Message("PodMissingProxy", "IST0103", Level.WARNING,
                "the pod {0} has no sidecar", "Restart its workload, so that one is injected."),
        Message("SchemaValidationError", "IST0106", Level.ERROR,
                "{0}", "Correct the field: the object is refused as it is."),
        Message("MisplacedAnnotation", "IST0107", Level.WARNING,
                "the annotation {0} has no effect here, only on {1}", "Move the annotation."),
        Message("UnknownAnnotation", "IST0108", Level.WARNING,
                "{0} is not an annotation of Istio", "Correct its name, or remove it."),
        Message("ConflictingMeshGatewayVirtualServiceHosts", "IST0109", Level.ERROR,
                "the VirtualServices {0} all route {1} inside the mesh",
                "Merge them, since only one of them takes effect."),
        Message("ConflictingSidecarWorkloadSelectors", "IST0110", Level.ERROR,
                'the Sidecars {0} of namespace "{1}" all select the pod {2}',
                "Make the selectors differ, or merge the resources."),
        Message("MultipleSidecarsWithoutWorkloadSelectors", "IST0111", Level.ERROR,
                'the Sidecars {0} of namespace "{1}" have no selector',
                "Keep one of them, or give the others a selector."),
        Message("VirtualServiceDestinationPortSelectorRequired", "IST0112", Level.ERROR,
                "the destination {0} has the ports {1}, and none is chosen", "Set the destination's port."),
        Message("DeploymentAssociatedToMultipleServices", "IST0116", Level.WARNING,
                "port {1} of {0} has different protocols in the Services {2}", "Use one protocol for the port."),
        Message("PortNameIsNotUnderNamingConvention", "IST0118", Level.INFO,
                'the name "{0}" of port {1} (target {2}) declares no protocol',
                "Start the name with one, as in http-web, or set appProtocol."),
        Message("NamespaceMultipleInjectionLabels", "IST0123", Level.WARNING,
                "the namespace has several injection labels: {0}", "Keep one of them."),
        Message("InvalidAnnotation", "IST0125", Level.WARNING,
                "the annotation {0} is not valid: {1}", "Correct its value."),
        Message("UnknownMeshNetworksServiceRegistry", "IST0126", Level.ERROR,
                "the network {1} names the registry {0}, which is not known",
                "Correct the name, or create the remote secret of that cluster."),
        Message("NoMatchingWorkloadsFound", "IST0127", Level.WARNING,
                "no workload matches the labels {0}", "Correct the selector, or deploy the workload."),
        Message("NoServerCertificateVerificationDestinationLevel", "IST0128", Level.WARNING,
                "{0} uses TLS mode {2} for {3}, but no caCertificates to check the server by",
                "Set tls.caCertificates."),
        Message("NoServerCertificateVerificationPortLevel", "IST0129", Level.WARNING,
                "{0} uses TLS mode {2} for {3} at port {4}, but no caCertificates to check the server by",
                "Set tls.caCertificates."),
        Message("VirtualServiceUnreachableRule", "IST0130", Level.WARNING,
                "the rule {0} is never used: {1}", "Remove it, or move it up."),
        Message("VirtualServiceIneffectiveMatch", "IST0131", Level.INFO,
                "the match {1} of rule {0} is never used: rule {2} takes the same requests",
                "Remove the match, or move the rule up."),
        Message("VirtualServiceHostNotFoundInGateway", "IST0132", Level.WARNING,
                "none of the hosts {0} of {1} is served by the Gateway {2}", "Add a host to a server of the Gateway."),
        Message("SchemaWarning", "IST0133", Level.WARNING, "{0}", "Check whether this is meant."),
        Message("ServiceEntryAddressesRequired", "IST0134", Level.WARNING,
                "a port of protocol TCP, or of none, needs addresses",
                "Set spec.addresses, or have istiod allocate them."),
        Message("DeprecatedAnnotation", "IST0135", Level.INFO,
                "the annotation {0} is deprecated{1}", "Replace it before it is removed."),
        Message("AlphaAnnotation", "IST0136", Level.INFO,
                "the annotation {0} belongs to an alpha feature", "Do not rely on it in production."),
        Message("DeploymentConflictingPorts", "IST0137", Level.WARNING,
                "the Services {1} send different ports {3} to the target port {2} of {0}",
                "Use one port for the target port."),
        Message("GatewayDuplicateCertificate", "IST0138", Level.WARNING,
                "the Gateways {0} share a certificate, so clients may reuse connections",
                "Use a certificate for each, or one Gateway for both, else requests may end in 404."),
        Message("InvalidWebhook", "IST0139", Level.ERROR, "{0}", "Remove the webhook, or install what it refers to."),
        Message("IngressRouteRulesNotAffected", "IST0140", Level.WARNING,
                "the subset that {0} chooses has no effect on requests through {1}",
                "Choose the subset in the VirtualService of the gateway, too."),
        Message("InsufficientPermissions", "IST0141", Level.ERROR,
                "no permission to create {0}: {1}", "Ask for the permission."),
        Message("UnsupportedKubernetesVersion", "IST0142", Level.ERROR,
                "Kubernetes {0} is older than {1}", "Update the cluster."),
        Message("LocalhostListener", "IST0143", Level.ERROR,
                "port {0} of a Service is bound to localhost, so other pods can't reach it",
                "Listen on the pod's address."),
        Message("InvalidApplicationUID", "IST0144", Level.WARNING,
                "user ID 1337 is the sidecar's own", "Run the application under another user ID."),
        Message("ConflictingGateways", "IST0145", Level.ERROR,
                "it has hosts {3} on port {2} of the workload {1} in common with the Gateways {0}",
                "Merge the Gateways, or change the hosts."),
        Message("ImageAutoWithoutInjectionWarning", "IST0146", Level.WARNING,
                "{0} {1} has the image auto, but no webhook injects it",
                "Label the namespace or the pods for injection."),
        Message("ImageAutoWithoutInjectionError", "IST0147", Level.ERROR,
                "{0} {1} has the image auto: it was not injected",
                "Label the namespace or the pod for injection, then create the pod again."),
        Message("NamespaceInjectionEnabledByDefault", "IST0148", Level.INFO,
                "sidecars are injected here, since that is the default of this mesh",
                "Label it istio-injection=disabled where that is not meant."),
        Message("JwtClaimBasedRoutingWithoutRequestAuthN", "IST0149", Level.ERROR,
                "it routes by the claim {0}, but no RequestAuthentication selects the pod {2} of the Gateway {1}",
                "Create a RequestAuthentication for the gateway's pods."),
        Message("ExternalNameServiceTypeInvalidPortName", "IST0150", Level.WARNING,
                "the port of an ExternalName Service declares no usable protocol", "Name its protocol, and not tcp."),
        Message("EnvoyFilterUsesRelativeOperation", "IST0151", Level.WARNING,
                "a patch is placed relative to others, and the filter has no priority",
                "Set spec.priority, or use INSERT_FIRST or ADD."),
        Message("EnvoyFilterUsesReplaceOperationIncorrectly", "IST0152", Level.ERROR,
                "REPLACE works on HTTP_FILTER and NETWORK_FILTER only", "Use MERGE, or remove and add."),
        Message("EnvoyFilterUsesAddOperationIncorrectly", "IST0153", Level.ERROR,
                "ADD has no effect on ROUTE_CONFIGURATION and HTTP_ROUTE", "Use MERGE."),
        Message("EnvoyFilterUsesRemoveOperationIncorrectly", "IST0154", Level.ERROR,
                "REMOVE has no effect on ROUTE_CONFIGURATION and HTTP_ROUTE", "Use MERGE."),
        Message("EnvoyFilterUsesRelativeOperationWithProxyVersion", "IST0155", Level.WARNING,
                "a patch for one proxy version is placed relative to others, and the filter has no priority",
                "Set spec.priority, or use INSERT_FIRST or ADD."),
        Message("UnsupportedGatewayAPIVersion", "IST0156", Level.ERROR,
                "the Gateway API CRDs are of version {0}; {1} is needed", "Update them."),
        Message("InvalidTelemetryProvider", "IST0157", Level.WARNING,
                'the Telemetry {0} of namespace "{1}" logs to no provider and is ignored',
                "Name a provider, or set defaultProviders in the mesh configuration."),
        Message("PodsIstioProxyImageMismatchInNamespace", "IST0158", Level.WARNING,
                "the sidecars of the pods {0} are not of the version injected now", "Restart their workloads."),
        Message("ConflictingTelemetryWorkloadSelectors", "IST0159", Level.ERROR,
                'the Telemetries {0} of namespace "{1}" all select the pod {2}',
                "Make the selectors differ, or merge the resources."),
        Message("MultipleTelemetriesWithoutWorkloadSelectors", "IST0160", Level.ERROR,
                'the Telemetries {0} of namespace "{1}" have no selector',
                "Keep one of them, or give the others a selector."),
        Message("InvalidGatewayCredential", "IST0161", Level.ERROR,
                "the credential of Gateway {0} in namespace {1} holds no usable certificate",
                "Put a valid certificate and its key into the Secret."),
        Message("GatewayPortNotDefinedOnService", "IST0162", Level.WARNING,
                "no Service of the workload {1} has the port {0}", "Add it to the Service."),
        Message("InvalidExternalControlPlaneConfig", "IST0163", Level.WARNING,
                'the address "{0}" of webhook {1} {2}', "Set the control plane's address."),
        Message("ExternalControlPlaneAddressIsNotAHostname", "IST0164", Level.INFO,
                'the address "{0}" of webhook {1} is an IP address', "Use a host name."),
        Message("ReferencedInternalGateway", "IST0165", Level.WARNING,
                "{0} refers to {1}, which Istio made from a Kubernetes Gateway", "Use an HTTPRoute for it."),
        Message("IneffectiveSelector", "IST0166", Level.WARNING,
                "the selector has no effect on the Kubernetes Gateway {0}", "Use targetRefs."),
        Message("IneffectivePolicy", "IST0167", Level.WARNING, "it has no effect: {0}", "Remove it."),
        Message("UnknownUpgradeCompatibility", "IST0168", Level.WARNING,
                "{0} changed in {1}, and whether that matters can't be told: {2}",
                "Check it, or install with compatibilityVersion={3}."),
        Message("UpdateIncompatibility", "IST0169", Level.WARNING,
                "{0} changed in {1}: {2}", "Adapt to it, or install with compatibilityVersion={3}."),
        Message("MultiClusterInconsistentService", "IST0170", Level.WARNING,
                'the Service {0} of namespace "{1}" differs between the clusters {2}: {3}',
                "Make it the same in all clusters."),
        Message("NegativeConditionStatus", "IST0171", Level.WARNING,
                "its status has {0}: {1}: {2}", "Look into the reason given."),
        Message("FutureUnsupportedGatewayAPIVersion", "IST0172", Level.WARNING,
                "the Gateway API CRDs are of version {0}; {1} will be needed", "Update them."),
        Message("DestinationRuleSubsetNotSelectPods", "IST0173", Level.ERROR,
                "the subset {0} selects no pod", "Correct its labels, else requests end in 503."),
        Message("UnknownDestinationRuleHost", "IST0174", Level.WARNING,
                "the host {0} is not a service of the mesh", "Correct the host."),
        Message("JwksUriFetchUnrestricted", "IST0175", Level.WARNING,
                "istiod may fetch keys from any address for {0} RequestAuthentications ({1})",
                "Set BLOCKED_CIDRS_IN_JWKS_URIS in istiod's environment."),
        Message("GatewayAPICRDVersionBelowMinimum", "IST0176", Level.WARNING,
                "the CRD {0} is of version {1}; below {2}, Istio ignores its objects", "Update the Gateway API CRDs."),
        Message("MisplacedInjectionSetting", "IST9001", Level.WARNING, "{0}", "Move the setting."),
        Message("UnknownInjectionSetting", "IST9002", Level.WARNING, "{0}", "Correct the name, or remove it."),
        Message("VolumeNotFound", "IST9003", Level.WARNING, "{0}", "Add the volume, or correct its name."),
        Message("RequestAboveLimit", "IST9004", Level.WARNING, "{0}", "Raise the limit, or request less."),
        Message("IneffectiveInstallSetting", "IST9005", Level.WARNING, "{0}", "Correct the setting, or remove it."),
        Message("UnknownProvider", "IST9006", Level.WARNING,
                'no extension provider of the mesh configuration is called "{0}"; there are: {1}',
                "Correct the name, or add the provider to extensionProviders."),
        Message("DelegateNotFound", "IST9007", Level.WARNING,
                "the delegate {0} {1}, so this route does not exist", "Create it, or correct the reference."),
        Message("BrokenCertificate", "IST9008", Level.WARNING,
                "{0}", "Put a valid certificate, its chain and its key into the Secret."),
        Message("ConflictingGatewayVirtualServices", "IST9009", Level.WARNING,
                "the VirtualServices {0} route the same requests for {1} on the gateway {2}",
                "Make their matches differ, or merge them: only the oldest takes effect."),
        Message("ConflictingServiceEntries", "IST9010", Level.WARNING,
                "the ServiceEntries {0} define the host {1} differently",
                "Merge them, or limit them by exportTo: only the oldest takes effect."),
        Message("SharedGatewayHost", "IST9011", Level.INFO,
                "the VirtualServices {0} share the host {1} on the gateway {2}; their routes are joined",
                "Where two rules take the same request, that of the oldest VirtualService counts."),
        Message("SharedServiceEntryHost", "IST9012", Level.INFO,
                "the ServiceEntries {0} all define the host {1}; they are joined",
                "Keep one, where they are meant to be the same."),
    )
}
# fmt: on
CODES = frozenset(message.code for message in MESSAGES.values())
