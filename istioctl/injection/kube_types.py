"""The fields of the Kubernetes types an injector reads: workloads, pod templates and all below them.

One line a type, one word a field: `json=Go@Inline:type` and a mark. The Go name is left out where it is the JSON name
with a capital; `@Inline` names the embedded struct that a field comes from. A type is a scalar, another name of the
table, or one of these behind `*` (a pointer), `[]` (a list) or `{}` (a map with text keys); `any` is free. `?` stands
for `omitempty`, `!` for `omitzero`.

Source: k8s.io/api v0.35.3 and github.com/openshift/api (`OpenShift…`), struct tags of the Go types.
"""

from __future__ import annotations

from typing import Final

TYPES: Final[dict[str, str]] = {
    "AWSElasticBlockStoreVolumeSource": "volumeID:string fsType=FSType:string? partition:int32? readOnly:bool?",
    "Affinity": "nodeAffinity:*NodeAffinity? podAffinity:*PodAffinity? podAntiAffinity:*PodAntiAffinity?",
    "AppArmorProfile": "type:string localhostProfile:*string?",
    "AzureDiskVolumeSource": (
        "diskName:string diskURI=DataDiskURI:string cachingMode:*string? fsType=FSType:*string? readOnly:*bool? "
        "kind:*string?"
    ),
    "AzureFileVolumeSource": "secretName:string shareName:string readOnly:bool?",
    "CSIVolumeSource": (
        "driver:string readOnly:*bool? fsType=FSType:*string? volumeAttributes:{}string? "
        "nodePublishSecretRef:*LocalObjectReference?"
    ),
    "Capabilities": "add:[]string? drop:[]string?",
    "CephFSVolumeSource": (
        "monitors:[]string path:string? user:string? secretFile:string? secretRef:*LocalObjectReference? readOnly:bool?"
    ),
    "CinderVolumeSource": "volumeID:string fsType=FSType:string? readOnly:bool? secretRef:*LocalObjectReference?",
    "ClusterTrustBundleProjection": (
        "name:*string? signerName:*string? labelSelector:*LabelSelector? optional:*bool? path:string"
    ),
    "ConfigMapEnvSource": "name@LocalObjectReference:string? optional:*bool?",
    "ConfigMapKeySelector": "name@LocalObjectReference:string? key:string optional:*bool?",
    "ConfigMapProjection": "name@LocalObjectReference:string? items:[]KeyToPath? optional:*bool?",
    "ConfigMapVolumeSource": (
        "name@LocalObjectReference:string? items:[]KeyToPath? defaultMode:*int32? optional:*bool?"
    ),
    "Container": (
        "name:string image:string? command:[]string? args:[]string? workingDir:string? ports:[]ContainerPort? "
        "envFrom:[]EnvFromSource? env:[]EnvVar? resources:ResourceRequirements? "
        "resizePolicy:[]ContainerResizePolicy? restartPolicy:*string? restartPolicyRules:[]ContainerRestartRule? "
        "volumeMounts:[]VolumeMount? volumeDevices:[]VolumeDevice? livenessProbe:*Probe? readinessProbe:*Probe? "
        "startupProbe:*Probe? lifecycle:*Lifecycle? terminationMessagePath:string? "
        "terminationMessagePolicy:string? imagePullPolicy:string? securityContext:*SecurityContext? stdin:bool? "
        "stdinOnce:bool? tty=TTY:bool?"
    ),
    "ContainerPort": "name:string? hostPort:int32? containerPort:int32 protocol:string? hostIP:string?",
    "ContainerResizePolicy": "resourceName:string restartPolicy:string",
    "ContainerRestartRule": "action:string? exitCodes:*ContainerRestartRuleOnExitCodes?",
    "ContainerRestartRuleOnExitCodes": "operator:string? values:[]int32?",
    "CronJob": (
        "kind@TypeMeta:string? apiVersion=APIVersion@TypeMeta:string? metadata=ObjectMeta:ObjectMeta? "
        "spec:CronJobSpec? status:any?"
    ),
    "CronJobSpec": (
        "schedule:string timeZone:*string? startingDeadlineSeconds:*int64? concurrencyPolicy:string? "
        "suspend:*bool? jobTemplate:JobTemplateSpec successfulJobsHistoryLimit:*int32? "
        "failedJobsHistoryLimit:*int32?"
    ),
    "DaemonSet": (
        "kind@TypeMeta:string? apiVersion=APIVersion@TypeMeta:string? metadata=ObjectMeta:ObjectMeta? "
        "spec:DaemonSetSpec? status:any?"
    ),
    "DaemonSetSpec": (
        "selector:*LabelSelector template:PodTemplateSpec updateStrategy:DaemonSetUpdateStrategy? "
        "minReadySeconds:int32? revisionHistoryLimit:*int32?"
    ),
    "DaemonSetUpdateStrategy": "type:string? rollingUpdate:*RollingUpdateDaemonSet?",
    "Deployment": (
        "kind@TypeMeta:string? apiVersion=APIVersion@TypeMeta:string? metadata=ObjectMeta:ObjectMeta? "
        "spec:DeploymentSpec? status:any?"
    ),
    "DeploymentSpec": (
        "replicas:*int32? selector:*LabelSelector template:PodTemplateSpec strategy:DeploymentStrategy? "
        "minReadySeconds:int32? revisionHistoryLimit:*int32? paused:bool? progressDeadlineSeconds:*int32?"
    ),
    "DeploymentStrategy": "type:string? rollingUpdate:*RollingUpdateDeployment?",
    "DownwardAPIProjection": "items:[]DownwardAPIVolumeFile?",
    "DownwardAPIVolumeFile": (
        "path:string fieldRef:*ObjectFieldSelector? resourceFieldRef:*ResourceFieldSelector? mode:*int32?"
    ),
    "DownwardAPIVolumeSource": "items:[]DownwardAPIVolumeFile? defaultMode:*int32?",
    "EmptyDirVolumeSource": "medium:string? sizeLimit:*Quantity?",
    "EnvFromSource": "prefix:string? configMapRef:*ConfigMapEnvSource? secretRef:*SecretEnvSource?",
    "EnvVar": "name:string value:string? valueFrom:*EnvVarSource?",
    "EnvVarSource": (
        "fieldRef:*ObjectFieldSelector? resourceFieldRef:*ResourceFieldSelector? "
        "configMapKeyRef:*ConfigMapKeySelector? secretKeyRef:*SecretKeySelector? fileKeyRef:*FileKeySelector?"
    ),
    "EphemeralContainer": (
        "name@EphemeralContainerCommon:string image@EphemeralContainerCommon:string? "
        "command@EphemeralContainerCommon:[]string? args@EphemeralContainerCommon:[]string? "
        "workingDir@EphemeralContainerCommon:string? ports@EphemeralContainerCommon:[]ContainerPort? "
        "envFrom@EphemeralContainerCommon:[]EnvFromSource? env@EphemeralContainerCommon:[]EnvVar? "
        "resources@EphemeralContainerCommon:ResourceRequirements? "
        "resizePolicy@EphemeralContainerCommon:[]ContainerResizePolicy? "
        "restartPolicy@EphemeralContainerCommon:*string? "
        "restartPolicyRules@EphemeralContainerCommon:[]ContainerRestartRule? "
        "volumeMounts@EphemeralContainerCommon:[]VolumeMount? "
        "volumeDevices@EphemeralContainerCommon:[]VolumeDevice? livenessProbe@EphemeralContainerCommon:*Probe? "
        "readinessProbe@EphemeralContainerCommon:*Probe? startupProbe@EphemeralContainerCommon:*Probe? "
        "lifecycle@EphemeralContainerCommon:*Lifecycle? terminationMessagePath@EphemeralContainerCommon:string? "
        "terminationMessagePolicy@EphemeralContainerCommon:string? "
        "imagePullPolicy@EphemeralContainerCommon:string? "
        "securityContext@EphemeralContainerCommon:*SecurityContext? stdin@EphemeralContainerCommon:bool? "
        "stdinOnce@EphemeralContainerCommon:bool? tty=TTY@EphemeralContainerCommon:bool? "
        "targetContainerName:string?"
    ),
    "EphemeralVolumeSource": "volumeClaimTemplate:*PersistentVolumeClaimTemplate?",
    "ExecAction": "command:[]string?",
    "FCVolumeSource": ("targetWWNs:[]string? lun:*int32? fsType=FSType:string? readOnly:bool? wwids=WWIDs:[]string?"),
    "FileKeySelector": "volumeName:string path:string key:string optional:*bool?",
    "FlexVolumeSource": (
        "driver:string fsType=FSType:string? secretRef:*LocalObjectReference? readOnly:bool? options:{}string?"
    ),
    "FlockerVolumeSource": "datasetName:string? datasetUUID:string?",
    "GCEPersistentDiskVolumeSource": "pdName=PDName:string fsType=FSType:string? partition:int32? readOnly:bool?",
    "GRPCAction": "port:int32 service:*string",
    "GitRepoVolumeSource": "repository:string revision:string? directory:string?",
    "GlusterfsVolumeSource": "endpoints=EndpointsName:string path:string readOnly:bool?",
    "HTTPGetAction": (
        "path:string? port:IntOrString host:string? scheme:string? httpHeaders=HTTPHeaders:[]HTTPHeader?"
    ),
    "HTTPHeader": "name:string value:string",
    "HostAlias": "ip=IP:string hostnames:[]string?",
    "HostPathVolumeSource": "path:string type:*string?",
    "ISCSIVolumeSource": (
        "targetPortal:string iqn=IQN:string lun:int32 iscsiInterface=ISCSIInterface:string? fsType=FSType:string? "
        "readOnly:bool? portals:[]string? chapAuthDiscovery=DiscoveryCHAPAuth:bool? "
        "chapAuthSession=SessionCHAPAuth:bool? secretRef:*LocalObjectReference? initiatorName:*string?"
    ),
    "ImageVolumeSource": "reference:string? pullPolicy:string?",
    "Job": (
        "kind@TypeMeta:string? apiVersion=APIVersion@TypeMeta:string? metadata=ObjectMeta:ObjectMeta? "
        "spec:JobSpec? status:any?"
    ),
    "JobSpec": (
        "parallelism:*int32? completions:*int32? activeDeadlineSeconds:*int64? "
        "podFailurePolicy:*PodFailurePolicy? successPolicy:*SuccessPolicy? backoffLimit:*int32? "
        "backoffLimitPerIndex:*int32? maxFailedIndexes:*int32? selector:*LabelSelector? manualSelector:*bool? "
        "template:PodTemplateSpec ttlSecondsAfterFinished=TTLSecondsAfterFinished:*int32? completionMode:*string? "
        "suspend:*bool? podReplacementPolicy:*string? managedBy:*string?"
    ),
    "JobTemplateSpec": "metadata=ObjectMeta:ObjectMeta? spec:JobSpec?",
    "KeyToPath": "key:string path:string mode:*int32?",
    "LabelSelector": "matchLabels:{}string? matchExpressions:[]LabelSelectorRequirement?",
    "LabelSelectorRequirement": "key:string operator:string values:[]string?",
    "Lifecycle": "postStart:*LifecycleHandler? preStop:*LifecycleHandler? stopSignal:*string?",
    "LifecycleHandler": (
        "exec:*ExecAction? httpGet=HTTPGet:*HTTPGetAction? tcpSocket=TCPSocket:*TCPSocketAction? sleep:*SleepAction?"
    ),
    "LocalObjectReference": "name:string?",
    "ManagedFieldsEntry": (
        "manager:string? operation:string? apiVersion=APIVersion:string? time:*Time? fieldsType:string? "
        "fieldsV1:*any? subresource:string?"
    ),
    "NFSVolumeSource": "server:string path:string readOnly:bool?",
    "NodeAffinity": (
        "requiredDuringSchedulingIgnoredDuringExecution:*NodeSelector? "
        "preferredDuringSchedulingIgnoredDuringExecution:[]PreferredSchedulingTerm?"
    ),
    "NodeSelector": "nodeSelectorTerms:[]NodeSelectorTerm",
    "NodeSelectorRequirement": "key:string operator:string values:[]string?",
    "NodeSelectorTerm": "matchExpressions:[]NodeSelectorRequirement? matchFields:[]NodeSelectorRequirement?",
    "ObjectFieldSelector": "apiVersion=APIVersion:string? fieldPath:string",
    "ObjectMeta": (
        "name:string? generateName:string? namespace:string? selfLink:string? uid=UID:string? "
        "resourceVersion:string? generation:int64? creationTimestamp:Time! deletionTimestamp:*Time? "
        "deletionGracePeriodSeconds:*int64? labels:{}string? annotations:{}string? "
        "ownerReferences:[]OwnerReference? finalizers:[]string? managedFields:[]ManagedFieldsEntry?"
    ),
    "ObjectReference": (
        "kind:string? namespace:string? name:string? uid=UID:string? apiVersion=APIVersion:string? "
        "resourceVersion:string? fieldPath:string?"
    ),
    "OpenShiftCustomDeploymentStrategyParams": "image:string? environment:[]EnvVar? command:[]string?",
    "DeploymentConfig": (
        "kind@TypeMeta:string? apiVersion=APIVersion@TypeMeta:string? metadata=ObjectMeta:ObjectMeta? "
        "spec:OpenShiftDeploymentConfigSpec status:any?"
    ),
    "OpenShiftDeploymentConfigSpec": (
        "strategy:OpenShiftDeploymentStrategy minReadySeconds:int32? triggers:[]OpenShiftDeploymentTriggerPolicy "
        "replicas:int32 revisionHistoryLimit:*int32? test:bool paused:bool? selector:{}string? "
        "template:*PodTemplateSpec?"
    ),
    "OpenShiftDeploymentStrategy": (
        "type:string? customParams:*OpenShiftCustomDeploymentStrategyParams? "
        "recreateParams:*OpenShiftRecreateDeploymentStrategyParams? "
        "rollingParams:*OpenShiftRollingDeploymentStrategyParams? resources:ResourceRequirements? "
        "labels:{}string? annotations:{}string? activeDeadlineSeconds:*int64?"
    ),
    "OpenShiftDeploymentTriggerImageChangeParams": (
        "automatic:bool? containerNames:[]string? from:ObjectReference lastTriggeredImage:string?"
    ),
    "OpenShiftDeploymentTriggerPolicy": (
        "type:string? imageChangeParams:*OpenShiftDeploymentTriggerImageChangeParams?"
    ),
    "OpenShiftExecNewPodHook": "command:[]string env:[]EnvVar? containerName:string volumes:[]string?",
    "OpenShiftLifecycleHook": (
        "failurePolicy:string execNewPod:*OpenShiftExecNewPodHook? tagImages:[]OpenShiftTagImageHook?"
    ),
    "OpenShiftRecreateDeploymentStrategyParams": (
        "timeoutSeconds:*int64? pre:*OpenShiftLifecycleHook? mid:*OpenShiftLifecycleHook? post:*OpenShiftLifecycleHook?"
    ),
    "OpenShiftRollingDeploymentStrategyParams": (
        "updatePeriodSeconds:*int64? intervalSeconds:*int64? timeoutSeconds:*int64? maxUnavailable:*IntOrString? "
        "maxSurge:*IntOrString? pre:*OpenShiftLifecycleHook? post:*OpenShiftLifecycleHook?"
    ),
    "OpenShiftTagImageHook": "containerName:string to:ObjectReference",
    "OwnerReference": (
        "apiVersion=APIVersion:string kind:string name:string uid=UID:string controller:*bool? "
        "blockOwnerDeletion:*bool?"
    ),
    "PersistentVolumeClaim": (
        "kind@TypeMeta:string? apiVersion=APIVersion@TypeMeta:string? metadata=ObjectMeta:ObjectMeta? "
        "spec:PersistentVolumeClaimSpec? status:any?"
    ),
    "PersistentVolumeClaimSpec": (
        "accessModes:[]string? selector:*LabelSelector? resources:VolumeResourceRequirements? volumeName:string? "
        "storageClassName:*string? volumeMode:*string? dataSource:*TypedLocalObjectReference? "
        "dataSourceRef:*TypedObjectReference? volumeAttributesClassName:*string?"
    ),
    "PersistentVolumeClaimTemplate": "metadata=ObjectMeta:ObjectMeta? spec:PersistentVolumeClaimSpec",
    "PersistentVolumeClaimVolumeSource": "claimName:string readOnly:bool?",
    "PhotonPersistentDiskVolumeSource": "pdID:string fsType=FSType:string?",
    "Pod": (
        "kind@TypeMeta:string? apiVersion=APIVersion@TypeMeta:string? metadata=ObjectMeta:ObjectMeta? "
        "spec:PodSpec? status:any?"
    ),
    "PodAffinity": (
        "requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm? "
        "preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm?"
    ),
    "PodAffinityTerm": (
        "labelSelector:*LabelSelector? namespaces:[]string? topologyKey:string namespaceSelector:*LabelSelector? "
        "matchLabelKeys:[]string? mismatchLabelKeys:[]string?"
    ),
    "PodAntiAffinity": (
        "requiredDuringSchedulingIgnoredDuringExecution:[]PodAffinityTerm? "
        "preferredDuringSchedulingIgnoredDuringExecution:[]WeightedPodAffinityTerm?"
    ),
    "PodCertificateProjection": (
        "signerName:string? keyType:string? maxExpirationSeconds:*int32? credentialBundlePath:string? "
        "keyPath:string? certificateChainPath:string? userAnnotations:{}string?"
    ),
    "PodDNSConfig": "nameservers:[]string? searches:[]string? options:[]PodDNSConfigOption?",
    "PodDNSConfigOption": "name:string? value:*string?",
    "PodFailurePolicy": "rules:[]PodFailurePolicyRule",
    "PodFailurePolicyOnExitCodesRequirement": "containerName:*string? operator:string values:[]int32",
    "PodFailurePolicyOnPodConditionsPattern": "type:string status:string",
    "PodFailurePolicyRule": (
        "action:string onExitCodes:*PodFailurePolicyOnExitCodesRequirement? "
        "onPodConditions:[]PodFailurePolicyOnPodConditionsPattern?"
    ),
    "PodOS": "name:string",
    "PodReadinessGate": "conditionType:string",
    "PodResourceClaim": "name:string resourceClaimName:*string? resourceClaimTemplateName:*string?",
    "PodSchedulingGate": "name:string",
    "PodSecurityContext": (
        "seLinuxOptions=SELinuxOptions:*SELinuxOptions? windowsOptions:*WindowsSecurityContextOptions? "
        "runAsUser:*int64? runAsGroup:*int64? runAsNonRoot:*bool? supplementalGroups:[]int64? "
        "supplementalGroupsPolicy:*string? fsGroup=FSGroup:*int64? sysctls:[]Sysctl? "
        "fsGroupChangePolicy=FSGroupChangePolicy:*string? seccompProfile:*SeccompProfile? "
        "appArmorProfile:*AppArmorProfile? seLinuxChangePolicy=SELinuxChangePolicy:*string?"
    ),
    "PodSpec": (
        "volumes:[]Volume? initContainers:[]Container? containers:[]Container "
        "ephemeralContainers:[]EphemeralContainer? restartPolicy:string? terminationGracePeriodSeconds:*int64? "
        "activeDeadlineSeconds:*int64? dnsPolicy=DNSPolicy:string? nodeSelector:{}string? "
        "serviceAccountName:string? serviceAccount=DeprecatedServiceAccount:string? "
        "automountServiceAccountToken:*bool? nodeName:string? hostNetwork:bool? hostPID:bool? hostIPC:bool? "
        "shareProcessNamespace:*bool? securityContext:*PodSecurityContext? "
        "imagePullSecrets:[]LocalObjectReference? hostname:string? subdomain:string? affinity:*Affinity? "
        "schedulerName:string? tolerations:[]Toleration? hostAliases:[]HostAlias? priorityClassName:string? "
        "priority:*int32? dnsConfig=DNSConfig:*PodDNSConfig? readinessGates:[]PodReadinessGate? "
        "runtimeClassName:*string? enableServiceLinks:*bool? preemptionPolicy:*string? overhead:{}Quantity? "
        "topologySpreadConstraints:[]TopologySpreadConstraint? setHostnameAsFQDN:*bool? os=OS:*PodOS? "
        "hostUsers:*bool? schedulingGates:[]PodSchedulingGate? resourceClaims:[]PodResourceClaim? "
        "resources:*ResourceRequirements? hostnameOverride:*string? workloadRef:*WorkloadReference?"
    ),
    "PodTemplateSpec": "metadata=ObjectMeta:ObjectMeta? spec:PodSpec?",
    "PortworxVolumeSource": "volumeID:string fsType=FSType:string? readOnly:bool?",
    "PreferredSchedulingTerm": "weight:int32 preference:NodeSelectorTerm",
    "Probe": (
        "exec@ProbeHandler:*ExecAction? httpGet=HTTPGet@ProbeHandler:*HTTPGetAction? "
        "tcpSocket=TCPSocket@ProbeHandler:*TCPSocketAction? grpc=GRPC@ProbeHandler:*GRPCAction? "
        "initialDelaySeconds:int32? timeoutSeconds:int32? periodSeconds:int32? successThreshold:int32? "
        "failureThreshold:int32? terminationGracePeriodSeconds:*int64?"
    ),
    "ProjectedVolumeSource": "sources:[]VolumeProjection defaultMode:*int32?",
    "QuobyteVolumeSource": ("registry:string volume:string readOnly:bool? user:string? group:string? tenant:string?"),
    "RBDVolumeSource": (
        "monitors=CephMonitors:[]string image=RBDImage:string fsType=FSType:string? pool=RBDPool:string? "
        "user=RadosUser:string? keyring:string? secretRef:*LocalObjectReference? readOnly:bool?"
    ),
    "ReplicaSet": (
        "kind@TypeMeta:string? apiVersion=APIVersion@TypeMeta:string? metadata=ObjectMeta:ObjectMeta? "
        "spec:ReplicaSetSpec? status:any?"
    ),
    "ReplicaSetSpec": "replicas:*int32? minReadySeconds:int32? selector:*LabelSelector template:PodTemplateSpec?",
    "ReplicationController": (
        "kind@TypeMeta:string? apiVersion=APIVersion@TypeMeta:string? metadata=ObjectMeta:ObjectMeta? "
        "spec:ReplicationControllerSpec? status:any?"
    ),
    "ReplicationControllerSpec": (
        "replicas:*int32? minReadySeconds:int32? selector:{}string? template:*PodTemplateSpec?"
    ),
    "ResourceClaim": "name:string request:string?",
    "ResourceFieldSelector": "containerName:string? resource:string divisor:Quantity?",
    "ResourceRequirements": "limits:{}Quantity? requests:{}Quantity? claims:[]ResourceClaim?",
    "RollingUpdateDaemonSet": "maxUnavailable:*IntOrString? maxSurge:*IntOrString?",
    "RollingUpdateDeployment": "maxUnavailable:*IntOrString? maxSurge:*IntOrString?",
    "RollingUpdateStatefulSetStrategy": "partition:*int32? maxUnavailable:*IntOrString?",
    "SELinuxOptions": "user:string? role:string? type:string? level:string?",
    "ScaleIOVolumeSource": (
        "gateway:string system:string secretRef:*LocalObjectReference sslEnabled=SSLEnabled:bool? "
        "protectionDomain:string? storagePool:string? storageMode:string? volumeName:string? "
        "fsType=FSType:string? readOnly:bool?"
    ),
    "SeccompProfile": "type:string localhostProfile:*string?",
    "SecretEnvSource": "name@LocalObjectReference:string? optional:*bool?",
    "SecretKeySelector": "name@LocalObjectReference:string? key:string optional:*bool?",
    "SecretProjection": "name@LocalObjectReference:string? items:[]KeyToPath? optional:*bool?",
    "SecretVolumeSource": "secretName:string? items:[]KeyToPath? defaultMode:*int32? optional:*bool?",
    "SecurityContext": (
        "capabilities:*Capabilities? privileged:*bool? seLinuxOptions=SELinuxOptions:*SELinuxOptions? "
        "windowsOptions:*WindowsSecurityContextOptions? runAsUser:*int64? runAsGroup:*int64? runAsNonRoot:*bool? "
        "readOnlyRootFilesystem:*bool? allowPrivilegeEscalation:*bool? procMount:*string? "
        "seccompProfile:*SeccompProfile? appArmorProfile:*AppArmorProfile?"
    ),
    "ServiceAccountTokenProjection": "audience:string? expirationSeconds:*int64? path:string",
    "SleepAction": "seconds:int64",
    "StatefulSet": (
        "kind@TypeMeta:string? apiVersion=APIVersion@TypeMeta:string? metadata=ObjectMeta:ObjectMeta? "
        "spec:StatefulSetSpec? status:any?"
    ),
    "StatefulSetOrdinals": "start:int32",
    "StatefulSetPersistentVolumeClaimRetentionPolicy": "whenDeleted:string? whenScaled:string?",
    "StatefulSetSpec": (
        "replicas:*int32? selector:*LabelSelector template:PodTemplateSpec "
        "volumeClaimTemplates:[]PersistentVolumeClaim? serviceName:string podManagementPolicy:string? "
        "updateStrategy:StatefulSetUpdateStrategy? revisionHistoryLimit:*int32? minReadySeconds:int32? "
        "persistentVolumeClaimRetentionPolicy:*StatefulSetPersistentVolumeClaimRetentionPolicy? "
        "ordinals:*StatefulSetOrdinals?"
    ),
    "StatefulSetUpdateStrategy": "type:string? rollingUpdate:*RollingUpdateStatefulSetStrategy?",
    "StorageOSVolumeSource": (
        "volumeName:string? volumeNamespace:string? fsType=FSType:string? readOnly:bool? "
        "secretRef:*LocalObjectReference?"
    ),
    "SuccessPolicy": "rules:[]SuccessPolicyRule",
    "SuccessPolicyRule": "succeededIndexes:*string? succeededCount:*int32?",
    "Sysctl": "name:string value:string",
    "TCPSocketAction": "port:IntOrString host:string?",
    "Toleration": "key:string? operator:string? value:string? effect:string? tolerationSeconds:*int64?",
    "TopologySpreadConstraint": (
        "maxSkew:int32 topologyKey:string whenUnsatisfiable:string labelSelector:*LabelSelector? "
        "minDomains:*int32? nodeAffinityPolicy:*string? nodeTaintsPolicy:*string? matchLabelKeys:[]string?"
    ),
    "TypedLocalObjectReference": "apiGroup=APIGroup:*string kind:string name:string",
    "TypedObjectReference": "apiGroup=APIGroup:*string kind:string name:string namespace:*string?",
    "Volume": (
        "name:string hostPath@VolumeSource:*HostPathVolumeSource? emptyDir@VolumeSource:*EmptyDirVolumeSource? "
        "gcePersistentDisk=GCEPersistentDisk@VolumeSource:*GCEPersistentDiskVolumeSource? "
        "awsElasticBlockStore=AWSElasticBlockStore@VolumeSource:*AWSElasticBlockStoreVolumeSource? "
        "gitRepo@VolumeSource:*GitRepoVolumeSource? secret@VolumeSource:*SecretVolumeSource? "
        "nfs=NFS@VolumeSource:*NFSVolumeSource? iscsi=ISCSI@VolumeSource:*ISCSIVolumeSource? "
        "glusterfs@VolumeSource:*GlusterfsVolumeSource? "
        "persistentVolumeClaim@VolumeSource:*PersistentVolumeClaimVolumeSource? "
        "rbd=RBD@VolumeSource:*RBDVolumeSource? flexVolume@VolumeSource:*FlexVolumeSource? "
        "cinder@VolumeSource:*CinderVolumeSource? cephfs=CephFS@VolumeSource:*CephFSVolumeSource? "
        "flocker@VolumeSource:*FlockerVolumeSource? downwardAPI@VolumeSource:*DownwardAPIVolumeSource? "
        "fc=FC@VolumeSource:*FCVolumeSource? azureFile@VolumeSource:*AzureFileVolumeSource? "
        "configMap@VolumeSource:*ConfigMapVolumeSource? "
        "vsphereVolume@VolumeSource:*VsphereVirtualDiskVolumeSource? quobyte@VolumeSource:*QuobyteVolumeSource? "
        "azureDisk@VolumeSource:*AzureDiskVolumeSource? "
        "photonPersistentDisk@VolumeSource:*PhotonPersistentDiskVolumeSource? "
        "projected@VolumeSource:*ProjectedVolumeSource? portworxVolume@VolumeSource:*PortworxVolumeSource? "
        "scaleIO@VolumeSource:*ScaleIOVolumeSource? storageos=StorageOS@VolumeSource:*StorageOSVolumeSource? "
        "csi=CSI@VolumeSource:*CSIVolumeSource? ephemeral@VolumeSource:*EphemeralVolumeSource? "
        "image@VolumeSource:*ImageVolumeSource?"
    ),
    "VolumeDevice": "name:string devicePath:string",
    "VolumeMount": (
        "name:string readOnly:bool? recursiveReadOnly:*string? mountPath:string subPath:string? "
        "mountPropagation:*string? subPathExpr:string?"
    ),
    "VolumeProjection": (
        "secret:*SecretProjection? downwardAPI:*DownwardAPIProjection? configMap:*ConfigMapProjection? "
        "serviceAccountToken:*ServiceAccountTokenProjection? clusterTrustBundle:*ClusterTrustBundleProjection? "
        "podCertificate:*PodCertificateProjection?"
    ),
    "VolumeResourceRequirements": "limits:{}Quantity? requests:{}Quantity?",
    "VsphereVirtualDiskVolumeSource": (
        "volumePath:string fsType=FSType:string? storagePolicyName:string? storagePolicyID:string?"
    ),
    "WeightedPodAffinityTerm": "weight:int32 podAffinityTerm:PodAffinityTerm",
    "WindowsSecurityContextOptions": (
        "gmsaCredentialSpecName=GMSACredentialSpecName:*string? gmsaCredentialSpec=GMSACredentialSpec:*string? "
        "runAsUserName:*string? hostProcess:*bool?"
    ),
    "WorkloadReference": "name:string podGroup:string podGroupReplicaKey:string?",
}
