"""The messages of Istio's mesh configuration, field by field, in the order of their `.proto` files.

One line a message, one word a field: `jsonName@oneof:type`. A type is a scalar, `duration`, an enum (`#Name`), another
message of the table, a nullable scalar (`*bool`, a protobuf wrapper) or one of these behind `[]` (repeated) or `{}` (a
map with text keys); `any` is free.

Source: istio.io/api 1.30 `mesh/v1alpha1/*.proto` and what they import from `networking`.
"""

from __future__ import annotations

from typing import Final

MESSAGES: Final[dict[str, str]] = {
    "Certificate": "secretName:string dnsNames:[]string",
    "ClientTLSSettings": (
        "mode:#ClientTLSSettings.TLSmode clientCertificate:string privateKey:string caCertificates:string "
        "credentialName:string subjectAltNames:[]string sni:string insecureSkipVerify:*bool caCrl:string"
    ),
    "ConfigSource": "address:string tlsSettings:ClientTLSSettings subscribedResources:[]#Resource",
    "ConnectionPoolSettings.TCPSettings.TcpKeepalive": "probes:uint32 time:duration interval:duration",
    "ExecHealthCheckConfig": "command:[]string",
    "GrpcHealthCheckConfig": "port:uint32 service:string",
    "HTTPHeader": "name:string value:string",
    "HTTPHealthCheckConfig": "path:string port:uint32 host:string scheme:string httpHeaders:[]HTTPHeader",
    "HTTPRetry": (
        "attempts:int32 perTryTimeout:duration retryOn:string retryRemoteLocalities:*bool "
        "retryIgnorePreviousHosts:*bool backoff:duration"
    ),
    "LabelSelector": "matchLabels:{}string matchExpressions:[]LabelSelectorRequirement",
    "LabelSelectorRequirement": "key:string operator:string values:[]string",
    "LocalityLoadBalancerSetting": (
        "distribute:[]LocalityLoadBalancerSetting.Distribute failover:[]LocalityLoadBalancerSetting.Failover "
        "failoverPriority:[]string enabled:*bool"
    ),
    "LocalityLoadBalancerSetting.Distribute": "from:string to:{}uint32",
    "LocalityLoadBalancerSetting.Failover": "from:string to:string",
    "MeshConfig": (
        "proxyListenPort:int32 proxyInboundListenPort:int32 proxyHttpPort:int32 connectTimeout:duration "
        "hboneIdleTimeout:duration protocolDetectionTimeout:duration "
        "tcpKeepalive:ConnectionPoolSettings.TCPSettings.TcpKeepalive ingressClass:string ingressService:string "
        "ingressControllerMode:#MeshConfig.IngressControllerMode ingressSelector:string enableTracing:bool "
        "accessLogFile:string accessLogFormat:string accessLogEncoding:#MeshConfig.AccessLogEncoding "
        "enableEnvoyAccessLogService:bool disableEnvoyListenerLog:bool defaultConfig:ProxyConfig "
        "outboundTrafficPolicy:MeshConfig.OutboundTrafficPolicy "
        "inboundTrafficPolicy:MeshConfig.InboundTrafficPolicy configSources:[]ConfigSource enableAutoMtls:*bool "
        "trustDomain:string trustDomainAliases:[]string caCertificates:[]MeshConfig.CertificateData "
        "defaultServiceExportTo:[]string defaultVirtualServiceExportTo:[]string "
        "defaultDestinationRuleExportTo:[]string rootNamespace:string "
        "localityLbSetting:LocalityLoadBalancerSetting dnsRefreshRate:duration "
        "h2UpgradePolicy:#MeshConfig.H2UpgradePolicy inboundClusterStatName:string outboundClusterStatName:string "
        "certificates:[]Certificate serviceSettings:[]MeshConfig.ServiceSettings "
        "serviceScopeConfigs:[]MeshConfig.ServiceScopeConfigs enablePrometheusMerge:*bool "
        "verifyCertificateAtClient:*bool ca:MeshConfig.CA extensionProviders:[]MeshConfig.ExtensionProvider "
        "defaultProviders:MeshConfig.DefaultProviders discoverySelectors:[]LabelSelector "
        "pathNormalization:MeshConfig.ProxyPathNormalization defaultHttpRetryPolicy:HTTPRetry "
        "meshMTLS:MeshConfig.TLSConfig tlsDefaults:MeshConfig.TLSConfig"
    ),
    "MeshConfig.CA": "address:string tlsSettings:ClientTLSSettings requestTimeout:duration istiodSide:bool",
    "MeshConfig.CertificateData": (
        "pem@certificate_data:string spiffeBundleUrl@certificate_data:string certSigners:[]string trustDomains:[]string"
    ),
    "MeshConfig.DefaultProviders": "tracing:[]string metrics:[]string accessLogging:[]string",
    "MeshConfig.ExtensionProvider": (
        "name:string "
        "envoyExtAuthzHttp@provider:MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationHttpProvider "
        "envoyExtAuthzGrpc@provider:MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationGrpcProvider "
        "zipkin@provider:MeshConfig.ExtensionProvider.ZipkinTracingProvider "
        "lightstep@provider:MeshConfig.ExtensionProvider.LightstepTracingProvider "
        "datadog@provider:MeshConfig.ExtensionProvider.DatadogTracingProvider "
        "stackdriver@provider:MeshConfig.ExtensionProvider.StackdriverProvider "
        "opencensus@provider:MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider "
        "skywalking@provider:MeshConfig.ExtensionProvider.SkyWalkingTracingProvider "
        "opentelemetry@provider:MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider "
        "prometheus@provider:MeshConfig.ExtensionProvider.PrometheusMetricsProvider "
        "envoyFileAccessLog@provider:MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider "
        "envoyHttpAls@provider:MeshConfig.ExtensionProvider.EnvoyHttpGrpcV3LogProvider "
        "envoyTcpAls@provider:MeshConfig.ExtensionProvider.EnvoyTcpGrpcV3LogProvider "
        "envoyOtelAls@provider:MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider "
        "sds@provider:MeshConfig.ExtensionProvider.SDSProvider"
    ),
    "MeshConfig.ExtensionProvider.DatadogTracingProvider": "service:string port:uint32 maxTagLength:uint32",
    "MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationGrpcProvider": (
        "service:string port:uint32 timeout:duration failOpen:bool clearRouteCache:bool statusOnError:string "
        "includeRequestBodyInCheck:MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationRequestBody"
    ),
    "MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationHttpProvider": (
        "service:string port:uint32 timeout:duration pathPrefix:string failOpen:bool clearRouteCache:bool "
        "statusOnError:string includeHeadersInCheck:[]string includeRequestHeadersInCheck:[]string "
        "includeAdditionalHeadersInCheck:{}string "
        "includeRequestBodyInCheck:MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationRequestBody "
        "headersToUpstreamOnAllow:[]string headersToDownstreamOnDeny:[]string headersToDownstreamOnAllow:[]string"
    ),
    "MeshConfig.ExtensionProvider.EnvoyExternalAuthorizationRequestBody": (
        "maxRequestBytes:uint32 allowPartialMessage:bool packAsBytes:bool"
    ),
    "MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider": (
        "path:string logFormat:MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider.LogFormat omitEmptyValues:bool"
    ),
    "MeshConfig.ExtensionProvider.EnvoyFileAccessLogProvider.LogFormat": (
        "text@log_format:string labels@log_format:any"
    ),
    "MeshConfig.ExtensionProvider.EnvoyHttpGrpcV3LogProvider": (
        "service:string port:uint32 logName:string filterStateObjectsToLog:[]string "
        "additionalRequestHeadersToLog:[]string additionalResponseHeadersToLog:[]string "
        "additionalResponseTrailersToLog:[]string"
    ),
    "MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider": (
        "service:string port:uint32 logName:string "
        "logFormat:MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider.LogFormat"
    ),
    "MeshConfig.ExtensionProvider.EnvoyOpenTelemetryLogProvider.LogFormat": "text:string labels:any",
    "MeshConfig.ExtensionProvider.EnvoyTcpGrpcV3LogProvider": (
        "service:string port:uint32 logName:string filterStateObjectsToLog:[]string"
    ),
    "MeshConfig.ExtensionProvider.GrpcService": (
        "timeout:duration initialMetadata:[]MeshConfig.ExtensionProvider.HttpHeader"
    ),
    "MeshConfig.ExtensionProvider.HttpHeader": ("name:string value@header_value:string envName@header_value:string"),
    "MeshConfig.ExtensionProvider.HttpService": (
        "path:string timeout:duration headers:[]MeshConfig.ExtensionProvider.HttpHeader"
    ),
    "MeshConfig.ExtensionProvider.LightstepTracingProvider": (
        "service:string port:uint32 accessToken:string maxTagLength:uint32"
    ),
    "MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider": (
        "service:string port:uint32 "
        "context:[]#MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider.TraceContext maxTagLength:uint32"
    ),
    "MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider": (
        "service:string port:uint32 maxTagLength:uint32 http:MeshConfig.ExtensionProvider.HttpService "
        "grpc:MeshConfig.ExtensionProvider.GrpcService "
        "resourceDetectors:MeshConfig.ExtensionProvider.ResourceDetectors "
        "serviceAttributeEnrichment:#MeshConfig.ExtensionProvider.ServiceAttributeEnrichment "
        "dynatraceSampler@sampling:MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler"
    ),
    "MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler": (
        "tenant:string clusterId:int32 rootSpansPerMinute:uint32 "
        "httpService:MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler.DynatraceApi"
    ),
    "MeshConfig.ExtensionProvider.OpenTelemetryTracingProvider.DynatraceSampler.DynatraceApi": (
        "service:string port:uint32 http:MeshConfig.ExtensionProvider.HttpService"
    ),
    "MeshConfig.ExtensionProvider.PrometheusMetricsProvider": "",
    "MeshConfig.ExtensionProvider.ResourceDetectors": (
        "environment:MeshConfig.ExtensionProvider.ResourceDetectors.EnvironmentResourceDetector "
        "dynatrace:MeshConfig.ExtensionProvider.ResourceDetectors.DynatraceResourceDetector"
    ),
    "MeshConfig.ExtensionProvider.ResourceDetectors.DynatraceResourceDetector": "",
    "MeshConfig.ExtensionProvider.ResourceDetectors.EnvironmentResourceDetector": "",
    "MeshConfig.ExtensionProvider.SDSProvider": "name:string service:string port:uint32",
    "MeshConfig.ExtensionProvider.SkyWalkingTracingProvider": "service:string port:uint32 accessToken:string",
    "MeshConfig.ExtensionProvider.StackdriverProvider": (
        "debug:bool maxNumberOfAttributes:*int64 maxNumberOfAnnotations:*int64 maxNumberOfMessageEvents:*int64 "
        "maxTagLength:uint32 logging:MeshConfig.ExtensionProvider.StackdriverProvider.Logging"
    ),
    "MeshConfig.ExtensionProvider.StackdriverProvider.Logging": "labels:{}string",
    "MeshConfig.ExtensionProvider.ZipkinTracingProvider": (
        "service:string port:uint32 maxTagLength:uint32 enable64bitTraceId:bool path:string "
        "traceContextOption:#MeshConfig.ExtensionProvider.ZipkinTracingProvider.TraceContextOption "
        "timeout:duration headers:[]MeshConfig.ExtensionProvider.HttpHeader"
    ),
    "MeshConfig.InboundTrafficPolicy": "mode:#MeshConfig.InboundTrafficPolicy.Mode",
    "MeshConfig.OutboundTrafficPolicy": "mode:#MeshConfig.OutboundTrafficPolicy.Mode tls:ClientTLSSettings",
    "MeshConfig.ProxyPathNormalization": "normalization:#MeshConfig.ProxyPathNormalization.NormalizationType",
    "MeshConfig.ServiceScopeConfigs": (
        "namespaceSelector:LabelSelector servicesSelector:LabelSelector scope:#MeshConfig.ServiceScopeConfigs.Scope"
    ),
    "MeshConfig.ServiceSettings": "settings:MeshConfig.ServiceSettings.Settings hosts:[]string",
    "MeshConfig.ServiceSettings.Settings": "clusterLocal:bool",
    "MeshConfig.TLSConfig": (
        "minProtocolVersion:#MeshConfig.TLSConfig.TLSProtocol ecdhCurves:[]string cipherSuites:[]string"
    ),
    "PrivateKeyProvider": "cryptomb@provider:PrivateKeyProvider.CryptoMb qat@provider:PrivateKeyProvider.QAT",
    "PrivateKeyProvider.CryptoMb": "pollDelay:duration fallback:*bool",
    "PrivateKeyProvider.QAT": "pollDelay:duration fallback:*bool",
    "ProxyConfig": (
        "configPath:string binaryPath:string serviceCluster@cluster_name:string "
        "tracingServiceName@cluster_name:#ProxyConfig.TracingServiceName drainDuration:duration "
        "discoveryAddress:string discoveryRefreshDelay:duration zipkinAddress:string statsdUdpAddress:string "
        "envoyMetricsServiceAddress:string proxyAdminPort:int32 availabilityZone:string "
        "controlPlaneAuthPolicy:#AuthenticationPolicy customConfigFile:string statNameLength:int32 "
        "concurrency:*int32 proxyBootstrapTemplatePath:string "
        "interceptionMode:#ProxyConfig.InboundInterceptionMode tracing:Tracing sds:SDS "
        "envoyAccessLogService:RemoteService envoyMetricsService:RemoteService proxyMetadata:{}string "
        "runtimeValues:{}string statusPort:int32 extraStatTags:[]string gatewayTopology:Topology "
        "terminationDrainDuration:duration meshId:string readinessProbe:ReadinessProbe "
        "proxyStatsMatcher:ProxyConfig.ProxyStatsMatcher holdApplicationUntilProxyStarts:*bool "
        "caCertificatesPem:[]string image:ProxyImage privateKeyProvider:PrivateKeyProvider "
        "proxyHeaders:ProxyConfig.ProxyHeaders fileFlushInterval:duration fileFlushMinSizeKb:uint32 "
        "statsCompression:*bool"
    ),
    "ProxyConfig.ProxyHeaders": (
        "forwardedClientCert:#ForwardClientCertDetails "
        "setCurrentClientCertDetails:ProxyConfig.ProxyHeaders.SetCurrentClientCertDetails "
        "requestId:ProxyConfig.ProxyHeaders.RequestId server:ProxyConfig.ProxyHeaders.Server "
        "attemptCount:ProxyConfig.ProxyHeaders.AttemptCount "
        "envoyDebugHeaders:ProxyConfig.ProxyHeaders.EnvoyDebugHeaders "
        "metadataExchangeHeaders:ProxyConfig.ProxyHeaders.MetadataExchangeHeaders preserveHttp1HeaderCase:*bool "
        "xForwardedHost:ProxyConfig.ProxyHeaders.XForwardedHost "
        "xForwardedPort:ProxyConfig.ProxyHeaders.XForwardedPort"
    ),
    "ProxyConfig.ProxyHeaders.AttemptCount": "disabled:*bool",
    "ProxyConfig.ProxyHeaders.EnvoyDebugHeaders": "disabled:*bool",
    "ProxyConfig.ProxyHeaders.MetadataExchangeHeaders": "mode:#ProxyConfig.ProxyHeaders.MetadataExchangeMode",
    "ProxyConfig.ProxyHeaders.RequestId": "disabled:*bool",
    "ProxyConfig.ProxyHeaders.Server": "disabled:*bool value:string",
    "ProxyConfig.ProxyHeaders.SetCurrentClientCertDetails": (
        "subject:*bool cert:*bool chain:*bool dns:*bool uri:*bool"
    ),
    "ProxyConfig.ProxyHeaders.XForwardedHost": "enabled:*bool",
    "ProxyConfig.ProxyHeaders.XForwardedPort": "enabled:*bool",
    "ProxyConfig.ProxyStatsMatcher": (
        "inclusionPrefixes:[]string inclusionSuffixes:[]string inclusionRegexps:[]string"
    ),
    "ProxyImage": "imageType:string",
    "ReadinessProbe": (
        "initialDelaySeconds:int32 timeoutSeconds:int32 periodSeconds:int32 successThreshold:int32 "
        "failureThreshold:int32 httpGet@health_check_method:HTTPHealthCheckConfig "
        "tcpSocket@health_check_method:TCPHealthCheckConfig exec@health_check_method:ExecHealthCheckConfig "
        "grpc@health_check_method:GrpcHealthCheckConfig"
    ),
    "RemoteService": (
        "address:string tlsSettings:ClientTLSSettings tcpKeepalive:ConnectionPoolSettings.TCPSettings.TcpKeepalive"
    ),
    "SDS": "enabled:bool k8sSaJwtPath:string",
    "TCPHealthCheckConfig": "host:string port:uint32",
    "Topology": (
        "numTrustedProxies:uint32 forwardClientCertDetails:#ForwardClientCertDetails "
        "proxyProtocol:Topology.ProxyProtocolConfiguration"
    ),
    "Topology.ProxyProtocolConfiguration": "",
    "Tracing": (
        "zipkin@tracer:Tracing.Zipkin lightstep@tracer:Tracing.Lightstep datadog@tracer:Tracing.Datadog "
        "stackdriver@tracer:Tracing.Stackdriver openCensusAgent@tracer:Tracing.OpenCensusAgent "
        "customTags:{}Tracing.CustomTag maxPathTagLength:uint32 sampling:double tlsSettings:ClientTLSSettings "
        "enableIstioTags:*bool"
    ),
    "Tracing.CustomTag": (
        "literal@type:Tracing.Literal environment@type:Tracing.Environment header@type:Tracing.RequestHeader"
    ),
    "Tracing.Datadog": "address:string",
    "Tracing.Environment": "name:string defaultValue:string",
    "Tracing.Lightstep": "address:string accessToken:string",
    "Tracing.Literal": "value:string",
    "Tracing.OpenCensusAgent": "address:string context:[]#Tracing.OpenCensusAgent.TraceContext",
    "Tracing.RequestHeader": "name:string defaultValue:string",
    "Tracing.Stackdriver": (
        "debug:bool maxNumberOfAttributes:*int64 maxNumberOfAnnotations:*int64 maxNumberOfMessageEvents:*int64"
    ),
    "Tracing.Zipkin": "address:string",
}

#: The values of the enums by name, with their numbers.
ENUMS: Final[dict[str, str]] = {
    "AuthenticationPolicy": "NONE=0,MUTUAL_TLS=1,INHERIT=1000",
    "ClientTLSSettings.TLSmode": "DISABLE=0,SIMPLE=1,MUTUAL=2,ISTIO_MUTUAL=3",
    "ForwardClientCertDetails": (
        "UNDEFINED=0,SANITIZE=1,FORWARD_ONLY=2,APPEND_FORWARD=3,SANITIZE_SET=4,ALWAYS_FORWARD_ONLY=5"
    ),
    "MeshConfig.AccessLogEncoding": "TEXT=0,JSON=1",
    "MeshConfig.ExtensionProvider.OpenCensusAgentTracingProvider.TraceContext": (
        "UNSPECIFIED=0,W3C_TRACE_CONTEXT=1,GRPC_BIN=2,CLOUD_TRACE_CONTEXT=3,B3=4"
    ),
    "MeshConfig.ExtensionProvider.ServiceAttributeEnrichment": "ISTIO_CANONICAL=0,OTEL_SEMANTIC_CONVENTIONS=1",
    "MeshConfig.ExtensionProvider.ZipkinTracingProvider.TraceContextOption": "USE_B3=0,USE_B3_WITH_W3C_PROPAGATION=1",
    "MeshConfig.H2UpgradePolicy": "DO_NOT_UPGRADE=0,UPGRADE=1",
    "MeshConfig.InboundTrafficPolicy.Mode": "PASSTHROUGH=0,LOCALHOST=1",
    "MeshConfig.IngressControllerMode": "UNSPECIFIED=0,OFF=1,DEFAULT=2,STRICT=3",
    "MeshConfig.OutboundTrafficPolicy.Mode": "REGISTRY_ONLY=0,ALLOW_ANY=1,ALLOW_ANY_DYNAMIC_DNS=3",
    "MeshConfig.ProxyPathNormalization.NormalizationType": (
        "DEFAULT=0,NONE=1,BASE=2,MERGE_SLASHES=3,DECODE_AND_MERGE_SLASHES=4"
    ),
    "MeshConfig.ServiceScopeConfigs.Scope": "LOCAL=0,GLOBAL=1",
    "MeshConfig.TLSConfig.TLSProtocol": "TLS_AUTO=0,TLSV1_2=1,TLSV1_3=2",
    "ProxyConfig.InboundInterceptionMode": "REDIRECT=0,TPROXY=1,NONE=2",
    "ProxyConfig.ProxyHeaders.MetadataExchangeMode": "UNDEFINED=0,IN_MESH=1",
    "ProxyConfig.TracingServiceName": (
        "APP_LABEL_AND_NAMESPACE=0,CANONICAL_NAME_ONLY=1,CANONICAL_NAME_AND_NAMESPACE=2"
    ),
    "Resource": "SERVICE_REGISTRY=0",
    "Tracing.OpenCensusAgent.TraceContext": "UNSPECIFIED=0,W3C_TRACE_CONTEXT=1,GRPC_BIN=2,CLOUD_TRACE_CONTEXT=3,B3=4",
}
