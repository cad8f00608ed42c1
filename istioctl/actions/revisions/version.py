"""The versions of a mesh: its control planes, and the proxies connected to them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from istioctl.actions.revisions.control_planes import (
    Pod,
    ask_istiod,
    connected_proxies,
    control_plane_pods,
    image_version,
)
from istioctl.api.labels import labels_of
from istioctl.api.names import REVISION, SYSTEM_NAMESPACE
from istioctl.cluster.parallel import in_parallel
from istioctl.cluster.patience import Report
from istioctl.cluster.session import Client, open_session
from istioctl.errors import ClusterError, ErrorGroup


@dataclass(frozen=True, slots=True)
class ControlPlaneVersion:
    """The version of one istiod.

    Attributes:
        component: `pilot`, as its pod is labelled.
        commit, status: of its build; empty where it could not be asked and its image's tag had to do.
    """

    component: str
    revision: str
    version: str
    commit: str = ""
    status: str = ""

    def as_data(self) -> dict[str, Any]:
        """In the real tool's form."""
        info = {
            "version": self.version,
            "revision": self.commit,
            "golang_version": "",
            "status": self.status,
            "tag": self.version,
        }
        return {"Component": self.component, "Revision": self.revision, "Info": info}


@dataclass(frozen=True, slots=True)
class ProxyVersion:
    """The version of one proxy; `kind` is sidecar, gateway, waypoint or ztunnel."""

    id: str
    version: str
    kind: str

    def as_data(self) -> dict[str, Any]:
        """In the real tool's form."""
        return {"ID": self.id, "IstioVersion": self.version, "Type": self.kind}


@dataclass(frozen=True, slots=True)
class MeshVersions:
    """What a cluster says.

    Attributes:
        proxies: None where no istiod tells.
        problems: why something is missing, one sentence each.
    """

    control_planes: tuple[ControlPlaneVersion, ...]
    proxies: tuple[ProxyVersion, ...] | None
    problems: tuple[str, ...]


def mesh_versions(
    client: Client, namespace: str = SYSTEM_NAMESPACE, revision: str = "", report: Report | None = None
) -> MeshVersions:
    """The versions in the cluster.

    Args:
        namespace: of the control plane.
        revision: only this one; empty means all.

    Raises:
        InputError: the kubeconfig is unreadable.
        ClusterError: the cluster can't be reached, refuses, or has no running istiod.
    """
    session = open_session(client, report=report)
    pods = control_plane_pods(session, namespace, revision)
    if not pods:
        raise ClusterError(f'no running Istio pods in namespace "{namespace}"', id="no-istio")
    problems: list[str] = []

    def ask(pod: Pod) -> ControlPlaneVersion:
        labels = labels_of(pod)
        component, own = labels.get("istio", "istiod"), labels.get(REVISION, "")
        try:
            answer = ask_istiod(session, pod, "/version").decode("utf-8", "replace").strip()
        except ClusterError as problem:
            problems.append(f"istiod does not tell its version, so its image's tag is shown: {problem}")
            return ControlPlaneVersion(component, own, image_version(pod))
        return ControlPlaneVersion(component, own, *_parts(answer))

    control_planes = in_parallel([partial(ask, pod) for pod in pods])
    proxies: tuple[ProxyVersion, ...] | None = None
    if not problems:
        try:
            proxies = tuple(
                ProxyVersion(str(entry.get("proxy")), str(entry.get("istio_version")), _kind(entry.get("proxy_type")))
                for entry in connected_proxies(session, pods)
            )
        except (ClusterError, ErrorGroup) as problem:
            problems.append(f"istiod does not tell its proxies: {problem}")
    return MeshVersions(tuple(control_planes), proxies, tuple(dict.fromkeys(problems)))


def _parts(answer: str) -> tuple[str, str, str]:
    """Version, commit and build status from istiod's own `1.30.3-COMMIT-Clean` (upstream `pkg/kube/client.go`)."""
    words = answer.split("-")
    if len(words) < 3:
        return answer, "", ""
    *version, commit, status = words
    if commit == "dirty" and len(version) > 1:
        commit = f"{version.pop()}-dirty"
    return "-".join(version), commit, status


def _kind(node_type: object) -> str:
    return "gateway" if node_type == "router" else str(node_type or "sidecar")


def summary(proxies: tuple[ProxyVersion, ...]) -> str:
    """The proxies' versions in one line, such as `1.30.3 (2 proxies)`."""
    versions = sorted({proxy.version for proxy in proxies})
    counts = [(version, sum(proxy.version == version for proxy in proxies)) for version in versions]
    return ", ".join(f"{version} ({count} proxies)" for version, count in counts) or "none"
