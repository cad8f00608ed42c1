"""`istioctl upgrade`: check, then install over what is there."""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.install import install
from istioctl.cli.line.cluster_options import client_options, specification_inputs
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import DryRunOption, OutputOption, SpecificationFlags, YesOption
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import ClusterError


def upgrade(
    ctx: Context,
    wanted: SpecificationFlags,
    dry_run: DryRunOption = False,
    yes: YesOption = False,
    readiness_timeout: Annotated[
        str, Option("--readiness-timeout", metavar="DURATION", help="How long each component may take to start.")
    ] = "5m0s",
    atomic: Annotated[bool, Option("--atomic", help="Put everything back if the upgrade fails.")] = False,
    verify: Annotated[bool, Option("--verify", help="Check every object afterwards.")] = False,
    output: OutputOption = None,
) -> None:
    """Upgrade an installation in place, after checking that this is safe.

    Give the profile, files and flags of the installation again. A gradual upgrade installs a second revision instead.
    """
    from istioctl.actions.checks.precheck import PrecheckOptions, precheck
    from istioctl.actions.installation.upgrade import plan_upgrade
    from istioctl.analysis.messages import Level

    console = terminal()
    client, namespace = client_options(ctx), ctx.options.istio_namespace
    plan = plan_upgrade(client, namespace, wanted.revision, console.say)
    if plan.needed:
        console.say(f"- Istio is being upgraded from {plan.installed} to {plan.target} (revision {plan.revision})")
        console.say("- To upgrade gradually instead:")
        for command in plan.canary:
            console.say(f"    {command}")
    else:
        console.say(f"- Istio {plan.installed} is installed already; what differs will be changed")
    if plan.problem:
        _object(plan.problem, force=wanted.force)
    inputs = specification_inputs(ctx, wanted)
    from_version = ".".join(plan.installed.split(".")[:2]) if plan.needed and not plan.problem else ""
    found = precheck(PrecheckOptions(client, inputs, "", namespace, from_version), console.say)
    for finding in found.findings:
        if finding.message.level <= Level.WARNING or "values." in finding.text:
            console.say(f"- {finding.message.level.title} [{finding.message.code}] {finding.text}")
    if any(finding.message.level is Level.ERROR for finding in found.findings):
        _object("the checks before the upgrade found errors", force=wanted.force)
    install(
        ctx,
        wanted,
        dry_run=dry_run,
        yes=yes,
        readiness_timeout=readiness_timeout,
        atomic=atomic,
        verify=verify,
        output=output,
    )


def _object(problem: str, *, force: bool) -> None:
    if not force:
        raise ClusterError(problem, hint="upgrade gradually, by a second revision, or go on with --force", id="upgrade")
    terminal().warn(f"{problem}; going on because of --force")
