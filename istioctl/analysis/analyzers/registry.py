"""All analyzers: their names, what they do, which kinds they read, and where they live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from istioctl.analysis.findings import Findings
    from istioctl.analysis.resources import Snapshot

Analyze = Callable[["Snapshot", "Findings"], None]


@dataclass(frozen=True, slots=True)
class Analyzer:
    """One analyzer.

    Attributes:
        description: what it checks, one line.
        inputs: the kinds it reads, so that no others are fetched from a cluster for it.
        target: `module:function` below this package; for `schema`, what follows is the kind it checks.
    """

    name: str
    description: str
    inputs: tuple[str, ...]
    target: str

    @property
    def run(self) -> Analyze:
        """The function that looks at a snapshot; its module is imported now."""
        module, _, function = self.target.partition(":")
        loaded = import_module(f"istioctl.analysis.analyzers.{module}")
        if module == "schema":
            return partial(loaded.analyze_kind, function)
        analyze: Analyze = getattr(loaded, function)
        return analyze


_ISTIO_KINDS = (
    "AuthorizationPolicy DestinationRule EnvoyFilter Gateway PeerAuthentication ProxyConfig RequestAuthentication"
    " ServiceEntry Sidecar Telemetry TrafficExtension VirtualService WasmPlugin WorkloadEntry WorkloadGroup"
)
_TABLE = """
annotations.AlphaAnalyzer: Annotations of alpha features
  annotations:analyze_alpha Namespace Service Pod Deployment
annotations.K8sAnalyzer: Unknown, misplaced, deprecated and bad annotations
  annotations:analyze_annotations Namespace Service Pod Deployment
applicationUID.Analyzer: Applications that run as the sidecar's user
  workloads:analyze_user_ids Pod Deployment
auth.AuthorizationPoliciesAnalyzer: AuthorizationPolicies that apply to nothing
  security:analyze_authorization AuthorizationPolicy Namespace Pod
authn.BlockedCIDRsAnalyzer: Where istiod may fetch keys for RequestAuthentications
  security:analyze_key_fetching RequestAuthentication Deployment
conditions.ConditionAnalyzer: Objects whose status says that they do not work
  status:analyze_conditions Service ServiceEntry WorkloadEntry AuthorizationPolicy KubernetesGateway GRPCRoute HTTPRoute
deployment.MultiServiceAnalyzer: Deployments whose Services disagree about a port
  workloads:analyze_services Service Deployment Namespace
deprecation.DeprecationAnalyzer: Deprecated kinds and fields
  mesh:analyze_deprecations VirtualService Sidecar CustomResourceDefinition
destinationrule.CaCertificateAnalyzer: TLS towards servers whose certificates nobody checks
  destination_rules:analyze_certificates DestinationRule
destinationrule.SubsetSelectPodAnalyzer: Subsets that select no pod
  destination_rules:analyze_subsets DestinationRule Pod Service ServiceEntry Node
envoyfilter.EnvoyPatchAnalyzer: Patches without a lasting effect
  envoy_filters:analyze_patches EnvoyFilter
externalcontrolplane.ExternalControlPlaneAnalyzer: Addresses of control planes outside the cluster
  webhooks:analyze_external_control_planes ValidatingWebhookConfiguration MutatingWebhookConfiguration
gateway.CertificateAnalyzer: Gateways that share a certificate
  gateways:analyze_duplicate_certificates Gateway
gateway.ConflictingGatewayAnalyzer: Gateways that serve the same hosts
  gateways:analyze_conflicts Gateway Pod
gateway.IngressGatewayPortAnalyzer: Ports of gateways that no Service has
  gateways:analyze_ports Gateway Pod Service
gateway.SecretAnalyzer: Secrets that gateways name
  gateways:analyze_secrets Gateway Pod Secret
injection.Analyzer: Namespaces and pods without sidecars
  injection:analyze_injection Namespace Pod ConfigMap
injection.ImageAnalyzer: Sidecars of another version than the injector's
  injection:analyze_images Namespace Pod ConfigMap ProxyConfig
injection.ImageAutoAnalyzer: Workloads whose proxy image waits for an injection that does not come
  injection:analyze_auto_images Namespace Pod Deployment MutatingWebhookConfiguration
k8sgateway.CRDVersionAnalyzer: CRDs of the Gateway API that are too old
  kubernetes_gateways:analyze_crd_versions CustomResourceDefinition
k8sgateway.SelectorAnalyzer: Policies that pick a Kubernetes gateway by labels
  kubernetes_gateways:analyze_selectors AuthorizationPolicy RequestAuthentication Telemetry WasmPlugin Pod
meshnetworks.MeshNetworksAnalyzer: Registries that networks name
  mesh:analyze_networks Secret
service.PortNameAnalyzer: Ports of Services that declare no protocol
  services:analyze_port_names Service
serviceentry.Analyzer: ServiceEntries whose ports need addresses
  services:analyze_addresses ServiceEntry
services.MultiClusterServiceAnalyzer: Services that differ between clusters
  mesh:analyze_clusters Service
sidecar.SelectorAnalyzer: Sidecars for the same pods, or for none
  sidecars:analyze_sidecars Sidecar Pod Namespace
telemetry.DefaultSelectorAnalyzer: Several Telemetries for a whole namespace
  sidecars:analyze_default_telemetries Telemetry
telemetry.LightstepAnalyzer: Traces that go to Lightstep
  sidecars:analyze_lightstep Telemetry
telemetry.ProviderAnalyzer: Access logs that go nowhere
  sidecars:analyze_providers Telemetry
telemetry.SelectorAnalyzer: Telemetries for the same pods, or for none
  sidecars:analyze_telemetries Telemetry Pod
virtualservice.ConflictingMeshGatewayHostsAnalyzer: VirtualServices for the same host
  virtual_services:analyze_conflicts VirtualService
virtualservice.DestinationHostAnalyzer: Destinations that do not exist
  virtual_services:analyze_destinations ServiceEntry VirtualService Service
virtualservice.DestinationRuleAnalyzer: Subsets that no DestinationRule defines
  virtual_services:analyze_subsets VirtualService DestinationRule
virtualservice.GatewayAnalyzer: Gateways that VirtualServices name
  virtual_services:analyze_gateways Gateway VirtualService
virtualservice.JWTClaimRouteAnalyzer: Routing by claims that nobody checks
  virtual_services:analyze_claims VirtualService RequestAuthentication Gateway Pod
webhook.Analyzer: Webhooks that overlap, or lead nowhere
  webhooks:analyze_webhooks MutatingWebhookConfiguration Service
"""


def _read(table: str) -> list[Analyzer]:
    """Two lines an analyzer: name and description; where it lives, and the kinds it reads."""
    lines = table.strip().splitlines()
    analyzers = []
    for head, tail in zip(lines[::2], lines[1::2], strict=True):
        name, _, about = head.partition(": ")
        target, *kinds = tail.split()
        analyzers.append(Analyzer(name, about, tuple(kinds), target))
    return analyzers


ANALYZERS: tuple[Analyzer, ...] = (
    *_read(_TABLE),
    *(
        Analyzer(f"schema.ValidationAnalyzer.{kind}", f"What istiod says about each {kind}", (kind,), f"schema:{kind}")
        for kind in _ISTIO_KINDS.split()
    ),
)


def chosen(names: tuple[str, ...]) -> tuple[Analyzer, ...]:
    """The analyzers of these names; all of them where none is known, as the real tool has it."""
    return tuple(analyzer for analyzer in ANALYZERS if analyzer.name in names) or ANALYZERS
