"""The fields of an IstioOperator document. Source: upstream `operator/pkg/apis/types.go`."""

from __future__ import annotations

#: Message name to its fields; see `istioctl.rendering.schema.types` for the notation.
MESSAGES = {
    "BaseComponentSpec": "enabled:bool k8s:KubernetesResources",
    "ComponentSpec": "enabled:bool hub:text k8s:KubernetesResources namespace:text tag:any",
    "GatewayComponentSpec": (
        "enabled:bool hub:text k8s:KubernetesResources label:text{} name:text namespace:text tag:any"
    ),
    "IstioComponentSpec": (
        "base:BaseComponentSpec cni:ComponentSpec egressGateways:GatewayComponentSpec[] "
        "ingressGateways:GatewayComponentSpec[] istiodRemote:ComponentSpec pilot:ComponentSpec "
        "ztunnel:ComponentSpec"
    ),
    "IstioOperator": "apiVersion:text kind:text metadata:kubernetes:ObjectMeta spec:IstioOperatorSpec",
    "IstioOperatorSpec": (
        "compatibilityVersion:text components:IstioComponentSpec hub:text installPackagePath:text "
        "meshConfig:mesh:MeshConfig namespace:text profile:text revision:text tag:any unvalidatedValues:struct "
        "values:chart_values:Values"
    ),
    "KubernetesOverlay": "apiVersion:text kind:text name:text patches:Patch[]",
    "KubernetesResources": (
        "affinity:kubernetes:Affinity env:kubernetes:EnvVar[] hpaSpec:kubernetes:HorizontalPodAutoscalerSpec "
        "imagePullPolicy:text nodeSelector:text{} overlays:KubernetesOverlay[] podAnnotations:text{} "
        "podDisruptionBudget:kubernetes:PodDisruptionBudgetSpec priorityClassName:text "
        "readinessProbe:kubernetes:Probe replicaCount:uint32 resources:kubernetes:ResourceRequirements "
        "securityContext:kubernetes:PodSecurityContext service:kubernetes:ServiceSpec serviceAnnotations:text{} "
        "strategy:kubernetes:DeploymentStrategy tolerations:kubernetes:Toleration[] "
        "volumeMounts:kubernetes:VolumeMount[] volumes:kubernetes:Volume[]"
    ),
    "Patch": "path:text value:any",
}
