"""The catalogue of analysis messages.

Codes, names and levels are those of istio 1.30.3 (`pkg/config/analysis/msg/messages.yaml`); the words are this
project's. `{0}`, `{1}`, … stand for a message's parameters.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

#: Where a message is explained, by its code in lower case.
DOCUMENTATION = "https://istio.io/latest/docs/reference/config/analysis/"


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
        """The address of the page that explains it."""
        return f"{DOCUMENTATION}{self.code.lower()}/"


_TABLE = """
IST0001 Error InternalError
  internal error: {0}
  Report this as a bug.
IST0002 Warning Deprecated
  {0}
  Move to what replaces it before it is removed.
IST0101 Error ReferencedResourceNotFound
  the {0} "{1}" does not exist
  Create it, or correct the reference.
IST0102 Info NamespaceNotInjected
  no sidecar is injected in this namespace
  Label it istio-injection=enabled, or istio-injection=disabled where that is meant.
IST0103 Warning PodMissingProxy
  the pod {0} has no sidecar
  Restart its workload, so that one is injected.
IST0106 Error SchemaValidationError
  {0}
  Correct the field: istiod refuses the object as it is.
IST0107 Warning MisplacedAnnotation
  the annotation {0} has no effect here, only on {1}
  Move the annotation.
IST0108 Warning UnknownAnnotation
  {0} is not an annotation of Istio
  Correct its name, or remove it.
IST0109 Error ConflictingMeshGatewayVirtualServiceHosts
  the VirtualServices {0} all route {1} inside the mesh
  Merge them, since only one of them takes effect.
IST0110 Error ConflictingSidecarWorkloadSelectors
  the Sidecars {0} of namespace "{1}" all select the pod {2}
  Make the selectors differ, or merge the resources.
IST0111 Error MultipleSidecarsWithoutWorkloadSelectors
  the Sidecars {0} of namespace "{1}" have no selector
  Keep one of them, or give the others a selector.
IST0112 Error VirtualServiceDestinationPortSelectorRequired
  the destination {0} has the ports {1}, and none is chosen
  Set the destination's port.
IST0116 Warning DeploymentAssociatedToMultipleServices
  port {1} of {0} has different protocols in the Services {2}
  Use one protocol for the port.
IST0118 Info PortNameIsNotUnderNamingConvention
  the name {0} of port {1} (target {2}) declares no protocol
  Start the name with one, as in http-web, or set appProtocol.
IST0123 Warning NamespaceMultipleInjectionLabels
  the namespace has several injection labels: {0}
  Keep one of them.
IST0125 Warning InvalidAnnotation
  the annotation {0} is not valid: {1}
  Correct its value.
IST0126 Error UnknownMeshNetworksServiceRegistry
  the network {1} names the registry {0}, which is not known
  Correct the name, or create the remote secret of that cluster.
IST0127 Warning NoMatchingWorkloadsFound
  no workload matches the labels {0}
  Correct the selector, or deploy the workload.
IST0128 Warning NoServerCertificateVerificationDestinationLevel
  {0} uses TLS mode {2} for {3}, but no caCertificates to check the server by
  Set tls.caCertificates.
IST0129 Warning NoServerCertificateVerificationPortLevel
  {0} uses TLS mode {2} for {3} at port {4}, but no caCertificates to check the server by
  Set tls.caCertificates.
IST0130 Warning VirtualServiceUnreachableRule
  the rule {0} is never used: {1}
  Remove it, or move it up.
IST0131 Info VirtualServiceIneffectiveMatch
  the match {1} of rule {0} is never used: rule {2} takes the same requests
  Remove the match, or move the rule up.
IST0132 Warning VirtualServiceHostNotFoundInGateway
  none of the hosts {0} of {1} is served by the Gateway {2}
  Add a host to a server of the Gateway.
IST0133 Warning SchemaWarning
  {0}
  Check whether this is meant.
IST0134 Warning ServiceEntryAddressesRequired
  a port of protocol TCP, or of none, needs addresses
  Set spec.addresses, or have istiod allocate them.
IST0135 Info DeprecatedAnnotation
  the annotation {0} is deprecated{1}
  Replace it before it is removed.
IST0136 Info AlphaAnnotation
  the annotation {0} belongs to an alpha feature
  Do not rely on it in production.
IST0137 Warning DeploymentConflictingPorts
  the Services {1} send different ports {3} to the target port {2} of {0}
  Use one port for the target port.
IST0138 Warning GatewayDuplicateCertificate
  the Gateways {0} share a certificate, so clients may reuse connections
  Use a certificate for each, or one Gateway for both, else requests may end in 404.
IST0139 Error InvalidWebhook
  {0}
  Remove the webhook, or install what it refers to.
IST0140 Warning IngressRouteRulesNotAffected
  the subset that {0} chooses has no effect on requests through {1}
  Choose the subset in the VirtualService of the gateway, too.
IST0141 Error InsufficientPermissions
  no permission to create {0}: {1}
  Ask for the permission.
IST0142 Error UnsupportedKubernetesVersion
  Kubernetes {0} is older than {1}
  Update the cluster.
IST0143 Error LocalhostListener
  port {0} of a Service is bound to localhost, so other pods can't reach it
  Listen on the pod's address.
IST0144 Warning InvalidApplicationUID
  user ID 1337 is the sidecar's own
  Run the application under another user ID.
IST0145 Error ConflictingGateways
  it has hosts {3} on port {2} of the workload {1} in common with the Gateways {0}
  Merge the Gateways, or change the hosts.
IST0146 Warning ImageAutoWithoutInjectionWarning
  {0} {1} has the image auto, but no webhook injects it
  Label the namespace or the pods for injection.
IST0147 Error ImageAutoWithoutInjectionError
  {0} {1} has the image auto: it was not injected
  Label the namespace or the pod for injection, then create the pod again.
IST0148 Info NamespaceInjectionEnabledByDefault
  sidecars are injected here, since that is the default of this mesh
  Label it istio-injection=disabled where that is not meant.
IST0149 Error JwtClaimBasedRoutingWithoutRequestAuthN
  it routes by the claim {0}, but no RequestAuthentication selects the pod {2} of the Gateway {1}
  Create a RequestAuthentication for the gateway's pods.
IST0150 Warning ExternalNameServiceTypeInvalidPortName
  the port of an ExternalName Service declares no usable protocol
  Name its protocol, and not tcp.
IST0151 Warning EnvoyFilterUsesRelativeOperation
  a patch is placed relative to others, and the filter has no priority
  Set spec.priority, or use INSERT_FIRST or ADD.
IST0152 Error EnvoyFilterUsesReplaceOperationIncorrectly
  REPLACE works on HTTP_FILTER and NETWORK_FILTER only
  Use MERGE, or remove and add.
IST0153 Error EnvoyFilterUsesAddOperationIncorrectly
  ADD has no effect on ROUTE_CONFIGURATION and HTTP_ROUTE
  Use MERGE.
IST0154 Error EnvoyFilterUsesRemoveOperationIncorrectly
  REMOVE has no effect on ROUTE_CONFIGURATION and HTTP_ROUTE
  Use MERGE.
IST0155 Warning EnvoyFilterUsesRelativeOperationWithProxyVersion
  a patch for one proxy version is placed relative to others, and the filter has no priority
  Set spec.priority, or use INSERT_FIRST or ADD.
IST0156 Error UnsupportedGatewayAPIVersion
  the Gateway API CRDs are of version {0}; {1} is needed
  Update them.
IST0157 Warning InvalidTelemetryProvider
  the Telemetry {0} of namespace "{1}" logs to no provider and is ignored
  Name a provider, or set defaultProviders in the mesh configuration.
IST0158 Warning PodsIstioProxyImageMismatchInNamespace
  the sidecars of the pods {0} are not of the version injected now
  Restart their workloads.
IST0159 Error ConflictingTelemetryWorkloadSelectors
  the Telemetries {0} of namespace "{1}" all select the pod {2}
  Make the selectors differ, or merge the resources.
IST0160 Error MultipleTelemetriesWithoutWorkloadSelectors
  the Telemetries {0} of namespace "{1}" have no selector
  Keep one of them, or give the others a selector.
IST0161 Error InvalidGatewayCredential
  the credential of Gateway {0} in namespace {1} holds no usable certificate
  Put a valid certificate and its key into the Secret.
IST0162 Warning GatewayPortNotDefinedOnService
  no Service of the workload {1} has the port {0}
  Add it to the Service.
IST0163 Warning InvalidExternalControlPlaneConfig
  the address "{0}" of webhook {1} {2}
  Set the control plane's address.
IST0164 Info ExternalControlPlaneAddressIsNotAHostname
  the address "{0}" of webhook {1} is an IP address
  Use a host name.
IST0165 Warning ReferencedInternalGateway
  {0} refers to {1}, which Istio made from a Kubernetes Gateway
  Use an HTTPRoute for it.
IST0166 Warning IneffectiveSelector
  the selector has no effect on the Kubernetes Gateway {0}
  Use targetRefs.
IST0167 Warning IneffectivePolicy
  it has no effect: {0}
  Remove it.
IST0168 Warning UnknownUpgradeCompatibility
  {0} changed in {1}, and whether that matters can't be told: {2}
  Check it, or install with compatibilityVersion={3}.
IST0169 Warning UpdateIncompatibility
  {0} changed in {1}: {2}
  Adapt to it, or install with compatibilityVersion={3}.
IST0170 Warning MultiClusterInconsistentService
  the Service {0} of namespace "{1}" differs between the clusters {2}: {3}
  Make it the same in all clusters.
IST0171 Warning NegativeConditionStatus
  its status has {0}: {1}: {2}
  Look into the reason given.
IST0172 Warning FutureUnsupportedGatewayAPIVersion
  the Gateway API CRDs are of version {0}; {1} will be needed
  Update them.
IST0173 Error DestinationRuleSubsetNotSelectPods
  the subset {0} selects no pod
  Correct its labels, else requests end in 503.
IST0174 Warning UnknownDestinationRuleHost
  the host {0} is not a service of the mesh
  Correct the host.
IST0175 Warning JwksUriFetchUnrestricted
  istiod may fetch keys from any address for {0} RequestAuthentications ({1})
  Set BLOCKED_CIDRS_IN_JWKS_URIS in istiod's environment.
IST0176 Warning GatewayAPICRDVersionBelowMinimum
  the CRD {0} is of version {1}; below {2}, Istio ignores its objects
  Update the Gateway API CRDs.
"""


def _read(table: str) -> dict[str, Message]:
    """Three lines a message: code, level and name; the text; the advice."""
    lines = [line.strip() for line in table.strip().splitlines()]
    messages = {}
    for head, text, advice in zip(lines[::3], lines[1::3], lines[2::3], strict=True):
        code, level, name = head.split()
        messages[name] = Message(name, code, Level[level.upper()], text, advice)
    return messages


MESSAGES = _read(_TABLE)
CODES = frozenset(message.code for message in MESSAGES.values())
