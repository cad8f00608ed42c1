"""Checking an upgrade in place before it begins."""

from __future__ import annotations

from dataclasses import dataclass

from istioctl.actions.revisions.control_planes import installed_versions
from istioctl.actions.revisions.tag_objects import DEFAULT
from istioctl.api.release import VERSION
from istioctl.cluster.discovery import Discovery
from istioctl.cluster.kubeconfig import ClientOptions
from istioctl.cluster.patience import Report
from istioctl.cluster.session import open_session
from istioctl.errors import ClusterError

_MOST_MINORS = 2
"""How many minor versions a control plane may be ahead of its proxies; an upgrade in place leaves these behind at first
(https://istio.io/latest/docs/releases/supported-releases/#control-planedata-plane-skew)."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an upgrade would do.

    Attributes:
        installed, target: versions.
        problem: why it should not be done; empty where nothing speaks against it.
    """

    revision: str
    installed: str
    target: str
    problem: str

    @property
    def needed(self) -> bool:
        """Whether the versions differ."""
        return self.installed != self.target

    @property
    def canary(self) -> list[str]:
        """The commands of a gradual upgrade instead."""
        name = self.target.replace(".", "-")
        return [f"istioctl install --revision {name}", f"istioctl tag set default --revision {name} --overwrite"]


def plan_upgrade(client: ClientOptions, namespace: str, revision: str, report: Report) -> Upgrade:
    """Compares what is installed with what this program installs.

    Raises:
        ClusterError: no such control plane is installed, or the cluster can't be asked.
    """
    session = open_session(client, report=report)
    revision = revision or DEFAULT
    versions = installed_versions(session, Discovery(session), namespace)
    if revision not in versions:
        raise ClusterError(
            f"control plane revision {revision!r} is not installed in namespace {namespace!r}",
            where=session.server,
            hint=f"choose one of {', '.join(sorted(versions))}" if versions else "run `istioctl install` instead",
            id="no-istio",
        )
    installed = versions[revision]
    return Upgrade(revision, installed, VERSION, _problem(installed, VERSION))


def _problem(installed: str, target: str) -> str:
    before, after = _numbers(installed), _numbers(target)
    if before is None or after is None:
        return f"whether {installed} can be upgraded to {target} can't be told"
    if before > after:
        return f"{target} is older than the installed {installed}"
    if before[0] != after[0] or after[1] - before[1] > _MOST_MINORS:
        return f"from {installed} to {target} it is more than {_MOST_MINORS} minor versions at once"
    return ""


def _numbers(version: str) -> tuple[int, ...] | None:
    parts = version.partition("-")[0].split(".")
    return tuple(map(int, parts)) if len(parts) >= 2 and all(part.isdecimal() for part in parts) else None
