"""Installing Istio, from the first look at the cluster to the last check: the whole of `istioctl install`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from istioctl.actions.installation.execute import InstallReport, execute
from istioctl.actions.installation.install_plan import InstallOptions, InstallPlan, prepare
from istioctl.actions.installation.rollback import put_back, remember
from istioctl.actions.progress import Progress, Silence
from istioctl.cluster.parallel import in_parallel
from istioctl.errors import ClusterError, ErrorGroup, IstioctlError

if TYPE_CHECKING:
    from istioctl.actions.installation.addons import AddonReport

#: Shows a plan to whoever decides; whether it may be carried out.
Confirm = Callable[[InstallPlan], bool]


def install(
    options: InstallOptions, progress: Progress | None = None, confirm: Confirm | None = None
) -> InstallReport | None:
    """Plans an installation, asks, carries it out, and installs the add-ons that go with it.

    With `options.atomic`, everything is put back as it was where that fails; with `options.verify`, every object is
    checked afterwards.

    Args:
        options: what to install, where, and how carefully.
        progress: takes what happens; nobody by default.
        confirm: is asked before anything is changed; by default all is carried out.

    Returns:
        What was done; None where `confirm` says no.

    Raises:
        SpecError, InputError: the specification is wrong.
        ClusterError: the cluster can't be reached, or refuses; an object is not ready in time or not as it should be.
        ErrorGroup: several of these.
    """
    progress = progress or Silence()
    try:
        plan = prepare(options, progress)
        for warning in plan.warnings:
            progress.warn(warning)
        if confirm is not None and not confirm(plan):
            return None
        report = _execute(plan, progress)
        report.addons = _install_addons(plan, progress)
    finally:
        progress.end()
    pretended = " (dry run: nothing was changed)" if options.dry_run else ""
    progress.complete(f"Installation complete{pretended}")
    if options.verify and not options.dry_run:
        _verify(options, progress)
    return report


def install_everywhere(
    installations: Mapping[str, Callable[[], InstallReport | None]], tell: Callable[[str, InstallReport | None], None]
) -> list[InstallReport]:
    """Installs into several clusters at the same time.

    Args:
        installations: what installs into each, by the cluster's context.
        tell: takes what became of each as soon as that is known; None where it failed.

    Raises:
        IstioctlError: one failed; the others were carried out all the same.
        ErrorGroup: several did.
    """

    def one(context: str) -> InstallReport | None:
        try:
            report = installations[context]()
        except IstioctlError:
            tell(context, None)
            raise
        tell(context, report)
        return report

    reports = in_parallel([partial(one, context) for context in installations])
    return [report for report in reports if report is not None]


def _execute(plan: InstallPlan, progress: Progress) -> InstallReport:
    if not plan.options.atomic or plan.options.dry_run:
        return execute(plan, progress)
    before = remember(plan)
    try:
        return execute(plan, progress)
    except (IstioctlError, KeyboardInterrupt):
        progress.end()
        progress.note("putting back what was there")
        count = put_back(before)
        progress.note(f"{count} objects are as they were before")
        raise


def _install_addons(plan: InstallPlan, progress: Progress) -> AddonReport | None:
    """Installs the add-ons that go with an installation, whose mesh is told of them by its own configuration."""
    choice = plan.options.inputs.addons
    if choice is None:
        return None
    from istioctl.actions.installation import addons

    options = addons.AddonOptions(
        names=choice.names,
        settings=choice.settings,
        namespace=plan.namespace,
        mesh_namespace=plan.specification.root_namespace,
        timeout=plan.options.readiness_timeout,
        dry_run=plan.options.dry_run,
        tell_mesh=False,
    )
    report = addons.install_addons(plan.options.client, options, progress)
    for line in report.advice:
        progress.note(line)
    return report


def _verify(options: InstallOptions, progress: Progress) -> None:
    from istioctl.actions.installation.verify_install import VerifyOptions, verify_install

    found = verify_install(VerifyOptions(options.client, options.inputs), progress)
    if found.failures:
        raise ErrorGroup(
            [ClusterError(str(checked.problem), where=str(checked.key), id="unverified") for checked in found.failures]
        )
    progress.complete(f"{len(found.objects)} objects checked successfully")
