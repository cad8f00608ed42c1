"""Upgrading in place: check that it is safe, then install over what is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from istioctl.actions.progress import Progress, Silence
from istioctl.actions.revisions.control_planes import installed_versions
from istioctl.api.names import DEFAULT_REVISION
from istioctl.api.release import VERSION
from istioctl.cluster.patience import Report
from istioctl.cluster.session import Client, open_session
from istioctl.errors import ClusterError

if TYPE_CHECKING:
    from istioctl.actions.installation.execute import InstallReport
    from istioctl.actions.installation.install import Confirm
    from istioctl.actions.installation.install_plan import InstallOptions

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


def upgrade(
    options: InstallOptions, namespace: str, progress: Progress | None = None, confirm: Confirm | None = None
) -> InstallReport | None:
    """Checks whether an installation can be upgraded to what this program installs, and does it.

    Args:
        options: what to install, as for `install`; `options.inputs.force` goes on despite what speaks against it.
        namespace: the control plane's.
        progress: takes what happens; nobody by default.
        confirm: is asked before anything is changed; by default all is carried out.

    Returns:
        What was done; None where `confirm` says no.

    Raises:
        ClusterError: no such control plane is installed, or the upgrade is not safe; and as `install`.
    """
    from istioctl.actions.installation.install import install
    from istioctl.actions.installation.precheck import PrecheckOptions, precheck
    from istioctl.analysis.messages import Level

    progress = progress or Silence()
    plan = plan_upgrade(options.client, namespace, options.inputs.revision, progress.note)
    if plan.needed:
        progress.note(f"Istio is being upgraded from {plan.installed} to {plan.target} (revision {plan.revision})")
        progress.note("\n    ".join(["To upgrade gradually instead:", *plan.canary]))
    else:
        progress.note(f"Istio {plan.installed} is installed already; what differs will be changed")
    if plan.problem:
        _object(plan.problem, options, progress)
    from_version = ".".join(plan.installed.split(".")[:2]) if plan.needed and not plan.problem else ""
    found = precheck(PrecheckOptions(options.client, options.inputs, "", namespace, from_version), progress.note)
    for finding in found.findings:
        if finding.message.level <= Level.WARNING or "values." in finding.text:
            progress.note(f"{finding.message.level.title} [{finding.message.code}] {finding.text}")
    if any(finding.message.level is Level.ERROR for finding in found.findings):
        _object("the checks before the upgrade found errors", options, progress)
    return install(options, progress, confirm)


def _object(problem: str, options: InstallOptions, progress: Progress) -> None:
    if not options.inputs.force:
        raise ClusterError(
            problem, hint="Upgrade gradually, by a second revision, or go on with --force.", id="upgrade"
        )
    progress.warn(f"{problem}; going on because of --force")


def plan_upgrade(client: Client, namespace: str, revision: str, report: Report) -> Upgrade:
    """Compares what is installed with what this program installs.

    Raises:
        ClusterError: no such control plane is installed, or the cluster can't be asked.
    """
    session = open_session(client, report=report)
    revision = revision or DEFAULT_REVISION
    versions = installed_versions(session, namespace)
    if revision not in versions:
        raise ClusterError(
            f"control plane revision {revision!r} is not installed in namespace {namespace!r}",
            where=session.server,
            hint=f"Choose one of {', '.join(sorted(versions))}." if versions else "Run `istioctl install` instead.",
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
