"""The table of commands: names, one line of help and where the function lives.

Nothing is imported before a command is chosen, so `--help` and completion stay fast.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

PROGRAM = "istioctl"


class GroupFlag(NamedTuple):
    """A flag of all members of a group, which may also stand before the member's name.

    Attributes:
        names: its spellings; those with an opposite and `=VALUE` are read by the member.
        takes_value: whether a word with its value follows.
        shown: how the group's help writes it.
        help: one line.
    """

    names: tuple[str, ...]
    takes_value: bool
    shown: str
    help: str


class Command(NamedTuple):
    """One command, or a group of them.

    Attributes:
        help: one line.
        target: `module:function`, the module below `istioctl.cli`; empty for a group.
        panel: the heading it stands under in its parent's help.
        aliases: other names it answers to.
        replaced_by: the words to type instead, where this spelling is an old one; it is then not listed.
        commands: the members of a group by name.
        flags: what all members of a group take.
        compares: whether it answers by its status whether two sides differ, so that a failure has another status.
    """

    help: str
    target: str = ""
    panel: str = "Commands"
    aliases: tuple[str, ...] = ()
    replaced_by: str = ""
    commands: Mapping[str, "Command"] = MappingProxyType({})
    flags: tuple[GroupFlag, ...] = ()
    compares: bool = False

    def find(self, name: str) -> "tuple[str, Command] | None":
        """The member called `name` (or with that alias) and its own name."""
        for own, command in self.commands.items():
            if name == own or name in command.aliases:
                return own, command
        return None


_DASHBOARDS = {
    "grafana": "Grafana",
    "jaeger": "Jaeger",
    "kiali": "Kiali",
    "prometheus": "Prometheus",
    "skywalking": "SkyWalking",
    "zipkin": "Zipkin",
}
_INSTALL = Command("Install Istio, or change an installation", "install:install", "Install", aliases=("apply",))

_PRECHECK = Command("Check whether Istio can be installed or upgraded safely", "precheck:precheck", "Install")
_TAG = {
    "list": Command("List tags", "tag:list_", aliases=("show",)),
    "set": Command("Point a tag to a revision", "tag:set_"),
    "generate": Command("Print a tag's objects", "tag:generate"),
    "remove": Command("Remove a tag", "tag:remove", aliases=("delete",)),
}
_REVISION = Command(
    "Show the control plane revisions",
    panel="Cluster",
    commands={
        "list": Command("List the revisions", "revision:list_"),
        "describe": Command("Show what belongs to a revision", "revision:describe"),
        "tag": Command(
            "The old spelling of `istioctl tag`",
            replaced_by="tag",
            commands={name: command._replace(replaced_by=f"tag {name}") for name, command in _TAG.items()},
        ),
    },
)
_CHECK_INJECT = Command("Say why a pod is injected or not", "check_inject:check_inject", "Sidecar")
_PROXY_STATUS = Command(
    "Show which proxies have istiod's configuration", "proxy_status:proxy_status", "Observe", aliases=("ps",)
)
_DESCRIBE = Command(
    "Say what the configuration means for a pod or a service",
    panel="Observe",
    aliases=("des",),
    commands={
        "pod": Command("Describe a pod", "describe:pod", aliases=("po",)),
        "service": Command("Describe a service", "describe:service", aliases=("svc",)),
    },
)
_WAIT = Command("Wait until configuration has reached the proxies", "wait:wait", "Observe")
_ENDPOINT = Command("Print how to reach the ingress gateway", "ingress_endpoint:ingress_endpoint", "Cluster")

_WAYPOINT = Command(
    "The waypoints of ambient mode",
    panel="Ambient",
    commands={
        "apply": Command("Make a waypoint", "waypoint:apply"),
        "generate": Command("Print the Gateway that makes a waypoint", "waypoint:generate"),
        "list": Command("List waypoints", "waypoint:list_"),
        "status": Command("Show whether waypoints are in place", "waypoint:status"),
        "delete": Command("Delete waypoints", "waypoint:delete"),
    },
    flags=(GroupFlag(("--name",), True, "--name NAME", "The waypoint's name (default waypoint)"),),
)
_WORKLOAD = Command(
    "Workloads outside Kubernetes",
    panel="Workloads",
    commands={
        "group": Command(
            "WorkloadGroups",
            commands={"create": Command("Print a WorkloadGroup", "workload:create_group")},
        ),
        "entry": Command(
            "WorkloadEntries",
            commands={"configure": Command("Write what a workload needs to join", "workload:configure_entry")},
        ),
    },
)

_ZTUNNEL = Command(
    "Show what ztunnels know",
    panel="Ambient",
    aliases=("zc",),
    commands={
        "workload": Command("Workloads", "ztunnel_config:workload", aliases=("w", "workloads")),
        "service": Command("Services", "ztunnel_config:service", aliases=("services", "s", "svc")),
        "policy": Command("Authorization policies", "ztunnel_config:policy", aliases=("policies", "p", "pol")),
        "certificate": Command("Certificates", "ztunnel_config:certificate", aliases=("certificates", "certs", "cert")),
        "connections": Command("Open connections", "ztunnel_config:connections", aliases=("cons",)),
        "all": Command("All of these", "ztunnel_config:everything"),
        "log": Command("What ztunnels log, and changing it", "ztunnel_config:log", aliases=("o",)),
    },
)

_ADMIN = Command(
    "The control plane's own settings",
    panel="Observe",
    aliases=("istiod",),
    commands={"log": Command("What istiod logs, and changing it", "admin:log", aliases=("l",))},
    flags=(
        GroupFlag(("-l", "--selector"), True, "-l, --selector LABELS", "The labels of istiod (default app=istiod)"),
    ),
)
_AUTHZ = Command(
    "Authorization policies",
    panel="Observe",
    commands={"check": Command("Show which policies proxies enforce", "authz:check")},
)
_INJECTOR = Command(
    "Sidecar injectors",
    panel="Sidecar",
    commands={"list": Command("List injectors and what they inject into", "injector:list_")},
)

#: Commands that were experimental in 1.12, or before, and are no longer.
_ONCE_EXPERIMENTAL = {
    "analyze": "analyze:analyze",
    "create-remote-secret": "remote:create_remote_secret",
    "kube-uninject": "kube_uninject:kube_uninject",
    "remote-clusters": "remote:remote_clusters",
    "uninstall": "uninstall:uninstall",
    "version": "version:version",
}

#: What to do instead of commands that people look for: at another place, or in 1.12 and given up by Istio since.
INSTEAD = {
    **{
        name: f"It is experimental: istioctl experimental {name}"
        for name in ["authz", "envoy-stats", "injector", "internal-debug", "metrics", "workload"]
    },
    "add-to-mesh": "Use `istioctl injection enable NAMESPACE --restart`, or `istioctl kube-inject`.",
    "remove-from-mesh": "Use `istioctl injection disable NAMESPACE --restart`, or `istioctl kube-uninject`.",
    "operator": "Istio has no operator any more: `istioctl install -f FILE` takes the same files.",
    "post-install": "Istio's webhooks need no hand any more: `istioctl verify-install` checks them.",
}

_PROXY_CONFIG = Command(
    "Look inside proxies: listeners, routes, clusters, certificates and more",
    panel="Observe",
    aliases=("pc",),
    flags=(
        GroupFlag(
            ("-o", "--output"), True, "-o, --output FORMAT", "How it is printed: short, json, yaml or a template"
        ),
        GroupFlag(("--proxy-admin-port",), True, "--proxy-admin-port PORT", "The port of the proxy's admin API"),
    ),
    commands={
        "all": Command("Show all configuration", "proxy_config:everything", aliases=("a",)),
        "bootstrap": Command("Show what proxies were started with", "proxy_config:bootstrap", aliases=("b",)),
        "cluster": Command("Show the services they can send to", "proxy_config:cluster", aliases=("clusters", "c")),
        "diff": Command("Compare two of them, or one with a saved dump", "proxy_config_diff:diff", compares=True),
        "ecds": Command("Show the extensions they got by name", "proxy_config:ecds", aliases=("ec",)),
        "eds": Command("Show the endpoints they were given", "proxy_config:eds"),
        "endpoint": Command(
            "Show the endpoints and their health", "proxy_config:endpoint", aliases=("endpoints", "ep")
        ),
        "listener": Command("Show where they take connections", "proxy_config:listener", aliases=("listeners", "l")),
        "log": Command("Show or change what they log", "proxy_config_log:log", aliases=("o",)),
        "rootca-compare": Command(
            "Say whether two proxies trust each other", "proxy_config_secret:rootca_compare", aliases=("rc",)
        ),
        "route": Command("Show which requests go where", "proxy_config:route", aliases=("routes", "r")),
        "secret": Command("Show their certificates", "proxy_config_secret:secret", aliases=("secrets", "s")),
        "trace": Command("Show which way a request takes", "trace:trace"),
    },
)

ROOT = Command(
    "Install the Istio service mesh, inject its sidecar and check clusters.",
    commands={
        "install": _INSTALL,
        "manifest": Command(
            "Render, install or translate manifests",
            panel="Install",
            commands={
                "diff": Command("Compare two rendered manifests", "manifest_diff:manifest_diff", compares=True),
                "generate": Command("Print the manifests of an installation", "manifest:manifest_generate"),
                "install": _INSTALL,
                "migrate": Command("Bring files of earlier releases up to today", "manifest_migrate:manifest_migrate"),
                "set": Command("Set values in a file", "manifest_edit:manifest_set"),
                "translate": Command(
                    "Turn an installation into Helm values, or for the Sail operator",
                    "manifest_translate:manifest_translate",
                ),
                "unset": Command("Take values out of a file", "manifest_edit:manifest_unset"),
            },
            flags=(GroupFlag(("--dry-run",), False, "--dry-run", "Say what would happen; change nothing"),),
        ),
        "images": Command("List every image of an installation", "images:images", "Install"),
        "upgrade": Command("Upgrade an installation in place", "upgrade:upgrade", "Install"),
        "diff": Command("Compare the cluster with a profile, files and flags", "diff:diff", "Install", compares=True),
        "uninstall": Command("Remove Istio from a cluster", "uninstall:uninstall", "Install"),
        "precheck": _PRECHECK,
        "verify-install": Command("Prove that an installation is complete", "verify_install:verify_install", "Install"),
        "tag": Command(
            "Give control plane revisions other names",
            panel="Install",
            commands=_TAG,
        ),
        "revision": _REVISION,
        "injection": Command(
            "Sidecars by namespace",
            panel="Cluster",
            commands={
                "enable": Command("Inject into a namespace's new pods", "injection:enable"),
                "disable": Command("Do not inject into a namespace's new pods", "injection:disable"),
                "status": Command("Show which pods have a sidecar", "injection:status"),
            },
        ),
        "create-remote-secret": Command(
            "Print a Secret by which another cluster reaches this one", "remote:create_remote_secret", "Cluster"
        ),
        "remote-clusters": Command("List the clusters istiod is connected to", "remote:remote_clusters", "Cluster"),
        "ingress-endpoint": _ENDPOINT,
        "describe": _DESCRIBE,
        "proxy-config": _PROXY_CONFIG,
        "proxy-status": _PROXY_STATUS,
        "wait": _WAIT,
        "profile": Command(
            "List, print and compare profiles",
            panel="Install",
            commands={
                "list": Command("List the profiles there are", "profile:list_"),
                "dump": Command("Print the specification a profile makes", "profile:dump"),
                "diff": Command("Compare two profiles or specifications", "profile:diff", compares=True),
            },
        ),
        "analyze": Command("Look for problems in the mesh's configuration", "analyze:analyze", "Check"),
        "kube-inject": Command("Put the sidecar into workloads", "kube_inject:kube_inject", "Sidecar"),
        "kube-uninject": Command("Take the sidecar out again", "kube_uninject:kube_uninject", "Sidecar"),
        "validate": Command("Check Istio objects in files", "validate:validate", "Check", aliases=("v",)),
        "dashboard": Command(
            "Open web interfaces of the mesh",
            panel="Observe",
            aliases=("dash", "d"),
            commands={
                **{name: Command(f"Open {title}", "dashboard:addon") for name, title in _DASHBOARDS.items()},
                "open": Command("Open several add-ons' dashboards at once", "dashboard:addons"),
                "proxy": Command("Open the admin page of a proxy", "dashboard:proxy"),
                "envoy": Command("Open the admin page of an Envoy", "dashboard:proxy", replaced_by="dashboard proxy"),
                "controlz": Command("Open the ControlZ page of istiod", "dashboard:controlz"),
                "istiod-debug": Command("Open the debug pages of istiod", "dashboard:istiod_debug"),
            },
            flags=(
                GroupFlag(("--address",), True, "--address ADDRESS", "The local IP address to listen on"),
                GroupFlag(("-p", "--port"), True, "-p, --port PORT", "The local port"),
                GroupFlag(("--browser", "--no-browser"), False, "--[no-]browser", "Open a browser on the page"),
            ),
        ),
        "addons": Command(
            "Install what shows the mesh: Prometheus, Grafana, Kiali and others",
            panel="Observe",
            commands={
                "list": Command("List the add-ons there are", "addons:list_"),
                "install": Command("Install add-ons, or change installed ones", "addons:install"),
                "status": Command("Show which are installed, ready and connected", "addons:status"),
                "uninstall": Command("Remove add-ons", "addons:uninstall"),
            },
        ),
        "admin": _ADMIN,
        "waypoint": _WAYPOINT,
        "ztunnel-config": _ZTUNNEL,
        "experimental": Command(
            "Commands that may still change",
            aliases=("x", "exp"),
            panel="Other",
            commands={
                "check-inject": _CHECK_INJECT,
                "config": Command(
                    "The settings of this program",
                    panel="Other",
                    commands={"list": Command("Show the global settings in force and their sources", "config:list_")},
                ),
                "ingress-endpoint": _ENDPOINT,
                "describe": _DESCRIBE,
                "precheck": _PRECHECK,
                "proxy-status": _PROXY_STATUS,
                "revision": _REVISION,
                "wait": _WAIT,
                "authz": _AUTHZ,
                "envoy-stats": Command(
                    "Show the statistics of Envoys", "envoy_stats:envoy_stats", "Observe", aliases=("es",)
                ),
                "injector": _INJECTOR,
                "internal-debug": Command("Print a debug page of istiod", "internal_debug:internal_debug", "Observe"),
                "metrics": Command(
                    "Show requests, errors and latencies of workloads", "metrics:metrics", "Observe", aliases=("m",)
                ),
                "workload": _WORKLOAD,
                **{name: Command("", target, replaced_by=name) for name, target in _ONCE_EXPERIMENTAL.items()},
            },
        ),
        "bug-report": Command("Gather what helps to find a fault into an archive", "bug_report:bug_report", "Observe"),
        "completion": Command("Print a shell's completion script", "completion:completion", "Other"),
        "options": Command("List the flags that every command takes", "config:options", "Other"),
        "version": Command("Print the versions of this tool and of the mesh", "version:version", "Other"),
    },
)
