"""The command lines that talk to a server, each as short as it can be."""

from __future__ import annotations

from typing import Any

_ENTRY = ("x", "workload", "entry", "configure", "-f", "FOLDER/group.yaml", "-o", "FOLDER/files")
_INSTALL = ("--set", "profile=minimal", "-y", "--readiness-timeout", "3s")

#: The files that they read, in FOLDER.
FILES = {
    "pod.yaml": "{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: b}]}}",
    "group.yaml": (
        "{apiVersion: networking.istio.io/v1, kind: WorkloadGroup, metadata: {name: a, namespace: shop},"
        " spec: {template: {serviceAccount: default}}}"
    ),
}

_ADDONS = {
    name: {"app": name, "app.kubernetes.io/part-of": "istio-addons", "app.kubernetes.io/name": name}
    for name in ("prometheus", "grafana", "kiali", "jaeger")
}

#: What else there has to be in the cluster, for the commands to come to their later questions.
OBJECTS: list[dict[str, Any]] = [
    {
        "apiVersion": "apps/v1",
        "kind": "DaemonSet",
        "metadata": {"name": "ztunnel", "namespace": "istio-system", "labels": {}},
        "spec": {
            "selector": {"matchLabels": {"app": "ztunnel"}},
            "template": {"metadata": {"labels": {"app": "ztunnel"}}},
        },
    },
    {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": {"name": "web", "namespace": "shop", "labels": {}},
        "spec": {"hosts": ["web"], "http": [{"route": [{"destination": {"host": "web"}}]}]},
    },
    {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {
            "name": "istio-revision-tag-stable",
            "labels": {"istio.io/tag": "stable", "istio.io/rev": "canary", "app": "sidecar-injector"},
        },
        "webhooks": [],
    },
    {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "gateways.gateway.networking.k8s.io", "labels": {}},
        "spec": {
            "group": "gateway.networking.k8s.io",
            "scope": "Namespaced",
            "names": {"kind": "Gateway", "plural": "gateways"},
            "versions": [{"name": each, "served": True, "storage": each == "v1"} for each in ("v1beta1", "v1")],
        },
    },
    {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "waypoint", "namespace": "shop", "labels": {"istio.io/waypoint-for": "service"}},
        "spec": {"gatewayClassName": "istio-waypoint"},
        "status": {"conditions": [{"type": "Programmed", "status": "True"}]},
    },
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "istio-ca-root-cert", "namespace": "shop", "labels": {}},
        "data": {"root-cert.pem": "a certificate"},
    },
    *(
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": f"{name}-1", "namespace": "istio-system", "labels": labels},
            "spec": {"nodeName": "one", "containers": [{"name": name, "image": f"{name}:1"}]},
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]},
        }
        for name, labels in _ADDONS.items()
    ),
    *(
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "namespace": "istio-system", "labels": labels},
            "spec": {"replicas": 1, "selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}}},
        }
        for name, labels in _ADDONS.items()
    ),
]

#: By name. `FOLDER` stands for a folder with the files that they read.
COMMANDS: dict[str, tuple[str, ...]] = {
    "version": ("version",),
    "install": ("install", *_INSTALL),
    "install --dry-run": ("install", *_INSTALL, "--dry-run"),
    "upgrade": ("upgrade", *_INSTALL),
    "uninstall": ("uninstall", "--revision", "canary", "-y"),
    "uninstall --purge": ("uninstall", "--purge", "-y"),
    "verify-install": ("verify-install",),
    "diff": ("diff", "--set", "profile=demo"),
    "precheck": ("precheck",),
    "analyze": ("analyze", "-A"),
    "tag list": ("tag", "list"),
    "tag set": ("tag", "set", "prod", "--revision", "canary"),
    "tag remove": ("tag", "remove", "stable", "-y"),
    "revision list": ("revision", "list"),
    "revision describe": ("revision", "describe", "canary"),
    "injection status": ("injection", "status"),
    "injection enable": ("injection", "enable", "shop", "--restart", "--timeout", "3s"),
    "check-inject": ("x", "check-inject", "web-1", "-n", "shop"),
    "kube-inject": ("kube-inject", "-f", "FOLDER/pod.yaml"),
    "ingress-endpoint": ("ingress-endpoint",),
    "create-remote-secret": ("create-remote-secret",),
    "remote-clusters": ("remote-clusters",),
    "addons install": ("addons", "install", "prometheus", "--readiness-timeout", "3"),
    "addons status": ("addons", "status"),
    "addons uninstall": ("addons", "uninstall", "prometheus", "-y"),
    "dashboard kiali": ("dashboard", "kiali", "--no-browser"),
    "dashboard proxy": ("dashboard", "proxy", "web-1.shop", "--no-browser"),
    "dashboard controlz": ("dashboard", "controlz", "istiod-1.istio-system", "--no-browser"),
    "proxy-status": ("proxy-status",),
    "proxy-status of one": ("proxy-status", "web-1.shop"),
    "describe pod": ("describe", "pod", "web-1.shop"),
    "describe service": ("describe", "service", "web.shop"),
    "wait": ("x", "wait", "--timeout", "2s", "virtualservice", "web.shop"),
    "waypoint list": ("waypoint", "list", "-A"),
    "waypoint status": ("waypoint", "status", "-n", "shop", "--waypoint-timeout", "5s"),
    "waypoint apply": ("waypoint", "apply", "-n", "shop"),
    "waypoint delete": ("waypoint", "delete", "waypoint", "-n", "shop"),
    "ztunnel-config workload": ("ztunnel-config", "workload"),
    "ztunnel-config all": ("ztunnel-config", "all"),
    "ztunnel-config log": ("ztunnel-config", "log"),
    "ztunnel-config certificate": ("ztunnel-config", "certificate"),
    "admin log": ("admin", "log"),
    "authz check": ("x", "authz", "check", "web-1.shop"),
    "injector list": ("x", "injector", "list"),
    "proxy-config all": ("proxy-config", "all", "web-1.shop"),
    "proxy-config bootstrap": ("proxy-config", "bootstrap", "web-1.shop"),
    "proxy-config cluster": ("proxy-config", "cluster", "web-1.shop"),
    "proxy-config endpoint": ("proxy-config", "endpoint", "web-1.shop"),
    "proxy-config listener": ("proxy-config", "listener", "web-1.shop"),
    "proxy-config route": ("proxy-config", "route", "web-1.shop"),
    "proxy-config secret": ("proxy-config", "secret", "web-1.shop"),
    "proxy-config rootca-compare": (
        "proxy-config",
        "rootca-compare",
        "web-1.shop",
        "istio-ingressgateway-1.istio-system",
    ),
    "proxy-config diff": ("proxy-config", "diff", "web-1.shop", "istio-ingressgateway-1.istio-system"),
    "manifest generate": ("manifest", "generate", "--set", "profile=minimal", "--cluster-specific"),
    "proxy-config trace": ("proxy-config", "trace", "web-1.shop", "GET", "http://web.shop/"),
    "envoy-stats": ("x", "envoy-stats", "web-1.shop"),
    "internal-debug": ("x", "internal-debug", "syncz"),
    "metrics": ("x", "metrics", "web.shop"),
    "bug-report": ("bug-report", "--output-dir", "FOLDER", "--timeout", "5s"),
    "proxy-config ecds": ("proxy-config", "ecds", "web-1.shop"),
    "proxy-config eds": ("proxy-config", "eds", "web-1.shop"),
    "proxy-config log": ("proxy-config", "log", "web-1.shop"),
    "ztunnel-config service": ("ztunnel-config", "service"),
    "ztunnel-config policy": ("ztunnel-config", "policy"),
    "ztunnel-config connections": ("ztunnel-config", "connections"),
    "dashboard open": ("dashboard", "open", "kiali", "--no-browser"),
    "dashboard istiod-debug": ("dashboard", "istiod-debug", "istiod-1.istio-system", "--no-browser"),
    "injection disable": ("injection", "disable", "shop"),
    "tag generate": ("tag", "generate", "prod", "--revision", "canary"),
    "workload entry configure": (
        "x",
        "workload",
        "entry",
        "configure",
        "-f",
        "FOLDER/group.yaml",
        "-o",
        "FOLDER/files",
    ),
}
