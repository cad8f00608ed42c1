"""The Kubernetes types that a specification may hold. Source: k8s.io/api 0.35."""

from __future__ import annotations

#: Message name to its fields; see `istioctl.rendering.schema.types` for the notation.
MESSAGES = {
    "AWSElasticBlockStoreVolumeSource": "fsType:text partition:int32 readOnly:bool volumeID:text",
    "Affinity": "nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity",
    "AppArmorProfile": "localhostProfile:text type:text",
    "AzureDiskVolumeSource": "cachingMode:text diskName:text diskURI:text fsType:text kind:text readOnly:bool",
    "AzureFileVolumeSource": "readOnly:bool secretName:text shareName:text",
    "CSIVolumeSource": (
        "driver:text fsType:text nodePublishSecretRef:LocalObjectReference readOnly:bool volumeAttributes:text{}"
    ),
    "CephFSVolumeSource": (
        "monitors:text[] path:text readOnly:bool secretFile:text secretRef:LocalObjectReference user:text"
    ),
    "CinderVolumeSource": "fsType:text readOnly:bool secretRef:LocalObjectReference volumeID:text",
    "ClientIPConfig": "timeoutSeconds:int32",
    "ClusterTrustBundleProjection": "labelSelector:LabelSelector name:text optional:bool path:text signerName:text",
    "ConfigMapKeySelector": "key:text name:text optional:bool",
    "ConfigMapProjection": "items:KeyToPath[] name:text optional:bool",
    "ConfigMapVolumeSource": "defaultMode:int32 items:KeyToPath[] name:text optional:bool",
    "ContainerResourceMetricSource": "container:text name:text target:MetricTarget",
    "CrossVersionObjectReference": "apiVersion:text kind:text name:text",
    "DeploymentStrategy": "rollingUpdate:RollingUpdateDeployment type:text",
    "DownwardAPIProjection": "items:DownwardAPIVolumeFile[]",
    "DownwardAPIVolumeFile": "fieldRef:ObjectFieldSelector mode:int32 path:text resourceFieldRef:ResourceFieldSelector",
    "DownwardAPIVolumeSource": "defaultMode:int32 items:DownwardAPIVolumeFile[]",
    "EmptyDirVolumeSource": "medium:text sizeLimit:quantity",
    "EnvVar": "name:text value:text valueFrom:EnvVarSource",
    "EnvVarSource": (
        "configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector fileKeyRef:FileKeySelector "
        "resourceFieldRef:ResourceFieldSelector secretKeyRef:SecretKeySelector"
    ),
    "EphemeralVolumeSource": "volumeClaimTemplate:PersistentVolumeClaimTemplate",
    "ExecAction": "command:text[]",
    "ExternalMetricSource": "metric:MetricIdentifier target:MetricTarget",
    "FCVolumeSource": "fsType:text lun:int32 readOnly:bool targetWWNs:text[] wwids:text[]",
    "FileKeySelector": "key:text optional:bool path:text volumeName:text",
    "FlexVolumeSource": "driver:text fsType:text options:text{} readOnly:bool secretRef:LocalObjectReference",
    "FlockerVolumeSource": "datasetName:text datasetUUID:text",
    "GCEPersistentDiskVolumeSource": "fsType:text partition:int32 pdName:text readOnly:bool",
    "GRPCAction": "port:int32 service:text",
    "GitRepoVolumeSource": "directory:text repository:text revision:text",
    "GlusterfsVolumeSource": "endpoints:text path:text readOnly:bool",
    "HPAScalingPolicy": "periodSeconds:int32 type:text value:int32",
    "HPAScalingRules": (
        "policies:HPAScalingPolicy[] selectPolicy:text stabilizationWindowSeconds:int32 tolerance:quantity"
    ),
    "HTTPGetAction": "host:text httpHeaders:HTTPHeader[] path:text port:intstr scheme:text",
    "HTTPHeader": "name:text value:text",
    "HorizontalPodAutoscalerBehavior": "scaleDown:HPAScalingRules scaleUp:HPAScalingRules",
    "HorizontalPodAutoscalerSpec": (
        "behavior:HorizontalPodAutoscalerBehavior maxReplicas:int32 metrics:MetricSpec[] minReplicas:int32 "
        "scaleTargetRef:CrossVersionObjectReference"
    ),
    "HostPathVolumeSource": "path:text type:text",
    "ISCSIVolumeSource": (
        "chapAuthDiscovery:bool chapAuthSession:bool fsType:text initiatorName:text iqn:text iscsiInterface:text "
        "lun:int32 portals:text[] readOnly:bool secretRef:LocalObjectReference targetPortal:text"
    ),
    "ImageVolumeSource": "pullPolicy:text reference:text",
    "KeyToPath": "key:text mode:int32 path:text",
    "LabelSelector": "matchExpressions:LabelSelectorRequirement[] matchLabels:text{}",
    "LabelSelectorRequirement": "key:text operator:text values:text[]",
    "Lifecycle": "postStart:LifecycleHandler preStop:LifecycleHandler stopSignal:text",
    "LifecycleHandler": "exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction",
    "LocalObjectReference": "name:text",
    "ManagedFieldsEntry": (
        "apiVersion:text fieldsType:text fieldsV1:any manager:text operation:text subresource:text time:time"
    ),
    "MetricIdentifier": "name:text selector:LabelSelector",
    "MetricSpec": (
        "containerResource:ContainerResourceMetricSource external:ExternalMetricSource object:ObjectMetricSource "
        "pods:PodsMetricSource resource:ResourceMetricSource type:text"
    ),
    "MetricTarget": "averageUtilization:int32 averageValue:quantity type:text value:quantity",
    "NFSVolumeSource": "path:text readOnly:bool server:text",
    "NodeAffinity": (
        "preferredDuringSchedulingIgnoredDuringExecution:PreferredSchedulingTerm[] "
        "requiredDuringSchedulingIgnoredDuringExecution:NodeSelector"
    ),
    "NodeSelector": "nodeSelectorTerms:NodeSelectorTerm[]",
    "NodeSelectorRequirement": "key:text operator:text values:text[]",
    "NodeSelectorTerm": "matchExpressions:NodeSelectorRequirement[] matchFields:NodeSelectorRequirement[]",
    "ObjectFieldSelector": "apiVersion:text fieldPath:text",
    "ObjectMeta": (
        "annotations:text{} creationTimestamp:time deletionGracePeriodSeconds:int64 deletionTimestamp:time "
        "finalizers:text[] generateName:text generation:int64 labels:text{} managedFields:ManagedFieldsEntry[] "
        "name:text namespace:text ownerReferences:OwnerReference[] resourceVersion:text selfLink:text uid:text"
    ),
    "ObjectMetricSource": "describedObject:CrossVersionObjectReference metric:MetricIdentifier target:MetricTarget",
    "OwnerReference": "apiVersion:text blockOwnerDeletion:bool controller:bool kind:text name:text uid:text",
    "PersistentVolumeClaimSpec": (
        "accessModes:text[] dataSource:TypedLocalObjectReference dataSourceRef:TypedObjectReference "
        "resources:VolumeResourceRequirements selector:LabelSelector storageClassName:text "
        "volumeAttributesClassName:text volumeMode:text volumeName:text"
    ),
    "PersistentVolumeClaimTemplate": "metadata:ObjectMeta spec:PersistentVolumeClaimSpec",
    "PersistentVolumeClaimVolumeSource": "claimName:text readOnly:bool",
    "PhotonPersistentDiskVolumeSource": "fsType:text pdID:text",
    "PodAffinity": (
        "preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm[] "
        "requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm[]"
    ),
    "PodAffinityTerm": (
        "labelSelector:LabelSelector matchLabelKeys:text[] mismatchLabelKeys:text[] namespaces:text[] "
        "namespaceSelector:LabelSelector topologyKey:text"
    ),
    "PodAntiAffinity": (
        "preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm[] "
        "requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm[]"
    ),
    "PodCertificateProjection": (
        "certificateChainPath:text credentialBundlePath:text keyPath:text keyType:text maxExpirationSeconds:int32 "
        "signerName:text userAnnotations:text{}"
    ),
    "PodDisruptionBudgetSpec": (
        "maxUnavailable:intstr minAvailable:intstr selector:LabelSelector unhealthyPodEvictionPolicy:text"
    ),
    "PodSecurityContext": (
        "appArmorProfile:AppArmorProfile fsGroup:int64 fsGroupChangePolicy:text runAsGroup:int64 "
        "runAsNonRoot:bool runAsUser:int64 seccompProfile:SeccompProfile seLinuxChangePolicy:text "
        "seLinuxOptions:SELinuxOptions supplementalGroups:int64[] supplementalGroupsPolicy:text sysctls:Sysctl[] "
        "windowsOptions:WindowsSecurityContextOptions"
    ),
    "PodsMetricSource": "metric:MetricIdentifier target:MetricTarget",
    "PortworxVolumeSource": "fsType:text readOnly:bool volumeID:text",
    "PreferredSchedulingTerm": "preference:NodeSelectorTerm weight:int32",
    "Probe": (
        "exec:ExecAction failureThreshold:int32 grpc:GRPCAction httpGet:HTTPGetAction initialDelaySeconds:int32 "
        "periodSeconds:int32 successThreshold:int32 tcpSocket:TCPSocketAction terminationGracePeriodSeconds:int64 "
        "timeoutSeconds:int32"
    ),
    "ProjectedVolumeSource": "defaultMode:int32 sources:VolumeProjection[]",
    "QuobyteVolumeSource": "group:text readOnly:bool registry:text tenant:text user:text volume:text",
    "RBDVolumeSource": (
        "fsType:text image:text keyring:text monitors:text[] pool:text readOnly:bool "
        "secretRef:LocalObjectReference user:text"
    ),
    "ResourceClaim": "name:text request:text",
    "ResourceFieldSelector": "containerName:text divisor:quantity resource:text",
    "ResourceMetricSource": "name:text target:MetricTarget",
    "ResourceRequirements": "claims:ResourceClaim[] limits:quantity{} requests:quantity{}",
    "RollingUpdateDeployment": "maxSurge:intstr maxUnavailable:intstr",
    "SELinuxOptions": "level:text role:text type:text user:text",
    "ScaleIOVolumeSource": (
        "fsType:text gateway:text protectionDomain:text readOnly:bool secretRef:LocalObjectReference "
        "sslEnabled:bool storageMode:text storagePool:text system:text volumeName:text"
    ),
    "SeccompProfile": "localhostProfile:text type:text",
    "SecretKeySelector": "key:text name:text optional:bool",
    "SecretProjection": "items:KeyToPath[] name:text optional:bool",
    "SecretVolumeSource": "defaultMode:int32 items:KeyToPath[] optional:bool secretName:text",
    "ServiceAccountTokenProjection": "audience:text expirationSeconds:int64 path:text",
    "ServicePort": "appProtocol:text name:text nodePort:int32 port:int32 protocol:text targetPort:intstr",
    "ServiceSpec": (
        "allocateLoadBalancerNodePorts:bool clusterIP:text clusterIPs:text[] externalIPs:text[] externalName:text "
        "externalTrafficPolicy:text healthCheckNodePort:int32 internalTrafficPolicy:text ipFamilies:text[] "
        "ipFamilyPolicy:text loadBalancerClass:text loadBalancerIP:text loadBalancerSourceRanges:text[] "
        "ports:ServicePort[] publishNotReadyAddresses:bool selector:text{} sessionAffinity:text "
        "sessionAffinityConfig:SessionAffinityConfig trafficDistribution:text type:text"
    ),
    "SessionAffinityConfig": "clientIP:ClientIPConfig",
    "SleepAction": "seconds:int64",
    "StorageOSVolumeSource": (
        "fsType:text readOnly:bool secretRef:LocalObjectReference volumeName:text volumeNamespace:text"
    ),
    "Sysctl": "name:text value:text",
    "TCPSocketAction": "host:text port:intstr",
    "Toleration": "effect:text key:text operator:text tolerationSeconds:int64 value:text",
    "TopologySpreadConstraint": (
        "labelSelector:LabelSelector matchLabelKeys:text[] maxSkew:int32 minDomains:int32 nodeAffinityPolicy:text "
        "nodeTaintsPolicy:text topologyKey:text whenUnsatisfiable:text"
    ),
    "TypedLocalObjectReference": "apiGroup:text kind:text name:text",
    "TypedObjectReference": "apiGroup:text kind:text name:text namespace:text",
    "Volume": (
        "awsElasticBlockStore:AWSElasticBlockStoreVolumeSource azureDisk:AzureDiskVolumeSource "
        "azureFile:AzureFileVolumeSource cephfs:CephFSVolumeSource cinder:CinderVolumeSource "
        "configMap:ConfigMapVolumeSource csi:CSIVolumeSource downwardAPI:DownwardAPIVolumeSource "
        "emptyDir:EmptyDirVolumeSource ephemeral:EphemeralVolumeSource fc:FCVolumeSource "
        "flexVolume:FlexVolumeSource flocker:FlockerVolumeSource gcePersistentDisk:GCEPersistentDiskVolumeSource "
        "gitRepo:GitRepoVolumeSource glusterfs:GlusterfsVolumeSource hostPath:HostPathVolumeSource "
        "image:ImageVolumeSource iscsi:ISCSIVolumeSource name:text nfs:NFSVolumeSource "
        "persistentVolumeClaim:PersistentVolumeClaimVolumeSource "
        "photonPersistentDisk:PhotonPersistentDiskVolumeSource portworxVolume:PortworxVolumeSource "
        "projected:ProjectedVolumeSource quobyte:QuobyteVolumeSource rbd:RBDVolumeSource "
        "scaleIO:ScaleIOVolumeSource secret:SecretVolumeSource storageos:StorageOSVolumeSource "
        "vsphereVolume:VsphereVirtualDiskVolumeSource"
    ),
    "VolumeMount": (
        "mountPath:text mountPropagation:text name:text readOnly:bool recursiveReadOnly:text subPath:text "
        "subPathExpr:text"
    ),
    "VolumeProjection": (
        "clusterTrustBundle:ClusterTrustBundleProjection configMap:ConfigMapProjection "
        "downwardAPI:DownwardAPIProjection podCertificate:PodCertificateProjection secret:SecretProjection "
        "serviceAccountToken:ServiceAccountTokenProjection"
    ),
    "VolumeResourceRequirements": "limits:quantity{} requests:quantity{}",
    "VsphereVirtualDiskVolumeSource": "fsType:text storagePolicyID:text storagePolicyName:text volumePath:text",
    "WeightedPodAffinityTerm": "podAffinityTerm:PodAffinityTerm weight:int32",
    "WindowsSecurityContextOptions": (
        "gmsaCredentialSpec:text gmsaCredentialSpecName:text hostProcess:bool runAsUserName:text"
    ),
}
