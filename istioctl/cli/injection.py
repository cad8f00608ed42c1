"""`istioctl injection enable|disable|status`: sidecars by namespace."""

from __future__ import annotations

from typing import Annotated

from istioctl.cli.line.cluster_options import client_options
from istioctl.cli.line.completers import namespaces
from istioctl.cli.line.declare import Argument, Context, Option
from istioctl.cli.line.options import ListFlags, RevisionOption
from istioctl.cli.screen.terminal import terminal
from istioctl.golang.durations import parse_duration

NamespaceArgument = Annotated[str, Argument(metavar="NAMESPACE", help="The namespace.", autocompletion=namespaces)]
RestartOption = Annotated[bool, Option("--restart", help="Start the namespace's pods anew, and wait for them.")]
TimeoutOption = Annotated[str, Option("--timeout", metavar="DURATION", help="How long --restart may take.")]


def enable(
    ctx: Context,
    namespace: NamespaceArgument,
    revision: RevisionOption = "",
    restart: RestartOption = False,
    timeout: TimeoutOption = "5m0s",
) -> None:
    """Give pods that are created in a namespace from now on a sidecar."""
    _set(ctx, namespace, revision, restart, timeout, enabled=True)


def disable(
    ctx: Context, namespace: NamespaceArgument, restart: RestartOption = False, timeout: TimeoutOption = "5m0s"
) -> None:
    """Give pods that are created in a namespace from now on no sidecar."""
    _set(ctx, namespace, "", restart, timeout, enabled=False)


def status(
    ctx: Context,
    namespace: Annotated[
        str, Argument(metavar="[NAMESPACE]", help="The namespace; all without it.", autocompletion=namespaces)
    ] = "",
    *,
    shown: ListFlags,
) -> None:
    """Show which namespaces ask for sidecars, and which pods have none or an outdated one."""
    from istioctl.actions.sidecars.injection_labels import injection_status

    console = terminal()
    found = injection_status(client_options(ctx), namespace or ctx.options.namespace, console.say)
    shown.show(
        found,
        lambda entry: f"namespace/{entry.namespace}",
        ("NAMESPACE", "LABEL", "REVISION", "INJECTED"),
        lambda entry: (entry.namespace, entry.label or "-", entry.revision or "-", f"{entry.injected}/{entry.pods}"),
    )
    for entry in found if shown.output is None else ():
        for pod in entry.problems:
            console.write(f"{entry.namespace}/{pod.name} {pod.problem}\n")


def _set(ctx: Context, namespace: str, revision: str, restart: bool, timeout: str, *, enabled: bool) -> None:
    from istioctl.actions.sidecars.injection_labels import restart_workloads, set_injection

    console = terminal()
    seconds = parse_duration(timeout)
    client = client_options(ctx)
    changed = set_injection(client, namespace, enabled=enabled, revision=revision, report=console.say)
    word = "enabled" if enabled else "disabled"
    by = f" by revision {revision}" if revision else ""
    console.write(f"Injection is {'now' if changed else 'already'} {word} in namespace {namespace}{by}\n")
    if restart:
        for key in restart_workloads(client, namespace, seconds, console.say):
            console.write(f"Restarted {key}\n")
    elif changed:
        console.say("Pods that run already stay as they are until they are restarted; see --restart")
