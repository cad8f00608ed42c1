"""The fields under `spec.values`. Source: upstream `operator/pkg/apis/values_types.proto`."""

from __future__ import annotations

#: Message name to its fields; see `istioctl.rendering.schema.types` for the notation.
MESSAGES = {
    "Agentgateway": "image:text",
    "ArchConfig": "amd64:uint32 arm64:uint32 ppc64le:uint32 s390x:uint32",
    "BaseConfig": (
        "enableCRDTemplates:bool enableIstioConfigCRDs:bool excludedCRDs:text[] validateGateway:bool "
        "validationCABundle:text validationURL:text"
    ),
    "CNIAmbientConfig": "configDir:text dnsCapture:bool enabled:bool ipv6:bool reconcileIptablesOnStartup:bool",
    "CNIConfig": (
        "affinity:kubernetes:Affinity ambient:CNIAmbientConfig chained:bool cniBinDir:text cniConfDir:text "
        "cniConfFileName:text cniNetnsDir:text daemonSetLabels:struct enabled:bool env:struct "
        "excludeNamespaces:text[] hub:text image:text istioOwnedCNIConfig:bool istioOwnedCNIConfigFileName:text "
        "logging:GlobalLoggingConfig logLevel:text podAnnotations:struct podLabels:struct privileged:bool "
        "provider:text psp_cluster_role:text pspClusterRole:text pullPolicy:text repair:CNIRepairConfig "
        "resource_quotas:ResourceQuotas resourceQuotas:ResourceQuotas resources:Resources "
        "rollingMaxUnavailable:intstr seccompProfile:kubernetes:SeccompProfile tag:any useAppArmorAnnotation:bool "
        "variant:text"
    ),
    "CNIRepairConfig": (
        "brokenPodLabelKey:text brokenPodLabelValue:text createEvents:text deletePods:bool enabled:bool hub:text "
        "image:text initContainerName:text labelPods:bool repairPods:bool tag:any"
    ),
    "CNIUsageConfig": "chained:bool enabled:bool provider:text",
    "DefaultPodDisruptionBudgetConfig": "enabled:bool",
    "DefaultResourcesConfig": "requests:ResourcesRequestsConfig",
    "EgressGatewayConfig": (
        "additionalContainers:struct[] autoscaleEnabled:bool autoscaleMax:uint32 autoscaleMin:uint32 "
        "configVolumes:struct[] cpu:TargetUtilizationConfig customService:bool enabled:bool env:struct "
        "injectionTemplate:text ipFamilies:text[] ipFamilyPolicy:text labels:text{} "
        "memory:TargetUtilizationConfig name:text nodeSelector:struct podAnnotations:struct "
        "podAntiAffinityLabelSelector:kubernetes:LabelSelector[] "
        "podAntiAffinityTermLabelSelector:kubernetes:LabelSelector[] ports:PortsConfig[] resources:Resources "
        "rollingMaxSurge:intstr rollingMaxUnavailable:intstr runAsRoot:bool secretVolumes:SecretVolume[] "
        "serviceAccount:ServiceAccount serviceAnnotations:struct tolerations:kubernetes:Toleration[] type:text"
    ),
    "ExperimentalConfig": "stableValidationPolicy:bool",
    "GatewaysConfig": (
        "enabled:bool istio-egressgateway:EgressGatewayConfig istio-ingressgateway:IngressGatewayConfig "
        "seccompProfile:any securityContext:any"
    ),
    "GlobalConfig": (
        "agentgateway:Agentgateway arch:ArchConfig caAddress:text caName:text certSigners:text[] "
        "configCluster:bool configValidation:bool defaultNodeSelector:struct "
        "defaultPodDisruptionBudget:DefaultPodDisruptionBudgetConfig defaultResources:DefaultResourcesConfig "
        "defaultTolerations:kubernetes:Toleration[] enableReaderRBAC:bool externalIstiod:bool hub:text "
        "imagePullPolicy:text imagePullSecrets:text[] ipFamilies:text[] ipFamilyPolicy:text istiod:IstiodConfig "
        "istioNamespace:text jwtPolicy:text logAsJson:bool logging:GlobalLoggingConfig meshID:text "
        "meshNetworks:struct mountMtlsCerts:bool multiCluster:MultiClusterConfig nativeNftables:bool network:text "
        "networkPolicy:NetworkPolicyConfig omitSidecarInjectorConfigMap:bool operatorManageWebhooks:bool "
        "pilotCertProvider:text platform:text podDNSSearchNamespaces:text[] priorityClassName:text "
        "proxy:ProxyConfig proxy_init:ProxyInitConfig remotePilotAddress:text resourceScope:ResourceScope "
        "revision:text sds:SDSConfig sts:STSConfig tag:any tracer:TracerConfig trustBundleName:text variant:text "
        "waypoint:WaypointConfig"
    ),
    "GlobalLoggingConfig": "level:text",
    "IngressGatewayConfig": (
        "additionalContainers:struct[] autoscaleEnabled:bool autoscaleMax:uint32 autoscaleMin:uint32 "
        "configVolumes:struct[] cpu:TargetUtilizationConfig customService:bool enabled:bool env:struct "
        "externalTrafficPolicy:text ingressPorts:struct[] injectionTemplate:text ipFamilies:text[] "
        "ipFamilyPolicy:text labels:text{} loadBalancerIP:text loadBalancerSourceRanges:text[] "
        "memory:TargetUtilizationConfig name:text nodeSelector:struct podAnnotations:struct "
        "podAntiAffinityLabelSelector:kubernetes:LabelSelector[] "
        "podAntiAffinityTermLabelSelector:kubernetes:LabelSelector[] ports:PortsConfig[] replicaCount:uint32 "
        "resources:struct rollingMaxSurge:intstr rollingMaxUnavailable:intstr runAsRoot:bool "
        "secretVolumes:SecretVolume[] serviceAccount:ServiceAccount serviceAnnotations:struct "
        "tolerations:kubernetes:Toleration[] type:text"
    ),
    "IstiodConfig": "enableAnalysis:bool",
    "IstiodRemoteConfig": (
        "enabled:bool enabledLocalInjectorIstiod:bool injectionCABundle:text injectionPath:text injectionURL:text"
    ),
    "MultiClusterConfig": "clusterName:text enabled:bool globalDomainSuffix:text includeEnvoyFilter:bool",
    "NetworkPolicyConfig": "enabled:bool",
    "PilotConfig": (
        "affinity:kubernetes:Affinity autoscaleBehavior:struct autoscaleEnabled:bool autoscaleMax:uint32 "
        "autoscaleMin:uint32 cni:CNIUsageConfig configMap:bool cpu:TargetUtilizationConfig crlConfigMapName:text "
        "deploymentLabels:struct enabled:bool env:struct envVarFrom:struct[] extraContainerArgs:struct[] hub:text "
        "image:text ipFamilies:text[] ipFamilyPolicy:text istiodRemote:IstiodRemoteConfig "
        "jwksResolverExtraRootCA:text keepaliveMaxServerConnectionAge:duration memory:TargetUtilizationConfig "
        "nodeSelector:struct podAnnotations:struct podLabels:struct replicaCount:uint32 resources:Resources "
        "rollingMaxSurge:intstr rollingMaxUnavailable:intstr seccompProfile:kubernetes:SeccompProfile "
        "serviceAccountAnnotations:struct serviceAnnotations:struct tag:any taint:PilotTaintControllerConfig "
        "tolerations:kubernetes:Toleration[] topologySpreadConstraints:kubernetes:TopologySpreadConstraint[] "
        "traceSampling:number trustedZtunnelNamespace:text variant:text volumeMounts:kubernetes:VolumeMount[] "
        "volumes:kubernetes:Volume[]"
    ),
    "PilotTaintControllerConfig": "enabled:bool name:text namespace:text",
    "PortsConfig": "name:text nodePort:int32 port:int32 protocol:text targetPort:int32",
    "ProxyConfig": (
        "autoInject:text clusterDomain:text componentLogLevel:text enableCoreDump:bool excludeInboundPorts:text "
        "excludeIPRanges:text excludeOutboundPorts:text holdApplicationUntilProxyStarts:bool image:text "
        "includeInboundPorts:text includeIPRanges:text includeOutboundPorts:text lifecycle:kubernetes:Lifecycle "
        "logLevel:text outlierLogPath:text privileged:bool readinessFailureThreshold:uint32 "
        "readinessInitialDelaySeconds:uint32 readinessPeriodSeconds:uint32 resources:Resources "
        "seccompProfile:kubernetes:SeccompProfile startupProbe:StartupProbe statusPort:uint32 tracer:Tracer"
    ),
    "ProxyInitConfig": "image:text resources:Resources",
    "ResourceQuotas": "enabled:bool pods:int64",
    "Resources": "limits:text{} requests:text{}",
    "ResourcesRequestsConfig": "cpu:text memory:text",
    "SDSConfig": "token:struct",
    "STSConfig": "servicePort:uint32",
    "SecretVolume": "mountPath:text name:text secretName:text",
    "ServiceAccount": "annotations:struct",
    "SidecarInjectorConfig": (
        "alwaysInjectSelector:kubernetes:LabelSelector[] defaultTemplates:text[] enableNamespacesByDefault:bool "
        "injectedAnnotations:struct injectionURL:text neverInjectSelector:kubernetes:LabelSelector[] "
        "reinvocationPolicy:text rewriteAppHTTPProbe:bool templates:struct"
    ),
    "StartupProbe": "enabled:bool failureThreshold:uint32",
    "TargetUtilizationConfig": "targetAverageUtilization:int32",
    "TelemetryConfig": "enabled:bool v2:TelemetryV2Config",
    "TelemetryV2Config": "enabled:bool prometheus:TelemetryV2PrometheusConfig stackdriver:TelemetryV2StackDriverConfig",
    "TelemetryV2PrometheusConfig": "enabled:bool",
    "TelemetryV2StackDriverConfig": "enabled:bool",
    "TracerConfig": (
        "datadog:TracerDatadogConfig lightstep:TracerLightStepConfig stackdriver:TracerStackdriverConfig "
        "zipkin:TracerZipkinConfig"
    ),
    "TracerDatadogConfig": "address:text",
    "TracerLightStepConfig": "accessToken:text address:text",
    "TracerStackdriverConfig": (
        "debug:bool maxNumberOfAnnotations:uint32 maxNumberOfAttributes:uint32 maxNumberOfMessageEvents:uint32"
    ),
    "TracerZipkinConfig": "address:text",
    "Values": (
        "base:BaseConfig cni:CNIConfig compatibilityVersion:text defaultRevision:text "
        "experimental:ExperimentalConfig gatewayClasses:struct{} gateways:GatewaysConfig global:GlobalConfig "
        "istio_cni:CNIUsageConfig istiodRemote:IstiodRemoteConfig meshConfig:mesh:MeshConfig ownerName:text "
        "pilot:PilotConfig profile:text revision:text revisionTags:text[] "
        "sidecarInjectorWebhook:SidecarInjectorConfig telemetry:TelemetryConfig ztunnel:any"
    ),
    "WaypointConfig": (
        "affinity:kubernetes:Affinity nodeSelector:kubernetes:NodeSelector resources:Resources "
        "toleration:kubernetes:Toleration[] topologySpreadConstraints:kubernetes:TopologySpreadConstraint[]"
    ),
}

#: Enum name to its values; a number stands for the value of that number.
ENUMS = {
    "ResourceScope": "undefined all cluster namespace",
    "Tracer": "zipkin lightstep datadog stackdriver openCensusAgent none",
}
