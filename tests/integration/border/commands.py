"""The command lines that talk to a server, each as short as it can be."""

from __future__ import annotations

_INSTALL = ("--set", "profile=minimal", "-y", "--readiness-timeout", "3s")

#: By name. `FOLDER` stands for a folder with the files that they read.
COMMANDS: dict[str, tuple[str, ...]] = {
    "version": ("version",),
    "install": ("install", *_INSTALL),
    "install --dry-run": ("install", *_INSTALL, "--dry-run"),
    "upgrade": ("upgrade", *_INSTALL),
    "uninstall": ("uninstall", "--revision", "canary", "-y"),
    "uninstall --purge": ("uninstall", "--purge", "-y"),
    "verify-install": ("verify-install",),
    "diff": ("diff", "--set", "profile=minimal"),
    "precheck": ("precheck",),
    "analyze": ("analyze", "-A"),
    "tag list": ("tag", "list"),
    "tag set": ("tag", "set", "prod", "--revision", "canary"),
    "tag remove": ("tag", "remove", "prod", "-y"),
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
    "waypoint status": ("waypoint", "status", "-n", "shop"),
    "waypoint apply": ("waypoint", "apply", "-n", "shop"),
    "waypoint delete": ("waypoint", "delete", "waypoint", "-n", "shop"),
    "ztunnel-config workload": ("ztunnel-config", "workload"),
    "ztunnel-config all": ("ztunnel-config", "all"),
    "ztunnel-config log": ("ztunnel-config", "log"),
}
