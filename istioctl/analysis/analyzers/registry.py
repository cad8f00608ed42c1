"""All analyzers: their names, what they do, which kinds they read, and where they live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from istioctl.analysis.validation.rules import RULES

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


# fmt: off
ANALYZERS: tuple[Analyzer, ...] = (
    Analyzer("annotations.AlphaAnalyzer", "Annotations of alpha features",
             ("Namespace", "Service", "Pod", "Deployment"), "annotations:analyze_alpha"),
    Analyzer("annotations.K8sAnalyzer", "Unknown, misplaced, deprecated and bad annotations",
             ("Namespace", "Service", "Pod", "Deployment"), "annotations:analyze_annotations"),
    Analyzer("applicationUID.Analyzer", "Applications that run as the sidecar's user",
             ("Pod", "Deployment"), "workloads:analyze_user_ids"),
    Analyzer("auth.AuthorizationPoliciesAnalyzer", "AuthorizationPolicies that apply to nothing",
             ("AuthorizationPolicy", "Namespace", "Pod"), "security:analyze_authorization"),
    Analyzer("authn.BlockedCIDRsAnalyzer", "Where istiod may fetch keys for RequestAuthentications",
             ("RequestAuthentication", "Deployment"), "security:analyze_key_fetching"),
    Analyzer("conditions.ConditionAnalyzer", "Objects whose status says that they do not work",
             ("Service", "ServiceEntry", "WorkloadEntry", "AuthorizationPolicy",
              "KubernetesGateway", "GRPCRoute", "HTTPRoute"), "status:analyze_conditions"),
    Analyzer("deployment.MultiServiceAnalyzer", "Deployments whose Services disagree about a port",
             ("Service", "Deployment", "Namespace"), "workloads:analyze_services"),
    Analyzer("deprecation.DeprecationAnalyzer", "Deprecated kinds and fields",
             ("VirtualService", "Sidecar", "CustomResourceDefinition"), "mesh:analyze_deprecations"),
    Analyzer("destinationrule.CaCertificateAnalyzer", "TLS towards servers whose certificates nobody checks",
             ("DestinationRule",), "destination_rules:analyze_certificates"),
    Analyzer("destinationrule.SubsetSelectPodAnalyzer", "Subsets that select no pod",
             ("DestinationRule", "Pod", "Service", "ServiceEntry", "Node"), "destination_rules:analyze_subsets"),
    Analyzer("envoyfilter.EnvoyPatchAnalyzer", "Patches without a lasting effect",
             ("EnvoyFilter",), "envoy_filters:analyze_patches"),
    Analyzer("externalcontrolplane.ExternalControlPlaneAnalyzer", "Addresses of control planes outside the cluster",
             ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"),
             "webhooks:analyze_external_control_planes"),
    Analyzer("gateway.CertificateAnalyzer", "Gateways that share a certificate",
             ("Gateway",), "gateways:analyze_duplicate_certificates"),
    Analyzer("gateway.ConflictingGatewayAnalyzer", "Gateways that serve the same hosts",
             ("Gateway", "Pod"), "gateways:analyze_conflicts"),
    Analyzer("gateway.IngressGatewayPortAnalyzer", "Ports of gateways that no Service has",
             ("Gateway", "Pod", "Service"), "gateways:analyze_ports"),
    Analyzer("gateway.SecretAnalyzer", "Secrets that gateways name",
             ("Gateway", "Pod", "Secret"), "gateways:analyze_secrets"),
    Analyzer("injection.Analyzer", "Namespaces and pods without sidecars",
             ("Namespace", "Pod", "ConfigMap"), "injection:analyze_injection"),
    Analyzer("injection.ImageAnalyzer", "Sidecars of another version than the injector's",
             ("Namespace", "Pod", "ConfigMap", "ProxyConfig"), "injection:analyze_images"),
    Analyzer("injection.ImageAutoAnalyzer", "Workloads whose proxy image waits for an injection that does not come",
             ("Namespace", "Pod", "Deployment", "MutatingWebhookConfiguration"), "injection:analyze_auto_images"),
    Analyzer("injection.SettingsAnalyzer", "Settings of injection that do not do what they say",
             ("Namespace", "Pod", "Deployment"), "injection_settings:analyze_settings"),
    Analyzer("k8sgateway.CRDVersionAnalyzer", "CRDs of the Gateway API that are too old",
             ("CustomResourceDefinition",), "kubernetes_gateways:analyze_crd_versions"),
    Analyzer("k8sgateway.SelectorAnalyzer", "Policies that pick a Kubernetes gateway by labels",
             ("AuthorizationPolicy", "RequestAuthentication", "Telemetry", "WasmPlugin", "Pod"),
             "kubernetes_gateways:analyze_selectors"),
    Analyzer("meshnetworks.MeshNetworksAnalyzer", "Registries that networks name",
             ("Secret",), "mesh:analyze_networks"),
    Analyzer("service.PortNameAnalyzer", "Ports of Services that declare no protocol",
             ("Service",), "services:analyze_port_names"),
    Analyzer("serviceentry.Analyzer", "ServiceEntries whose ports need addresses",
             ("ServiceEntry",), "services:analyze_addresses"),
    Analyzer("serviceentry.RivalsAnalyzer", "ServiceEntries for the same host",
             ("ServiceEntry",), "rivals:analyze_service_entries"),
    Analyzer("services.MultiClusterServiceAnalyzer", "Services that differ between clusters",
             ("Service",), "mesh:analyze_clusters"),
    Analyzer("secret.CertificateAnalyzer", "Certificates, chains and keys of Secrets",
             ("Secret",), "certificates:analyze_certificates"),
    Analyzer("sidecar.SelectorAnalyzer", "Sidecars for the same pods, or for none",
             ("Sidecar", "Pod", "Namespace"), "sidecars:analyze_sidecars"),
    Analyzer("telemetry.DefaultSelectorAnalyzer", "Several Telemetries for a whole namespace",
             ("Telemetry",), "sidecars:analyze_default_telemetries"),
    Analyzer("telemetry.LightstepAnalyzer", "Traces that go to Lightstep",
             ("Telemetry",), "sidecars:analyze_lightstep"),
    Analyzer("telemetry.ProviderAnalyzer", "Access logs that go nowhere",
             ("Telemetry",), "sidecars:analyze_providers"),
    Analyzer("telemetry.ProviderNameAnalyzer", "Providers that the mesh does not have",
             ("Telemetry", "AuthorizationPolicy"), "providers:analyze_names"),
    Analyzer("telemetry.SelectorAnalyzer", "Telemetries for the same pods, or for none",
             ("Telemetry", "Pod"), "sidecars:analyze_telemetries"),
    Analyzer("virtualservice.ConflictingMeshGatewayHostsAnalyzer", "VirtualServices for the same host",
             ("VirtualService",), "virtual_services:analyze_conflicts"),
    Analyzer("virtualservice.DelegateAnalyzer", "Delegates that do not exist",
             ("VirtualService",), "virtual_services:analyze_delegates"),
    Analyzer("virtualservice.GatewayHostsAnalyzer", "VirtualServices that route the same requests on a gateway",
             ("VirtualService",), "rivals:analyze_gateway_hosts"),
    Analyzer("virtualservice.DestinationHostAnalyzer", "Destinations that do not exist",
             ("ServiceEntry", "VirtualService", "Service"), "virtual_services:analyze_destinations"),
    Analyzer("virtualservice.DestinationRuleAnalyzer", "Subsets that no DestinationRule defines",
             ("VirtualService", "DestinationRule"), "virtual_services:analyze_subsets"),
    Analyzer("virtualservice.GatewayAnalyzer", "Gateways that VirtualServices name",
             ("Gateway", "VirtualService"), "virtual_services:analyze_gateways"),
    Analyzer("virtualservice.JWTClaimRouteAnalyzer", "Routing by claims that nobody checks",
             ("VirtualService", "RequestAuthentication", "Gateway", "Pod"), "virtual_services:analyze_claims"),
    Analyzer("webhook.Analyzer", "Webhooks that overlap, or lead nowhere",
             ("MutatingWebhookConfiguration", "Service"), "webhooks:analyze_webhooks"),
    *(
        Analyzer(f"schema.ValidationAnalyzer.{kind}", f"What istiod says about each {kind}", (kind,), f"schema:{kind}")
        for kind in RULES
    ),
)
# fmt: on


def chosen(names: tuple[str, ...]) -> tuple[Analyzer, ...]:
    """The analyzers of these names; all of them where none is known, as the real tool has it."""
    return tuple(analyzer for analyzer in ANALYZERS if analyzer.name in names) or ANALYZERS
