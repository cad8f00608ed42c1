"""istioctl experimental check-inject."""

from __future__ import annotations

from typing import Annotated

from istioctl.api.identity import ObjectKey
from istioctl.api.webhooks import INJECTOR
from istioctl.cli.line.declare import Context, Option
from istioctl.cli.line.options import ListFlags, global_options, pod_argument
from istioctl.cli.screen.printers import print_table
from istioctl.cli.screen.terminal import terminal
from istioctl.errors import UsageError


def check_inject(
    ctx: Context,
    references: Annotated[
        list[str],
        pod_argument("A pod or a workload; every pod if left out."),
    ] = [],  # noqa: B006 - it is copied
    labels: Annotated[
        str, Option("-l", "--labels", metavar="LABELS", help="Labels of a pod that need not be there yet.")
    ] = "",
    *,
    shown: ListFlags,
) -> int:
    """Say whether a pod gets a sidecar from the cluster's webhooks, and why or why not.

    Without a name and without labels, every pod is checked: whether it has a sidecar, and whether it would get one now.
    """
    from istioctl.actions.sidecars.check_inject import CheckOptions, check_all, check_one
    from istioctl.cli.line.cluster_options import client_options

    if len(references) > 1 or (references and labels):
        raise UsageError("name one pod or workload, or labels, or nothing", where=" ".join(references))
    options = CheckOptions(client_options(ctx), global_options(ctx).namespace, "".join(references), labels)
    if not references and not labels:
        checks = check_all(options)
        if shown.output is not None:
            columns = ("namespace", "name", "workload", "has_proxy", "will_be_injected", "reason")
            data = [{column: getattr(check, column) for column in columns} for check in checks]
            shown.print_data(data, [f"pod/{check.name}" for check in checks])
        else:
            pods = [(c.namespace, c.name, _mark(c.has_proxy), _mark(c.will_be_injected), c.reason) for c in checks]
            print_table(("NAMESPACE", "POD", "SIDECAR", "WOULD BE INJECTED", "REASON"), pods)
        return 0
    verdicts = check_one(options)
    if shown.output is not None:
        names = [ObjectKey(*INJECTOR, "", verdict.name).resource_name for verdict in verdicts]
        shown.print_data([verdict._asdict() for verdict in verdicts], names)
    elif verdicts:
        rows = [(verdict.name, verdict.revision, _mark(verdict.injects), verdict.reason) for verdict in verdicts]
        print_table(("WEBHOOK", "REVISION", "INJECTED", "REASON"), rows)
    else:
        terminal().say("No Istio injection webhook is in the cluster.")
    if sum(verdict.injects for verdict in verdicts) > 1:
        terminal().warn("several webhooks inject this pod, which can break it")
    return 0


def _mark(holds: bool) -> str:
    return "✔" if holds else "✘"
