"""What this program expects of the objects that an API server tells of, as far as it reads them.

A shape is a Python type (`str`, `int`, `bool`, `int | str`), `[shape]` for a list, `{str: shape}` for a mapping with
free keys, or a mapping from field names to shapes. Fields that are not named may be anything; a name that ends with `!`
has to be there. Null counts as absent, as it does for Kubernetes. The types are those of the API reference
(https://kubernetes.io/docs/reference/kubernetes-api/).
"""

from __future__ import annotations

from typing import Any

Shape = Any
"""See above; a recursive type would say no more to a reader."""

_LABELS = {str: str}
METADATA: Shape = {
    "name!": str,
    "namespace": str,
    "uid": str,
    "resourceVersion": str,
    "generation": int,
    "creationTimestamp": str,
    "deletionTimestamp": str,
    "labels": _LABELS,
    "annotations": _LABELS,
    "finalizers": [str],
    "ownerReferences": [{"kind": str, "name": str, "uid": str}],
}
_IN_NAMESPACE = {**METADATA, "namespace!": str}

_SELECTOR = {
    "matchLabels": _LABELS,
    "matchExpressions": [{"key": str, "operator": str, "values": [str]}],
}
_CONDITIONS = [{"type": str, "status": str, "reason": str, "message": str}]
_CONTAINERS = [
    {
        "name!": str,
        "image": str,
        "command": [str],
        "args": [str],
        "env": [{"name!": str, "value": str}],
        "ports": [{"name": str, "containerPort": int, "protocol": str}],
    }
]
_STATES = [
    {
        "name": str,
        "image": str,
        "ready": bool,
        "restartCount": int,
        "state": {
            "waiting": {"reason": str, "message": str},
            "terminated": {"exitCode": int, "reason": str, "message": str},
            "running": {"startedAt": str},
        },
    }
]
_POD_SPEC = {
    "containers!": _CONTAINERS,
    "initContainers": _CONTAINERS,
    "nodeName": str,
    "hostNetwork": bool,
    "serviceAccountName": str,
    "nodeSelector": _LABELS,
}
_TEMPLATE = {"metadata": {"labels": _LABELS, "annotations": _LABELS}, "spec": _POD_SPEC}
_COUNTS = (
    "observedGeneration",
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "desiredNumberScheduled",
    "updatedNumberScheduled",
    "numberReady",
)
_WORKLOAD = {
    "metadata!": _IN_NAMESPACE,
    "spec!": {
        "replicas": int,
        "selector": _SELECTOR,
        "template!": _TEMPLATE,
        "updateStrategy": {"type": str, "rollingUpdate": {"partition": int}},
    },
    "status": {**dict.fromkeys(_COUNTS, int), "conditions": _CONDITIONS},
}
_RULES = [{"apiGroups": [str], "apiVersions": [str], "operations": [str], "resources": [str], "scope": str}]
_WEBHOOKS = {
    "metadata!": METADATA,
    "webhooks": [
        {
            "name!": str,
            "clientConfig": {
                "url": str,
                "caBundle": str,
                "service": {"namespace!": str, "name!": str, "path": str, "port": int},
            },
            "namespaceSelector": _SELECTOR,
            "objectSelector": _SELECTOR,
            "rules": _RULES,
            "failurePolicy": str,
            "matchPolicy": str,
            "reinvocationPolicy": str,
            "sideEffects": str,
            "timeoutSeconds": int,
            "admissionReviewVersions": [str],
        }
    ],
}
_PHASE = {"metadata!": METADATA, "spec": {}, "status": {"phase": str, "conditions": _CONDITIONS}}
_RESOURCE: dict[str, Shape] = {"metadata!": METADATA, "spec": {}, "status": {}}
_RESOURCE_IN_NAMESPACE: dict[str, Shape] = {**_RESOURCE, "metadata!": _IN_NAMESPACE}

#: By the plural of the kind.
KINDS: dict[str, dict[str, Shape]] = {
    "configmaps": {"metadata!": _IN_NAMESPACE, "data": {str: str}, "binaryData": {str: str}},
    "customresourcedefinitions": {
        "metadata!": METADATA,
        "spec!": {
            "group!": str,
            "names!": {"kind!": str, "plural!": str},
            "scope": str,
            "versions!": [{"name!": str, "served": bool, "storage": bool}],
        },
        "status": {"conditions": _CONDITIONS},
    },
    "daemonsets": _WORKLOAD,
    "deployments": _WORKLOAD,
    "events": {
        "metadata!": _IN_NAMESPACE,
        "involvedObject": {"kind": str, "namespace": str, "name": str},
        "type": str,
        "reason": str,
        "message": str,
        "eventTime": str,
        "lastTimestamp": str,
    },
    "gateways": {**_RESOURCE_IN_NAMESPACE, "status": {"conditions": _CONDITIONS}},
    "jobs": {
        "metadata!": _IN_NAMESPACE,
        "spec": {"selector": _SELECTOR, "template": _TEMPLATE},
        "status": {"conditions": _CONDITIONS},
    },
    "mutatingwebhookconfigurations": _WEBHOOKS,
    "namespaces": _PHASE,
    "nodes": {
        "metadata!": METADATA,
        "spec": {"podCIDR": str},
        "status": {
            "addresses": [{"type": str, "address": str}],
            "conditions": _CONDITIONS,
            "nodeInfo": {"kubeletVersion": str},
        },
    },
    "persistentvolumeclaims": {**_PHASE, "metadata!": _IN_NAMESPACE},
    "pods": {
        "metadata!": _IN_NAMESPACE,
        "spec!": _POD_SPEC,
        "status": {
            "phase": str,
            "podIP": str,
            "hostIP": str,
            "startTime": str,
            "conditions": _CONDITIONS,
            "initContainerStatuses": _STATES,
            "containerStatuses": _STATES,
        },
    },
    "replicasets": _WORKLOAD,
    "secrets": {"metadata!": _IN_NAMESPACE, "type": str, "data": {str: str}},
    "services": {
        "metadata!": _IN_NAMESPACE,
        "spec!": {
            "type": str,
            "clusterIP": str,
            "externalIPs": [str],
            "externalTrafficPolicy": str,
            "selector": _LABELS,
            "ports": [{"name": str, "port!": int, "targetPort": int | str, "nodePort": int, "protocol": str}],
        },
        "status": {
            "loadBalancer": {"ingress": [{"ip": str, "hostname": str}]},
            "conditions": _CONDITIONS,
        },
    },
    "statefulsets": _WORKLOAD,
    "validatingwebhookconfigurations": _WEBHOOKS,
}

_ACCESS_REVIEW = {"status": {"allowed": bool, "reason": str}}
_RESOURCE_LIST = {"resources!": [{"name!": str, "kind!": str, "namespaced": bool}]}
_VERSION = {"gitVersion!": str}


def expected(method: str, path: str, *, metadata_only: bool = False) -> Shape:
    """What the answer to a request has to look like.

    Args:
        path: below the server's own, such as `/api/v1/namespaces/istio-system/pods/istiod-1`, without the query.
        metadata_only: the request asks for nothing but metadata.
    """
    if path == "/version":
        return _VERSION
    parts = _below_version(path)
    if parts is None or method == "DELETE" or len(parts) > 2:
        return {}
    if not parts:
        return _RESOURCE_LIST
    if parts[0].endswith("accessreviews"):
        return _ACCESS_REVIEW
    one = _object(path, parts[0])
    if metadata_only:
        one = {"metadata!": one["metadata!"]}
    if len(parts) == 2 or method == "POST":
        return {"kind!": str, **one}
    return {"kind!": str, "metadata": {"continue": str, "resourceVersion": str}, "items": [one]}


def named(path: str) -> str:
    """The name of the object that a path leads to; empty where it leads to something else."""
    parts = _below_version(path)
    return parts[1] if parts is not None and len(parts) == 2 else ""


def watched(path: str) -> Shape:
    """What the objects of the collection at `path` have to look like, as events of a watch tell of them."""
    parts = _below_version(path)
    return _object(path, parts[0]) if parts else {}


def _object(path: str, plural: str) -> dict[str, Shape]:
    """The shape of an object; of one whose kind is not described above, what all have in common."""
    if plural in KINDS:
        return KINDS[plural]
    return _RESOURCE_IN_NAMESPACE if "/namespaces/" in path else _RESOURCE


def _below_version(path: str) -> list[str] | None:
    """The plural of a collection and what follows; nothing for an API version; None for what is not of the API."""
    root, *parts = path.strip("/").split("/")
    if root not in ("api", "apis"):
        return None
    parts = parts[1:] if root == "api" else parts[2:]
    return parts[2:] if parts[:1] == ["namespaces"] and len(parts) > 2 else parts
