"""The versions of a mesh whose istiod is reached over XDS: it introduces itself with each answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from istioctl.actions.observe.proxy_status import mesh_status
from istioctl.actions.revisions.version import ControlPlaneVersion, MeshVersions, ProxyVersion

if TYPE_CHECKING:
    from istioctl.actions.observe.istiods import Istiods


def versions_over_xds(istiods: Istiods) -> MeshVersions:
    """The versions of the control planes and of the proxies connected to them.

    Raises:
        ClusterError: no istiod answers.
        ErrorGroup: none answers, for several reasons.
    """
    planes = []
    answers = istiods.ask("syncz")
    for answer in answers.given:
        info = answer.identity.get("Info")
        build = info if isinstance(info, dict) else {}
        texts = [str(build.get(key, "")) for key in ("version", "revision", "status")]
        component = str(answer.identity.get("Component", "")) or "istiod"
        planes.append(ControlPlaneVersion(component, answer.revision, *texts))
    found = mesh_status(istiods)
    proxies = tuple(ProxyVersion(each.id, each.version, each.kind or "sidecar") for each in found.proxies)
    problems = tuple(dict.fromkeys(str(problem) for problem in (*answers.problems, *found.problems)))
    return MeshVersions(tuple(planes), proxies, problems)
