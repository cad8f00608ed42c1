"""The fields of the mesh configuration. Source: `mesh/v1alpha1/{config,proxy}.proto` of istio.io/api 1.30.3."""

from __future__ import annotations

#: Message name to its fields; see `istioctl.rendering.schema.types` for the notation.
MESSAGES = {
    "CA": "address:text istiodSide:bool requestTimeout:duration tlsSettings:ClientTLSSettings",
    "Certificate": "dnsNames:text[] secretName:text",
    "CertificateData": (
        "certSigners:text[] pem:text|certificateData spiffeBundleUrl:text|certificateData trustDomains:text[]"
    ),
    "ClientTLSSettings": (
        "caCertificates:text caCrl:text clientCertificate:text credentialName:text insecureSkipVerify:bool "
        "mode:ClientTLSSettingsTLSmode privateKey:text sni:text subjectAltNames:text[]"
    ),
    "ConfigSource": "address:text subscribedResources:Resource[] tlsSettings:ClientTLSSettings",
    "DatadogTracingProvider": "maxTagLength:uint32 port:uint32 service:text",
    "DefaultProviders": "accessLogging:text[] metrics:text[] tracing:text[]",
    "EnvoyExternalAuthorizationGrpcProvider": (
        "clearRouteCache:bool failOpen:bool includeRequestBodyInCheck:EnvoyExternalAuthorizationRequestBody "
        "port:uint32 service:text statusOnError:text timeout:duration"
    ),
    "EnvoyExternalAuthorizationHttpProvider": (
        "clearRouteCache:bool failOpen:bool headersToDownstreamOnAllow:text[] headersToDownstreamOnDeny:text[] "
        "headersToUpstreamOnAllow:text[] includeAdditionalHeadersInCheck:text{} includeHeadersInCheck:text[] "
        "includeRequestBodyInCheck:EnvoyExternalAuthorizationRequestBody includeRequestHeadersInCheck:text[] "
        "pathPrefix:text port:uint32 service:text statusOnError:text timeout:duration"
    ),
    "EnvoyExternalAuthorizationRequestBody": "allowPartialMessage:bool maxRequestBytes:uint32 packAsBytes:bool",
    "EnvoyFileAccessLogProvider": "logFormat:EnvoyFileAccessLogProviderLogFormat omitEmptyValues:bool path:text",
    "EnvoyFileAccessLogProviderLogFormat": "labels:struct|logFormat text:text|logFormat",
    "EnvoyHttpGrpcV3LogProvider": (
        "additionalRequestHeadersToLog:text[] additionalResponseHeadersToLog:text[] "
        "additionalResponseTrailersToLog:text[] filterStateObjectsToLog:text[] logName:text port:uint32 "
        "service:text"
    ),
    "EnvoyOpenTelemetryLogProvider": (
        "logFormat:EnvoyOpenTelemetryLogProviderLogFormat logName:text port:uint32 service:text"
    ),
    "EnvoyOpenTelemetryLogProviderLogFormat": "labels:struct text:text",
    "EnvoyTcpGrpcV3LogProvider": "filterStateObjectsToLog:text[] logName:text port:uint32 service:text",
    "ExecHealthCheckConfig": "command:text[]",
    "ExtensionProvider": (
        "datadog:DatadogTracingProvider|provider "
        "envoyExtAuthzGrpc:EnvoyExternalAuthorizationGrpcProvider|provider "
        "envoyExtAuthzHttp:EnvoyExternalAuthorizationHttpProvider|provider "
        "envoyFileAccessLog:EnvoyFileAccessLogProvider|provider envoyHttpAls:EnvoyHttpGrpcV3LogProvider|provider "
        "envoyOtelAls:EnvoyOpenTelemetryLogProvider|provider envoyTcpAls:EnvoyTcpGrpcV3LogProvider|provider "
        "lightstep:LightstepTracingProvider|provider name:text opencensus:OpenCensusAgentTracingProvider|provider "
        "opentelemetry:OpenTelemetryTracingProvider|provider prometheus:PrometheusMetricsProvider|provider "
        "sds:SDSProvider|provider skywalking:SkyWalkingTracingProvider|provider "
        "stackdriver:StackdriverProvider|provider zipkin:ZipkinTracingProvider|provider"
    ),
    "GrpcHealthCheckConfig": "port:uint32 service:text",
    "GrpcService": "initialMetadata:HttpHeader[] timeout:duration",
    "HTTPHeader": "name:text value:text",
    "HTTPHealthCheckConfig": "host:text httpHeaders:HTTPHeader[] path:text port:uint32 scheme:text",
    "HTTPRetry": (
        "attempts:int32 backoff:duration perTryTimeout:duration retryIgnorePreviousHosts:bool retryOn:text "
        "retryRemoteLocalities:bool"
    ),
    "HttpHeader": "envName:text|headerValue name:text value:text|headerValue",
    "HttpService": "headers:HttpHeader[] path:text timeout:duration",
    "InboundTrafficPolicy": "mode:InboundTrafficPolicyMode",
    "LabelSelector": "matchExpressions:LabelSelectorRequirement[] matchLabels:text{}",
    "LabelSelectorRequirement": "key:text operator:text values:text[]",
    "LightstepTracingProvider": "accessToken:text maxTagLength:uint32 port:uint32 service:text",
    "LocalityLoadBalancerSetting": (
        "distribute:LocalityLoadBalancerSettingDistribute[] enabled:bool "
        "failover:LocalityLoadBalancerSettingFailover[] failoverPriority:text[]"
    ),
    "LocalityLoadBalancerSettingDistribute": "from:text to:uint32{}",
    "LocalityLoadBalancerSettingFailover": "from:text to:text",
    "MeshConfig": (
        "accessLogEncoding:AccessLogEncoding accessLogFile:text accessLogFormat:text ca:CA "
        "caCertificates:CertificateData[] certificates:Certificate[] configSources:ConfigSource[] "
        "connectTimeout:duration defaultConfig:ProxyConfig defaultDestinationRuleExportTo:text[] "
        "defaultHttpRetryPolicy:HTTPRetry defaultProviders:DefaultProviders defaultServiceExportTo:text[] "
        "defaultVirtualServiceExportTo:text[] disableEnvoyListenerLog:bool discoverySelectors:LabelSelector[] "
        "dnsRefreshRate:duration enableAutoMtls:bool enableEnvoyAccessLogService:bool enablePrometheusMerge:bool "
        "enableTracing:bool extensionProviders:ExtensionProvider[] h2UpgradePolicy:H2UpgradePolicy "
        "hboneIdleTimeout:duration inboundClusterStatName:text inboundTrafficPolicy:InboundTrafficPolicy "
        "ingressClass:text ingressControllerMode:IngressControllerMode ingressSelector:text ingressService:text "
        "localityLbSetting:LocalityLoadBalancerSetting meshMTLS:TLSConfig outboundClusterStatName:text "
        "outboundTrafficPolicy:OutboundTrafficPolicy pathNormalization:ProxyPathNormalization "
        "protocolDetectionTimeout:duration proxyHttpPort:int32 proxyInboundListenPort:int32 proxyListenPort:int32 "
        "rootNamespace:text serviceScopeConfigs:ServiceScopeConfigs[] serviceSettings:ServiceSettings[] "
        "tcpKeepalive:TcpKeepalive tlsDefaults:TLSConfig trustDomain:text trustDomainAliases:text[] "
        "verifyCertificateAtClient:bool"
    ),
    "OpenCensusAgentTracingProvider": (
        "context:OpenCensusAgentTracingProviderTraceContext[] maxTagLength:uint32 port:uint32 service:text"
    ),
    "OpenTelemetryTracingProvider": (
        "dynatraceSampler:OpenTelemetryTracingProviderDynatraceSampler|sampling grpc:GrpcService http:HttpService "
        "maxTagLength:uint32 port:uint32 resourceDetectors:ResourceDetectors service:text "
        "serviceAttributeEnrichment:ServiceAttributeEnrichment"
    ),
    "OpenTelemetryTracingProviderDynatraceSampler": (
        "clusterId:int32 httpService:OpenTelemetryTracingProviderDynatraceSamplerDynatraceApi "
        "rootSpansPerMinute:uint32 tenant:text"
    ),
    "OpenTelemetryTracingProviderDynatraceSamplerDynatraceApi": "http:HttpService port:uint32 service:text",
    "OutboundTrafficPolicy": "mode:OutboundTrafficPolicyMode tls:ClientTLSSettings",
    "PrivateKeyProvider": "cryptomb:PrivateKeyProviderCryptoMb|provider qat:PrivateKeyProviderQAT|provider",
    "PrivateKeyProviderCryptoMb": "fallback:bool pollDelay:duration",
    "PrivateKeyProviderQAT": "fallback:bool pollDelay:duration",
    "PrometheusMetricsProvider": "",
    "ProxyConfig": (
        "availabilityZone:text binaryPath:text caCertificatesPem:text[] concurrency:int32 configPath:text "
        "controlPlaneAuthPolicy:AuthenticationPolicy customConfigFile:text discoveryAddress:text "
        "discoveryRefreshDelay:duration drainDuration:duration envoyAccessLogService:RemoteService "
        "envoyMetricsService:RemoteService envoyMetricsServiceAddress:text extraStatTags:text[] "
        "fileFlushInterval:duration fileFlushMinSizeKb:uint32 gatewayTopology:Topology "
        "holdApplicationUntilProxyStarts:bool image:ProxyImage "
        "interceptionMode:ProxyConfigInboundInterceptionMode meshId:text privateKeyProvider:PrivateKeyProvider "
        "proxyAdminPort:int32 proxyBootstrapTemplatePath:text proxyHeaders:ProxyConfigProxyHeaders "
        "proxyMetadata:text{} proxyStatsMatcher:ProxyConfigProxyStatsMatcher readinessProbe:ReadinessProbe "
        "runtimeValues:text{} sds:SDS serviceCluster:text|clusterName statNameLength:int32 statsCompression:bool "
        "statsdUdpAddress:text statusPort:int32 terminationDrainDuration:duration tracing:Tracing "
        "tracingServiceName:ProxyConfigTracingServiceName|clusterName zipkinAddress:text"
    ),
    "ProxyConfigProxyHeaders": (
        "attemptCount:ProxyConfigProxyHeadersAttemptCount "
        "envoyDebugHeaders:ProxyConfigProxyHeadersEnvoyDebugHeaders forwardedClientCert:ForwardClientCertDetails "
        "metadataExchangeHeaders:ProxyConfigProxyHeadersMetadataExchangeHeaders preserveHttp1HeaderCase:bool "
        "requestId:ProxyConfigProxyHeadersRequestId server:ProxyConfigProxyHeadersServer "
        "setCurrentClientCertDetails:ProxyConfigProxyHeadersSetCurrentClientCertDetails "
        "xForwardedHost:ProxyConfigProxyHeadersXForwardedHost "
        "xForwardedPort:ProxyConfigProxyHeadersXForwardedPort"
    ),
    "ProxyConfigProxyHeadersAttemptCount": "disabled:bool",
    "ProxyConfigProxyHeadersEnvoyDebugHeaders": "disabled:bool",
    "ProxyConfigProxyHeadersMetadataExchangeHeaders": "mode:ProxyConfigProxyHeadersMetadataExchangeMode",
    "ProxyConfigProxyHeadersRequestId": "disabled:bool",
    "ProxyConfigProxyHeadersServer": "disabled:bool value:text",
    "ProxyConfigProxyHeadersSetCurrentClientCertDetails": "cert:bool chain:bool dns:bool subject:bool uri:bool",
    "ProxyConfigProxyHeadersXForwardedHost": "enabled:bool",
    "ProxyConfigProxyHeadersXForwardedPort": "enabled:bool",
    "ProxyConfigProxyStatsMatcher": "inclusionPrefixes:text[] inclusionRegexps:text[] inclusionSuffixes:text[]",
    "ProxyImage": "imageType:text",
    "ProxyPathNormalization": "normalization:ProxyPathNormalizationNormalizationType",
    "ReadinessProbe": (
        "exec:ExecHealthCheckConfig|healthCheckMethod failureThreshold:int32 "
        "grpc:GrpcHealthCheckConfig|healthCheckMethod httpGet:HTTPHealthCheckConfig|healthCheckMethod "
        "initialDelaySeconds:int32 periodSeconds:int32 successThreshold:int32 "
        "tcpSocket:TCPHealthCheckConfig|healthCheckMethod timeoutSeconds:int32"
    ),
    "RemoteService": "address:text tcpKeepalive:TcpKeepalive tlsSettings:ClientTLSSettings",
    "ResourceDetectors": (
        "dynatrace:ResourceDetectorsDynatraceResourceDetector environment:ResourceDetectorsEnvironmentResourceDetector"
    ),
    "ResourceDetectorsDynatraceResourceDetector": "",
    "ResourceDetectorsEnvironmentResourceDetector": "",
    "SDS": "enabled:bool k8sSaJwtPath:text",
    "SDSProvider": "name:text port:uint32 service:text",
    "ServiceScopeConfigs": (
        "namespaceSelector:LabelSelector scope:ServiceScopeConfigsScope servicesSelector:LabelSelector"
    ),
    "ServiceSettings": "hosts:text[] settings:ServiceSettingsSettings",
    "ServiceSettingsSettings": "clusterLocal:bool",
    "SkyWalkingTracingProvider": "accessToken:text port:uint32 service:text",
    "StackdriverProvider": (
        "debug:bool logging:StackdriverProviderLogging maxNumberOfAnnotations:int64 maxNumberOfAttributes:int64 "
        "maxNumberOfMessageEvents:int64 maxTagLength:uint32"
    ),
    "StackdriverProviderLogging": "labels:text{}",
    "TCPHealthCheckConfig": "host:text port:uint32",
    "TLSConfig": "cipherSuites:text[] ecdhCurves:text[] minProtocolVersion:TLSConfigTLSProtocol",
    "TcpKeepalive": "interval:duration probes:uint32 time:duration",
    "Topology": (
        "forwardClientCertDetails:ForwardClientCertDetails numTrustedProxies:uint32 "
        "proxyProtocol:TopologyProxyProtocolConfiguration"
    ),
    "TopologyProxyProtocolConfiguration": "",
    "Tracing": (
        "customTags:TracingCustomTag{} datadog:TracingDatadog|tracer enableIstioTags:bool "
        "lightstep:TracingLightstep|tracer maxPathTagLength:uint32 openCensusAgent:TracingOpenCensusAgent|tracer "
        "sampling:number stackdriver:TracingStackdriver|tracer tlsSettings:ClientTLSSettings "
        "zipkin:TracingZipkin|tracer"
    ),
    "TracingCustomTag": (
        "environment:TracingEnvironment|type header:TracingRequestHeader|type literal:TracingLiteral|type"
    ),
    "TracingDatadog": "address:text",
    "TracingEnvironment": "defaultValue:text name:text",
    "TracingLightstep": "accessToken:text address:text",
    "TracingLiteral": "value:text",
    "TracingOpenCensusAgent": "address:text context:TracingOpenCensusAgentTraceContext[]",
    "TracingRequestHeader": "defaultValue:text name:text",
    "TracingStackdriver": (
        "debug:bool maxNumberOfAnnotations:int64 maxNumberOfAttributes:int64 maxNumberOfMessageEvents:int64"
    ),
    "TracingZipkin": "address:text",
    "ZipkinTracingProvider": (
        "enable64bitTraceId:bool headers:HttpHeader[] maxTagLength:uint32 path:text port:uint32 service:text "
        "timeout:duration traceContextOption:ZipkinTracingProviderTraceContextOption"
    ),
}

#: Enum name to its values; a number stands for the value of that number.
ENUMS = {
    "AccessLogEncoding": "TEXT JSON",
    "AuthenticationPolicy": "NONE MUTUAL_TLS INHERIT=1000",
    "ClientTLSSettingsTLSmode": "DISABLE SIMPLE MUTUAL ISTIO_MUTUAL",
    "ForwardClientCertDetails": "UNDEFINED SANITIZE FORWARD_ONLY APPEND_FORWARD SANITIZE_SET ALWAYS_FORWARD_ONLY",
    "H2UpgradePolicy": "DO_NOT_UPGRADE UPGRADE",
    "InboundTrafficPolicyMode": "PASSTHROUGH LOCALHOST",
    "IngressControllerMode": "UNSPECIFIED OFF DEFAULT STRICT",
    "OpenCensusAgentTracingProviderTraceContext": "UNSPECIFIED W3C_TRACE_CONTEXT GRPC_BIN CLOUD_TRACE_CONTEXT B3",
    "OutboundTrafficPolicyMode": "REGISTRY_ONLY ALLOW_ANY ALLOW_ANY_DYNAMIC_DNS=3",
    "ProxyConfigInboundInterceptionMode": "REDIRECT TPROXY NONE",
    "ProxyConfigProxyHeadersMetadataExchangeMode": "UNDEFINED IN_MESH",
    "ProxyConfigTracingServiceName": "APP_LABEL_AND_NAMESPACE CANONICAL_NAME_ONLY CANONICAL_NAME_AND_NAMESPACE",
    "ProxyPathNormalizationNormalizationType": "DEFAULT NONE BASE MERGE_SLASHES DECODE_AND_MERGE_SLASHES",
    "Resource": "SERVICE_REGISTRY",
    "ServiceAttributeEnrichment": "ISTIO_CANONICAL OTEL_SEMANTIC_CONVENTIONS",
    "ServiceScopeConfigsScope": "LOCAL GLOBAL",
    "TLSConfigTLSProtocol": "TLS_AUTO TLSV1_2 TLSV1_3",
    "TracingOpenCensusAgentTraceContext": "UNSPECIFIED W3C_TRACE_CONTEXT GRPC_BIN CLOUD_TRACE_CONTEXT B3",
    "ZipkinTracingProviderTraceContextOption": "USE_B3 USE_B3_WITH_W3C_PROPAGATION",
}
